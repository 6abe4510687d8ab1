//! `cashlink admin erase`: a person's data become unreadable, or the answer says on which law they are kept.

use anyhow::Result;
use domain::InvestorId;
use registry::{Request, erasures};
use uuid::Uuid;

use super::commands::print_value;
use crate::backup;
use crate::wiring::App;

/// Erases, and lists the destroyed keys for backups at once.
///
/// # Errors
/// If there is no such investor, or the list cannot be written.
pub async fn run(app: &App, request: &Request, investor: Uuid, json: bool) -> Result<()> {
    let investor = InvestorId::from_uuid(investor);
    let answer = erasures::erase(&app.registry, request, investor).await?;
    backup::note_destroyed(app.config(), &app.registry.db).await?;
    print_value(&serde_json::to_value(answer)?, json);
    Ok(())
}
