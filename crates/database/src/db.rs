//! The handle to a database: it sends closures to the threads that own the connections.

use std::any::Any;
use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::oneshot;

use crate::job::{Mode, Task, wrap};
use crate::queue::{Queue, Refused};
use crate::topics::Topics;
use crate::{DatabaseError, Engine, Options, Sql, Tx, postgres, sqlite};

/// Threads that read from SQLite beside its writer.
const SQLITE_READERS: usize = 4;

/// A database; clones share its threads, which end with the last clone.
#[derive(Clone)]
pub struct Db {
    shared: Arc<Shared>,
}

struct Shared {
    place: Place,
    writes: Arc<Queue<Task>>,
    reads: Arc<Queue<Task>>,
    topics: Arc<Topics>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    listener: Option<postgres::Listener>,
    /// What has to live as long as the database, as the temporary folder of a test.
    keeps: Mutex<Vec<Box<dyn Any + Send>>>,
}

enum Place {
    Sqlite(PathBuf),
    /// With the schema, if it is not the server's own.
    Postgres(Option<String>),
}

thread_local! {
    /// Set on the threads that run transactions.
    static RUNS_TRANSACTIONS: Cell<bool> = const { Cell::new(false) };
}

impl Db {
    /// Opens the database and makes sure that it answers.
    ///
    /// # Errors
    /// [`DatabaseError::Options`] or [`DatabaseError::Unavailable`].
    pub async fn open(options: &Options) -> Result<Db, DatabaseError> {
        let db = match options.url.strip_prefix("sqlite:") {
            Some(path) => Db::open_sqlite(options, path)?,
            None => Db::open_postgres(options)?,
        };
        const ANSWERS: Sql = Sql("select 1");
        db.read(|tx| tx.query_one(ANSWERS, &[]).map(|_| ())).await?;
        Ok(db)
    }

    /// Which database this is.
    pub fn engine(&self) -> Engine {
        match self.shared.place {
            Place::Sqlite(_) => Engine::Sqlite,
            Place::Postgres(_) => Engine::Postgres,
        }
    }

    /// Runs a transaction that may write. The closure may run again after a conflict with another transaction,
    /// so it changes nothing but the database.
    ///
    /// Dropping the future does not undo a transaction that has started.
    ///
    /// # Errors
    /// The closure's own, then nothing was changed; or a [`DatabaseError`].
    pub async fn write<T, E, F>(&self, f: F) -> Result<T, E>
    where
        F: Fn(&mut Tx) -> Result<T, E> + Send + 'static,
        E: From<DatabaseError> + Send + 'static,
        T: Send + 'static,
    {
        received(self.submit(Mode::Write, f)?.await)
    }

    /// Runs a transaction that only reads, on one snapshot.
    ///
    /// # Errors
    /// As [`Db::write`].
    pub async fn read<T, E, F>(&self, f: F) -> Result<T, E>
    where
        F: Fn(&mut Tx) -> Result<T, E> + Send + 'static,
        E: From<DatabaseError> + Send + 'static,
        T: Send + 'static,
    {
        received(self.submit(Mode::Read, f)?.await)
    }

    /// As [`Db::write`], for code on a plain thread.
    ///
    /// # Errors
    /// As [`Db::write`], and [`DatabaseError::Nested`] inside a transaction.
    pub fn write_blocking<T, E, F>(&self, f: F) -> Result<T, E>
    where
        F: Fn(&mut Tx) -> Result<T, E> + Send + 'static,
        E: From<DatabaseError> + Send + 'static,
        T: Send + 'static,
    {
        not_nested()?;
        received(self.submit(Mode::Write, f)?.blocking_recv())
    }

    /// As [`Db::read`], for code on a plain thread.
    ///
    /// # Errors
    /// As [`Db::read`], and [`DatabaseError::Nested`] inside a transaction.
    pub fn read_blocking<T, E, F>(&self, f: F) -> Result<T, E>
    where
        F: Fn(&mut Tx) -> Result<T, E> + Send + 'static,
        E: From<DatabaseError> + Send + 'static,
        T: Send + 'static,
    {
        not_nested()?;
        received(self.submit(Mode::Read, f)?.blocking_recv())
    }

    /// Wakes who waits for the topic, on PostgreSQL in the other processes too.
    pub fn wake(&self, topic: &'static str) {
        self.shared.topics.wake(topic);
    }

    /// Waits until the topic is woken, at most for a while. A wake that came while the only waiter was at work counts;
    /// with several waiters on one topic a wake may reach some of them only after `at_most`.
    pub async fn woken(&self, topic: &'static str, at_most: Duration) {
        self.shared.topics.woken(topic, at_most).await;
    }

    /// Ends the threads after the queued transactions and waits for them, so that every connection is closed.
    pub async fn close(self) {
        self.shared.close();
        let threads = std::mem::take(
            &mut *self
                .shared
                .threads
                .lock()
                .unwrap_or_else(PoisonError::into_inner),
        );
        let joined = tokio::task::spawn_blocking(move || {
            threads.into_iter().for_each(|thread| drop(thread.join()))
        });
        // It can only fail if the runtime itself is going down.
        let _ = joined.await;
    }

    /// Keeps something alive for as long as the database is open.
    pub fn keep(&self, thing: impl Any + Send) {
        let mut keeps = self
            .shared
            .keeps
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        keeps.push(Box::new(thing));
    }

    /// The schema of PostgreSQL, if one was named.
    pub(crate) fn schema(&self) -> Option<&str> {
        match &self.shared.place {
            Place::Sqlite(_) => None,
            Place::Postgres(schema) => schema.as_deref(),
        }
    }

    /// The file, if this is SQLite.
    pub fn sqlite_path(&self) -> Option<&Path> {
        match &self.shared.place {
            Place::Sqlite(path) => Some(path),
            Place::Postgres(_) => None,
        }
    }

    fn open_sqlite(options: &Options, path: &str) -> Result<Db, DatabaseError> {
        let path = PathBuf::from(path.strip_prefix("//").unwrap_or(path));
        if path.as_os_str().is_empty() {
            return Err(DatabaseError::Options(
                "the path of the SQLite file is missing".into(),
            ));
        }
        // Opened here, so that a wrong path is an error of this call and the file exists before a reader comes.
        let writer = sqlite::open(&path)?;
        let writes = Arc::new(Queue::new(options.queue));
        let reads = Arc::new(Queue::new(options.queue));
        let topics = Arc::new(Topics::default());
        let mut threads = Vec::new();
        {
            let (writes, topics) = (Arc::clone(&writes), Arc::clone(&topics));
            threads.push(spawn("sqlite-write", move || {
                sqlite::write_loop(writer, &writes, &topics)
            })?);
        }
        for _ in 0..SQLITE_READERS {
            let (reads, path) = (Arc::clone(&reads), path.clone());
            threads.push(spawn("sqlite-read", move || {
                sqlite::read_loop(&path, &reads)
            })?);
        }
        Ok(Db::new(
            Place::Sqlite(path),
            writes,
            reads,
            topics,
            threads,
            None,
        ))
    }

    fn open_postgres(options: &Options) -> Result<Db, DatabaseError> {
        let target = Arc::new(postgres::Target::parse(options)?);
        let queue = Arc::new(Queue::new(options.queue));
        let topics = Arc::new(Topics::default());
        let mut threads = Vec::new();
        for _ in 0..options.connections.max(1) {
            let (queue, topics, target) =
                (Arc::clone(&queue), Arc::clone(&topics), Arc::clone(&target));
            let session = postgres::Session::new(target)?;
            threads.push(spawn("postgres", move || {
                postgres::serve(session, &queue, &topics)
            })?);
        }
        let (listener, thread) = postgres::Listener::start(target, Arc::clone(&topics))?;
        threads.push(thread);
        Ok(Db::new(
            Place::Postgres(options.schema.clone()),
            Arc::clone(&queue),
            queue,
            topics,
            threads,
            Some(listener),
        ))
    }

    fn new(
        place: Place,
        writes: Arc<Queue<Task>>,
        reads: Arc<Queue<Task>>,
        topics: Arc<Topics>,
        threads: Vec<JoinHandle<()>>,
        listener: Option<postgres::Listener>,
    ) -> Db {
        Db {
            shared: Arc::new(Shared {
                place,
                writes,
                reads,
                topics,
                threads: Mutex::new(threads),
                listener,
                keeps: Mutex::new(Vec::new()),
            }),
        }
    }

    fn submit<T, E, F>(
        &self,
        mode: Mode,
        f: F,
    ) -> Result<oneshot::Receiver<Result<T, E>>, DatabaseError>
    where
        F: Fn(&mut Tx) -> Result<T, E> + Send + 'static,
        E: From<DatabaseError> + Send + 'static,
        T: Send + 'static,
    {
        let (job, receiver) = wrap(f);
        let queue = match mode {
            Mode::Write => &self.shared.writes,
            Mode::Read => &self.shared.reads,
        };
        match queue.push(Task { mode, job }) {
            Ok(()) => Ok(receiver),
            Err(Refused::Full) => Err(DatabaseError::Overloaded),
            Err(Refused::Closed) => {
                Err(DatabaseError::Unavailable("the database is closed".into()))
            }
        }
    }
}

impl Shared {
    fn close(&self) {
        self.writes.close();
        self.reads.close();
        if let Some(listener) = &self.listener {
            listener.stop();
        }
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.close();
    }
}

/// Starts a thread that owns a connection.
pub(crate) fn spawn(
    name: &str,
    work: impl FnOnce() + Send + 'static,
) -> Result<JoinHandle<()>, DatabaseError> {
    std::thread::Builder::new()
        .name(name.to_owned())
        .stack_size(4 * 1024 * 1024)
        .spawn(move || {
            RUNS_TRANSACTIONS.set(true);
            work();
        })
        .map_err(|error| DatabaseError::Unavailable(format!("no thread: {error}")))
}

/// A transaction that waits for another one holds the connection that the other one may need.
fn not_nested() -> Result<(), DatabaseError> {
    if RUNS_TRANSACTIONS.get() {
        return Err(DatabaseError::Nested);
    }
    Ok(())
}

fn received<T, E: From<DatabaseError>>(
    answer: Result<Result<T, E>, oneshot::error::RecvError>,
) -> Result<T, E> {
    answer.unwrap_or_else(|_| {
        Err(E::from(DatabaseError::Unavailable(
            "the database is closing".into(),
        )))
    })
}
