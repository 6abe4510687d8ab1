//! `cashlink admin operations …`: what the registrar does to a register without the holder's signature: restrictions, re-registrations and
//! reversals. One proposes, another confirms.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::{Args, Subcommand, ValueEnum};
use domain::{DecisionId, InstructionId, Isin, ProductId, RestrictionId};
use registry::documents::{self, Upload};
use registry::{Caller, Paging, Request, decisions, registers, reregistrations, restrictions};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;
use wire::reregistrations::{ReregistrationCreate, ReversalCreate};
use wire::restrictions::{RestrictionCreate, RestrictionRelease};

use super::commands::print_value;
use super::output::{Rows, print_one};
use crate::wiring::App;

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Show re-registrations and reversals, or restrictions and rights, oldest first
    List {
        /// Which
        #[arg(value_enum)]
        what: What,
        /// Only of the security with this ISIN
        #[arg(long, value_name = "ISIN")]
        product: Option<Isin>,
    },
    /// Show one, whichever it is
    Show {
        /// Its ID
        id: Uuid,
    },
    /// Keep a document that something rests on; its ID is printed
    Document {
        /// The PDF
        file: PathBuf,
    },
    /// Propose something; the ID of the decision is printed
    #[command(subcommand)]
    Propose(Box<Proposal>),
    /// Confirm what another has proposed; it takes its place in the queue
    Confirm {
        /// The decision
        decision: Uuid,
    },
}

/// A list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum What {
    /// Without the holder's signature, and what reverses
    Reregistrations,
    /// What keeps holders from disposing, and who has rights in their units
    Restrictions,
}

/// What can be proposed.
#[derive(Debug, Subcommand)]
pub enum Proposal {
    /// Units go to somebody entitled, or to the holder's new wallet
    Reregistration {
        #[command(flatten)]
        on: On,
        /// succession, court_order, administrative_act or lost_key
        #[arg(long)]
        ground: String,
        /// The wallet that gives
        #[arg(long, value_name = "ID")]
        wallet: Uuid,
        /// The wallet that receives
        #[arg(long, value_name = "ID")]
        target_wallet: Uuid,
        /// How many; all without a number
        #[arg(long)]
        units: Option<u64>,
        /// After a lost key, the day of the new identification
        #[arg(long, value_name = "DATE")]
        identified_on: Option<String>,
    },
    /// What a wrong entry has moved goes back
    Reversal {
        #[command(flatten)]
        on: On,
        /// The wrong entry
        #[arg(long, value_name = "NUMBER")]
        entry: u64,
        /// no_instruction, or mistake
        #[arg(long)]
        cause: String,
        /// After a mistake, where the holder's consent is found
        #[arg(long, value_name = "TEXT")]
        holder_consent: Option<String>,
        /// After a mistaken delivery, where the issuer's consent is found
        #[arg(long, value_name = "TEXT")]
        issuer_consent: Option<String>,
    },
    /// A restriction of disposal or a third party's right
    Restriction {
        #[command(flatten)]
        on: On,
        /// pledge, usufruct, attachment, lock, freeze or disentitlement
        #[arg(long)]
        kind: String,
        /// By which right: holder, legal_transaction, law, court or administrative_act
        #[arg(long)]
        authority: String,
        /// The wallet whose units it covers
        #[arg(long, value_name = "ID")]
        wallet: Uuid,
        /// How many; all without a number
        #[arg(long)]
        units: Option<u64>,
        /// In whose favour: the name of an organisation
        #[arg(long, value_name = "NAME")]
        beneficiary: String,
        /// Where that organisation is
        #[arg(long, value_name = "TOWN")]
        seat: String,
        /// The key with which the third party will sign
        #[arg(long, value_name = "ADDRESS")]
        key_address: Option<String>,
    },
    /// The end of a restriction or right
    Release {
        /// The restriction
        #[arg(value_name = "ID")]
        restriction: Uuid,
        /// By which right: third_party, holder, law, court or administrative_act
        #[arg(long)]
        authority: String,
        /// How many become free; all without a number
        #[arg(long)]
        units: Option<u64>,
        #[command(flatten)]
        basis: Basis,
    },
}

/// In which register, and on what it rests.
#[derive(Debug, Args)]
pub struct On {
    /// The security's ISIN
    #[arg(long, value_name = "ISIN")]
    product: Isin,
    #[command(flatten)]
    basis: Basis,
}

/// On what something rests.
#[derive(Debug, Args)]
pub struct Basis {
    /// In words, with a file number
    #[arg(long, value_name = "TEXT")]
    legal_basis: String,
    /// The document that was kept before
    #[arg(long, value_name = "ID")]
    document: Uuid,
    /// For the one who confirms and for the record
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

/// Runs the command and prints its answer.
///
/// # Errors
/// What the network refuses, or if the file cannot be read.
pub async fn run(app: &App, request: &Request, command: &Command, json: bool) -> Result<()> {
    let (registry, caller) = (&app.registry, &request.caller);
    match command {
        Command::List { what, product } => {
            let product = match product {
                Some(isin) => Some(registers::product(registry, *isin).await?),
                None => None,
            };
            list(app, caller, (*what, product)).await?.print(json);
        }
        Command::Show { id } => print_value(&shown(app, caller, *id).await?, json),
        Command::Document { file } => {
            let upload = upload(file)?;
            let kept: Value = documents::upload(registry, request, upload).await?.json()?;
            print_one(&[("document_id", kept["id"].clone())], json);
        }
        Command::Propose(proposal) => {
            let decision = propose(app, request, proposal).await?;
            print_one(&[("decision_id", decision["id"].clone())], json);
        }
        Command::Confirm { decision } => {
            let decision = DecisionId::from_uuid(*decision);
            let confirmed = decisions::confirm(registry, request, decision).await?;
            let confirmed: Value = confirmed.json()?;
            print_one(&[("status", confirmed["status"].clone())], json);
        }
    }
    Ok(())
}

fn upload(file: &Path) -> Result<Upload> {
    let failed = || format!("{} cannot be read", file.display());
    let bytes = std::fs::read(file).with_context(failed)?;
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    Ok(Upload {
        name: name.into_owned(),
        content_type: None,
        sha256: Sha256::digest(&bytes).into(),
        bytes: bytes.into(),
    })
}

async fn propose(app: &App, request: &Request, proposal: &Proposal) -> Result<Value> {
    let registry = &app.registry;
    let answer = match proposal {
        Proposal::Reregistration {
            on,
            ground,
            wallet,
            target_wallet,
            units,
            identified_on,
        } => {
            let product = registers::product(registry, on.product).await?;
            let body = ReregistrationCreate {
                wallet_id: *wallet,
                ground: ground.clone(),
                target_wallet_id: *target_wallet,
                units: *units,
                legal_basis: on.basis.legal_basis.clone(),
                identified_on: identified_on.clone(),
                document_id: on.basis.document,
                reason: on.basis.reason.clone(),
            };
            reregistrations::propose(registry, request, product, body).await?
        }
        Proposal::Reversal {
            on,
            entry,
            cause,
            holder_consent,
            issuer_consent,
        } => {
            let product = registers::product(registry, on.product).await?;
            let body = ReversalCreate {
                entry: *entry,
                cause: cause.clone(),
                holder_consent: holder_consent.clone(),
                issuer_consent: issuer_consent.clone(),
                legal_basis: on.basis.legal_basis.clone(),
                document_id: on.basis.document,
                reason: on.basis.reason.clone(),
            };
            reregistrations::propose_reversal(registry, request, product, body).await?
        }
        Proposal::Restriction {
            on,
            kind,
            authority,
            wallet,
            units,
            beneficiary,
            seat,
            key_address,
        } => {
            let product = registers::product(registry, on.product).await?;
            let body = json!({
                "wallet_id": wallet, "kind": kind, "units": units, "authority": authority, "key_address": key_address,
                "beneficiary": {"name": beneficiary, "seat": seat}, "legal_basis": on.basis.legal_basis,
                "document_id": on.basis.document, "reason": on.basis.reason,
            });
            let body: RestrictionCreate = serde_json::from_value(body)?;
            restrictions::propose(registry, request, product, body).await?
        }
        Proposal::Release {
            restriction,
            authority,
            units,
            basis,
        } => {
            let body = RestrictionRelease {
                units: *units,
                authority: authority.clone(),
                // A holder's assurance is a signed paper, which the registrar reads; it is said with the API.
                beneficiary_consents: false,
                legal_basis: basis.legal_basis.clone(),
                document_id: basis.document,
                reason: basis.reason.clone(),
            };
            let id = RestrictionId::from_uuid(*restriction);
            restrictions::propose_release(registry, request, id, body).await?
        }
    };
    Ok(answer.json()?)
}

/// A re-registration, or else a restriction.
async fn shown(app: &App, caller: &Caller, id: Uuid) -> Result<Value> {
    let instruction = InstructionId::from_uuid(id);
    match reregistrations::get(&app.registry, caller, instruction).await {
        Ok(found) => Ok(serde_json::to_value(found)?),
        Err(registry::Error::NotFound(_)) => {
            let id = RestrictionId::from_uuid(id);
            let found = restrictions::get(&app.registry, caller, id).await?;
            Ok(serde_json::to_value(found)?)
        }
        Err(error) => Err(error.into()),
    }
}

async fn list(
    app: &App,
    caller: &Caller,
    (what, product): (What, Option<ProductId>),
) -> Result<Rows> {
    let (registry, most) = (&app.registry, u32::MAX);
    let paging = Paging {
        offset: 0,
        limit: most,
    };
    match what {
        What::Reregistrations => {
            let found = reregistrations::list(registry, caller, product, paging).await?;
            let header = &[
                "id",
                "ground",
                "status",
                "units",
                "source_address",
                "target_address",
                "entry",
                "reverses",
                "reversed_by",
                "rejection",
                "received_at",
            ];
            rows(header, &found.items)
        }
        What::Restrictions => {
            let found = restrictions::list(registry, caller, product, paging).await?;
            let header = &[
                "id",
                "kind",
                "status",
                "units",
                "units_left",
                "wallet_address",
                "authority",
                "entry",
                "rejection",
                "received_at",
            ];
            rows(header, &found.items)
        }
    }
}

/// The fields of the header, by the names that the API gives them.
fn rows<T: serde::Serialize>(header: &'static [&'static str], items: &[T]) -> Result<Rows> {
    let mut rows = Rows::new(header);
    for item in items {
        let value = serde_json::to_value(item)?;
        rows.push(header.iter().map(|name| value[*name].clone()));
    }
    Ok(rows)
}
