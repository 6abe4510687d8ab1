//! A backlog: more updates than the environments allow at once, and how near to their limits together it drains.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use futures_util::future::try_join_all;
use tokio::time::timeout;
use uuid::Uuid;

use super::application::Application;
use super::updates::Updates;
use super::{Options, PATIENCE};

/// Connections that bring updates.
const WIDTH: usize = 4;

/// What a backlog came to.
pub struct Drained {
    /// Updates that waited when the last was durable.
    pub waiting: u64,
    /// How many of them reached their environments each second.
    pub per_second: f64,
    /// Updates a second that the gateway made durable meanwhile, each for every environment.
    pub taken_per_second: f64,
    /// Requests beyond an environment's limit.
    pub turned_away: u64,
    /// Processor time of the gateway for one of them.
    pub processor: Duration,
}

/// Brings so many updates that each environment has its part of all, and waits until the last has arrived.
pub async fn drain(updates: &mut Updates<'_>, options: &Options) -> Result<Drained> {
    let before = updates.control.figures().await?;
    let numbers: Vec<(u64, Uuid)> = (0..options.updates / options.environments)
        .map(|_| updates.number())
        .collect();
    let all = before.updates + (numbers.len() * options.environments) as u64;
    let begin = Instant::now();
    let shares = (0..WIDTH).map(|share| bring(updates.application, share, &numbers));
    try_join_all(shares).await?;
    let (durable, begin) = (begin.elapsed(), Instant::now());
    let used = updates.server.processor_time()?;
    let waiting = all - updates.control.figures().await?.updates;

    // Twice the time that the limits allow, and some for a start.
    let expected = waiting / options.limits_together().max(1);
    let patience = PATIENCE + Duration::from_secs(2 * expected);
    let arrived = timeout(patience, updates.control.updates(all)).await;
    let took = begin.elapsed();
    let after = arrived.context("the backlog does not drain")??;
    Ok(Drained {
        waiting,
        per_second: waiting as f64 / took.as_secs_f64(),
        taken_per_second: numbers.len() as f64 / durable.as_secs_f64(),
        turned_away: after.turned_away - before.turned_away,
        processor: (updates.server.processor_time()? - used).div_f64(waiting.max(1) as f64),
    })
}

/// One connection's share of the updates.
async fn bring(application: &Application, share: usize, numbers: &[(u64, Uuid)]) -> Result<()> {
    let mut session = application.open().await?;
    for (update, investor) in numbers.iter().skip(share).step_by(WIDTH) {
        session.update(*investor, *update).await?;
    }
    Ok(())
}
