//! SQLite: one writer thread that commits waiting transactions in groups, and a few threads that read.

mod session;

use std::collections::VecDeque;
use std::path::Path;

use rusqlite::Connection;

pub(crate) use session::{Session, execute_plain, failure, open};

use crate::job::{Job, Mode, Task, Wish};
use crate::queue::Queue;
use crate::topics::Topics;
use crate::{DatabaseError, Tx, crash, tx};

/// The most transactions that share one commit; more would only add waiting.
const GROUP: usize = 256;

/// The thread that writes. It takes whatever has gathered, so that one fsync serves all of it.
pub(crate) fn write_loop(connection: Connection, queue: &Queue<Task>, topics: &Topics) {
    let mut tx = Tx::new(tx::Session::Sqlite(Session::new(connection)));
    loop {
        let tasks = queue.take(GROUP);
        if tasks.is_empty() {
            return;
        }
        let mut waiting: VecDeque<_> = tasks.into_iter().map(|task| task.job).collect();
        while !waiting.is_empty() {
            commit_group(&mut tx, &mut waiting, topics);
        }
    }
}

/// A finished job of the group; its answer waits for the commit.
type Done = (Box<dyn Job>, Result<(), DatabaseError>);

fn commit_group(tx: &mut Tx, waiting: &mut VecDeque<Box<dyn Job>>, topics: &Topics) {
    if let Err(error) = plain(tx, "begin immediate") {
        for job in waiting.drain(..) {
            job.answer(Err(error.clone()));
        }
        return;
    }
    let mut done: Vec<Done> = Vec::with_capacity(waiting.len());
    let mut wakes = Vec::new();
    while let Some(job) = waiting.pop_front() {
        if job.is_abandoned() {
            continue;
        }
        let (job, outcome) = run_in_savepoint(tx, job, &mut wakes);
        done.push((job, outcome));
        if is_lost(tx) {
            return lose(done);
        }
    }
    crash::point("database.before_commit");
    if let Err(error) = plain(tx, "commit") {
        let _ = plain(tx, "rollback");
        for (job, _) in done {
            job.answer(Err(error.clone()));
        }
        return;
    }
    crash::point("database.after_commit");
    wakes.iter().for_each(|topic| topics.wake(topic));
    for (job, outcome) in done {
        job.answer(outcome);
    }
}

/// Runs one job so that its failure undoes nothing of its neighbours.
fn run_in_savepoint(tx: &mut Tx, mut job: Box<dyn Job>, wakes: &mut Vec<&'static str>) -> Done {
    if let Err(error) = plain(tx, "savepoint job") {
        return (job, Err(error));
    }
    tx.start(Mode::Write);
    let wish = job.run(tx);
    let outcome = tx.failure().cloned().map_or(Ok(()), Err);
    if wish == Wish::Commit && outcome.is_ok() {
        for topic in tx.take_wakes() {
            if !wakes.contains(&topic) {
                wakes.push(topic);
            }
        }
    } else if !is_lost(tx)
        && let Err(error) = plain(tx, "rollback to job")
    {
        return (job, Err(error));
    }
    let released = if is_lost(tx) {
        Ok(())
    } else {
        plain(tx, "release job")
    };
    (job, outcome.and(released))
}

/// A full disk or an i/o error makes SQLite roll back everything on its own.
fn is_lost(tx: &Tx) -> bool {
    match &tx.session {
        tx::Session::Sqlite(session) => session.is_outside(),
        tx::Session::Postgres(_) => false,
    }
}

fn lose(done: Vec<Done>) {
    let cause = done
        .last()
        .and_then(|(_, outcome)| outcome.clone().err())
        .unwrap_or_else(|| DatabaseError::Unavailable("the group was rolled back".into()));
    tracing::error!(error = %cause, "SQLite rolled back a group of {} transactions", done.len());
    for (job, _) in done {
        job.answer(Err(cause.clone()));
    }
}

/// A thread that reads; it opens its connection when the first reader comes.
pub(crate) fn read_loop(path: &Path, queue: &Queue<Task>) {
    let mut ready: Option<Tx> = None;
    while let Some(Task { job, .. }) = queue.pop() {
        if job.is_abandoned() {
            continue;
        }
        let tx = match &mut ready {
            Some(tx) => tx,
            None => match session::open_reader(path) {
                Ok(connection) => {
                    ready.insert(Tx::new(tx::Session::Sqlite(Session::new(connection))))
                }
                Err(error) => {
                    job.answer(Err(error));
                    continue;
                }
            },
        };
        read(tx, job);
    }
}

fn read(tx: &mut Tx, mut job: Box<dyn Job>) {
    // One snapshot for the whole closure.
    if let Err(error) = plain(tx, "begin") {
        return job.answer(Err(error));
    }
    tx.start(Mode::Read);
    job.run(tx);
    let outcome = tx.failure().cloned().map_or(Ok(()), Err);
    if !is_lost(tx)
        && let Err(error) = plain(tx, "rollback")
    {
        tracing::error!(%error, "a read transaction could not be ended");
    }
    job.answer(outcome);
}

/// A statement of the frame itself, outside of the closure's guard.
fn plain(tx: &Tx, text: &'static str) -> Result<(), DatabaseError> {
    match &tx.session {
        tx::Session::Sqlite(session) => session.plain(text),
        tx::Session::Postgres(_) => Ok(()),
    }
}
