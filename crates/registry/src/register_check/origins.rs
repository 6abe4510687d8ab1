//! What former registrars have signed of a log has to be the beginning of what it is now.

use database::Tx;
use storage::register_origins;
use tlog::{Checkpoint, Key, Note};

use super::{Checked, Replay, differs, same};

/// Checks the signatures, and tells the replay what it has to come by and whose signatures count.
pub(super) fn check(tx: &mut Tx, replay: &mut Replay) -> Checked {
    for (place, origin) in (1_u32..).zip(register_origins::all(tx, replay.id)?) {
        let wrong = || format!("former registrar {place}: its checkpoint is not signed by its key");
        let key: Option<Key> = origin.public_key.parse().ok();
        let note: Option<Note> = origin.checkpoint.parse().ok();
        let opened = key.zip(note).and_then(|(key, note)| {
            let checkpoint = Checkpoint::open(&note, &key).ok()?;
            Some((key, checkpoint))
        });
        let Some((key, checkpoint)) = opened else {
            return differs(wrong());
        };
        same(&origin.size, &checkpoint.size, wrong)?;
        let before = replay.signed.insert(checkpoint.size, checkpoint.root);
        same(&before.unwrap_or(checkpoint.root), &checkpoint.root, || {
            format!("former registrar {place}: another one has signed another root")
        })?;
        replay.keys.push(key.bytes());
    }
    Ok(())
}
