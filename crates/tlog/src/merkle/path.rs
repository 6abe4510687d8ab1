//! Which parts of a tree a proof is made of, so that a proof is read from a stored log without reading all of it.

use std::ops::Range;

/// A complete subtree: `2^height` leaves, of which the first is leaf `index * 2^height`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subtree {
    /// 0 is a leaf.
    pub height: u32,
    /// Its place among those of its height.
    pub index: u64,
}

/// The ranges of leaves whose roots are the inclusion proof of a leaf, in their order (section 2.1.3.1).
/// None if there is no such leaf.
#[must_use]
pub fn inclusion_path(index: u64, size: u64) -> Option<Vec<Range<u64>>> {
    if index >= size {
        return None;
    }
    let mut path = Vec::new();
    let mut range = 0..size;
    while range.end - range.start > 1 {
        let middle = middle(&range);
        if index < middle {
            path.push(middle..range.end);
            range.end = middle;
        } else {
            path.push(range.start..middle);
            range.start = middle;
        }
    }
    path.reverse();
    Some(path)
}

/// The ranges of leaves whose roots are the proof that the log of the earlier size was the beginning of the later one
/// (section 2.1.4.1). None if the earlier is the larger; empty if it is 0 or the whole.
#[must_use]
pub fn consistency_path(earlier: u64, size: u64) -> Option<Vec<Range<u64>>> {
    if earlier > size {
        return None;
    }
    if earlier == 0 || earlier == size {
        return Some(Vec::new());
    }
    let mut path = Vec::new();
    let mut range = 0..size;
    while earlier < range.end {
        let middle = middle(&range);
        if earlier <= middle {
            path.push(middle..range.end);
            range.end = middle;
        } else {
            path.push(range.start..middle);
            range.start = middle;
        }
    }
    // Who checks knows the root of the earlier log already.
    if range.start > 0 {
        path.push(range);
    }
    path.reverse();
    Some(path)
}

/// The complete subtrees that a range of a path, or a whole log, is made of, the largest first.
#[must_use]
pub fn subtrees(range: Range<u64>) -> Vec<Subtree> {
    let mut parts = Vec::new();
    let mut start = range.start;
    while start < range.end {
        let height = (range.end - start).ilog2();
        let index = start >> height;
        parts.push(Subtree { height, index });
        start += 1 << height;
    }
    parts
}

/// Where the tree over a range of at least two leaves splits.
const fn middle(range: &Range<u64>) -> u64 {
    range.start + (1 << (range.end - range.start - 1).ilog2())
}
