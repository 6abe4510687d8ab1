//! What holders move themselves.

use super::Stage;
use super::stage::{create, delivery, execute};
use crate::{Command, Movement};

/// A holder's own transfer is told once, in the order of the chain; what the registrar moves is not among it.
pub async fn what_a_holder_moves_itself_is_told(stage: &dyn Stage) {
    let ledger = stage.ledger();
    let asset = create(stage, 14, 1_000).await;
    let none = ledger
        .movements(asset, 0)
        .await
        .expect("the network answers");
    assert_eq!((none.found, none.is_all), (Vec::new(), true));
    let (one, two) = (stage.new_wallet(), stage.new_wallet());
    let items = [(one.address, 300), (two.address, 50)];
    execute(stage, &delivery(asset, 0, &items)).await;
    let (from, to) = (one.address, two.address);
    execute(
        stage,
        &Command::Transfer {
            asset,
            from,
            to,
            units: 5,
        },
    )
    .await;
    let sent = stage.transfer(asset, &one, to, 7).await;
    sent.expect("both are admitted");
    let sent = stage.transfer(asset, &two, from, 2).await;
    sent.expect("both are admitted");
    stage.advance().await;
    execute(stage, &delivery(asset, 1, &[(one.address, 1)])).await;

    let told = ledger.movements(asset, none.through).await;
    let told = told.expect("the network answers");
    let moved: Vec<_> = told.found.iter().map(facts).collect();
    assert_eq!(moved, [(from, to, 7), (to, from, 2)]);
    assert!(told.is_all);
    let blocks: Vec<u64> = told.found.iter().map(|one| one.block_number).collect();
    assert!(blocks.is_sorted() && blocks[0] > none.through && blocks[1] <= told.through);
    assert!(told.found.iter().all(|one| one.at.seconds() > 0));
    let again = ledger.movements(asset, told.through).await;
    assert_eq!(again.expect("the network answers").found, []);
    let from_the_first = ledger.movements(asset, blocks[0]).await;
    let rest = from_the_first.expect("the network answers").found;
    assert_eq!(rest, told.found[1..]);
}

fn facts(movement: &Movement) -> (domain::Address, domain::Address, u64) {
    (movement.from, movement.to, movement.units)
}
