//! `cashlink register rules`: the law on registers that changes by date.
use std::process::ExitCode;

use anyhow::Result;
use registry::{Clock, register_rules};
use serde_json::json;

use crate::admin::output::Rows;
use crate::config::Config;
use crate::wiring::{App, Migrates};

/// Which rules to show.
#[derive(clap::Args)]
pub struct Rules {
    /// Only those that hold on this day
    #[arg(long, value_name = "DAY")]
    as_of: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Runs the command.
///
/// # Errors
/// If the rules cannot be read, or the day is none.
pub async fn run(config: &Config, options: &Rules) -> Result<ExitCode> {
    let app = App::open(config.clone(), Clock::Real, Migrates::NewFilesOnly).await?;
    let found = register_rules::list(&app.registry, options.as_of.as_deref()).await;
    app.close().await;
    let mut rows = Rows::new(&["rule", "valid_from", "valid_to", "value", "source"]);
    for one in found? {
        rows.push([
            json!(one.rule),
            json!(one.valid_from),
            json!(one.valid_to),
            json!(one.value),
            json!(one.source),
        ]);
    }
    rows.print(options.json);
    Ok(ExitCode::SUCCESS)
}
