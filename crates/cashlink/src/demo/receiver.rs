//! The broker's side of the webhooks: one address for all environments, which believes only what is signed.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use anyhow::Result;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use uuid::Uuid;
use wire::events::Event;

/// How old or how far ahead a message may be, in seconds.
const TOLERANCE_S: i64 = 300;

/// A webhook that was received and believed.
#[derive(Clone, Debug)]
pub struct Received {
    /// What it says.
    pub event: Event,
    /// When it came.
    pub at: Instant,
}

/// Listens on a loopback port until it is dropped.
pub struct Receiver {
    address: SocketAddr,
    secret: String,
    inbox: Arc<Inbox>,
    server: JoinHandle<()>,
}

struct Inbox {
    secret: String,
    received: Mutex<Vec<Received>>,
    refused: Mutex<Vec<String>>,
    arrived: Notify,
}

impl Receiver {
    /// Starts to listen, with a signing secret of its own.
    ///
    /// # Errors
    /// If no port is free.
    pub async fn start() -> Result<Self> {
        let secret = webhooks::Secret::generate().text();
        let inbox = Arc::new(Inbox {
            secret: secret.clone(),
            received: Mutex::default(),
            refused: Mutex::default(),
            arrived: Notify::new(),
        });
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let router = Router::new()
            .route("/webhooks", post(receive))
            .with_state(inbox.clone());
        let server = tokio::spawn(async move {
            // It ends only with the process or with this receiver.
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self {
            address,
            secret,
            inbox,
            server,
        })
    }

    /// Where webhooks are sent to.
    pub fn url(&self) -> String {
        format!("http://{}/webhooks", self.address)
    }

    /// What both sides sign with.
    pub fn secret(&self) -> &str {
        &self.secret
    }

    /// What came so far, each event once, in the order in which it came first.
    pub fn received(&self) -> Vec<Received> {
        self.inbox
            .received
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// What came so far, by investment.
    pub fn by_investment(&self) -> HashMap<Uuid, Vec<Received>> {
        let mut all: HashMap<Uuid, Vec<Received>> = HashMap::new();
        for received in self.received() {
            if let Some(investment) = received.event.investment_id {
                all.entry(investment).or_default().push(received);
            }
        }
        all
    }

    /// Why messages were not believed.
    pub fn refused(&self) -> Vec<String> {
        self.inbox
            .refused
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Waits for the next message.
    pub async fn arrived(&self) {
        self.inbox.arrived.notified().await;
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn receive(State(inbox): State<Arc<Inbox>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    match believed(&inbox.secret, &headers, &body) {
        Ok(event) => {
            let mut received = inbox
                .received
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            // Delivery is at least once: the same event again is answered and forgotten.
            if received.iter().all(|earlier| earlier.event.id != event.id) {
                received.push(Received {
                    event,
                    at: Instant::now(),
                });
            }
            drop(received);
            inbox.arrived.notify_one();
            StatusCode::NO_CONTENT
        }
        Err(reason) => {
            inbox
                .refused
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(reason);
            inbox.arrived.notify_one();
            StatusCode::BAD_REQUEST
        }
    }
}

/// The event, if the signature is ours and fresh.
fn believed(secret: &str, headers: &HeaderMap, body: &[u8]) -> Result<Event, String> {
    let header = |name: &str| {
        let value = headers.get(name).and_then(|value| value.to_str().ok());
        value.ok_or_else(|| format!("the header {name} is missing"))
    };
    let signed = webhooks::Headers {
        id: header("webhook-id")?,
        timestamp: header("webhook-timestamp")?,
        signature: header("webhook-signature")?,
    };
    let now = registry::clock::real_now().micros();
    webhooks::verify(secret, signed, body, now, TOLERANCE_S).map_err(|error| error.to_string())?;
    serde_json::from_slice(body).map_err(|error| error.to_string())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const EVENT: &str = r#"{"changed_at":"2026-11-22T12:00:00Z","id":"0193e6a2-7f5e-7a30-8a4e-2b1f4f6f0c11",
        "type":"investment.status_changed","environment":"art","sequence":1}"#;

    async fn send(receiver: &Receiver, secret: &str) -> StatusCode {
        let now = registry::clock::real_now().micros() / 1_000_000;
        let signature =
            webhooks::Secret::parse(secret)
                .unwrap()
                .sign("msg_1", now, EVENT.as_bytes());
        // Not over HTTP: what counts here is what is believed.
        let mut headers = HeaderMap::new();
        headers.insert("webhook-id", "msg_1".parse().unwrap());
        headers.insert("webhook-timestamp", now.to_string().parse().unwrap());
        headers.insert("webhook-signature", signature.parse().unwrap());
        receive(
            State(receiver.inbox.clone()),
            headers,
            Bytes::from_static(EVENT.as_bytes()),
        )
        .await
    }

    #[tokio::test]
    async fn a_repeated_event_counts_once() {
        let receiver = Receiver::start().await.unwrap();
        let secret = receiver.secret().to_owned();

        assert_eq!(send(&receiver, &secret).await, StatusCode::NO_CONTENT);
        assert_eq!(send(&receiver, &secret).await, StatusCode::NO_CONTENT);

        assert_eq!(receiver.received().len(), 1);
    }

    #[tokio::test]
    async fn a_foreign_signature_is_not_believed() {
        let receiver = Receiver::start().await.unwrap();
        let foreign = webhooks::Secret::generate().text();

        assert_eq!(send(&receiver, &foreign).await, StatusCode::BAD_REQUEST);

        assert!(receiver.received().is_empty());
        assert_eq!(receiver.refused().len(), 1);
    }
}
