//! The chain goes on where it stopped, and only one process at a time adds to it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use crate::common::{COMPONENTS, NOW, Player, evm, investor, options, ours, registrar, signers};
use alloy::providers::Provider as _;
use cashlink_dlt_evm::{ChainError, Embedded, EmbeddedOptions, EvmLedger};
use database::testing::{Backend, fresh, place};
use database::{Db, migrate};
use dlt::{Command, Ledger as _, LedgerError, Outcome};
use domain::Timestamp;
use uuid::Uuid;

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_changes_nothing_on_sqlite() {
    a_restart_changes_nothing(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_changes_nothing_on_postgres() {
    a_restart_changes_nothing(Backend::Postgres).await;
}

async fn a_restart_changes_nothing(backend: Backend) {
    let (place, _folder) = place(backend, COMPONENTS).await;
    let db = Db::open(&place).await.unwrap();
    migrate(&db, COMPONENTS).await.unwrap();
    let isin = dlt::conformance::isin(1);
    let wallet = ours(investor(1));

    let chain = Embedded::open(&db, options(1)).await.unwrap();
    let ledger = EvmLedger::embedded(&chain, signers()).await.unwrap();
    let asset = ledger.asset_address(&isin);
    run(&ledger, &creation()).await;
    run(&ledger, &delivery(asset, 0, wallet)).await;
    let before = latest(&chain).await;
    let prepared = ledger.prepare(&delivery(asset, 1, wallet)).await.unwrap();
    let factory = ledger.factory();
    drop((ledger, chain));
    db.close().await;

    let db = Db::open(&place).await.unwrap();
    let chain = Embedded::open(&db, options(1)).await.unwrap();
    assert_eq!(latest(&chain).await, before);
    let ledger = EvmLedger::embedded(&chain, signers()).await.unwrap();
    assert_eq!(ledger.factory(), factory);
    assert_eq!(latest(&chain).await, before, "nothing was deployed again");
    assert_eq!(ledger.balances(asset, &[wallet]).await.unwrap().units, [10]);

    // What was signed before the stop is still good.
    ledger.submit(&prepared).await.unwrap();
    assert!(matches!(
        ledger.outcome(&prepared).await.unwrap(),
        Outcome::Confirmed(_)
    ));
    assert_eq!(ledger.balances(asset, &[wallet]).await.unwrap().units, [20]);
    let after = latest(&chain).await;
    assert_eq!(after["parentHash"], before["hash"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_keeps_its_chain_number() {
    let db = fresh(Backend::Sqlite, COMPONENTS).await;
    Embedded::open(&db, options(1)).await.unwrap();
    let other = EmbeddedOptions {
        chain_id: 5,
        ..options(1)
    };
    assert!(matches!(
        Embedded::open(&db, other).await,
        Err(ChainError::Fault(_))
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_process_produces_until_its_lease_runs_out() {
    let db = fresh(Backend::Sqlite, COMPONENTS).await;
    let now = Arc::new(AtomicI64::new(NOW));
    let at = |process: u128| {
        let now = Arc::clone(&now);
        EmbeddedOptions::new(
            Arc::new(move || Timestamp::from_seconds(now.load(Ordering::SeqCst))),
            Uuid::from_u128(process),
        )
    };
    let first = Embedded::open(&db, at(1)).await.unwrap();
    let ledger = EvmLedger::embedded(&first, signers()).await.unwrap();
    let second = Embedded::open(&db, at(2)).await.unwrap();
    let other = EvmLedger::embedded(&second, signers()).await.unwrap();

    let submission = other.prepare(&creation()).await.unwrap();
    assert!(matches!(
        other.submit(&submission).await,
        Err(LedgerError::NotProducer)
    ));
    assert_eq!(ledger.outcome(&submission).await.unwrap(), Outcome::Pending);

    // The clock goes on, and then back a little: block times never do.
    now.fetch_add(60, Ordering::SeqCst);
    other.submit(&submission).await.unwrap();
    assert!(matches!(
        ledger.outcome(&submission).await.unwrap(),
        Outcome::Confirmed(_)
    ));
    now.fetch_sub(1, Ordering::SeqCst);
    let asset = ledger.asset_address(&dlt::conformance::isin(1));
    let next = other
        .prepare(&delivery(asset, 0, ours(investor(1))))
        .await
        .unwrap();
    other.submit(&next).await.unwrap();
    let Outcome::Confirmed(confirmation) = other.outcome(&next).await.unwrap() else {
        panic!("it is in a block");
    };
    assert_eq!(confirmation.at, Timestamp::from_seconds(NOW + 60));
}

#[tokio::test(flavor = "multi_thread")]
async fn parallel_transactions_of_many_make_one_chain_on_postgres() {
    parallel_transactions_make_one_chain(Backend::Postgres).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn parallel_transactions_of_many_make_one_chain_on_sqlite() {
    parallel_transactions_make_one_chain(Backend::Sqlite).await;
}

async fn parallel_transactions_make_one_chain(backend: Backend) {
    let (_, chain) = crate::common::chain_on(backend).await;
    let senders = (1..=8_u8).map(|seed| {
        let chain = chain.clone();
        tokio::spawn(async move {
            let key = [seed; 32].into();
            let player = Player::on(
                &chain,
                alloy::signers::local::PrivateKeySigner::from_bytes(&key).unwrap(),
            );
            for _ in 0..5 {
                let to = alloy::primitives::TxKind::Call(investor(1));
                let raw = player.sign(to, Default::default(), 30_000).await;
                let sent = player.provider.send_raw_transaction(&raw).await;
                assert!(sent.is_ok(), "{sent:?}");
            }
        })
    });
    for sender in senders.collect::<Vec<_>>() {
        sender.await.unwrap();
    }
    let head = latest(&chain).await;
    assert_eq!(head["number"], "0x28");
    let player = Player::on(&chain, registrar());
    for number in 1..=40_u64 {
        let block = player
            .provider
            .get_block_by_number(number.into())
            .await
            .unwrap()
            .unwrap();
        let parent = player
            .provider
            .get_block_by_number((number - 1).into())
            .await
            .unwrap()
            .unwrap();
        assert_eq!(block.header.parent_hash, parent.header.hash);
        assert_eq!(
            block.header.inner.hash_slow(),
            block.header.hash,
            "anybody can hash it again"
        );
        assert_eq!(block.transactions.len(), 1);
    }
}

async fn run(ledger: &EvmLedger, command: &Command) {
    let submission = ledger.prepare(command).await.unwrap();
    ledger.submit(&submission).await.unwrap();
    assert!(matches!(
        ledger.outcome(&submission).await.unwrap(),
        Outcome::Confirmed(_)
    ));
}

async fn latest(chain: &Embedded) -> serde_json::Value {
    let request =
        br#"{"jsonrpc":"2.0","id":1,"method":"eth_getBlockByNumber","params":["latest",true]}"#;
    let answer: serde_json::Value = serde_json::from_slice(&chain.handle(request).await).unwrap();
    answer["result"].clone()
}

fn creation() -> Command {
    Command::CreateAsset {
        isin: dlt::conformance::isin(1),
        name: "Art".into(),
        symbol: "ART".into(),
        issue_volume: 1_000,
        terms_hash: [1; 32],
    }
}

fn delivery(asset: domain::Address, sequence: u32, wallet: domain::Address) -> Command {
    assert_ne!(evm(asset), investor(1));
    Command::DeliverBatch {
        asset,
        sequence,
        items: vec![(wallet, 10)],
    }
}
