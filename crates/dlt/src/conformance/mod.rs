//! What every adapter has to do alike. An adapter's tests give a stage, which is its network as a test can play on it.
//!
//! Functions panic where the adapter does not conform, as assertions do.

mod anchors;
mod balances;
mod freezes;
mod movements;
mod returns;
mod stage;

use crate::{Command, LedgerError, Outcome, Refusal};
pub use anchors::a_root_that_was_written_is_found;
pub use balances::balances_of_a_large_register_are_read_at_one_block;
pub use freezes::frozen_units_move_by_the_registrar_alone;
pub use movements::what_a_holder_moves_itself_is_told;
pub use returns::{what_comes_back_is_ended, what_was_frozen_comes_back};
pub use stage::{Stage, Wallet, execute, isin};
use stage::{assert_balances, assert_refused, confirmed, create, creation, delivery, state_of};

/// All of the suite, one asset each.
pub async fn all(stage: &dyn Stage) {
    an_asset_is_created_once(stage).await;
    a_delivery_moves_units(stage).await;
    balances_of_a_large_register_are_read_at_one_block(stage).await;
    a_sequence_is_delivered_once(stage).await;
    a_barred_receiver_is_refused(stage).await;
    an_ineligible_receiver_gets_no_transfer(stage).await;
    more_than_the_issue_is_refused(stage).await;
    the_registrar_moves_units_between_wallets(stage).await;
    what_comes_back_is_ended(stage).await;
    what_was_frozen_comes_back(stage).await;
    frozen_units_move_by_the_registrar_alone(stage).await;
    a_root_that_was_written_is_found(stage).await;
    what_a_holder_moves_itself_is_told(stage).await;
    a_submission_may_be_repeated(stage).await;
    a_lost_nonce_is_refused(stage).await;
    malformed_commands_are_invalid(stage).await;
}

/// The asset appears where it was announced, with its whole volume undelivered, and creating it again finds the first.
pub async fn an_asset_is_created_once(stage: &dyn Stage) {
    let ledger = stage.ledger();
    let isin = isin(1);
    let address = ledger.asset_address(&isin);
    assert_eq!(
        ledger.asset(address).await.expect("the network answers"),
        None
    );

    let command = creation(&isin, 1_000);
    let (first, confirmation) = execute(stage, &command).await;
    assert_eq!(confirmation.transaction_hash, first.id.0);

    let state = ledger
        .asset(address)
        .await
        .expect("the network answers")
        .expect("it exists");
    assert_eq!(
        (state.issued, state.undelivered, state.next_sequence),
        (1_000, 1_000, 0)
    );
    assert!(state.code_matches, "the code is the committed code");
    assert!(!state.paused);

    let again = ledger.prepare(&command).await.expect("the first is found");
    assert_eq!(again.id, first.id);
    ledger.submit(&again).await.expect("there is nothing to do");
    assert_eq!(
        ledger.outcome(&again).await.expect("the network answers"),
        Outcome::Confirmed(confirmation)
    );
    let other = ledger.prepare(&creation(&isin, 2_000)).await;
    assert_refused(other, &Refusal::AssetExists(address));
}

/// Units leave the issuer's holding and are in the wallets; balances and state agree.
pub async fn a_delivery_moves_units(stage: &dyn Stage) {
    let asset = create(stage, 2, 1_000).await;
    let (one, two) = (stage.new_wallet(), stage.new_wallet());
    execute(
        stage,
        &delivery(asset, 0, &[(one.address, 300), (two.address, 50)]),
    )
    .await;
    execute(stage, &delivery(asset, 1, &[(one.address, 7)])).await;

    assert_balances(
        stage,
        asset,
        &[(one.address, 307), (two.address, 50), (asset, 643)],
    )
    .await;
    let state = state_of(stage, asset).await;
    assert_eq!(
        (state.issued, state.undelivered, state.next_sequence),
        (1_000, 643, 2)
    );
}

/// A batch that was delivered cannot be delivered again, and none can be left out.
pub async fn a_sequence_is_delivered_once(stage: &dyn Stage) {
    let asset = create(stage, 3, 100).await;
    let wallet = stage.new_wallet();
    execute(stage, &delivery(asset, 0, &[(wallet.address, 10)])).await;

    let replayed = stage
        .ledger()
        .prepare(&delivery(asset, 0, &[(wallet.address, 10)]))
        .await;
    assert_refused(
        replayed,
        &Refusal::OutOfSequence {
            expected: 1,
            given: 0,
        },
    );
    let ahead = stage
        .ledger()
        .prepare(&delivery(asset, 2, &[(wallet.address, 10)]))
        .await;
    assert_refused(
        ahead,
        &Refusal::OutOfSequence {
            expected: 1,
            given: 2,
        },
    );
    assert_balances(stage, asset, &[(wallet.address, 10), (asset, 90)]).await;
}

/// A barred wallet holds up a batch, is named before, and receives again once it is admitted.
pub async fn a_barred_receiver_is_refused(stage: &dyn Stage) {
    let asset = create(stage, 4, 100).await;
    let (good, bad) = (stage.new_wallet(), stage.new_wallet());
    execute(
        stage,
        &Command::Bar {
            asset,
            wallet: bad.address,
        },
    )
    .await;

    let wallets = [good.address, bad.address];
    let refused = stage.ledger().refused_receivers(asset, &wallets).await;
    assert_eq!(refused.expect("the network answers"), [bad.address]);
    let batch = delivery(asset, 0, &[(good.address, 1), (bad.address, 1)]);
    let prepared = stage.ledger().prepare(&batch).await;
    assert_refused(prepared, &Refusal::ReceiverRefused(bad.address));

    execute(
        stage,
        &Command::Admit {
            asset,
            wallet: bad.address,
        },
    )
    .await;
    let refused = stage.ledger().refused_receivers(asset, &wallets).await;
    assert_eq!(refused.expect("the network answers"), []);
    execute(stage, &batch).await;
    assert_balances(stage, asset, &[(good.address, 1), (bad.address, 1)]).await;
}

/// Holders transfer among admitted wallets only.
pub async fn an_ineligible_receiver_gets_no_transfer(stage: &dyn Stage) {
    let asset = create(stage, 5, 100).await;
    let (holder, other, stranger) = (stage.new_wallet(), stage.new_wallet(), stage.new_wallet());
    execute(
        stage,
        &delivery(asset, 0, &[(holder.address, 20), (other.address, 1)]),
    )
    .await;

    stage
        .transfer(asset, &holder, other.address, 5)
        .await
        .expect("both are admitted");
    let refused = stage.transfer(asset, &holder, stranger.address, 5).await;
    assert!(refused.is_err(), "a stranger received units");
    let refused = stage.transfer(asset, &holder, asset, 5).await;
    assert!(
        refused.is_err(),
        "units were lost to the asset's own address"
    );
    stage.advance().await;
    assert_balances(
        stage,
        asset,
        &[
            (holder.address, 15),
            (other.address, 6),
            (stranger.address, 0),
            (asset, 79),
        ],
    )
    .await;
}

/// What was not issued cannot be delivered.
pub async fn more_than_the_issue_is_refused(stage: &dyn Stage) {
    let asset = create(stage, 6, 100).await;
    let wallet = stage.new_wallet();
    let prepared = stage
        .ledger()
        .prepare(&delivery(asset, 0, &[(wallet.address, 101)]))
        .await;
    assert_refused(
        prepared,
        &Refusal::InsufficientUnits {
            available: 100,
            needed: 101,
        },
    );

    let nowhere = stage.new_wallet().address;
    let prepared = stage
        .ledger()
        .prepare(&delivery(nowhere, 0, &[(wallet.address, 1)]))
        .await;
    assert_refused(prepared, &Refusal::UnknownAsset(nowhere));
}

/// What the registrar moves goes to admitted wallets only, and no further than the units reach.
pub async fn the_registrar_moves_units_between_wallets(stage: &dyn Stage) {
    let asset = create(stage, 10, 100).await;
    let (one, two) = (stage.new_wallet(), stage.new_wallet());
    execute(stage, &delivery(asset, 0, &[(one.address, 20)])).await;
    let transfer = |units| Command::Transfer {
        asset,
        from: one.address,
        to: two.address,
        units,
    };

    let prepared = stage.ledger().prepare(&transfer(5)).await;
    assert_refused(prepared, &Refusal::ReceiverRefused(two.address));
    execute(
        stage,
        &Command::Admit {
            asset,
            wallet: two.address,
        },
    )
    .await;
    let prepared = stage.ledger().prepare(&transfer(21)).await;
    assert_refused(
        prepared,
        &Refusal::InsufficientUnits {
            available: 20,
            needed: 21,
        },
    );
    // Two that follow each other without waiting for the first to be final.
    let first = stage
        .ledger()
        .prepare(&transfer(5))
        .await
        .expect("it is valid");
    stage
        .ledger()
        .submit(&first)
        .await
        .expect("the network takes it");
    let second = stage
        .ledger()
        .prepare(&transfer(6))
        .await
        .expect("it is valid");
    stage
        .ledger()
        .submit(&second)
        .await
        .expect("the network takes it");
    stage.advance().await;
    let (first, second) = (
        confirmed(stage, &first).await,
        confirmed(stage, &second).await,
    );
    assert!(first.block_number <= second.block_number);

    assert_balances(
        stage,
        asset,
        &[(one.address, 9), (two.address, 11), (asset, 80)],
    )
    .await;
    assert_eq!(state_of(stage, asset).await.next_sequence, 1);
}

/// Submitting again, before and after the end, changes nothing.
pub async fn a_submission_may_be_repeated(stage: &dyn Stage) {
    let asset = create(stage, 7, 100).await;
    let wallet = stage.new_wallet();
    let prepared = stage
        .ledger()
        .prepare(&delivery(asset, 0, &[(wallet.address, 10)]))
        .await;
    let submission = prepared.expect("it is valid");
    assert_eq!(
        stage
            .ledger()
            .outcome(&submission)
            .await
            .expect("the network answers"),
        Outcome::Pending,
        "nothing left the process yet"
    );
    for _ in 0..3 {
        stage
            .ledger()
            .submit(&submission)
            .await
            .expect("a repeat is harmless");
    }
    stage.advance().await;
    let first = confirmed(stage, &submission).await;
    stage
        .ledger()
        .submit(&submission)
        .await
        .expect("a repeat is harmless");
    assert_eq!(confirmed(stage, &submission).await, first);
    assert_balances(stage, asset, &[(wallet.address, 10)]).await;
}

/// Of two submissions that exclude each other, the one that lost ends as refused.
pub async fn a_lost_nonce_is_refused(stage: &dyn Stage) {
    let asset = create(stage, 8, 100).await;
    let wallet = stage.new_wallet();
    let batch = delivery(asset, 0, &[(wallet.address, 10)]);
    let winner = stage.ledger().prepare(&batch).await.expect("it is valid");
    let admit = Command::Admit {
        asset,
        wallet: wallet.address,
    };
    let loser = stage.ledger().prepare(&admit).await.expect("it is valid");
    stage
        .ledger()
        .submit(&winner)
        .await
        .expect("the network takes it");
    stage.advance().await;
    confirmed(stage, &winner).await;

    stage
        .ledger()
        .submit(&loser)
        .await
        .expect("whether it takes effect is for the outcome");
    stage.advance().await;
    let outcome = stage
        .ledger()
        .outcome(&loser)
        .await
        .expect("the network answers");
    assert!(matches!(outcome, Outcome::Refused { .. }), "{outcome:?}");
    execute(stage, &admit).await;
}

/// What no ledger can accept is said before anything is signed.
pub async fn malformed_commands_are_invalid(stage: &dyn Stage) {
    let wallet = stage.new_wallet().address;
    for items in [vec![], vec![(wallet, 0)]] {
        let prepared = stage.ledger().prepare(&delivery(wallet, 0, &items)).await;
        assert!(
            matches!(prepared, Err(LedgerError::Invalid(_))),
            "{prepared:?}"
        );
    }
    let nothing = Command::Transfer {
        asset: wallet,
        from: wallet,
        to: wallet,
        units: 0,
    };
    let back = Command::TakeBack {
        asset: wallet,
        from: wallet,
        units: 0,
    };
    let burn = Command::Burn {
        asset: wallet,
        units: 0,
    };
    for command in [nothing, back, burn] {
        let prepared = stage.ledger().prepare(&command).await;
        assert!(
            matches!(prepared, Err(LedgerError::Invalid(_))),
            "{prepared:?}"
        );
    }
    let prepared = stage.ledger().prepare(&creation(&isin(9), 0)).await;
    assert!(
        matches!(prepared, Err(LedgerError::Invalid(_))),
        "{prepared:?}"
    );
}
