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
    let (mut place, mut last, mut hash) = (index, size - 1, *leaf);
    for step in proof {
        if last == 0 {
            return false;
        }
        if place & 1 == 1 || place == last {
            hash = node_hash(step, &hash);
            while place & 1 == 0 && place != 0 {
                place >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(&hash, step);
        }
        place >>= 1;
        last >>= 1;
    }
    last == 0 && hash == *expected_root
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
    let (mut place, mut last) = ((earlier_size - 1) >> levels, (size - 1) >> levels);
    let (mut earlier_hash, mut hash) = (*first, *first);
    for step in steps {
        if last == 0 {
            return false;
        }
        if place & 1 == 1 || place == last {
            earlier_hash = node_hash(step, &earlier_hash);
            hash = node_hash(step, &hash);
            while place & 1 == 0 && place != 0 {
                place >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(&hash, step);
        }
        place >>= 1;
        last >>= 1;
    }
    last == 0 && earlier_hash == *earlier_root && hash == *expected_root
}
