//! A bounded queue between the callers and the threads that own a connection.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// First in, first out; never blocks the sender, because a full queue is an answer of its own.
pub(crate) struct Queue<T> {
    state: Mutex<State<T>>,
    filled: Condvar,
    capacity: usize,
}

struct State<T> {
    items: VecDeque<T>,
    closed: bool,
}

/// Why an item was not taken.
pub(crate) enum Refused {
    Full,
    Closed,
}

impl<T> Queue<T> {
    pub(crate) fn new(capacity: usize) -> Queue<T> {
        Queue {
            state: Mutex::new(State {
                items: VecDeque::new(),
                closed: false,
            }),
            filled: Condvar::new(),
            capacity,
        }
    }

    pub(crate) fn push(&self, item: T) -> Result<(), Refused> {
        let mut state = self.lock();
        if state.closed {
            return Err(Refused::Closed);
        }
        if state.items.len() >= self.capacity {
            return Err(Refused::Full);
        }
        state.items.push_back(item);
        drop(state);
        self.filled.notify_one();
        Ok(())
    }

    /// Waits for an item; nothing after the queue was closed and is empty.
    pub(crate) fn pop(&self) -> Option<T> {
        let mut state = self.filled_or_closed();
        state.items.pop_front()
    }

    /// Waits for an item and takes everything that has gathered, up to a limit; empty once closed.
    pub(crate) fn take(&self, at_most: usize) -> Vec<T> {
        let mut state = self.filled_or_closed();
        let count = state.items.len().min(at_most);
        state.items.drain(..count).collect()
    }

    /// Lets the threads finish what is queued and leave.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.filled.notify_all();
    }

    fn filled_or_closed(&self) -> MutexGuard<'_, State<T>> {
        self.filled
            .wait_while(self.lock(), |state| state.items.is_empty() && !state.closed)
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        // No code of a caller runs under the lock, so a poisoned one still holds a whole state.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
