//! What a node of the DLT network says about a statement: the token, the entry's transaction, and the root and key that the registrar wrote there.

use anyhow::{Context as _, Result, bail};
use dlt_evm::contracts::Audit;
use serde_json::{Value, json};
use statement::{Statement, Transaction};
use tlog::note::Algorithm;
use tlog::{Checkpoint, Key};

/// The entry's transaction is not on the chain as the statement says.
const TRANSACTION: &str = "statement_transaction_missing";
/// The root is not on the chain as the statement says.
pub(super) const ANCHOR: &str = "statement_anchor_missing";
/// There is another root, or another key.
pub(super) const ANOTHER: &str = "statement_anchor_mismatch";
/// The token is not this security's.
const TOKEN: &str = "statement_token_mismatch";

/// What a node knows otherwise: a code, and the same in words.
pub(super) type Objection = (&'static str, String);

/// What a node has confirmed.
pub(super) struct Confirmed {
    /// The key that the registrar wrote down with the root; none if the statement names no anchor.
    pub(super) key: Option<Key>,
    /// Who runs the token.
    pub(super) registrar: String,
}

/// Asks a node about all that a statement says of the chain.
///
/// # Errors
/// If the node does not answer, or refuses a question.
pub(super) async fn ask(
    url: &str,
    of: &Statement,
    checkpoint: &Checkpoint,
) -> Result<Result<Confirmed, Objection>> {
    let node = Node::new(url)?;
    let chain = node.call("eth_chainId", json!([])).await?;
    if number(&chain) != Some(of.ledger.chain_id) {
        let words = format!(
            "the node is on chain {chain}, not on chain {}",
            of.ledger.chain_id
        );
        return Ok(Err((TRANSACTION, words)));
    }
    let isin = node.view(of, Audit::ISIN).await?;
    if isin.get(..12) != Some(of.security.isin.as_bytes()) {
        let words = format!(
            "the contract {} is not the token of {}",
            of.ledger.contract, of.security.isin
        );
        return Ok(Err((TOKEN, words)));
    }
    let Some(transaction) = &of.transaction else {
        return Ok(Err((
            TRANSACTION,
            "the statement names no transaction".to_owned(),
        )));
    };
    if node.events(of, transaction).await?.is_empty() {
        let words = unknown("transaction", transaction, of);
        return Ok(Err((TRANSACTION, words)));
    }
    let key = match &of.proof.anchor {
        None => None,
        Some(anchor) => match node.key(of, anchor, checkpoint).await? {
            Ok(key) => Some(key),
            Err(objection) => return Ok(Err(objection)),
        },
    };
    let registrar = node.view(of, Audit::REGISTRAR).await?;
    let registrar = registrar.get(12..32).unwrap_or_default();
    Ok(Ok(Confirmed {
        key,
        registrar: format!("0x{}", hex::encode(registrar)),
    }))
}

struct Node {
    url: String,
    client: reqwest::Client,
}

impl Node {
    fn new(url: &str) -> Result<Self> {
        let timeout = std::time::Duration::from_secs(30);
        Ok(Self {
            url: url.to_owned(),
            client: reqwest::Client::builder().timeout(timeout).build()?,
        })
    }

    /// The key in the anchor of the checkpoint, if root and size are the checkpoint's.
    async fn key(
        &self,
        of: &Statement,
        anchor: &Transaction,
        checkpoint: &Checkpoint,
    ) -> Result<Result<Key, Objection>> {
        let events = self.events(of, anchor).await?;
        let written = events.iter().filter_map(|event| {
            let topics: Option<Vec<[u8; 32]>> = event["topics"]
                .as_array()?
                .iter()
                .map(|topic| bytes(topic)?.try_into().ok())
                .collect();
            Audit::anchored(&topics?, &bytes(&event["data"])?)
        });
        let mut of_size = written.filter(|anchored| anchored.size == checkpoint.size);
        let Some(anchored) = of_size.next() else {
            return Ok(Err((ANCHOR, unknown("anchor", anchor, of))));
        };
        if anchored.root != checkpoint.root {
            let words = format!(
                "the registrar wrote down another root over {} entries: {}",
                checkpoint.size,
                hex::encode(anchored.root)
            );
            return Ok(Err((ANOTHER, words)));
        }
        let key = Key::new(&checkpoint.origin, Algorithm::Ed25519, anchored.log_key);
        Ok(key.map_err(|error| (ANOTHER, error.to_string())))
    }

    /// The token's events in a transaction that succeeded in its block.
    async fn events(&self, of: &Statement, transaction: &Transaction) -> Result<Vec<Value>> {
        let hash = json!([transaction.hash]);
        let receipt = self.call("eth_getTransactionReceipt", hash).await?;
        let is_there = number(&receipt["blockNumber"]) == Some(transaction.block)
            && number(&receipt["status"]) == Some(1);
        let contract = of.ledger.contract.to_lowercase();
        let is_of_token = |event: &&Value| {
            let by = event["address"].as_str().map(str::to_lowercase);
            by.as_ref() == Some(&contract)
        };
        let events = receipt["logs"].as_array().filter(|_| is_there);
        Ok(events
            .into_iter()
            .flatten()
            .filter(is_of_token)
            .cloned()
            .collect())
    }

    /// What the token answers.
    async fn view(&self, of: &Statement, question: [u8; 4]) -> Result<Vec<u8>> {
        let input = format!("0x{}", hex::encode(question));
        let asked = json!([{"to": of.ledger.contract, "data": input}, "latest"]);
        let answer = self.call("eth_call", asked).await?;
        bytes(&answer).context("the node's answer to eth_call is not hexadecimal")
    }

    async fn call(&self, method: &str, params: Value) -> Result<Value> {
        let body = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
        let answer = self.client.post(&self.url).json(&body).send().await?;
        let answer: Value = answer.json().await?;
        match answer.get("error") {
            None => Ok(answer["result"].clone()),
            Some(error) => bail!("the node refuses {method}: {error}"),
        }
    }
}

fn unknown(what: &str, transaction: &Transaction, of: &Statement) -> String {
    format!(
        "the node knows no {what} {} of the token {} in block {}",
        transaction.hash, of.ledger.contract, transaction.block
    )
}

/// A number as nodes write it.
fn number(value: &Value) -> Option<u64> {
    let digits = value.as_str()?.strip_prefix("0x")?;
    u64::from_str_radix(digits, 16).ok()
}

/// Bytes as nodes write them.
fn bytes(value: &Value) -> Option<Vec<u8>> {
    hex::decode(value.as_str()?.strip_prefix("0x")?).ok()
}
