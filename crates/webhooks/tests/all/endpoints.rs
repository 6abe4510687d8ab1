//! Self-service: registering, reading, changing and deleting endpoints, each owner its own.

use database::testing::Backend;
use rstest::rstest;
use uuid::Uuid;
use webhooks::{
    Authentication, AuthenticationSummary, Change, EndpointError, SecretRefusal, Status, Switch,
    deliveries, endpoints,
};

use crate::support::{Receiver, World};

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn an_owner_sees_and_changes_its_own_endpoints_only(#[case] backend: Backend) {
    let world = World::new(backend).await;
    let mut new = world.new_endpoint("https://partner.example/hooks");
    new.authentication = Authentication::Bearer("token".into());
    new.event_types = vec!["a".into(), "b".into()];
    new.description = "ours".into();
    let (created, _) = world.create(new).await.unwrap();
    let (second, _) = world.endpoint("https://partner.example/other").await;
    assert_eq!(created.authentication, AuthenticationSummary::Bearer);
    assert_eq!(world.found(&created).await, created);

    let (owner, stranger, id) = (world.owner, Uuid::new_v4(), created.id);
    let (count, page) = world.read(move |tx| endpoints::list(tx, owner, 1, 1)).await;
    let ids = [created.id, second.id];
    assert_eq!((count, page.len()), (2, 1));
    assert!(ids.contains(&page[0].id));
    assert_eq!(
        world
            .read(move |tx| endpoints::list(tx, stranger, 10, 0))
            .await,
        (0, vec![])
    );
    assert_eq!(
        world
            .read(move |tx| endpoints::find(tx, stranger, id))
            .await,
        None
    );
    assert!(
        !world
            .write(move |tx| endpoints::delete(tx, stranger, id, 0))
            .await
    );

    let change = Change {
        url: Some("https://partner.example/new".into()),
        authentication: Some(Authentication::None),
        event_types: Some(vec![]),
        description: Some("moved".into()),
        switch: Some(Switch::Off),
    };
    for (who, expected) in [(stranger, false), (owner, true)] {
        let (vault, change, now) = (world.vault.clone(), change.clone(), world.now());
        let changed = world
            .db
            .write(move |tx| endpoints::update(tx, &vault, who, id, change.clone(), now));
        assert_eq!(changed.await.unwrap().is_some(), expected);
    }
    let found = world.found(&created).await;
    assert_eq!(found.url, "https://partner.example/new");
    assert_eq!(found.authentication, AuthenticationSummary::None);
    assert_eq!(
        (found.event_types.len(), found.description.as_str()),
        (0, "moved")
    );
    assert_eq!((found.status, found.flagged_at), (Status::Disabled, None));
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_change_is_seen_by_the_next_delivery(#[case] backend: Backend) {
    let world = World::new(backend).await;
    let (old, new) = (Receiver::start().await, Receiver::start().await);
    let (endpoint, _) = world.endpoint(&old.url).await;
    world.publish(1, "1").await;
    world.deliver().await;
    let (vault, owner, id, now) = (world.vault.clone(), world.owner, endpoint.id, world.now());
    let change = Change {
        url: Some(new.url.clone()),
        authentication: Some(Authentication::Bearer("token".into())),
        ..Change::default()
    };
    let changed = world
        .db
        .write(move |tx| endpoints::update(tx, &vault, owner, id, change.clone(), now));
    changed.await.unwrap().unwrap();
    world.publish(1, "2").await;
    world.deliver().await;
    assert_eq!(
        (old.bodies(), new.bodies()),
        (vec!["1".into()], vec!["2".into()])
    );
    assert_eq!(new.received()[0].header("authorization"), "Bearer token");
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_endpoint_hears_nothing_more(#[case] backend: Backend) {
    let world = World::new(backend).await;
    let receiver = Receiver::start().await;
    let (endpoint, _) = world.endpoint(&receiver.url).await;
    world.publish(1, "waiting").await;
    let (owner, id, now) = (world.owner, endpoint.id, world.now());
    assert!(
        world
            .write(move |tx| endpoints::delete(tx, owner, id, now))
            .await
    );
    assert!(
        !world
            .write(move |tx| endpoints::delete(tx, owner, id, now))
            .await
    );
    world.publish(1, "later").await;
    assert_eq!(world.deliver().await, 0);
    assert_eq!(
        world.read(move |tx| endpoints::find(tx, owner, id)).await,
        None
    );
    let (_, left) = world
        .read(move |tx| deliveries::list(tx, Some(id), None, 10, 0))
        .await;
    assert_eq!((left.len(), left[0].status.as_str()), (1, "cancelled"));
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_secret_may_be_supplied_and_is_checked_like_everything_else(#[case] backend: Backend) {
    let world = World::new(backend).await;
    let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let with = |secret: &str| {
        let mut new = world.new_endpoint("https://partner.example/");
        new.secret = Some(secret.to_owned());
        world.create(new)
    };
    assert_eq!(with(secret).await.unwrap().1, secret);
    assert!(matches!(
        with("whsec_c2hvcnQ=").await,
        Err(EndpointError::Secret(SecretRefusal::Length))
    ));

    let refused = async |change: &dyn Fn(&mut webhooks::NewEndpoint)| {
        let mut new = world.new_endpoint("https://partner.example/");
        change(&mut new);
        match world.create(new).await {
            Err(EndpointError::Field { field, .. }) => field,
            _ => "accepted",
        }
    };
    assert_eq!(refused(&|new| new.url = "hooks".into()).await, "url");
    assert_eq!(
        refused(&|new| new.description = "x".repeat(501)).await,
        "description"
    );
    assert_eq!(
        refused(&|new| new.event_types = vec!["a,b".into()]).await,
        "event_types"
    );
    let bearer = |token: &str| Authentication::Bearer(token.to_owned());
    assert_eq!(
        refused(&|new| new.authentication = bearer("a\r\nb: c")).await,
        "bearer_token"
    );
}
