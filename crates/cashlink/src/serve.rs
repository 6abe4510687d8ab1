//! `cashlink serve`: the network from a configuration, until it is told to stop.

use std::future::pending;
use std::time::Duration;

use anyhow::Result;
use axum::Router;
use axum::routing::get;
use registry::Clock;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::cli::Role;
use crate::config::Config;
use crate::hosting::Part;
use crate::wiring::{App, Migrates};
use crate::{backup, founding, telemetry, wiring};

/// How long the worker has to put down what it holds.
const WORKER_PATIENCE: Duration = Duration::from_secs(20);

/// Runs the network.
///
/// # Errors
/// If a part cannot be opened, or the address is taken.
pub async fn run(config: &Config, role: Role, migrate: bool) -> Result<()> {
    telemetry::start_log(&config.log)?;
    let metrics = telemetry::start_metrics()?;
    // Bound before anything is opened: connections wait in the socket's queue and a taken port is known at once.
    let server = wiring::bind(config).await?;
    let migrates = if migrate {
        Migrates::First
    } else {
        Migrates::NewFilesOnly
    };
    let app = App::open(config.clone(), Clock::Real, migrates).await?;
    if role != Role::Worker {
        app.apply_network_file("cashlink serve").await?;
    }
    let (stop, stopped) = watch::channel(false);
    let part = match role {
        Role::Api => Part::Answers,
        Role::Worker | Role::All => Part::Works,
    };
    let gateways = app.host_gateways(part, stopped.clone());
    if role != Role::Api {
        backup::follow_destroyed(config, app.registry.db.clone()).await?;
    }
    let worker = (role != Role::Api).then(|| app.start_worker(stopped));
    let router = match role {
        // A worker has its health and its metrics, and nothing else.
        Role::Worker => worker_router(metrics, &app),
        Role::Api | Role::All => app.router(metrics),
    };
    if role != Role::Worker {
        founding::invite_first_operator(&app, "cashlink serve").await?;
    }
    tracing::info!(role = ?role, "listening on {}", server.address());
    // Without systemd there is nobody to tell.
    let _ = sd_notify::notify(&[sd_notify::NotifyState::Ready]);
    let drain = Duration::from_secs(config.limits.drain_s);
    let signals = async move {
        until_told().await;
        let _ = sd_notify::notify(&[sd_notify::NotifyState::Stopping]);
        tracing::info!("stopping: requests in flight have {} s", drain.as_secs());
        let _ = stop.send(true);
    };
    server.run(router, signals, drain).await?;
    if let Some(worker) = worker {
        finish(worker).await;
    }
    finish(gateways).await;
    app.close().await;
    tracing::info!("stopped");
    Ok(())
}

/// Waits for the worker, but not for ever.
pub async fn finish(worker: JoinHandle<()>) {
    if tokio::time::timeout(WORKER_PATIENCE, worker).await.is_err() {
        tracing::warn!(
            "the worker did not stop in time; what it held is taken up at the next start"
        );
    }
}

/// Ends when the process is asked to stop: by systemd, a container, or from the keyboard.
pub async fn until_told() {
    let mut terminate = signal(SignalKind::terminate()).ok();
    let terminated = async {
        match &mut terminate {
            Some(signal) => {
                signal.recv().await;
            }
            None => pending().await,
        }
    };
    tokio::select! {
        () = terminated => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}

fn worker_router(metrics: api::RenderMetrics, app: &App) -> Router {
    let registry = app.registry.clone();
    let ready = move || async move {
        match registry::health::ready(&registry).await {
            Ok(()) => axum::http::StatusCode::NO_CONTENT,
            Err(_) => axum::http::StatusCode::SERVICE_UNAVAILABLE,
        }
    };
    let routes = Router::new()
        .route(
            "/healthz",
            get(|| async { axum::http::StatusCode::NO_CONTENT }),
        )
        .route("/readyz", get(ready))
        .route("/metrics", get(move || async move { metrics() }));
    app.guarded(routes)
}
