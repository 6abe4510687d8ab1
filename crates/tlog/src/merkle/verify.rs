//! Judges proofs: an entry is in the log, an earlier log was the beginning of a later one.

use super::{Digest, empty_root, node_hash};

/// Whether the proof shows that the leaf has this index in the log of this size and root (section 2.1.3.2).
#[must_use]
pub fn verify_inclusion(
    leaf: &Digest,
    index: u64,
    size: u64,
    proof: &[Digest],
    expected_root: &Digest,
) -> bool {
    if index >= size {
        return false;
    }
    let mut hash = *leaf;
    let is_whole = climb(index, size - 1, proof, |side, step| {
        hash = side.join(&hash, step);
    });
    is_whole && hash == *expected_root
}

/// Whether the proof shows that the log of the earlier size and root was the beginning of the other (section 2.1.4.2).
#[must_use]
pub fn verify_consistency(
    earlier_size: u64,
    size: u64,
    earlier_root: &Digest,
    expected_root: &Digest,
    proof: &[Digest],
) -> bool {
    if earlier_size > size {
        return false;
    }
    if earlier_size == size {
        return proof.is_empty() && earlier_root == expected_root;
    }
    if earlier_size == 0 {
        return proof.is_empty() && *earlier_root == empty_root();
    }
    let (first, steps) = match proof {
        steps if earlier_size.is_power_of_two() => (earlier_root, steps),
        [first, steps @ ..] => (first, steps),
        [] => return false,
    };
    let levels = (earlier_size - 1).trailing_ones();
    let (place, last) = ((earlier_size - 1) >> levels, (size - 1) >> levels);
    let (mut earlier_hash, mut hash) = (*first, *first);
    let is_whole = climb(place, last, steps, |side, step| {
        // What stands to the right came later.
        if side == Side::Left {
            earlier_hash = side.join(&earlier_hash, step);
        }
        hash = side.join(&hash, step);
    });
    is_whole && earlier_hash == *earlier_root && hash == *expected_root
}

/// Where a hash of a proof stands beside the way to the root.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Left,
    Right,
}

impl Side {
    fn join(self, way: &Digest, step: &Digest) -> Digest {
        match self {
            Self::Left => node_hash(step, way),
            Self::Right => node_hash(way, step),
        }
    }
}

/// Goes from a node to the root, past the hashes of the proof. False if there are too many or too few of them.
fn climb(
    mut place: u64,
    mut last: u64,
    proof: &[Digest],
    mut pass: impl FnMut(Side, &Digest),
) -> bool {
    for step in proof {
        if last == 0 {
            return false;
        }
        if place & 1 == 1 || place == last {
            pass(Side::Left, step);
            while place & 1 == 0 && place != 0 {
                place >>= 1;
                last >>= 1;
            }
        } else {
            pass(Side::Right, step);
        }
        place >>= 1;
        last >>= 1;
    }
    last == 0
}
