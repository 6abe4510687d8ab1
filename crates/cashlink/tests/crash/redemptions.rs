//! A redemption by a customer of the broker, signed with the key of the wallet, and paid by the issuer.

use std::collections::BTreeMap;
use std::time::Duration;

use alloy::primitives::{Address, U256};
use alloy::signers::SignerSync as _;
use alloy::sol_types::{Eip712Domain, SolStruct as _};
use serde_json::{Value, json};

use crate::client::id;
use crate::orders::Market;

#[allow(missing_docs, clippy::all)]
mod typed_data {
    alloy::sol! {
        struct Redemption {
            address wallet;
            uint256 units;
            uint256 nonce;
            uint256 deadline;
        }
    }
}

/// One unit that a customer gives back.
#[derive(Clone, Debug)]
pub struct Redemption {
    pub market: usize,
    pub from: usize,
    pub key: String,
    pub body: Value,
    /// Known once it was answered.
    pub id: Option<String>,
}

impl Redemption {
    /// From whoever holds most by now, if anybody holds anything.
    pub fn new(
        market: usize,
        there: &Market,
        held: &BTreeMap<String, u64>,
        number: usize,
    ) -> Option<Self> {
        let units = |customer: usize| held.get(&there.customers[customer].address).copied();
        let from = (0..there.customers.len()).max_by_key(|customer| units(*customer))?;
        units(from).filter(|units| *units > 0)?;
        Some(Self {
            market,
            from,
            key: format!("redemption-{market}-{number}"),
            body: signed(there, from, number),
            id: None,
        })
    }

    /// Makes the request and lets the issuer pay, however often the server dies meanwhile.
    pub async fn place(mut self, market: Market) -> Self {
        tokio::time::sleep(Duration::from_millis(300)).await;
        let made = market
            .distributor
            .post("redemptions/", &self.key, &self.body)
            .await;
        let made = id(&made.body);
        let path = format!("redemptions/{made}/mark-paid/");
        let proof = json!({"payment_reference": self.key, "delete": true});
        market
            .issuer
            .post(&path, &format!("{}-paid", self.key), &proof)
            .await;
        self.id = Some(made);
        self
    }
}

fn signed(market: &Market, from: usize, nonce: usize) -> Value {
    let customer = &market.customers[from];
    let domain = Eip712Domain::new(
        Some("Cashlink Register".into()),
        Some("1".into()),
        Some(U256::from(market.chain_id)),
        Some(market.token_address.parse().unwrap()),
        None,
    );
    let deadline = registry::clock::real_now().seconds() + 86_400;
    let redemption = typed_data::Redemption {
        wallet: customer.address.parse::<Address>().unwrap(),
        units: U256::from(1),
        nonce: U256::from(nonce),
        deadline: U256::from(deadline),
    };
    let hash = redemption.eip712_signing_hash(&domain);
    let signature = customer.key.sign_hash_sync(&hash).unwrap();
    json!({
        "investor_id": customer.investor, "product_id": market.product_id, "wallet_id": customer.wallet, "units": 1,
        "nonce": nonce.to_string(), "deadline": deadline,
        "signature": format!("0x{}", alloy::hex::encode(signature.as_bytes())),
    })
}
