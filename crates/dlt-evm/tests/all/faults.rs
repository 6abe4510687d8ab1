//! Each fault of a node at each step of a command: the end is the same as undisturbed.

use crate::common::{COMPONENTS, EvmStage, Kind, chain_on, signers};
use crate::nodes::{self, start_anvil, start_ganache};
use crate::proxy::{Fault, PASSING, Proxy, TIMEOUT};
use alloy::providers::RootProvider;
use alloy::rpc::client::RpcClient;
use cashlink_dlt_evm::{Connection, EmbeddedOptions, EvmLedger, Finality};
use database::Db;
use database::testing::{Backend, fresh};
use dlt::conformance::{Stage as _, isin};
use dlt::{AssetState, Command, Confirmation, Ledger as _, LedgerError, Outcome};
use domain::Address;

struct Scene {
    stage: EvmStage,
    proxy: Proxy,
    asset: Address,
    /// Keeps the node alive.
    _node: Option<nodes::Node>,
}

async fn over_embedded(backend: Backend) -> Scene {
    let (db, chain) = chain_on(backend).await;
    let node = RootProvider::new(RpcClient::new(chain, true));
    let connection = Connection {
        chain_id: EmbeddedOptions::DEFAULT_CHAIN_ID,
        finality: Finality::Latest,
        ..nodes::connection("http://localhost", Kind::Embedded)
    };
    scene(&db, node, connection, None).await
}

async fn over(node: impl Future<Output = nodes::Node>) -> Scene {
    let node = node.await;
    let db = fresh(Backend::Sqlite, COMPONENTS).await;
    scene(&db, node.provider(), node.connection(), Some(node)).await
}

async fn scene(
    db: &Db,
    provider: RootProvider,
    connection: Connection,
    node: Option<nodes::Node>,
) -> Scene {
    let proxy = Proxy::before(provider.clone()).await;
    let connection = Connection {
        url: proxy.url.parse().unwrap(),
        timeout: TIMEOUT,
        ..connection
    };
    let ledger = EvmLedger::connect(db, connection).await.unwrap();
    let isin = isin(1);
    let scene = Scene {
        asset: ledger.asset_address(&isin),
        stage: EvmStage {
            ledger,
            provider,
            kind: node.as_ref().map_or(Kind::Embedded, |node| node.kind),
        },
        proxy,
        _node: node,
    };
    let issue = Command::CreateAsset {
        isin,
        name: "Art".into(),
        symbol: "ART".into(),
        issue_volume: 1_000_000,
        terms_hash: [1; 32],
    };
    scene.carry(&issue).await;
    scene
}

impl Scene {
    /// As the worker does: what was signed is kept and looked after until its end is known, and only then another one is signed.
    async fn carry(&self, command: &Command) -> Confirmation {
        let ledger = &self.stage.ledger;
        for _ in 0..20 {
            let submission = match ledger.prepare(command).await {
                Ok(submission) => submission,
                Err(error) => {
                    passes(&error);
                    continue;
                }
            };
            for _ in 0..20 {
                if let Err(error) = ledger.submit(&submission).await {
                    passes(&error);
                }
                self.stage.advance().await;
                match ledger.outcome(&submission).await {
                    Ok(Outcome::Confirmed(confirmation)) => return confirmation,
                    Ok(Outcome::Refused { .. }) => break,
                    Ok(Outcome::Pending) => {}
                    Err(error) => passes(&error),
                }
            }
        }
        panic!("{command:?} came to no end");
    }
}

/// Nothing that a node says of itself refuses a command.
fn passes(error: &LedgerError) {
    let other_chain =
        matches!(error, LedgerError::Fault(reason) if reason.contains("serves chain 1,"));
    assert!(error.is_transient() || other_chain, "{error:?}");
}

/// What is there when everything is done.
#[derive(Debug, PartialEq, Eq)]
struct End {
    state: AssetState,
    /// Of two wallets, and of the issuer.
    units: Vec<u64>,
}

/// Deliveries and transfers for each fault and step, and what else a registrar does. What disturbs is told of a fault and a step before
/// each of the commands, and may do what it wants.
async fn suite(scene: &Scene, steps: usize, disturb: impl Fn(usize, Fault)) -> End {
    let (one, two) = (
        scene.stage.new_wallet().address,
        scene.stage.new_wallet().address,
    );
    let asset = scene.asset;
    scene.carry(&Command::Admit { asset, wallet: two }).await;
    let mut sequence = 0;
    for fault in PASSING {
        for step in 0..steps {
            let delivery = Command::DeliverBatch {
                asset,
                sequence,
                items: vec![(one, 3)],
            };
            disturb(step, fault);
            scene.carry(&delivery).await;
            sequence += 1;
            // The token keeps no count of these: only what is kept here makes one of it.
            let transfer = Command::Transfer {
                asset,
                from: one,
                to: two,
                units: 1,
            };
            disturb(step, fault);
            scene.carry(&transfer).await;
            scene.proxy.reset();
        }
    }
    for command in [
        Command::Freeze {
            asset,
            wallet: two,
            units: 5,
        },
        Command::TakeBack {
            asset,
            from: two,
            units: 7,
        },
        Command::Burn { asset, units: 7 },
    ] {
        disturb(5, Fault::CutAfter);
        scene.carry(&command).await;
        scene.proxy.reset();
    }
    let ledger = &scene.stage.ledger;
    let balances = ledger.balances(asset, &[one, two, asset]).await.unwrap();
    End {
        state: ledger.asset(asset).await.unwrap().unwrap(),
        units: balances.units,
    }
}

/// The requests that a delivery takes: each of them is disturbed.
async fn requests_of_a_delivery(scene: &Scene) -> usize {
    let asset = scene.asset;
    let wallet = scene.stage.new_wallet().address;
    scene.proxy.reset();
    let delivery = Command::DeliverBatch {
        asset,
        sequence: 0,
        items: vec![(wallet, 3)],
    };
    scene.carry(&delivery).await;
    let asked = scene.proxy.reset();
    assert!((6..=20).contains(&asked), "{asked}");
    asked
}

/// The same commands on three networks of a kind: one to be counted, one that nothing disturbs, one that everything does.
async fn each_fault_at_each_step_changes_nothing<F: Future<Output = Scene>>(place: impl Fn() -> F) {
    let steps = requests_of_a_delivery(&place().await).await;
    let (calm, wild) = (place().await, place().await);
    let undisturbed = suite(&calm, steps, |_, _| {}).await;
    let disturbed = suite(&wild, steps, |step, fault| wild.proxy.after(step, fault)).await;
    let batches = 15 * u64::try_from(steps).unwrap();
    let expected = [2 * batches, batches - 7, 1_000_000 - 7 - (3 * batches - 7)];
    assert_eq!(undisturbed.units, expected);
    assert_eq!(disturbed, undisturbed);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_fault_at_each_step_changes_nothing_on_sqlite() {
    each_fault_at_each_step_changes_nothing(|| over_embedded(Backend::Sqlite)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_fault_at_each_step_changes_nothing_on_postgres() {
    each_fault_at_each_step_changes_nothing(|| over_embedded(Backend::Postgres)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_fault_at_each_step_changes_nothing_on_a_real_node() {
    each_fault_at_each_step_changes_nothing(|| over(start_anvil())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_fault_at_each_step_changes_nothing_on_an_independent_evm() {
    each_fault_at_each_step_changes_nothing(|| over(start_ganache())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_at_the_wrong_place_is_refused_in_words() {
    let (db, chain) = chain_on(Backend::Sqlite).await;
    let node = RootProvider::new(RpcClient::new(chain, true));
    let proxy = Proxy::before(node).await;
    let connect = async |fault| {
        proxy.always(Some(fault));
        let connection = Connection {
            url: proxy.url.parse().unwrap(),
            chain_id: EmbeddedOptions::DEFAULT_CHAIN_ID,
            timeout: TIMEOUT,
            ..nodes::connection("http://localhost", Kind::Embedded)
        };
        let refused = EvmLedger::connect(&db, connection).await;
        refused.err().expect("it does not start").to_string()
    };
    let said = connect(Fault::OtherChain).await;
    assert!(
        said.contains("serves chain 1, the configuration says 424242"),
        "{said}"
    );
    let said = connect(Fault::Html).await;
    assert!(said.contains("answers HTML instead of JSON-RPC"), "{said}");
    let said = connect(Fault::Status502).await;
    assert!(said.contains("HTTP 502"), "{said}");
    connect(Fault::CutBefore).await;
}

/// What was final was read from a node; one that knows less than that is not believed, also after a restart.
#[tokio::test(flavor = "multi_thread")]
async fn an_old_view_is_not_believed() {
    let scene = over(start_anvil()).await;
    let wallet = scene.stage.new_wallet().address;
    scene.proxy.always(Some(Fault::Behind));
    let balances = scene.stage.ledger.balances(scene.asset, &[wallet]).await;
    let error = balances.expect_err("it is old").to_string();
    assert!(error.contains("the node lags"), "{error}");
    let admit = Command::Admit {
        asset: scene.asset,
        wallet,
    };
    let error = scene.stage.ledger.prepare(&admit).await;
    assert!(
        matches!(error, Err(LedgerError::Unavailable(_))),
        "{error:?}"
    );
}

/// The register enters what two nodes say.
#[tokio::test(flavor = "multi_thread")]
async fn what_nodes_disagree_about_is_not_entered() {
    let node = start_anvil().await;
    let db = fresh(Backend::Sqlite, COMPONENTS).await;
    let proxy = Proxy::before(node.provider()).await;
    let connection = Connection {
        compare_with: vec![proxy.url.parse().unwrap()],
        ..node.connection()
    };
    let ledger = EvmLedger::connect(&db, connection).await.unwrap();
    let asset = ledger.asset_address(&isin(1));
    let issue = Command::CreateAsset {
        isin: isin(1),
        name: "Art".into(),
        symbol: "ART".into(),
        issue_volume: 100,
        terms_hash: [1; 32],
    };
    let stage = EvmStage {
        ledger,
        provider: node.provider(),
        kind: Kind::Anvil,
    };
    let (submission, _) = dlt::conformance::execute(&stage, &issue).await;

    // One that says the opposite stops everything, one that has not seen it yet only has to be waited for.
    proxy.always(Some(Fault::Liar));
    let outcome = stage.ledger.outcome(&submission).await;
    let said = outcome.expect_err("they disagree").to_string();
    assert!(said.contains("nodes disagree about the receipt"), "{said}");
    proxy.always(Some(Fault::Behind));
    let outcome = stage.ledger.outcome(&submission).await.unwrap();
    assert_eq!(outcome, Outcome::Pending);
    let balances = stage.ledger.balances(asset, &[asset]).await;
    assert!(
        matches!(balances, Err(LedgerError::Unavailable(_))),
        "{balances:?}"
    );
    proxy.always(None);
    let outcome = stage.ledger.outcome(&submission).await.unwrap();
    assert!(matches!(outcome, Outcome::Confirmed(_)));
    assert_eq!(
        stage.ledger.balances(asset, &[asset]).await.unwrap().units,
        [100]
    );
}

/// Two nodes of the same number that are two chains: nothing of one is taken for the other.
#[tokio::test(flavor = "multi_thread")]
async fn another_chain_of_the_same_number_is_noticed() {
    let (node, other) = (start_anvil().await, start_anvil().await);
    let db = fresh(Backend::Sqlite, COMPONENTS).await;
    let alone = EvmLedger::connect(&db, node.connection()).await.unwrap();
    let stage = EvmStage {
        ledger: alone,
        provider: node.provider(),
        kind: Kind::Anvil,
    };
    let issue = Command::CreateAsset {
        isin: isin(1),
        name: "Art".into(),
        symbol: "ART".into(),
        issue_volume: 100,
        terms_hash: [1; 32],
    };
    let (submission, _) = dlt::conformance::execute(&stage, &issue).await;
    let asset = stage.ledger.asset_address(&isin(1));
    let connection = Connection {
        compare_with: vec![other.url.parse().unwrap()],
        ..node.connection()
    };
    let compared = EvmLedger::connect(&db, connection).await.unwrap();
    assert_eq!(
        compared.outcome(&submission).await.unwrap(),
        Outcome::Pending
    );
    let mine = EvmStage {
        ledger: stage.ledger,
        provider: other.provider(),
        kind: Kind::Anvil,
    };
    for _ in 0..5 {
        mine.advance().await;
    }
    let balances = compared.balances(asset, &[asset]).await;
    let said = balances.expect_err("they disagree").to_string();
    assert!(said.contains("nodes disagree about"), "{said}");
}

/// Tokens of other code than this version's are written to only if somebody has named that code.
#[tokio::test(flavor = "multi_thread")]
async fn other_code_is_refused_at_the_start() {
    let node = start_anvil().await;
    let db = fresh(Backend::Sqlite, COMPONENTS).await;
    let ledger = EvmLedger::connect(&db, node.connection()).await.unwrap();
    let implementation = nodes::implementation(&node.provider(), ledger.factory()).await;
    nodes::set_code(&node.provider(), implementation, "0x00").await;
    let refused = EvmLedger::connect(&db, node.connection()).await;
    let said = refused.err().expect("it does not start").to_string();
    let hash = alloy::primitives::keccak256([0]);
    assert!(said.contains("other code than this version"), "{said}");
    assert!(said.contains(&hash.to_string()), "{said}");

    let connection = Connection {
        accepted_code: vec![hash.0],
        ..node.connection()
    };
    let old = EvmLedger::connect(&db, connection).await.unwrap();
    // What an earlier version deployed may know no roots of registers.
    let asset = ledger.asset_address(&isin(1));
    assert!(ledger.keeps_anchors(asset));
    assert!(!old.keeps_anchors(asset));
}

/// Where nobody holds a key nothing is sent.
#[tokio::test(flavor = "multi_thread")]
async fn a_contract_is_no_wallet() {
    let (_, chain) = chain_on(Backend::Sqlite).await;
    let ledger = EvmLedger::embedded(&chain, signers()).await.unwrap();
    let asset = ledger.asset_address(&isin(1));
    let stage = EvmStage {
        ledger,
        provider: RootProvider::new(RpcClient::new(chain, true)),
        kind: Kind::Embedded,
    };
    let issue = Command::CreateAsset {
        isin: isin(1),
        name: "Art".into(),
        symbol: "ART".into(),
        issue_volume: 100,
        terms_hash: [1; 32],
    };
    dlt::conformance::execute(&stage, &issue).await;
    let mut precompile = [0; 20];
    precompile[19] = 4;
    let nobodies = [
        Address::from_bytes(precompile),
        stage.ledger.factory(),
        asset,
    ];
    for nobody in nobodies {
        let delivery = Command::DeliverBatch {
            asset,
            sequence: 0,
            items: vec![(nobody, 1)],
        };
        let refused = stage.ledger.prepare(&delivery).await;
        let expected = dlt::Refusal::ReceiverRefused(nobody);
        assert!(
            matches!(&refused, Err(LedgerError::Refused(refusal)) if *refusal == expected),
            "{refused:?}"
        );
    }
    let refused = stage.ledger.refused_receivers(asset, &nobodies).await;
    let mut refused = refused.unwrap();
    refused.sort_unstable();
    let mut expected = nobodies.to_vec();
    expected.sort_unstable();
    assert_eq!(refused, expected);
}
