//! A copy of a SQLite database while it is in use.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};

use crate::{DatabaseError, Db, sqlite};

/// Takes the keys out of a copy; the pages are written anew, so that nothing of them is left in free ones.
const TAKE_KEYS_OUT: &str = "
pragma foreign_keys = off;
pragma secure_delete = on;
delete from data_keys;
vacuum";

/// Copies the database into a new file, as it was at one moment. Writers go on meanwhile.
///
/// # Errors
/// [`DatabaseError::Options`] if this is not SQLite or the file exists already; else what the copy met.
pub async fn backup(db: &Db, to: &Path) -> Result<(), DatabaseError> {
    copied(db, to, "").await
}

/// The same without the data keys, which whoever keeps the copy for years must not keep with it: they are taken as
/// [`StoredKey`](crate::vault::StoredKey) after it, so that each key that the copy needs is among them.
///
/// # Errors
/// As [`backup`].
pub async fn backup_without_keys(db: &Db, to: &Path) -> Result<(), DatabaseError> {
    copied(db, to, TAKE_KEYS_OUT).await
}

async fn copied(db: &Db, to: &Path, then: &'static str) -> Result<(), DatabaseError> {
    let from = db
        .sqlite_path()
        .ok_or_else(|| DatabaseError::Options("PostgreSQL is backed up with its own tools".into()))?
        .to_owned();
    let to = to.to_owned();
    tokio::task::spawn_blocking(move || copy(&from, &to, then))
        .await
        .map_err(|error| DatabaseError::Panicked(error.to_string()))?
}

fn copy(from: &Path, to: &Path, then: &str) -> Result<(), DatabaseError> {
    if to.exists() {
        return Err(DatabaseError::Options(format!(
            "{} exists already",
            to.display()
        )));
    }
    // A copy that was interrupted must not look like a finished one.
    let partial = PathBuf::from(format!("{}.partial", to.display()));
    let _ = std::fs::remove_file(&partial);
    let source = sqlite::open(from)?;
    let mut target =
        Connection::open(&partial).map_err(|error| sqlite::failure(error, "backup"))?;
    copy_pages(&source, &mut target).map_err(|error| sqlite::failure(error, "backup"))?;
    target
        .execute_batch(then)
        .map_err(|error| sqlite::failure(error, "backup"))?;
    // One file without a journal beside it, so that the copy can be moved as it is.
    sqlite::execute_plain(&target, "pragma journal_mode = delete")?;
    drop(target);
    let renamed = std::fs::File::open(&partial)
        .and_then(|file| file.sync_all())
        .and_then(|()| std::fs::rename(&partial, to));
    renamed.map_err(|error| DatabaseError::Unavailable(format!("{}: {error}", to.display())))
}

/// All pages in one step: a reader's snapshot holds nobody up in WAL mode, while a copy in several steps would start
/// again after every commit.
fn copy_pages(source: &Connection, target: &mut Connection) -> rusqlite::Result<()> {
    let backup = Backup::new(source, target)?;
    while backup.step(-1)? != StepResult::Done {
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}
