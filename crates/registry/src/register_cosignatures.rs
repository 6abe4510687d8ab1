//! Witnesses outside of the registrar's house sign what they have seen of a register's log (C2SP `tlog-cosignature`): who relies on a
//! checkpoint that they signed relies on more than the registrar's word.

use database::Tx;
use domain::{Isin, ProductId};
use storage::register::{self, Head};
use storage::register_cosignatures::{self, CosignatureRecord};
use tlog::note::Algorithm;
use tlog::{Checkpoint, Cosignature, Key, Note};
use wire::register_log::{CosignaturesCreate, CosignedCheckpoint};
use wire::{FieldCode, ProblemCode};

use crate::{Caller, Error, Registry, Result, audit, register_handover, register_log};

/// Takes in what witnesses have signed of a checkpoint. A witness needs no token: its signature says who it is, and without one of a registered
/// witness nothing is asked of the database. Signatures of others are passed over, as the format wants it; what is known already is answered
/// and changes nothing.
///
/// # Errors
/// Field errors if it is no checkpoint of this log, or a witness's signature is none; `checkpoint_forked`; `witness_unknown` if no registered
/// witness has signed; not found unless something is entered under this ISIN.
pub async fn add(
    registry: &Registry,
    isin: &str,
    body: CosignaturesCreate,
) -> Result<CosignedCheckpoint> {
    let isin: Isin = isin.parse().map_err(|_| MISSING)?;
    let note: Note = (body.note.parse()).map_err(|_| wrong("this is no signed note"))?;
    let size = parsed(&note)?.size;
    let found = signed(registry, &note, size)?;
    let (own, name, wanted) = (registry.clone(), isin, found.clone());
    let known = registry
        .db
        .read(move |tx| -> Result<_> {
            let product = own_product(&own, tx, &name, &note)?;
            let all = register_cosignatures::all(tx, product)?;
            Ok(wanted.iter().all(|one| has(&all, one)))
        })
        .await?;
    let own = registry.clone();
    let take = move |tx: &mut Tx| -> Result<CosignedCheckpoint> {
        let product = storage::products::find_by_isin(tx, &isin)?.ok_or(MISSING)?;
        let product = product.product.id;
        let mut all = register_cosignatures::all(tx, product)?;
        for record in &found {
            if has(&all, record) {
                continue;
            }
            register_handover::require_kept(tx, product)?;
            register_cosignatures::insert(tx, product, record, own.clock.now())?;
            let detail = serde_json::json!({"size": record.size, "witness": record.witness});
            let witness = Caller::network(&format!("witness:{}", record.witness));
            audit::record(
                &own,
                tx,
                &witness,
                "register.cosign",
                isin.as_str(),
                &detail,
            )?;
            all.push(record.clone());
        }
        all.retain(|one| one.size == size);
        shown(&own, &isin, all)?.ok_or(MISSING)
    };
    match known {
        true => registry.db.read(take).await,
        false => registry.db.write(take).await,
    }
}

/// The product of which the note is a checkpoint.
fn own_product(registry: &Registry, tx: &mut Tx, isin: &Isin, note: &Note) -> Result<ProductId> {
    let product = storage::products::find_by_isin(tx, isin)?.ok_or(MISSING)?;
    let head = register::head(tx, product.product.id)?.ok_or(MISSING)?;
    require_own(registry, tx, (isin, &head), note)?;
    Ok(product.product.id)
}

fn has(all: &[CosignatureRecord], record: &CosignatureRecord) -> bool {
    let same = |one: &CosignatureRecord| one.size == record.size && one.witness == record.witness;
    all.iter().any(same)
}

/// The largest checkpoint that a witness has signed; none if none has.
pub(crate) fn last(
    registry: &Registry,
    tx: &mut Tx,
    isin: &Isin,
    product: ProductId,
) -> Result<Option<CosignedCheckpoint>> {
    shown(registry, isin, register_cosignatures::last(tx, product)?)
}

const MISSING: Error = Error::NotFound("register");

/// Signatures under one size as a note, signed by the log too if the text is of its present name.
fn shown(
    registry: &Registry,
    isin: &Isin,
    records: Vec<CosignatureRecord>,
) -> Result<Option<CosignedCheckpoint>> {
    let Some(first) = records.first() else {
        return Ok(None);
    };
    let text = first.text.clone();
    let signer = register_log::signer(registry, isin)?;
    let mut note = Note {
        text: text.clone(),
        signatures: Vec::new(),
    };
    let checkpoint = Checkpoint::parse(&note).map_err(Error::fault)?;
    if checkpoint.origin == signer.public().name() {
        note.signatures.push(signer.sign(&text));
    }
    let mut witnesses = Vec::new();
    for record in records.iter().filter(|record| record.text == text) {
        note.signatures
            .push(record.line.parse().map_err(Error::fault)?);
        witnesses.push(record.witness.clone());
    }
    Ok(Some(CosignedCheckpoint {
        size: checkpoint.size,
        root_hash: hex::encode(checkpoint.root),
        checkpoint: note.to_string(),
        witnesses,
    }))
}

fn parsed(note: &Note) -> Result<Checkpoint> {
    Checkpoint::parse(note).map_err(|error| wrong(&error.to_string()))
}

/// The checkpoint in a note is one that this log has had.
fn require_own(
    registry: &Registry,
    tx: &mut Tx,
    (isin, head): (&Isin, &Head),
    note: &Note,
) -> Result<()> {
    let checkpoint = parsed(note)?;
    let signer = register_log::signer(registry, isin)?;
    if checkpoint.origin != signer.public().name() || !checkpoint.extensions.is_empty() {
        return Err(wrong("the checkpoint is of another log"));
    }
    let is_ours = checkpoint.size > 0
        && checkpoint.size <= head.sequence
        && register_log::root(tx, head.product, 0..checkpoint.size)? == checkpoint.root;
    if !is_ours {
        return Err(Error::Problem(
            ProblemCode::CheckpointForked,
            format!(
                "The log never had this root with {} entries: who signed this has seen another log.",
                checkpoint.size
            ),
        ));
    }
    Ok(())
}

/// What registered witnesses have signed.
fn signed(registry: &Registry, note: &Note, size: u64) -> Result<Vec<CosignatureRecord>> {
    let mut found = Vec::new();
    for witness in &registry.settings.registrar.witnesses {
        let key: Key = witness.parse().map_err(Error::fault)?;
        let id = key.id();
        let line = note
            .signatures
            .iter()
            .find(|one| one.name == key.name() && one.key_id == id);
        let Some(line) = line else { continue };
        Cosignature::verify(note, &key).map_err(|error| wrong(&error.to_string()))?;
        found.push(CosignatureRecord {
            size,
            witness: key.to_string(),
            text: note.text.clone(),
            line: line.to_string(),
        });
    }
    if found.is_empty() {
        return Err(Error::Problem(
            ProblemCode::WitnessUnknown,
            "None of the signatures is of a witness whose key the registrar has registered."
                .to_owned(),
        ));
    }
    Ok(found)
}

/// Whether a key can be a witness's.
#[must_use]
pub fn is_witness(key: &str) -> bool {
    key.parse::<Key>()
        .is_ok_and(|key| key.algorithm() == Algorithm::Cosignature)
}

fn wrong(why: &str) -> Error {
    Error::Field("note", FieldCode::InvalidFormat, why.to_owned())
}
