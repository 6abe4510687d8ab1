//! What is in a backup, with the hash of each file, so that a damaged one is noticed before anything is restored.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The folder of the documents in a backup.
pub const DOCUMENTS: &str = "documents";
/// The folder of the partners' gateways in a backup.
pub const GATEWAYS: &str = "gateways";
const MANIFEST: &str = "manifest.json";
/// Changes with the shape of the folder.
const FORMAT: u32 = 2;
/// The keys were in the copy of the database.
const WITH_KEYS_INSIDE: u32 = 1;

/// The list of what is in a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    format: u32,
    /// The program that made it.
    pub version: String,
    /// RFC 3339, UTC.
    pub created_at: String,
    /// The master key that opens it; only its name.
    pub master_key_id: String,
    /// The copy of the database.
    pub database: Entry,
    /// The sealed documents.
    pub documents: Vec<Entry>,
    /// Databases of gateways that are run for partners; on PostgreSQL they are in the database's copy.
    #[serde(default)]
    pub gateways: Vec<Entry>,
    /// The file with the data keys, in another folder; none in backups of format 1, which have them inside.
    #[serde(default)]
    pub keys: Option<Entry>,
}

/// What was copied into the folder, by name.
pub struct Copied<'a> {
    /// The database.
    pub database: &'a str,
    /// The documents.
    pub documents: &'a [String],
    /// Databases of gateways.
    pub gateways: &'a [String],
}

/// One file of a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Path below its folder.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// Hexadecimal.
    pub sha256: String,
}

impl Manifest {
    /// Describes the files that were copied.
    ///
    /// # Errors
    /// If one cannot be read.
    pub fn of(folder: &Path, copied: &Copied, keys: Entry, master_key_id: String) -> Result<Self> {
        let gateways = copied
            .gateways
            .iter()
            .map(|name| Entry::of(&folder.join(GATEWAYS), name));
        let documents = copied
            .documents
            .iter()
            .map(|name| Entry::of(&folder.join(DOCUMENTS), name));
        Ok(Self {
            format: FORMAT,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            created_at: registry::clock::real_now().to_string(),
            master_key_id,
            database: Entry::of(folder, copied.database)?,
            documents: documents.collect::<Result<_>>()?,
            gateways: gateways.collect::<Result<_>>()?,
            keys: Some(keys),
        })
    }

    /// Writes the list; it comes last, so that a folder without it is no backup.
    ///
    /// # Errors
    /// If the folder cannot be written.
    pub fn write(&self, folder: &Path) -> Result<()> {
        let partial = folder.join(format!("{MANIFEST}.partial"));
        std::fs::write(&partial, serde_json::to_string_pretty(self)? + "\n")?;
        std::fs::rename(&partial, folder.join(MANIFEST))?;
        Ok(())
    }

    /// Reads the list.
    ///
    /// # Errors
    /// If there is none, or this program does not know its form.
    pub fn read(folder: &Path) -> Result<Self> {
        let path = folder.join(MANIFEST);
        let text = std::fs::read_to_string(&path).with_context(|| {
            format!("{} is no complete backup: no {MANIFEST}", folder.display())
        })?;
        let manifest: Self =
            serde_json::from_str(&text).with_context(|| path.display().to_string())?;
        ensure!(
            [WITH_KEYS_INSIDE, FORMAT].contains(&manifest.format)
                && (manifest.format == FORMAT) == manifest.keys.is_some(),
            "this program does not know backups of format {}",
            manifest.format
        );
        Ok(manifest)
    }

    /// Compares every file with the list.
    ///
    /// # Errors
    /// The first file that is missing or changed.
    pub fn verify(&self, folder: &Path) -> Result<()> {
        self.database.verify(folder)?;
        for gateway in &self.gateways {
            gateway.verify(&folder.join(GATEWAYS))?;
        }
        self.documents
            .iter()
            .try_for_each(|document| document.verify(&folder.join(DOCUMENTS)))
    }
}

impl Entry {
    /// Describes a file.
    ///
    /// # Errors
    /// If it cannot be read, or the name leads out of its folder.
    pub fn of(folder: &Path, name: &str) -> Result<Self> {
        let path = below(folder, name)?;
        let failed = || path.display().to_string();
        let mut file = File::open(&path).with_context(failed)?;
        let (size, sha256) = hash(&mut file).with_context(failed)?;
        Ok(Self {
            name: name.to_owned(),
            size,
            sha256,
        })
    }

    /// Compares the file with what is said of it.
    ///
    /// # Errors
    /// If it is missing or another one.
    pub fn verify(&self, folder: &Path) -> Result<()> {
        if Self::of(folder, &self.name)? != *self {
            bail!(
                "{} is not the file that was backed up",
                folder.join(&self.name).display()
            );
        }
        Ok(())
    }
}

/// Puts a document's sealed bytes into the backup.
///
/// # Errors
/// If the folder cannot be written.
pub fn write_document(folder: &Path, name: &str, bytes: &[u8]) -> Result<()> {
    let path = below(&folder.join(DOCUMENTS), name)?;
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent)?;
    }
    std::fs::write(&path, bytes).with_context(|| path.display().to_string())
}

/// Puts a document of the backup back to its place.
///
/// # Errors
/// If the folder cannot be written.
pub fn restore_document(from: &Path, to: &Path, name: &str) -> Result<()> {
    let target = below(to, name)?;
    if let Some(parent) = target.parent() {
        std::fs::create_dir_all(parent)?;
    }
    std::fs::copy(below(&from.join(DOCUMENTS), name)?, &target)
        .with_context(|| target.display().to_string())?;
    Ok(())
}

/// A manifest is a file that somebody else may have written: a name must not lead out of its folder.
fn below(folder: &Path, name: &str) -> Result<PathBuf> {
    let plain = Path::new(name)
        .components()
        .all(|part| matches!(part, Component::Normal(_)));
    ensure!(
        plain && !name.is_empty(),
        "{name:?} is no name of a file in a backup"
    );
    Ok(folder.join(name))
}

fn hash(file: &mut File) -> io::Result<(u64, String)> {
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 64 * 1024];
    let mut size = 0;
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            return Ok((size, hex::encode(hasher.finalize())));
        }
        hasher.update(&buffer[..read]);
        size += read as u64;
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn backup() -> (tempfile::TempDir, Manifest) {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("database.sqlite"), b"rows").unwrap();
        write_document(folder.path(), "environment/abc-1", b"sealed").unwrap();
        let names = ["environment/abc-1".to_owned()];
        let copied = Copied {
            database: "database.sqlite",
            documents: &names,
            gateways: &[],
        };
        let keys = Entry::of(folder.path(), copied.database).unwrap();
        let manifest = Manifest::of(folder.path(), &copied, keys, "key".to_owned()).unwrap();
        manifest.write(folder.path()).unwrap();
        (folder, manifest)
    }

    #[test]
    fn an_untouched_backup_verifies() {
        let (folder, manifest) = backup();
        let read = Manifest::read(folder.path()).unwrap();
        assert_eq!(read, manifest);
        read.verify(folder.path()).unwrap();
    }

    #[test]
    fn a_changed_file_is_named() {
        let (folder, manifest) = backup();
        std::fs::write(folder.path().join("documents/environment/abc-1"), b"saeled").unwrap();
        let error = manifest.verify(folder.path()).unwrap_err().to_string();
        assert!(error.contains("abc-1"), "{error}");
    }

    #[test]
    fn a_name_cannot_lead_out_of_the_folder() {
        for name in ["../secret", "/etc/passwd", "", "a/../../b"] {
            assert!(below(Path::new("backup"), name).is_err(), "{name}");
        }
    }

    #[test]
    fn a_folder_without_its_list_is_no_backup() {
        let folder = tempfile::tempdir().unwrap();
        assert!(
            Manifest::read(folder.path())
                .unwrap_err()
                .to_string()
                .contains("no complete backup")
        );
    }
}
