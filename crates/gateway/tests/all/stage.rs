//! A gateway in front of the sample network's environments, each behind a proxy that can fail.

use std::sync::Arc;
use std::time::Duration;

use database::testing::{Backend, fresh};
use database::vault::{MasterKey, Vault};
use gateway::{EnvironmentSetup, Gateway, Parts, Settings, Worker};
use serde_json::Value;
use testkit::{Session, Setup, TestApp};
use tokio::task::JoinHandle;

use crate::client::Application;
use crate::proxy::Proxy;

const PATIENCE: Duration = Duration::from_secs(60);
/// How often desks look by themselves.
const POLL: Duration = Duration::from_millis(100);

/// The network, the gateway and the application.
pub struct Stage {
    pub app: TestApp,
    pub proxies: Vec<Proxy>,
    pub names: Vec<String>,
    pub campaigns: Vec<String>,
    pub gateway: Gateway,
    pub url: String,
    pub partner: Application,
    worker: Option<JoinHandle<()>>,
    server: JoinHandle<()>,
}

/// How a stage is set.
pub struct Wanted {
    pub backend: Backend,
    /// How many environments the gateway sells.
    pub environments: usize,
    /// Whether environments push webhooks, or only have a feed.
    pub webhooks: bool,
}

impl Stage {
    /// Two environments, told by webhook.
    pub async fn start(backend: Backend) -> Self {
        Self::set(Wanted {
            backend,
            environments: 2,
            webhooks: true,
        })
        .await
    }

    pub async fn set(wanted: Wanted) -> Self {
        Self::set_looking(wanted, POLL).await
    }

    /// With desks that look by themselves so often.
    pub async fn set_looking(wanted: Wanted, poll: Duration) -> Self {
        let app = Setup::new(wanted.backend).in_real_time().start().await;
        let db = fresh(wanted.backend, &gateway::COMPONENTS).await;
        let vault = Vault::open(&db, MasterKey::generate().unwrap())
            .await
            .unwrap();
        let loopback = ([127, 0, 0, 1], 0).into();
        let server = http::Server::bind(loopback, None).await.unwrap();
        let url = server.url();
        let mut settings = Settings::new(url.clone());
        settings.answer_within = Duration::from_secs(10);
        settings.call_timeout = Duration::from_secs(3);
        settings.poll = poll;
        settings.silent_after = Duration::from_millis(300);
        settings.registers_every = Duration::from_millis(400);
        settings.compare_every = None;
        settings.registers_webhooks = wanted.webhooks;
        let guard = webhooks::Guard::allowing(["127.0.0.0/8"]).unwrap();
        let parts = Parts {
            db,
            vault,
            clock: Arc::new(now),
            guard,
            settings,
        };
        let gateway = Gateway::open(parts).await.unwrap();
        let mut stage_proxies = Vec::new();
        let (mut names, mut campaigns) = (Vec::new(), Vec::new());
        for index in 0..wanted.environments {
            let access = app.environment(index);
            let proxy = Proxy::start(&access.url).await;
            let setup = environment(
                &access.name,
                &proxy.url,
                Some(&access.campaign_id),
                (
                    &access.distributor.client_id,
                    &access.distributor.client_secret,
                ),
            );
            gateway::apply_environment(&gateway, setup).await.unwrap();
            names.push(access.name.clone());
            campaigns.push(access.campaign_id.clone());
            stage_proxies.push(proxy);
        }
        let router = gateway::router(gateway.clone(), vec!["127.0.0.1".parse().unwrap()]);
        let server = tokio::spawn(async move {
            let _ = server
                .run(router, std::future::pending(), Duration::ZERO)
                .await;
        });
        let client = gateway::create_client(&gateway, "shop".to_owned())
            .await
            .unwrap();
        let partner = Application::sign_in(&url, &client.client_id, &client.client_secret).await;
        let mut stage = Self {
            app,
            proxies: stage_proxies,
            names,
            campaigns,
            gateway,
            url,
            partner,
            worker: None,
            server,
        };
        stage.start_worker();
        stage
    }

    /// Sets the worker to work.
    pub fn start_worker(&mut self) {
        let worker = Worker::new(self.gateway.clone());
        self.worker = Some(tokio::spawn(async move {
            worker.run(std::future::pending()).await
        }));
    }

    /// Cuts the worker off wherever it is, as a kill does.
    pub async fn kill_worker(&mut self) {
        if let Some(worker) = self.worker.take() {
            worker.abort();
            let _ = worker.await;
        }
    }

    /// Another process: its own connections, caches and worker over the same rows.
    pub async fn session(&self, index: usize) -> Session {
        self.app.partner(index).await.api
    }

    /// An investor as its environment has it.
    pub async fn there(&self, index: usize, investor: &str) -> Value {
        let places = self.partner.places(investor).await;
        let place = places
            .iter()
            .find(|place| place["environment"] == self.names[index].as_str())
            .unwrap();
        let id = place["investor_id"].as_str().unwrap().to_owned();
        self.session(index)
            .await
            .get(&format!("investors/{id}/"))
            .await
            .expect(200)
    }

    /// Waits until an investor has this state in an environment.
    pub async fn reaches(&self, investor: &str, index: usize, state: &str) -> Value {
        let name = &self.names[index];
        eventually(&format!("{investor} is {state} in {name}"), async || {
            let places = self.partner.places(investor).await;
            places
                .into_iter()
                .find(|place| place["environment"] == name.as_str() && place["state"] == state)
        })
        .await
    }

    /// A time in the past, as environments understand it.
    pub fn ago(&self, seconds: i64) -> String {
        self.app.ago(seconds)
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.server.abort();
        if let Some(worker) = &self.worker {
            worker.abort();
        }
    }
}

/// An environment as the partner configures it.
pub fn environment(
    name: &str,
    url: &str,
    campaign: Option<&str>,
    (client_id, client_secret): (&str, &str),
) -> EnvironmentSetup {
    EnvironmentSetup {
        name: name.to_owned(),
        url: url.to_owned(),
        campaign_ids: campaign.map(|id| id.parse().unwrap()).into_iter().collect(),
        client_id: client_id.to_owned(),
        client_secret: client_secret.to_owned(),
        webhook_bearer_token: None,
        eager: false,
        concurrency: None,
        requests_per_second: None,
        repairs: false,
    }
}

/// Real time, as a gateway has it.
#[expect(
    clippy::disallowed_methods,
    reason = "environments are other people's servers, whose clocks are real"
)]
fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    i64::try_from(since.unwrap().as_micros()).unwrap()
}

/// Looks again until there is an answer.
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
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
}
