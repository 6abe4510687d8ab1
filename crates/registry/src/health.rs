//! Whether the network works, for the registrar and for whatever keeps the process alive.

use database::{Engine, Tx};
use storage::dlt_commands;
use wire::network::Health;

use crate::{Registry, Result};

/// A delivery that waits for longer needs a person. Public networks take a quarter of an hour to be final.
const LONGEST_WAIT_S: i64 = 45 * 60;

/// How the network is: `degraded` while a delivery has failed or waits for too long.
///
/// # Errors
/// Fails if the database does.
pub async fn check(registry: &Registry) -> Result<Health> {
    let (commands, webhooks) = registry
        .db
        .read(|tx| -> Result<_> {
            Ok((
                dlt_commands::backlog(tx)?,
                webhooks::deliveries::backlog(tx)?,
            ))
        })
        .await?;
    let now = registry.clock.now();
    let waits = commands
        .oldest_at
        .is_some_and(|at| now.seconds_since(at) > LONGEST_WAIT_S);
    let status = if waits || commands.failed > 0 {
        "degraded"
    } else {
        "ok"
    };
    Ok(Health {
        status: status.to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        database: match registry.db.engine() {
            Engine::Sqlite => "sqlite",
            Engine::Postgres => "postgres",
        }
        .to_owned(),
        pending_commands: commands.pending,
        pending_webhooks: webhooks.pending,
    })
}

/// Whether requests can be answered.
///
/// # Errors
/// Fails if the database does.
pub async fn ready(registry: &Registry) -> Result<()> {
    let read = |tx: &mut Tx| -> Result<_> { Ok(dlt_commands::backlog(tx)?) };
    registry.db.read(read).await.map(|_| ())
}
