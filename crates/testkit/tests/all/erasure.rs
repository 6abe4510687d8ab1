//! A person whose key is destroyed is erased: its data are gone, and the answer says so.

use rstest::rstest;
use serde_json::json;
use testkit::{Backend, TestApp};
use uuid::Uuid;

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_was_erased_is_gone_and_nothing_else(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given two investors with identifications, of whom one is erased.
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let (erased, other) = (partner.investor().await, partner.investor().await);
    for investor in [&erased, &other] {
        partner.identify(investor).await;
    }
    let (registry, person) = (app.app.registry.clone(), erased.parse::<Uuid>().unwrap());
    let db = registry.db.clone();
    db.write(move |tx| registry.vault.destroy_owner(tx, person))
        .await
        .unwrap();

    // Then whoever asks for it is told that it is gone, not that something went wrong.
    let path = format!("investors/{erased}/");
    partner.api.get(&path).await.refused("erased");
    let street = json!({"natural_person": {"street": "Heidestr. 17"}});
    partner.api.patch(&path, &street).await.refused("erased");
    let identifications = format!("{path}identifications/");
    let reply = partner.api.get(&identifications).await;
    assert_eq!(reply.status, 410);
    reply.refused("erased");
    // And the other is there as before.
    let path = format!("investors/{other}/");
    let found = partner.api.get(&path).await.expect(200);
    assert_eq!(found["natural_person"]["surname"], "Vogelsang-Möwe");
}
