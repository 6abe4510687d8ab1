//! `cashlink register due`: what is due by law on registers; ends with 1 if something is overdue.

use std::process::ExitCode;

use anyhow::Result;
use registry::{Caller, Clock, Paging, deadlines};
use serde_json::json;

use crate::admin::output::Rows;
use crate::config::Config;
use crate::wiring::{App, Migrates};

/// Rows that are printed.
const MOST: u32 = 5_000;

/// Which deadlines to show.
#[derive(clap::Args)]
pub struct Due {
    /// Only those of this state: `overdue`, `due`, `ahead` or `done`
    #[arg(long)]
    state: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Runs the command.
///
/// # Errors
/// If the deadlines cannot be read, or the state is none.
pub async fn run(config: &Config, options: &Due) -> Result<ExitCode> {
    let app = App::open(config.clone(), Clock::Real, Migrates::NewFilesOnly).await?;
    let caller = Caller::network("command line");
    let paging = Paging {
        offset: 0,
        limit: MOST,
    };
    let found = deadlines::list(&app.registry, &caller, options.state.as_deref(), paging).await;
    app.close().await;
    let found = found?;
    let mut rows = Rows::new(&["state", "due_at", "rule", "source", "subject", "count"]);
    for one in &found.items {
        let subject = one.name.clone();
        let subject = subject.unwrap_or_else(|| format!("{} {}", one.subject, one.subject_id));
        rows.push([
            json!(one.state),
            json!(one.due_at),
            json!(one.rule),
            json!(one.source),
            json!(subject),
            json!(one.count),
        ]);
    }
    rows.print(options.json);
    let is_late = found.items.iter().any(|one| one.state == "overdue");
    Ok(match is_late {
        true => ExitCode::FAILURE,
        false => ExitCode::SUCCESS,
    })
}
