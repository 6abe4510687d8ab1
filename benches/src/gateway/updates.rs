//! Single updates: how soon one is durable at the gateway, how soon it is everywhere, and what an environment that hangs changes.

use std::time::Duration;

use anyhow::Result;
use tokio::time::{Instant, interval, sleep, timeout};
use uuid::Uuid;

use super::application::Application;
use super::{Options, PATIENCE};
use crate::environments::control::{Control, Took};
use crate::server::Server;

/// Between one update and the next, so that the gateway has noted what came of the one before.
const PAUSE: Duration = Duration::from_millis(300);
/// Between the updates of a stream.
const PACE: Duration = Duration::from_millis(250);

/// Updates of the investors who are in every environment.
pub struct Updates<'a> {
    pub application: &'a Application,
    pub server: &'a Server,
    pub control: Control,
    pub investors: &'a [Uuid],
    /// The number of the next update.
    pub next: u64,
}

/// What updates one after another came to, each list sorted.
pub struct Singles {
    /// Until the gateway's answer.
    pub durable: Vec<Duration>,
    /// Until the last environment had it.
    pub everywhere: Vec<Duration>,
    /// The same in thousandths of the slowest environment's own answer time.
    pub per_mille: Vec<u64>,
    /// Processor time of the gateway for one of them.
    pub processor: Duration,
}

impl Updates<'_> {
    /// One after another, each waited for.
    pub async fn singles(&mut self, options: &Options) -> Result<Singles> {
        let mut session = self.application.open().await?;
        let before = self.server.processor_time()?;
        let mut found = Singles {
            durable: Vec::new(),
            everywhere: Vec::new(),
            per_mille: Vec::new(),
            processor: Duration::ZERO,
        };
        for _ in 0..options.singles {
            let (update, investor) = self.number();
            self.control.watch(update).await?;
            found.durable.push(session.update(investor, update).await?);
            let arrival = self.control.arrival(update, options.environments);
            let took = timeout(PATIENCE, arrival).await??;
            let last = took.iter().map(|one| one.after_us).max().unwrap_or(0);
            let slowest = took.iter().map(|one| one.own_us).max().unwrap_or(1);
            found.everywhere.push(Duration::from_micros(last));
            found.per_mille.push(last * 1000 / slowest);
            sleep(PAUSE).await;
        }
        let used = self.server.processor_time()? - before;
        found.processor = used / options.singles.max(1);
        found.durable.sort_unstable();
        found.everywhere.sort_unstable();
        found.per_mille.sort_unstable();
        Ok(found)
    }

    /// A steady stream; the times to every environment but one, sorted. That one may answer or not.
    pub async fn stream(&mut self, options: &Options, except: usize) -> Result<Vec<Duration>> {
        let mut session = self.application.open().await?;
        let mut pace = interval(PACE);
        let mut arrivals = Vec::new();
        let end = Instant::now() + Duration::from_secs(options.seconds);
        while Instant::now() < end {
            pace.tick().await;
            let (update, investor) = self.number();
            self.control.watch(update).await?;
            session.update(investor, update).await?;
            let (control, others) = (self.control, options.environments - 1);
            arrivals.push(tokio::spawn(async move {
                timeout(PATIENCE, control.arrival(update, others)).await?
            }));
        }
        let mut times = Vec::new();
        for arrival in arrivals {
            let took: Vec<Took> = arrival.await??;
            let others = took.iter().filter(|one| one.environment != except);
            times.extend(others.map(|one| Duration::from_micros(one.after_us)));
        }
        times.sort_unstable();
        Ok(times)
    }

    /// The next update and whose it is: each investor in turn.
    pub fn number(&mut self) -> (u64, Uuid) {
        let update = self.next;
        self.next += 1;
        let place = update % self.investors.len() as u64;
        (update, self.investors[place as usize])
    }
}
