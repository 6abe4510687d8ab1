//! A running network of a test's own.

use std::path::PathBuf;
use std::time::Duration;

use cashlink::demo::client::Credentials;
use cashlink::demo::credentials::{CredentialsFile, EnvironmentAccess};
use cashlink::demo::setup::{self as demo, Place};
use cashlink::inventory;
use cashlink::wiring::App;
use database::testing::Backend;
use registry::clients::{self, NewClient};
use registry::{Caller, Request};
use serde_json::Value;
use storage::clients::ClientKind;
use tempfile::TempDir;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use worker::Worker;

use crate::client::Session;
use crate::{Partner, Setup};

/// How long something that has to happen is waited for.
const PATIENCE: Duration = Duration::from_secs(60);
const LOOK_AGAIN: Duration = Duration::from_millis(10);
const WORKERS_LOOK: Duration = Duration::from_millis(100);

/// A network: the sample's issuers, platforms and assets, its API on loopback, its workers, its chain.
pub struct TestApp {
    /// The parts, for what cannot be seen from outside.
    pub app: App,
    /// What partners are given.
    pub access: CredentialsFile,
    /// Where the API listens, without a slash at the end.
    pub url: String,
    /// Where the sealed documents are.
    pub documents: PathBuf,
    /// Where the database is.
    pub database_url: String,
    workers: Option<Workers>,
    // What these hold goes with the last of them.
    stop: watch::Sender<bool>,
    place: Place,
    _database: Option<TempDir>,
}

struct Workers {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl TestApp {
    /// The sample network on this database; its clock stands still until it is moved.
    pub async fn start(backend: Backend) -> Self {
        Setup::new(backend).start().await
    }

    pub(crate) fn assemble(
        app: App,
        place: Place,
        database: Option<TempDir>,
        documents: PathBuf,
        database_url: String,
        stop: watch::Sender<bool>,
    ) -> Self {
        let url = app.registry.settings.public_url.clone();
        let empty = serde_json::json!({
            "network": {"url": url, "client_id": "", "client_secret": ""},
            "dlt": {"rpc_url": "", "chain_id": 0},
            "environments": [],
        });
        Self {
            app,
            access: serde_json::from_value(empty).expect("a credentials file"),
            url,
            documents,
            database_url,
            workers: None,
            stop,
            place,
            _database: database,
        }
    }

    pub(crate) async fn hand_out_credentials(&mut self) {
        let caller = Caller::network(demo::OPERATOR);
        let inventory = inventory::read(&self.app.registry, &caller).await;
        let inventory = inventory.expect("the network can be read");
        let access = demo::credentials(&self.app, &self.place, &inventory).await;
        self.access = access.expect("clients can be made");
    }

    /// Sets a worker to work that looks more often than one in production, because the tests' clocks jump.
    pub fn start_workers(&mut self) {
        let (stop, mut stopped) = watch::channel(false);
        let mut settings = worker::Settings::new(&self.app.registry);
        settings.poll = WORKERS_LOOK;
        settings.clocks = WORKERS_LOOK;
        settings.webhooks.poll = WORKERS_LOOK;
        settings.mail = self.app.mail_settings();
        let worker = Worker::new(self.app.registry.clone(), self.app.ledger.clone(), settings);
        let task = tokio::spawn(async move {
            let told = async move {
                // A sender that is gone means stop too.
                let _ = stopped.wait_for(|stopped| *stopped).await;
            };
            worker.run(told).await;
        });
        self.workers = Some(Workers { stop, task });
    }

    /// Compares every register with the DLT network, which a worker does once a minute.
    pub async fn compare(&self) {
        let (registry, ledger) = (self.app.registry.clone(), self.app.ledger.clone());
        let settings = worker::Settings::new(&registry);
        Worker::new(registry, ledger, settings)
            .reconcile_once()
            .await;
    }

    /// Looks after the gateways that partners switch on, until the end.
    pub fn start_gateways(&self) {
        let part = cashlink::hosting::Part::Works;
        self.app.host_gateways(part, self.stop.subscribe());
    }

    /// Nothing follows the writes any more.
    pub async fn stop_workers(&mut self) {
        let Some(workers) = self.workers.take() else {
            return;
        };
        // Nobody hears it if they have ended already.
        let _ = workers.stop.send(true);
        workers.task.await.expect("a worker ends without panic");
    }

    /// One asset's environment, in the order of the network file.
    pub fn environment(&self, index: usize) -> &EnvironmentAccess {
        &self.access.environments[index]
    }

    /// The platform that the network file names first, signed in at an environment.
    pub async fn partner(&self, index: usize) -> Partner {
        let environment = self.environment(index);
        Partner::sign_in(
            self,
            environment,
            &environment.distributor,
            &environment.campaign_id,
        )
        .await
    }

    /// The second platform of an environment.
    pub async fn other_partner(&self, index: usize) -> Partner {
        let environment = self.environment(index);
        let other = &environment.other_distributors[0];
        Partner::sign_in(self, environment, &other.credentials, &other.campaign_id).await
    }

    /// The issuer, signed in at an environment.
    pub async fn issuer(&self, index: usize) -> Session {
        let environment = self.environment(index);
        let base = format!("{}/issuer", environment.url);
        sign_in(&base, &environment.issuer)
            .await
            .at(format!("{base}/v2"))
    }

    /// The registrar.
    pub async fn registrar(&self) -> Session {
        let base = format!("{}/api/network/v1", self.url);
        sign_in(&base, &self.access.network.credentials)
            .await
            .at(base)
    }

    /// A second client of the registrar, for what needs four eyes.
    pub async fn other_registrar(&self) -> Session {
        let credentials = self.client(ClientKind::Network, None).await;
        let base = format!("{}/api/network/v1", self.url);
        sign_in(&base, &credentials).await.at(base)
    }

    /// A platform over all its assets.
    pub async fn platform(&self, platform: &str) -> Session {
        let credentials = self.client(ClientKind::Platform, Some(platform)).await;
        let base = format!("{}/api/network/v1", self.url);
        sign_in(&base, &credentials).await.at(base)
    }

    /// A firm that has registered and has yet to apply.
    ///
    /// # Panics
    /// If there is a platform of this name.
    pub async fn applicant(&self, name: &str) -> Session {
        let request = Request::internal(demo::OPERATOR, "register");
        let made = registry::participation::register(&self.app.registry, &request, name);
        let platform = made.await.expect("a new firm").to_string();
        self.platform(&platform).await
    }

    /// A new client without environment.
    ///
    /// # Panics
    /// If it cannot be made.
    pub async fn client(&self, kind: ClientKind, platform: Option<&str>) -> Credentials {
        let new = NewClient {
            name: "made for a test".to_owned(),
            kind,
            environment: None,
            platform: platform.map(|id| id.parse().expect("the id of a platform")),
            issuer: None,
            scopes: Vec::new(),
        };
        let request = Request::internal(demo::OPERATOR, "create client");
        let (client, client_secret) = clients::create(&self.app.registry, &request, new)
            .await
            .expect("a client");
        Credentials {
            client_id: client.client_id,
            client_secret,
        }
    }

    /// The platforms that sell an environment's asset, in the order of the network file.
    pub async fn platform_ids(&self, index: usize) -> Vec<String> {
        let listings = self.issuer(index).await.get("listings/").await.expect(200);
        let listings = listings["results"].as_array().expect("a page");
        listings
            .iter()
            .map(|listing| {
                listing["distribution_platform_id"]
                    .as_str()
                    .expect("an id")
                    .to_owned()
            })
            .collect()
    }

    /// Whoever has no token.
    pub fn stranger(&self) -> Session {
        Session::anonymous(&self.url)
    }

    /// The time of the environments.
    pub fn now(&self) -> String {
        self.app.registry.clock.now().to_string()
    }

    /// So many seconds before that time.
    pub fn ago(&self, seconds: i64) -> String {
        let now = self.app.registry.clock.now().micros();
        domain::Timestamp::from_micros(now - seconds * 1_000_000).to_string()
    }

    /// So many days before that time.
    pub fn days_ago(&self, days: i64) -> String {
        self.ago(days * 86_400)
    }

    /// Lets time pass in the environments.
    pub fn advance_days(&self, days: i64) {
        self.app.registry.clock.advance_seconds(days * 86_400);
    }

    /// Lets time pass in the environments.
    pub fn advance_seconds(&self, seconds: i64) {
        self.app.registry.clock.advance_seconds(seconds);
    }

    /// Waits until no command to the DLT network waits any more.
    ///
    /// # Panics
    /// If one does for too long.
    pub async fn settle(&self) {
        eventually("nothing waits for the chain", async || {
            let health = registry::health::check(&self.app.registry)
                .await
                .expect("the database answers");
            (health.pending_commands == 0).then_some(())
        })
        .await;
    }

    /// The register of an environment's product, as the registrar sees it.
    pub async fn register(&self, index: usize) -> Value {
        let product = &self.environment(index).product_id;
        let path = format!("products/{product}/register/");
        self.registrar().await.get(&path).await.expect(200)
    }

    /// Which database this is on.
    pub fn backend(&self) -> Backend {
        match self.app.registry.db.engine() {
            database::Engine::Sqlite => Backend::Sqlite,
            database::Engine::Postgres => Backend::Postgres,
        }
    }
}

/// Takes a token with all that the client is granted.
///
/// # Panics
/// If it is refused.
pub async fn sign_in(base: &str, credentials: &Credentials) -> Session {
    let session = Session::anonymous(base);
    let token = take_token(&session, credentials, None).await.expect(200);
    session.with_token(token["access_token"].as_str().expect("a token"))
}

/// The answer of the token endpoint below the session's base.
pub async fn take_token(
    session: &Session,
    credentials: &Credentials,
    scope: Option<&str>,
) -> crate::Reply {
    let mut form = vec![
        ("grant_type", "client_credentials"),
        ("client_id", &credentials.client_id),
        ("client_secret", &credentials.client_secret),
    ];
    form.extend(scope.map(|scope| ("scope", scope)));
    session
        .call(reqwest::Method::POST, "oauth/token")
        .form(&form)
        .send()
        .await
}

/// Looks again until there is an answer.
///
/// # Panics
/// If there is none for too long.
pub async fn eventually<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let deadline = tokio::time::Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(
            tokio::time::Instant::now() < deadline,
            "it did not come to this: {what}"
        );
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}
