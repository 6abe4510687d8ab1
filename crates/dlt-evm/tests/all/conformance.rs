//! The suite of every ledger adapter, on the embedded chain over both databases and on a real node.

use std::process::Stdio;
use std::time::Duration;

use crate::common::{COMPONENTS, EvmStage, REGISTRAR_KEY, chain_on};
use alloy::providers::{Provider as _, RootProvider};
use alloy::rpc::client::RpcClient;
use cashlink_dlt_evm::{Connection, EvmLedger, Finality, GasPrice};
use database::testing::{Backend, fresh};
use dlt::conformance;
use tokio::process::{Child, Command};

const ANVIL: &str = "CASHLINK_TEST_ANVIL";

async fn embedded(backend: Backend) -> EvmStage {
    let (_, chain) = chain_on(backend).await;
    let ledger = EvmLedger::embedded(&chain, &REGISTRAR_KEY).await.unwrap();
    let provider = RootProvider::new(RpcClient::new(chain, true));
    EvmStage {
        ledger,
        provider,
        blocks_to_final: 0,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_embedded_chain_conforms_on_sqlite() {
    conformance::all(&embedded(Backend::Sqlite).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_embedded_chain_conforms_on_postgres() {
    conformance::all(&embedded(Backend::Postgres).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_real_node_conforms() {
    let (_node, url) = start_anvil().await;
    let db = fresh(Backend::Sqlite, COMPONENTS).await;
    let ledger = EvmLedger::connect(&db, connection(&url)).await.unwrap();
    let provider = RootProvider::new(RpcClient::new_http(url.parse().unwrap()));
    let stage = EvmStage {
        ledger,
        provider,
        blocks_to_final: 3,
    };
    conformance::all(&stage).await;

    // Once more from a fresh adapter: it finds the factory, and with it the assets.
    let again = EvmLedger::connect(&db, connection(&url)).await.unwrap();
    assert_eq!(again.factory(), stage.ledger.factory());
}

fn connection(url: &str) -> Connection {
    Connection {
        name: "anvil".into(),
        url: url.parse().unwrap(),
        chain_id: 31_337,
        registrar_key: REGISTRAR_KEY,
        finality: Finality::Finalized,
        gas_price: GasPrice::Free,
    }
}

/// A node on a free port; it ends with the handle.
async fn start_anvil() -> (Child, String) {
    let Ok(anvil) = std::env::var(ANVIL) else {
        panic!("{ANVIL} is not set: run `cargo xtask test`, which brings the node");
    };
    let _ = rustls::crypto::ring::default_provider().install_default();
    let port = {
        let socket = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        socket.local_addr().unwrap().port()
    };
    let arguments = [
        "--port",
        &port.to_string(),
        "--hardfork",
        "prague",
        "--gas-price",
        "0",
        "--block-base-fee-per-gas",
        "0",
        "--disable-min-priority-fee",
        "--slots-in-an-epoch",
        "1",
        "--enable-tx-gas-limit",
        "--accounts",
        "1",
        "--silent",
    ];
    let node = Command::new(anvil)
        .args(arguments)
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .expect("the node starts");
    let url = format!("http://127.0.0.1:{port}");
    let provider: RootProvider = RootProvider::new(RpcClient::new_http(url.parse().unwrap()));
    for _ in 0..200 {
        if provider.get_chain_id().await.is_ok() {
            return (node, url);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the node does not answer");
}
