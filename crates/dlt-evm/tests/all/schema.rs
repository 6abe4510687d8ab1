//! Both databases have the same tables and understand every statement.

use std::path::Path;

use database::prepare_all;
use database::schema::describe;
use database::testing::{Backend, fresh};

use crate::common::COMPONENTS;

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_and_postgres_have_the_same_tables() {
    let sqlite = describe(&fresh(Backend::Sqlite, COMPONENTS).await)
        .await
        .unwrap();
    let postgres = describe(&fresh(Backend::Postgres, COMPONENTS).await)
        .await
        .unwrap();
    assert!(sqlite.tables.contains_key("chain_block"));
    assert_eq!(sqlite, postgres);
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_understands_every_statement() {
    let db = fresh(Backend::Sqlite, COMPONENTS).await;
    assert_eq!(prepare_all(&db, &statements()).await, Ok(()));
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_understands_every_statement() {
    let db = fresh(Backend::Postgres, COMPONENTS).await;
    assert_eq!(prepare_all(&db, &statements()).await, Ok(()));
}

/// What stands between `Sql("` and `")` in the sources.
fn statements() -> Vec<String> {
    let mut texts = Vec::new();
    collect(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
        &mut texts,
    );
    assert!(
        texts.len() > 20,
        "this looks at the sources: {}",
        texts.len()
    );
    texts
}

fn collect(folder: &Path, texts: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, texts);
            continue;
        }
        let source = std::fs::read_to_string(&path).unwrap();
        for part in source.split("Sql(").skip(1) {
            if let Some(literal) = part.trim_start().strip_prefix('"') {
                let (text, _) = literal.split_once('"').unwrap();
                let lines = text.split("\\\n").map(str::trim_start);
                texts.push(lines.collect::<Vec<_>>().concat());
            }
        }
    }
}
