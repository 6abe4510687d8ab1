//! The Merkle tree of RFC 9162, section 2: it proves that an entry is in the log, and that a log only grew.

mod path;
mod verify;

pub use path::{Subtree, consistency_path, inclusion_path, subtrees};
pub use verify::{verify_consistency, verify_inclusion};

use sha2::{Digest as _, Sha256};

/// A hash of the tree.
pub type Digest = [u8; 32];

/// The root of the empty log.
#[must_use]
pub fn empty_root() -> Digest {
    Sha256::digest(b"").into()
}

/// The hash of an entry's canonical bytes. Its first byte keeps a leaf from ever being taken for a node.
#[must_use]
pub fn leaf_hash(entry: &[u8]) -> Digest {
    Sha256::new()
        .chain_update([0])
        .chain_update(entry)
        .finalize()
        .into()
}

/// The hash over two subtrees.
#[must_use]
pub fn node_hash(left: &Digest, right: &Digest) -> Digest {
    Sha256::new()
        .chain_update([1])
        .chain_update(left)
        .chain_update(right)
        .finalize()
        .into()
}

/// What is needed to append to a log and to know its root: the roots of its complete subtrees, the largest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frontier {
    size: u64,
    peaks: Vec<Digest>,
}

impl Frontier {
    /// The frontier of the empty log.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            size: 0,
            peaks: Vec::new(),
        }
    }

    /// A frontier that was stored. None if the number of peaks does not go with the size.
    #[must_use]
    pub fn from_parts(size: u64, peaks: Vec<Digest>) -> Option<Self> {
        (peaks.len() as u64 == u64::from(size.count_ones())).then_some(Self { size, peaks })
    }

    /// A frontier that was stored as [`Frontier::to_bytes`] gives it.
    #[must_use]
    pub fn from_bytes(size: u64, bytes: &[u8]) -> Option<Self> {
        let (peaks, rest) = bytes.as_chunks::<32>();
        if rest.is_empty() {
            Self::from_parts(size, peaks.to_vec())
        } else {
            None
        }
    }

    /// The peaks one after the other, for storage beside the size.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.peaks.concat()
    }

    /// How many entries the log has.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The roots of the complete subtrees, the largest first.
    #[must_use]
    pub fn peaks(&self) -> &[Digest] {
        &self.peaks
    }

    /// Appends an entry by its leaf hash and returns the new root.
    pub fn append(&mut self, leaf: Digest) -> Digest {
        self.append_and_tell(leaf, |_, _| {})
    }

    /// As [`Frontier::append`]; tells of each subtree above the leaf that the entry makes complete, the smallest first.
    pub fn append_and_tell(
        &mut self,
        leaf: Digest,
        mut tell: impl FnMut(Subtree, Digest),
    ) -> Digest {
        let (place, mut subtree) = (self.size, leaf);
        // Every trailing one in the size is a complete subtree that the new one makes whole.
        for height in 1..=place.trailing_ones() {
            let left = self
                .peaks
                .pop()
                .expect("there is a peak for every one in the size");
            subtree = node_hash(&left, &subtree);
            let index = place >> height;
            tell(Subtree { height, index }, subtree);
        }
        self.peaks.push(subtree);
        self.size += 1;
        self.root()
    }

    /// The root of the log.
    #[must_use]
    pub fn root(&self) -> Digest {
        joined(&self.peaks)
    }
}

/// The root over neighbouring complete subtrees, the largest first, as [`subtrees`] names them.
#[must_use]
pub fn joined(peaks: &[Digest]) -> Digest {
    let mut peaks = peaks.iter().rev();
    match peaks.next() {
        Some(smallest) => peaks.fold(*smallest, |right, left| node_hash(left, &right)),
        None => empty_root(),
    }
}

/// The root over the leaf hashes of a whole log (section 2.1.1).
#[must_use]
pub fn root(leaves: &[Digest]) -> Digest {
    match leaves {
        [] => empty_root(),
        [only] => *only,
        several => {
            let (left, right) = several.split_at(split(several.len()));
            node_hash(&root(left), &root(right))
        }
    }
}

/// The largest power of two below the number of leaves, of which there are at least two.
const fn split(leaves: usize) -> usize {
    1 << (leaves - 1).ilog2()
}

#[cfg(test)]
mod tests;
