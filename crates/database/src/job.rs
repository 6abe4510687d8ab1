//! A caller's closure on its way through a thread that owns a connection, and its answer on the way back.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use tokio::sync::oneshot;

use crate::{DatabaseError, Tx};

/// Whether a transaction may write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Write,
    Read,
}

/// What the closure wants to become of its transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    Commit,
    Rollback,
}

/// A closure with its types forgotten, so that one queue carries all of them.
pub(crate) trait Job: Send {
    /// Whether nobody waits for the answer any more, so that the work need not start.
    fn is_abandoned(&self) -> bool;
    /// Runs the closure; may be called again after a rollback.
    fn run(&mut self, tx: &mut Tx) -> Wish;
    /// Hands the answer back. A failed outcome replaces a success, never the closure's own refusal.
    fn answer(self: Box<Self>, outcome: Result<(), DatabaseError>);
}

/// What travels in the queue.
pub(crate) struct Task {
    pub(crate) mode: Mode,
    pub(crate) job: Box<dyn Job>,
}

struct Closure<F, T, E> {
    run: F,
    result: Option<Result<T, E>>,
    reply: oneshot::Sender<Result<T, E>>,
}

/// Wraps a closure; the receiver gets its answer once the transaction has ended.
pub(crate) fn wrap<T, E, F>(run: F) -> (Box<dyn Job>, oneshot::Receiver<Result<T, E>>)
where
    F: Fn(&mut Tx) -> Result<T, E> + Send + 'static,
    E: From<DatabaseError> + Send + 'static,
    T: Send + 'static,
{
    let (reply, receiver) = oneshot::channel();
    let job = Closure {
        run,
        result: None,
        reply,
    };
    (Box::new(job), receiver)
}

impl<T, E, F> Job for Closure<F, T, E>
where
    F: Fn(&mut Tx) -> Result<T, E> + Send,
    E: From<DatabaseError> + Send,
    T: Send,
{
    fn is_abandoned(&self) -> bool {
        self.reply.is_closed()
    }

    fn run(&mut self, tx: &mut Tx) -> Wish {
        // The transaction is rolled back after a panic, so no half-done state of the closure survives it.
        let result = catch_unwind(AssertUnwindSafe(|| (self.run)(tx)))
            .unwrap_or_else(|panic| Err(E::from(DatabaseError::Panicked(text_of(&*panic)))));
        let wish = match &result {
            Ok(_) => Wish::Commit,
            Err(_) => Wish::Rollback,
        };
        self.result = Some(result);
        wish
    }

    fn answer(self: Box<Self>, outcome: Result<(), DatabaseError>) {
        let result = match (self.result, outcome) {
            (Some(Err(own)), _) => Err(own),
            (_, Err(failed)) => Err(E::from(failed)),
            (Some(result), Ok(())) => result,
            (None, Ok(())) => Err(E::from(DatabaseError::Unavailable(
                "the transaction never ran".into(),
            ))),
        };
        // A caller that went away does not need its answer; the transaction stands.
        let _ = self.reply.send(result);
    }
}

fn text_of(panic: &(dyn Any + Send)) -> String {
    panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no message".to_owned())
}
