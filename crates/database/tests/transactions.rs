//! What a caller of the kit may rely on, on both databases.
#![allow(clippy::unwrap_used)]

mod common;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use common::{COUNT, INSERT, INSERT_NEW, LOCK, SELECT, SET, count, insert, note, notes};
use database::testing::Backend;
use database::{DatabaseError, Micros, Row, Sql, Value};
use rstest::rstest;
use uuid::Uuid;

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_value_comes_back_as_it_went_in(#[case] backend: Backend) {
    let db = notes(backend).await;
    let (id, seen) = (Uuid::now_v7(), 1_795_305_600_123_456);
    let params = vec![
        id.into(),
        "a".into(),
        (-0i64).into(),
        true.into(),
        Value::time(seen),
        vec![0u8, 255].into(),
    ];

    let row = db
        .write(move |tx| {
            tx.later(INSERT, &params)?;
            tx.query_one(SELECT, &["a".into()])
        })
        .await
        .map_err(|error: DatabaseError| error)
        .unwrap();

    assert_eq!(row.get::<Uuid>(0).unwrap(), id);
    assert_eq!(row.get::<String>(1).unwrap(), "a");
    assert_eq!(row.get::<i64>(2).unwrap(), 0);
    assert!(row.get::<bool>(3).unwrap());
    assert_eq!(row.get::<Option<Micros>>(4).unwrap(), Some(Micros(seen)));
    assert_eq!(row.get::<Option<Vec<u8>>>(5).unwrap(), Some(vec![0, 255]));
    assert!(matches!(
        row.get::<i64>(1),
        Err(DatabaseError::Type { column: 1, .. })
    ));
    assert!(row.get::<i64>(9).is_err());
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failing_transaction_undoes_nothing_of_its_neighbours(#[case] backend: Backend) {
    let db = notes(backend).await;

    let mut running = Vec::new();
    for number in 0..200 {
        let db = db.clone();
        running.push(tokio::spawn(async move {
            db.write(move |tx| {
                insert(tx, &format!("note {number}"))?;
                if number % 2 == 0 {
                    Err(DatabaseError::NoRow("on purpose".into()))
                } else {
                    Ok(())
                }
            })
            .await
        }));
    }
    let mut kept = 0;
    for task in running {
        kept += i64::from(task.await.unwrap().is_ok());
    }

    assert_eq!((kept, count(&db).await), (100, 100));
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deferred_write_must_change_one_row(#[case] backend: Backend) {
    const ALL: Sql = Sql("update notes set count = count + 1");
    const WITH: Sql = Sql(
        "with wanted as (select $1 as key) update notes set count = 9 where key in (select key from wanted)",
    );
    let db = notes(backend).await;
    db.write(|tx| {
        insert(tx, "a")?;
        insert(tx, "b")
    })
    .await
    .unwrap();

    for (sql, params) in [
        (SET, vec!["missing".into(), 1.into()]),
        (ALL, vec![]),
        (INSERT_NEW, vec![Uuid::now_v7().into(), "a".into()]),
        (WITH, vec!["missing".into()]),
    ] {
        let at_commit = params.clone();
        let outcome = db.write(move |tx| {
            tx.later(SET, &["a".into(), 7.into()])?;
            tx.later(sql, &at_commit)
        });
        assert!(
            matches!(outcome.await, Err(DatabaseError::RowCount(_))),
            "at the commit: {}",
            sql.0
        );
        let outcome = db.write(move |tx| {
            tx.later(SET, &["a".into(), 7.into()])?;
            tx.later(sql, &params)?;
            tx.query(COUNT, &[]).map(drop)
        });
        assert!(
            matches!(outcome.await, Err(DatabaseError::RowCount(_))),
            "before a query: {}",
            sql.0
        );
    }
    let row: Row = db
        .read(|tx| tx.query_one(SELECT, &["a".into()]))
        .await
        .map_err(|e: DatabaseError| e)
        .unwrap();
    assert_eq!(row.get::<i64>(2).unwrap(), 0);

    db.write(|tx| {
        tx.later(SET, &["a".into(), 7.into()])?;
        tx.later(WITH, &["b".into()])?;
        tx.later_any(ALL, &[])
    })
    .await
    .map_err(|error: DatabaseError| error)
    .unwrap();
    let row: Row = db
        .read(|tx| tx.query_one(SELECT, &["b".into()]))
        .await
        .map_err(|e: DatabaseError| e)
        .unwrap();
    assert_eq!(row.get::<i64>(2).unwrap(), 10);
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_taken_key_is_named_and_ends_the_transaction(#[case] backend: Backend) {
    let db = notes(backend).await;
    db.write(|tx| insert(tx, "a")).await.unwrap();

    let swallowed = db
        .write(|tx| {
            tx.execute(SET, &["a".into(), 5.into()])?;
            let first = insert(tx, "a").unwrap_err();
            assert!(first.is_unique(), "{first}");
            let DatabaseError::Unique { constraint } = first else {
                unreachable!()
            };
            assert!(
                constraint == "notes.key" || constraint == "notes_key_key",
                "{constraint}"
            );
            assert_eq!(insert(tx, "b"), Err(DatabaseError::Aborted));
            Ok::<_, DatabaseError>(())
        })
        .await;
    let deferred = db.write(|tx| tx.later(INSERT, &note("a"))).await;
    let refused = db
        .write(|tx| tx.execute(SET, &["a".into(), (-1).into()]))
        .await;

    assert!(swallowed.unwrap_err().is_unique());
    assert!(deferred.unwrap_err().is_unique());
    assert!(matches!(refused, Err(DatabaseError::Constraint(_))));
    let row: Row = db
        .read(|tx| tx.query_one(SELECT, &["a".into()]))
        .await
        .map_err(|e: DatabaseError| e)
        .unwrap();
    assert_eq!((row.get::<i64>(2).unwrap(), count(&db).await), (0, 1));
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_panic_is_an_error_and_the_thread_goes_on(#[case] backend: Backend) {
    let db = notes(backend).await;

    for _ in 0..20 {
        let outcome: Result<(), DatabaseError> = db
            .write(|tx| {
                insert(tx, "a")?;
                panic!("on purpose")
            })
            .await;
        assert_eq!(outcome, Err(DatabaseError::Panicked("on purpose".into())));
    }

    assert_eq!(count(&db).await, 0);
    db.write(|tx| insert(tx, "a")).await.unwrap();
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_thousand_claims_of_one_key_one_wins(#[case] backend: Backend) {
    let db = notes(backend).await;

    let mut running = Vec::new();
    for _ in 0..2000 {
        let db = db.clone();
        running.push(tokio::spawn(async move {
            db.write(|tx| tx.execute(INSERT_NEW, &[Uuid::now_v7().into(), "the key".into()]))
                .await
        }));
    }
    let mut inserted = 0;
    for task in running {
        inserted += task
            .await
            .unwrap()
            .map_err(|error: DatabaseError| error)
            .unwrap();
    }

    assert_eq!((inserted, count(&db).await), (1, 1));
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn concurrent_changes_of_one_locked_row_all_count(#[case] backend: Backend) {
    let db = notes(backend).await;
    db.write(|tx| insert(tx, "a")).await.unwrap();

    let mut running = Vec::new();
    for _ in 0..100 {
        let db = db.clone();
        running.push(tokio::spawn(async move {
            db.write(|tx| {
                let count: i64 = tx.query_one(LOCK, &["a".into()])?.get(0)?;
                tx.later(SET, &["a".into(), (count + 1).into()])
            })
            .await
        }));
    }
    for task in running {
        task.await
            .unwrap()
            .map_err(|error: DatabaseError| error)
            .unwrap();
    }

    let row: Row = db
        .read(|tx| tx.query_one(SELECT, &["a".into()]))
        .await
        .map_err(|e: DatabaseError| e)
        .unwrap();
    assert_eq!(row.get::<i64>(2).unwrap(), 100);
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_statements_answer_in_their_order(#[case] backend: Backend) {
    const ECHO: Sql = Sql("select cast($1 as text)");
    let db = notes(backend).await;

    let answers = db
        .write(|tx| {
            tx.later(INSERT, &note("a"))?;
            let texts: Vec<[Value; 1]> = (0..300)
                .map(|number| [Value::from(number.to_string())])
                .collect();
            let mut flight: Vec<(Sql, &[Value])> =
                texts.iter().map(|text| (ECHO, text.as_slice())).collect();
            flight.push((COUNT, &[]));
            tx.query_many(&flight)
        })
        .await
        .map_err(|error: DatabaseError| error)
        .unwrap();

    assert_eq!(answers.len(), 301);
    for (number, rows) in answers[..300].iter().enumerate() {
        assert_eq!(rows[0].get::<String>(0).unwrap(), number.to_string());
    }
    assert_eq!(answers[300][0].get::<i64>(0).unwrap(), 1);
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_sees_one_moment_and_cannot_write(#[case] backend: Backend) {
    let db = notes(backend).await;
    let writer = db.clone();
    let runtime = tokio::runtime::Handle::current();

    let counts = db
        .read(move |tx| {
            let before: i64 = tx.query_one(COUNT, &[])?.get(0)?;
            let writer = writer.clone();
            runtime.block_on(async move {
                writer
                    .write(|tx| insert(tx, &Uuid::now_v7().to_string()))
                    .await
            })?;
            let after: i64 = tx.query_one(COUNT, &[])?.get(0)?;
            Ok::<_, DatabaseError>((before, after))
        })
        .await
        .unwrap();
    let refused = db.read(|tx| insert(tx, "b")).await;
    let deferred = db.read(|tx| tx.later(INSERT, &note("b"))).await;

    assert_eq!(counts, (0, 0));
    assert!(
        matches!(deferred, Err(DatabaseError::Statement { .. })),
        "{deferred:?}"
    );
    assert!(
        matches!(refused, Err(DatabaseError::Statement { .. })),
        "{refused:?}"
    );
    assert_eq!(count(&db).await, 1);
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mistakes_in_a_call_are_errors_not_guesses(#[case] backend: Backend) {
    let db = notes(backend).await;

    let too_few = db.read(|tx| tx.query(SELECT, &[])).await;
    let no_table = db
        .read(|tx| tx.query(Sql("select nothing from nowhere"), &[]))
        .await;
    let no_row = db
        .read(|tx| tx.query_one(SELECT, &["missing".into()]))
        .await;
    let inner = db.clone();
    let nested = db
        .write(move |_| inner.write_blocking(|tx| insert(tx, "a")))
        .await;

    assert!(
        matches!(too_few, Err(DatabaseError::Statement { .. })),
        "{too_few:?}"
    );
    assert!(
        matches!(no_table, Err(DatabaseError::Statement { .. })),
        "{no_table:?}"
    );
    assert!(matches!(no_row, Err(DatabaseError::NoRow(_))));
    assert_eq!(nested, Err(DatabaseError::Nested));
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plain_thread_can_wait_for_a_transaction(#[case] backend: Backend) {
    let db = notes(backend).await;
    let inner = db.clone();

    let counted = std::thread::spawn(move || {
        inner.write_blocking(|tx| insert(tx, "a"))?;
        inner.read_blocking(|tx| tx.query_one(COUNT, &[])?.get::<i64>(0))
    });

    assert_eq!(counted.join().unwrap(), Ok::<_, DatabaseError>(1));
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wake_comes_with_the_commit_and_is_not_lost(#[case] backend: Backend) {
    let db = notes(backend).await;
    let refused = db.write(|tx| {
        tx.on_commit_wake("refused");
        Err::<(), _>(DatabaseError::NoRow("on purpose".into()))
    });
    refused.await.unwrap_err();
    db.write(|tx| {
        tx.on_commit_wake("kept");
        insert(tx, "a")
    })
    .await
    .unwrap();

    let slept_through = tokio::time::timeout(
        Duration::from_millis(50),
        db.woken("refused", Duration::from_secs(60)),
    )
    .await;
    let woken = tokio::time::timeout(
        Duration::from_secs(30),
        db.woken("kept", Duration::from_secs(60)),
    )
    .await;

    // On PostgreSQL everybody is woken once when the listener has its connection.
    assert!(slept_through.is_err() || backend == Backend::Postgres);
    assert!(woken.is_ok());
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_queue_is_an_answer(#[case] backend: Backend) {
    let (mut options, folder) = database::testing::place(backend, &[common::NOTES]).await;
    options.queue = 1;
    options.connections = 1;
    let db = database::Db::open(&options).await.unwrap();
    db.keep(folder);
    let (started, release) = (
        Arc::new(tokio::sync::Notify::new()),
        Arc::new(AtomicU32::new(0)),
    );
    let (inner, hold, tell) = (db.clone(), Arc::clone(&release), Arc::clone(&started));
    let blocker = tokio::spawn(async move {
        let held = inner.write(move |_| {
            tell.notify_one();
            while hold.load(Ordering::SeqCst) == 0 {
                std::thread::yield_now();
            }
            Ok::<_, DatabaseError>(())
        });
        held.await
    });
    started.notified().await;
    // The only connection is busy, so the queue's one place is taken by the first of these calls.
    let refused = loop {
        let call = db.write(|_| Ok::<_, DatabaseError>(()));
        if let Ok(answer) = tokio::time::timeout(Duration::from_millis(1), call).await {
            break answer;
        }
    };

    assert_eq!(refused, Err(DatabaseError::Overloaded));
    release.store(1, Ordering::SeqCst);
    assert!(blocker.await.unwrap().is_ok());
    while db.write(|_| Ok(())).await == Err(DatabaseError::Overloaded) {
        tokio::task::yield_now().await;
    }
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_is_there_for_the_next_process(#[case] backend: Backend) {
    let (options, _folder) = database::testing::place(backend, &[common::NOTES]).await;
    let db = database::Db::open(&options).await.unwrap();
    database::migrate(&db, &[common::NOTES]).await.unwrap();
    for number in 0..50 {
        db.write(move |tx| insert(tx, &number.to_string()))
            .await
            .unwrap();
    }
    db.clone().close().await;
    let closed = db.write(|tx| insert(tx, "late")).await;

    let reopened = database::Db::open(&options).await.unwrap();

    assert!(matches!(closed, Err(DatabaseError::Unavailable(_))));
    assert_eq!(count(&reopened).await, 50);
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_rows_are_inserted_as_they_are_or_none_of_them(#[case] backend: Backend) {
    let db = notes(backend).await;
    let row = |name: usize| -> [Value; 6] {
        note(&format!("row {name}"))
            .try_into()
            .expect("as many values as the table has columns")
    };
    let rows: Vec<_> = (0..123).map(row).collect();

    // Given a row that is there twice, among those that go together
    let mut twice = rows.clone();
    twice[30] = row(3);
    let refused = db.write(move |tx| tx.later_rows(INSERT, &twice)).await;
    assert!(
        matches!(refused, Err(DatabaseError::Unique { .. })),
        "{refused:?}"
    );
    assert_eq!(count(&db).await, 0);

    // Then the rows that differ are all there, each with what is its own.
    db.write(move |tx| tx.later_rows(INSERT, &rows))
        .await
        .map_err(|error: DatabaseError| error)
        .unwrap();
    assert_eq!(count(&db).await, 123);
    for name in ["row 0", "row 49", "row 50", "row 122"] {
        let found = db
            .read(move |tx| tx.query_one(SELECT, &[name.into()]))
            .await
            .map_err(|error: DatabaseError| error)
            .unwrap();
        assert_eq!(found.get::<String>(1).unwrap(), name);
    }
}
