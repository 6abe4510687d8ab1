//! Endpoints that want an access token of their own token endpoint.

use database::testing::Backend;
use rstest::rstest;
use webhooks::{Authentication, AuthenticationSummary};

use crate::support::{Answer, Receiver, SECOND, START, World};

fn token(name: &str) -> Answer {
    Answer::Json(
        200,
        format!(r#"{{"access_token":"{name}","token_type":"Bearer","expires_in":600}}"#),
    )
}

async fn oauth_endpoint(
    world: &World,
    receiver: &Receiver,
    tokens: &Receiver,
) -> webhooks::Endpoint {
    let mut new = world.new_endpoint(&receiver.url);
    new.authentication = Authentication::OAuth {
        token_url: format!("{}/token", tokens.url),
        client_id: "network".into(),
        client_secret: "s:cret".into(),
        scope: Some("hooks".into()),
    };
    world.create(new).await.unwrap().0
}

fn authorizations(receiver: &Receiver) -> Vec<String> {
    let all = receiver.received();
    all.iter()
        .map(|received| received.header("authorization").to_owned())
        .collect()
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_fetched_kept_and_renewed(#[case] backend: Backend) {
    let world = World::new(backend).await;
    let (receiver, tokens) = (Receiver::start().await, Receiver::start().await);
    let endpoint = oauth_endpoint(&world, &receiver, &tokens).await;
    assert!(matches!(
        endpoint.authentication,
        AuthenticationSummary::OAuth { .. }
    ));
    tokens.answers([token("one"), token("two"), token("three")]);

    // Kept for the second message, renewed once when it is refused, and when it expires.
    world.publish(1, "1").await;
    world.deliver().await;
    world.publish(1, "2").await;
    world.deliver().await;
    receiver.answers([Answer::Status(401)]);
    world.publish(1, "3").await;
    world.deliver().await;
    world.set_real_time(START + 571 * SECOND);
    world.publish(1, "4").await;
    world.deliver().await;

    assert_eq!(
        authorizations(&receiver),
        [
            "Bearer one",
            "Bearer one",
            "Bearer one",
            "Bearer two",
            "Bearer three"
        ]
    );
    assert_eq!(tokens.received().len(), 3);
    let request = &tokens.received()[0];
    assert_eq!(request.text(), "grant_type=client_credentials&scope=hooks");
    // network:s%3Acret
    assert_eq!(
        request.header("authorization"),
        "Basic bmV0d29yazpzJTNBY3JldA=="
    );
    // Each message took one attempt, the renewal included.
    assert_eq!(world.attempts(&endpoint).await.len(), 4);
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_token_endpoint_that_wants_the_credentials_in_the_body_gets_them(
    #[case] backend: Backend,
) {
    let world = World::new(backend).await;
    let (receiver, tokens) = (Receiver::start().await, Receiver::start().await);
    oauth_endpoint(&world, &receiver, &tokens).await;
    tokens.answers([
        Answer::Json(401, r#"{"error":"invalid_client"}"#.into()),
        token("one"),
    ]);
    world.publish(1, "1").await;
    world.deliver().await;
    assert_eq!(authorizations(&receiver), ["Bearer one"]);
    assert!(
        tokens.received()[1]
            .text()
            .ends_with("&client_id=network&client_secret=s%3Acret")
    );
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn without_a_token_the_attempt_fails_and_says_why(#[case] backend: Backend) {
    let world = World::new(backend).await;
    let (receiver, tokens) = (Receiver::start().await, Receiver::start().await);
    let endpoint = oauth_endpoint(&world, &receiver, &tokens).await;
    tokens.answers([Answer::Status(503)]);
    tokens.otherwise(token("one"));
    world.publish(1, "1").await;
    world.deliver().await;
    assert!(receiver.received().is_empty());
    let attempts = world.attempts(&endpoint).await;
    assert_eq!(
        attempts[0].error.as_deref(),
        Some("token endpoint: it answered 503")
    );
    world.deliver_at(START + 5 * SECOND).await;
    assert_eq!(receiver.bodies(), ["1"]);
}
