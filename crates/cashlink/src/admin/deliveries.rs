//! `cashlink admin deliveries …`: webhooks on their way, and hurrying one.

use anyhow::{Result, ensure};
use clap::Subcommand;
use domain::Timestamp;
use registry::{Caller, Right, audit};
use serde_json::{Value, json};
use uuid::Uuid;

use super::output::Rows;
use crate::wiring::App;

/// What to do with deliveries.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Show deliveries, oldest first
    List {
        /// Only of this endpoint
        #[arg(long, value_name = "ID")]
        endpoint: Option<Uuid>,
        /// Only in this status: pending, delivered, exhausted or cancelled
        #[arg(long)]
        status: Option<String>,
        /// At most so many
        #[arg(long, default_value_t = 100)]
        limit: u32,
        /// After passing over so many
        #[arg(long, default_value_t = 0)]
        offset: u32,
    },
    /// Try a pending delivery now instead of at its next turn
    Retry {
        /// The delivery's number
        id: i64,
    },
}

/// Runs the command.
///
/// # Errors
/// If the delivery does not wait, or the database fails.
pub async fn run(app: &App, caller: &Caller, command: &Command) -> Result<Rows> {
    match command {
        Command::List {
            endpoint,
            status,
            limit,
            offset,
        } => {
            caller.require(Right::ReadNetwork)?;
            let (endpoint, limit, offset) = (*endpoint, *limit, *offset);
            let status = status.clone();
            let listed = app.registry.db.read(move |tx| {
                webhooks::deliveries::list(tx, endpoint, status.as_deref(), limit, offset)
            });
            let (_, deliveries) = listed.await?;
            let mut rows = header();
            deliveries
                .iter()
                .for_each(|delivery| rows.push(row(delivery)));
            Ok(rows)
        }
        Command::Retry { id } => retry(app, caller, *id).await,
    }
}

async fn retry(app: &App, caller: &Caller, id: i64) -> Result<Rows> {
    caller.require(Right::WriteNetwork)?;
    let (registry, caller) = (app.registry.clone(), caller.clone());
    let hurried = app.registry.db.write(move |tx| -> registry::Result<_> {
        let now = registry::clock::real_now().micros();
        let is_hurried = webhooks::deliveries::retry_now(tx, id, now)?;
        if is_hurried {
            audit::record(
                &registry,
                tx,
                &caller,
                "delivery.retry",
                &id.to_string(),
                &json!({}),
            )?;
        }
        Ok(webhooks::deliveries::find(tx, id)?.filter(|_| is_hurried))
    });
    let hurried = hurried.await?;
    ensure!(
        hurried.is_some(),
        "delivery {id} does not wait for its turn: it is finished, in the air, or there is none"
    );
    let mut rows = header();
    hurried.iter().for_each(|delivery| rows.push(row(delivery)));
    Ok(rows)
}

fn header() -> Rows {
    Rows::new(&[
        "id",
        "endpoint",
        "event_id",
        "type",
        "status",
        "attempts",
        "created_at",
        "next_attempt_at",
    ])
}

fn row(delivery: &webhooks::deliveries::Delivery) -> [Value; 8] {
    let time = |micros: i64| json!(Timestamp::from_micros(micros).to_string());
    let waits = delivery.finished_at.is_none();
    [
        json!(delivery.id),
        json!(delivery.endpoint),
        json!(delivery.message),
        json!(delivery.event_type),
        json!(delivery.status),
        json!(delivery.attempts),
        time(delivery.created_at),
        delivery.due_at.filter(|_| waits).map_or(Value::Null, time),
    ]
}
