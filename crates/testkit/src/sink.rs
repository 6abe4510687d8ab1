//! A partner's receiver of webhooks: it answers as it is told, keeps what came, and verifies signatures with a library of others.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use standardwebhooks::Webhook;
use tokio::sync::watch;

/// How long something that has to come is waited for.
const PATIENCE: Duration = Duration::from_secs(60);

/// What the receiver does with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Behaviour {
    /// Takes it.
    Accept,
    /// Answers with this status.
    Fail(u16),
    /// Never answers.
    Hang,
}

/// A webhook that arrived.
#[derive(Clone, Debug)]
pub struct Received {
    /// Its headers.
    pub headers: HeaderMap,
    /// Its bytes.
    pub bytes: Bytes,
    /// The event.
    pub event: Value,
    /// What was done with it.
    pub behaviour: Behaviour,
}

impl Received {
    /// Whether a library of others takes the webhook for genuine, its age included.
    pub fn is_genuine(&self, secret: &str) -> bool {
        let webhook = Webhook::new(secret).expect("a secret");
        webhook.verify(&self.bytes, &self.headers).is_ok()
    }

    /// Whether one of the signatures is what a library of others makes of the secret; of any age, for who looks later.
    pub fn is_signed_with(&self, secret: &str) -> bool {
        let webhook = Webhook::new(secret).expect("a secret");
        let at = self.header("webhook-timestamp").parse().expect("seconds");
        let expected = webhook.sign(self.header("webhook-id"), at, &self.bytes);
        let expected = expected.expect("the body is text");
        self.header("webhook-signature")
            .split(' ')
            .any(|signature| signature == expected)
    }

    /// A header's text.
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    /// A text of the event.
    pub fn text(&self, field: &str) -> &str {
        self.event[field].as_str().unwrap_or_default()
    }
}

/// A receiver on loopback.
#[derive(Clone)]
pub struct WebhookSink {
    /// Where it listens.
    pub url: String,
    /// The secret to register it with.
    pub secret: String,
    shared: Arc<Shared>,
}

struct Shared {
    received: Mutex<Vec<Received>>,
    behaviour: Mutex<Behaviour>,
    arrivals: watch::Sender<usize>,
}

impl WebhookSink {
    /// Listens and takes everything.
    pub async fn start() -> Self {
        let shared = Arc::new(Shared {
            received: Mutex::default(),
            behaviour: Mutex::new(Behaviour::Accept),
            arrivals: watch::Sender::new(0),
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a free port");
        let url = format!("http://{}/hook", listener.local_addr().expect("an address"));
        let router = Router::new().fallback(take).with_state(Arc::clone(&shared));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self {
            url,
            secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=".to_owned(),
            shared,
        }
    }

    /// From now on.
    pub fn behave(&self, behaviour: Behaviour) {
        *self.shared.behaviour.lock().expect("nobody panics") = behaviour;
    }

    /// Everything that came, refused or not.
    pub fn all(&self) -> Vec<Received> {
        self.shared.received.lock().expect("nobody panics").clone()
    }

    /// What was taken, in the order in which it came.
    pub fn taken(&self) -> Vec<Received> {
        let mut all = self.all();
        all.retain(|received| received.behaviour == Behaviour::Accept);
        all
    }

    /// What was taken about one investment.
    pub fn of_investment(&self, id: &str) -> Vec<Received> {
        let mut taken = self.taken();
        taken.retain(|received| received.text("investment_id") == id);
        taken
    }

    /// Waits until this is true of what came.
    ///
    /// # Panics
    /// If it does not become true.
    pub async fn until(&self, what: &str, is_true: impl Fn(&WebhookSink) -> bool) {
        let mut arrivals = self.shared.arrivals.subscribe();
        let waiting = async {
            while !is_true(self) {
                if arrivals.changed().await.is_err() {
                    return;
                }
            }
        };
        if tokio::time::timeout(PATIENCE, waiting).await.is_err() {
            let events: Vec<Value> = self
                .all()
                .into_iter()
                .map(|received| received.event)
                .collect();
            panic!("it did not come to this: {what}; there were {events:#?}");
        }
    }

    /// Waits until one investment's statuses were told up to this one.
    ///
    /// # Panics
    /// If they are not.
    pub async fn told(&self, investment: &str, status: &str) {
        let what = format!("{investment} is {status}");
        let told = |sink: &WebhookSink| {
            sink.of_investment(investment)
                .iter()
                .any(|received| received.text("status") == status)
        };
        self.until(&what, told).await;
    }
}

async fn take(State(shared): State<Arc<Shared>>, headers: HeaderMap, bytes: Bytes) -> Response {
    let behaviour = *shared.behaviour.lock().expect("nobody panics");
    let received = Received {
        event: serde_json::from_slice(&bytes).unwrap_or(Value::Null),
        headers,
        bytes,
        behaviour,
    };
    shared
        .received
        .lock()
        .expect("nobody panics")
        .push(received);
    shared.arrivals.send_modify(|count| *count += 1);
    match behaviour {
        Behaviour::Accept => StatusCode::NO_CONTENT.into_response(),
        Behaviour::Fail(status) => StatusCode::from_u16(status)
            .expect("a status")
            .into_response(),
        Behaviour::Hang => std::future::pending().await,
    }
}
