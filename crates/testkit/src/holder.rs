//! A holder's own key, and what it signs: instructions to the register as typed data (EIP-712), as a wallet does that is handed the
//! documented JSON.

use alloy::dyn_abi::TypedData;
use alloy::signers::SignerSync as _;
use alloy::signers::local::PrivateKeySigner;
use serde_json::{Value, json};

use crate::TestApp;

/// The fields of every instruction come before these.
const ENDS: [(&str, &str); 2] = [("nonce", "uint256"), ("deadline", "uint256")];
const DOMAIN: [(&str, &str); 4] = [
    ("name", "string"),
    ("version", "string"),
    ("chainId", "uint256"),
    ("verifyingContract", "address"),
];
const TRANSFER: [(&str, &str); 3] = [
    ("from", "address"),
    ("to", "address"),
    ("amount", "uint256"),
];
const REDEMPTION: [(&str, &str); 2] = [("wallet", "address"), ("units", "uint256")];

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

    /// The body of a transfer of the first asset, good for ten minutes, with its signature by this key.
    pub fn transfer(
        &self,
        app: &TestApp,
        (product, wallet): (&str, &str),
        to: &str,
        amount: u64,
    ) -> Value {
        let body = json!({
            "product": product, "source_wallet": wallet, "target_address": to, "amount": amount,
            "nonce": nonce(), "deadline": soon(app),
        });
        self.sign_transfer(app, &self.address(), body)
    }

    /// Signs the transfer that a body describes, from this address, whoever's it is.
    pub fn sign_transfer(&self, app: &TestApp, from: &str, mut body: Value) -> Value {
        let message = json!({
            "from": from, "to": body["target_address"], "amount": body["amount"],
            "nonce": body["nonce"], "deadline": body["deadline"],
        });
        body["signature"] = self.signature(app, ("Transfer", &TRANSFER), message);
        body
    }

    /// The body of a redemption of the first asset, good for ten minutes, with its signature by this key.
    pub fn redemption(
        &self,
        app: &TestApp,
        (product, wallet): (&str, &str),
        investor: &str,
        units: u64,
    ) -> Value {
        let body = json!({
            "investor_id": investor, "product_id": product, "wallet_id": wallet, "units": units,
            "nonce": nonce(), "deadline": soon(app),
        });
        self.sign_redemption(app, &self.address(), body)
    }

    /// Signs the redemption that a body describes, from this address, whoever's it is.
    pub fn sign_redemption(&self, app: &TestApp, wallet: &str, mut body: Value) -> Value {
        let message = json!({
            "wallet": wallet, "units": body["units"], "nonce": body["nonce"], "deadline": body["deadline"],
        });
        body["signature"] = self.signature(app, ("Redemption", &REDEMPTION), message);
        body
    }

    /// Adds this key's word that who benefits from a restriction consents to the transfer that a body describes.
    pub fn assure(&self, app: &TestApp, mut body: Value) -> Value {
        let message = json!({
            "wallet": self.address(), "amount": body["amount"], "nonce": body["nonce"], "deadline": body["deadline"],
            "text": domain::restriction::ASSURANCE,
        });
        let fields = [("wallet", "address"), ("amount", "uint256")];
        let typed = typed_data(
            app,
            "BeneficiaryAssurance",
            fields.iter().chain(&ENDS).chain(&[("text", "string")]),
            message,
        );
        body["beneficiary_assurance"] = json!({"version": "1", "signature": self.sign(typed)});
        body
    }

    /// Answers a challenge in this way; the body of the proof.
    pub fn proof(&self, challenge: &Value, scheme: &str) -> Value {
        let signature = match scheme {
            "eip191" => {
                let text = challenge["message"].as_str().expect("a text");
                json!(self.sign_text(text))
            }
            _ => self.sign(challenge["typed_data"].clone()),
        };
        json!({"challenge_id": challenge["id"], "scheme": scheme, "signature": signature})
    }

    /// Signs a text as wallets do that are asked to sign in (EIP-191).
    ///
    /// # Panics
    /// Never: the key is one.
    pub fn sign_text(&self, text: &str) -> String {
        let signature = self.key.sign_message_sync(text.as_bytes());
        let signature = signature.expect("a signature");
        format!("0x{}", alloy::hex::encode(signature.as_bytes()))
    }

    /// The same, for another network and token than those of the first asset.
    pub fn sign_transfer_elsewhere(
        &self,
        (chain_id, token): (u64, &str),
        from: &str,
        mut body: Value,
        app: &TestApp,
    ) -> Value {
        let message = json!({
            "from": from, "to": body["target_address"], "amount": body["amount"],
            "nonce": body["nonce"], "deadline": body["deadline"],
        });
        let fields = TRANSFER.iter().chain(&ENDS);
        let mut typed = typed_data(app, "Transfer", fields, message);
        typed["domain"]["chainId"] = json!(chain_id);
        typed["domain"]["verifyingContract"] = json!(token);
        body["signature"] = self.sign(typed);
        body
    }

    fn signature(
        &self,
        app: &TestApp,
        (name, fields): (&str, &[(&str, &str)]),
        message: Value,
    ) -> Value {
        let typed = typed_data(app, name, fields.iter().chain(&ENDS), message);
        self.sign(typed)
    }

    fn sign(&self, typed: Value) -> Value {
        let typed: TypedData = serde_json::from_value(typed).expect("typed data");
        let hash = typed.eip712_signing_hash().expect("a hash");
        let signature = self.key.sign_hash_sync(&hash).expect("a signature");
        json!(format!("0x{}", alloy::hex::encode(signature.as_bytes())))
    }
}

fn typed_data<'a>(
    app: &TestApp,
    name: &str,
    fields: impl Iterator<Item = &'a (&'a str, &'a str)>,
    message: Value,
) -> Value {
    let field = |(name, kind): &(&str, &str)| json!({"name": name, "type": kind});
    let said: Vec<Value> = fields.map(field).collect();
    let domain: Vec<Value> = DOMAIN.iter().map(field).collect();
    json!({
        "domain": {
            "name": "Cashlink Register", "version": "1",
            "chainId": app.app.ledger.network().chain_id,
            "verifyingContract": app.environment(0).token_address,
        },
        "primaryType": name,
        "types": {"EIP712Domain": domain, name: said},
        "message": message,
    })
}

fn nonce() -> String {
    uuid::Uuid::new_v4().as_u128().to_string()
}

fn soon(app: &TestApp) -> i64 {
    app.app.registry.clock.now().seconds() + 600
}
