//! A pledge of one unit of a customer of the broker, entered and released by two of the registrar.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use crate::client::id;
use crate::orders::Market;
use crate::registrars::Registrars;

/// One unit that is pledged and free again.
#[derive(Clone, Debug)]
pub struct Pledge {
    pub key: String,
    pub product: String,
    body: Value,
}

impl Pledge {
    /// Of whoever holds most by now, if anybody holds anything.
    pub fn new(
        there: &Market,
        held: &BTreeMap<String, u64>,
        (number, document): (usize, &str),
    ) -> Option<Self> {
        let units = |customer: usize| held.get(&there.customers[customer].address).copied();
        let of = (0..there.customers.len()).max_by_key(|customer| units(*customer))?;
        units(of).filter(|units| *units > 0)?;
        Some(Self {
            key: format!("pledge-{}-{number}", there.product_id),
            product: there.product_id.clone(),
            body: json!({
                "wallet_id": there.customers[of].wallet, "kind": "pledge", "units": 1, "authority": "holder",
                "beneficiary": {"name": "Sparkasse Musterstadt", "seat": "Musterstadt"},
                "legal_basis": "Pledge agreement", "document_id": document, "reason": "The holder has presented it.",
            }),
        })
    }

    /// Has it entered and released, however often the server dies meanwhile.
    pub async fn place(self, registrars: Registrars) -> Self {
        tokio::time::sleep(Duration::from_millis(300)).await;
        let path = format!("products/{}/restrictions/", self.product);
        let decision = registrars.decide(&self.key, &path, &self.body).await;
        let made = ("restrictions/", decision.as_str());
        let pledge = id(&registrars.reaches(made, "entered").await);
        let path = format!("restrictions/{pledge}/release/");
        let body = json!({
            "authority": "third_party", "legal_basis": "Declaration of release", "document_id": self.body["document_id"],
            "reason": "The debt is paid.",
        });
        registrars.decide(&self.key, &path, &body).await;
        registrars.reaches(made, "released").await;
        self
    }
}
