//! A holder's own key, and what it signs: instructions to the register as typed data (EIP-712).

use alloy::dyn_abi::TypedData;
use alloy::signers::SignerSync as _;
use alloy::signers::local::PrivateKeySigner;
use serde_json::{Value, json};

/// The key of a generic wallet.
#[derive(Clone, Debug)]
pub struct HolderKey {
    key: PrivateKeySigner,
}

impl HolderKey {
    /// A new one.
    pub fn random() -> Self {
        Self {
            key: PrivateKeySigner::random(),
        }
    }

    /// The wallet's address.
    pub fn address(&self) -> String {
        self.key.address().to_string()
    }

    /// Signs the transfer that a body describes, as a wallet does that is handed the documented JSON: the body with its signature.
    pub fn sign_transfer(&self, (chain_id, token): (u64, &str), mut body: Value) -> Value {
        let field = |name: &str, kind: &str| json!({"name": name, "type": kind});
        let typed = json!({
            "domain": {
                "name": "Cashlink Register", "version": "1", "chainId": chain_id, "verifyingContract": token,
            },
            "primaryType": "Transfer",
            "types": {
                "EIP712Domain": [
                    field("name", "string"), field("version", "string"),
                    field("chainId", "uint256"), field("verifyingContract", "address"),
                ],
                "Transfer": [
                    field("from", "address"), field("to", "address"), field("amount", "uint256"),
                    field("nonce", "uint256"), field("deadline", "uint256"),
                ],
            },
            "message": {
                "from": self.address(), "to": body["target_address"],
                "amount": body["amount"], "nonce": body["nonce"], "deadline": body["deadline"],
            },
        });
        let typed: TypedData = serde_json::from_value(typed).expect("typed data");
        let hash = typed.eip712_signing_hash().expect("a hash");
        let signature = self.key.sign_hash_sync(&hash).expect("a signature");
        body["signature"] = json!(format!("0x{}", alloy::hex::encode(signature.as_bytes())));
        body
    }
}
