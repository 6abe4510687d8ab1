//! Registers as logs: what anybody may know to hold the registrar to what it said.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A register's log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RegisterLog {
    /// ISO 6166.
    pub isin: String,
    /// The log's name in its checkpoints (C2SP `tlog-checkpoint`).
    pub origin: String,
    /// The key that signs its checkpoints, as `name+id+key` (C2SP `signed-note`).
    pub public_key: String,
    /// Where its checkpoint is.
    pub checkpoint_url: String,
    /// The signed checkpoint of now (C2SP `tlog-checkpoint`).
    pub checkpoint: String,
    /// Entries.
    pub size: u64,
    /// Merkle tree hash over them (RFC 9162), hexadecimal.
    pub root_hash: String,
    /// The last root that is written on the DLT network; none before the first.
    #[serde(default)]
    pub anchor: Option<RegisterAnchor>,
    /// The largest checkpoint that a witness has signed; none before the first.
    #[serde(default)]
    pub cosigned: Option<CosignedCheckpoint>,
}

/// A checkpoint that witnesses have signed (C2SP `tlog-cosignature`): each has seen that the log only grew.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CosignedCheckpoint {
    /// Entries.
    pub size: u64,
    /// Merkle tree hash over them (RFC 9162), hexadecimal.
    pub root_hash: String,
    /// The checkpoint with the log's signature and the witnesses'.
    pub checkpoint: String,
    /// Their keys, as `name+id+key`.
    pub witnesses: Vec<String>,
}

/// What witnesses have signed of a register's log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CosignaturesCreate {
    /// A checkpoint of this log with signatures of witnesses (C2SP `tlog-cosignature`, version 1); others' signatures are passed over.
    #[schema(max_length = 65_536)]
    pub note: String,
}

/// A root of the log on the DLT network: the event `CheckpointAnchored` of the token, which says size, root, and the key that signs checkpoints.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RegisterAnchor {
    /// Entries.
    pub size: u64,
    /// Merkle tree hash over them (RFC 9162), hexadecimal.
    pub root_hash: String,
    /// The network (EIP-155).
    pub chain_id: u64,
    /// The token.
    pub token_address: String,
    /// The transaction that wrote it.
    pub transaction_hash: String,
    /// The block that holds that.
    pub block: u64,
}

/// An entry is in the log (RFC 9162, section 2.1.3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InclusionProof {
    /// ISO 6166.
    pub isin: String,
    /// The entry's place, from 1; its index in the tree is one less.
    pub sequence: u64,
    /// Entries of the log that it is proven to be in.
    pub size: u64,
    /// The entry's leaf hash, hexadecimal.
    pub leaf_hash: String,
    /// The root over that many entries, hexadecimal.
    pub root_hash: String,
    /// The path from the leaf to the root, hexadecimal.
    pub hashes: Vec<String>,
}

/// An earlier log was the beginning of a later one (RFC 9162, section 2.1.4).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ConsistencyProof {
    /// ISO 6166.
    pub isin: String,
    /// Entries of the earlier log.
    pub earlier_size: u64,
    /// Entries of the later one.
    pub size: u64,
    /// The earlier root, hexadecimal.
    pub earlier_root_hash: String,
    /// The later root, hexadecimal.
    pub root_hash: String,
    /// What leads from one to the other, hexadecimal.
    pub hashes: Vec<String>,
}
