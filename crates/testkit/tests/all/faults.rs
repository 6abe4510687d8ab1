//! What is our own fault is told without detail, and a part that does not answer is said to be away.

use rstest::rstest;
use testkit::{Backend, TestApp};

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_fault_tells_nothing_but_its_request(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a database in which a table is missing.
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let investor = partner.investor().await;
    let drop = database::Sql("drop table identifications");
    let done = app.app.registry.db.write(move |tx| tx.execute(drop, &[]));
    done.await.unwrap();

    // When it is needed, the answer names the request and nothing of ours.
    let problem = partner
        .api
        .get(&format!("investors/{investor}/identifications/"))
        .await
        .refused("internal");
    let text = problem.to_string();
    assert!(
        !text.contains("identifications\"")
            && !text.contains("select")
            && !text.contains("no such table"),
        "{text}"
    );
    assert!(problem["request_id"].is_string());
    // And everything else goes on.
    partner.api.get("investors/").await.expect(200);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn without_a_database_nothing_is_answered_but_that(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a network whose database has closed.
    let mut app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    app.stop_workers().await;
    app.app.registry.db.clone().close().await;

    // Then requests are told to come back, and the process is alive but not ready.
    let refused = partner.api.get("investors/").await;
    assert!(refused.header("retry-after").is_some());
    refused.refused("unavailable");
    app.stranger().get("readyz").await.refused("unavailable");
    app.stranger().get("healthz").await.expect(200);
}
