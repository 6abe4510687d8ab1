//! `cashlink register import`: goes on with registers that another registrar has exported (`docs/change-of-registrar.md`).

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use age::x25519::Identity;
use anyhow::{Context, Result};
use dlt::Ledger;
use domain::Address;
use registry::register_import::{Bundle, Code, ImportError, Imported, Opening, Register, import};
use registry::{Clock, Error, Request};
use serde_json::json;
use storage::register_origins::Standing;
use tlog::Key;

use crate::admin::output::print_json;
use crate::config::Config;
use crate::terminal::say;
use crate::wiring::{App, Migrates};

/// What to import.
#[derive(clap::Args)]
pub struct Import {
    /// The bundle that the former registrar has exported
    #[arg(value_name = "FILE")]
    bundle: PathBuf,
    /// The former registrar's key as it has published it, as name+id+key
    #[arg(long, value_name = "KEY")]
    key: String,
    /// The file with the age identity that the persons were sealed for
    #[arg(long, value_name = "FILE")]
    identity: PathBuf,
    /// Read and check the registers, away from their DLT network; nothing is ever entered in them
    #[arg(long)]
    for_reading: bool,
    /// The operator who does it, for the audit log
    #[arg(long = "as", value_name = "NAME", env = "CASHLINK_OPERATOR")]
    operator: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// The office is still with the key of the former registrar, who has given it away.
pub const NEXT: &str = "\
The tokens still know the former registrar's key as their office. Put a key of your own into [dlt.registry], the former section into
former.toml, stop the workers, and pass the office on:
  cashlink dlt rotate-key registry --from former.toml --as NAME
(docs/dlt.md, Another key for an office). Until then dlt.registrar_key has to be the former key.";

/// A bundle and what is needed to take it in.
pub struct Source<'a> {
    /// The file.
    pub bundle: &'a Path,
    /// The former registrar's key.
    pub key: Key,
    /// Opens what is sealed for us.
    pub identity: Identity,
    /// Why the registers are not to be kept here; none if they are.
    pub standing: Option<Standing>,
}

struct Identified(Identity);

impl Opening for Identified {
    fn open(&self, file: File) -> io::Result<Box<dyn Read>> {
        let decryptor = age::Decryptor::new(BufReader::new(file)).map_err(io::Error::other)?;
        let identity: &dyn age::Identity = &self.0;
        let reader = decryptor.decrypt(std::iter::once(identity));
        Ok(Box::new(reader.map_err(io::Error::other)?))
    }
}

/// Runs the command.
///
/// # Errors
/// If something cannot be read or opened; a refusal is no error but exit code 1 with its code.
pub async fn run(config: &Config, options: &Import) -> Result<ExitCode> {
    let source = Source {
        bundle: &options.bundle,
        key: options.key.parse().context("--key")?,
        identity: read_identity(&options.identity)?,
        standing: options.for_reading.then_some(Standing::Reading),
    };
    let app = App::open(config.clone(), Clock::Real, Migrates::NewFilesOnly).await?;
    let request = Request::internal(&options.operator, "register import");
    let taken = take_in(&app, &request, source).await;
    app.close().await;
    match taken {
        Ok(imported) => {
            show(&imported, options.json);
            if !options.json && !options.for_reading {
                say(NEXT);
            }
            Ok(ExitCode::SUCCESS)
        }
        Err(ImportError::Refused { code, what }) => {
            match options.json {
                true => print_json(&json!({"code": code.as_str(), "detail": what})),
                false => say(format!(
                    "refused, nothing was changed: {}: {what}",
                    code.as_str()
                )),
            }
            Ok(ExitCode::FAILURE)
        }
        Err(ImportError::Failed(error)) => Err(error.into()),
    }
}

fn show(imported: &[Imported], as_json: bool) {
    if as_json {
        let registers = imported.iter().map(|one| {
            json!({"isin": one.isin.as_str(), "entries": one.size, "root_hash": one.root_hash})
        });
        print_json(&json!({"registers": registers.collect::<Vec<_>>()}));
        return;
    }
    for one in imported {
        say(format!(
            "{}  {} entries, root {}",
            one.isin, one.size, one.root_hash
        ));
    }
}

/// Takes the registers of a file in, all of them or none.
///
/// # Errors
/// What is wrong with the bundle or this network; a failure of disk, database or DLT network.
pub async fn take_in(
    app: &App,
    request: &Request,
    source: Source<'_>,
) -> Result<Vec<Imported>, ImportError> {
    let folder = tempfile::tempdir().map_err(Error::fault)?;
    let unpacked = folder.path().join("bundle");
    let scratch = folder.path().join("again");
    unpack(source.bundle, &unpacked)?;
    let bundle = Bundle::open(&unpacked, &source.key)?;
    if source.standing.is_none() {
        for register in bundle.registers() {
            require_token(app.ledger.as_ref(), register).await?;
        }
    }
    let opening: Arc<dyn Opening> = Arc::new(Identified(source.identity));
    let how = (opening, source.standing);
    import(&app.registry, request, (&bundle, scratch), how).await
}

fn unpack(file: &Path, to: &Path) -> Result<(), ImportError> {
    let unreadable = |error: io::Error| {
        ImportError::refused(Code::Unreadable, format!("{}: {error}", file.display()))
    };
    std::fs::create_dir_all(to).map_err(Error::fault)?;
    let file = File::open(file).map_err(unreadable)?;
    let mut tar = tar::Archive::new(BufReader::new(file));
    for entry in tar.entries().map_err(unreadable)? {
        let mut entry = entry.map_err(unreadable)?;
        // Folders come with their files; links have no place in a bundle.
        let is_file = entry.header().entry_type().is_file();
        if !is_file || !entry.unpack_in(to).map_err(unreadable)? {
            return Err(ImportError::refused(
                Code::Unreadable,
                "it has something in it that is no file of a bundle",
            ));
        }
    }
    Ok(())
}

/// The token is where this network's ledger has it, with the committed code, and holds what the register says: instructions that are taken
/// from now on reach it.
async fn require_token(ledger: &dyn Ledger, register: &Register) -> Result<(), ImportError> {
    let elsewhere = |what: String| {
        ImportError::refused(Code::OtherNetwork, format!("{}: {what}", register.isin))
    };
    let about = &register.about;
    let chain = ledger.network().chain_id;
    if about["chain_id"] != chain {
        return Err(elsewhere(format!(
            "its token is on the chain {}, and this network is on {chain}",
            about["chain_id"]
        )));
    }
    let named = about["token_address"].as_str().unwrap_or_default();
    let expected = ledger.asset_address(&register.isin);
    let token: Address = named
        .parse()
        .map_err(|_| elsewhere("register.json names no token".to_owned()))?;
    if token != expected {
        return Err(elsewhere(format!(
            "its token is at {token}, and with this network's dlt.registrar_key it would be at {expected}"
        )));
    }
    let asset = ledger.asset(token).await.map_err(failed)?;
    if !asset.is_some_and(|asset| asset.code_matches) {
        return Err(elsewhere(format!(
            "there is no token of the committed code at {token}"
        )));
    }
    let mut held: BTreeMap<Address, u64> = BTreeMap::new();
    for line in register.lines("holdings.jsonl")? {
        let line = line?;
        let wallet = line["wallet"].as_str().and_then(|text| text.parse().ok());
        if let Some((wallet, units)) = wallet.zip(line["units"].as_u64()) {
            *held.entry(wallet).or_default() += units;
        }
    }
    let wallets: Vec<Address> = held.keys().copied().collect();
    let balances = ledger.balances(token, &wallets).await.map_err(failed)?;
    for ((wallet, units), balance) in held.iter().zip(&balances.units) {
        if units != balance {
            return Err(elsewhere(format!(
                "{wallet} holds {units} units in the register and {balance} on the chain"
            )));
        }
    }
    Ok(())
}

fn failed(error: dlt::LedgerError) -> ImportError {
    Error::Unavailable(error.to_string()).into()
}

fn read_identity(path: &Path) -> Result<Identity> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("{} cannot be read", path.display()))?;
    let mut lines = text.lines().map(str::trim);
    let line = lines.find(|line| !line.is_empty() && !line.starts_with('#'));
    let identity = line.and_then(|line| line.parse().ok());
    identity.with_context(|| format!("{} has no age identity in it", path.display()))
}
