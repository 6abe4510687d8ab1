//! `cashlink register verify-statement`: with nothing but a file and a public key, and with a node that knows the transaction or does not.

#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::process::Output;

use axum::{Json, Router, routing::post};
use domain::{Language, StatementKind};
use rstest::rstest;
use serde_json::{Value, json};
use statement::{Press, Statement, sample};
use tokio::process::Command;

fn usual() -> Statement {
    sample::statement(StatementKind::RegisterStatement, Language::German)
}

fn printed() -> Vec<u8> {
    let signer = sample::signer().unwrap();
    Press::new().unwrap().print(&usual(), &signer).unwrap()
}

/// The verdict on a file, without a configuration anywhere near.
async fn verify(file: &[u8], options: &[&str]) -> (Output, Value) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("statement.pdf");
    std::fs::write(&path, file).unwrap();
    let output = run(folder.path(), &path, options).await;
    let said = serde_json::from_slice(&output.stdout).unwrap_or_default();
    (output, said)
}

async fn run(folder: &Path, file: &Path, options: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_cashlink"))
        .args(["register", "verify-statement", "--json"])
        .args(options)
        .arg(file)
        .current_dir(folder)
        .env_remove("CASHLINK_CONFIG")
        .env("NO_PROXY", "127.0.0.1")
        .kill_on_drop(true)
        .output()
        .await
        .unwrap()
}

/// What a node says, where it is not what the statement says.
#[derive(Clone)]
struct Said {
    chain_id: u64,
    isin: String,
    block: u64,
    size: u64,
    root: [u8; 32],
    key: [u8; 32],
}

impl Said {
    fn as_stated(of: &Statement) -> Self {
        let checkpoint = statement::checkpoint(of).unwrap();
        Self {
            chain_id: of.ledger.chain_id,
            isin: of.security.isin.clone(),
            block: of.transaction.as_ref().unwrap().block,
            size: checkpoint.size,
            root: checkpoint.root,
            key: sample::signer().unwrap().public().bytes(),
        }
    }
}

/// `CheckpointAnchored(uint64,bytes32,bytes32)`.
const ANCHORED: &str = "0x44f6925e01aaf162d1b88121ac385c1738b53706e1c8433291a3be15177d9463";
const REGISTRAR: &str = "0x000000000000000000000000f39fd6e51aad88f6f4ce6ab8827279cfffb92266";

/// A node that knows the statement's two transactions.
async fn node(said: Said, of: &Statement) -> String {
    let transaction = of.transaction.clone().unwrap();
    let anchor = of.proof.anchor.clone().unwrap();
    let contract = of.ledger.contract.to_lowercase();
    let hex32 = |bytes: &[u8]| format!("0x{:0<64}", hex::encode(bytes));
    let answer = move |Json(asked): Json<Value>| async move {
        let receipt = |block: u64, topics: Value, data: String| {
            json!({
                "blockNumber": format!("{block:#x}"), "status": "0x1",
                "logs": [{"address": contract, "topics": topics, "data": data}],
            })
        };
        let result = match asked["method"].as_str().unwrap() {
            "eth_chainId" => json!(format!("{:#x}", said.chain_id)),
            "eth_call" if asked["params"][0]["data"] == "0x82d5a60d" => {
                json!(hex32(said.isin.as_bytes()))
            }
            "eth_call" => json!(REGISTRAR),
            _ if asked["params"][0] == transaction.hash => {
                receipt(said.block, json!([]), "0x".to_owned())
            }
            _ if asked["params"][0] == anchor.hash => {
                let data = format!("0x{}{}", hex::encode(said.root), hex::encode(said.key));
                let size = format!("0x{:064x}", said.size);
                receipt(anchor.block, json!([ANCHORED, size]), data)
            }
            _ => Value::Null,
        };
        Json(json!({"jsonrpc": "2.0", "id": 1, "result": result}))
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().route("/", post(answer));
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

#[tokio::test]
async fn reg_22_a_genuine_statement_is_accepted_by_the_file_and_a_key_alone() {
    let key = sample::signer().unwrap().public().to_string();
    let (output, said) = verify(&printed(), &["--key", &key]).await;
    assert!(output.status.success(), "{output:?}");
    assert_eq!(said["code"], Value::Null);
    assert_eq!(said["statement"]["number"], 1_234);
    // What it did not look at, it says.
    let unchecked = said["unchecked"].to_string();
    assert!(unchecked.contains("no node was named"), "{unchecked}");
}

#[tokio::test]
async fn reg_22_a_changed_statement_is_refused_with_its_code() {
    let key = sample::signer().unwrap().public().to_string();
    let mut file = printed();
    let middle = file.len() / 2;
    file[middle] ^= 1;
    let (output, said) = verify(&file, &["--key", &key]).await;
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert_eq!(said["code"], "statement_tampered");
    assert_eq!(said["statement"], Value::Null);

    let (output, said) = verify(b"%PDF-1.7 of somebody else", &["--key", &key]).await;
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert_eq!(said["code"], "statement_unreadable");

    let (output, _) = verify(&printed(), &["--key", "no key"]).await;
    assert_eq!(output.status.code(), Some(1), "{output:?}");
}

type Change = fn(&mut Said);

#[rstest]
#[case::there(|_: &mut Said| {}, None)]
#[case::in_another_block(|said: &mut Said| said.block += 1, Some("statement_transaction_missing"))]
#[case::on_another_chain(|said: &mut Said| said.chain_id = 1, Some("statement_transaction_missing"))]
#[case::of_another_token(|said: &mut Said| said.isin = "DE000A0F12345".into(), Some("statement_token_mismatch"))]
#[case::no_such_anchor(|said: &mut Said| said.size += 1, Some("statement_anchor_missing"))]
#[case::another_root(|said: &mut Said| said.root[0] ^= 1, Some("statement_anchor_mismatch"))]
#[case::another_key(|said: &mut Said| said.key[0] ^= 1, Some("statement_anchor_mismatch"))]
#[tokio::test]
async fn what_a_statement_says_of_the_chain_is_looked_for_at_a_node(
    #[case] change: Change,
    #[case] code: Option<&str>,
) {
    let key = sample::signer().unwrap().public().to_string();
    let mut said = Said::as_stated(&usual());
    change(&mut said);
    let url = node(said, &usual()).await;
    let (output, verdict) = verify(&printed(), &["--key", &key, "--rpc", &url]).await;
    assert_eq!(output.status.success(), code.is_none(), "{output:?}");
    assert_eq!(verdict["code"], json!(code));
}

#[tokio::test]
async fn a_node_alone_is_enough() {
    // The key stands on the chain.
    let url = node(Said::as_stated(&usual()), &usual()).await;
    let (output, verdict) = verify(&printed(), &["--rpc", &url]).await;
    assert!(output.status.success(), "{output:?}");
    assert_eq!(verdict["statement"]["number"], 1_234);
    let checked = verdict["checked"].to_string();
    assert!(checked.contains("the key of the seal"), "{checked}");
    // Whose token it is has to be known from elsewhere, and that is said.
    let unchecked = verdict["unchecked"].to_string();
    assert!(unchecked.contains(&REGISTRAR[26..]), "{unchecked}");

    // A file that was changed is refused by the same key.
    let mut file = printed();
    let middle = file.len() / 2;
    file[middle] ^= 1;
    let (output, verdict) = verify(&file, &["--rpc", &url]).await;
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert_eq!(verdict["code"], "statement_tampered");

    // Somebody else's key on the chain has not sealed it.
    let mut other = Said::as_stated(&usual());
    other.key[0] ^= 1;
    let url = node(other, &usual()).await;
    let (output, verdict) = verify(&printed(), &["--rpc", &url]).await;
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert_eq!(verdict["code"], "statement_tampered");

    // Without either there is nothing to judge by.
    let (output, _) = verify(&printed(), &[]).await;
    assert_eq!(output.status.code(), Some(2), "{output:?}");
}

#[tokio::test]
async fn the_proof_of_an_entry_is_judged_by_the_key_alone() {
    // Given what a statement says of its entry, in a file of the field's format.
    let said = usual().proof;
    let hash = |text: &String| -> [u8; 32] {
        let bytes: Vec<u8> = (0..32)
            .map(|at| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).unwrap())
            .collect();
        bytes.try_into().unwrap()
    };
    let proof = tlog::Proof {
        entry: said.entry.clone().into_bytes(),
        index: said.sequence - 1,
        hashes: said.hashes.iter().map(hash).collect(),
        checkpoint: said.checkpoint.parse().unwrap(),
    };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("entry.tlog-proof");
    let key = sample::signer().unwrap().public().to_string();
    let judge = async |text: &str, key: &str| {
        std::fs::write(&path, text).unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_cashlink"))
            .args(["register", "verify-proof", "--json", "--key", key])
            .arg(&path)
            .current_dir(folder.path())
            .env_remove("CASHLINK_CONFIG")
            .kill_on_drop(true)
            .output()
            .await
            .unwrap();
        let said: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        (output.status.code(), said)
    };

    // Then it says which entry is in the log, and what that says.
    let (code, verdict) = judge(&proof.to_string(), &key).await;
    assert_eq!((code, &verdict["difference"]), (Some(0), &Value::Null));
    assert_eq!(verdict["sequence"], said.sequence);
    assert_eq!(verdict["entry"], said.entry.as_str());

    // A changed entry and another key's checkpoint are refused; what is no key is an error.
    let changed = tlog::Proof {
        entry: b"something else".to_vec(),
        ..proof.clone()
    };
    let (code, verdict) = judge(&changed.to_string(), &key).await;
    assert_eq!(code, Some(1));
    assert!(
        verdict["difference"]
            .as_str()
            .unwrap()
            .contains("do not lead"),
        "{verdict}"
    );
    let name = sample::signer().unwrap().public().name().to_owned();
    let other = tlog::Signer::new(&name, tlog::note::Algorithm::Ed25519, &[9; 32]).unwrap();
    let (code, _) = judge(&proof.to_string(), &other.public().to_string()).await;
    assert_eq!(code, Some(1));
    let (code, verdict) = judge(&proof.to_string(), "no key").await;
    assert_eq!((code, verdict), (Some(1), Value::Null), "no verdict");
}
