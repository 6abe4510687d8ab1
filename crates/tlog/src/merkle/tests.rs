//! The tree against a plain reading of RFC 9162, and against every way to cheat with a proof.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::*;

fn leaves(count: usize) -> Vec<Digest> {
    (0..count)
        .map(|index| leaf_hash(index.to_string().as_bytes()))
        .collect()
}

/// A proof as somebody makes it who has all leaves.
fn proof_of(leaves: &[Digest], path: Option<Vec<std::ops::Range<u64>>>) -> Option<Vec<Digest>> {
    let part =
        |range: std::ops::Range<u64>| root(&leaves[range.start as usize..range.end as usize]);
    path.map(|path| path.into_iter().map(part).collect())
}

fn inclusion_proof(leaves: &[Digest], index: usize) -> Option<Vec<Digest>> {
    proof_of(leaves, inclusion_path(index as u64, leaves.len() as u64))
}

fn consistency_proof(leaves: &[Digest], earlier: usize) -> Option<Vec<Digest>> {
    proof_of(
        leaves,
        consistency_path(earlier as u64, leaves.len() as u64),
    )
}

/// The definition level by level: neighbours are joined, one left over moves up as it is.
fn naive_root(leaves: &[Digest]) -> Digest {
    let mut level = leaves.to_vec();
    while level.len() > 1 {
        let join = |pair: &[Digest]| match pair {
            [left, right] => node_hash(left, right),
            rest => rest[0],
        };
        level = level.chunks(2).map(join).collect();
    }
    level.first().copied().unwrap_or_else(empty_root)
}

#[test]
fn the_empty_log_and_the_first_leaf_have_their_known_hashes() {
    assert_eq!(
        hex::encode(empty_root()),
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    );
    // The leaf hash of an empty entry is the hash of one zero byte.
    assert_eq!(
        hex::encode(leaf_hash(b"")),
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    );
    assert_eq!(Frontier::new().root(), empty_root());
}

#[test]
fn the_vectors_of_certificate_transparency_have_their_known_roots() {
    let entries = [
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    ];
    let leaves = entries.map(|entry| leaf_hash(&hex::decode(entry).unwrap()));
    assert_eq!(
        hex::encode(root(&leaves[..2])),
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"
    );
    assert_eq!(
        hex::encode(root(&leaves)),
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
    );
}

#[test]
fn a_stored_frontier_has_to_fit_its_size() {
    let mut frontier = Frontier::new();
    for leaf in leaves(7) {
        frontier.append(leaf);
    }
    assert_eq!(frontier.peaks().len(), 3);
    assert_eq!(
        Frontier::from_bytes(7, &frontier.to_bytes()),
        Some(frontier.clone())
    );
    assert_eq!(Frontier::from_bytes(8, &frontier.to_bytes()), None);
    assert_eq!(Frontier::from_bytes(7, &frontier.to_bytes()[1..]), None);
}

#[test]
fn every_small_log_proves_every_entry_and_every_beginning() {
    for size in 0..=33 {
        let leaves = leaves(size);
        let whole = root(&leaves);
        for index in 0..size {
            let proof = inclusion_proof(&leaves, index).unwrap();
            assert!(
                verify_inclusion(&leaves[index], index as u64, size as u64, &proof, &whole),
                "{index} of {size}"
            );
        }
        assert_eq!(inclusion_proof(&leaves, size), None);
        for earlier in 0..=size {
            let proof = consistency_proof(&leaves, earlier).unwrap();
            let earlier_root = root(&leaves[..earlier]);
            assert!(
                verify_consistency(earlier as u64, size as u64, &earlier_root, &whole, &proof),
                "{earlier} of {size}"
            );
        }
        assert_eq!(consistency_proof(&leaves, size + 1), None);
    }
}

#[test]
fn every_complete_subtree_is_told_once_and_proofs_are_made_of_them() {
    let leaves = leaves(100);
    let mut told: Vec<(Subtree, Digest)> = Vec::new();
    let mut frontier = Frontier::new();
    for leaf in &leaves {
        frontier.append_and_tell(*leaf, |subtree, hash| told.push((subtree, hash)));
    }
    // 50 pairs, 25 of four, 12 of eight, 6, 3 and one of 64.
    assert_eq!(told.len(), 97);
    let hash_of = |wanted: Subtree| match wanted.height {
        0 => leaves[wanted.index as usize],
        _ => told.iter().find(|(one, _)| *one == wanted).unwrap().1,
    };
    let joined_of = |range| joined(&subtrees(range).into_iter().map(hash_of).collect::<Vec<_>>());
    assert_eq!(joined_of(0..100), root(&leaves));
    for index in 0..100 {
        let path = inclusion_path(index, 100).unwrap();
        let proof: Vec<Digest> = path.into_iter().map(joined_of).collect();
        assert!(verify_inclusion(
            &leaves[index as usize],
            index,
            100,
            &proof,
            &root(&leaves)
        ));
    }
}

proptest! {
    #[test]
    fn appending_gives_the_root_of_the_whole(count in 0_usize..300) {
        let leaves = leaves(count);
        let mut frontier = Frontier::new();
        let mut last = frontier.root();
        for leaf in &leaves {
            last = frontier.append(*leaf);
        }
        prop_assert_eq!(frontier.size(), count as u64);
        prop_assert_eq!(last, root(&leaves));
        prop_assert_eq!(last, naive_root(&leaves));
    }

    #[test]
    fn no_other_leaf_place_size_or_root_is_proven(
        count in 2_usize..70, place in 0_usize..70, other in 0_usize..70, byte in 0_usize..32,
    ) {
        let leaves = leaves(count);
        let (place, other) = (place % count, other % count);
        prop_assume!(place != other);
        let whole = root(&leaves);
        let size = count as u64;
        let proof = inclusion_proof(&leaves, place).unwrap();
        prop_assert!(!verify_inclusion(&leaves[other], place as u64, size, &proof, &whole));
        prop_assert!(!verify_inclusion(&leaves[place], other as u64, size, &proof, &whole));
        prop_assert!(!verify_inclusion(&leaves[place], place as u64, place as u64, &proof, &whole));
        prop_assert!(!verify_inclusion(&leaves[place], place as u64, size, &proof[1..], &whole));
        let mut changed = whole;
        changed[byte] ^= 1;
        prop_assert!(!verify_inclusion(&leaves[place], place as u64, size, &proof, &changed));
    }

    #[test]
    fn a_log_that_was_rewritten_is_not_consistent(count in 2_usize..70, earlier in 1_usize..70, changed in 0_usize..70) {
        let honest = leaves(count);
        let earlier = earlier % count + 1;
        let changed = changed % earlier;
        let mut rewritten = honest.clone();
        rewritten[changed] = leaf_hash(b"rewritten");
        let proof = consistency_proof(&rewritten, earlier).unwrap();
        let known = root(&honest[..earlier]);
        prop_assert!(!verify_consistency(earlier as u64, count as u64, &known, &root(&rewritten), &proof));
    }
}
