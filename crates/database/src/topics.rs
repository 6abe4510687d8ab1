//! Wake-ups: whoever wrote something tells the tasks that wait for it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

/// One bell per topic.
#[derive(Default)]
pub(crate) struct Topics {
    bells: Mutex<HashMap<&'static str, Arc<Bell>>>,
    /// Topics that other processes have yet to hear of; only PostgreSQL has a listener that empties it.
    outgoing: Mutex<Vec<&'static str>>,
    /// Rings when a topic was added to the outgoing ones.
    pub(crate) departure: Notify,
}

#[derive(Default)]
struct Bell {
    notify: Notify,
    waiting: AtomicUsize,
}

impl Bell {
    fn ring(&self) {
        // With one waiter a stored permit makes sure that a wake between its work and its wait is not lost.
        if self.waiting.load(Ordering::SeqCst) > 1 {
            self.notify.notify_waiters();
        }
        self.notify.notify_one();
    }
}

impl Topics {
    /// Wakes who waits in this process and remembers the topic for the other ones.
    pub(crate) fn wake(&self, topic: &'static str) {
        self.bell(topic).ring();
        let mut outgoing = self.outgoing.lock().unwrap_or_else(PoisonError::into_inner);
        if !outgoing.contains(&topic) {
            outgoing.push(topic);
            self.departure.notify_one();
        }
    }

    /// Wakes who waits in this process for a topic that another process named.
    pub(crate) fn heard(&self, topic: &str) {
        let bells = self.bells.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bell) = bells.get(topic) {
            bell.ring();
        }
    }

    /// Wakes everybody, for when wake-ups may have been missed.
    pub(crate) fn wake_all_here(&self) {
        let bells = self.bells.lock().unwrap_or_else(PoisonError::into_inner);
        bells.values().for_each(|bell| bell.ring());
    }

    /// Takes the topics that other processes have yet to hear of.
    pub(crate) fn take_outgoing(&self) -> Vec<&'static str> {
        std::mem::take(&mut *self.outgoing.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) async fn woken(&self, topic: &'static str, at_most: Duration) {
        let bell = self.bell(topic);
        let _waiting = Waiting::at(&bell);
        // Whether it rang or the time is over, the caller looks at the rows again.
        let _ = tokio::time::timeout(at_most, bell.notify.notified()).await;
    }

    fn bell(&self, topic: &'static str) -> Arc<Bell> {
        let mut bells = self.bells.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(bells.entry(topic).or_default())
    }
}

/// Counts a waiter for as long as it waits, even if its task is dropped.
struct Waiting<'a>(&'a Bell);

impl<'a> Waiting<'a> {
    fn at(bell: &'a Bell) -> Waiting<'a> {
        bell.waiting.fetch_add(1, Ordering::SeqCst);
        Waiting(bell)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::SeqCst);
    }
}
