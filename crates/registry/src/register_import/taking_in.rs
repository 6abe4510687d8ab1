//! What a bundle says becomes rows; what follows from entries is computed again from them.

use std::collections::BTreeMap;

use database::Tx;
use database::carry::{Carried, Table};
use domain::{Address, DocumentId, Entry, HolderId, Isin, ProductId, Timestamp, Units};
use serde_json::Value;
use storage::register::HoldingRecord;
use storage::register_origins::{self, Standing};
use storage::register_records::{KINDS, Rows};
use storage::{Scope, products};
use uuid::Uuid;

use super::bundle::{Bundle, Register, changed};
use super::{Code, ImportError, Imported, Opening, Taken};
use crate::journal::Journal;
use crate::register_export::{DOCUMENTS, RECORDS, key_of, row_of};
use crate::{Error, Registry};

/// There is no asset here, least of all one of the bundle.
pub(super) fn require_empty(tx: &mut Tx, bundle: &Bundle) -> Taken {
    for register in bundle.registers() {
        if products::find_by_isin(tx, &register.isin)?.is_some() {
            return Err(ImportError::refused(
                Code::RegisterExists,
                format!("there is a register of {} here", register.isin),
            ));
        }
    }
    let (count, _) = products::list(tx, &Scope::ALL, 0, 1)?;
    if count > 0 {
        return Err(ImportError::refused(
            Code::NetworkNotEmpty,
            "this network has assets of its own; registers are taken into an empty one",
        ));
    }
    Ok(())
}

/// Puts the sealed bytes of documents where their rows will look for them.
pub(super) async fn keep_documents(
    registry: &Registry,
    register: &Register,
    opening: &dyn Opening,
) -> Taken {
    let mut named = Vec::new();
    for line in register.sealed_lines(RECORDS, opening)? {
        let line = line?;
        if line["table"] == "documents" {
            named.extend(row_of(&line["row"]).and_then(|row| document(&row)));
        }
    }
    for (id, stored_as) in named {
        let path = register.folder.join(DOCUMENTS).join(id.to_string());
        let bytes = std::fs::read(path);
        let bytes = bytes.map_err(|_| changed(format!("document {id} is missing")))?;
        let put = registry.documents.put(&stored_as, bytes).await;
        put.map_err(|error| Error::Unavailable(error.to_string()))?;
    }
    Ok(())
}

fn document(row: &database::carry::CarriedRow) -> Option<(DocumentId, String)> {
    match (row.get("id")?, row.get("stored_as")?, row.get("purged_at")?) {
        (Carried::Bytes(id), Carried::Text(name), Carried::Null) => {
            let id = Uuid::from_slice(id).ok()?;
            Some((DocumentId::from_uuid(id), name.clone()))
        }
        _ => None,
    }
}

/// Takes one register in.
pub(super) fn take_in(
    registry: &Registry,
    tx: &mut Tx,
    register: &Register,
    (opening, standing): (&dyn Opening, Option<Standing>),
) -> Taken<Imported> {
    for line in register.lines("instructions.jsonl")? {
        if line?["status"] == "processing" {
            return Err(ImportError::refused(
                Code::InMotion,
                format!("an instruction of {} was on its way", register.isin),
            ));
        }
    }
    records(registry, tx, register, opening)?;
    let product = products::find_by_isin(tx, &register.isin)?.map(|found| found.product.id);
    let product = product.ok_or_else(|| inconsistent("its product is not among the records"))?;
    let mut journal = entries(tx, product, register)?;
    holdings(tx, &mut journal, register)?;
    journal
        .keep(tx, 0)
        .map_err(|error| inconsistent(error.to_string()))?;
    register_origins::insert(tx, product, &register.keys)?;
    if let Some(standing) = standing {
        register_origins::set_standing(tx, product, standing, registry.clock.now())?;
    }
    Ok(Imported {
        isin: register.isin,
        size: journal.head.sequence,
        root_hash: hex::encode(journal.head.root_hash),
    })
}

fn records(registry: &Registry, tx: &mut Tx, register: &Register, opening: &dyn Opening) -> Taken {
    let mut tables: BTreeMap<&str, (Table, Rows)> = BTreeMap::new();
    for line in register.sealed_lines(RECORDS, opening)? {
        let line = line?;
        if let Some(key) = key_of(&line["key"]) {
            registry.vault.keep_key(tx, &key)?;
            continue;
        }
        let name = line["table"].as_str().unwrap_or_default();
        let kind = KINDS.iter().find(|kind| kind.table == name);
        let (kind, row) = kind
            .zip(row_of(&line["row"]))
            .ok_or_else(|| inconsistent("a record is of no known kind"))?;
        if !tables.contains_key(kind.table) {
            tables.insert(kind.table, (kind.open(tx)?, kind.rows));
        }
        match &tables[kind.table] {
            (table, Rows::Own) => table.insert(tx, &row)?,
            (table, Rows::Shared) => table.insert_missing(tx, &row)?,
        }
    }
    Ok(())
}

/// The journal, appended entry by entry as it was the first time.
fn entries(tx: &mut Tx, product: ProductId, register: &Register) -> Taken<Journal> {
    let mut journal: Option<Journal> = None;
    for (place, line) in (1_u64..).zip(register.lines("entries.jsonl")?) {
        let line = line?;
        let wrong = |what: &str| inconsistent(format!("entry {place}: {what}"));
        if line["sequence"] != place {
            return Err(missing(register.isin, place));
        }
        let content = line["content"].as_str().unwrap_or_default();
        let entry = Entry::from_canonical_bytes(content.as_bytes())
            .map_err(|error| wrong(&error.to_string()))?;
        let at = line["created_at"].as_str().unwrap_or_default();
        let at = Timestamp::parse(at).map_err(|_| wrong("its time is none"))?;
        let journal = match (&mut journal, &entry) {
            (Some(journal), _) => journal,
            (none, Entry::Issue { holder, units, .. }) => {
                none.insert(Journal::empty(product, *holder, *units, at))
            }
            (None, _) => return Err(wrong("nothing is issued")),
        };
        journal.head.updated_at = at;
        if let Entry::Deletion { units, .. } = &entry {
            let deleted = journal.head.deleted.checked_add(*units);
            journal.head.deleted = deleted.ok_or_else(|| wrong("it deletes too much"))?;
        }
        journal.append(tx, &entry)?;
        if line["root_hash"] != hex::encode(journal.head.root_hash) {
            return Err(wrong("its root hash does not follow from the entries"));
        }
    }
    let size = journal.as_ref().map_or(0, |journal| journal.head.sequence);
    let last = register.keys.last().map_or(0, |key| key.size);
    match journal {
        Some(journal) if size == last => Ok(journal),
        _ => Err(missing(register.isin, size + 1)),
    }
}

fn missing(isin: Isin, place: u64) -> ImportError {
    ImportError::refused(
        Code::EntryMissing,
        format!("entry {place} of {isin} is missing"),
    )
}

fn holdings(tx: &mut Tx, journal: &mut Journal, register: &Register) -> Taken {
    for line in register.lines("holdings.jsonl")? {
        let holding = line.map(|line| holding(&line))?;
        let holding = holding.ok_or_else(|| changed("a line of holdings.jsonl is no holding"))?;
        journal.insert_holding(tx, &holding)?;
    }
    Ok(())
}

fn holding(line: &Value) -> Option<HoldingRecord> {
    let holder: Uuid = line["holder"].as_str()?.parse().ok()?;
    let wallet: Address = line["wallet"].as_str()?.parse().ok()?;
    Some(HoldingRecord {
        holder: HolderId::from_uuid(holder),
        wallet,
        units: Units::new(line["units"].as_u64()?).ok()?,
    })
}

pub(super) fn inconsistent(what: impl Into<String>) -> ImportError {
    ImportError::refused(Code::Inconsistent, what)
}
