//! What witnesses have signed has to be what the log was.

use database::Tx;
use storage::register_cosignatures::{self, CosignatureRecord};
use tlog::{Checkpoint, Cosignature, Key, Note};

use super::{Checked, Replay, differs, same};

/// Checks the signatures, and tells the replay which roots it has to come by.
pub(super) fn check(tx: &mut Tx, replay: &mut Replay) -> Checked {
    for record in register_cosignatures::all(tx, replay.id)? {
        let CosignatureRecord { size, witness, .. } = &record;
        let Some(checkpoint) = opened(&record) else {
            return differs(format!(
                "what {witness} signed of {size} entries is not signed by that key"
            ));
        };
        same(&checkpoint.size, size, || {
            format!("what {witness} signed is of another size than {size}")
        })?;
        let before = replay.signed.insert(checkpoint.size, checkpoint.root);
        same(&before.unwrap_or(checkpoint.root), &checkpoint.root, || {
            format!("{witness} has signed another root of {size} entries than others")
        })?;
    }
    Ok(())
}

fn opened(record: &CosignatureRecord) -> Option<Checkpoint> {
    let key: Key = record.witness.parse().ok()?;
    let note = Note {
        text: record.text.clone(),
        signatures: vec![record.line.parse().ok()?],
    };
    Cosignature::verify(&note, &key).ok()?;
    Checkpoint::parse(&note).ok()
}
