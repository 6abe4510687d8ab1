//! What was taken in, against what the bundle says: every entry is replayed, and an export of it has the same files.

use std::fs::{self, File};
use std::io::{self, BufReader, Read, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use database::Tx;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use storage::{products, register};

use super::bundle::Register;
use super::taking_in::inconsistent;
use super::{Opening, Taken};
use crate::register_export::{self, Envelope, PERSONS, Part, RECORDS};
use crate::{Error, Registry, register_check};

/// Files that say the same, byte for byte, whoever exports.
const FILES: [&str; 8] = [
    "anchors.jsonl",
    "cosignatures.jsonl",
    "entries.jsonl",
    "holdings.jsonl",
    "instructions.jsonl",
    "redemptions.jsonl",
    "statements.jsonl",
    "terms.jsonl",
];
/// The same of what is sealed.
const SEALED: [&str; 2] = [PERSONS, RECORDS];

/// Refuses unless the register here is the one of the bundle.
pub(super) fn require(
    registry: &Registry,
    tx: &mut Tx,
    register: &Register,
    (opening, scratch): (&dyn Opening, &Path),
) -> Taken {
    let found = products::find_by_isin(tx, &register.isin)?.ok_or(Error::NotFound("product"))?;
    let id = found.product.id;
    let verdict = register_check::judge(registry, tx, id)?;
    if let Some(problem) = verdict.problem {
        return Err(inconsistent(format!("{}: {problem}", register.isin)));
    }
    let head = register::head(tx, id)?.ok_or(Error::NotFound("register"))?;
    let folder = scratch.join(register.isin.as_str());
    let hashes = Hashes::default();
    let envelope: &dyn Envelope = &hashes;
    register_export::write(registry, tx, (&found, &head), &folder, Some(envelope))?;
    let differs = |name: &str| {
        let isin = register.isin;
        inconsistent(format!(
            "{name} of {isin} does not follow from the rest of the bundle"
        ))
    };
    for name in FILES {
        let ours = hash_of(File::open(folder.join(name)).map_err(Error::fault)?);
        let theirs = File::open(register.folder.join(name)).map_err(|_| differs(name))?;
        if ours.map_err(Error::fault)? != hash_of(theirs).map_err(Error::fault)? {
            return Err(differs(name));
        }
    }
    let again = fs::read(folder.join("register.json")).map_err(Error::fault)?;
    let again: Value = serde_json::from_slice(&again).map_err(Error::fault)?;
    if but_key(again) != but_key(register.about.clone()) {
        return Err(differs("register.json"));
    }
    for (name, ours) in SEALED.into_iter().zip(hashes.all()) {
        let theirs = File::open(register.folder.join(name)).and_then(|file| opening.open(file));
        let theirs = theirs.and_then(hash_of).map_err(|_| differs(name))?;
        if ours != theirs {
            return Err(differs(name));
        }
    }
    fs::remove_dir_all(&folder).map_err(|error| Error::fault(error).into())
}

/// Each registrar signs with its own key.
fn but_key(mut about: Value) -> Value {
    about["public_key"] = Value::Null;
    about
}

fn hash_of(file: impl Read) -> io::Result<[u8; 32]> {
    let mut hash = Sha256::new();
    io::copy(&mut BufReader::new(file), &mut hash)?;
    Ok(hash.finalize().into())
}

/// The hashes of what would be sealed, in the order in which it is written; nothing in the clear reaches a disk.
#[derive(Clone, Default)]
struct Hashes(Arc<Mutex<Vec<[u8; 32]>>>);

impl Hashes {
    fn all(&self) -> Vec<[u8; 32]> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl Envelope for Hashes {
    fn begin(&self, _: File) -> io::Result<Box<dyn Part>> {
        let part = Hashing {
            hash: Sha256::new(),
            to: self.clone(),
        };
        Ok(Box::new(part))
    }
}

struct Hashing {
    hash: Sha256,
    to: Hashes,
}

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.hash.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Part for Hashing {
    fn finish(self: Box<Self>) -> io::Result<()> {
        let hash = self.hash.finalize().into();
        let mut all = self.to.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.push(hash);
        Ok(())
    }
}
