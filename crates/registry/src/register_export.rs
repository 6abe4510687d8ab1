//! Registers as files that anybody can check without us (§§ 21, 22 eWpG; eWpRV §§ 14, 19, 20).
//! What they look like is written in `docs/register-format.md`.

mod files;
mod persons;
mod records;

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use database::Tx;
use domain::{DocumentId, EntryType, HolderId, Isin};
use serde_json::{Value, json};
use storage::Scope;
use storage::products::ProductRecord;
use storage::register::{self, Head};
use storage::restrictions::{self, RestrictionRecord};
use storage::{
    conversions, issuers, register_anchors, register_bundle, register_cosignatures,
    register_entries, register_origins,
};
use tlog::Note;
use wire::register_log::RegisterLog;

use crate::{Error, Registry, Request, Result, Right, audit, delivery, register_log, terms};
use files::Lines;
pub(crate) use persons::FILE as PERSONS;
pub(crate) use records::{DOCUMENTS, FILE as RECORDS, key_of, row_of};

/// The format's name and version, which every manifest begins with.
pub const FORMAT: &str = "cashlink register bundle 2";
/// Rows that are read at once.
const PAGE: u32 = 1_000;

/// Where the persons of a register go: into parts that only their recipient can read.
pub trait Envelope: Send + Sync {
    /// Begins the part of a register in this file.
    ///
    /// # Errors
    /// If it cannot be written.
    fn begin(&self, file: fs::File) -> io::Result<Box<dyn Part>>;
}

/// A part that is written from beginning to end.
pub trait Part: Write {
    /// Seals what was written; without it nothing can be read.
    ///
    /// # Errors
    /// If it cannot be written.
    fn finish(self: Box<Self>) -> io::Result<()>;
}

/// A register that was exported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exported {
    /// ISO 6166.
    pub isin: Isin,
    /// Entries.
    pub size: u64,
    /// The root over them, hexadecimal.
    pub root_hash: String,
    /// Names in the store of the documents that it refers to; none without an envelope.
    pub(crate) documents: Vec<(DocumentId, String)>,
}

/// Writes registers into a folder, each from one snapshot: all of them, or only this one. The persons go into the envelope; without one
/// they stay here.
///
/// # Errors
/// Not the registrar; not found if there is no such register; a fault if the folder cannot be written or the database fails.
pub async fn export(
    registry: &Registry,
    request: &Request,
    (isin, folder): (Option<Isin>, &Path),
    envelope: Option<Arc<dyn Envelope>>,
) -> Result<Vec<Exported>> {
    request.caller.require(Right::WriteNetwork)?;
    note(registry, request, isin.as_ref(), envelope.is_some()).await?;
    let products = registry
        .db
        .read(|tx| Ok::<_, Error>(register::products(tx)?));
    let mut exported = Vec::new();
    for id in products.await? {
        let (own, wanted) = (registry.clone(), isin);
        let (to, envelope) = (folder.to_owned(), envelope.clone());
        let one = registry.db.read(move |tx| {
            let product = delivery::product(tx, id)?;
            let is_wanted = wanted
                .as_ref()
                .is_none_or(|isin| *isin == product.product.isin);
            let Some(head) = register::head(tx, id)?.filter(|_| is_wanted) else {
                return Ok(None);
            };
            let folder = to.join("registers").join(product.product.isin.as_str());
            write(&own, tx, (&product, &head), &folder, envelope.as_deref()).map(Some)
        });
        if let Some(one) = one.await? {
            records::copy_documents(registry, &one, folder).await?;
            exported.push(one);
        }
    }
    match isin {
        Some(_) if exported.is_empty() => Err(Error::NotFound("register")),
        _ => Ok(exported),
    }
}

/// What vouches for a bundle: its manifest's hash, signed by the key of the logs.
///
/// # Errors
/// Fails if the key cannot sign.
pub fn sign_manifest(registry: &Registry, sha256: &[u8; 32]) -> Result<(String, String)> {
    let address = format!("{}/api/network/v1/registers", registry.settings.public_url);
    let signer = register_log::signer_at(registry, &address)?;
    let text = format!("{FORMAT}\n{}\n", hex::encode(sha256));
    let signatures = vec![signer.sign(&text)];
    let note = Note { text, signatures };
    Ok((signer.public().to_string(), note.to_string()))
}

async fn note(
    registry: &Registry,
    request: &Request,
    isin: Option<&Isin>,
    has_persons: bool,
) -> Result<()> {
    let (own, caller) = (registry.clone(), request.caller.clone());
    let target = isin.map_or_else(|| "all".to_owned(), ToString::to_string);
    let noted = registry.db.write(move |tx| {
        let detail = json!({"persons": has_persons});
        audit::record(&own, tx, &caller, "register.export", &target, &detail)
    });
    noted.await
}

pub(crate) fn write(
    registry: &Registry,
    tx: &mut Tx,
    (product, head): (&ProductRecord, &Head),
    folder: &Path,
    envelope: Option<&dyn Envelope>,
) -> Result<Exported> {
    fs::create_dir_all(folder).map_err(Error::fault)?;
    let log = register_log::shown(registry, tx, &product.product.isin, head)?;
    fs::write(folder.join("checkpoint"), &log.checkpoint).map_err(Error::fault)?;
    keys(tx, product, &log, folder)?;
    let mut about = described(tx, product)?;
    about["size"] = json!(log.size);
    about["root_hash"] = json!(log.root_hash);
    about["public_key"] = json!(log.public_key);
    about["issuer_holder"] = json!(head.issuer_holder.uuid());
    let text = serde_json::to_vec_pretty(&about).map_err(Error::fault)?;
    fs::write(folder.join("register.json"), text).map_err(Error::fault)?;
    entries(tx, product, folder)?;
    holdings(tx, product, folder)?;
    instructions(tx, product, folder)?;
    redemptions(tx, product, folder)?;
    anchors(tx, product, folder)?;
    cosignatures(tx, product, folder)?;
    statements(tx, product, folder)?;
    deposited(tx, product, folder)?;
    let mut documents = Vec::new();
    if let Some(envelope) = envelope {
        persons::write(registry, tx, product, folder, envelope)?;
        documents = records::write(registry, tx, product, folder, envelope)?;
    }
    Ok(Exported {
        isin: product.product.isin,
        size: log.size,
        root_hash: log.root_hash,
        documents,
    })
}

/// Who has signed the log: the former registrars, each with its last checkpoint, and this one.
fn keys(tx: &mut Tx, product: &ProductRecord, log: &RegisterLog, folder: &Path) -> Result<()> {
    let mut lines = Lines::create(&folder.join("keys.jsonl"))?;
    for one in register_origins::all(tx, product.product.id)? {
        lines.push(&json!({
            "public_key": one.public_key, "size": one.size, "checkpoint": one.checkpoint,
        }))?;
    }
    lines.push(&json!({
        "public_key": log.public_key, "size": log.size, "checkpoint": log.checkpoint,
    }))?;
    lines.finish()
}

fn described(tx: &mut Tx, product: &ProductRecord) -> Result<Value> {
    let issuer = issuers::find(tx, &Scope::ALL, product.product.issuer_id)?;
    let essential_terms: Vec<Value> = product
        .essential_terms
        .iter()
        .map(|(name, value)| json!({"name": name, "value": value}))
        .collect();
    Ok(json!({
        "isin": product.product.isin.as_str(),
        "name": product.product.name,
        "legal_form": product.product.legal_form.as_str(),
        "is_crypto_security": product.product.legal_form.is_registered(),
        "issuer": {
            "name": product.issuer_name,
            "lei": issuer.and_then(|issuer| issuer.lei).map(|lei| lei.to_string()),
        },
        "network": product.product.network,
        "chain_id": product.chain_id,
        "token_address": product.token_address.to_string(),
        "terms": essential_terms,
        "terms_hash": hex::encode(terms::hash(product)),
    }))
}

fn entries(tx: &mut Tx, product: &ProductRecord, folder: &Path) -> Result<()> {
    let mut lines = Lines::create(&folder.join("entries.jsonl"))?;
    let mut after = 0;
    loop {
        let page = register_entries::after(tx, product.product.id, after, PAGE)?;
        let Some(last) = page.last() else { break };
        after = last.sequence;
        for entry in &page {
            lines.push(&json!({
                "sequence": entry.sequence,
                "content": String::from_utf8_lossy(&entry.content),
                "leaf_hash": hex::encode(entry.leaf_hash),
                "root_hash": hex::encode(entry.root_hash),
                "created_at": entry.created_at.to_string(),
            }))?;
        }
    }
    lines.finish()
}

fn holdings(tx: &mut Tx, product: &ProductRecord, folder: &Path) -> Result<()> {
    let mut lines = Lines::create(&folder.join("holdings.jsonl"))?;
    let restricted = restrictions::entered(tx, product.product.id, None)?;
    let collective = conversions::collective(tx, product.product.id, None)?;
    for holding in register::holdings(tx, product.product.id)? {
        // Never told apart (§ 17(3) eWpG).
        let own = restricted
            .iter()
            .filter(|one| (one.holder, one.wallet.address) == (holding.holder, holding.wallet));
        let own: Vec<_> = own.filter_map(described_restriction).collect();
        lines.push(&json!({
            "holder": holding.holder.uuid(),
            "wallet": holding.wallet.to_string(),
            "units": holding.units.get(),
            "entry_type": match collective.contains(&holding.holder) {
                true => EntryType::Collective.as_str(),
                false => EntryType::Single.as_str(),
            },
            "restrictions": own,
        }))?;
    }
    lines.finish()
}

fn described_restriction(record: &RestrictionRecord) -> Option<Value> {
    let entered = record.entered()?;
    Some(json!({
        "entry": entered.entry,
        "right": entered.kind.as_str(),
        "beneficiary": record.beneficiary.uuid(),
        "extent": entered.extent.to_string(),
    }))
}

fn instructions(tx: &mut Tx, product: &ProductRecord, folder: &Path) -> Result<()> {
    let mut lines = Lines::create(&folder.join("instructions.jsonl"))?;
    let mut after = 0;
    loop {
        let page = register_bundle::instructions(tx, product.product.id, after, PAGE)?;
        let Some(last) = page.last() else { break };
        after = last.sequence;
        for one in &page {
            lines.push(&json!({
                "sequence": one.sequence,
                "id": one.id.uuid(),
                "kind": one.kind,
                "authority": one.authority,
                "means": one.means,
                "digest": hex::encode(&one.digest),
                "signature": one.signature.as_ref().map(hex::encode),
                "status": one.status,
                "code": one.code,
                "transaction_hash": one.transaction_hash.as_ref().map(hex::encode),
                "received_at": one.received_at.to_string(),
                "ended_at": one.ended_at.map(|at| at.to_string()),
            }))?;
        }
    }
    lines.finish()
}

/// Roots of the log on the DLT network.
fn anchors(tx: &mut Tx, product: &ProductRecord, folder: &Path) -> Result<()> {
    let mut lines = Lines::create(&folder.join("anchors.jsonl"))?;
    for one in register_anchors::all(tx, product.product.id)? {
        let Some((hash, block)) = one.written() else {
            continue;
        };
        lines.push(&json!({
            "size": one.size,
            "root_hash": hex::encode(one.root),
            "transaction_hash": hex::encode(hash.bytes()),
            "block": block,
        }))?;
    }
    lines.finish()
}

/// What witnesses have signed.
fn cosignatures(tx: &mut Tx, product: &ProductRecord, folder: &Path) -> Result<()> {
    let mut lines = Lines::create(&folder.join("cosignatures.jsonl"))?;
    for one in register_cosignatures::all(tx, product.product.id)? {
        lines.push(&json!({
            "size": one.size, "witness": one.witness, "text": one.text, "line": one.line,
        }))?;
    }
    lines.finish()
}

/// Every redemption, also those that wait for their payment and are no instruction of the queue yet.
fn redemptions(tx: &mut Tx, product: &ProductRecord, folder: &Path) -> Result<()> {
    let mut lines = Lines::create(&folder.join("redemptions.jsonl"))?;
    let mut after = uuid::Uuid::nil();
    loop {
        let page = register_bundle::redemptions(tx, product.product.id, after, PAGE)?;
        let Some(last) = page.last() else { break };
        after = last.id;
        for one in &page {
            lines.push(&json!({
                "id": one.id,
                "holder": one.holder.map(HolderId::uuid),
                "wallet": one.wallet.to_string(),
                "units": one.units.get(),
                "authority": one.authority,
                "means": one.means,
                "digest": hex::encode(&one.digest),
                "signature": one.signature.as_ref().map(hex::encode),
                "status": one.status,
                "code": one.code,
                "received_at": one.received_at.to_string(),
                "paid_at": one.paid_at.map(|at| at.to_string()),
                "instruction": one.instruction,
                "entry": one.entry,
                "deletion": one.deletion,
                "ended_at": one.ended_at.map(|at| at.to_string()),
            }))?;
        }
    }
    lines.finish()
}

fn statements(tx: &mut Tx, product: &ProductRecord, folder: &Path) -> Result<()> {
    let mut lines = Lines::create(&folder.join("statements.jsonl"))?;
    let mut after = (0, uuid::Uuid::nil());
    loop {
        let page = register_bundle::statements(tx, product.product.id, after, PAGE)?;
        let Some(last) = page.last() else { break };
        after = (last.sequence, last.id);
        for one in &page {
            lines.push(&json!({
                "id": one.id,
                "sequence": one.sequence,
                "units": one.units,
                "created_at": one.created_at.to_string(),
            }))?;
        }
    }
    lines.finish()
}

/// Every version of the terms; of one that was purged hash and record are left.
fn deposited(tx: &mut Tx, product: &ProductRecord, folder: &Path) -> Result<()> {
    let mut lines = Lines::create(&folder.join("terms.jsonl"))?;
    for one in storage::terms::of_product(tx, product.product.id)? {
        lines.push(&json!({
            "version": one.version.number,
            "document_hash": hex::encode(one.version.document),
            "content": one.content,
            "record": one.note,
            "entry": one.entry_sequence,
            "purged_at": one.purged_at.map(|at| at.to_string()),
        }))?;
    }
    lines.finish()
}
