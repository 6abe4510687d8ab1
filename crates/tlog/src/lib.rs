//! A kit for transparency logs: the Merkle tree of RFC 9162, signed notes, checkpoints and cosignatures of C2SP.
//!
//! It knows hashes and keys, and nothing of what an entry says. The registrar appends and signs with it, a partner's gateway and an auditor check with it.

pub mod checkpoint;
pub mod follow;
pub mod merkle;
pub mod note;
pub mod proof;

pub use checkpoint::{Checkpoint, CheckpointError, Cosignature};
pub use merkle::{Digest, Frontier};
pub use note::{Key, Note, NoteError, Signature, Signer};
pub use proof::{Proof, ProofError};
