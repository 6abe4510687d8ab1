//! A server that answers as a test tells it, and remembers what it was asked.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use cashlink_sdk::{Client, Distributor, Environment, Key, Settings};
use serde_json::{Value, json};
use wire::wallets::WalletCreate;

pub const ID: &str = "3fa85f64-5717-4562-b3fc-2c963f66afa6";

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Asked {
    pub method: Method,
    pub path: String,
    pub query: String,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Asked {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

type Script = dyn Fn(usize, &Asked) -> Response + Send + Sync;

/// The server.
#[derive(Clone)]
pub struct StandIn {
    pub url: String,
    shared: Arc<Shared>,
}

struct Shared {
    script: Box<Script>,
    asked: Mutex<Vec<Asked>>,
}

impl StandIn {
    /// Answers every request by the script, which is told how many there were before; tokens are given freely.
    pub async fn start(script: impl Fn(usize, &Asked) -> Response + Send + Sync + 'static) -> Self {
        Self::with_tokens(move |number, asked| {
            (!asked.path.ends_with("/oauth/token")).then(|| script(number, asked))
        })
        .await
    }

    /// As [`StandIn::start`], but None gives a token.
    pub async fn with_tokens(
        script: impl Fn(usize, &Asked) -> Option<Response> + Send + Sync + 'static,
    ) -> Self {
        let script = move |number: usize, asked: &Asked| {
            script(number, asked).unwrap_or_else(|| token(&format!("token-{number}"), 3600))
        };
        let shared = Arc::new(Shared {
            script: Box::new(script),
            asked: Mutex::default(),
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/api/external", listener.local_addr().unwrap());
        let router = Router::new()
            .fallback(answer)
            .with_state(Arc::clone(&shared));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, shared }
    }

    pub fn environment(&self) -> Environment {
        Environment {
            url: self.url.clone(),
            client_id: "client".to_owned(),
            client_secret: "secret".to_owned(),
        }
    }

    /// A client that does not wait as long as one on the internet.
    pub fn distributor(&self) -> Distributor {
        client(self.environment(), quick()).distributor()
    }

    /// What was asked, tokens apart.
    pub fn calls(&self) -> Vec<Asked> {
        self.all(|asked| !asked.path.ends_with("/oauth/token"))
    }

    /// The requests for tokens.
    pub fn tokens(&self) -> Vec<Asked> {
        self.all(|asked| asked.path.ends_with("/oauth/token"))
    }

    fn all(&self, wanted: impl Fn(&Asked) -> bool) -> Vec<Asked> {
        let mut asked = self.shared.asked.lock().unwrap().clone();
        asked.retain(wanted);
        asked
    }
}

async fn answer(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let asked = Asked {
        method: parts.method,
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: parts.headers,
        body: to_bytes(body, 1 << 20).await.unwrap(),
    };
    let is_token = asked.path.ends_with("/oauth/token");
    let number = {
        let mut all = shared.asked.lock().unwrap();
        let before = all
            .iter()
            .filter(|other| other.path.ends_with("/oauth/token") == is_token)
            .count();
        all.push(asked.clone());
        before
    };
    (shared.script)(number, &asked)
}

pub fn client(environment: Environment, settings: Settings) -> Client {
    Client::with_settings(environment, settings).unwrap()
}

/// Short pauses, three attempts.
pub fn quick() -> Settings {
    let mut settings = Settings::default();
    settings.attempts = 3;
    settings.first_pause = Duration::from_millis(5);
    settings.attempt_timeout = Duration::from_millis(500);
    settings.call_timeout = Duration::from_secs(20);
    settings
}

pub fn token(text: &str, expires_in: u64) -> Response {
    axum::Json(json!({"access_token": text, "token_type": "Bearer", "expires_in": expires_in}))
        .into_response()
}

pub fn created() -> Response {
    (StatusCode::CREATED, axum::Json(json!({"id": ID}))).into_response()
}

pub fn status(status: u16) -> Response {
    StatusCode::from_u16(status).unwrap().into_response()
}

pub fn html(status: u16) -> Response {
    let page = "<html><head><title>Wartung</title></head><body>bald wieder da</body></html>";
    let headers = [("content-type", "text/html; charset=utf-8")];
    (StatusCode::from_u16(status).unwrap(), headers, page).into_response()
}

/// An answer that breaks off in the middle.
pub fn broken_off() -> Response {
    let parts = [
        Ok(Bytes::from_static(b"{\"id\": \"3fa8")),
        Err(std::io::Error::other("the cable is cut")),
    ];
    Response::new(Body::from_stream(futures_util::stream::iter(parts)))
}

/// An answer that does not end.
pub fn endless() -> Response {
    let chunk = || Ok::<_, std::io::Error>(Bytes::from(vec![b' '; 64 << 10]));
    Response::new(Body::from_stream(futures_util::stream::repeat_with(chunk)))
}

/// An answer that does not come.
pub fn silence() -> Response {
    Response::new(Body::from_stream(futures_util::stream::pending::<
        Result<Bytes, std::io::Error>,
    >()))
}

/// Some writing call, with a key.
pub async fn write(distributor: &Distributor, key: &Key) -> cashlink_sdk::Result<()> {
    let wallet = WalletCreate {
        address: "0x52908400098527886e0f7030069857d2e4169ee7".to_owned(),
        receiving_enabled: None,
    };
    let created = distributor
        .create_wallet(ID.parse().unwrap(), &wallet, key)
        .await;
    created.map(|_| ())
}
