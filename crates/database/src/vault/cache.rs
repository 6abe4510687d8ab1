//! Data keys that were opened a moment ago.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use uuid::Uuid;

use super::DataKey;

/// So long a key that another process destroyed may still be used here.
const LIFE: Duration = Duration::from_secs(5);
const CAPACITY: usize = 4096;

/// Bounded in number and in time.
#[derive(Default)]
pub(super) struct Cache {
    keys: Mutex<HashMap<Uuid, (DataKey, Instant)>>,
}

impl Cache {
    pub(super) fn get(&self, id: Uuid) -> Option<DataKey> {
        let keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        keys.get(&id)
            .filter(|(_, since)| since.elapsed() < LIFE)
            .map(|(key, _)| key.clone())
    }

    pub(super) fn put(&self, key: &DataKey) {
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        if keys.len() >= CAPACITY {
            keys.retain(|_, (_, since)| since.elapsed() < LIFE);
        }
        if keys.len() >= CAPACITY {
            // Everything is in use: starting over is simpler than an order of use, and reads it all again at most once.
            keys.clear();
        }
        keys.insert(key.id(), (key.clone(), Instant::now()));
    }

    pub(super) fn remove(&self, id: Uuid) {
        self.keys
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&id);
    }
}
