//! The schedule as a receiver lives through it: steps, wishes, the end, and being gone.

use database::testing::Backend;
use rstest::rstest;
use webhooks::{Change, Status, Switch, deliveries, endpoints};

use crate::support::{Answer, HOUR, Receiver, SECOND, START, World};

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_failed_message_is_tried_again_at_the_published_times(#[case] backend: Backend) {
    let world = World::new(backend).await;
    let receiver = Receiver::start().await;
    let (endpoint, _) = world.endpoint(&receiver.url).await;
    receiver.otherwise(Answer::Json(503, "down for maintenance".into()));
    world.publish(1, "message").await;
    assert_eq!(world.deliver().await, 1);

    let mut at = START;
    for step in [5, 60, 300, 1_800, 7_200, 18_000, 36_000, 36_000] {
        assert_eq!(
            world.deliver_at(at + step * SECOND - 1).await,
            0,
            "before {step}"
        );
        at += step * SECOND;
        assert_eq!(world.deliver_at(at).await, 1, "after {step}");
    }
    receiver.otherwise(Answer::Status(200));
    assert_eq!(world.deliver_at(at + 10 * HOUR).await, 1);
    assert_eq!(world.deliver_at(at + 48 * HOUR).await, 0);

    let attempts = world.attempts(&endpoint).await;
    assert_eq!(attempts.len(), 10);
    assert_eq!(attempts[0].status_code, Some(503));
    assert_eq!(
        attempts[0].response.as_deref(),
        Some("down for maintenance")
    );
    assert_eq!(attempts[9].status_code, Some(200));
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_is_left_alone_for_as_long_as_it_asks(#[case] backend: Backend) {
    let world = World::new(backend).await;
    let receiver = Receiver::start().await;
    world.endpoint(&receiver.url).await;
    receiver.answers([Answer::With(429, "retry-after", "600".into())]);
    world.publish(1, "message").await;
    world.deliver().await;
    assert_eq!(world.deliver_at(START + 599 * SECOND).await, 0);
    assert_eq!(world.deliver_at(START + 600 * SECOND).await, 1);
    assert_eq!(receiver.bodies().len(), 2);
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn after_seven_days_the_endpoint_is_flagged_and_the_lane_goes_on(#[case] backend: Backend) {
    let world = World::new(backend).await;
    let receiver = Receiver::start().await;
    let (endpoint, _) = world.endpoint(&receiver.url).await;
    receiver.otherwise(Answer::Status(500));
    let first = world.publish(1, "first").await;
    world.publish(1, "second").await;

    // Given attempts over seven days
    let mut now = START;
    while world.found(&endpoint).await.status == Status::Enabled {
        world.deliver_at(now).await;
        now += HOUR;
    }
    // Then the message is given up, and kept.
    let flagged = world.found(&endpoint).await;
    assert_eq!(flagged.status, Status::Failing);
    assert!(flagged.flagged_at.unwrap() <= START + 7 * 24 * HOUR);
    let id = endpoint.id;
    let exhausted = world
        .read(move |tx| deliveries::list(tx, Some(id), Some("exhausted"), 10, 0))
        .await;
    assert_eq!(exhausted.0, 1);
    assert_eq!(exhausted.1[0].message, first);

    // When the receiver works again, what follows arrives, and the first one if it is asked for.
    receiver.otherwise(Answer::Status(200));
    let seen = receiver.bodies().len();
    world.deliver_at(now + 24 * HOUR).await;
    let (owner, at) = (world.owner, world.now());
    assert!(
        world
            .write(move |tx| webhooks::replay(tx, owner, id, first, at))
            .await
    );
    world.deliver().await;
    assert_eq!(receiver.bodies().split_off(seen), ["second", "first"]);
    assert_eq!(world.found(&endpoint).await.status, Status::Enabled);
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_that_is_gone_is_switched_off_and_can_come_back(#[case] backend: Backend) {
    let world = World::new(backend).await;
    let receiver = Receiver::start().await;
    let (endpoint, _) = world.endpoint(&receiver.url).await;
    receiver.answers([Answer::Status(410)]);
    world.publish(1, "first").await;
    world.deliver().await;
    world.publish(2, "second").await;

    // Given 410, nothing more is sent, and what is published is kept.
    assert_eq!(world.deliver_at(START + HOUR).await, 0);
    let gone = world.found(&endpoint).await;
    assert_eq!(
        (gone.status, gone.flagged_at.is_some()),
        (Status::Disabled, true)
    );

    // When its owner switches it on, everything arrives at once.
    let (vault, owner, id, now) = (world.vault.clone(), world.owner, endpoint.id, world.now());
    let on = Change {
        switch: Some(Switch::On),
        ..Change::default()
    };
    let changed = world
        .db
        .write(move |tx| endpoints::update(tx, &vault, owner, id, on.clone(), now));
    let changed = changed.await.unwrap().unwrap();
    assert_eq!(
        (changed.status, changed.flagged_at),
        (Status::Enabled, None)
    );
    assert_eq!(world.deliver().await, 2);
    let mut heard = receiver.bodies().split_off(1);
    heard.sort();
    assert_eq!(heard, ["first", "second"]);
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn an_operator_can_hurry_a_delivery(#[case] backend: Backend) {
    let world = World::new(backend).await;
    let receiver = Receiver::start().await;
    let (endpoint, _) = world.endpoint(&receiver.url).await;
    receiver.answers([Answer::Status(500)]);
    world.publish(1, "message").await;
    world.deliver().await;
    let id = endpoint.id;
    let (_, waiting) = world
        .read(move |tx| deliveries::list(tx, Some(id), Some("pending"), 10, 0))
        .await;
    assert_eq!(waiting[0].attempts, 1);
    assert!(waiting[0].due_at.unwrap() >= START + 5 * SECOND);

    let (delivery, now) = (waiting[0].id, world.now());
    assert!(
        world
            .write(move |tx| deliveries::retry_now(tx, delivery, now))
            .await
    );
    assert_eq!(world.deliver().await, 1);
    let found = world
        .read(move |tx| deliveries::find(tx, delivery))
        .await
        .unwrap();
    assert_eq!((found.status.as_str(), found.attempts), ("delivered", 2));
    assert!(
        !world
            .write(move |tx| deliveries::retry_now(tx, delivery, now))
            .await
    );
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn pruning_keeps_what_is_still_needed(#[case] backend: Backend) {
    let world = World::new(backend).await;
    let receiver = Receiver::start().await;
    let (endpoint, _) = world.endpoint(&receiver.url).await;
    world.publish(1, "done").await;
    world.deliver().await;
    receiver.otherwise(Answer::Status(500));
    world.publish(2, "waiting").await;
    world.deliver().await;

    world.write(|tx| deliveries::prune(tx, START + HOUR)).await;

    let (count, left) = world
        .read(|tx| deliveries::list(tx, None, None, 10, 0))
        .await;
    assert_eq!((count, left[0].status.as_str()), (1, "pending"));
    receiver.otherwise(Answer::Status(200));
    assert_eq!(world.deliver_at(START + HOUR).await, 1);
    assert_eq!(world.attempts(&endpoint).await.len(), 2);
}
