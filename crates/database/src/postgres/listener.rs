//! The connection that carries wake-ups between processes.

use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::runtime::Builder;
use tokio::sync::Notify;
use tokio_postgres::Client;

use super::target::Target;
use crate::topics::Topics;
use crate::{DatabaseError, db};

/// Wake-ups of other processes are gathered for so long: a notification inside of each transaction would make
/// PostgreSQL commit them one after the other.
const GATHER: Duration = Duration::from_millis(20);
/// How long to wait before connecting again.
const REST: Duration = Duration::from_secs(1);

/// The handle that ends the listener.
pub(crate) struct Listener {
    stop: Arc<Notify>,
}

impl Listener {
    pub(crate) fn start(
        target: Arc<Target>,
        topics: Arc<Topics>,
    ) -> Result<(Listener, JoinHandle<()>), DatabaseError> {
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| DatabaseError::Unavailable(format!("no runtime: {error}")))?;
        let stop = Arc::new(Notify::new());
        let listener = Listener {
            stop: Arc::clone(&stop),
        };
        let thread = db::spawn("postgres-listen", move || {
            runtime.block_on(async {
                tokio::select! {
                    () = stop.notified() => {}
                    () = listen_for_ever(&target, topics) => {}
                }
            });
        })?;
        Ok((listener, thread))
    }

    pub(crate) fn stop(&self) {
        self.stop.notify_one();
    }
}

async fn listen_for_ever(target: &Target, topics: Arc<Topics>) {
    loop {
        if let Err(error) = listen(target, &topics).await {
            tracing::warn!(%error, "wake-ups of other processes are delayed");
        }
        tokio::time::sleep(REST).await;
    }
}

async fn listen(target: &Target, topics: &Arc<Topics>) -> Result<(), DatabaseError> {
    let heard = Arc::clone(topics);
    let own = Arc::new(AtomicI32::new(0));
    let sender = Arc::clone(&own);
    let connected = target.connect(move |notification| {
        // This process has woken its own tasks already.
        if notification.process_id() != sender.load(Ordering::SeqCst) {
            heard.heard(notification.payload());
        }
    });
    let (client, mut driver) = connected.await?;
    let failed = |error| super::flight::failure(&error, "listen cashlink");
    let pid = client
        .query_one("select pg_backend_pid()", &[])
        .await
        .map_err(failed)?;
    own.store(pid.get(0), Ordering::SeqCst);
    client
        .batch_execute("listen cashlink")
        .await
        .map_err(failed)?;
    // What was said while nobody listened is made up for by one look at the rows.
    topics.wake_all_here();
    loop {
        tokio::select! {
            _ = &mut driver => return Err(DatabaseError::Unavailable("the connection broke".into())),
            () = topics.departure.notified() => {
                tokio::time::sleep(GATHER).await;
                notify(&client, topics.take_outgoing()).await?;
            }
        }
    }
}

async fn notify(client: &Client, topics: Vec<&'static str>) -> Result<(), DatabaseError> {
    for topic in topics {
        let sent = client
            .execute("select pg_notify('cashlink', $1)", &[&topic])
            .await;
        sent.map_err(|error| super::flight::failure(&error, "notify"))?;
    }
    Ok(())
}
