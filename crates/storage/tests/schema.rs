//! Both databases have the same tables and understand every statement.
#![allow(clippy::unwrap_used)]

use std::path::Path;

use cashlink_storage::COMPONENT;
use database::Component;
use database::prepare_all;
use database::schema::describe;
use database::testing::{Backend, fresh, statements_in};
use rstest::rstest;

/// Some tables refer to keys of the kit.
const COMPONENTS: &[Component] = &[database::COMPONENT, COMPONENT];

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_and_postgres_have_the_same_tables() {
    let sqlite = describe(&fresh(Backend::Sqlite, COMPONENTS).await)
        .await
        .unwrap();
    let mut postgres = describe(&fresh(Backend::Postgres, COMPONENTS).await)
        .await
        .unwrap();
    // PostgreSQL commits out of order, so that the log of events needs the transaction beside the position.
    let (events, plain) = (
        postgres.tables.get_mut("events").unwrap(),
        &sqlite.tables["events"],
    );
    events
        .columns
        .retain(|column, _| plain.columns.contains_key(column));
    events.indexes.clone_from(&plain.indexes);
    assert_eq!(sqlite, postgres);
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn every_statement_is_understood(#[case] backend: Backend) {
    let found = statements_in(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    assert!(
        found.len() > 100,
        "this looks at the sources: {}",
        found.len()
    );
    let texts: Vec<String> = found.into_iter().map(|statement| statement.text).collect();
    let db = fresh(backend, COMPONENTS).await;
    assert_eq!(prepare_all(&db, &texts).await, Ok(()));
}
