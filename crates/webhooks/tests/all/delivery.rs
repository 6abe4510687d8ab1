//! What a receiver sees: the headers, the signature, the body, and nothing that is not meant for it.

use database::testing::Backend;
use rstest::rstest;
use uuid::Uuid;
use webhooks::{Authentication, Headers, Message, TEST_EVENT_TYPE, endpoints, verify};

use crate::support::{Answer, HOUR, Receiver, SECOND, World, machine_time};

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_message_carries_a_signature_that_other_libraries_accept(#[case] backend: Backend) {
    let world = World::new(backend).await;
    // Given an endpoint with a bearer token. The deliveries' time is another than the machine's, by which libraries check
    // the age.
    let receiver = Receiver::start().await;
    world.set_real_time(machine_time());
    world.set_now(machine_time() - 30 * 24 * HOUR);
    let mut new = world.new_endpoint(&format!("{}/hooks?tenant=7", receiver.url));
    new.authentication = Authentication::Bearer("let-me-in".into());
    let (_, secret) = world.create(new).await.unwrap();

    // When a message is delivered
    let id = world.publish(1, r#"{"status":"ACCEPTED"}"#).await;
    assert_eq!(world.deliver().await, 1);

    // Then it is what was published, and the published libraries accept it.
    let received = receiver.received().remove(0);
    assert_eq!(received.path, "/hooks");
    assert_eq!(received.text(), r#"{"status":"ACCEPTED"}"#);
    assert_eq!(received.header("webhook-id"), id.to_string());
    assert_eq!(received.header("content-type"), "application/json");
    assert_eq!(received.header("authorization"), "Bearer let-me-in");
    let theirs = standardwebhooks::Webhook::new(&secret).unwrap();
    theirs.verify(&received.body, &received.headers).unwrap();
    let headers = Headers {
        id: received.header("webhook-id"),
        timestamp: received.header("webhook-timestamp"),
        signature: received.header("webhook-signature"),
    };
    verify(&secret, headers, &received.body, machine_time(), 300).unwrap();
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn both_secrets_sign_for_a_day_after_a_rotation(#[case] backend: Backend) {
    let world = World::new(backend).await;
    let receiver = Receiver::start().await;
    let (endpoint, old) = world.endpoint(&receiver.url).await;
    world.publish(1, "before").await;
    world.deliver().await;

    // When the secret is rotated
    let (vault, owner, id, now) = (world.vault.clone(), world.owner, endpoint.id, world.now());
    let rotated = world
        .db
        .write(move |tx| endpoints::rotate_secret(tx, &vault, owner, id, None, now));
    let new = rotated.await.unwrap().unwrap();
    world.publish(1, "during").await;
    world.deliver().await;
    world.set_now(world.now() + 24 * HOUR);
    world.publish(1, "after").await;
    world.deliver().await;

    // Then both are valid for 24 hours, and only the new one from then on.
    let accepted = |index: usize, secret: &str| {
        let received = &receiver.received()[index];
        let headers = Headers {
            id: received.header("webhook-id"),
            timestamp: received.header("webhook-timestamp"),
            signature: received.header("webhook-signature"),
        };
        verify(secret, headers, &received.body, world.now(), 7 * 86_400).is_ok()
    };
    assert_eq!([accepted(0, &old), accepted(0, &new)], [true, false]);
    assert_eq!([accepted(1, &old), accepted(1, &new)], [true, true]);
    assert_eq!([accepted(2, &old), accepted(2, &new)], [false, true]);
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn only_who_wants_to_hear_of_it_does(#[case] backend: Backend) {
    let world = World::new(backend).await;
    let (all, some, strangers) = (
        Receiver::start().await,
        Receiver::start().await,
        Receiver::start().await,
    );
    world.endpoint(&all.url).await;
    let mut new = world.new_endpoint(&some.url);
    new.event_types = vec!["wallet.changed".into(), "investor.changed".into()];
    world.create(new).await.unwrap();
    let mut new = world.new_endpoint(&strangers.url);
    new.owner = Uuid::new_v4();
    world.create(new).await.unwrap();

    world.publish_type("investor.changed", 1, "investor").await;
    world.publish_type("investor.change", 2, "other").await;
    world
        .publish_type("investment.changed", 3, "investment")
        .await;
    world.deliver().await;

    let mut heard = all.bodies();
    heard.sort();
    assert_eq!(heard, ["investment", "investor", "other"]);
    assert_eq!(some.bodies(), ["investor"]);
    assert!(strangers.bodies().is_empty());
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_test_goes_to_one_endpoint_whatever_it_wants_to_hear(#[case] backend: Backend) {
    let world = World::new(backend).await;
    let (one, other) = (Receiver::start().await, Receiver::start().await);
    let mut new = world.new_endpoint(&one.url);
    new.event_types = vec!["wallet.changed".into()];
    let (endpoint, _) = world.create(new).await.unwrap();
    world.endpoint(&other.url).await;

    let (id, now) = (endpoint.id, world.now());
    for (owner, expected) in [(Uuid::new_v4(), false), (world.owner, true)] {
        let queued = world.write(move |tx| {
            let message = Message {
                id: Uuid::new_v4(),
                owner,
                event_type: TEST_EVENT_TYPE,
                lane: Uuid::new_v4(),
                body: b"test",
                now,
            };
            webhooks::test(tx, id, &message)
        });
        assert_eq!(queued.await, expected);
    }
    world.deliver().await;

    assert_eq!(one.bodies(), ["test"]);
    assert!(other.bodies().is_empty());
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn stored_messages_can_be_sent_again(#[case] backend: Backend) {
    let world = World::new(backend).await;
    let receiver = Receiver::start().await;
    let before = world.publish(1, "before the endpoint").await;
    world.set_now(world.now() + SECOND);
    let since = world.now();
    let (endpoint, _) = world.endpoint(&receiver.url).await;
    for (lane, body) in [(1, "first"), (2, "second"), (1, "third")] {
        world.publish(lane, body).await;
    }
    world.deliver().await;
    assert_eq!(receiver.bodies().len(), 3);
    world.publish(1, "waiting").await;

    // When all since a time and one older message are replayed
    let (owner, id, now) = (world.owner, endpoint.id, world.now());
    let replayed = world
        .write(move |tx| webhooks::replay_since(tx, owner, id, since, now))
        .await;
    let one = world
        .write(move |tx| webhooks::replay(tx, owner, id, before, now))
        .await;
    let foreign = world
        .write(move |tx| webhooks::replay(tx, Uuid::new_v4(), id, before, now))
        .await;

    // Then what still waits is not doubled, and the ids are those of the first time.
    assert_eq!((replayed.queued, replayed.next_since), (3, None));
    assert_eq!((one, foreign), (true, false));
    world.deliver().await;
    let again: Vec<String> = receiver.bodies().split_off(3);
    let lane_one: Vec<&String> = again.iter().filter(|body| *body != "second").collect();
    assert_eq!(
        lane_one,
        ["waiting", "first", "third", "before the endpoint"]
    );
    let ids = |body: &str| {
        let all = receiver.received();
        let of_body = all.iter().filter(|received| received.text() == body);
        of_body
            .map(|received| received.header("webhook-id").to_owned())
            .collect::<Vec<_>>()
    };
    let first = ids("first");
    assert_eq!(first.len(), 2);
    assert_eq!(first[0], first[1]);
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn no_redirect_is_followed_and_no_inner_address_is_called(#[case] backend: Backend) {
    let world = World::new(backend).await;
    let (receiver, inner) = (Receiver::start().await, Receiver::start().await);
    receiver.otherwise(Answer::With(302, "location", inner.url.clone()));
    let (redirecting, _) = world.endpoint(&receiver.url).await;
    // The guard was not asked at registration, or the rules have changed since.
    let (private, _) = world.endpoint("http://10.0.0.1/").await;
    let (plain, _) = world.endpoint("http://partner.invalid/").await;

    world.publish(1, "message").await;
    world.deliver().await;

    assert!(inner.bodies().is_empty());
    assert_eq!(world.attempts(&redirecting).await[0].status_code, Some(302));
    let error = world.attempts(&private).await[0].error.clone().unwrap();
    assert_eq!(
        error,
        "refused by the address guard: the address 10.0.0.1 is not public"
    );
    assert_eq!(world.attempts(&plain).await[0].status_code, None);
}
