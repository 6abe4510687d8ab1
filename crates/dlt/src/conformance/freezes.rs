//! What a holder cannot move, and the registrar can.

use super::Stage;
use super::stage::{assert_balances, create, delivery, execute};
use crate::Command;

/// Freezing can be repeated and taken back, moves nothing, and does not stand against the registrar.
pub async fn frozen_units_move_by_the_registrar_alone(stage: &dyn Stage) {
    let asset = create(stage, 12, 100).await;
    let (one, two) = (stage.new_wallet(), stage.new_wallet().address);
    execute(stage, &delivery(asset, 0, &[(one.address, 20), (two, 1)])).await;
    let freeze = |units| Command::Freeze {
        asset,
        wallet: one.address,
        units,
    };
    for units in [15, 15, u64::MAX] {
        execute(stage, &freeze(units)).await;
        assert_balances(stage, asset, &[(one.address, 20), (asset, 79)]).await;
    }
    let transfer = Command::Transfer {
        asset,
        from: one.address,
        to: two,
        units: 12,
    };
    execute(stage, &transfer).await;
    assert_balances(stage, asset, &[(one.address, 8), (two, 13)]).await;
    execute(stage, &freeze(0)).await;
    // A wallet that has nothing yet can be frozen too.
    let empty = stage.new_wallet().address;
    let ahead = Command::Freeze {
        asset,
        wallet: empty,
        units: 3,
    };
    execute(stage, &ahead).await;
    assert_balances(stage, asset, &[(empty, 0)]).await;
}
