//! `cashlink admin mails …`: mails to persons, why one was not taken, and trying again.

use anyhow::Result;
use clap::{Subcommand, ValueEnum};
use registry::mail::{self, MailStatus};
use registry::{Caller, Paging, Request};
use serde_json::json;
use uuid::Uuid;

use super::output::{Rows, print_one};
use crate::wiring::App;

/// What to do with mails.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Show mails, newest first, without their text
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
    /// Try a failed mail again
    Retry {
        /// Its ID
        id: Uuid,
    },
}

/// How far a mail is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Status {
    /// Waits for its (next) attempt
    Waiting,
    /// The mail server has taken it
    Sent,
    /// Refused by the mail server, or too late
    Failed,
    /// There is no mail server
    Kept,
}

impl From<Status> for MailStatus {
    fn from(status: Status) -> Self {
        match status {
            Status::Waiting => Self::Waiting,
            Status::Sent => Self::Sent,
            Status::Failed => Self::Failed,
            Status::Kept => Self::Kept,
        }
    }
}

/// Runs the command and prints its answer.
///
/// # Errors
/// If no such mail has failed, or the database fails.
pub async fn run(
    app: &App,
    caller: &Caller,
    request: &Request,
    command: &Command,
    json: bool,
) -> Result<()> {
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
            let status = status.map(Into::into);
            let listed = mail::list(&app.registry, caller, status, paging).await?;
            rows(&listed.items).print(json);
        }
        Command::Retry { id } => {
            mail::retry(&app.registry, request, *id).await?;
            print_one(&[("id", json!(id)), ("status", json!("waiting"))], json);
        }
    }
    Ok(())
}

fn rows(mails: &[mail::MailView]) -> Rows {
    let mut rows = Rows::new(&[
        "id",
        "template",
        "status",
        "recipient",
        "attempts",
        "failure",
        "created_at",
        "next_attempt_at",
    ]);
    for mail in mails {
        rows.push([
            json!(mail.id),
            json!(mail.template),
            json!(mail.status),
            json!(mail.recipient),
            json!(mail.attempts),
            json!(mail.failure),
            json!(mail.created_at),
            json!(mail.next_attempt_at),
        ]);
    }
    rows
}
