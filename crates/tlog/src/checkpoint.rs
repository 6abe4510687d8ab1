//! Checkpoints (C2SP `tlog-checkpoint`): the size and root of a log, signed by its keeper and by witnesses.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::merkle::Digest;
use crate::note::{Algorithm, Key, Note, NoteError, Signature, Signer};

/// What a log says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log: a URL without its scheme.
    pub origin: String,
    /// How many entries it has.
    pub size: u64,
    /// The root over them.
    pub root: Digest,
    /// Further lines, each without its line feed.
    pub extensions: Vec<String>,
}

/// Why a checkpoint is not accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// Not a note, or not signed by the log.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// The note is no checkpoint.
    #[error("the note is not a checkpoint: {0} is missing or not written as it has to be")]
    Format(&'static str),
    /// A checkpoint of another log.
    #[error("the checkpoint is of the log {0}")]
    Origin(String),
}

impl Checkpoint {
    /// The text that is signed.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = format!(
            "{}\n{}\n{}\n",
            self.origin,
            self.size,
            STANDARD.encode(self.root)
        );
        for line in &self.extensions {
            writeln!(text, "{line}").expect("writing to a string does not fail");
        }
        text
    }

    /// Signed by the log.
    #[must_use]
    pub fn signed(&self, signer: &Signer) -> Note {
        let text = self.text();
        let signatures = vec![signer.sign(&text)];
        Note { text, signatures }
    }

    /// The checkpoint in a note, whoever signed it.
    ///
    /// # Errors
    /// The note is no checkpoint.
    pub fn parse(note: &Note) -> Result<Self, CheckpointError> {
        let text = note.text.strip_suffix('\n').unwrap_or(&note.text);
        let mut lines = text.split('\n');
        let origin = lines.next().filter(|line| !line.is_empty());
        let origin = origin.ok_or(CheckpointError::Format("origin"))?.to_owned();
        let written = lines.next().ok_or(CheckpointError::Format("size"))?;
        let size: u64 = written
            .parse()
            .map_err(|_| CheckpointError::Format("size"))?;
        // One number is written in one way.
        if size.to_string() != written {
            return Err(CheckpointError::Format("size"));
        }
        let root = lines.next().ok_or(CheckpointError::Format("root"))?;
        let root = STANDARD
            .decode(root)
            .ok()
            .and_then(|root| root.try_into().ok());
        let root = root.ok_or(CheckpointError::Format("root"))?;
        let extensions: Vec<String> = lines.map(str::to_owned).collect();
        if extensions.iter().any(String::is_empty) {
            return Err(CheckpointError::Format("extension"));
        }
        Ok(Self {
            origin,
            size,
            root,
            extensions,
        })
    }

    /// The checkpoint of the log with this key, whose name is the log's origin.
    ///
    /// # Errors
    /// No note, not signed by the key, or the checkpoint of another log.
    pub fn open(note: &Note, log: &Key) -> Result<Self, CheckpointError> {
        log.verify(note)?;
        let checkpoint = Self::parse(note)?;
        if checkpoint.origin == log.name() {
            Ok(checkpoint)
        } else {
            Err(CheckpointError::Origin(checkpoint.origin))
        }
    }
}

/// A witness says that it has seen this checkpoint, consistent with all that it saw before (C2SP `tlog-cosignature`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cosignature {
    /// When, in seconds since the Unix epoch.
    pub time: u64,
}

impl Cosignature {
    /// A witness signs a checkpoint at this time.
    #[must_use]
    pub fn sign(signer: &Signer, text: &str, time: u64) -> Signature {
        let signature = signer.raw(message(text, time).as_bytes());
        signer.signature([time.to_be_bytes().as_slice(), &signature].concat())
    }

    /// When this witness signed the note.
    ///
    /// # Errors
    /// The key is no witness's, it did not sign, or somebody only says so.
    pub fn verify(note: &Note, witness: &Key) -> Result<Self, NoteError> {
        if witness.algorithm() != Algorithm::Cosignature {
            return Err(NoteError::Key);
        }
        let signature = witness.find(note)?;
        let (time, signature) = signature
            .bytes
            .split_first_chunk::<8>()
            .ok_or(NoteError::Forged)?;
        let time = u64::from_be_bytes(*time);
        witness.check(message(&note.text, time).as_bytes(), signature)?;
        Ok(Self { time })
    }
}

fn message(text: &str, time: u64) -> String {
    format!("cosignature/v1\ntime {time}\n{text}")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::merkle::leaf_hash;

    fn log() -> Signer {
        Signer::new(
            "registrar.example/registers/1",
            Algorithm::Ed25519,
            &[1; 32],
        )
        .unwrap()
    }

    fn checkpoint(size: u64) -> Checkpoint {
        Checkpoint {
            origin: "registrar.example/registers/1".to_owned(),
            size,
            root: leaf_hash(&size.to_be_bytes()),
            extensions: Vec::new(),
        }
    }

    #[test]
    fn a_checkpoint_is_three_lines_signed_by_the_log() {
        let note = checkpoint(7).signed(&log());
        let lines: Vec<&str> = note.text.lines().collect();
        assert_eq!(lines[..2], ["registrar.example/registers/1", "7"]);
        assert_eq!(lines.len(), 3);
        let read: Note = note.to_string().parse().unwrap();
        assert_eq!(Checkpoint::open(&read, log().public()), Ok(checkpoint(7)));
    }

    #[test]
    fn a_checkpoint_of_another_log_or_in_another_form_is_refused() {
        let foreign = Checkpoint {
            origin: "registrar.example/registers/2".to_owned(),
            ..checkpoint(7)
        };
        let opened = Checkpoint::open(&foreign.signed(&log()), log().public());
        assert_eq!(opened, Err(CheckpointError::Origin(foreign.origin)));
        let good = checkpoint(7).text();
        for (text, what) in [
            (good.replace("\n7\n", "\n07\n"), "size"),
            (good.replace("\n7\n", "\n-7\n"), "size"),
            (good.replace("=\n", "\n"), "root"),
            (format!("\n{good}"), "origin"),
            (format!("{good}\n"), "extension"),
            ("one\n".to_owned(), "size"),
        ] {
            let signatures = Vec::new();
            let read = Checkpoint::parse(&Note { text, signatures });
            assert_eq!(read, Err(CheckpointError::Format(what)));
        }
    }

    #[test]
    fn a_witness_says_when_it_saw_the_checkpoint() {
        let secret = [2; 32];
        let witness = Signer::new("witness.example", Algorithm::Cosignature, &secret).unwrap();
        let mut note = checkpoint(7).signed(&log());
        let unsigned = Cosignature::verify(&note, witness.public());
        assert_eq!(unsigned, Err(NoteError::Unsigned));
        let cosignature = Cosignature::sign(&witness, &note.text, 1_700_000_000);
        note.signatures.push(cosignature);
        let seen = Cosignature::verify(&note, witness.public()).unwrap();
        assert_eq!(seen.time, 1_700_000_000);
        // Another time is another message.
        let last = note.signatures.last_mut().unwrap();
        last.bytes[7] ^= 1;
        let changed = Cosignature::verify(&note, witness.public());
        assert_eq!(changed, Err(NoteError::Forged));
        // A log's key is no witness's.
        let wrong = Cosignature::verify(&note, log().public());
        assert_eq!(wrong, Err(NoteError::Key));
    }
}
