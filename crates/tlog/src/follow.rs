//! Following a log: what an outside party keeps between two looks, and what it finds at the next.

use crate::merkle::{Digest, verify_consistency};
use crate::{Checkpoint, CheckpointError, Key, Note};

/// What a look at a log found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// Nothing new.
    Same,
    /// The log has grown, and what was known is its beginning.
    Grown,
    /// An earlier state of the log, from a server that lags; what was known stays.
    Older,
}

/// The log is not what it was: proof that its keeper has broken its word, to be kept with both checkpoints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Split {
    /// Two checkpoints of one size have different roots.
    #[error("the log has shown two different histories of {size} entries")]
    Root {
        /// Entries of both.
        size: u64,
    },
    /// The proof does not lead from one to the other.
    #[error("the log of {later} entries is not shown to continue that of {earlier}")]
    Inconsistent {
        /// Entries of the smaller log.
        earlier: u64,
        /// Entries of the larger log.
        later: u64,
    },
}

/// Reads what a log says of itself now.
///
/// # Errors
/// It is no note, not signed by the log's key, or of another log.
pub fn read(text: &str, log: &Key) -> Result<Checkpoint, CheckpointError> {
    let note: Note = text.parse()?;
    Checkpoint::open(&note, log)
}

/// The two sizes between which a proof is needed before [`compare`] can tell; none if it can without.
#[must_use]
pub fn needs_proof(kept: &Checkpoint, seen: &Checkpoint) -> Option<(u64, u64)> {
    let (earlier, later) = (kept.size.min(seen.size), kept.size.max(seen.size));
    (earlier != later).then_some((earlier, later))
}

/// Compares what was kept with what is seen, by the proof between their sizes.
///
/// # Errors
/// The log was changed behind the back of those who follow it, or shows different things to different people.
pub fn compare(kept: &Checkpoint, seen: &Checkpoint, proof: &[Digest]) -> Result<Look, Split> {
    let (earlier, later) = match kept.size <= seen.size {
        true => (kept, seen),
        false => (seen, kept),
    };
    if earlier.size == later.size {
        return match earlier.root == later.root {
            true => Ok(Look::Same),
            false => Err(Split::Root { size: kept.size }),
        };
    }
    let sizes = (earlier.size, later.size);
    if !verify_consistency(sizes.0, sizes.1, &earlier.root, &later.root, proof) {
        let (earlier, later) = sizes;
        return Err(Split::Inconsistent { earlier, later });
    }
    match kept.size < seen.size {
        true => Ok(Look::Grown),
        false => Ok(Look::Older),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::merkle::{consistency_path, leaf_hash, root};

    fn log(size: u64, of: &str) -> (Vec<Digest>, Checkpoint) {
        let leaves: Vec<Digest> = (0..size)
            .map(|index| leaf_hash(format!("{of}{index}").as_bytes()))
            .collect();
        let checkpoint = Checkpoint {
            origin: "registrar.example/registers/1".to_owned(),
            size,
            root: root(&leaves),
            extensions: Vec::new(),
        };
        (leaves, checkpoint)
    }

    fn proof(leaves: &[Digest], (earlier, later): (u64, u64)) -> Vec<Digest> {
        let path = consistency_path(earlier, later).unwrap();
        path.into_iter()
            .map(|range| root(&leaves[range.start as usize..range.end as usize]))
            .collect()
    }

    #[test]
    fn growth_is_told_from_rewriting() {
        let ((_, kept), (leaves, seen), (forged, other)) = (log(5, "a"), log(9, "a"), log(9, "b"));
        let sizes = needs_proof(&kept, &seen).unwrap();
        assert_eq!(sizes, (5, 9));
        let honest = proof(&leaves, sizes);
        assert_eq!(compare(&kept, &seen, &honest), Ok(Look::Grown));
        assert_eq!(compare(&seen, &kept, &honest), Ok(Look::Older));
        let split = Err(Split::Inconsistent {
            earlier: 5,
            later: 9,
        });
        assert_eq!(compare(&kept, &other, &proof(&forged, sizes)), split);
        assert_eq!(compare(&kept, &seen, &[]), split);
    }

    #[test]
    fn two_histories_of_one_size_are_a_split_view() {
        let ((_, kept), (_, other)) = (log(9, "a"), log(9, "b"));
        assert_eq!(needs_proof(&kept, &other), None);
        assert_eq!(compare(&kept, &kept, &[]), Ok(Look::Same));
        assert_eq!(compare(&kept, &other, &[]), Err(Split::Root { size: 9 }));
    }
}
