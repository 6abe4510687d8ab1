//! What only PostgreSQL does: conflicts, lock time-outs, broken connections, wake-ups between processes.
#![allow(clippy::unwrap_used)]

mod common;

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Barrier};
use std::time::Duration;

use common::{LOCK, NOTES, SET, count, insert, notes};
use database::testing::{Backend, place};
use database::{DatabaseError, Db, Row, Sql, Value};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deadlock_is_repeated_until_both_succeed() {
    let db = notes(Backend::Postgres).await;
    db.write(|tx| {
        insert(tx, "a")?;
        insert(tx, "b")
    })
    .await
    .unwrap();
    let attempts = Arc::new(AtomicU32::new(0));
    let meet = Arc::new(Barrier::new(2));

    let crossing = |first: &'static str, second: &'static str| {
        let (db, attempts, meet) = (db.clone(), Arc::clone(&attempts), Arc::clone(&meet));
        let first_run = AtomicU32::new(0);
        tokio::spawn(async move {
            db.write(move |tx| {
                attempts.fetch_add(1, Ordering::SeqCst);
                let count: i64 = tx.query_one(LOCK, &[first.into()])?.get(0)?;
                if first_run.fetch_add(1, Ordering::SeqCst) == 0 {
                    meet.wait();
                }
                tx.query_one(LOCK, &[second.into()])?;
                tx.later(SET, &[first.into(), (count + 1).into()])
            })
            .await
        })
    };
    let (one, two) = (crossing("a", "b"), crossing("b", "a"));

    assert_eq!(one.await.unwrap(), Ok::<_, DatabaseError>(()));
    assert_eq!(two.await.unwrap(), Ok(()));
    assert!(attempts.load(Ordering::SeqCst) > 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_was_slower_looks_again() {
    const TAKE: Sql = Sql("update notes set count = count - 1 where key = $1 and count >= 1");
    const LEFT: Sql = Sql("select count from notes where key = $1");
    let db = notes(Backend::Postgres).await;
    db.write(|tx| {
        insert(tx, "a")?;
        tx.later(SET, &["a".into(), 1.into()])
    })
    .await
    .unwrap();
    let (looked, taken) = (Arc::new(Barrier::new(2)), Arc::new(Barrier::new(2)));
    let (slower, looks, waits) = (db.clone(), Arc::clone(&looked), Arc::clone(&taken));
    let first_run = AtomicU32::new(0);
    let slow = tokio::spawn(async move {
        let seen = slower.write(move |tx| {
            let left: i64 = tx.query_one(LEFT, &["a".into()])?.get(0)?;
            if first_run.fetch_add(1, Ordering::SeqCst) == 0 {
                looks.wait();
                waits.wait();
            }
            if left > 0 {
                tx.later_or_again(TAKE, &["a".into()])?;
            }
            Ok::<_, DatabaseError>(left)
        });
        seen.await
    });
    looked.wait();

    db.write(|tx| tx.later_or_again(TAKE, &["a".into()]))
        .await
        .unwrap();
    taken.wait();

    assert_eq!(slow.await.unwrap(), Ok(0), "its second look");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lock_that_is_not_given_up_is_an_error() {
    const SOON: Sql = Sql("select set_config('lock_timeout', '50ms', true)");
    let db = notes(Backend::Postgres).await;
    db.write(|tx| insert(tx, "a")).await.unwrap();
    let (held, done) = (Arc::new(Barrier::new(2)), Arc::new(Barrier::new(2)));
    let (holder, hold, until) = (db.clone(), Arc::clone(&held), Arc::clone(&done));
    let holding = tokio::spawn(async move {
        let locked = holder.write(move |tx| {
            tx.query_one(LOCK, &["a".into()])?;
            hold.wait();
            until.wait();
            Ok::<_, DatabaseError>(())
        });
        locked.await
    });
    held.wait();

    let refused = db
        .write(|tx| {
            tx.query(SOON, &[])?;
            tx.query_one(LOCK, &["a".into()])
        })
        .await;

    assert_eq!(refused, Err(DatabaseError::LockTimeout));
    done.wait();
    holding.await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broken_connection_is_made_again_and_the_transaction_repeated() {
    const OWN: Sql = Sql("select pg_backend_pid()");
    const END: Sql = Sql("select pg_terminate_backend($1)");
    let (mut options, _) = place(Backend::Postgres, &[NOTES]).await;
    options.connections = 1;
    let db = Db::open(&options).await.unwrap();
    let other = Db::open(&options).await.unwrap();
    let runs = Arc::new(AtomicU32::new(0));

    let counted = Arc::clone(&runs);
    let outcome = db.write(move |tx| {
        insert(tx, "a")?;
        let own: i64 = tx.query_one(OWN, &[])?.get(0)?;
        if counted.fetch_add(1, Ordering::SeqCst) == 0 {
            let (end, killer) = (Value::from(own), other.clone());
            // From a thread of its own, because a transaction must not wait for another one.
            let ended = std::thread::spawn(move || {
                killer.read_blocking(move |tx| tx.query(END, std::slice::from_ref(&end)))
            });
            ended.join().unwrap()?;
        }
        tx.execute(SET, &["a".into(), 3.into()])
    });

    assert_eq!(outcome.await, Ok::<_, DatabaseError>(1));
    assert_eq!(runs.load(Ordering::SeqCst), 2);
    assert_eq!(count(&db).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wake_reaches_another_process() {
    let (options, _) = place(Backend::Postgres, &[NOTES]).await;
    let (here, there) = (
        Db::open(&options).await.unwrap(),
        Db::open(&options).await.unwrap(),
    );
    let waiting = tokio::spawn(async move {
        // The first rings come from the listener's own start.
        for _ in 0..3 {
            there.woken("news", Duration::from_secs(60)).await;
        }
    });

    let woken = async {
        while !waiting.is_finished() {
            here.wake("news");
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    };

    assert!(
        tokio::time::timeout(Duration::from_secs(30), woken)
            .await
            .is_ok()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn plans_that_a_migration_made_outdated_are_made_again() {
    const ALL: Sql = Sql("select * from notes");
    const ADD: Sql = Sql("alter table notes add column more text");
    let (mut options, _) = place(Backend::Postgres, &[NOTES]).await;
    options.connections = 1;
    let db = Db::open(&options).await.unwrap();
    db.write(|tx| insert(tx, "a")).await.unwrap();
    let columns = async || -> Result<usize, DatabaseError> {
        let rows: Vec<Row> = db.write(|tx| tx.query(ALL, &[])).await?;
        Ok(rows[0].len())
    };
    assert_eq!(columns().await, Ok(6));

    db.write(|tx| tx.execute(ADD, &[]))
        .await
        .map_err(|error: DatabaseError| error)
        .unwrap();

    assert_eq!(columns().await, Ok(7));
}

#[tokio::test]
async fn an_unreachable_or_misspelt_server_is_an_error() {
    let mut options = database::Options::new("postgres://nobody@127.0.0.1:1/none");
    assert!(matches!(
        Db::open(&options).await,
        Err(DatabaseError::Unavailable(_))
    ));
    options.url = "postgres://nobody@127.0.0.1:1/none?sslmode=require".into();
    assert!(matches!(
        Db::open(&options).await,
        Err(DatabaseError::Options(_))
    ));
    options.url = "mysql://x".into();
    assert!(matches!(
        Db::open(&options).await,
        Err(DatabaseError::Options(_))
    ));
}
