//! A transfer between two customers of the broker, signed with the key of the giving wallet.

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
        struct Transfer {
            address from;
            address to;
            uint256 amount;
            uint256 nonce;
            uint256 deadline;
        }
    }
}

/// One unit from one customer to another.
#[derive(Clone, Debug)]
pub struct Transfer {
    pub market: usize,
    pub from: usize,
    pub to: usize,
    pub key: String,
    pub body: Value,
    /// Known once it was answered.
    pub id: Option<String>,
}

impl Transfer {
    /// From whoever holds most by now to the next customer, if anybody holds anything.
    pub fn new(
        market: usize,
        there: &Market,
        held: &BTreeMap<String, u64>,
        number: usize,
    ) -> Option<Self> {
        let units = |customer: usize| held.get(&there.customers[customer].address).copied();
        let from = (0..there.customers.len()).max_by_key(|customer| units(*customer))?;
        units(from).filter(|units| *units > 0)?;
        let to = (from + 1) % there.customers.len();
        Some(Self {
            market,
            from,
            to,
            key: format!("transfer-{market}-{number}"),
            body: signed(there, from, to, number),
            id: None,
        })
    }

    /// Makes the request, however often the server dies meanwhile.
    pub async fn place(mut self, market: Market) -> Self {
        tokio::time::sleep(Duration::from_millis(300)).await;
        let made = market
            .distributor
            .post("transfers/", &self.key, &self.body)
            .await;
        self.id = Some(id(&made.body));
        self
    }
}

fn signed(market: &Market, from: usize, to: usize, nonce: usize) -> Value {
    let (from, to) = (&market.customers[from], &market.customers[to]);
    let domain = Eip712Domain::new(
        Some("Cashlink Register".into()),
        Some("1".into()),
        Some(U256::from(market.chain_id)),
        Some(market.token_address.parse().unwrap()),
        None,
    );
    let deadline = registry::clock::real_now().seconds() + 86_400;
    let transfer = typed_data::Transfer {
        from: from.address.parse::<Address>().unwrap(),
        to: to.address.parse().unwrap(),
        amount: U256::from(1),
        nonce: U256::from(nonce),
        deadline: U256::from(deadline),
    };
    let hash = transfer.eip712_signing_hash(&domain);
    let signature = from.key.sign_hash_sync(&hash).unwrap();
    json!({
        "product": market.product_id, "source_wallet": from.wallet, "target_address": to.address, "amount": 1,
        "nonce": nonce.to_string(), "deadline": deadline,
        "signature": format!("0x{}", alloy::hex::encode(signature.as_bytes())),
    })
}
