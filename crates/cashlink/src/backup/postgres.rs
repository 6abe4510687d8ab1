//! PostgreSQL is copied by its own tools, which know how to take one consistent moment of a running server.

use std::path::Path;
use std::process::Stdio;

use anyhow::{Context, Result, bail};
use tokio::process::Command;
use url::Url;

/// Copies the database into a file, without the network's data keys. The name without a schema is the network's own table: a
/// gateway's is in a schema of its own, and its keys are wrapped by one that is sealed by the network's.
///
/// # Errors
/// If `pg_dump` is missing or fails.
pub async fn dump(url: &str, to: &Path) -> Result<()> {
    let mut command = tool("pg_dump", url)?;
    command
        .args(["--format=custom", "--no-owner", "--no-privileges"])
        .arg("--exclude-table-data=data_keys")
        .arg("--file")
        .arg(to);
    run("pg_dump", command).await
}

/// Fills an empty database with tables and rows of such a file, whole or not at all. What refers to other rows is not
/// looked at before [`finish`].
///
/// # Errors
/// If `pg_restore` is missing or fails, as it does when tables are there already.
pub async fn fill(url: &str, from: &Path) -> Result<()> {
    restore(url, from, &["--section=pre-data", "--section=data"]).await
}

/// Adds indexes, references and guards, once the keys are there.
///
/// # Errors
/// As [`fill`], and if a row refers to one that is missing.
pub async fn finish(url: &str, from: &Path) -> Result<()> {
    restore(url, from, &["--section=post-data"]).await
}

async fn restore(url: &str, from: &Path, sections: &[&str]) -> Result<()> {
    let mut command = tool("pg_restore", url)?;
    command
        .args([
            "--single-transaction",
            "--exit-on-error",
            "--no-owner",
            "--no-privileges",
        ])
        .args(sections)
        .arg(from);
    run("pg_restore", command).await
}

/// The password goes through the environment: arguments are seen by everybody on the machine.
fn tool(name: &str, url: &str) -> Result<Command> {
    let mut address = Url::parse(url).context("database.url is no URL")?;
    let mut command = Command::new(name);
    if let Some(password) = address.password() {
        let decoded = url::form_urlencoded::parse(
            format!("p={}", password.replace('+', "%2B").replace('&', "%26")).as_bytes(),
        )
        .next()
        .map(|(_, value)| value.into_owned());
        command.env("PGPASSWORD", decoded.unwrap_or_default());
        // It fails only for addresses that can have no password.
        let _ = address.set_password(None);
    }
    command
        .arg("--dbname")
        .arg(address.as_str())
        .stdin(Stdio::null());
    Ok(command)
}

async fn run(name: &str, mut command: Command) -> Result<()> {
    let output = command.stderr(Stdio::piped()).output().await;
    let output = match output {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            bail!(
                "{name} is not installed; it comes with PostgreSQL's client programs (Debian: postgresql-client)"
            )
        }
        output => output.with_context(|| name.to_owned())?,
    };
    if !output.status.success() {
        bail!(
            "{name} failed: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    Ok(())
}
