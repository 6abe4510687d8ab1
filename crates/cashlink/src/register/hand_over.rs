//! `cashlink register hand-over`: proposes that a register goes to another registrar; another person confirms the decision.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use domain::handover::HandoverGround;
use domain::{HolderId, Isin};
use registry::register_handover::{Handover, propose};
use registry::{Clock, Request};
use uuid::Uuid;

use crate::config::Config;
use crate::terminal::say;
use crate::wiring::{App, Migrates};

/// What is handed over, and on what.
#[derive(clap::Args)]
pub struct HandOver {
    /// The asset
    #[arg(long, value_name = "ISIN")]
    product: Isin,
    /// Who has consented: issuer, holders or supervisor (§§ 21, 22 eWpG)
    #[arg(long, value_name = "GROUND")]
    ground: HandoverGround,
    /// Where that is kept
    #[arg(long, value_name = "TEXT")]
    reference: String,
    /// Why, for the one who confirms
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// The ids of the holders that have consented, one a line; all have to where it rests on them
    #[arg(long, value_name = "FILE")]
    consents: Option<PathBuf>,
    /// The operator who proposes it, for the audit log
    #[arg(long = "as", value_name = "NAME", env = "CASHLINK_OPERATOR")]
    operator: String,
}

/// Runs the command.
///
/// # Errors
/// If the file cannot be read, or the register cannot be handed over.
pub async fn run(config: &Config, options: &HandOver) -> Result<ExitCode> {
    let mut handover = Handover {
        ground: options.ground,
        reference: options.reference.clone(),
        consented: std::collections::BTreeSet::new(),
        reason: options.reason.clone(),
    };
    if let Some(path) = &options.consents {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("{} cannot be read", path.display()))?;
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let id: Uuid = line.parse().with_context(|| format!("{line:?} is no id"))?;
            handover.consented.insert(HolderId::from_uuid(id));
        }
    }
    let app = App::open(config.clone(), Clock::Real, Migrates::NewFilesOnly).await?;
    let request = Request::internal(&options.operator, "register hand-over");
    let proposed = propose(&app.registry, &request, options.product, handover).await;
    app.close().await;
    proposed?;
    say(format!(
        "proposed: somebody else has to confirm the decision before {} is handed over",
        options.product
    ));
    Ok(ExitCode::SUCCESS)
}
