//! Nonces and fees on a node that drops, reorganises and leaves lying, and beside somebody who uses the account too.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use crate::common::{COMPONENTS, EvmStage, Kind, NOW, Player, registrar};
use crate::nodes::{self, Node, start_anvil};
use crate::proxy::{Fault, Proxy, TIMEOUT};
use alloy::consensus::{Transaction as _, TxEnvelope};
use alloy::eips::Decodable2718 as _;
use alloy::primitives::{Bytes, TxKind};
use alloy::providers::Provider as _;
use cashlink_dlt_evm::{Connection, Cost, EvmLedger, GasPrice};
use database::Db;
use database::testing::{Backend, fresh};
use dlt::conformance::{Stage as _, execute, isin};
use dlt::{Command, Confirmation, Ledger as _, LedgerError, Outcome, Submission};
use domain::{Address, Timestamp};
use serde_json::{Value, json};

struct Scene {
    stage: EvmStage,
    asset: Address,
    now: Arc<AtomicI64>,
    node: Node,
    proxy: Proxy,
    db: Db,
}

/// An asset on a node, with a clock that the test moves.
async fn scene(backend: Backend, gas_price: GasPrice) -> Scene {
    let node = start_anvil().await;
    let provider = node.provider();
    let funded = json!([registrar().address(), "0xde0b6b3a7640000"]);
    ask(&node, "anvil_setBalance", funded).await;
    let db = fresh(backend, COMPONENTS).await;
    let now = Arc::new(AtomicI64::new(NOW));
    let proxy = Proxy::before(provider.clone()).await;
    let connection = connection(&node, &proxy, &now, gas_price);
    let ledger = EvmLedger::connect(&db, connection).await.unwrap();
    let stage = EvmStage {
        ledger,
        provider,
        kind: Kind::Anvil,
    };
    let issue = Command::CreateAsset {
        isin: isin(1),
        name: "Art".into(),
        symbol: "ART".into(),
        issue_volume: 1_000,
        terms_hash: [1; 32],
    };
    execute(&stage, &issue).await;
    Scene {
        asset: stage.ledger.asset_address(&isin(1)),
        stage,
        now,
        node,
        proxy,
        db,
    }
}

fn connection(node: &Node, proxy: &Proxy, now: &Arc<AtomicI64>, gas_price: GasPrice) -> Connection {
    let now = Arc::clone(now);
    Connection {
        url: proxy.url.parse().unwrap(),
        timeout: TIMEOUT,
        gas_price,
        patience: Duration::from_secs(180),
        clock: Arc::new(move || Timestamp::from_seconds(now.load(Ordering::SeqCst))),
        ..node.connection()
    }
}

async fn ask(node: &Node, method: &'static str, params: Value) -> Value {
    let asked = node.provider().raw_request(method.into(), params).await;
    asked.unwrap()
}

impl Scene {
    fn delivery(&self, sequence: u32, wallet: Address) -> Command {
        Command::DeliverBatch {
            asset: self.asset,
            sequence,
            items: vec![(wallet, 10)],
        }
    }

    async fn sent(&self, command: &Command) -> Submission {
        let submission = self.stage.ledger.prepare(command).await.unwrap();
        self.submit(&submission).await;
        submission
    }

    async fn submit(&self, submission: &Submission) {
        self.stage.ledger.submit(submission).await.unwrap();
    }

    async fn outcome(&self, submission: &Submission) -> Outcome {
        self.stage.ledger.outcome(submission).await.unwrap()
    }

    async fn confirmed(&self, submission: &Submission) -> Confirmation {
        self.stage.advance().await;
        match self.outcome(submission).await {
            Outcome::Confirmed(confirmation) => confirmation,
            other => panic!("not confirmed: {other:?}"),
        }
    }

    fn pass(&self, seconds: i64) {
        self.now.fetch_add(seconds, Ordering::SeqCst);
    }

    /// Transactions stay in the pool until somebody makes blocks.
    async fn hold(&self) {
        ask(&self.node, "evm_setAutomine", json!([false])).await;
    }

    async fn pending(&self) -> Value {
        ask(&self.node, "txpool_status", json!([])).await["pending"].clone()
    }

    /// The registrar's key at work outside of this house.
    async fn outside(&self) {
        let player = Player::new(self.node.provider(), registrar());
        let to = TxKind::Call(player.address());
        let raw = player.sign(to, Bytes::new(), 21_000).await;
        let sent = player.provider.send_raw_transaction(&raw).await.unwrap();
        sent.get_receipt().await.unwrap();
    }

    async fn costs(&self) -> Vec<Cost> {
        let since = Timestamp::from_seconds(NOW);
        let costs = cashlink_dlt_evm::costs(&self.db, 31_337, since).await;
        costs.unwrap()
    }

    async fn units(&self, wallet: Address) -> u64 {
        let balances = self.stage.ledger.balances(self.asset, &[wallet]).await;
        balances.unwrap().units[0]
    }
}

fn fees(raw: &[u8]) -> (u128, u128) {
    let mut rest = raw;
    let envelope = TxEnvelope::decode_2718(&mut rest).unwrap();
    (
        envelope.max_fee_per_gas(),
        envelope.max_priority_fee_per_gas().unwrap(),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_transaction_is_sent_again() {
    let scene = scene(Backend::Sqlite, GasPrice::Free).await;
    let wallet = scene.stage.new_wallet().address;
    scene.hold().await;
    let submission = scene.sent(&scene.delivery(0, wallet)).await;
    assert_eq!(scene.pending().await, "0x1");
    let dropped = json!([submission.id.to_string()]);
    ask(&scene.node, "anvil_dropTransaction", dropped).await;
    assert_eq!(scene.pending().await, "0x0");
    assert_eq!(scene.outcome(&submission).await, Outcome::Pending);

    scene.submit(&submission).await;
    scene.confirmed(&submission).await;
    assert_eq!(scene.units(wallet).await, 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reorganised_transaction_is_sent_again() {
    let scene = scene(Backend::Sqlite, GasPrice::Free).await;
    let wallet = scene.stage.new_wallet().address;
    let submission = scene.sent(&scene.delivery(0, wallet)).await;
    assert_eq!(
        scene.outcome(&submission).await,
        Outcome::Pending,
        "not final"
    );
    ask(&scene.node, "anvil_reorg", json!([1, []])).await;
    assert_eq!(scene.outcome(&submission).await, Outcome::Pending);

    scene.submit(&submission).await;
    scene.confirmed(&submission).await;
    assert_eq!(scene.units(wallet).await, 10);
    let state = scene
        .stage
        .ledger
        .asset(scene.asset)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(state.next_sequence, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_hour_without_a_node_changes_nothing() {
    let scene = scene(Backend::Sqlite, GasPrice::Free).await;
    let wallet = scene.stage.new_wallet().address;
    let prepared = scene.stage.ledger.prepare(&scene.delivery(0, wallet)).await;
    let submission = prepared.unwrap();
    scene.proxy.always(Some(Fault::CutBefore));
    for _ in 0..6 {
        let sent = scene.stage.ledger.submit(&submission).await;
        assert!(matches!(sent, Err(LedgerError::Unavailable(_))), "{sent:?}");
        let outcome = scene.stage.ledger.outcome(&submission).await;
        assert!(
            matches!(outcome, Err(LedgerError::Unavailable(_))),
            "{outcome:?}"
        );
        scene.pass(600);
    }
    scene.proxy.always(None);
    scene.submit(&submission).await;
    let confirmation = scene.confirmed(&submission).await;
    assert_eq!(
        confirmation.transaction_hash, submission.id.0,
        "nothing else was signed"
    );
    assert_eq!(scene.units(wallet).await, 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_nonce_that_was_used_outside_is_gone() {
    let scene = scene(Backend::Sqlite, GasPrice::Free).await;
    let wallet = scene.stage.new_wallet().address;
    let delivery = scene.delivery(0, wallet);
    let submission = scene.stage.ledger.prepare(&delivery).await.unwrap();
    scene.outside().await;
    scene.submit(&submission).await;
    assert_eq!(
        scene.outcome(&submission).await,
        Outcome::Pending,
        "until that one is final, ours might still be"
    );
    scene.stage.advance().await;
    for _ in 0..3 {
        assert_eq!(
            scene.outcome(&submission).await,
            Outcome::Pending,
            "until every node behind the address has had its time"
        );
        scene.pass(60);
    }
    let outcome = scene.outcome(&submission).await;
    assert!(matches!(outcome, Outcome::Refused { .. }), "{outcome:?}");
    let again = scene.sent(&delivery).await;
    scene.confirmed(&again).await;
    assert_eq!(scene.units(wallet).await, 10);
}

/// One address, several nodes: for a while the first says that the nonce is used, and the second that it knows no receipt.
#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_that_is_late_is_waited_for() {
    let scene = scene(Backend::Sqlite, GasPrice::Free).await;
    let wallet = scene.stage.new_wallet().address;
    let submission = scene.sent(&scene.delivery(0, wallet)).await;
    scene.stage.advance().await;
    scene.proxy.always(Some(Fault::NoReceipt));
    for _ in 0..3 {
        assert_eq!(scene.outcome(&submission).await, Outcome::Pending);
        scene.submit(&submission).await;
        scene.pass(59);
    }
    scene.proxy.always(None);
    scene.confirmed(&submission).await;
    assert_eq!(scene.units(wallet).await, 10);
}

/// As after a reorganisation that took an outside transaction away: ours stands behind a nonce that nobody uses.
#[tokio::test(flavor = "multi_thread")]
async fn a_gap_is_filled() {
    let scene = scene(Backend::Sqlite, GasPrice::Free).await;
    let wallet = scene.stage.new_wallet().address;
    let account = registrar().address();
    let before = scene.node.provider().get_transaction_count(account).await;
    let before = before.unwrap();
    let set = async |nonce: u64| {
        let params = json!([account, format!("{nonce:#x}")]);
        ask(&scene.node, "anvil_setNonce", params).await;
    };
    set(before + 2).await;
    scene.hold().await;
    let submission = scene.stage.ledger.prepare(&scene.delivery(0, wallet)).await;
    let submission = submission.unwrap();
    set(before).await;
    scene.submit(&submission).await;
    scene.stage.advance().await;
    assert_eq!(scene.outcome(&submission).await, Outcome::Pending);

    scene.pass(180);
    scene.submit(&submission).await;
    scene.confirmed(&submission).await;
    assert_eq!(scene.units(wallet).await, 10);
    let after = scene.node.provider().get_transaction_count(account).await;
    assert_eq!(after.unwrap(), before + 3);
    // What filled it has cost something too.
    let costs = scene.costs().await;
    let gap = costs.iter().find(|cost| cost.act == "gap").unwrap();
    assert_eq!((gap.transactions, gap.gas), (2, 42_000));
}

/// Whoever signs without looking after it leaves it to those behind.
#[tokio::test(flavor = "multi_thread")]
async fn what_stands_before_is_looked_after_too() {
    let scene = scene(Backend::Sqlite, GasPrice::Free).await;
    let (one, two) = (
        scene.stage.new_wallet().address,
        scene.stage.new_wallet().address,
    );
    scene.hold().await;
    let asset = scene.asset;
    let admit = scene.sent(&Command::Admit { asset, wallet: two }).await;
    let submission = scene.sent(&scene.delivery(0, one)).await;
    let dropped = json!([admit.id.to_string()]);
    ask(&scene.node, "anvil_dropTransaction", dropped).await;
    scene.stage.advance().await;
    assert_eq!(scene.outcome(&submission).await, Outcome::Pending);

    let waiting = cashlink_dlt_evm::waiting(&scene.db, 31_337).await.unwrap();
    let acts: Vec<_> = waiting.iter().map(|one| one.act.as_str()).collect();
    assert_eq!(acts[acts.len() - 2..], ["admit", "delivery"]);

    scene.pass(180);
    scene.submit(&submission).await;
    scene.confirmed(&submission).await;
    assert_eq!(scene.units(one).await, 10);
    // Nobody has asked for the end of the first, which is known all the same.
    let costs = scene.costs().await;
    assert!(
        costs
            .iter()
            .any(|cost| cost.act == "admit" && cost.transactions == 1)
    );
    let waiting = cashlink_dlt_evm::waiting(&scene.db, 31_337).await.unwrap();
    assert_eq!(waiting, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stuck_transaction_offers_more_up_to_the_cap_on_sqlite() {
    a_stuck_transaction_offers_more_up_to_the_cap(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stuck_transaction_offers_more_up_to_the_cap_on_postgres() {
    a_stuck_transaction_offers_more_up_to_the_cap(Backend::Postgres).await;
}

async fn a_stuck_transaction_offers_more_up_to_the_cap(backend: Backend) {
    // The node asks for one wei, so that an eighth more is two, and three is beyond the cap.
    let scene = scene(backend, GasPrice::Market { at_most: 2 }).await;
    let wallet = scene.stage.new_wallet().address;
    scene.hold().await;
    let submission = scene.sent(&scene.delivery(0, wallet)).await;
    assert_eq!(fees(&submission.payload), (1, 1));
    scene.pass(179);
    scene.submit(&submission).await;
    assert_eq!(pool(&scene).await, [submission.id.to_string()]);

    scene.pass(1);
    scene.submit(&submission).await;
    let replaced = pool(&scene).await;
    assert_eq!(replaced.len(), 1);
    let waiting = cashlink_dlt_evm::waiting(&scene.db, 31_337).await.unwrap();
    let last = waiting.last().unwrap();
    assert_eq!(last.submission, submission.id);
    assert_eq!([last.transaction.to_string()], replaced[..]);
    assert_eq!((last.raised, last.offered_wei, last.is_gone), (1, 2, false));
    assert_ne!(replaced, [submission.id.to_string()]);
    for _ in 0..3 {
        scene.pass(180);
        scene.submit(&submission).await;
        assert_eq!(pool(&scene).await, replaced, "nothing beyond the cap");
    }
    assert_eq!(scene.outcome(&submission).await, Outcome::Pending);

    // It is the submission that is confirmed, in the transaction that took its place. A fresh process knows that too.
    let confirmation = scene.confirmed(&submission).await;
    let hash = alloy::primitives::B256::from(confirmation.transaction_hash);
    assert_eq!([hash.to_string()], replaced[..]);
    let found = scene.node.provider().get_transaction_by_hash(hash).await;
    let found = found.unwrap().unwrap();
    assert_eq!(
        (found.max_fee_per_gas(), found.max_priority_fee_per_gas()),
        (2, Some(2))
    );
    let price = GasPrice::Market { at_most: 2 };
    let connection = connection(&scene.node, &scene.proxy, &scene.now, price);
    let again = EvmLedger::connect(&scene.db, connection).await.unwrap();
    assert_eq!(
        again.outcome(&submission).await.unwrap(),
        Outcome::Confirmed(confirmation)
    );
    assert_eq!(scene.units(wallet).await, 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn costs_are_told_by_act_on_sqlite() {
    costs_are_told_by_act(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn costs_are_told_by_act_on_postgres() {
    costs_are_told_by_act(Backend::Postgres).await;
}

/// Also what is paid for something that did not happen.
async fn costs_are_told_by_act(backend: Backend) {
    let scene = scene(backend, GasPrice::Market { at_most: 9 }).await;
    let (holder, other) = (scene.stage.new_wallet(), scene.stage.new_wallet());
    let (one, two, asset) = (holder.address, other.address, scene.asset);
    let delivery = |sequence, items: &[(Address, u64)]| Command::DeliverBatch {
        asset,
        sequence,
        items: items.to_vec(),
    };
    let first = scene.sent(&delivery(0, &[(one, 10), (two, 5)])).await;
    scene.confirmed(&first).await;
    let second = scene.sent(&delivery(1, &[(one, 1)])).await;
    scene.confirmed(&second).await;
    // The holder is faster than what was simulated before.
    let back = Command::TakeBack {
        asset,
        from: one,
        units: 11,
    };
    let third = scene.stage.ledger.prepare(&back).await.unwrap();
    let moved = scene.stage.transfer(asset, &holder, two, 1).await;
    moved.unwrap();
    scene.submit(&third).await;
    scene.stage.advance().await;
    let outcome = scene.outcome(&third).await;
    let reason = "the contract reverted it".to_owned();
    assert_eq!(outcome, Outcome::Refused { reason });

    let costs = scene.costs().await;
    let acts: Vec<_> = costs.iter().map(|cost| cost.act.as_str()).collect();
    assert_eq!(costs.len(), 4, "{acts:?}");
    let of = |act: &str| costs.iter().find(|cost| cost.act == act).unwrap();
    let delivered = of("delivery");
    assert_eq!(delivered.asset, Some(asset));
    assert_eq!((delivered.transactions, delivered.reverted), (2, 0));
    assert_eq!((delivered.wallets, delivered.units), (3, 16));
    let gas = used(&scene, &first).await + used(&scene, &second).await;
    assert_eq!(delivered.gas, gas);
    assert_eq!(delivered.fee_wei, u128::from(gas), "a wei each");
    let back = of("take_back");
    assert_eq!((back.transactions, back.reverted, back.units), (0, 1, 0));
    assert_eq!(back.gas, used(&scene, &third).await);
    assert_eq!(
        (of("issue").transactions, of("factory").transactions),
        (1, 1)
    );
    let later = Timestamp::from_seconds(NOW + 1);
    let costs = cashlink_dlt_evm::costs(&scene.db, 31_337, later).await;
    assert_eq!(costs.unwrap(), []);
}

async fn used(scene: &Scene, submission: &Submission) -> u64 {
    let hash = submission.id.0.into();
    let receipt = scene.node.provider().get_transaction_receipt(hash).await;
    receipt.unwrap().unwrap().gas_used
}

/// The hashes that wait.
async fn pool(scene: &Scene) -> Vec<String> {
    let content = ask(&scene.node, "txpool_content", json!([])).await;
    let accounts = content["pending"].as_object().unwrap().values();
    let waiting = accounts.flat_map(|account| account.as_object().unwrap().values());
    waiting
        .map(|transaction| transaction["hash"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn processes_beside_each_other_move_everything_once_on_sqlite() {
    processes_beside_each_other_move_everything_once(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn processes_beside_each_other_move_everything_once_on_postgres() {
    processes_beside_each_other_move_everything_once(Backend::Postgres).await;
}

async fn processes_beside_each_other_move_everything_once(backend: Backend) {
    let scene = scene(backend, GasPrice::Free).await;
    let (one, two) = (
        scene.stage.new_wallet().address,
        scene.stage.new_wallet().address,
    );
    let items = vec![(one, 500), (two, 1)];
    let asset = scene.asset;
    let delivery = Command::DeliverBatch {
        asset,
        sequence: 0,
        items,
    };
    execute(&scene.stage, &delivery).await;
    let mut processes = Vec::new();
    for _ in 0..3 {
        let connection = nodes::connection(&scene.node.url, Kind::Anvil);
        let ledger = EvmLedger::connect(&scene.db, connection).await.unwrap();
        let provider = scene.node.provider();
        processes.push(tokio::spawn(async move {
            let stage = EvmStage {
                ledger,
                provider,
                kind: Kind::Anvil,
            };
            for _ in 0..5 {
                move_one(&stage, asset, (one, two)).await;
            }
        }));
    }
    for process in processes {
        process.await.unwrap();
    }
    assert_eq!(scene.units(one).await, 485);
    assert_eq!(scene.units(two).await, 16);
}

async fn move_one(stage: &EvmStage, asset: Address, (from, to): (Address, Address)) {
    let transfer = Command::Transfer {
        asset,
        from,
        to,
        units: 1,
    };
    for _ in 0..100 {
        let submission = stage.ledger.prepare(&transfer).await.unwrap();
        stage.ledger.submit(&submission).await.unwrap();
        for _ in 0..100 {
            stage.advance().await;
            match stage.ledger.outcome(&submission).await.unwrap() {
                Outcome::Confirmed(_) => return,
                Outcome::Refused { .. } => break,
                Outcome::Pending => stage.ledger.submit(&submission).await.unwrap(),
            }
        }
    }
    panic!("it came to no end");
}
