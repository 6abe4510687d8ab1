//! A key of AWS KMS that signs for the DLT network: it is asked for its account once, and for a signature each time.

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dlt_evm::signing::{Signer, SignerError, der};
use domain::Address;
use serde_json::json;
use url::Url;

use super::{Client, KmsError};

/// A secp256k1 key that never leaves the KMS.
pub struct SigningKey {
    client: Client,
    address: Address,
}

impl SigningKey {
    /// Asks for the key's account.
    ///
    /// # Errors
    /// `kms_failed` if the KMS cannot be asked or refuses, `other_curve` for a key of another kind.
    pub async fn open(key_id: &str, region: &str, url: Url) -> Result<Self, SignerError> {
        let client = Client::at(key_id, region, url).map_err(failed)?;
        let body = json!({"KeyId": key_id});
        let key = client.ask("GetPublicKey", &body, "PublicKey").await;
        let address = der::address_of_key(&decoded(&key.map_err(failed)?)?)?;
        Ok(Self { client, address })
    }
}

#[async_trait]
impl Signer for SigningKey {
    fn address(&self) -> Address {
        self.address
    }

    async fn sign(&self, digest: [u8; 32]) -> Result<[u8; 64], SignerError> {
        let body = json!({
            "KeyId": self.client.key_id,
            "Message": STANDARD.encode(digest),
            "MessageType": "DIGEST",
            "SigningAlgorithm": "ECDSA_SHA_256",
        });
        let signed = self.client.ask("Sign", &body, "Signature").await;
        der::pair(&decoded(&signed.map_err(failed)?)?)
    }
}

fn decoded(text: &str) -> Result<Vec<u8>, SignerError> {
    let bytes = STANDARD.decode(text);
    bytes.map_err(|_| SignerError::new("kms_failed", "the KMS did not answer as a KMS does"))
}

fn failed(error: KmsError) -> SignerError {
    SignerError::new("kms_failed", error.to_string())
}
