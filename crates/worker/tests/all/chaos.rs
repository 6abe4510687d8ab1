//! Everything goes wrong at random, processes die anywhere, and in the end each investment was delivered exactly once.

use database::Sql;
use database::testing::Backend;
use rstest::rstest;

use crate::stage::Stage;

/// Seeds per database; each is a history of faults.
const SEEDS: u64 = 12;
const DOUBLE: Sql = Sql("select count(*)
from (
    select investment_id
    from register_commitments
    group by investment_id
    having count(*) <> 1) doubled");

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn each_investment_is_delivered_exactly_once(#[case] backend: Backend) {
    let stage = Stage::set(backend).await;
    // The issue itself goes through the same.
    stage.ledger.misbehave(Some(77));
    live_through(&stage).await;
    stage.ledger.misbehave(None);
    stage.settle().await;
    let people = [
        stage.person(0, 1).await,
        stage.person(0, 2).await,
        stage.person(1, 3).await,
        stage.person(1, 4).await,
    ];
    let mut expected = [0; 4];
    for seed in 1..=SEEDS {
        // Given investments of everybody
        let mut investments = Vec::new();
        for units in 1..=3 {
            for (index, person) in people.iter().enumerate() {
                investments.push((person.asset, stage.invest(person, units * seed).await));
                expected[index] += units * seed;
            }
        }
        // When the network misbehaves, processes die, and then everything works again
        stage
            .ledger
            .misbehave(Some(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15)));
        live_through(&stage).await;
        stage.ledger.misbehave(None);
        stage.settle().await;
        // Then each is delivered once
        for (asset, investment) in &investments {
            let status = stage.statuses(*asset, &[*investment]).await;
            assert_eq!(status, ["DELIVERED"], "seed {seed}");
        }
        for (person, units) in people.iter().zip(expected) {
            let balance = stage
                .ledger
                .balance(stage.token(person.asset), person.address);
            assert_eq!(balance, units, "seed {seed}");
        }
        stage.assert_in_order().await;
    }
    assert_eq!(stage.count(DOUBLE).await, 0);
    let waiting = Sql("select count(*) from dlt_commands where status <> 'confirmed'");
    assert_eq!(stage.count(waiting).await, 0);
    let open = Sql("select count(*) from dlt_batches where status = 'open'");
    assert_eq!(stage.count(open).await, 0);
}

/// A few processes after each other; each works until it dies or cannot go on.
async fn live_through(stage: &Stage) {
    for _ in 0..12 {
        tokio::select! {
            () = stage.settle() => {}
            () = stage.ledger.death.notified() => {}
        }
    }
}
