//! What whoever goes on with a register needs beside its public files: the rows behind it, the keys that seal what is sealed in them, and
//! the bytes of the documents that it rests on.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::Path;

use database::Tx;
use database::carry::{Carried, CarriedRow};
use database::vault::{CarriedKey, KeyBytes};
use domain::DocumentId;
use serde_json::{Map, Value, json};
use storage::products::ProductRecord;
use storage::register_records::{KINDS, parameter};
use uuid::Uuid;

use super::files::push;
use super::{Envelope, Exported, PAGE};
use crate::{Error, Registry, Result};

/// The file of a register's records.
pub(crate) const FILE: &str = "records.jsonl.age";
/// The folder of the documents that a register refers to.
pub(crate) const DOCUMENTS: &str = "documents";

/// Writes one register's records, the keys behind them; the documents that they name.
pub(super) fn write(
    registry: &Registry,
    tx: &mut Tx,
    product: &ProductRecord,
    folder: &Path,
    envelope: &dyn Envelope,
) -> Result<Vec<(DocumentId, String)>> {
    let file = File::create(folder.join(FILE)).map_err(Error::fault)?;
    let mut part = envelope.begin(file).map_err(Error::fault)?;
    let (mut keys, mut documents) = (BTreeSet::new(), Vec::new());
    for kind in &KINDS {
        let table = kind.open(tx)?;
        let mut after = None;
        loop {
            let product = parameter(product.product.id);
            let (rows, place) = table.rows(tx, product, after.as_ref(), PAGE)?;
            let Some(place) = place else { break };
            after = Some(place);
            for row in &rows {
                keys.extend(id(row, "key_id"));
                if kind.table == "documents" {
                    documents.extend(document(row));
                }
                push(
                    &mut part,
                    &json!({"table": kind.table, "row": described(row)}),
                )?;
            }
        }
    }
    for key in keys {
        let key = registry.vault.take_key(tx, key)?;
        push(&mut part, &json!({"key": described_key(&key)}))?;
    }
    part.finish().map_err(Error::fault)?;
    Ok(documents)
}

/// Copies the sealed bytes of the documents beside the register: who has the keys reads them.
pub(super) async fn copy_documents(
    registry: &Registry,
    register: &Exported,
    folder: &Path,
) -> Result<()> {
    if register.documents.is_empty() {
        return Ok(());
    }
    let folder = folder.join("registers").join(register.isin.as_str());
    let folder = folder.join(DOCUMENTS);
    fs::create_dir_all(&folder).map_err(Error::fault)?;
    for (id, stored_as) in &register.documents {
        let bytes = registry.documents.get(stored_as).await;
        let bytes = bytes.map_err(|error| Error::Unavailable(error.to_string()))?;
        fs::write(folder.join(id.to_string()), bytes).map_err(Error::fault)?;
    }
    Ok(())
}

/// Id and name in the store, unless its bytes were deleted.
fn document(row: &CarriedRow) -> Option<(DocumentId, String)> {
    let is_there = row.get("purged_at") == Some(&Carried::Null);
    let id = id(row, "id").filter(|_| is_there)?;
    match row.get("stored_as") {
        Some(Carried::Text(name)) => Some((DocumentId::from_uuid(id), name.clone())),
        _ => None,
    }
}

fn id(row: &CarriedRow, column: &str) -> Option<Uuid> {
    match row.get(column) {
        Some(Carried::Bytes(bytes)) => Uuid::from_slice(bytes).ok(),
        _ => None,
    }
}

fn described(row: &CarriedRow) -> Value {
    let columns = row.iter().map(|(name, value)| {
        let value = match value {
            Carried::Null => Value::Null,
            Carried::Integer(value) => json!(value),
            Carried::Text(value) => json!(value),
            Carried::Bytes(value) => json!({"hex": hex::encode(value)}),
        };
        (name.clone(), value)
    });
    Value::Object(columns.collect::<Map<_, _>>())
}

fn described_key(key: &CarriedKey) -> Value {
    json!({
        "id": key.id,
        "owner": key.owner,
        "sharers": key.sharers,
        "key": key.key.as_ref().map(|key| hex::encode(**key)),
        "created_at": key.created_at,
        "destroyed_at": key.destroyed_at,
    })
}

/// The row that a line describes; none if it describes none.
pub(crate) fn row_of(value: &Value) -> Option<CarriedRow> {
    let columns = value.as_object()?.iter().map(|(name, value)| {
        let value = match value {
            Value::Null => Carried::Null,
            Value::Number(number) => Carried::Integer(number.as_i64()?),
            Value::String(text) => Carried::Text(text.clone()),
            Value::Object(bytes) => Carried::Bytes(hex::decode(bytes.get("hex")?.as_str()?).ok()?),
            _ => return None,
        };
        Some((name.clone(), value))
    });
    columns.collect()
}

/// The key that a line describes; none if it describes none.
pub(crate) fn key_of(value: &Value) -> Option<CarriedKey> {
    let key = match &value["key"] {
        Value::Null => None,
        key => {
            let mut bytes = KeyBytes::new([0; 32]);
            hex::decode_to_slice(key.as_str()?, &mut *bytes).ok()?;
            Some(bytes)
        }
    };
    let uuid = |value: &Value| value.as_str()?.parse::<Uuid>().ok();
    let sharers = value["sharers"].as_array()?.iter().map(uuid);
    Some(CarriedKey {
        id: uuid(&value["id"])?,
        owner: uuid(&value["owner"]),
        sharers: sharers.collect::<Option<_>>()?,
        key,
        created_at: value["created_at"].as_i64()?,
        destroyed_at: value["destroyed_at"].as_i64(),
    })
}
