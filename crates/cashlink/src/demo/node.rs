//! A development node under the demo in place of the chain in its own process: looked at, and its money asked for the registrar's gas.

use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use dlt_evm::signing::{PlainKey, Signer as _};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::client::json_rpc;
use super::credentials::write_secret;
use super::setup::Place;
use crate::config::{Dlt, DltMode, Finality, Secret, Tag, read_key};

/// Below this many wei the registrar gets more, and so much.
const POOR: u128 = ETHER;
const GIFT: u128 = 10 * ETHER;
const ETHER: u128 = 1_000_000_000_000_000_000;
/// How long the node may take to put the gift into a block.
const PATIENCE: Duration = Duration::from_secs(15);
const LOOK_AGAIN: Duration = Duration::from_millis(50);
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);
/// What the demo may offer for a unit of gas at the very most, in gwei. Nothing on such a node is worth anything.
const MOST_GWEI: u64 = 500;

/// Which network the assets of a folder are on.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Origin {
    chain_id: u64,
    /// Hash of its first block, which differs wherever a node was started anew.
    first_block: String,
}

/// The configuration for the node at this address, after the registrar was given what its gas costs there.
///
/// # Errors
/// If no node answers, its chain is none for development, it lends no account, or the folder's assets are on another network.
pub async fn configuration(place: &Place, url: &str) -> Result<Dlt> {
    let node = Node::at(url)?;
    let chain_id = node.chain_id().await?;
    ensure!(
        dlt_evm::signing::is_development_chain(chain_id),
        "the node at {url} serves chain {chain_id}, which is none for development (1337 or 31337): the demo writes where nothing is worth \
         anything only; `cashlink serve` is for other networks"
    );
    node.keep_origin(place, chain_id).await?;
    let key = Secret {
        file: Some(place.secret("registrar.key")?),
        env: None,
    };
    node.fund(&read_key("dlt.registrar_key", &key)?).await?;
    Ok(Dlt {
        mode: DltMode::Rpc,
        network: Some("DEVELOPMENT".to_owned()),
        chain_id: Some(chain_id),
        url: Some(url.to_owned()),
        // Its blocks cannot be undone, but by whoever plays with it.
        finality: Finality::Tag(Tag::Latest),
        maximum_gas_price_gwei: Some(MOST_GWEI),
        registrar_key: Some(key),
        ..Dlt::default()
    })
}

/// Refuses a folder whose assets are on a node: they are not on the chain in this process.
///
/// # Errors
/// If they are.
pub fn require_none(place: &Place) -> Result<()> {
    match read_origin(place)? {
        None => Ok(()),
        Some(origin) => bail!(
            "the assets of this folder are on chain {}: name its node with --dlt, or begin a new folder",
            origin.chain_id
        ),
    }
}

struct Node<'a> {
    http: reqwest::Client,
    url: &'a str,
}

impl<'a> Node<'a> {
    fn at(url: &'a str) -> Result<Self> {
        url::Url::parse(url).with_context(|| format!("--dlt {url} is not an absolute URL"))?;
        let http = reqwest::Client::builder()
            .timeout(REQUEST_TIMEOUT)
            .build()?;
        Ok(Self { http, url })
    }

    async fn ask(&self, method: &str, params: Value) -> Result<Value> {
        json_rpc(&self.http, self.url, method, params).await
    }

    async fn chain_id(&self) -> Result<u64> {
        let answer = self.ask("eth_chainId", json!([])).await.with_context(|| {
            format!(
                "no node answers at {}: start one, such as anvil or ganache, and name its address with --dlt",
                self.url
            )
        })?;
        u64::try_from(quantity(&answer)?).context("the node's chain")
    }

    /// A node that was started anew has forgotten the assets, whatever the folder says of them.
    async fn keep_origin(&self, place: &Place, chain_id: u64) -> Result<()> {
        let block = self.ask("eth_getBlockByNumber", json!(["0x0", false]));
        let first_block = block.await?["hash"].as_str().map(str::to_owned);
        let origin = Origin {
            chain_id,
            first_block: first_block.context("the node has no first block")?,
        };
        match read_origin(place)? {
            Some(kept) => ensure!(
                kept == origin,
                "the assets of this folder are on another network than the one at {}, or the node was started anew: begin a new folder",
                self.url
            ),
            None => {
                ensure!(
                    !place.file("cashlink.sqlite").exists(),
                    "the assets of this folder are on the chain in its own database: leave --dlt away, or begin a new folder"
                );
                write_secret(&place.file(ORIGIN), &serde_json::to_vec_pretty(&origin)?)?;
            }
        }
        Ok(())
    }

    /// Lets the node's own first account pay for the registrar's gas.
    async fn fund(&self, key: &[u8; 32]) -> Result<()> {
        let registrar = PlainKey::new(key)?.address().to_string();
        if self.balance(&registrar).await? >= POOR {
            return Ok(());
        }
        let accounts = self.ask("eth_accounts", json!([])).await?;
        let Some(rich) = accounts.get(0).and_then(Value::as_str) else {
            bail!(
                "the node at {} lends no account that could pay: send some ether to {registrar} and start again",
                self.url
            );
        };
        let gift = json!([{"from": rich, "to": registrar, "value": format!("{GIFT:#x}")}]);
        self.ask("eth_sendTransaction", gift).await?;
        let deadline = tokio::time::Instant::now() + PATIENCE;
        while self.balance(&registrar).await? < POOR {
            ensure!(
                tokio::time::Instant::now() < deadline,
                "the node at {} makes no blocks: after {} s the registrar's account {registrar} is still empty",
                self.url,
                PATIENCE.as_secs()
            );
            tokio::time::sleep(LOOK_AGAIN).await;
        }
        Ok(())
    }

    async fn balance(&self, account: &str) -> Result<u128> {
        let answer = self.ask("eth_getBalance", json!([account, "latest"]));
        // What does not fit is more than enough.
        Ok(quantity(&answer.await?).unwrap_or(u128::MAX))
    }
}

const ORIGIN: &str = "dlt.json";

fn read_origin(place: &Place) -> Result<Option<Origin>> {
    let file = place.file(ORIGIN);
    if !file.exists() {
        return Ok(None);
    }
    let text = std::fs::read(&file)?;
    let origin = serde_json::from_slice(&text).with_context(|| file.display().to_string())?;
    Ok(Some(origin))
}

/// A number as JSON-RPC writes it.
fn quantity(answer: &Value) -> Result<u128> {
    let text = answer.as_str().unwrap_or_default();
    let digits = text.strip_prefix("0x").unwrap_or_default();
    u128::from_str_radix(digits, 16).with_context(|| format!("the node answers {answer}"))
}
