//! A receiver that answers as it is told, and a network of one owner with a deliverer on a simulated clock.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use database::testing::{Backend, fresh};
use database::vault::{MasterKey, Vault};
use database::{DatabaseError, Db, Tx};
use tokio::sync::watch;
use uuid::Uuid;
use webhooks::{
    Attempt, Authentication, Clock, Deliverer, Endpoint, EndpointError, Guard, Message,
    NewEndpoint, Settings, endpoints,
};

pub const SECOND: i64 = 1_000_000;
pub const HOUR: i64 = 3_600 * SECOND;
/// Where simulated time starts.
pub const START: i64 = 1_795_000_000 * SECOND;

/// A request as it arrived.
#[derive(Clone, Debug)]
pub struct Received {
    pub path: String,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Received {
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    pub fn text(&self) -> String {
        String::from_utf8(self.body.to_vec()).unwrap()
    }
}

/// What a receiver says to one request.
#[derive(Clone, Debug)]
pub enum Answer {
    Status(u16),
    /// A status with one header.
    With(u16, &'static str, String),
    Json(u16, String),
    /// Nothing, until the gate opens; then 200.
    Hang,
}

/// A receiver on loopback. Answers are taken in order; when there are none left, the last rule holds.
#[derive(Clone)]
pub struct Receiver {
    pub url: String,
    shared: Arc<Shared>,
}

struct Shared {
    received: Mutex<Vec<Received>>,
    answers: Mutex<VecDeque<Answer>>,
    otherwise: Mutex<Answer>,
    gate: watch::Sender<bool>,
    arrivals: watch::Sender<usize>,
}

impl Receiver {
    pub async fn start() -> Receiver {
        let shared = Arc::new(Shared {
            received: Mutex::default(),
            answers: Mutex::default(),
            otherwise: Mutex::new(Answer::Status(204)),
            gate: watch::Sender::new(false),
            arrivals: watch::Sender::new(0),
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let app = Router::new()
            .fallback(answer)
            .with_state(Arc::clone(&shared));
        tokio::spawn(async move { axum::serve(listener, app).await });
        Receiver { url, shared }
    }

    pub fn answers(&self, answers: impl IntoIterator<Item = Answer>) -> &Receiver {
        self.shared.answers.lock().unwrap().extend(answers);
        self
    }

    pub fn otherwise(&self, answer: Answer) -> &Receiver {
        *self.shared.otherwise.lock().unwrap() = answer;
        self
    }

    pub fn open_gate(&self) {
        self.shared.gate.send_replace(true);
    }

    pub fn received(&self) -> Vec<Received> {
        self.shared.received.lock().unwrap().clone()
    }

    pub fn bodies(&self) -> Vec<String> {
        self.received().iter().map(Received::text).collect()
    }

    /// Waits until this many requests have arrived.
    pub async fn has_received(&self, count: usize) {
        let mut arrivals = self.shared.arrivals.subscribe();
        let enough = arrivals.wait_for(|arrived| *arrived >= count);
        tokio::time::timeout(Duration::from_secs(60), enough)
            .await
            .expect("the requests arrive")
            .unwrap();
    }
}

async fn answer(
    State(shared): State<Arc<Shared>>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    shared.received.lock().unwrap().push(Received {
        path: uri.path().to_owned(),
        headers,
        body,
    });
    shared.arrivals.send_modify(|count| *count += 1);
    let next = shared.answers.lock().unwrap().pop_front();
    let answer = next.unwrap_or_else(|| shared.otherwise.lock().unwrap().clone());
    let status = |code| StatusCode::from_u16(code).unwrap();
    match answer {
        Answer::Status(code) => status(code).into_response(),
        Answer::With(code, name, value) => (status(code), [(name, value)]).into_response(),
        Answer::Json(code, body) => {
            (status(code), [("content-type", "application/json")], body).into_response()
        }
        Answer::Hang => {
            let mut gate = shared.gate.subscribe();
            let _ = gate.wait_for(|open| *open).await;
            StatusCode::OK.into_response()
        }
    }
}

/// One owner's endpoints, and a deliverer whose clocks stand until they are moved.
#[derive(Clone)]
pub struct World {
    pub db: Db,
    pub vault: Vault,
    pub owner: Uuid,
    now: Arc<AtomicI64>,
    real: Arc<AtomicI64>,
    pub deliverer: Deliverer,
}

impl World {
    pub async fn new(backend: Backend) -> World {
        let db = fresh(backend, &[database::COMPONENT, webhooks::COMPONENT]).await;
        let vault = Vault::open(&db, MasterKey::generate().unwrap())
            .await
            .unwrap();
        let now = Arc::new(AtomicI64::new(START));
        let real = Arc::new(AtomicI64::new(START));
        let deliverer = deliverer(&db, &vault, settings(&now, &real));
        World {
            db,
            vault,
            owner: Uuid::new_v4(),
            now,
            real,
            deliverer,
        }
    }

    /// A second process on the same database.
    pub fn another_deliverer(&self) -> Deliverer {
        deliverer(&self.db, &self.vault, settings(&self.now, &self.real))
    }

    pub fn now(&self) -> i64 {
        self.now.load(Ordering::SeqCst)
    }

    pub fn set_now(&self, now: i64) {
        self.now.store(now, Ordering::SeqCst);
    }

    /// What the receivers' clocks show; the schedule's time stays.
    pub fn set_real_time(&self, at: i64) {
        self.real.store(at, Ordering::SeqCst);
    }

    /// Delivers until nothing is due any more; the number of attempts.
    pub async fn deliver(&self) -> usize {
        let mut attempts = 0;
        loop {
            let made = self.deliverer.run_once(self.now()).await;
            if made == 0 {
                return attempts;
            }
            attempts += made;
        }
    }

    /// Moves the clock to a time and delivers.
    pub async fn deliver_at(&self, now: i64) -> usize {
        self.set_now(now);
        self.deliver().await
    }

    pub async fn endpoint(&self, url: &str) -> (Endpoint, String) {
        self.create(self.new_endpoint(url)).await.unwrap()
    }

    pub fn new_endpoint(&self, url: &str) -> NewEndpoint {
        NewEndpoint {
            id: Uuid::new_v4(),
            owner: self.owner,
            url: url.to_owned(),
            authentication: Authentication::None,
            event_types: Vec::new(),
            description: String::new(),
            secret: None,
        }
    }

    pub async fn create(&self, new: NewEndpoint) -> Result<(Endpoint, String), EndpointError> {
        let (vault, now) = (self.vault.clone(), self.now());
        self.db
            .write(move |tx| endpoints::create(tx, &vault, new.clone(), now))
            .await
    }

    pub async fn found(&self, endpoint: &Endpoint) -> Endpoint {
        let (owner, id) = (self.owner, endpoint.id);
        self.read(move |tx| endpoints::find(tx, owner, id))
            .await
            .unwrap()
    }

    pub async fn attempts(&self, endpoint: &Endpoint) -> Vec<Attempt> {
        let (owner, id) = (self.owner, endpoint.id);
        self.read(move |tx| endpoints::attempts(tx, owner, id, 500, 0))
            .await
            .1
    }

    /// Publishes a text in a lane; the message's id.
    pub async fn publish(&self, lane: u128, body: &str) -> Uuid {
        self.publish_type("investment.status_changed", lane, body)
            .await
    }

    /// Publishes texts in their lanes, all in one go.
    pub async fn publish_all(&self, texts: Vec<(u128, String)>) {
        let (owner, now) = (self.owner, self.now());
        self.write(move |tx| {
            let messages: Vec<_> = texts
                .iter()
                .map(|(lane, body)| Message {
                    id: Uuid::new_v4(),
                    owner,
                    event_type: "investment.status_changed",
                    lane: Uuid::from_u128(*lane),
                    body: body.as_bytes(),
                    now,
                })
                .collect();
            webhooks::publish_all(tx, &messages)
        })
        .await;
    }

    pub async fn publish_type(&self, event_type: &str, lane: u128, body: &str) -> Uuid {
        let (id, owner, now) = (Uuid::new_v4(), self.owner, self.now());
        let (event_type, body) = (event_type.to_owned(), body.to_owned());
        self.write(move |tx| {
            let message = Message {
                id,
                owner,
                event_type: &event_type,
                lane: Uuid::from_u128(lane),
                body: body.as_bytes(),
                now,
            };
            webhooks::publish(tx, &message)
        })
        .await;
        id
    }

    pub async fn write<T: Send + 'static>(
        &self,
        f: impl Fn(&mut Tx) -> Result<T, DatabaseError> + Send + 'static,
    ) -> T {
        self.db.write(f).await.unwrap()
    }

    pub async fn read<T: Send + 'static>(
        &self,
        f: impl Fn(&mut Tx) -> Result<T, DatabaseError> + Send + 'static,
    ) -> T {
        self.db.read(f).await.unwrap()
    }
}

pub fn settings(now: &Arc<AtomicI64>, real: &Arc<AtomicI64>) -> Settings {
    let clock = |at: &Arc<AtomicI64>| -> Clock {
        let at = Arc::clone(at);
        Arc::new(move || at.load(Ordering::SeqCst))
    };
    Settings {
        // The middle of the jitter: the schedule's own times.
        random: Arc::new(|| 200),
        ..Settings::new(
            Guard::allowing(["127.0.0.0/8"]).unwrap(),
            clock(now),
            clock(real),
        )
    }
}

fn deliverer(db: &Db, vault: &Vault, settings: Settings) -> Deliverer {
    Deliverer::new(db.clone(), vault.clone(), settings)
}

/// The machine's own clock, which other libraries look at.
#[expect(
    clippy::disallowed_methods,
    reason = "a verifier of another make compares with the machine's clock"
)]
pub fn machine_time() -> i64 {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    i64::try_from(since_epoch.as_micros()).unwrap()
}
