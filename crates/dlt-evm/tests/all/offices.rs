//! Two keys: each signs what its office does, and nobody starts with a key that the chain does not know.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use alloy::sol_types::SolCall;
use async_trait::async_trait;
use cashlink_dlt_evm::contracts::{SecurityToken, SecurityTokenFactory};
use cashlink_dlt_evm::signing::{PlainKey, Signer, SignerError, Signers};
use cashlink_dlt_evm::{EvmLedger, Office};
use database::testing::Backend;
use dlt::conformance::isin;
use dlt::{Command, Ledger as _, LedgerError, Outcome};
use domain::Address;
use rstest::rstest;

use crate::common::{Player, chain_on, evm, registrar, signers, two_signers};

/// Signs with a key, unless it is away.
struct Hardware {
    key: PlainKey,
    is_away: Arc<AtomicBool>,
}

#[async_trait]
impl Signer for Hardware {
    fn address(&self) -> Address {
        self.key.address()
    }

    async fn sign(&self, digest: [u8; 32]) -> Result<[u8; 64], SignerError> {
        match self.is_away.load(Ordering::SeqCst) {
            true => Err(SignerError::new("pkcs11_failed", "the token is away")),
            false => self.key.sign(digest).await,
        }
    }
}

pub fn issue(number: u32) -> Command {
    Command::CreateAsset {
        isin: isin(number),
        name: "Art".into(),
        symbol: "ART".into(),
        issue_volume: 1_000,
        terms_hash: [1; 32],
    }
}

/// On the embedded chain the end of a transaction is known at once.
pub async fn carry(ledger: &EvmLedger, command: &Command) {
    let submission = ledger.prepare(command).await.unwrap();
    ledger.submit(&submission).await.unwrap();
    let outcome = ledger.outcome(&submission).await.unwrap();
    assert!(matches!(outcome, Outcome::Confirmed(_)), "{outcome:?}");
}

async fn refusal(ledger: Result<EvmLedger, LedgerError>) -> String {
    ledger.err().expect("it does not start").to_string()
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn enforcement_is_passed_on_before_the_first_issue(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // When a network is made with two keys, the chain knows each in its office, and what is issued too.
    let (_, chain) = chain_on(backend).await;
    let ledger = EvmLedger::embedded(&chain, two_signers()).await.unwrap();
    let factory = evm(ledger.factory());
    let player = Player::on(&chain, registrar());
    let enforcement = SecurityTokenFactory::enforcementCall {};
    assert_eq!(
        player.view(factory, enforcement).await,
        evm(ledger.account(Office::Enforcement))
    );
    carry(&ledger, &issue(1)).await;
    let token = evm(ledger.asset_address(&isin(1)));
    let registry = SecurityToken::registrarCall {};
    assert_eq!(player.view(token, registry).await, registrar().address());
    // Nor does the next start change anything.
    EvmLedger::embedded(&chain, two_signers()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_hold_an_office_on_the_chain_does_not_start() {
    // Given a network that has issued with one key.
    let (_, chain) = chain_on(Backend::Sqlite).await;
    let ledger = EvmLedger::embedded(&chain, signers()).await.unwrap();
    carry(&ledger, &issue(1)).await;
    // Then two keys need the office to be passed on, and say which.
    let said = refusal(EvmLedger::embedded(&chain, two_signers()).await).await;
    let account = two_signers().enforcement.address();
    assert!(said.contains("the office of enforcement of"), "{said}");
    assert!(
        said.contains("cashlink dlt rotate-key enforcement"),
        "{said}"
    );
    assert!(said.contains(&account.to_string()), "{said}");
    // And another key for the registry makes no second factory.
    let other = Signers::one(PlainKey::new(&[9; 32]).unwrap());
    let said = refusal(EvmLedger::embedded(&chain, other).await).await;
    assert!(said.contains("rotate-key registry"), "{said}");
    EvmLedger::embedded(&chain, signers()).await.unwrap();
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_away_uses_no_nonce_and_holds_up_its_own_office_alone(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let (_, chain) = chain_on(backend).await;
    let is_away = Arc::new(AtomicBool::new(false));
    let keys = Signers {
        registry: Arc::new(Hardware {
            key: PlainKey::new(&[0x42; 32]).unwrap(),
            is_away: is_away.clone(),
        }),
        ..two_signers()
    };
    let ledger = EvmLedger::embedded(&chain, keys).await.unwrap();
    carry(&ledger, &issue(1)).await;
    let asset = ledger.asset_address(&isin(1));
    let wallet = Address::from_bytes([7; 20]);
    let nonce = || async { Player::on(&chain, registrar()).nonce().await };

    // When the registry's key is away, its commands wait, again and again.
    is_away.store(true, Ordering::SeqCst);
    let before = nonce().await;
    for _ in 0..3 {
        let waits = ledger.prepare(&issue(2)).await.unwrap_err();
        assert!(waits.is_transient(), "{waits}");
        assert!(waits.to_string().contains("pkcs11_failed"), "{waits}");
    }
    // While enforcement acts.
    let bar = Command::Bar { asset, wallet };
    carry(&ledger, &bar).await;

    // Then what waited goes with the very next nonce.
    is_away.store(false, Ordering::SeqCst);
    carry(&ledger, &issue(2)).await;
    assert_eq!(nonce().await, before + 1);
}

#[test]
fn selectors_of_factory_and_token_are_the_same() {
    assert_eq!(
        SecurityToken::registrarCall::SELECTOR,
        SecurityTokenFactory::registrarCall::SELECTOR
    );
    assert_eq!(
        SecurityToken::proposeRegistrarCall::SELECTOR,
        SecurityTokenFactory::proposeRegistrarCall::SELECTOR
    );
    assert_eq!(
        SecurityToken::acceptRegistrarCall::SELECTOR,
        SecurityTokenFactory::acceptRegistrarCall::SELECTOR
    );
}
