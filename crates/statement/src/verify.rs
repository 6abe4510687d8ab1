//! Judges a statement by itself and the log's public key: the seal over every byte, then entry, inclusion, checkpoint, and that what is
//! printed about the entry is what the entry says.

use domain::{Entry, HolderId};
use tlog::merkle::verify_inclusion;
use tlog::{Checkpoint, Digest, Key, Note};

use crate::content::{Proof, Statement};
use crate::file;

/// Why a statement is not accepted. Each has a code that stays.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No statement of this format, or one of a later version.
    #[error("this file is not a statement of this format")]
    Unreadable,
    /// It carries no seal under the key's name: another registrar's, another asset's, or the seal was removed.
    #[error("the file has no seal of {0}")]
    KeyUnknown(String),
    /// A byte was changed after it was sealed, or somebody else sealed it.
    #[error("the file was changed after it was sealed, or was not sealed with this key")]
    Tampered,
    /// The checkpoint is not signed by the log, or is of another log.
    #[error("the checkpoint is not one of this log: {0}")]
    Checkpoint(String),
    /// The hashes do not lead from the entry to the checkpoint's root.
    #[error("the entry is not in the log of the checkpoint")]
    NotIncluded,
    /// What is printed is not what the entry says.
    #[error("the entry does not say what the statement says: {0}")]
    Mismatch(&'static str),
}

impl Refusal {
    /// For programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unreadable => "statement_unreadable",
            Self::KeyUnknown(_) => "statement_key_unknown",
            Self::Tampered => "statement_tampered",
            Self::Checkpoint(_) => "statement_checkpoint_refused",
            Self::NotIncluded => "statement_entry_not_included",
            Self::Mismatch(_) => "statement_entry_mismatch",
        }
    }
}

/// What nobody can know from the file alone.
pub const UNCHECKED: &[&str] = &[
    "whether the registrar shows the same log to everybody: compare the checkpoint with a witness's",
    "whether later entries have changed the holding",
];

/// What a file says, whoever wrote it.
///
/// # Errors
/// `statement_unreadable`.
pub fn read(file: &[u8]) -> Result<Statement, Refusal> {
    file::read(file).ok_or(Refusal::Unreadable)
}

/// The checkpoint that a statement carries, whoever signed it.
///
/// # Errors
/// `statement_checkpoint_refused` if it is none.
pub fn checkpoint(of: &Statement) -> Result<Checkpoint, Refusal> {
    let refused = |error: &dyn ToString| Refusal::Checkpoint(error.to_string());
    let note: Note = of
        .proof
        .checkpoint
        .parse()
        .map_err(|error| refused(&error))?;
    Checkpoint::parse(&note).map_err(|error| refused(&error))
}

/// The statement of a file that the key's owner has sealed, with its proof checked.
///
/// # Errors
/// The first thing that does not fit.
pub fn verify(file: &[u8], key: &Key) -> Result<Statement, Refusal> {
    let statement = read(file)?;
    let unknown = || Refusal::KeyUnknown(key.name().to_owned());
    let seal = file::seal_of(file, key).ok_or_else(unknown)?;
    key.verify(&seal).map_err(|_| Refusal::Tampered)?;
    check_inclusion(&statement.proof, key)?;
    check_entry(&statement)?;
    Ok(statement)
}

fn check_inclusion(proof: &Proof, key: &Key) -> Result<(), Refusal> {
    let refused = |error: &dyn ToString| Refusal::Checkpoint(error.to_string());
    let note: Note = proof.checkpoint.parse().map_err(|error| refused(&error))?;
    let checkpoint = Checkpoint::open(&note, key).map_err(|error| refused(&error))?;
    let leaf = tlog::merkle::leaf_hash(proof.entry.as_bytes());
    let hashes: Option<Vec<Digest>> = proof.hashes.iter().map(|hash| digest(hash)).collect();
    let index = proof.sequence.checked_sub(1);
    let is_included = index.zip(hashes).is_some_and(|(index, hashes)| {
        verify_inclusion(&leaf, index, checkpoint.size, &hashes, &checkpoint.root)
    });
    if is_included {
        Ok(())
    } else {
        Err(Refusal::NotIncluded)
    }
}

/// The figures of a statement that the entry knows too.
fn check_entry(statement: &Statement) -> Result<(), Refusal> {
    let entry = Entry::from_canonical_bytes(statement.proof.entry.as_bytes());
    let entry = entry.map_err(|_| Refusal::Mismatch("proof.entry"))?;
    let (from, to, units, hash, block) = match entry {
        // Nobody gets a statement about what is the issuer's own.
        Entry::Issue { .. } | Entry::Deletion { .. } => {
            return Err(Refusal::Mismatch("proof.entry"));
        }
        Entry::Delivery {
            from,
            to,
            units,
            transaction_hash,
            block,
            ..
        }
        | Entry::Redemption {
            from,
            to,
            units,
            transaction_hash,
            block,
            ..
        }
        | Entry::Reversal {
            from,
            to,
            units,
            transaction_hash,
            block,
            ..
        }
        | Entry::Reregistration {
            from,
            to,
            units,
            transaction_hash,
            block,
            ..
        }
        | Entry::Transfer {
            from,
            to,
            units,
            transaction_hash,
            block,
            ..
        } => (from, to, units.get(), transaction_hash, block),
        // Whoever is restricted, or entered another way, keeps what it has.
        Entry::Conversion {
            holder,
            transaction_hash,
            block,
            ..
        }
        | Entry::Restriction {
            holder,
            transaction_hash,
            block,
            ..
        }
        | Entry::Release {
            holder,
            transaction_hash,
            block,
            ..
        } => (holder, holder, 0, transaction_hash, block),
    };
    let holder: Result<HolderId, _> = statement.holder.id.parse();
    let holder = holder.map_err(|_| Refusal::Mismatch("holder.id"))?;
    if holder != from && holder != to {
        return Err(Refusal::Mismatch("holder.id"));
    }
    let (before, after) = (statement.holding.units_before, statement.holding.units);
    let expected = match (holder == from, holder == to) {
        (true, true) => Some(after),
        (true, false) => after.checked_add(units),
        _ => after.checked_sub(units),
    };
    if before.is_some() && before != expected {
        return Err(Refusal::Mismatch("holding.units_before"));
    }
    let is_hash = |written: &str| written.parse() == Ok(hash);
    match &statement.transaction {
        Some(transaction) if !is_hash(&transaction.hash) => {
            Err(Refusal::Mismatch("transaction.hash"))
        }
        Some(transaction) if transaction.block != block => {
            Err(Refusal::Mismatch("transaction.block"))
        }
        None => Err(Refusal::Mismatch("transaction.hash")),
        Some(_) => Ok(()),
    }
}

fn digest(text: &str) -> Option<Digest> {
    let mut digest = [0; 32];
    hex::decode_to_slice(text, &mut digest).ok()?;
    Some(digest)
}
