//! Who signs: keys in files, in hardware or with somebody's service, behind one small seam.
//!
//! A signer says its address and signs digests of 32 bytes. What it gives is looked at here before anybody uses it: it has to be the
//! signature of that address, and its `s` the smaller of the two (EIP-2), which hardware does not care about.

pub mod der;
pub mod keystore;
mod pkcs11;
mod plain;
mod published;

use std::sync::Arc;

use alloy::primitives::{B256, U256, keccak256};
use alloy::signers::Signature;
use alloy::signers::k256::ecdsa::{Signature as Pair, VerifyingKey};
use async_trait::async_trait;
use domain::Address;

pub use pkcs11::{KeyName, TokenKey, TokenPlace};
pub use plain::PlainKey;

use crate::EmbeddedOptions;
use crate::ledger::from_evm;

/// Why a key cannot be used.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{reason} ({code})")]
pub struct SignerError {
    code: &'static str,
    reason: String,
}

impl SignerError {
    /// With a code that stays and words that may change. Neither says anything of the key itself.
    pub fn new(code: &'static str, reason: impl Into<String>) -> Self {
        Self {
            code,
            reason: reason.into(),
        }
    }

    /// What programs may rely on.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.code
    }
}

/// A secp256k1 key, wherever it is.
#[async_trait]
pub trait Signer: Send + Sync + 'static {
    /// The account that it signs for.
    fn address(&self) -> Address;

    /// Signs a digest: `r` and `s`, 32 bytes each. Which of the two values of `s` does not matter.
    ///
    /// # Errors
    /// If the key cannot be reached or refuses; the same call may succeed later.
    async fn sign(&self, digest: [u8; 32]) -> Result<[u8; 64], SignerError>;
}

/// The keys of the two offices.
#[derive(Clone)]
pub struct Signers {
    /// Delivers, carries instructions out, creates assets.
    pub registry: Arc<dyn Signer>,
    /// Freezes, bars, and moves what is frozen.
    pub enforcement: Arc<dyn Signer>,
}

impl Signers {
    /// One key for both offices, which development chains alone may have.
    pub fn one(signer: impl Signer) -> Self {
        let registry: Arc<dyn Signer> = Arc::new(signer);
        Self {
            enforcement: registry.clone(),
            registry,
        }
    }

    /// Whether two accounts act.
    #[must_use]
    pub fn are_apart(&self) -> bool {
        self.registry.address() != self.enforcement.address()
    }

    /// What is right for a chain that people rely on: two keys, neither of them one that everybody has.
    ///
    /// # Errors
    /// `one_key_for_both` and `published_key`.
    pub fn check(&self, chain_id: u64) -> Result<(), SignerError> {
        if is_development_chain(chain_id) {
            return Ok(());
        }
        if !self.are_apart() {
            return Err(SignerError::new(
                "one_key_for_both",
                format!(
                    "registry and enforcement have one key, {}: chain {chain_id} needs two (dlt.registry, dlt.enforcement)",
                    self.registry.address()
                ),
            ));
        }
        check_published("registry", self.registry.address(), chain_id)?;
        check_published("enforcement", self.enforcement.address(), chain_id)
    }
}

/// Chains that nobody relies on: those with the number that anvil, hardhat or ganache gives itself, and the chain in this process with
/// its own.
#[must_use]
pub fn is_development_chain(chain_id: u64) -> bool {
    [1_337, 31_337, EmbeddedOptions::DEFAULT_CHAIN_ID].contains(&chain_id)
}

fn check_published(office: &str, address: Address, chain_id: u64) -> Result<(), SignerError> {
    let Some(whose) = published::origin(address) else {
        return Ok(());
    };
    Err(SignerError::new(
        "published_key",
        format!(
            "dlt.{office}: everybody has the key of {address} ({whose}), and whoever has it acts as {office}: make another one for chain {chain_id}"
        ),
    ))
}

/// The account of a public key in one of the forms of SEC 1: `02` or `03` and X, or `04`, X and Y.
///
/// # Errors
/// `other_curve` if it is no point of secp256k1.
pub fn address_of(point: &[u8]) -> Result<Address, SignerError> {
    let key = VerifyingKey::from_sec1_bytes(point)
        .map_err(|_| SignerError::new("other_curve", "the key is no key of secp256k1"))?;
    Ok(from_evm(alloy::primitives::Address::from_public_key(&key)))
}

/// Whether a key can be reached and what it signs is its account's.
///
/// # Errors
/// What is wrong with it.
pub async fn prove(signer: &dyn Signer) -> Result<(), SignerError> {
    let digest = keccak256("cashlink: does this key sign?");
    sign(signer, digest).await.map(drop)
}

/// Lets a signer sign, and gives what a chain takes.
pub(crate) async fn sign(signer: &dyn Signer, digest: B256) -> Result<Signature, SignerError> {
    let signed = signer.sign(digest.0).await;
    let signed = signed.and_then(|pair| complete(signer.address(), digest, &pair));
    signed.inspect_err(|error| {
        metrics::counter!("dlt_signer_failures_total", "code" => error.code).increment(1);
        tracing::error!("the key of {} did not sign: {error}", signer.address());
    })
}

/// The smaller `s`, and which of the two possible keys it was: the signature recovers to the account, or it is none of its.
fn complete(account: Address, digest: B256, pair: &[u8; 64]) -> Result<Signature, SignerError> {
    let malformed =
        |_| SignerError::new("signature_malformed", "what the key signed is no signature");
    let pair = Pair::from_slice(pair).map_err(malformed)?;
    let pair = pair.normalize_s().unwrap_or(pair);
    let (r, s) = pair.split_bytes();
    let (r, s) = (U256::from_be_slice(&r), U256::from_be_slice(&s));
    [false, true]
        .into_iter()
        .map(|parity| Signature::new(r, s, parity))
        .find(|signature| {
            let recovered = signature.recover_address_from_prehash(&digest);
            recovered.is_ok_and(|address| from_evm(address) == account)
        })
        .ok_or_else(|| {
            SignerError::new(
                "signature_of_another_key",
                format!("what came back was not signed with the key of {account}"),
            )
        })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// Gives what it was told to give.
    struct Says(Address, [u8; 64]);

    #[async_trait]
    impl Signer for Says {
        fn address(&self) -> Address {
            self.0
        }

        async fn sign(&self, _: [u8; 32]) -> Result<[u8; 64], SignerError> {
            Ok(self.1)
        }
    }

    fn key(byte: u8) -> PlainKey {
        PlainKey::new(&[byte; 32]).unwrap()
    }

    #[tokio::test]
    async fn the_smaller_s_is_taken_and_the_signature_is_of_the_account() {
        let digest = B256::repeat_byte(7);
        for byte in 1..40 {
            let signer = key(byte);
            let pair = signer.sign(digest.0).await.unwrap();
            let low = Pair::from_slice(&pair).unwrap();
            let high = Pair::from_scalars(*low.r(), -*low.s()).unwrap();
            assert!(low.normalize_s().is_none() && high.normalize_s().is_some());
            let high: [u8; 64] = high.to_bytes().into();
            let lazy = Says(signer.address(), high);
            let signature = sign(&lazy, digest).await.unwrap();
            assert_eq!(signature, sign(&signer, digest).await.unwrap());
            let recovered = signature.recover_address_from_prehash(&digest).unwrap();
            assert_eq!(from_evm(recovered), signer.address());
        }
    }

    #[tokio::test]
    async fn what_another_key_signed_is_used_for_nothing() {
        let digest = B256::repeat_byte(7);
        let pair = key(2).sign(digest.0).await.unwrap();
        let refused = sign(&Says(key(1).address(), pair), digest).await;
        assert_eq!(refused.unwrap_err().code(), "signature_of_another_key");
        for nothing in [[0; 64], [0xff; 64]] {
            let refused = sign(&Says(key(1).address(), nothing), digest).await;
            assert_eq!(refused.unwrap_err().code(), "signature_malformed");
        }
    }

    #[test]
    fn chains_that_people_rely_on_have_two_keys() {
        let one = Signers::one(key(0x42));
        for development in [1_337, 31_337] {
            one.check(development).unwrap();
        }
        let refused = one.check(137).unwrap_err();
        assert_eq!(refused.code(), "one_key_for_both");
    }
}
