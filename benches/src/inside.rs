//! The network opened in this process, to fill it before it is measured: the same wiring as the executable's.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use cashlink::config;
use cashlink::wiring::{App, Migrates};
use registry::{Caller, Clock, health};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// How long the issues of all products may take.
const PATIENCE: Duration = Duration::from_secs(900);

/// A network with its workers.
pub struct Inside {
    pub app: App,
    stop: watch::Sender<bool>,
    worker: JoinHandle<()>,
}

impl Inside {
    /// Opens it, applies the network file, and waits until every issue is entered.
    pub async fn open(file: &Path) -> Result<Self> {
        let config = config::load(Some(file))?;
        let app = App::open(config, Clock::Real, Migrates::First).await?;
        app.apply_network_file("bench").await?;
        let inside = Self::awake(app);
        inside.settle().await?;
        Ok(inside)
    }

    /// Waits until nothing waits for the chain.
    pub async fn settle(&self) -> Result<()> {
        let waits = async {
            while health::check(&self.app.registry).await?.pending_commands > 0 {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            Ok::<_, registry::Error>(())
        };
        match tokio::time::timeout(PATIENCE, waits).await {
            Ok(settled) => Ok(settled?),
            Err(_) => bail!("the issues were not entered in time"),
        }
    }

    /// Ends the workers and closes the database.
    pub async fn close(self) -> Result<()> {
        self.rest().await?.close().await;
        Ok(())
    }

    /// Ends the workers; what is queued waits.
    pub async fn rest(self) -> Result<App> {
        self.stop.send_replace(true);
        self.worker.await.context("a worker has died")?;
        Ok(self.app)
    }

    /// Sets workers to what waits.
    pub fn awake(app: App) -> Self {
        let (stop, stopped) = watch::channel(false);
        let worker = app.start_worker(stopped);
        Self { app, stop, worker }
    }
}

/// The registrar, for operations of the network itself.
pub fn registrar() -> Caller {
    Caller::network("bench")
}
