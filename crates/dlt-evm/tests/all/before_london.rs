//! Networks whose blocks have no base fee: their nodes take transactions of the old kind alone.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use crate::common::{COMPONENTS, EvmStage, Kind, NOW, REGISTRAR_KEY};
use crate::nodes::{Node, start_anvil, start_ganache};
use crate::proxy::{Fault, Proxy};
use alloy::providers::{Provider as _, RootProvider};
use cashlink_dlt_evm::{Connection, EvmLedger, GasPrice};
use database::testing::{Backend, fresh};
use dlt::conformance::{Stage as _, isin};
use dlt::{Command, Ledger as _, Outcome};
use domain::Timestamp;

/// A node of a network without a base fee gets transactions that it takes, first and raised.
#[tokio::test(flavor = "multi_thread")]
async fn without_a_base_fee_transactions_are_of_the_old_kind() {
    for node in [start_anvil().await, start_ganache().await] {
        let proxy = Proxy::before(node.provider()).await;
        proxy.always(Some(Fault::BeforeLondon));
        let now = Arc::new(AtomicI64::new(NOW));
        let clock = Arc::clone(&now);
        let connection = Connection {
            url: proxy.url.parse().unwrap(),
            gas_price: GasPrice::Market {
                at_most: 1_000_000_000_000,
            },
            clock: Arc::new(move || Timestamp::from_seconds(clock.load(Ordering::Relaxed))),
            ..node.connection()
        };
        if node.kind == Kind::Anvil {
            fund(&node.provider()).await;
        }
        let db = fresh(Backend::Sqlite, COMPONENTS).await;
        let ledger = EvmLedger::connect(&db, connection).await.unwrap();
        let isin = isin(1);
        let asset = ledger.asset_address(&isin);
        let stage = EvmStage {
            ledger,
            provider: node.provider(),
            kind: node.kind,
        };
        let issue = Command::CreateAsset {
            isin,
            name: "Art".into(),
            symbol: "ART".into(),
            issue_volume: 1_000,
            terms_hash: [1; 32],
        };
        let (submission, _) = dlt::conformance::execute(&stage, &issue).await;
        assert!(submission.payload[0] >= 0xc0, "no transaction type");

        // One that lies is replaced by one of the same kind that offers more.
        stop_mining(&node).await;
        let wallet = stage.new_wallet().address;
        let admit = Command::Admit { asset, wallet };
        let submission = stage.ledger.prepare(&admit).await.unwrap();
        stage.ledger.submit(&submission).await.unwrap();
        now.fetch_add(200, Ordering::Relaxed);
        stage.ledger.submit(&submission).await.unwrap();
        let waiting = cashlink_dlt_evm::waiting(&db, node.connection().chain_id);
        let waiting = waiting.await.unwrap();
        assert_eq!(waiting[0].raised, 1, "{waiting:?}");
        stage.advance().await;
        let outcome = stage.ledger.outcome(&submission).await.unwrap();
        let Outcome::Confirmed(confirmed) = outcome else {
            panic!("{outcome:?}");
        };
        assert_ne!(confirmed.transaction_hash, submission.id.0);
        let hash = confirmed.transaction_hash.into();
        let found = node.provider().get_transaction_by_hash(hash).await.unwrap();
        assert!(found.unwrap().inner.is_legacy());
    }
}

/// Money for the registrar's gas.
async fn fund(provider: &RootProvider) {
    let account = alloy::signers::local::PrivateKeySigner::from_bytes(&REGISTRAR_KEY.into());
    let account = account.unwrap().address();
    let funded = provider.raw_request::<_, serde_json::Value>(
        "anvil_setBalance".into(),
        (account, "0x3635c9adc5dea00000"),
    );
    funded.await.unwrap();
}

async fn stop_mining(node: &Node) {
    let stopped = match node.kind {
        Kind::Ganache => {
            node.provider()
                .raw_request::<_, serde_json::Value>("miner_stop".into(), ())
                .await
        }
        Kind::Anvil | Kind::Embedded => {
            let off = [false];
            node.provider()
                .raw_request::<_, serde_json::Value>("evm_setAutomine".into(), off)
                .await
        }
    };
    stopped.unwrap();
}
