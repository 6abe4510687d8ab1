//! The data keys beside a backup, in a folder of their own that is short-lived: whoever is erased is unreadable in every backup once the
//! files from before are gone, and in none that is restored meanwhile, because the list of destroyed keys is applied to it.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use database::Db;
use database::vault::{StoredKey, Vault, VaultError};
use domain::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::manifest::Entry;

/// Ends the name of a file of keys.
const KEYS: &str = ".keys.jsonl";
const DESTROYED: &str = "destroyed.json";
/// Rows that are read or written at a time.
const PAGE: u32 = 1_000;
const DAY_US: i64 = 24 * 60 * 60 * 1_000_000;

/// Where keys are kept, and how long.
#[derive(Clone, Debug)]
pub struct KeyFolder {
    /// The folder.
    pub path: PathBuf,
    /// Days from a backup on.
    pub days: u32,
}

/// The first line of a file of keys.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    made_at: Timestamp,
    good_until: Timestamp,
}

/// A key's line; bytes in hexadecimal, times in microseconds since the Unix epoch.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    id: Uuid,
    owner: Option<Uuid>,
    wrapped: Option<String>,
    master_key_id: String,
    created_at: i64,
    destroyed_at: Option<i64>,
}

/// Which keys were destroyed within the time for which files of keys are kept. Older ones are in no file.
#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Destroyed {
    written_at: Option<Timestamp>,
    /// When, in microseconds since the Unix epoch.
    keys: BTreeMap<Uuid, i64>,
}

/// A file of keys that a restore may use.
pub struct Usable {
    path: PathBuf,
    destroyed: Destroyed,
}

impl KeyFolder {
    /// Writes the keys of now into a new file, lists those that were destroyed, and deletes the files whose time is over.
    ///
    /// # Errors
    /// If the folder cannot be written or the database fails.
    pub async fn keep(&self, db: &Db, now: Timestamp) -> Result<Entry> {
        std::fs::create_dir_all(&self.path)
            .with_context(|| format!("{} cannot be made", self.path.display()))?;
        let name = format!("{}{KEYS}", Uuid::now_v7());
        let path = self.path.join(&name);
        let head = Head {
            made_at: now,
            good_until: Timestamp::from_micros(now.micros() + self.time_us()),
        };
        let mut file = BufWriter::new(private(&path)?);
        write_line(&mut file, &head)?;
        let mut last = Uuid::nil();
        loop {
            let page = db
                .read(move |tx| Vault::stored_keys(tx, last, PAGE))
                .await?;
            let Some(key) = page.last() else { break };
            last = key.id;
            for key in page {
                write_line(&mut file, &Line::from(key))?;
            }
        }
        let file = file
            .into_inner()
            .map_err(std::io::IntoInnerError::into_error)?;
        file.sync_all()?;
        self.note_destroyed(db, now).await?;
        self.forget(now)?;
        Entry::of(&self.path, &name)
    }

    /// Adds what was destroyed since the time for which keys are kept to the list.
    ///
    /// # Errors
    /// If the folder cannot be written or the database fails.
    pub async fn note_destroyed(&self, db: &Db, now: Timestamp) -> Result<()> {
        std::fs::create_dir_all(&self.path)
            .with_context(|| format!("{} cannot be made", self.path.display()))?;
        let since = now.micros() - self.time_us();
        let found = db.read(move |tx| Vault::destroyed_since(tx, since)).await?;
        let mut destroyed = self.destroyed()?.unwrap_or_default();
        destroyed.keys.extend(found);
        destroyed.keys.retain(|_, at| *at >= since);
        destroyed.written_at = Some(now);
        let partial = self.path.join(format!("{DESTROYED}.{}", Uuid::now_v7()));
        let mut file = private(&partial)?;
        serde_json::to_writer(&mut file, &destroyed)?;
        file.sync_all()?;
        std::fs::rename(&partial, self.path.join(DESTROYED))?;
        Ok(())
    }

    /// Finds the file of a backup.
    ///
    /// # Errors
    /// `keys_missing`, `keys_changed`, `keys_expired` and `destroyed_list_missing`, each with what it means.
    pub fn usable(&self, entry: &Entry, now: Timestamp) -> Result<Usable> {
        let path = self.path.join(&entry.name);
        ensure!(
            path.exists(),
            "keys_missing: {} is not there; keys are kept for {} days, and without them nobody's data can be read",
            path.display(),
            self.days
        );
        entry
            .verify(&self.path)
            .context("keys_changed: these are not the keys of the backup")?;
        let head = head(&path)?;
        ensure!(
            now <= head.good_until,
            "keys_expired: the keys of {} were good until {}; take a younger backup",
            head.made_at,
            head.good_until
        );
        let destroyed = self.destroyed()?;
        let Some(destroyed) = destroyed else {
            bail!(
                "destroyed_list_missing: {} says who was erased since; without it they would come back",
                self.path.join(DESTROYED).display()
            );
        };
        Ok(Usable { path, destroyed })
    }

    /// Deletes the files of keys whose time is over.
    fn forget(&self, now: Timestamp) -> Result<()> {
        for entry in std::fs::read_dir(&self.path)? {
            let path = entry?.path();
            let is_keys = path.to_string_lossy().ends_with(KEYS);
            // One that another run is writing has no first line yet.
            if is_keys && head(&path).is_ok_and(|head| now > head.good_until) {
                std::fs::remove_file(&path).with_context(|| path.display().to_string())?;
            }
        }
        Ok(())
    }

    fn destroyed(&self) -> Result<Option<Destroyed>> {
        let path = self.path.join(DESTROYED);
        let text = match std::fs::read(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            text => text.with_context(|| path.display().to_string())?,
        };
        let read = serde_json::from_slice(&text).with_context(|| path.display().to_string())?;
        Ok(Some(read))
    }

    fn time_us(&self) -> i64 {
        i64::from(self.days) * DAY_US
    }
}

impl Usable {
    /// Puts the keys into the restored database; how many of them were destroyed since. Whoever was erased stays erased.
    ///
    /// # Errors
    /// If a line cannot be read, or the database has keys already.
    pub async fn put_back(&self, db: &Db) -> Result<usize> {
        let mut lines = BufReader::new(File::open(&self.path)?).lines().skip(1);
        let mut destroyed = 0;
        loop {
            let page = lines.by_ref().take(PAGE as usize);
            let page: Vec<StoredKey> = page
                .map(|line| {
                    let mut key = serde_json::from_str::<Line>(&line?)?.stored()?;
                    if let (Some(at), true) =
                        (self.destroyed.keys.get(&key.id), key.wrapped.is_some())
                    {
                        key.destroy(*at);
                        destroyed += 1;
                    }
                    Ok(key)
                })
                .collect::<Result<_>>()?;
            if page.is_empty() {
                return Ok(destroyed);
            }
            db.write(move |tx| -> Result<(), VaultError> {
                page.iter().try_for_each(|key| Vault::restore_key(tx, key))
            })
            .await?;
        }
    }

    /// Until when erasures are known.
    pub fn known_until(&self) -> String {
        let at = self.destroyed.written_at;
        at.map_or_else(|| "never".to_owned(), |at| at.to_string())
    }
}

impl From<StoredKey> for Line {
    fn from(key: StoredKey) -> Self {
        Self {
            id: key.id,
            owner: key.owner,
            wrapped: key.wrapped.map(hex::encode),
            master_key_id: key.master_key_id,
            created_at: key.created_at,
            destroyed_at: key.destroyed_at,
        }
    }
}

impl Line {
    fn stored(self) -> Result<StoredKey> {
        Ok(StoredKey {
            id: self.id,
            owner: self.owner,
            wrapped: self.wrapped.map(hex::decode).transpose()?,
            master_key_id: self.master_key_id,
            created_at: self.created_at,
            destroyed_at: self.destroyed_at,
        })
    }
}

fn head(path: &Path) -> Result<Head> {
    let mut first = String::new();
    BufReader::new(File::open(path)?).read_line(&mut first)?;
    serde_json::from_str(&first).with_context(|| path.display().to_string())
}

fn write_line(file: &mut impl Write, line: &impl Serialize) -> Result<()> {
    serde_json::to_writer(&mut *file, line)?;
    Ok(file.write_all(b"\n")?)
}

/// A new file that only its owner reads.
fn private(path: &Path) -> Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = File::options();
    options.write(true).create_new(true).mode(0o600);
    options
        .open(path)
        .with_context(|| path.display().to_string())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    #[test]
    fn ops_02_keys_are_deleted_when_their_time_is_over_and_no_moment_earlier() {
        let folder = tempfile::tempdir().unwrap();
        let keys = KeyFolder {
            path: folder.path().to_owned(),
            days: 30,
        };
        let file = folder.path().join(format!("one{KEYS}"));
        let head = Head {
            made_at: at("2026-01-01T08:00:00Z"),
            good_until: at("2026-01-31T08:00:00Z"),
        };
        write_line(&mut private(&file).unwrap(), &head).unwrap();
        // What another run is writing has no first line yet.
        let unfinished = folder.path().join(format!("two{KEYS}"));
        private(&unfinished).unwrap();

        keys.forget(at("2026-01-31T08:00:00Z")).unwrap();
        assert!(file.exists());
        keys.forget(at("2026-01-31T08:00:01Z")).unwrap();
        assert!(!file.exists() && unfinished.exists());
    }
}
