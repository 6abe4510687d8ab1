//! An Ed25519 key of a holder's, which signs texts as `docs/transfers.md` shows them.

use ring::rand::SystemRandom;
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use serde_json::Value;

/// The key.
pub struct Ed25519Key {
    pair: Ed25519KeyPair,
}

impl Ed25519Key {
    /// A new one.
    ///
    /// # Panics
    /// If there is no randomness.
    pub fn random() -> Self {
        let pkcs8 = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).expect("randomness");
        let pair = Ed25519KeyPair::from_pkcs8(pkcs8.as_ref()).expect("a key");
        Self { pair }
    }

    /// As it is registered.
    pub fn public(&self) -> String {
        let bytes = self.pair.public_key().as_ref();
        format!("0x{}", alloy::hex::encode(bytes))
    }

    /// A text's signature.
    pub fn sign(&self, text: &str) -> String {
        let signature = self.pair.sign(text.as_bytes());
        format!("0x{}", alloy::hex::encode(signature.as_ref()))
    }

    /// What instructs: the lines of the documentation, for this network and token.
    pub fn text(&self, (chain_id, token): (u64, &str), lines: &[(&str, Value)]) -> String {
        let mut text =
            format!("Cashlink Register 1\nchainId: {chain_id}\nverifyingContract: {token}");
        for (name, value) in lines {
            let value = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            text += "\n";
            text += name;
            if !value.is_empty() {
                text += &format!(": {value}");
            }
        }
        text + &format!("\nkey: {}", self.public())
    }
}
