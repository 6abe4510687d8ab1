//! Roots of register logs.

use super::Stage;
use super::stage::{create, execute};
use crate::{Anchored, Command};

/// What was written down is found in its block, with what wrote it; the same root can be written again, and nothing moves by it.
pub async fn a_root_that_was_written_is_found(stage: &dyn Stage) {
    let asset = create(stage, 13, 100).await;
    let anchored = Anchored {
        size: 3,
        root: [9; 32],
        log_key: [7; 32],
    };
    assert!(stage.ledger().keeps_anchors(asset));
    let command = Command::Anchor {
        asset,
        size: anchored.size,
        root: anchored.root,
        log_key: anchored.log_key,
    };
    for _ in 0..2 {
        let (submission, confirmation) = execute(stage, &command).await;
        let found = stage.ledger().anchors(asset, confirmation.block_number);
        let found = found.await.expect("the network answers");
        assert_eq!(found, [(submission.id, anchored)]);
    }
    let elsewhere = stage.new_wallet().address;
    let none = stage.ledger().anchors(elsewhere, 1);
    assert_eq!(none.await.expect("the network answers"), []);
}
