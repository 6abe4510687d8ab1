//! Proofs over the tree: an entry is in the log, an earlier log was the beginning of a later one.

use super::{Digest, empty_root, node_hash, root, split};

/// The proof that the leaf of this index is in the log (section 2.1.3.1). None if there is no such leaf.
#[must_use]
pub fn inclusion_proof(leaves: &[Digest], index: usize) -> Option<Vec<Digest>> {
    if index >= leaves.len() {
        return None;
    }
    let mut proof = Vec::new();
    let (mut leaves, mut index) = (leaves, index);
    while leaves.len() > 1 {
        let (left, right) = leaves.split_at(split(leaves.len()));
        if index < left.len() {
            proof.push(root(right));
            leaves = left;
        } else {
            proof.push(root(left));
            index -= left.len();
            leaves = right;
        }
    }
    proof.reverse();
    Some(proof)
}

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

/// The proof that the log, when it had the earlier size, was the beginning of this one (section 2.1.4.1).
/// None if it never had that size; empty if the size is 0 or the whole.
#[must_use]
pub fn consistency_proof(leaves: &[Digest], earlier_size: usize) -> Option<Vec<Digest>> {
    if earlier_size > leaves.len() {
        return None;
    }
    if earlier_size == 0 || earlier_size == leaves.len() {
        return Some(Vec::new());
    }
    let mut proof = Vec::new();
    let (mut leaves, mut earlier, mut is_whole_earlier_log) = (leaves, earlier_size, true);
    while earlier < leaves.len() {
        let (left, right) = leaves.split_at(split(leaves.len()));
        if earlier <= left.len() {
            proof.push(root(right));
            leaves = left;
        } else {
            proof.push(root(left));
            earlier -= left.len();
            leaves = right;
            is_whole_earlier_log = false;
        }
    }
    // Who checks knows the root of the earlier log already.
    if !is_whole_earlier_log {
        proof.push(root(leaves));
    }
    proof.reverse();
    Some(proof)
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
