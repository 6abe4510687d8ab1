//! Two of the registrar: what one proposes the other confirms, however often the server dies meanwhile.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::client::{Session, id};
use crate::common::PATIENCE;

const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// The two who decide.
#[derive(Clone)]
pub struct Registrars {
    pub one: Session,
    pub other: Session,
}

impl Registrars {
    /// Proposes and confirms; the decision.
    pub async fn decide(&self, key: &str, path: &str, body: &Value) -> String {
        let key = format!("{key}-{path}");
        let proposed = self.one.post(path, &key, body).await;
        let decision = id(&proposed.body);
        let path = format!("decisions/{decision}/confirm/");
        let key = format!("{key}-confirm");
        self.other.post(&path, &key, &json!({})).await;
        decision
    }

    /// Waits until what a decision has made, which is one thing in this list, has come to a status.
    pub async fn reaches(&self, (list, decision): (&str, &str), status: &str) -> Value {
        let begin = Instant::now();
        loop {
            let all = self.one.list(list).await;
            let mut own = all.iter().filter(|one| one["decision_id"] == decision);
            let found = own.next().expect("a decision makes something");
            assert!(own.next().is_none(), "decision {decision} has made two");
            if found["status"] == status {
                return found.clone();
            }
            assert!(begin.elapsed() < PATIENCE, "{found} is not {status}");
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    }
}
