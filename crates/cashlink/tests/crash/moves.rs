//! One unit that is re-registered to another customer of the broker and back, because that was wrong, by two of the registrar.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use crate::orders::Market;
use crate::registrars::Registrars;

/// One unit that went and came back.
#[derive(Clone, Debug)]
pub struct Move {
    pub key: String,
    pub product: String,
    body: Value,
}

impl Move {
    /// From whoever holds most by now, if anybody holds anything, to the next customer.
    pub fn new(
        there: &Market,
        held: &BTreeMap<String, u64>,
        (number, document): (usize, &str),
    ) -> Option<Self> {
        let units = |customer: usize| held.get(&there.customers[customer].address).copied();
        let from = (0..there.customers.len()).max_by_key(|customer| units(*customer))?;
        units(from).filter(|units| *units > 0)?;
        let to = (from + 1) % there.customers.len();
        Some(Self {
            key: format!("move-{}-{number}", there.product_id),
            product: there.product_id.clone(),
            body: json!({
                "wallet_id": there.customers[from].wallet, "target_wallet_id": there.customers[to].wallet, "units": 1,
                "ground": "court_order", "legal_basis": "An order", "document_id": document, "reason": "The court has ordered it.",
            }),
        })
    }

    /// Has it entered and reversed, however often the server dies meanwhile.
    pub async fn place(self, registrars: Registrars) -> Self {
        tokio::time::sleep(Duration::from_millis(300)).await;
        let path = format!("products/{}/reregistrations/", self.product);
        let decision = registrars.decide(&self.key, &path, &self.body).await;
        let made = ("reregistrations/", decision.as_str());
        let moved = registrars.reaches(made, "entered").await;
        let path = format!("products/{}/reversals/", self.product);
        let body = json!({
            "entry": moved["entry"], "cause": "no_instruction", "legal_basis": "A finding",
            "document_id": self.body["document_id"], "reason": "There was no such order.",
        });
        let reversal = registrars.decide(&self.key, &path, &body).await;
        let compensates = ("reregistrations/", reversal.as_str());
        registrars.reaches(compensates, "entered").await;
        registrars.reaches(made, "reversed").await;
        self
    }
}
