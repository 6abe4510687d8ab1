//! What wallets hold.

use super::stage::{Stage, assert_balances, create, delivery, execute};

/// Holders of a large register.
const LARGE: usize = 25_000;

/// However many holders there are: more than a node answers in one call.
pub async fn balances_of_a_large_register_are_read_at_one_block(stage: &dyn Stage) {
    let asset = create(stage, 19, 1_000).await;
    let (first, last) = (stage.new_wallet(), stage.new_wallet());
    let items = [(first.address, 300), (last.address, 50)];
    execute(stage, &delivery(asset, 0, &items)).await;

    let mut expected = vec![(asset, 650)];
    expected.extend(std::iter::repeat_n((first.address, 300), LARGE));
    expected.push((last.address, 50));
    assert_balances(stage, asset, &expected).await;
}
