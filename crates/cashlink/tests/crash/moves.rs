//! One unit that is re-registered to another customer of the broker and back, because that was wrong, by two of the registrar.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::client::{Session, id};
use crate::common::PATIENCE;
use crate::orders::Market;
use crate::pledges::Registrars;

const LOOK_AGAIN: Duration = Duration::from_millis(50);

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
        let decision = self.decide(&registrars, &path, &self.body).await;
        let moved = reaches(&registrars.one, &decision, "entered").await;
        let path = format!("products/{}/reversals/", self.product);
        let body = json!({
            "entry": moved["entry"], "cause": "no_instruction", "legal_basis": "A finding",
            "document_id": self.body["document_id"], "reason": "There was no such order.",
        });
        let reversal = self.decide(&registrars, &path, &body).await;
        reaches(&registrars.one, &reversal, "entered").await;
        reaches(&registrars.one, &decision, "reversed").await;
        self
    }

    async fn decide(&self, registrars: &Registrars, path: &str, body: &Value) -> String {
        let key = format!("{}-{path}", self.key);
        let proposed = registrars.one.post(path, &key, body).await;
        let decision = id(&proposed.body);
        let path = format!("decisions/{decision}/confirm/");
        let key = format!("{key}-confirm");
        registrars.other.post(&path, &key, &json!({})).await;
        decision
    }
}

/// Waits until what a decision has moved, which is one thing, has come to a status.
async fn reaches(registrar: &Session, decision: &str, status: &str) -> Value {
    let begin = Instant::now();
    loop {
        let all = registrar.list("reregistrations/").await;
        let mut own = all.iter().filter(|one| one["decision_id"] == decision);
        let found = own.next().expect("a decision makes a re-registration");
        assert!(own.next().is_none(), "decision {decision} has made two");
        if found["status"] == status {
            return found.clone();
        }
        assert!(begin.elapsed() < PATIENCE, "{found} is not {status}");
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}
