//! What goes back to the issuer, and ends there.

use super::Stage;
use super::stage::{assert_balances, assert_refused, create, delivery, execute, state_of};
use crate::{Command, Refusal};

/// Units go back to the issuer from any wallet, and end there; the total is smaller then.
pub async fn what_comes_back_is_ended(stage: &dyn Stage) {
    let asset = create(stage, 11, 100).await;
    let wallet = stage.new_wallet().address;
    execute(stage, &delivery(asset, 0, &[(wallet, 20)])).await;
    let bar = Command::Bar { asset, wallet };
    execute(stage, &bar).await;

    let back = |units| Command::TakeBack {
        asset,
        from: wallet,
        units,
    };
    let too_many = Refusal::InsufficientUnits {
        available: 20,
        needed: 21,
    };
    assert_refused(stage.ledger().prepare(&back(21)).await, &too_many);
    execute(stage, &back(15)).await;
    assert_balances(stage, asset, &[(wallet, 5), (asset, 95)]).await;
    assert_eq!(state_of(stage, asset).await.issued, 100);

    let burn = |units| Command::Burn { asset, units };
    let too_many = Refusal::InsufficientUnits {
        available: 95,
        needed: 96,
    };
    assert_refused(stage.ledger().prepare(&burn(96)).await, &too_many);
    execute(stage, &burn(15)).await;
    assert_balances(stage, asset, &[(wallet, 5), (asset, 80)]).await;
    let state = state_of(stage, asset).await;
    assert_eq!(
        (state.issued, state.undelivered, state.next_sequence),
        (85, 80, 1)
    );
}

/// Frozen units come back too, once the freeze is lifted: nothing of it stays behind.
pub async fn what_was_frozen_comes_back(stage: &dyn Stage) {
    let asset = create(stage, 17, 100).await;
    let wallet = stage.new_wallet().address;
    execute(stage, &delivery(asset, 0, &[(wallet, 20)])).await;
    let freeze = |units| Command::Freeze {
        asset,
        wallet,
        units,
    };
    let back = |units| Command::TakeBack {
        asset,
        from: wallet,
        units,
    };
    execute(stage, &freeze(20)).await;
    execute(stage, &freeze(5)).await;
    execute(stage, &back(15)).await;
    execute(stage, &freeze(0)).await;
    execute(stage, &back(5)).await;
    assert_balances(stage, asset, &[(wallet, 0), (asset, 100)]).await;
    assert_eq!(state_of(stage, asset).await.issued, 100);
}
