//! Proofs in a file (C2SP `tlog-proof`): an entry with the way to the root of a signed checkpoint, to be checked without asking anybody.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::merkle::{self, Digest};
use crate::note::{Key, Note};

const HEADING: &str = "c2sp.org/tlog-proof@v1";
/// A tree with more levels has more leaves than an index can count.
const MOST_HASHES: usize = 64;

/// That an entry is in a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// The entry itself, in the file's extra data.
    pub entry: Vec<u8>,
    /// Its place, from 0.
    pub index: u64,
    /// The way to the root (RFC 9162, section 2.1.3).
    pub hashes: Vec<Digest>,
    /// The signed checkpoint of the log.
    pub checkpoint: Note,
}

/// Why a proof proves nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The file is none.
    #[error("the file is not a proof: {0} is missing or not written as it has to be")]
    Format(&'static str),
    /// What it leads to is not what the log has signed.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The way leads elsewhere.
    #[error("the hashes do not lead from the entry to the checkpoint's root")]
    NotIncluded,
}

impl Proof {
    /// The log in which the entry is, signed by this key.
    ///
    /// # Errors
    /// Another key's checkpoint, or hashes that lead elsewhere.
    pub fn verify(&self, log: &Key) -> Result<Checkpoint, ProofError> {
        let checkpoint = Checkpoint::open(&self.checkpoint, log)?;
        let leaf = merkle::leaf_hash(&self.entry);
        let (size, root) = (checkpoint.size, &checkpoint.root);
        match merkle::verify_inclusion(&leaf, self.index, size, &self.hashes, root) {
            true => Ok(checkpoint),
            false => Err(ProofError::NotIncluded),
        }
    }
}

impl fmt::Display for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEADING}")?;
        writeln!(f, "extra {}", STANDARD.encode(&self.entry))?;
        writeln!(f, "index {}", self.index)?;
        for hash in &self.hashes {
            writeln!(f, "{}", STANDARD.encode(hash))?;
        }
        write!(f, "\n{}", self.checkpoint)
    }
}

impl FromStr for Proof {
    type Err = ProofError;

    fn from_str(text: &str) -> Result<Self, ProofError> {
        let format = ProofError::Format;
        let (head, checkpoint) = text.split_once("\n\n").ok_or(format("checkpoint"))?;
        let mut lines = head.split('\n');
        if lines.next() != Some(HEADING) {
            return Err(format("heading"));
        }
        let entry = lines.next().and_then(|line| line.strip_prefix("extra "));
        let entry = entry.and_then(|text| STANDARD.decode(text).ok());
        let index = lines.next().and_then(|line| line.strip_prefix("index "));
        let index: Option<u64> = index.and_then(|text| {
            let number = text.parse::<u64>().ok()?;
            // One number is written in one way.
            (number.to_string() == text).then_some(number)
        });
        let hashes: Vec<Digest> = lines
            .map(|line| STANDARD.decode(line).ok()?.try_into().ok())
            .collect::<Option<_>>()
            .filter(|hashes: &Vec<Digest>| hashes.len() <= MOST_HASHES)
            .ok_or(format("hashes"))?;
        Ok(Self {
            entry: entry.ok_or(format("extra"))?,
            index: index.ok_or(format("index"))?,
            hashes,
            checkpoint: checkpoint.parse().map_err(|_| format("checkpoint"))?,
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::note::{Algorithm, NoteError, Signer};

    fn signer(secret: u8) -> Signer {
        let name = "registrar.example/registers/1";
        Signer::new(name, Algorithm::Ed25519, &[secret; 32]).unwrap()
    }

    fn proof() -> Proof {
        let leaves: Vec<Digest> = (0..5_u8).map(|n| merkle::leaf_hash(&[n])).collect();
        let path = merkle::inclusion_path(3, 5).unwrap();
        let part = |range: std::ops::Range<u64>| {
            merkle::root(
                &leaves[usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap()],
            )
        };
        let checkpoint = Checkpoint {
            origin: "registrar.example/registers/1".to_owned(),
            size: 5,
            root: merkle::root(&leaves),
            extensions: Vec::new(),
        };
        Proof {
            entry: vec![3],
            index: 3,
            hashes: path.into_iter().map(part).collect(),
            checkpoint: checkpoint.signed(&signer(1)),
        }
    }

    #[test]
    fn a_proof_is_read_as_it_was_written_and_proves_the_entry() {
        let text = proof().to_string();
        assert!(text.starts_with("c2sp.org/tlog-proof@v1\nextra Aw==\nindex 3\n"));
        let read: Proof = text.parse().unwrap();
        assert_eq!(read, proof());
        assert_eq!(read.verify(signer(1).public()).unwrap().size, 5);
    }

    #[test]
    fn whatever_is_changed_proves_nothing() {
        let key = signer(1).public().clone();
        let entry = Proof {
            entry: vec![4],
            ..proof()
        };
        let index = Proof {
            index: 2,
            ..proof()
        };
        let mut hashes = proof();
        hashes.hashes[0][0] ^= 1;
        let mut short = proof();
        short.hashes.pop();
        for changed in [entry, index, hashes, short] {
            assert_eq!(changed.verify(&key), Err(ProofError::NotIncluded));
        }
        let mut root = proof();
        root.checkpoint.text = root.checkpoint.text.replace("\n5\n", "\n6\n");
        let forged = CheckpointError::Note(NoteError::Forged);
        assert_eq!(root.verify(&key), Err(ProofError::Checkpoint(forged)));
        let other = proof().verify(signer(2).public());
        assert!(matches!(other, Err(ProofError::Checkpoint(_))), "{other:?}");
    }

    #[test]
    fn what_is_no_proof_is_refused_by_what_is_wrong() {
        let good = proof().to_string();
        for (text, what) in [
            (good.replace("@v1", "@v2"), "heading"),
            (good.replace("extra Aw==", "extra Aw"), "extra"),
            (good.replace("index 3", "index 03"), "index"),
            (good.replace("index 3\n", "index 3\nAw==\n"), "hashes"),
            (good.replace("\n\n", "\n"), "checkpoint"),
        ] {
            assert_eq!(text.parse::<Proof>(), Err(ProofError::Format(what)));
        }
    }
}
