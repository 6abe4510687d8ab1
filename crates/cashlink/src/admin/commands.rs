//! `cashlink admin commands …`: what goes to the DLT network, why something did not, and trying again.

use anyhow::Result;
use clap::{Subcommand, ValueEnum};
use domain::CommandId;
use registry::dlt_operations::{self, CommandStatus};
use registry::{Caller, Paging, Request};
use serde_json::{Value, json};
use uuid::Uuid;

use super::output::{Rows, print_json, print_one};
use crate::wiring::App;

/// What to do with commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Show commands, oldest first
    List {
        /// Only in this status
        #[arg(long, value_enum)]
        status: Option<Status>,
        /// At most so many
        #[arg(long, default_value_t = 100)]
        limit: u32,
        /// After passing over so many
        #[arg(long, default_value_t = 0)]
        offset: u64,
    },
    /// Show one command with its batch and everything that was signed for it
    Explain {
        /// Its ID
        id: Uuid,
    },
    /// Try a failed command again
    Retry {
        /// Its ID
        id: Uuid,
    },
}

/// How far a command is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Status {
    /// Waits for a batch
    Queued,
    /// Is in an open batch
    Taken,
    /// Took effect
    Confirmed,
    /// The network refused it
    Failed,
}

impl From<Status> for CommandStatus {
    fn from(status: Status) -> Self {
        match status {
            Status::Queued => Self::Queued,
            Status::Taken => Self::Taken,
            Status::Confirmed => Self::Confirmed,
            Status::Failed => Self::Failed,
        }
    }
}

/// Runs the command and prints its answer.
///
/// # Errors
/// If there is no such command, or it cannot be tried again.
pub async fn run(
    app: &App,
    caller: &Caller,
    request: &Request,
    command: &Command,
    json: bool,
) -> Result<()> {
    let registry = &app.registry;
    match command {
        Command::List {
            status,
            limit,
            offset,
        } => {
            let paging = Paging {
                offset: *offset,
                limit: *limit,
            };
            let listed =
                dlt_operations::list(registry, caller, status.map(Into::into), paging).await?;
            rows(&listed.items).print(json);
        }
        Command::Explain { id } => {
            let explanation =
                dlt_operations::explain(registry, caller, CommandId::from_uuid(*id)).await?;
            print_value(&serde_json::to_value(explanation)?, json);
        }
        Command::Retry { id } => {
            let answer =
                dlt_operations::retry(registry, request, CommandId::from_uuid(*id)).await?;
            print_value(&answer.json()?, json);
        }
    }
    Ok(())
}

fn rows(commands: &[dlt_operations::Command]) -> Rows {
    let mut rows = Rows::new(&[
        "id",
        "isin",
        "kind",
        "status",
        "units",
        "wallet_address",
        "attempts",
        "error",
        "created_at",
    ]);
    for command in commands {
        rows.push([
            json!(command.id),
            json!(command.isin),
            json!(command.kind),
            json!(command.status),
            json!(command.units),
            json!(command.wallet_address),
            json!(command.attempts),
            json!(command.error),
            json!(command.created_at),
        ]);
    }
    rows
}

/// The fields of a thing, those of a thing inside it with its name in front.
pub(super) fn print_value(value: &Value, json: bool) {
    if json {
        return print_json(value);
    }
    let mut fields = Vec::new();
    flatten("", value, &mut fields);
    let fields: Vec<(&str, Value)> = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.clone()))
        .collect();
    print_one(&fields, false);
}

fn flatten(prefix: &str, value: &Value, fields: &mut Vec<(String, Value)>) {
    let inside = |name: &str| {
        if prefix.is_empty() {
            name.to_owned()
        } else {
            format!("{prefix}.{name}")
        }
    };
    match value {
        Value::Object(object) => object
            .iter()
            .for_each(|(name, value)| flatten(&inside(name), value, fields)),
        Value::Array(items) => {
            let numbered = items.iter().enumerate();
            numbered.for_each(|(index, value)| {
                flatten(&inside(&(index + 1).to_string()), value, fields)
            });
        }
        _ => fields.push((prefix.to_owned(), value.clone())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_inside_a_thing_carries_its_name() {
        let mut fields = Vec::new();
        flatten("", &json!({"a": {"b": 1}, "c": [{"d": "x"}]}), &mut fields);
        assert_eq!(
            fields,
            [
                ("a.b".to_owned(), json!(1)),
                ("c.1.d".to_owned(), json!("x"))
            ]
        );
    }
}
