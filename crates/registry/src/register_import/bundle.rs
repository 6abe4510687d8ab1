//! A bundle that was unpacked into a folder: nothing of it is believed before its signature and hashes fit.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader};
use std::path::{Component, Path, PathBuf};

use domain::Isin;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use storage::register_origins::Origin;
use tlog::{Checkpoint, Key, Note};

use super::{Code, ImportError, Opening, Taken};
use crate::Error;
use crate::register_export::{FORMAT, RECORDS};

/// What every bundle's format begins with.
const ANY_FORMAT: &str = "cashlink register bundle ";

/// A bundle whose signature and files were checked.
#[derive(Clone, Debug)]
pub struct Bundle {
    registers: Vec<Register>,
}

/// One register of it.
#[derive(Clone, Debug)]
pub struct Register {
    /// ISO 6166.
    pub isin: Isin,
    /// `register.json`.
    pub about: Value,
    /// Who has signed its log, the former registrar last.
    pub(super) keys: Vec<Origin>,
    pub(super) folder: PathBuf,
    last: Key,
}

impl Bundle {
    /// Checks a folder that a bundle was unpacked into. The key is the one that the former registrar has published.
    ///
    /// # Errors
    /// [`ImportError::Refused`] if it is no bundle, is signed by somebody else, or was changed.
    pub fn open(folder: &Path, trusted: &Key) -> Taken<Self> {
        let unreadable = |what: &str| ImportError::refused(Code::Unreadable, what);
        let bytes = fs::read(folder.join("manifest.json"))
            .map_err(|_| unreadable("there is no manifest"))?;
        let manifest: Value =
            serde_json::from_slice(&bytes).map_err(|_| unreadable("the manifest is no JSON"))?;
        let format = manifest["format"].as_str().unwrap_or_default();
        if format != FORMAT {
            return Err(match format.starts_with(ANY_FORMAT) {
                true => ImportError::refused(
                    Code::FormatUnknown,
                    format!("it is a {format:?}, and this program takes a {FORMAT:?}"),
                ),
                false => unreadable("it is of another format"),
            });
        }
        check_signature(folder, &manifest, &bytes, trusted)?;
        check_files(folder, &manifest)?;
        let named = manifest["registers"].as_array().into_iter().flatten();
        let registers = named
            .map(|isin| {
                let isin: Option<Isin> = isin.as_str().and_then(|isin| isin.parse().ok());
                let isin = isin.ok_or_else(|| changed("it names a register that is none"))?;
                let folder = folder.join("registers").join(isin.as_str());
                Register::open(isin, folder, trusted)
            })
            .collect::<Taken<_>>()?;
        Ok(Self { registers })
    }

    /// Its registers.
    pub fn registers(&self) -> impl Iterator<Item = &Register> {
        self.registers.iter()
    }

    /// Every register has its persons, and they are sealed for whoever opens them.
    pub(super) fn require_persons(&self, opening: &dyn Opening) -> Taken {
        for register in self.registers() {
            let file = File::open(register.folder.join(RECORDS)).map_err(|_| {
                ImportError::refused(
                    Code::PersonsMissing,
                    format!("{} was exported without the persons", register.isin),
                )
            })?;
            opening.open(file).map_err(|error| {
                ImportError::refused(
                    Code::PersonsUnreadable,
                    format!("the persons of {} cannot be opened: {error}", register.isin),
                )
            })?;
        }
        Ok(())
    }
}

impl Register {
    fn open(isin: Isin, folder: PathBuf, trusted: &Key) -> Taken<Self> {
        let about = fs::read(folder.join("register.json")).ok();
        let about = about.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let about = about.ok_or_else(|| changed("register.json cannot be read"))?;
        let mut register = Self {
            isin,
            about,
            keys: Vec::new(),
            folder,
            last: trusted.clone(),
        };
        for line in register.lines("keys.jsonl")? {
            let origin = origin(&line?).ok_or_else(|| {
                changed("a line of keys.jsonl is no checkpoint that its key has signed")
            })?;
            register.last = origin.1;
            register.keys.push(origin.0);
        }
        if register.keys.is_empty() || register.last.bytes() != trusted.bytes() {
            return Err(ImportError::refused(
                Code::SignerUnknown,
                format!("the log of {isin} is signed by {}", register.last),
            ));
        }
        Ok(register)
    }

    /// The former registrar's key.
    #[must_use]
    pub fn last_key(&self) -> &Key {
        &self.last
    }

    /// The objects of a file of it, one by one.
    ///
    /// # Errors
    /// If there is no such file.
    pub fn lines(&self, name: &str) -> Taken<impl Iterator<Item = Taken<Value>> + use<>> {
        let file = File::open(self.folder.join(name));
        let file = file.map_err(|_| changed(format!("{name} is missing")))?;
        Ok(read_lines(file, name.to_owned()))
    }

    /// The same of a file that is sealed.
    pub(super) fn sealed_lines(
        &self,
        name: &str,
        opening: &dyn Opening,
    ) -> Taken<impl Iterator<Item = Taken<Value>> + use<>> {
        let file = File::open(self.folder.join(name)).and_then(|file| opening.open(file));
        let file = file.map_err(|error| {
            ImportError::refused(Code::PersonsUnreadable, format!("{name}: {error}"))
        })?;
        Ok(read_lines(file, name.to_owned()))
    }
}

fn read_lines(file: impl io::Read, name: String) -> impl Iterator<Item = Taken<Value>> {
    let lines = BufReader::new(file).lines();
    lines.map(move |line| {
        let value = line.ok().and_then(|line| serde_json::from_str(&line).ok());
        value.ok_or_else(|| changed(format!("a line of {name} is no JSON")))
    })
}

/// A line of `keys.jsonl`, whose checkpoint is signed by its key.
fn origin(line: &Value) -> Option<(Origin, Key)> {
    let key: Key = line["public_key"].as_str()?.parse().ok()?;
    let checkpoint = line["checkpoint"].as_str()?;
    let note: Note = checkpoint.parse().ok()?;
    let signed = Checkpoint::open(&note, &key).ok()?;
    let origin = Origin {
        public_key: key.to_string(),
        size: signed.size,
        checkpoint: checkpoint.to_owned(),
    };
    (line["size"] == signed.size).then_some((origin, key))
}

pub(super) fn changed(what: impl Into<String>) -> ImportError {
    ImportError::refused(Code::Changed, what)
}

fn check_signature(folder: &Path, manifest: &Value, bytes: &[u8], trusted: &Key) -> Taken {
    let key = manifest["public_key"].as_str().unwrap_or_default();
    let key: Key = key
        .parse()
        .map_err(|_| changed("the manifest names no public key"))?;
    if key.bytes() != trusted.bytes() {
        return Err(ImportError::refused(
            Code::SignerUnknown,
            format!("it is signed by {key}"),
        ));
    }
    let note = fs::read_to_string(folder.join("manifest.note")).ok();
    let note: Option<Note> = note.and_then(|note| note.parse().ok());
    let note = note.ok_or_else(|| changed("its signature is missing"))?;
    let expected = format!("{FORMAT}\n{}\n", hex::encode(Sha256::digest(bytes)));
    if key.verify(&note).is_err() || note.text != expected {
        return Err(changed("its signature is not over this manifest"));
    }
    Ok(())
}

/// Every file that the manifest lists is there as it was, and no other.
fn check_files(folder: &Path, manifest: &Value) -> Taken {
    let mut listed = BTreeSet::from(["manifest.json", "manifest.note"].map(PathBuf::from));
    for file in manifest["files"].as_array().into_iter().flatten() {
        let name = file["path"].as_str().unwrap_or_default();
        let path = Path::new(name);
        let is_below = path
            .components()
            .all(|part| matches!(part, Component::Normal(_)));
        if name.is_empty() || !is_below {
            return Err(changed(format!("{name:?} is no file of a bundle")));
        }
        let opened = File::open(folder.join(path));
        let mut opened = opened.map_err(|_| changed(format!("{name} is missing")))?;
        let mut hash = Sha256::new();
        io::copy(&mut opened, &mut hash).map_err(Error::fault)?;
        if file["sha256"] != hex::encode(hash.finalize()) {
            return Err(changed(format!("{name} is not as it was exported")));
        }
        listed.insert(path.to_owned());
    }
    let mut found = Vec::new();
    list(folder, Path::new(""), &mut found).map_err(Error::fault)?;
    match found.iter().find(|path| !listed.contains(*path)) {
        Some(path) => Err(changed(format!("{} is not listed", path.display()))),
        None => Ok(()),
    }
}

fn list(folder: &Path, below: &Path, found: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder.join(below))? {
        let entry = entry?;
        let path = below.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            list(folder, &path, found)?;
        } else {
            found.push(path);
        }
    }
    Ok(())
}
