//! A pledge of one unit of a customer of the broker, entered and released by two of the registrar.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::client::{Session, id};
use crate::common::PATIENCE;
use crate::orders::Market;

const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// The two who decide.
#[derive(Clone)]
pub struct Registrars {
    pub one: Session,
    pub other: Session,
}

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
        let decision = self.decide(&registrars, &path, &self.body).await;
        let pledge = reaches(&registrars.one, &decision, "entered").await;
        let path = format!("restrictions/{pledge}/release/");
        let body = json!({
            "authority": "third_party", "legal_basis": "Declaration of release", "document_id": self.body["document_id"],
            "reason": "The debt is paid.",
        });
        self.decide(&registrars, &path, &body).await;
        reaches(&registrars.one, &decision, "released").await;
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

/// Waits until the restriction of a decision, of which there is one, has come to a status.
async fn reaches(registrar: &Session, decision: &str, status: &str) -> String {
    let begin = Instant::now();
    loop {
        let all = registrar.list("restrictions/").await;
        let mut own = all.iter().filter(|one| one["decision_id"] == decision);
        let found = own.next().expect("a decision makes a restriction");
        assert!(own.next().is_none(), "decision {decision} has made two");
        if found["status"] == status {
            return id(found);
        }
        assert!(begin.elapsed() < PATIENCE, "{found} is not {status}");
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}
