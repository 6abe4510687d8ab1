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
async fn verify(file: &[u8], key: &str, more: &[&str]) -> (Output, Value) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("statement.pdf");
    std::fs::write(&path, file).unwrap();
    let output = run(folder.path(), &path, key, more).await;
    let said = serde_json::from_slice(&output.stdout).unwrap_or_default();
    (output, said)
}

async fn run(folder: &Path, file: &Path, key: &str, more: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_cashlink"))
        .args(["register", "verify-statement", "--json", "--key", key])
        .args(more)
        .arg(file)
        .current_dir(folder)
        .env_remove("CASHLINK_CONFIG")
        .env("NO_PROXY", "127.0.0.1")
        .kill_on_drop(true)
        .output()
        .await
        .unwrap()
}

/// A node of this chain that knows one transaction.
async fn node(chain_id: u64, of: &Statement, block: u64) -> String {
    let transaction = of.transaction.clone().unwrap();
    let contract = of.ledger.contract.to_lowercase();
    let answer = move |Json(asked): Json<Value>| async move {
        let result = match asked["method"].as_str().unwrap() {
            "eth_chainId" => json!(format!("{chain_id:#x}")),
            _ if asked["params"][0] == transaction.hash => json!({
                "blockNumber": format!("{block:#x}"), "status": "0x1", "logs": [{"address": contract}],
            }),
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
    let (output, said) = verify(&printed(), &key, &[]).await;
    assert!(output.status.success(), "{output:?}");
    assert_eq!(said["code"], Value::Null);
    assert_eq!(said["statement"]["number"], 1_234);
    // What it did not look at, it says.
    let unchecked = said["unchecked"].to_string();
    assert!(unchecked.contains("anchored"), "{unchecked}");
    assert!(unchecked.contains("no node was named"), "{unchecked}");
}

#[tokio::test]
async fn reg_22_a_changed_statement_is_refused_with_its_code() {
    let key = sample::signer().unwrap().public().to_string();
    let mut file = printed();
    let middle = file.len() / 2;
    file[middle] ^= 1;
    let (output, said) = verify(&file, &key, &[]).await;
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert_eq!(said["code"], "statement_tampered");
    assert_eq!(said["statement"], Value::Null);

    let (output, said) = verify(b"%PDF-1.7 of somebody else", &key, &[]).await;
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert_eq!(said["code"], "statement_unreadable");

    let (output, _) = verify(&printed(), "no key", &[]).await;
    assert_eq!(output.status.code(), Some(1), "{output:?}");
}

#[rstest]
#[case::there(31_337, 1_207, None)]
#[case::in_another_block(31_337, 1_208, Some("statement_transaction_missing"))]
#[case::on_another_chain(1, 1_207, Some("statement_transaction_missing"))]
#[tokio::test]
async fn the_transaction_is_looked_for_at_a_node(
    #[case] chain_id: u64,
    #[case] block: u64,
    #[case] code: Option<&str>,
) {
    let key = sample::signer().unwrap().public().to_string();
    let url = node(chain_id, &usual(), block).await;
    let (output, said) = verify(&printed(), &key, &["--rpc", &url]).await;
    assert_eq!(output.status.success(), code.is_none(), "{output:?}");
    assert_eq!(said["code"], json!(code));
}
