//! Holding the registrar to what it said: its registers' checkpoints, each shown to continue the one before.
//!
//! Keep [`Followed::kept`] and hand it to the next look: then no entry before it can be changed, left out or shown differently to others without
//! your seeing it.

use std::sync::Arc;

use tlog::follow::{self, Look, Split};
use tlog::{Checkpoint, CheckpointError, Digest, Key};
use url::Url;
use wire::register_log::{ConsistencyProof, RegisterLog};

use crate::Error;
use crate::connection::Connection;

/// The public logs of one network.
#[derive(Clone)]
pub struct RegisterLogs {
    connection: Arc<Connection>,
    /// `{public_url}/api/network/v1/registers/`
    base: Url,
}

/// What is kept of a log from one look to the next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The log's key as at the first look, or as the registrar handed it out.
    pub key: Key,
    /// The largest checkpoint that was accepted.
    pub checkpoint: Checkpoint,
}

/// A log as it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Followed {
    /// What the log signed, word for word: the proof if it is ever denied.
    pub note: String,
    /// To be kept for the next look.
    pub kept: Kept,
    /// What has changed since; none at the first look.
    pub look: Option<Look>,
}

/// Why a log cannot be followed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FollowError {
    /// The log was not read; nothing is said about it.
    #[error(transparent)]
    Call(#[from] Error),
    /// What came is not signed by the log's key, or cannot be read.
    #[error("{error}")]
    Checkpoint {
        /// What is wrong with it.
        error: CheckpointError,
        /// What came.
        note: String,
    },
    /// The log broke its word. The note is what it signed this time.
    #[error("{split}")]
    Split {
        /// How it shows.
        split: Split,
        /// What contradicts the checkpoint that was kept.
        note: String,
    },
}

impl RegisterLogs {
    pub(crate) fn of(connection: Arc<Connection>) -> Option<Self> {
        let url = &connection.addresses.distributor;
        let (before, _) = url.path().split_once("/environments/")?;
        let mut base = url.clone();
        base.set_path(&format!("{before}/api/network/v1/registers/"));
        Some(Self { connection, base })
    }

    /// One register's log.
    ///
    /// # Errors
    /// Not found where nothing is entered under the ISIN, or the server keeps no such logs.
    pub async fn get(&self, isin: &str) -> Result<RegisterLog, Error> {
        self.connection.read_publicly(&self.at(isin, "")?).await
    }

    /// The proof that the log of the smaller size is the beginning of the larger one.
    ///
    /// # Errors
    /// Field errors for sizes that the log never had.
    pub async fn consistency(
        &self,
        isin: &str,
        (earlier, later): (u64, u64),
    ) -> Result<Vec<Digest>, Error> {
        let mut url = self.at(isin, "consistency-proof/")?;
        url.query_pairs_mut()
            .append_pair("earlier_size", &earlier.to_string())
            .append_pair("size", &later.to_string());
        let proof: ConsistencyProof = self.connection.read_publicly(&url).await?;
        // A hash that is none proves nothing; the check says so.
        let hashes = proof.hashes.iter().map_while(|text| digest(text));
        Ok(hashes.collect())
    }

    /// Looks at the log, and whether it continues what was kept.
    ///
    /// # Errors
    /// See [`FollowError`].
    pub async fn follow(&self, isin: &str, kept: Option<&Kept>) -> Result<Followed, FollowError> {
        let log = self.get(isin).await?;
        let note = log.checkpoint;
        let read = || {
            let key = match kept {
                Some(kept) => kept.key.clone(),
                None => log.public_key.parse().map_err(CheckpointError::Note)?,
            };
            let seen = follow::read(&note, &key)?;
            Ok((key, seen))
        };
        let (key, seen) = match read() {
            Ok(read) => read,
            Err(error) => return Err(FollowError::Checkpoint { error, note }),
        };
        let Some(kept) = kept else {
            return Ok(Followed {
                note,
                kept: Kept {
                    key,
                    checkpoint: seen,
                },
                look: None,
            });
        };
        let proof = match follow::needs_proof(&kept.checkpoint, &seen) {
            Some(sizes) => self.consistency(isin, sizes).await?,
            None => Vec::new(),
        };
        match follow::compare(&kept.checkpoint, &seen, &proof) {
            Err(split) => Err(FollowError::Split { split, note }),
            Ok(look) => {
                let checkpoint = match look {
                    Look::Older => kept.checkpoint.clone(),
                    Look::Same | Look::Grown => seen,
                };
                Ok(Followed {
                    note,
                    kept: Kept { key, checkpoint },
                    look: Some(look),
                })
            }
        }
    }

    fn at(&self, isin: &str, rest: &str) -> Result<Url, Error> {
        let is_isin = !isin.is_empty() && isin.chars().all(|c| c.is_ascii_alphanumeric());
        if !is_isin {
            return Err(Error::Settings(format!("{isin} is no ISIN")));
        }
        self.base
            .join(&format!("{isin}/{rest}"))
            .map_err(|error| Error::Settings(error.to_string()))
    }
}

fn digest(text: &str) -> Option<Digest> {
    let mut digest = [0; 32];
    hex::decode_to_slice(text, &mut digest).ok()?;
    Some(digest)
}
