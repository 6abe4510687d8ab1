//! How a test wants its network: on which database, with which clock, and what is different from the sample.

use std::net::SocketAddr;
use std::sync::Arc;

use cashlink::config::Config;
use cashlink::demo::setup::{self as demo, Place};
use cashlink::wiring::{App, Migrates};
use database::testing::Backend;
use domain::Timestamp;
use registry::Clock;
use serde_json::Value;
use tokio::sync::watch;

use crate::TestApp;

/// Where the frozen clock stands when a test begins: a Monday in summer, ten o'clock in Berlin.
pub const BEGINNING: &str = "2026-06-01T08:00:00Z";

type Change = Box<dyn FnOnce(&mut Config) + Send>;

/// A network to be started.
pub struct Setup {
    backend: Backend,
    clock: Clock,
    network: Value,
    changes: Vec<Change>,
    issues: bool,
}

impl Setup {
    /// The sample network on this database, its clock standing still.
    pub fn new(backend: Backend) -> Self {
        let beginning = Timestamp::parse(BEGINNING).expect("a time");
        Self {
            backend,
            clock: Clock::frozen(beginning),
            network: serde_json::from_str(cashlink::SAMPLE_NETWORK)
                .expect("the sample network is JSON"),
            changes: Vec::new(),
            issues: true,
        }
    }

    /// With the machine's clock, for clients that bring their own.
    pub fn in_real_time(mut self) -> Self {
        self.clock = Clock::Real;
        self
    }

    /// With a clock that stands at another time.
    ///
    /// # Panics
    /// If the text is no time.
    pub fn at(mut self, time: &str) -> Self {
        self.clock = Clock::frozen(Timestamp::parse(time).expect("a time"));
        self
    }

    /// With another network than the sample.
    pub fn network(mut self, change: impl FnOnce(&mut Value)) -> Self {
        change(&mut self.network);
        self
    }

    /// With another configuration.
    pub fn config(mut self, change: impl FnOnce(&mut Config) + Send + 'static) -> Self {
        self.changes.push(Box::new(change));
        self
    }

    /// Nothing follows the writes, so that no asset is entered.
    pub fn without_workers(mut self) -> Self {
        self.issues = false;
        self
    }

    /// Starts it; every asset is entered in the register and on the chain when this ends.
    pub async fn start(self) -> TestApp {
        let place = Place::open(None).expect("a folder");
        let (options, folder) = database::testing::place(self.backend, &cashlink::COMPONENTS).await;
        // The file is read once, when the network opens.
        let scratch = tempfile::tempdir().expect("a folder");
        let network_file = scratch.path().join("network.json");
        std::fs::write(&network_file, self.network.to_string()).expect("the network file");
        let loopback = SocketAddr::from(([127, 0, 0, 1], 0));
        let server = http::Server::bind(loopback, None)
            .await
            .expect("a free port");
        let url = server.url();
        let mut config = place
            .configuration(server.address(), &url, Some(&network_file))
            .expect("the demo's configuration");
        config.database.url = options.url.clone();
        config.database.connections = options.connections;
        for change in self.changes {
            change(&mut config);
        }
        let documents = config.documents.directory.clone();
        let app = App::open(config, self.clock, Migrates::First)
            .await
            .expect("the network opens");
        app.apply_network_file(demo::OPERATOR)
            .await
            .expect("the network file is applied");
        // Every test of a process would want the one recorder there can be.
        let router = app.router(Arc::new(|| {
            "# no metrics are recorded in tests\n".to_owned()
        }));
        let (stop, stopped) = watch::channel(false);
        let until = async move {
            let mut stopped = stopped;
            let _ = stopped.wait_for(|stopped| *stopped).await;
        };
        tokio::spawn(server.run(router, until, std::time::Duration::from_secs(1)));
        let mut running = TestApp::assemble(app, place, folder, documents, options.url, stop);
        if self.issues {
            running.start_workers();
            demo::wait_for_tokens(&running.app)
                .await
                .expect("the assets are entered");
        }
        running.hand_out_credentials().await;
        running
    }
}
