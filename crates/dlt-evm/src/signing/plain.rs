//! A key in this process's memory: from a keystore file, or as it is on a development chain.

use alloy::primitives::B256;
use alloy::signers::SignerSync as _;
use alloy::signers::local::PrivateKeySigner;
use async_trait::async_trait;
use domain::Address;

use super::{Signer, SignerError};
use crate::ledger::from_evm;

/// A key whose bytes are here. They are overwritten when it is dropped, and nothing shows them.
pub struct PlainKey(PrivateKeySigner);

impl PlainKey {
    /// From its 32 bytes.
    ///
    /// # Errors
    /// `not_a_key` for zero and for what is beyond the curve's order.
    pub fn new(bytes: &[u8; 32]) -> Result<Self, SignerError> {
        PrivateKeySigner::from_bytes(&bytes.into())
            .map(Self)
            .map_err(|_| SignerError::new("not_a_key", "these 32 bytes are no key of secp256k1"))
    }
}

#[async_trait]
impl Signer for PlainKey {
    fn address(&self) -> Address {
        from_evm(self.0.address())
    }

    async fn sign(&self, digest: [u8; 32]) -> Result<[u8; 64], SignerError> {
        let signed = self.0.sign_hash_sync(&B256::from(digest));
        let signature =
            signed.map_err(|error| SignerError::new("not_signed", error.to_string()))?;
        let mut pair = [0; 64];
        pair.copy_from_slice(&signature.as_bytes()[..64]);
        Ok(pair)
    }
}
