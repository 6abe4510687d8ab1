//! An office passes on to another key: whatever happens meanwhile, nothing is lost, nothing is done twice, and the end is the same.

use std::sync::Arc;
use std::time::Duration;

use alloy::providers::{Provider as _, RootProvider};
use cashlink_dlt_evm::contracts::{SecurityToken, SecurityTokenFactory};
use cashlink_dlt_evm::signing::{PlainKey, Signer, Signers};
use cashlink_dlt_evm::{Connection, EvmLedger, Office, Rotated, Rotation, rotate, rotate_embedded};
use database::Db;
use database::testing::{Backend, fresh};
use dlt::conformance::isin;
use dlt::{Command, Ledger as _, LedgerError, Outcome};
use domain::Address;
use rstest::rstest;

use crate::common::{COMPONENTS, Player, chain_on, evm, registrar, two_signers};
use crate::nodes::{Node, start_anvil, while_mining};
use crate::offices::{carry, issue};
use crate::proxy::{Fault, Proxy, TIMEOUT};

const NEW_KEY: [u8; 32] = [0x44; 32];

fn new_key() -> Arc<dyn Signer> {
    Arc::new(PlainKey::new(&NEW_KEY).unwrap())
}

/// The configuration after the change.
fn changed(office: Office) -> Signers {
    match office {
        Office::Registry => Signers {
            registry: new_key(),
            ..two_signers()
        },
        Office::Enforcement => Signers {
            enforcement: new_key(),
            ..two_signers()
        },
    }
}

fn rotation(office: Office, tokens: &[Address]) -> Rotation {
    let before = two_signers();
    Rotation {
        office,
        from: Some(match office {
            Office::Registry => before.registry,
            Office::Enforcement => before.enforcement,
        }),
        tokens: tokens.to_vec(),
    }
}

fn delivery(asset: Address, sequence: u32, wallet: Address) -> Command {
    Command::DeliverBatch {
        asset,
        sequence,
        items: vec![(wallet, 3)],
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn both_offices_pass_on_and_everything_goes_on_with_the_new_keys(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given two assets, one of which has delivered, and a delivery that is signed and has not left.
    let (_, chain) = chain_on(backend).await;
    let ledger = EvmLedger::embedded(&chain, two_signers()).await.unwrap();
    for number in [1, 2] {
        carry(&ledger, &issue(number)).await;
    }
    let tokens = [1, 2, 3].map(|number| ledger.asset_address(&isin(number)));
    let wallet = Address::from_bytes([7; 20]);
    carry(&ledger, &delivery(tokens[0], 0, wallet)).await;
    let unsent = ledger
        .prepare(&delivery(tokens[0], 1, wallet))
        .await
        .unwrap();

    // When the registry passes on, then in the factory and in both tokens; the third was never issued.
    let office = Office::Registry;
    let rotated = rotate_embedded(&chain, changed(office), rotation(office, &tokens)).await;
    let rotated = rotated.unwrap();
    assert_eq!((rotated.contracts, rotated.to), (3, new_key().address()));
    let again = rotate_embedded(&chain, changed(office), rotation(office, &tokens)).await;
    assert_eq!(again.unwrap().contracts, 0);

    // Then the old key does not start any more, nor signs what was not sent before.
    let refused = EvmLedger::embedded(&chain, two_signers()).await.err();
    let said = refused.expect("it does not start").to_string();
    assert!(said.contains("rotate-key registry"), "{said}");
    let new = EvmLedger::embedded(&chain, changed(office)).await.unwrap();
    assert_eq!(new.factory(), ledger.factory());
    new.submit(&unsent).await.unwrap();
    let outcome = new.outcome(&unsent).await.unwrap();
    assert!(matches!(outcome, Outcome::Refused { .. }), "{outcome:?}");
    assert!(new.prepare(&delivery(tokens[0], 0, wallet)).await.is_err());
    carry(&new, &delivery(tokens[0], 1, wallet)).await;
    carry(&new, &issue(3)).await;

    // What the old process still tries is refused, and nothing of it fails for good.
    for command in [delivery(tokens[0], 2, wallet), issue(4)] {
        let refused = ledger.prepare(&command).await.unwrap_err();
        let expected = dlt::Refusal::NotRegistrar(ledger.account(office));
        assert!(matches!(refused, LedgerError::Refused(refusal) if refusal == expected));
    }

    // And enforcement passes on alone.
    let last = Signers {
        registry: new_key(),
        enforcement: Arc::new(PlainKey::new(&[0x45; 32]).unwrap()),
    };
    let office = Office::Enforcement;
    let rotated = rotate_embedded(&chain, last.clone(), rotation(office, &[])).await;
    assert_eq!(rotated.unwrap().contracts, 1);
    let last = EvmLedger::embedded(&chain, last).await.unwrap();
    let asset = tokens[0];
    carry(
        &last,
        &Command::Freeze {
            asset,
            wallet,
            units: 6,
        },
    )
    .await;
    let refused = new.prepare(&Command::Bar { asset, wallet }).await;
    let expected = dlt::Refusal::NotEnforcement(new.account(office));
    assert!(matches!(refused, Err(LedgerError::Refused(refusal)) if refusal == expected));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_key_becomes_two() {
    let (_, chain) = chain_on(Backend::Sqlite).await;
    let one = crate::common::signers();
    let ledger = EvmLedger::embedded(&chain, one).await.unwrap();
    carry(&ledger, &issue(1)).await;
    // The key that has both offices is named in the configuration already, as that of the registry.
    let rotation = Rotation {
        office: Office::Enforcement,
        from: None,
        tokens: Vec::new(),
    };
    let rotated = rotate_embedded(&chain, two_signers(), rotation).await;
    assert_eq!(rotated.unwrap().contracts, 1);
    EvmLedger::embedded(&chain, two_signers()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_without_the_office_passes_nothing_on() {
    let (_, chain) = chain_on(Backend::Sqlite).await;
    let ledger = EvmLedger::embedded(&chain, two_signers()).await.unwrap();
    carry(&ledger, &issue(1)).await;
    let tokens = [ledger.asset_address(&isin(1))];
    let stranger = Rotation {
        from: Some(Arc::new(PlainKey::new(&[0x46; 32]).unwrap())),
        ..rotation(Office::Registry, &tokens)
    };
    let refused = rotate_embedded(&chain, changed(Office::Registry), stranger).await;
    let said = refused.unwrap_err().to_string();
    assert!(said.contains("--from"), "{said}");
    let stranger = Rotation {
        from: None,
        ..rotation(Office::Enforcement, &[])
    };
    let refused = rotate_embedded(&chain, changed(Office::Enforcement), stranger).await;
    let said = refused.unwrap_err().to_string();
    let holder = two_signers().enforcement.address().to_string();
    assert!(said.contains(&holder), "{said}");
    EvmLedger::embedded(&chain, two_signers()).await.unwrap();
}

/// A network with two assets and a transaction of the registry that is in no block yet.
struct Scene {
    node: Node,
    provider: RootProvider,
    proxy: Proxy,
    db: Db,
    tokens: Vec<Address>,
    pending: dlt::Submission,
}

const WALLET: [u8; 20] = [7; 20];

async fn scene() -> Scene {
    let node = start_anvil().await;
    let provider = node.provider();
    let proxy = Proxy::before(provider.clone()).await;
    let db = fresh(Backend::Sqlite, COMPONENTS).await;
    let scene = Scene {
        tokens: Vec::new(),
        pending: dlt::Submission {
            id: dlt::SubmissionId([0; 32]),
            payload: Vec::new(),
        },
        node,
        provider,
        proxy,
        db,
    };
    let ledger = scene.start(two_signers()).await.unwrap();
    for number in [1, 2] {
        scene.carry(&ledger, &issue(number)).await;
    }
    let tokens: Vec<_> = [1, 2]
        .map(|number| ledger.asset_address(&isin(number)))
        .into();
    let set = |on: bool| {
        let set = scene
            .provider
            .raw_request::<_, ()>("evm_setAutomine".into(), [on]);
        async move { set.await.unwrap() }
    };
    set(false).await;
    let wallet = Address::from_bytes(WALLET);
    let pending = ledger
        .prepare(&delivery(tokens[0], 0, wallet))
        .await
        .unwrap();
    ledger.submit(&pending).await.unwrap();
    set(true).await;
    Scene {
        tokens,
        pending,
        ..scene
    }
}

impl Scene {
    fn connection(&self, signers: Signers) -> Connection {
        Connection {
            url: self.proxy.url.parse().unwrap(),
            timeout: TIMEOUT,
            signers,
            ..self.node.connection()
        }
    }

    async fn start(&self, signers: Signers) -> Result<EvmLedger, LedgerError> {
        let connecting = EvmLedger::connect(&self.db, self.connection(signers));
        while_mining(&self.node, connecting).await
    }

    async fn carry(&self, ledger: &EvmLedger, command: &Command) {
        let submission = ledger.prepare(command).await.unwrap();
        ledger.submit(&submission).await.unwrap();
        let confirmed = async {
            while ledger.outcome(&submission).await.unwrap() == Outcome::Pending {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        while_mining(&self.node, confirmed).await;
    }

    async fn rotate(&self, office: Office) -> Result<Rotated, LedgerError> {
        let connection = self.connection(changed(office));
        rotate(&self.db, connection, rotation(office, &self.tokens)).await
    }

    async fn assert_passed_on(&self, office: Office) {
        let new = changed(office);
        let player = Player::new(self.provider.clone(), registrar());
        let ledger = self.start(new.clone()).await.unwrap();
        let factory = evm(ledger.factory());
        let enforcement = SecurityTokenFactory::enforcementCall {};
        let enforcement = player.view(factory, enforcement).await;
        assert_eq!(enforcement, evm(new.enforcement.address()));
        for contract in self.tokens.iter().map(|token| evm(*token)).chain([factory]) {
            let registry = player.view(contract, SecurityToken::registrarCall {}).await;
            assert_eq!(registry, evm(new.registry.address()));
        }
        // What was on its way took effect once, and the next one follows.
        let outcome = ledger.outcome(&self.pending).await.unwrap();
        assert!(matches!(outcome, Outcome::Confirmed(_)), "{outcome:?}");
        let wallet = Address::from_bytes(WALLET);
        self.carry(&ledger, &delivery(self.tokens[0], 1, wallet))
            .await;
        let units = ledger.balances(self.tokens[0], &[wallet]).await.unwrap();
        assert_eq!(units.units, [6]);
    }
}

#[rstest]
#[case::registry(Office::Registry)]
#[case::enforcement(Office::Enforcement)]
#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_dies_at_any_step_is_followed_by_one_that_ends_it(#[case] office: Office) {
    // Given a rotation that is undisturbed, to know its steps.
    let steps = {
        let scene = scene().await;
        scene.proxy.reset();
        let done = while_mining(&scene.node, scene.rotate(office))
            .await
            .unwrap();
        assert_eq!(
            done.contracts,
            if office == Office::Registry { 3 } else { 1 }
        );
        let steps = scene.proxy.reset();
        scene.assert_passed_on(office).await;
        steps
    };
    assert!(steps > 20, "{steps}");

    // When a process dies after each few of its questions to the node, and the next one too, a bit later each time.
    let scene = scene().await;
    let mut deaths = 0;
    for questions in (1..).step_by(3) {
        scene.proxy.reset();
        let dies = async {
            while scene.proxy.asked() < questions {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        let attempt = async {
            tokio::select! {
                done = scene.rotate(office) => Some(done.unwrap()),
                () = dies => None,
            }
        };
        match while_mining(&scene.node, attempt).await {
            Some(_) => break,
            None => deaths += 1,
        }
        assert!(deaths < 200, "it comes to no end");
    }
    assert!(deaths > 5, "{deaths}");
    // Then all is as if it had been undisturbed.
    scene.proxy.reset();
    scene.assert_passed_on(office).await;
}

/// The ways in which a node fails here, one after the other.
const FAULTS: [Fault; 4] = [
    Fault::CutBefore,
    Fault::CutAfter,
    Fault::Status502,
    Fault::NoReceipt,
];
/// More than the questions of a rotation, and odd, so that the office ends with the new key.
const TURNS: usize = 41;

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_fails_at_any_step_changes_nothing_but_the_time() {
    let scene = scene().await;
    let office = Office::Enforcement;
    let keys = [two_signers(), changed(office)];
    let mut most = 0;
    for (turn, fault) in FAULTS.into_iter().cycle().enumerate().take(TURNS) {
        // The office goes to and fro, and each time the node fails one question later.
        let (from, to) = (&keys[turn % 2], &keys[(turn + 1) % 2]);
        scene.proxy.reset();
        scene.proxy.after(turn, fault);
        let mut failures = 0;
        loop {
            let rotation = Rotation {
                office,
                from: Some(from.enforcement.clone()),
                tokens: Vec::new(),
            };
            let rotating = rotate(&scene.db, scene.connection(to.clone()), rotation);
            match while_mining(&scene.node, rotating).await {
                Ok(_) => break,
                Err(error) => assert!(error.is_transient(), "{fault:?} at {turn}: {error}"),
            }
            failures += 1;
            assert!(failures < 3, "{fault:?} at {turn}");
        }
        if failures == 0 {
            most = most.max(scene.proxy.reset());
        }
    }
    assert!((20..TURNS + 20).contains(&most), "{most}");
    scene.proxy.reset();
    scene.assert_passed_on(office).await;
}
