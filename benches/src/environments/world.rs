//! All environments, how they behave, and when each update reached each of them.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::watch;
use wire::investors::Investor;

use super::bucket::Bucket;
use super::control::{Behaviour, Figures, Took};
use super::environment::Environment;

/// The word before an update's number in the street, which is how an update is known again.
const STREET: &str = "Lastweg";

/// Everything that is served.
pub struct World {
    environments: Vec<Environment>,
    delay_us: AtomicU64,
    /// Updates that somebody waits for, by number.
    watched: Mutex<HashMap<u64, Watched>>,
    /// Updates that were taken, all environments together.
    pub taken: watch::Sender<u64>,
}

/// An update on its way.
struct Watched {
    begun: Instant,
    took: Vec<Took>,
}

impl World {
    pub fn new(environments: usize) -> Self {
        Self {
            environments: (0..environments).map(|_| Environment::default()).collect(),
            delay_us: AtomicU64::new(0),
            watched: Mutex::default(),
            taken: watch::Sender::new(0),
        }
    }

    pub fn environment(&self, number: usize) -> Option<&Environment> {
        self.environments.get(number)
    }

    /// What each answer takes longer.
    pub fn delay(&self) -> Duration {
        Duration::from_micros(self.delay_us.load(Ordering::Relaxed))
    }

    /// From now on.
    pub fn behave(&self, behaviour: &Behaviour) {
        let delay_us = behaviour.delay_ms.saturating_mul(1000);
        self.delay_us.store(delay_us, Ordering::Relaxed);
        let now = Instant::now();
        for (number, environment) in self.environments.iter().enumerate() {
            let hangs = behaviour.hanging == Some(number);
            environment.hangs.store(hangs, Ordering::Relaxed);
            let limit = behaviour.requests_per_second;
            environment.limit(limit.map(|limit| Bucket::new(limit, now)));
        }
    }

    /// From here on the time to each environment counts.
    pub fn watch(&self, update: u64) {
        let watched = Watched {
            begun: Instant::now(),
            took: Vec::with_capacity(self.environments.len()),
        };
        self.watched().insert(update, watched);
    }

    /// An environment has taken an update that came at `received`, and answers now.
    pub fn took(&self, environment: usize, investor: &Investor, received: Instant) {
        let number = number_in(&investor.natural_person.street);
        let mut all = self.watched();
        if let Some(watched) = number.and_then(|number| all.get_mut(&number)) {
            watched.took.push(Took {
                environment,
                after_us: micros(watched.begun.elapsed()),
                own_us: micros(received.elapsed()),
            });
        }
        drop(all);
        self.taken.send_modify(|count| *count += 1);
    }

    /// Where an update is, once it is in so many environments; it is not watched any longer then.
    pub fn arrived(&self, update: u64, environments: usize) -> Option<Vec<Took>> {
        let mut watched = self.watched();
        let is_there = watched.get(&update)?.took.len() >= environments;
        let found = is_there.then(|| watched.remove(&update));
        found.flatten().map(|watched| watched.took)
    }

    pub fn figures(&self) -> Figures {
        let mut figures = Figures {
            updates: *self.taken.borrow(),
            ..Figures::default()
        };
        for environment in &self.environments {
            figures.investors += environment.investors();
            figures.turned_away += environment.turned_away.load(Ordering::Relaxed);
        }
        figures
    }

    fn watched(&self) -> MutexGuard<'_, HashMap<u64, Watched>> {
        self.watched.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The street by which an update is known again.
pub fn marker(update: u64) -> String {
    format!("{STREET} {update}")
}

fn number_in(street: &str) -> Option<u64> {
    street.strip_prefix(STREET)?.trim().parse().ok()
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}
