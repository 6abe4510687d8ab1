//! A receiver of webhooks: believes only what is signed, takes each event once, and keeps the order of each investment.
//!
//! `cargo run -p cashlink-sdk --example webhook_receiver -- whsec_…`

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use cashlink_sdk::webhooks::{Inbox, Message, identity};
use uuid::Uuid;

/// What a receiver keeps; a real one keeps it in its database.
pub struct Receiver {
    inbox: Inbox,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    events: HashSet<String>,
    statuses: HashMap<Uuid, Vec<String>>,
}

impl Receiver {
    /// A receiver that has seen nothing yet.
    pub fn new(inbox: Inbox) -> Arc<Self> {
        Arc::new(Self {
            inbox,
            seen: Mutex::default(),
        })
    }

    /// Where the network sends to: `/webhooks`.
    pub fn router(self: &Arc<Self>) -> Router {
        Router::new()
            .route("/webhooks", post(receive))
            .with_state(Arc::clone(self))
    }

    /// The statuses of an investment, in the order in which they were told.
    pub fn statuses(&self, investment: Uuid) -> Vec<String> {
        let seen = self
            .seen
            .lock()
            .unwrap_or_else(|broken| broken.into_inner());
        seen.statuses.get(&investment).cloned().unwrap_or_default()
    }

    fn take(&self, headers: &HeaderMap, body: &[u8]) -> StatusCode {
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let Ok(event) = self.inbox.open(&Message::of(header, body)) else {
            // The network repeats what is not taken, and a stranger learns nothing.
            return StatusCode::UNAUTHORIZED;
        };
        let mut seen = self
            .seen
            .lock()
            .unwrap_or_else(|broken| broken.into_inner());
        if seen.events.insert(identity(&event, body))
            && let (Some(investment), Some(status)) = (event.investment_id, event.status)
        {
            let statuses = seen.statuses.entry(investment).or_default();
            statuses.push(status.to_string());
        }
        StatusCode::NO_CONTENT
    }
}

async fn receive(
    State(receiver): State<Arc<Receiver>>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    receiver.take(&headers, &body)
}

#[tokio::main]
#[allow(dead_code, clippy::print_stdout, reason = "tests call what main calls")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let secret = std::env::args()
        .nth(1)
        .ok_or("the signing secret is missing")?;
    let receiver = Receiver::new(Inbox::new().secret(&secret)?);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8099").await?;
    println!("http://{}/webhooks", listener.local_addr()?);
    axum::serve(listener, receiver.router()).await?;
    Ok(())
}
