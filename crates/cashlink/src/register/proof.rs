//! `cashlink register verify-proof`: whether an entry is in a register, by a proof in a file and the key of the register's log.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use serde::Serialize;
use tlog::{Key, Proof, ProofError};

use crate::terminal::say;

/// What to verify, and against what.
#[derive(clap::Args)]
pub struct Verify {
    /// The proof (C2SP `tlog-proof`), as holders download it
    file: PathBuf,
    /// The public key of the register's log, as `GET /api/network/v1/registers/ISIN/` gives it; best kept from elsewhere
    #[arg(long)]
    key: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What was found.
#[derive(Debug, Serialize)]
struct Verdict {
    /// Why the proof is refused.
    difference: Option<String>,
    /// The entry's place, from 1.
    sequence: Option<u64>,
    /// Entries of the log that it is proven to be in.
    size: Option<u64>,
    /// What the entry says.
    entry: Option<String>,
}

/// Verifies a proof; 1 if it is refused.
///
/// # Errors
/// If the file cannot be read, or the key is none.
pub fn verify(options: &Verify) -> Result<ExitCode> {
    let file = std::fs::read_to_string(&options.file)
        .with_context(|| format!("{} cannot be read", options.file.display()))?;
    let key = options.key.parse::<Key>();
    let key = key.context("the key is not one of a signed note, NAME+ID+KEY")?;
    let verdict = match judge(&file, &key) {
        Ok(verdict) => verdict,
        Err(error) => Verdict {
            difference: Some(error.to_string()),
            sequence: None,
            size: None,
            entry: None,
        },
    };
    let is_refused = verdict.difference.is_some();
    if options.json {
        say(serde_json::to_string_pretty(&verdict)?);
    } else {
        print(&verdict, &key);
    }
    Ok(match is_refused {
        false => ExitCode::SUCCESS,
        true => ExitCode::FAILURE,
    })
}

fn judge(file: &str, key: &Key) -> Result<Verdict, ProofError> {
    let proof: Proof = file.parse()?;
    let checkpoint = proof.verify(key)?;
    Ok(Verdict {
        difference: None,
        sequence: Some(proof.index.saturating_add(1)),
        size: Some(checkpoint.size),
        entry: Some(String::from_utf8_lossy(&proof.entry).into_owned()),
    })
}

fn print(verdict: &Verdict, key: &Key) {
    match (&verdict.difference, verdict.sequence, verdict.size) {
        (None, Some(sequence), Some(size)) => {
            say(format!(
                "fits: entry {sequence} of {size} in {}",
                key.name()
            ));
            say(verdict.entry.as_deref().unwrap_or_default());
        }
        (difference, ..) => say(format!(
            "DIFFERS: {}",
            difference.as_deref().unwrap_or_default()
        )),
    }
}
