//! `cashlink openapi`: the document of the whole surface, as it is committed.
use anyhow::Result;

use crate::terminal::say;
/// Prints the document.
///
/// # Errors
/// If standard output cannot be written.
pub fn run() -> Result<()> {
    say(serde_json::to_string_pretty(&api::openapi())?);
    Ok(())
}
