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

use crate::{
    Answer, Done, Error, Registry, Request, Result, Right, audit, register_handover, register_log,
};

/// Takes in what witnesses have signed of a checkpoint. Signatures of others are passed over, as the format wants it.
///
/// # Errors
/// Field errors if it is no checkpoint of this log, or a witness's signature is none; `checkpoint_forked`; `witness_unknown` if no registered
/// witness has signed; not found unless something is entered under this ISIN.
pub async fn add(
    registry: &Registry,
    request: &Request,
    isin: &str,
    body: CosignaturesCreate,
) -> Result<Answer> {
    request.caller.require(Right::WriteNetwork)?;
    let isin: Isin = isin.parse().map_err(|_| MISSING)?;
    let note: Note = (body.note.parse()).map_err(|_| wrong("this is no signed note"))?;
    let (own, caller) = (registry.clone(), request.caller.clone());
    registry
        .write(request, move |tx| {
            let product = storage::products::find_by_isin(tx, &isin)?.ok_or(MISSING)?;
            let product = product.product.id;
            register_handover::require_kept(tx, product)?;
            let head = register::head(tx, product)?.ok_or(MISSING)?;
            let checkpoint = own_checkpoint(&own, tx, (&isin, &head), &note)?;
            let found = signed(&own, &note, checkpoint.size)?;
            for record in &found {
                register_cosignatures::insert(tx, product, record, own.clock.now())?;
                let detail = serde_json::json!({"size": record.size, "witness": record.witness});
                audit::record(&own, tx, &caller, "register.cosign", isin.as_str(), &detail)?;
            }
            let all = register_cosignatures::all(tx, product)?;
            let of_size = all.into_iter().filter(|one| one.size == checkpoint.size);
            let shown = shown(&own, &isin, of_size.collect())?.ok_or(MISSING)?;
            Done::ok(product, &shown)
        })
        .await
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

/// The checkpoint in a note, which this log has had.
fn own_checkpoint(
    registry: &Registry,
    tx: &mut Tx,
    (isin, head): (&Isin, &Head),
    note: &Note,
) -> Result<Checkpoint> {
    let checkpoint = Checkpoint::parse(note).map_err(|error| wrong(&error.to_string()))?;
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
    Ok(checkpoint)
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
