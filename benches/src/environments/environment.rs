//! One environment: its investors as it would answer them, what it made under which key, and whether it answers at all.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use anyhow::Result;
use serde_json::{Map, Value};
use uuid::Uuid;
use wire::investors::{Investor, InvestorCreate};

use super::answers;
use super::bucket::Bucket;
use crate::clock::days_ago;

/// One environment.
#[derive(Default)]
pub struct Environment {
    /// Whether requests are taken and never answered.
    pub hangs: AtomicBool,
    /// Requests beyond the limit.
    pub turned_away: AtomicU64,
    bucket: Mutex<Option<Bucket>>,
    rows: Mutex<Rows>,
}

#[derive(Default)]
struct Rows {
    /// As JSON text, which is a fifth of what the parsed value takes.
    investors: HashMap<Uuid, Vec<u8>>,
    /// What was made under an idempotency key.
    made: HashMap<String, Uuid>,
}

impl Environment {
    /// From now on.
    pub fn limit(&self, bucket: Option<Bucket>) {
        *locked(&self.bucket) = bucket;
    }

    /// Whether a request is within the limit.
    pub fn admits(&self) -> bool {
        let mut bucket = locked(&self.bucket);
        bucket
            .as_mut()
            .is_none_or(|bucket| bucket.take(Instant::now()))
    }

    pub fn investors(&self) -> u64 {
        locked(&self.rows).investors.len() as u64
    }

    /// Makes an investor, once for each key.
    pub fn create(&self, key: &str, body: InvestorCreate) -> Result<Vec<u8>> {
        let mut rows = locked(&self.rows);
        let before = rows
            .made
            .get(key)
            .and_then(|id| rows.investors.get(id).cloned());
        if let Some(before) = before {
            return Ok(before);
        }
        let id = Uuid::now_v7();
        let text = serde_json::to_vec(&answers::investor(id, body))?;
        rows.investors.insert(id, text.clone());
        rows.made.insert(key.to_owned(), id);
        Ok(text)
    }

    pub fn investor(&self, id: Uuid) -> Option<Vec<u8>> {
        locked(&self.rows).investors.get(&id).cloned()
    }

    /// Applies a merge patch; the investor as it is then, if there is one and it still is one.
    pub fn patch(&self, id: Uuid, patch: Value) -> Option<Result<Investor>> {
        let mut rows = locked(&self.rows);
        let text = rows.investors.get_mut(&id)?;
        Some(patched(text, patch))
    }

    /// The id of what is made under this key: a new one, or the one of the first time.
    pub fn made(&self, key: &str) -> Uuid {
        let mut rows = locked(&self.rows);
        *rows.made.entry(key.to_owned()).or_insert_with(Uuid::now_v7)
    }
}

fn patched(text: &mut Vec<u8>, patch: Value) -> Result<Investor> {
    let mut investor = merged(serde_json::from_slice(text)?, patch);
    investor["updated_at"] = days_ago(0).to_string().into();
    let checked: Investor = serde_json::from_value(investor)?;
    *text = serde_json::to_vec(&checked)?;
    Ok(checked)
}

/// RFC 7386.
fn merged(document: Value, patch: Value) -> Value {
    let Value::Object(fields) = patch else {
        return patch;
    };
    let mut document = match document {
        Value::Object(members) => members,
        _ => Map::new(),
    };
    for (name, value) in fields {
        if value.is_null() {
            document.remove(&name);
        } else {
            let before = document.remove(&name).unwrap_or_default();
            document.insert(name, merged(before, value));
        }
    }
    Value::Object(document)
}

/// The OAuth client of an environment.
pub fn client_id(number: usize) -> String {
    format!("bench-{number}")
}

/// The campaign of an environment.
pub fn campaign(number: usize) -> Uuid {
    Uuid::from_u128(0x00ca_0000_0000_4000_8000_0000_0000_0000 + number as u128)
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
