//! Both databases have the same tables and understand every statement of the sources.

use std::path::Path;

use cashlink::COMPONENTS;
use database::prepare_all;
use database::schema::describe;
use database::testing::{Statement, fresh, statements_in};
use rstest::rstest;
use testkit::Backend;

/// Crates that have SQL.
const SOURCES: [&str; 4] = ["storage", "webhooks", "database", "dlt-evm"];

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_and_postgres_have_the_same_schema() {
    let sqlite = describe(&fresh(Backend::Sqlite, &COMPONENTS).await)
        .await
        .unwrap();
    let postgres = describe(&fresh(Backend::Postgres, &COMPONENTS).await)
        .await
        .unwrap();
    assert!(sqlite.tables.len() > 20);
    let names =
        |schema: &database::schema::Schema| schema.tables.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&sqlite), names(&postgres));
    for (name, table) in &sqlite.tables {
        assert_eq!(table, &postgres.tables[name], "{name}");
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn every_statement_is_understood(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given every statement of the sources, but those that are for the other database alone.
    let db = fresh(backend, &COMPONENTS).await;
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut texts = Vec::new();
    for source in SOURCES {
        let found: Vec<Statement> = statements_in(&crates.join(source).join("src"));
        assert!(!found.is_empty(), "{source} has no statements");
        texts.extend(
            found
                .into_iter()
                .filter(|statement| is_for(backend, statement))
                .map(|statement| statement.text),
        );
    }
    assert!(
        texts.len() > 150,
        "this looks at the sources: {}",
        texts.len()
    );
    // When each is prepared, there is nothing to complain about.
    prepare_all(&db, &texts).await.unwrap();
}

/// Statements of the kit that ask one database about itself.
fn is_for(backend: Backend, statement: &Statement) -> bool {
    let other = match backend {
        Backend::Sqlite => ["pg_", "information_schema"],
        Backend::Postgres => ["pragma", "sqlite_"],
    };
    // The finder of statements has examples of its own.
    let is_example = statement.place.contains("/testing/");
    !is_example && !other.iter().any(|word| statement.text.contains(word))
}
