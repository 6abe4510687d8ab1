//! The suite of every ledger adapter, on the embedded chain over both databases and on real nodes.

use crate::common::{COMPONENTS, EvmStage, Kind, chain_on, signers, two_signers};
use crate::nodes::{Node, start_anvil, start_ganache, while_mining};
use alloy::providers::RootProvider;
use alloy::rpc::client::RpcClient;
use cashlink_dlt_evm::signing::Signers;
use cashlink_dlt_evm::{Connection, EvmLedger};
use database::testing::{Backend, fresh};
use dlt::conformance;

async fn embedded(backend: Backend, signers: Signers) -> EvmStage {
    let (_, chain) = chain_on(backend).await;
    let ledger = EvmLedger::embedded(&chain, signers).await.unwrap();
    let provider = RootProvider::new(RpcClient::new(chain, true));
    EvmStage {
        ledger,
        provider,
        kind: Kind::Embedded,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_embedded_chain_conforms_on_sqlite() {
    conformance::all(&embedded(Backend::Sqlite, signers()).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_embedded_chain_conforms_with_a_key_for_each_office_on_sqlite() {
    conformance::all(&embedded(Backend::Sqlite, two_signers()).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_embedded_chain_conforms_on_postgres() {
    conformance::all(&embedded(Backend::Postgres, signers()).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_embedded_chain_conforms_with_a_key_for_each_office_on_postgres() {
    conformance::all(&embedded(Backend::Postgres, two_signers()).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_real_node_conforms_on_sqlite() {
    conforms(start_anvil().await, Backend::Sqlite, signers()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_real_node_conforms_on_postgres() {
    conforms(start_anvil().await, Backend::Postgres, signers()).await;
}

/// An EVM that shares no code with ours, where gas has a price and finality is a depth.
#[tokio::test(flavor = "multi_thread")]
async fn an_independent_evm_conforms() {
    conforms(start_ganache().await, Backend::Sqlite, signers()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_real_node_conforms_with_a_key_for_each_office() {
    conforms(start_anvil().await, Backend::Sqlite, two_signers()).await;
}

async fn conforms(node: Node, backend: Backend, signers: Signers) {
    let db = fresh(backend, COMPONENTS).await;
    let connection = || Connection {
        signers: signers.clone(),
        ..node.connection()
    };
    let connecting = EvmLedger::connect(&db, connection());
    let ledger = match node.kind {
        // With one key nothing has to be final before it starts.
        Kind::Ganache => connecting.await,
        Kind::Anvil | Kind::Embedded => while_mining(&node, connecting).await,
    };
    let ledger = ledger.unwrap();
    let stage = EvmStage {
        ledger,
        provider: node.provider(),
        kind: node.kind,
    };
    conformance::all(&stage).await;

    // Once more from a fresh adapter: it finds the factory, and with it the assets.
    let again = EvmLedger::connect(&db, connection()).await.unwrap();
    assert_eq!(again.factory(), stage.ledger.factory());
}
