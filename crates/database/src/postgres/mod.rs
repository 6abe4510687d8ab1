//! PostgreSQL: threads that own one connection each and drive it with a small runtime of their own.

mod flight;
mod link;
mod listener;
mod session;
mod target;
mod types;

use std::time::Duration;

pub(crate) use listener::Listener;
pub(crate) use session::Session;
pub(crate) use target::Target;

use crate::job::{Job, Mode, Task, Wish};
use crate::queue::Queue;
use crate::topics::Topics;
use crate::tx::{self, Tx};
use crate::{DatabaseError, crash};

/// How often a transaction is tried that lost against another one, or whose connection broke before the commit.
const ATTEMPTS: u32 = 5;

/// The thread of one connection.
pub(crate) fn serve(session: Session, queue: &Queue<Task>, topics: &Topics) {
    let mut tx = Tx::new(tx::Session::Postgres(Box::new(session)));
    while let Some(Task { mode, job }) = queue.pop() {
        if !job.is_abandoned() {
            transact(&mut tx, mode, job, topics);
        }
    }
}

fn transact(tx: &mut Tx, mode: Mode, mut job: Box<dyn Job>, topics: &Topics) {
    let mut attempt = 1;
    loop {
        tx.start(mode);
        let wish = job.run(tx);
        let outcome = match mode {
            Mode::Write => end_write(tx, wish),
            Mode::Read => tx.failure().cloned().map_or(Ok(()), Err),
        };
        match outcome {
            Err(error) if error.is_repeatable() && attempt < ATTEMPTS => {
                session(tx).rollback();
                pause(attempt);
                attempt += 1;
            }
            outcome => {
                if outcome.is_ok() && wish == Wish::Commit {
                    tx.take_wakes().iter().for_each(|topic| topics.wake(topic));
                }
                job.answer(outcome);
                // A read has its answer already; nobody has to wait for the end of its transaction.
                return session(tx).rollback();
            }
        }
    }
}

fn end_write(tx: &mut Tx, wish: Wish) -> Result<(), DatabaseError> {
    if let Some(failure) = tx.failure().cloned() {
        session(tx).rollback();
        return Err(failure);
    }
    if wish == Wish::Rollback {
        session(tx).rollback();
        return Ok(());
    }
    crash::point("database.before_commit");
    session(tx).commit()?;
    crash::point("database.after_commit");
    Ok(())
}

fn session(tx: &mut Tx) -> &mut Session {
    match &mut tx.session {
        tx::Session::Postgres(session) => session,
        tx::Session::Sqlite(_) => {
            unreachable!("this thread was started with a session of PostgreSQL")
        }
    }
}

/// Waits a little longer each time, and never as long as the transaction that it met.
fn pause(attempt: u32) {
    let mut random = [0u8; 1];
    // Without randomness two opponents may meet again; that is all.
    let _ = getrandom::fill(&mut random);
    let micros = u64::from(attempt) * (1000 + u64::from(random[0]) * 40);
    std::thread::sleep(Duration::from_micros(micros));
}
