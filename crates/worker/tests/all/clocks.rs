//! What becomes due by itself.

use database::testing::Backend;
use rstest::rstest;

use crate::stage::Stage;

const DAY: i64 = 24 * 60 * 60;

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_delivery_waits_for_the_end_of_the_cancellation_period(#[case] backend: Backend) {
    // Given a paid investment with 14 days to withdraw
    let stage = Stage::issued(backend).await;
    let person = stage.person(2, 1).await;
    let investment = stage.invest(&person, 5).await;
    let worker = stage.worker();
    worker.settle_once(stage.now()).await;
    assert_eq!(stage.statuses(2, &[investment]).await, ["PAID"]);
    // When 14 days have not passed, nothing happens; when they have, it is delivered
    stage.registry.clock.advance_seconds(13 * DAY);
    worker.settle_once(stage.now()).await;
    assert_eq!(stage.statuses(2, &[investment]).await, ["PAID"]);
    stage.registry.clock.advance_seconds(2 * DAY);
    worker.settle_once(stage.now()).await;
    assert_eq!(stage.statuses(2, &[investment]).await, ["DELIVERED"]);
    assert_eq!(stage.ledger.balance(stage.token(2), person.address), 5);
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_payment_that_is_late_ends_the_investment(#[case] backend: Backend) {
    // Given an accepted investment that nobody pays
    let stage = Stage::issued(backend).await;
    let person = stage.person(0, 1).await;
    let investment = stage.accept_only(&person, 5).await;
    stage.settle().await;
    assert_eq!(stage.statuses(0, &[investment]).await, ["ACCEPTED"]);
    // When the payment deadline has passed
    stage.registry.clock.advance_seconds(15 * DAY);
    stage.settle().await;
    // Then it has ended, and the partner heard of it
    assert_eq!(stage.statuses(0, &[investment]).await, ["PAYMENT_MISSING"]);
    assert_eq!(
        stage.heard(0, investment).await.last().unwrap(),
        "PAYMENT_MISSING"
    );
}
