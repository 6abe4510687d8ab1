//! Migrations, schema comparison, leases, backup.
#![allow(clippy::unwrap_used)]

mod common;

use std::path::Path;
use std::time::Duration;

use common::{NOTES, count, insert, notes};
use database::schema::{Kind, describe};
use database::testing::{Backend, fresh, place, statements_in};
use database::{
    COMPONENT, Component, DatabaseError, Db, Migration, SchemaError, check, lease, migrate,
    prepare_all,
};
use rstest::rstest;

const FIRST: Migration = NOTES.migrations[0];
const SECOND: Migration = Migration {
    version: 2,
    name: "more",
    sqlite: "create table more (id integer primary key) strict; create index notes_count on notes (count);",
    postgres: "create table more (id bigint primary key); create index notes_count on notes (count);",
};
const LATER: Component = Component {
    name: "notes",
    migrations: &[FIRST, SECOND],
};
const CHANGED: Component = Component {
    name: "notes",
    migrations: &[
        Migration {
            sqlite: "create table other (id integer) strict",
            postgres: "create table other (id bigint)",
            ..FIRST
        },
        SECOND,
    ],
};
const BROKEN: Component = Component {
    name: "notes",
    migrations: &[
        FIRST,
        SECOND,
        Migration {
            version: 3,
            name: "broken",
            sqlite: "creat table x",
            postgres: "creat table x",
        },
    ],
};

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_schema_is_brought_up_once_and_checked(#[case] backend: Backend) {
    let db = fresh(backend, &[]).await;
    let missing = |version| SchemaError::Missing {
        component: "notes".into(),
        version,
    };

    assert_eq!(check(&db, &[NOTES]).await, Err(missing(1)));
    assert_eq!(
        migrate(&db, &[NOTES]).await.unwrap().applied,
        [("notes", 1, "notes")]
    );
    assert_eq!(check(&db, &[NOTES]).await, Ok(()));
    assert_eq!(migrate(&db, &[NOTES]).await.unwrap().applied, []);
    assert_eq!(check(&db, &[LATER]).await, Err(missing(2)));
    assert!(matches!(
        migrate(&db, &[BROKEN]).await,
        Err(SchemaError::Database(_))
    ));
    assert_eq!(
        check(&db, &[LATER]).await,
        Err(missing(2)),
        "nothing of a failed run stays"
    );
    assert_eq!(
        migrate(&db, &[LATER]).await.unwrap().applied,
        [("notes", 2, "more")]
    );
    db.write(|tx| insert(tx, "a")).await.unwrap();
    assert_eq!(count(&db).await, 1);
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_newer_or_changed_schema_is_refused(#[case] backend: Backend) {
    let db = fresh(backend, &[LATER]).await;
    let newer = Err(SchemaError::Newer {
        component: "notes".into(),
        version: 2,
    });

    assert_eq!(migrate(&db, &[NOTES]).await.map(drop), newer);
    assert_eq!(check(&db, &[NOTES]).await, newer);
    assert!(matches!(
        check(&db, &[]).await,
        Err(SchemaError::Newer { .. })
    ));
    assert!(matches!(
        migrate(&db, &[CHANGED]).await,
        Err(SchemaError::Changed { version: 1, .. })
    ));
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn processes_that_migrate_together_wait_for_one_another(#[case] backend: Backend) {
    let (options, _folder) = place(backend, &[]).await;
    let mut running = Vec::new();
    for _ in 0..4 {
        let db = Db::open(&options).await.unwrap();
        running.push(tokio::spawn(async move { migrate(&db, &[LATER]).await }));
    }

    let mut applied = 0;
    for task in running {
        applied += task.await.unwrap().unwrap().applied.len();
    }

    assert_eq!(applied, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_databases_have_the_same_schema() {
    let components = [COMPONENT, LATER];
    let lite = describe(&fresh(Backend::Sqlite, &components).await)
        .await
        .unwrap();
    let server = describe(&fresh(Backend::Postgres, &components).await)
        .await
        .unwrap();

    assert_eq!(lite, server);
    let notes = &lite.tables["notes"];
    assert_eq!(notes.columns["seen"].kind, Kind::Integer);
    assert!(notes.columns["seen"].nullable && !notes.columns["id"].nullable);
    assert_eq!(notes.primary_key, ["id"]);
    assert_eq!(notes.unique.first().unwrap().columns, ["key"]);
    assert_eq!(notes.indexes.first().unwrap().columns, ["count"]);
    assert_eq!(lite.tables.len(), 6);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn references_and_partial_keys_are_compared_too() {
    const TREE: Component = Component {
        name: "tree",
        migrations: &[Migration {
            version: 1,
            name: "tree",
            sqlite: "create table trees (a blob not null, b text not null, primary key (a, b)) strict;
                create table leaves (id blob primary key, a blob, b text, foreign key (a, b) references trees (a, b)) strict;
                create unique index one on leaves (a) where b is not null;",
            postgres: "create table trees (a bytea not null, b text not null, primary key (a, b));
                create table leaves (id uuid primary key, a bytea, b text, foreign key (a, b) references trees (a, b));
                create unique index one on leaves (a) where b is not null;",
        }],
    };
    let lite = describe(&fresh(Backend::Sqlite, &[TREE]).await)
        .await
        .unwrap();
    let server = describe(&fresh(Backend::Postgres, &[TREE]).await)
        .await
        .unwrap();

    assert_eq!(lite, server);
    let leaves = &lite.tables["leaves"];
    assert_eq!(leaves.foreign_keys.first().unwrap().targets, ["a", "b"]);
    assert!(leaves.unique.first().unwrap().partial);
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_statement_of_the_kit_can_be_prepared(#[case] backend: Backend) {
    let db = fresh(backend, &[COMPONENT]).await;
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let of_one_engine = |text: &str| {
        ["sqlite_schema", "pragma_", "pg_", "information_schema"]
            .iter()
            .any(|word| text.contains(word))
    };
    let found = statements_in(&source)
        .into_iter()
        .filter(|statement| !statement.place.contains("testing"));
    let texts: Vec<_> = found
        .map(|statement| statement.text)
        .filter(|text| !of_one_engine(text))
        .collect();

    assert!(texts.len() >= 14, "{texts:?}");
    assert_eq!(prepare_all(&db, &texts).await, Ok(()));
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_statement_that_cannot_be_prepared_is_named(#[case] backend: Backend) {
    let db = notes(backend).await;
    let texts = [
        "select key from notes where id = $1 for update".to_owned(),
        "select wrong from notes".to_owned(),
    ];

    let failure = prepare_all(&db, &texts).await.unwrap_err();

    assert!(
        matches!(&failure, DatabaseError::Statement { sql, .. } if sql == "select wrong from notes"),
        "{failure}"
    );
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lease_has_one_holder_until_it_runs_out(#[case] backend: Backend) {
    let db = fresh(backend, &[COMPONENT]).await;
    let minute = Duration::from_secs(60);

    db.write(move |tx| {
        let (now, later) = (1_000_000_000, 1_000_000_000 + 61_000_000);
        let first = lease::acquire(tx, "blocks", "one", now, minute)?.unwrap();
        assert_eq!(lease::acquire(tx, "blocks", "two", now + 1, minute)?, None);
        assert!(lease::holds(tx, "blocks", first, now + 1)?);
        assert!(lease::renew(tx, "blocks", first, now + 1_000_000, minute)?);
        assert_eq!(
            lease::acquire(tx, "blocks", "two", now + 60_500_000, minute)?,
            None
        );
        let second = lease::acquire(tx, "blocks", "two", later, minute)?.unwrap();
        assert!(second > first);
        assert!(!lease::renew(tx, "blocks", first, later, minute)?);
        assert!(!lease::holds(tx, "blocks", first, later)?);
        lease::release(tx, "blocks", second, later)?;
        assert!(lease::acquire(tx, "blocks", "one", later, minute)?.unwrap() > second);
        Ok::<_, DatabaseError>(())
    })
    .await
    .unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_is_a_database_of_one_moment() {
    let db = notes(Backend::Sqlite).await;
    db.write(|tx| insert(tx, "a")).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy.sqlite");

    database::backup(&db, &copy).await.unwrap();
    db.write(|tx| insert(tx, "b")).await.unwrap();

    assert!(
        database::backup(&db, &copy).await.is_err(),
        "a backup is never overwritten"
    );
    let files: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(files, ["copy.sqlite"]);
    let restored = Db::open(&database::Options::sqlite(&copy)).await.unwrap();
    assert_eq!((count(&restored).await, count(&db).await), (1, 2));
}
