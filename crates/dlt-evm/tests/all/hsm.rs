//! Keys on a token of SoftHSM, which is PKCS#11 without the hardware.

use std::path::PathBuf;
use std::process::Command as Process;

use alloy::primitives::{Address as EvmAddress, B256, U256};
use alloy::signers::Signature;
use alloy::signers::k256::ecdsa::Signature as Pair;
use cashlink_dlt_evm::signing::{KeyName, Signer as _, SignerError, Signers, TokenKey, TokenPlace};
use cashlink_dlt_evm::{EvmLedger, Office};
use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::mechanism::Mechanism;
use cryptoki::object::Attribute;
use cryptoki::session::{Session, UserType};
use cryptoki::slot::Slot;
use cryptoki::types::AuthPin;
use database::testing::Backend;
use dlt::Ledger as _;
use dlt::conformance::isin;

use crate::common::{chain_on, ours};
use crate::offices::{carry, issue};

const LIBRARY: &str = "CASHLINK_TEST_SOFTHSM";
const HOME: &str = "CASHLINK_TEST_SOFTHSM_HOME";
const TOKEN: &str = "cashlink";
const PIN: &str = "648219";
const SECP256K1: [u8; 7] = [0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x0a];
const P256: [u8; 10] = [0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];

fn library() -> PathBuf {
    let path = std::env::var_os(LIBRARY);
    path.expect(
        "CASHLINK_TEST_SOFTHSM is not set: install Debian's softhsm2 and run `cargo xtask test`",
    )
    .into()
}

/// SoftHSM finds its tokens by a variable of the environment, so that the test goes on in a process with one of its own. Says whether
/// this is that process; the other one has waited for it.
fn is_at_home(test: &str) -> bool {
    if std::env::var_os(HOME).is_some() {
        return true;
    }
    let home = tempfile::tempdir().unwrap();
    let configuration = home.path().join("softhsm2.conf");
    let tokens = home.path().join("tokens");
    std::fs::create_dir(&tokens).unwrap();
    let text = format!(
        "directories.tokendir = {}\nlog.level = ERROR\n",
        tokens.display()
    );
    std::fs::write(&configuration, text).unwrap();
    let done = Process::new(std::env::current_exe().unwrap())
        .args(["--exact", "--nocapture", test])
        .env("SOFTHSM2_CONF", configuration)
        .env(HOME, home.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    assert!(
        done.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&done.stderr)
    );
    assert!(said.contains("1 passed"), "{said}");
    false
}

/// A token, and whoever sets it up.
struct Token {
    library: Pkcs11,
    slot: Slot,
}

impl Token {
    fn make() -> Self {
        let library = Pkcs11::new(library()).unwrap();
        let flags = CInitializeFlags::OS_LOCKING_OK;
        library.initialize(CInitializeArgs::new(flags)).unwrap();
        let free = library.get_all_slots().unwrap()[0];
        let officer = AuthPin::from("87654321");
        library.init_token(free, &officer, TOKEN).unwrap();
        let slot = library.get_slots_with_initialized_token().unwrap()[0];
        let session = library.open_rw_session(slot).unwrap();
        session.login(UserType::So, Some(&officer)).unwrap();
        session.init_pin(&AuthPin::from(PIN)).unwrap();
        session.logout().unwrap();
        Self { library, slot }
    }

    fn session(&self) -> Session {
        let session = self.library.open_rw_session(self.slot).unwrap();
        // Whoever came first has logged us all in.
        let _ = session.login(UserType::User, Some(&AuthPin::from(PIN)));
        session
    }

    fn key(&self, label: &str, id: u8, curve: &[u8]) {
        let name = [Attribute::Label(label.into()), Attribute::Id(vec![id])];
        let public = [
            &name[..],
            &[Attribute::Token(true), Attribute::EcParams(curve.to_vec())],
        ];
        let private = [
            &name[..],
            &[
                Attribute::Token(true),
                Attribute::Sensitive(true),
                Attribute::Extractable(false),
                Attribute::Sign(true),
            ],
        ];
        self.session()
            .generate_key_pair(
                &Mechanism::EccKeyPairGen,
                &public.concat(),
                &private.concat(),
            )
            .unwrap();
    }
}

fn label(label: &str) -> TokenPlace {
    TokenPlace {
        module: library(),
        token: TOKEN.into(),
        key: KeyName::Label(label.into()),
        pin: AuthPin::from(PIN),
    }
}

async fn refused(place: TokenPlace) -> SignerError {
    TokenKey::open(place).await.err().expect("it is refused")
}

fn recovered(digest: [u8; 32], pair: &[u8; 64]) -> Vec<EvmAddress> {
    let (r, s) = (
        U256::from_be_slice(&pair[..32]),
        U256::from_be_slice(&pair[32..]),
    );
    [false, true]
        .into_iter()
        .filter_map(|parity| {
            let signature = Signature::new(r, s, parity);
            signature
                .recover_address_from_prehash(&B256::from(digest))
                .ok()
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_is_run_with_keys_that_never_leave_softhsm() {
    if !is_at_home("hsm::a_network_is_run_with_keys_that_never_leave_softhsm") {
        return;
    }
    // Given a key for each office, one found by its label and one by its id.
    let token = Token::make();
    token.key("registry", 1, &SECP256K1);
    token.key("enforcement", 2, &SECP256K1);
    let registry = TokenKey::open(label("registry")).await.unwrap();
    let enforcement = TokenPlace {
        key: KeyName::Id(vec![2]),
        ..label("")
    };
    let enforcement = TokenKey::open(enforcement).await.unwrap();
    assert_ne!(registry.address(), enforcement.address());

    // Then what they sign is theirs, whichever s the token takes.
    let mut high = 0;
    for byte in 0..40 {
        let pair = registry.sign([byte; 32]).await.unwrap();
        let addresses = recovered([byte; 32], &pair);
        assert!(
            addresses
                .iter()
                .any(|address| ours(*address) == registry.address())
        );
        high += usize::from(Pair::from_slice(&pair).unwrap().normalize_s().is_some());
    }
    assert!(high > 0, "this token would not need it");

    // And a network is made and issues with them.
    let (_, chain) = chain_on(Backend::Sqlite).await;
    let keys = Signers {
        registry: std::sync::Arc::new(registry),
        enforcement: std::sync::Arc::new(enforcement),
    };
    let ledger = EvmLedger::embedded(&chain, keys).await.unwrap();
    for number in 1..20 {
        carry(&ledger, &issue(number)).await;
    }
    let bar = dlt::Command::Bar {
        asset: ledger.asset_address(&isin(1)),
        wallet: ledger.account(Office::Registry),
    };
    carry(&ledger, &bar).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_softhsm_ends_is_opened_again() {
    if !is_at_home("hsm::a_session_that_softhsm_ends_is_opened_again") {
        return;
    }
    let token = Token::make();
    token.key("registry", 1, &SECP256K1);
    let key = TokenKey::open(label("registry")).await.unwrap();
    key.sign([1; 32]).await.unwrap();
    // As when the user is logged out, and as when the token was away.
    token.session().logout().unwrap();
    key.sign([2; 32]).await.unwrap();
    token.library.clone().finalize().unwrap();
    let pair = key.sign([3; 32]).await.unwrap();
    assert!(
        recovered([3; 32], &pair)
            .iter()
            .any(|address| ours(*address) == key.address())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_key_in_softhsm_is_said_by_a_code() {
    if !is_at_home("hsm::what_is_wrong_with_a_key_in_softhsm_is_said_by_a_code") {
        return;
    }
    let token = Token::make();
    token.key("registry", 1, &SECP256K1);
    token.key("other", 2, &P256);
    token.key("twice", 3, &SECP256K1);
    token.key("twice", 4, &SECP256K1);
    let wrong_pin = TokenPlace {
        pin: AuthPin::from("000000"),
        ..label("registry")
    };
    // Nobody may be logged in when a wrong PIN is tried.
    let _ = token.session().logout();
    let said = refused(wrong_pin).await;
    assert_eq!(said.code(), "pkcs11_pin", "{said}");
    assert!(!said.to_string().contains("000000"));
    assert_eq!(refused(label("missing")).await.code(), "pkcs11_key");
    assert_eq!(refused(label("twice")).await.code(), "pkcs11_key");
    assert_eq!(refused(label("other")).await.code(), "other_curve");
    let elsewhere = TokenPlace {
        token: "another".into(),
        ..label("registry")
    };
    assert_eq!(refused(elsewhere).await.code(), "pkcs11_token");
    let no_library = TokenPlace {
        module: "/nowhere/libhsm.so".into(),
        ..label("registry")
    };
    assert_eq!(refused(no_library).await.code(), "pkcs11_module");

    // A key that is exchanged while the network runs signs nothing.
    let key = TokenKey::open(label("registry")).await.unwrap();
    let session = token.session();
    for object in session.find_objects(&[Attribute::Id(vec![1])]).unwrap() {
        session.destroy_object(object).unwrap();
    }
    assert_eq!(key.sign([1; 32]).await.unwrap_err().code(), "pkcs11_key");
    token.key("registry", 1, &SECP256K1);
    assert_eq!(key.sign([1; 32]).await.unwrap_err().code(), "pkcs11_key");
}
