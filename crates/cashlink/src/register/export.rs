//! `cashlink register export`: registers as one file (`docs/register-format.md`).

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use age::stream::StreamWriter;
use age::x25519::Recipient;
use anyhow::{Context, Result};
use domain::Isin;
use registry::register_export::{Envelope, Exported, Part, export};
use registry::{Clock, Request};
use serde_json::json;

use super::bundle;
use crate::admin::output::print_json;
use crate::config::Config;
use crate::terminal::say;
use crate::wiring::{App, Migrates};

/// What to export.
#[derive(clap::Args)]
pub struct Export {
    /// Only this asset
    #[arg(long, value_name = "ISIN")]
    product: Option<Isin>,
    /// The file to write; there must be none yet
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
    /// Who may read the persons (an age X25519 recipient); without one they are left out
    #[arg(long, value_name = "age1…")]
    recipient: Option<Recipient>,
    /// The operator who does it, for the audit log
    #[arg(long = "as", value_name = "NAME", env = "CASHLINK_OPERATOR")]
    operator: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Persons sealed for one recipient (age, X25519 and ChaCha20-Poly1305).
struct ForRecipient(Recipient);

struct Sealing(StreamWriter<File>);

impl Envelope for ForRecipient {
    fn begin(&self, file: File) -> io::Result<Box<dyn Part>> {
        let recipient: &dyn age::Recipient = &self.0;
        let encryptor = age::Encryptor::with_recipients(std::iter::once(recipient))
            .map_err(io::Error::other)?;
        Ok(Box::new(Sealing(encryptor.wrap_output(file)?)))
    }
}

impl Write for Sealing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl Part for Sealing {
    fn finish(self: Box<Self>) -> io::Result<()> {
        self.0.finish()?.flush()
    }
}

/// Runs the command.
///
/// # Errors
/// If the file is there already or cannot be written, or there is no such asset.
pub async fn run(config: &Config, options: &Export) -> Result<ExitCode> {
    anyhow::ensure!(
        !options.to.exists(),
        "{} is there already; name another file",
        options.to.display()
    );
    let app = App::open(config.clone(), Clock::Real, Migrates::NewFilesOnly).await?;
    let request = Request::internal(&options.operator, "register export");
    let what = (options.product, options.to.as_path());
    let exported = write(&app, &request, what, options.recipient.clone()).await;
    app.close().await;
    let exported = exported?;
    if options.json {
        let registers = exported.iter().map(|one| {
            json!({"isin": one.isin.as_str(), "entries": one.size, "root_hash": one.root_hash})
        });
        print_json(&json!({"file": options.to, "registers": registers.collect::<Vec<_>>()}));
        return Ok(ExitCode::SUCCESS);
    }
    for one in &exported {
        say(format!(
            "{}  {} entries, root {}",
            one.isin, one.size, one.root_hash
        ));
    }
    let persons = match &options.recipient {
        Some(recipient) => format!("the persons are sealed for {recipient}"),
        None => "without the persons".to_owned(),
    };
    say(format!(
        "{} registers in {}, {persons}",
        exported.len(),
        options.to.display()
    ));
    Ok(ExitCode::SUCCESS)
}

/// Writes registers into a file, which appears whole or not at all; the persons for this recipient, or not at all either.
///
/// # Errors
/// If the file cannot be written, or there is no such register.
pub async fn write(
    app: &App,
    request: &Request,
    (product, to): (Option<Isin>, &Path),
    recipient: Option<Recipient>,
) -> Result<Vec<Exported>> {
    // Beside the file, so that it is moved there whole and nothing sensitive is left on another disk.
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    let scratch = tempfile::tempdir_in(folder)
        .with_context(|| format!("{} cannot be written", folder.display()))?;
    let envelope =
        recipient.map(|recipient| Arc::new(ForRecipient(recipient)) as Arc<dyn Envelope>);
    let what = (product, scratch.path());
    let exported = export(&app.registry, request, what, envelope).await?;
    bundle::pack(app, scratch.path(), &exported, to)?;
    Ok(exported)
}
