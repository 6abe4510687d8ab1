//! Deposited terms have to follow from each other, to be signed, and to be the product's.

use database::Tx;
use domain::terms::Version;
use sha2::{Digest as _, Sha256};
use storage::terms::TermsRecord;
use tlog::note::Algorithm;
use tlog::{Key, Note, Signer};

use super::{Checked, Finding, Replay, differs, same};
use crate::{Error, Registry};

/// Checks every version, and tells the replay to which of them the issue has to commit.
pub(super) fn check(registry: &Registry, tx: &mut Tx, replay: &mut Replay) -> Checked {
    let mut before: Option<Version> = None;
    for record in storage::terms::of_product(tx, replay.id)? {
        let number = record.version.number;
        one(registry, &record, (before.as_ref(), &replay.keys)).map_err(
            |finding| match finding {
                Finding::Difference(text) => {
                    Finding::Difference(format!("terms, version {number}: {text}"))
                }
                fault => fault,
            },
        )?;
        if let Some(sequence) = record.entry_sequence {
            same(&(sequence, replay.terms_hash), &(1, None), || {
                format!("terms, version {number}: the issue does not refer to it")
            })?;
            replay.terms_hash = Some(record.version.document);
        }
        before = Some(record.version);
    }
    let hash = crate::terms::hash(&replay.product);
    same(&before.map(|last| last.document), &Some(hash), || {
        "the product's terms are not those that were deposited last".to_owned()
    })
}

fn one(
    registry: &Registry,
    record: &TermsRecord,
    (before, former): (Option<&Version>, &[[u8; 32]]),
) -> Checked {
    let version = &record.version;
    version
        .follows(before)
        .or_else(|error| differs(error.to_string()))?;
    let note: Note = record
        .note
        .parse()
        .or_else(|_| differs("its record is no signed note"))?;
    same(&note.text, &version.record(), || {
        "its signed record says something else".to_owned()
    })?;
    // Signed under the address that the network had then.
    let name = note
        .signatures
        .first()
        .map_or("", |signature| signature.name.as_str());
    let signer = Signer::new(name, Algorithm::Ed25519, &registry.log_key)
        .map_err(|error| Finding::Fault(Error::fault(error)))?;
    // Or by whoever kept the register then.
    let is_signed = former.iter().chain([&signer.public().bytes()]).any(|key| {
        let key = Key::new(name, Algorithm::Ed25519, *key);
        key.is_ok_and(|key| key.verify(&note).is_ok())
    });
    same(&is_signed, &true, || {
        "its record is not signed by the register's key".to_owned()
    })?;
    match &record.content {
        Some(content) => same(&version.document, &Sha256::digest(content).into(), || {
            "its bytes do not have its hash".to_owned()
        }),
        None => same(&record.purged_at.is_some(), &true, || {
            "its bytes are missing".to_owned()
        }),
    }
}
