//! Both databases have the same tables and understand every statement.

use std::path::Path;

use database::prepare_all;
use database::schema::describe;
use database::testing::{Backend, fresh, statements_in};
use gateway::COMPONENTS;
use rstest::rstest;

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_and_postgres_have_the_same_tables() {
    let sqlite = describe(&fresh(Backend::Sqlite, &COMPONENTS).await)
        .await
        .unwrap();
    let postgres = describe(&fresh(Backend::Postgres, &COMPONENTS).await)
        .await
        .unwrap();
    assert_eq!(sqlite, postgres);
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn every_statement_is_understood(#[case] backend: Backend) {
    let found = statements_in(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    assert!(
        found.len() > 80,
        "this looks at the sources: {}",
        found.len()
    );
    let texts: Vec<String> = found.into_iter().map(|statement| statement.text).collect();
    let db = fresh(backend, &COMPONENTS).await;
    assert_eq!(prepare_all(&db, &texts).await, Ok(()));
}
