//! Who the holders are, and what ties entries to investments: for the recipient's eyes only.

use std::fs::File;
use std::path::Path;

use database::Tx;
use database::vault::VaultError;
use domain::investor::Investor;
use serde_json::{Value, json};
use storage::products::ProductRecord;
use storage::{Scope, register, register_entries};

use super::files::push;
use super::{Envelope, PAGE};
use crate::persons::open;
use crate::{Error, Registry, Result};

/// The file of a register's persons.
pub(crate) const FILE: &str = "persons.jsonl.age";

/// Writes one register's persons.
pub(super) fn write(
    registry: &Registry,
    tx: &mut Tx,
    product: &ProductRecord,
    folder: &Path,
    envelope: &dyn Envelope,
) -> Result<()> {
    let file = File::create(folder.join(FILE)).map_err(Error::fault)?;
    let mut part = envelope.begin(file).map_err(Error::fault)?;
    let id = product.product.id;
    for (holder, investor) in register::holders(tx, id)? {
        let Some(investor) = investor else { continue };
        let found = storage::investors::find(tx, &Scope::ALL, investor)?;
        let record = found.ok_or(Error::NotFound("investor"))?;
        let person = match registry.vault.key(tx, record.key) {
            Ok(key) => {
                let person: Investor = open(&key, &record.sealed_person)?;
                serde_json::to_value(person).map_err(Error::fault)?
            }
            // Whoever was erased stays a holder, and nobody knows who.
            Err(VaultError::Destroyed(_)) => Value::Null,
            Err(error) => return Err(error.into()),
        };
        let line =
            json!({"holder": holder.uuid(), "investor_id": investor.uuid(), "person": person});
        push(&mut part, &line)?;
    }
    let last = register::head(tx, id)?.map_or(0, |head| head.sequence);
    let mut after = 0;
    while after < last {
        let up_to = last.min(after + u64::from(PAGE));
        for tie in register_entries::commitments(tx, id, after, up_to)? {
            push(
                &mut part,
                &json!({
                    "sequence": tie.sequence,
                    "investment_id": tie.investment.uuid(),
                    "salt": hex::encode(tie.salt),
                }),
            )?;
        }
        after = up_to;
    }
    for record in storage::restrictions::between(tx, id, 0, last)? {
        let opened = crate::restrictions::opened(registry, tx, &record)?;
        let details = opened.map(|(plain, _)| String::from_utf8_lossy(&plain).into_owned());
        push(
            &mut part,
            &json!({
                "restriction": record.entry,
                "details": details,
                "salt": hex::encode(record.salt),
            }),
        )?;
    }
    for record in storage::reregistrations::between(tx, id, 0, last)? {
        let opened = crate::reregistrations::opened(registry, tx, &record)?;
        let details = opened.map(|(plain, _)| String::from_utf8_lossy(&plain).into_owned());
        push(
            &mut part,
            &json!({
                "reregistration": record.entry,
                "details": details,
                "salt": hex::encode(record.salt),
            }),
        )?;
    }
    part.finish().map_err(Error::fault)
}
