//! The suite of every ledger adapter, on the embedded chain over both databases and on real nodes.

use crate::common::{COMPONENTS, EvmStage, Kind, REGISTRAR_KEY, chain_on};
use crate::nodes::{Node, start_anvil, start_ganache};
use alloy::providers::RootProvider;
use alloy::rpc::client::RpcClient;
use cashlink_dlt_evm::EvmLedger;
use database::testing::{Backend, fresh};
use dlt::conformance;

async fn embedded(backend: Backend) -> EvmStage {
    let (_, chain) = chain_on(backend).await;
    let ledger = EvmLedger::embedded(&chain, &REGISTRAR_KEY).await.unwrap();
    let provider = RootProvider::new(RpcClient::new(chain, true));
    EvmStage {
        ledger,
        provider,
        kind: Kind::Embedded,
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
async fn a_real_node_conforms_on_sqlite() {
    conforms(start_anvil().await, Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_real_node_conforms_on_postgres() {
    conforms(start_anvil().await, Backend::Postgres).await;
}

/// An EVM that shares no code with ours, where gas has a price and finality is a depth.
#[tokio::test(flavor = "multi_thread")]
async fn an_independent_evm_conforms() {
    conforms(start_ganache().await, Backend::Sqlite).await;
}

async fn conforms(node: Node, backend: Backend) {
    let db = fresh(backend, COMPONENTS).await;
    let ledger = EvmLedger::connect(&db, node.connection()).await.unwrap();
    let stage = EvmStage {
        ledger,
        provider: node.provider(),
        kind: node.kind,
    };
    conformance::all(&stage).await;

    // Once more from a fresh adapter: it finds the factory, and with it the assets.
    let again = EvmLedger::connect(&db, node.connection()).await.unwrap();
    assert_eq!(again.factory(), stage.ledger.factory());
}
