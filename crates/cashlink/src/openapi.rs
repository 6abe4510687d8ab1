//! `cashlink openapi`: the document of the whole surface, as it is committed.

#![allow(clippy::print_stdout)] // the document is the command's result

use anyhow::Result;

/// Prints the document.
///
/// # Errors
/// If standard output cannot be written.
pub fn run() -> Result<()> {
    println!("{}", serde_json::to_string_pretty(&api::openapi())?);
    Ok(())
}
