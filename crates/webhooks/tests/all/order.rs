//! Order within a lane, and that no lane, endpoint or dead process holds up what does not depend on it.

use std::sync::Arc;

use database::testing::Backend;
use rstest::rstest;
use tokio::sync::Notify;
use webhooks::{Status, deliveries};

use crate::support::{Answer, Receiver, SECOND, START, World};

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_failed_message_holds_back_its_lane_only(#[case] backend: Backend) {
    let world = World::new(backend).await;
    let receiver = Receiver::start().await;
    world.endpoint(&receiver.url).await;
    receiver.answers([Answer::Status(500)]);

    // Given that the first message of lane 1 fails
    world.publish(1, "1.1").await;
    world.deliver().await;
    for (lane, body) in [(1, "1.2"), (2, "2.1"), (1, "1.3"), (2, "2.2")] {
        world.publish(lane, body).await;
    }
    // When the others are due, and later the first one again
    world.deliver().await;
    assert_eq!(receiver.bodies(), ["1.1", "2.1", "2.2"]);
    world.deliver_at(START + 5 * SECOND).await;

    // Then each lane arrives in its order.
    assert_eq!(receiver.bodies().split_off(3), ["1.1", "1.2", "1.3"]);
    assert_eq!(world.read(deliveries::backlog).await.pending, 0);
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_published_at_once_keeps_the_order_of_each_lane(#[case] backend: Backend) {
    let world = World::new(backend).await;
    let receivers = [Receiver::start().await, Receiver::start().await];
    for receiver in &receivers {
        world.endpoint(&receiver.url).await;
    }
    // Given a lane that has something already, and that and others twice in what comes at once
    world.publish(1, "1 before").await;
    let text = |number: u128| (number % 60, format!("{} {}", number % 60, number / 60));
    world.publish_all((0..120).map(text).collect()).await;
    world.deliver().await;

    // Then each endpoint hears all of it, and of each lane in its order.
    for receiver in &receivers {
        let bodies = receiver.bodies();
        assert_eq!(bodies.len(), 121);
        let of_lane = |lane: u128| -> Vec<_> {
            let start = format!("{lane} ");
            let bodies = bodies.iter().filter(|body| body.starts_with(&start));
            bodies.cloned().collect()
        };
        assert_eq!(of_lane(1), ["1 before", "1 0", "1 1"]);
        assert_eq!(of_lane(59), ["59 0", "59 1"]);
    }
    assert_eq!(world.read(deliveries::backlog).await.pending, 0);
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_that_hangs_delays_nobody_else(#[case] backend: Backend) {
    let world = World::new(backend).await;
    let (hanging, quick) = (Receiver::start().await, Receiver::start().await);
    hanging.otherwise(Answer::Hang);
    world.endpoint(&hanging.url).await;
    world.endpoint(&quick.url).await;
    let running = Running::start(&world);
    // Given more lanes than the hanging endpoint may have in the air
    for lane in 0..30 {
        world.publish(lane, "message").await;
    }
    // Then the other one hears everything while it hangs.
    quick.has_received(30).await;
    assert_eq!(hanging.received().len(), 4);
    hanging.open_gate();
    hanging.has_received(30).await;
    running.stop().await;
    assert_eq!(world.read(deliveries::backlog).await.pending, 0);
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn many_messages_arrive_once_and_in_order_while_two_processes_deliver(
    #[case] backend: Backend,
) {
    let world = World::new(backend).await;
    let receiver = Receiver::start().await;
    world.endpoint(&receiver.url).await;
    let (one, other) = (
        Running::start(&world),
        Running::of(world.another_deliverer()),
    );
    for number in 0..20 {
        for lane in 0..5_u128 {
            world.publish(lane, &format!("{lane}.{number:02}")).await;
        }
    }
    receiver.has_received(100).await;
    one.stop().await;
    other.stop().await;
    for lane in 0..5 {
        let prefix = format!("{lane}.");
        let bodies = receiver.bodies();
        let heard: Vec<_> = bodies
            .iter()
            .filter(|body| body.starts_with(&prefix))
            .cloned()
            .collect();
        let expected: Vec<_> = (0..20)
            .map(|number| format!("{lane}.{number:02}"))
            .collect();
        assert_eq!(heard, expected);
    }
    assert_eq!(world.read(deliveries::backlog).await.pending, 0);
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn what_a_dead_process_had_leased_is_delivered_by_another(#[case] backend: Backend) {
    let world = World::new(backend).await;
    let receiver = Receiver::start().await;
    let (endpoint, _) = world.endpoint(&receiver.url).await;
    receiver.answers([Answer::Hang]);
    let id = world.publish(1, "first").await;
    world.publish(1, "second").await;

    // Given a process that dies in the middle of an attempt
    let dying = world.clone();
    let task = tokio::spawn(async move { dying.deliverer.run_once(START).await });
    receiver.has_received(1).await;
    task.abort();
    assert!(task.await.is_err());

    // Then its lease protects the lane for a minute, and no longer.
    let other = world.another_deliverer();
    assert_eq!(other.run_once(START + 59 * SECOND).await, 0);
    assert_eq!(other.run_once(START + 60 * SECOND).await, 1);
    assert_eq!(other.run_once(START + 60 * SECOND).await, 1);
    assert_eq!(receiver.bodies(), ["first", "first", "second"]);
    assert_eq!(receiver.received()[1].header("webhook-id"), id.to_string());
    assert_eq!(world.attempts(&endpoint).await.len(), 2);
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_result_that_comes_after_the_lease_is_over_changes_nothing(#[case] backend: Backend) {
    let world = World::new(backend).await;
    let receiver = Receiver::start().await;
    let (endpoint, _) = world.endpoint(&receiver.url).await;
    receiver.answers([Answer::Hang, Answer::Status(500)]);
    world.publish(1, "message").await;

    // Given a slow process whose lane another one has taken over
    let slow = world.clone();
    let task = tokio::spawn(async move { slow.deliverer.run_once(START).await });
    receiver.has_received(1).await;
    let other = world.another_deliverer();
    assert_eq!(other.run_once(START + 60 * SECOND).await, 1);

    // When the slow one hears of its success
    receiver.open_gate();
    assert_eq!(task.await.unwrap(), 1);

    // Then the other one's word stands: it failed, and is tried again.
    assert_eq!(world.attempts(&endpoint).await.len(), 1);
    assert_eq!(world.read(deliveries::backlog).await.pending, 1);
    assert_eq!(other.run_once(START + 65 * SECOND).await, 1);
    assert_eq!(world.read(deliveries::backlog).await.pending, 0);
    assert_eq!(world.found(&endpoint).await.status, Status::Enabled);
}

/// A deliverer at work until it is stopped.
struct Running {
    stop: Arc<Notify>,
    task: tokio::task::JoinHandle<()>,
}

impl Running {
    fn start(world: &World) -> Running {
        Running::of(world.deliverer.clone())
    }

    fn of(deliverer: webhooks::Deliverer) -> Running {
        let stop = Arc::new(Notify::new());
        let stopped = Arc::clone(&stop);
        let task = tokio::spawn(async move { deliverer.run(stopped.notified()).await });
        Running { stop, task }
    }

    async fn stop(self) {
        self.stop.notify_one();
        self.task.await.unwrap();
    }
}
