//! `cashlink register as-of`: what a register said after an entry, or at a time.
use std::process::ExitCode;

use anyhow::Result;
use domain::{HolderId, Isin};
use registry::registers::{self, Past};
use registry::{Caller, Clock, Registry};
use uuid::Uuid;
use wire::network::PastRegister;

use crate::admin::output::print_json;
use crate::config::Config;
use crate::terminal::say;
use crate::wiring::{App, Migrates};

/// Holdings that are asked for at once.
const PAGE: u32 = 500;

/// Which register, and when.
#[derive(clap::Args)]
pub struct AsOf {
    /// The asset
    #[arg(long, value_name = "ISIN")]
    product: Isin,
    /// After this entry; without it and a time, as of now
    #[arg(long, conflicts_with = "at")]
    sequence: Option<u64>,
    /// After the last entry that was made before this time (RFC 3339)
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
    /// Only this holder
    #[arg(long, value_name = "ID")]
    holder: Option<Uuid>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Runs the command.
///
/// # Errors
/// If there is no such register or entry, or the text is no time.
pub async fn run(config: &Config, options: &AsOf) -> Result<ExitCode> {
    let app = App::open(config.clone(), Clock::Real, Migrates::NewFilesOnly).await?;
    let asked = ask(&app.registry, options).await;
    app.close().await;
    let past = asked?;
    if options.json {
        print_json(&serde_json::to_value(&past)?);
    } else {
        print(&past);
    }
    Ok(ExitCode::SUCCESS)
}

/// The whole answer, page by page, all of it after the same entry.
async fn ask(registry: &Registry, options: &AsOf) -> Result<PastRegister> {
    let product = registers::product(registry, options.product).await?;
    let caller = Caller::network("command line");
    let mut wanted = Past {
        sequence: options.sequence,
        at: options.at.clone(),
        holder: options.holder.map(HolderId::from_uuid),
        after: 0,
        limit: PAGE,
    };
    let mut past = registers::past(registry, &caller, product, wanted.clone()).await?;
    (wanted.sequence, wanted.at) = (Some(past.sequence), None);
    while past.has_more {
        wanted.after = past.holdings.last().map_or(0, |held| held.since);
        let more = registers::past(registry, &caller, product, wanted.clone()).await?;
        past.holdings.extend(more.holdings);
        past.has_more = more.has_more;
    }
    Ok(past)
}

fn print(past: &PastRegister) {
    let entered = past
        .entered_at
        .as_deref()
        .unwrap_or("before the first entry");
    say(format!(
        "{}  entry {}, {entered}, root {}",
        past.isin, past.sequence, past.root_hash
    ));
    for held in &past.holdings {
        let whose = if held.is_issuer { "  issuer" } else { "" };
        say(format!("{}  {:>12}{whose}", held.holder_id, held.units));
    }
    let total: u64 = past.holdings.iter().map(|held| held.units).sum();
    say(format!(
        "{total} units of {}, {} deleted",
        past.issue_volume, past.deleted_units
    ));
}
