//! How the environments are told what to do, and what they have seen: the server's side and the measurement's.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::{Context, Result};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::routing::{get, post, put};
use axum::{Json, Router};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::world::World;
use crate::client::Connection;

/// How all environments behave.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Behaviour {
    /// What each answer takes longer.
    pub delay_ms: u64,
    /// What each of them allows.
    pub requests_per_second: Option<u32>,
    /// The one that takes requests and never answers.
    pub hanging: Option<usize>,
}

/// An update in one environment.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Took {
    pub environment: usize,
    /// From the moment before the update was sent to the gateway until the environment had it and answered.
    pub after_us: u64,
    /// The environment's own part of that.
    pub own_us: u64,
}

/// What has come so far, over all environments.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct Figures {
    pub investors: u64,
    pub updates: u64,
    /// Requests beyond the limit.
    pub turned_away: u64,
}

/// How many are waited for.
#[derive(Deserialize)]
struct Until {
    count: usize,
}

pub fn routes(world: Arc<World>) -> Router {
    Router::new()
        .route("/behaviour", put(behave))
        .route("/figures", get(figures))
        .route("/updates", get(all_updates))
        .route("/updates/{number}", post(watch).get(update))
        .with_state(world)
}

async fn behave(State(world): State<Arc<World>>, Json(behaviour): Json<Behaviour>) -> StatusCode {
    world.behave(&behaviour);
    StatusCode::NO_CONTENT
}

async fn figures(State(world): State<Arc<World>>) -> Json<Figures> {
    Json(world.figures())
}

async fn watch(State(world): State<Arc<World>>, Path(number): Path<u64>) -> StatusCode {
    world.watch(number);
    StatusCode::NO_CONTENT
}

/// Answers once the update is in so many environments.
async fn update(
    State(world): State<Arc<World>>,
    Path(number): Path<u64>,
    Query(until): Query<Until>,
) -> Json<Vec<Took>> {
    let mut taken = world.taken.subscribe();
    loop {
        if let Some(took) = world.arrived(number, until.count) {
            return Json(took);
        }
        // The sender is part of the world that we hold.
        let _ = taken.changed().await;
    }
}

/// Answers once so many updates were taken by all environments together.
async fn all_updates(State(world): State<Arc<World>>, Query(until): Query<Until>) -> Json<Figures> {
    let wanted = until.count as u64;
    let mut taken = world.taken.subscribe();
    let _ = taken.wait_for(|taken| *taken >= wanted).await;
    Json(world.figures())
}

/// The measurement's way to all environments.
#[derive(Clone, Copy)]
pub struct Control {
    pub address: SocketAddr,
}

impl Control {
    pub async fn behave(&self, behaviour: &Behaviour) -> Result<()> {
        let body = serde_json::to_vec(behaviour)?;
        self.tell("PUT /control/behaviour", &body).await
    }

    /// The time of an update counts from here on.
    pub async fn watch(&self, update: u64) -> Result<()> {
        self.tell(&format!("POST /control/updates/{update}"), b"")
            .await
    }

    /// Waits until an update is in so many environments.
    pub async fn arrival(&self, update: u64, environments: usize) -> Result<Vec<Took>> {
        self.ask(&format!("updates/{update}?count={environments}"))
            .await
    }

    /// Waits until so many updates have come.
    pub async fn updates(&self, count: u64) -> Result<Figures> {
        self.ask(&format!("updates?count={count}")).await
    }

    pub async fn figures(&self) -> Result<Figures> {
        self.ask("figures").await
    }

    async fn ask<T: DeserializeOwned>(&self, path: &str) -> Result<T> {
        let mut connection = Connection::open(self.address).await?;
        let line = format!("GET /control/{path}");
        let answer = connection.send(&line, "", b"").await?.json()?;
        serde_json::from_value(answer).with_context(|| line)
    }

    async fn tell(&self, line: &str, body: &[u8]) -> Result<()> {
        let mut connection = Connection::open(self.address).await?;
        let headers = "content-type: application/json\r\n";
        let answer = connection.send(line, headers, body).await?;
        anyhow::ensure!(answer.status == 204, "{line} answers {}", answer.status);
        Ok(())
    }
}
