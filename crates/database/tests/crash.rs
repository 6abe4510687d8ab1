//! A process that dies around a commit leaves all of the transaction or nothing of it.
#![allow(clippy::unwrap_used)]

mod common;

use std::process::Command;

use common::{NOTES, count};
use database::testing::{Backend, place};
use database::{Db, migrate};
use rstest::rstest;

const URL: &str = "CASHLINK_TEST_CRASH_URL";

#[rstest]
#[case::sqlite_before(Backend::Sqlite, "database.before_commit:5", 4)]
#[case::sqlite_after(Backend::Sqlite, "database.after_commit:5", 5)]
#[case::postgres_before(Backend::Postgres, "database.before_commit:5", 4)]
#[case::postgres_after(Backend::Postgres, "database.after_commit:5", 5)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_leaves_whole_transactions(
    #[case] backend: Backend,
    #[case] place_of_death: &str,
    #[case] kept: i64,
) {
    let (options, _folder) = place(backend, &[NOTES]).await;
    let db = Db::open(&options).await.unwrap();
    migrate(&db, &[NOTES]).await.unwrap();
    db.close().await;

    // target/debug/deps/crash-… stands beside target/debug/examples.
    let own = std::env::current_exe().unwrap();
    let examples = own.parent().unwrap().with_file_name("examples");
    let mut child = Command::new(examples.join("dies_at_a_crash_point"));
    child
        .env(URL, &options.url)
        .env("CASHLINK_CRASH_AT", place_of_death);
    let died = child.output().unwrap().status;

    assert!(!died.success());
    let db = Db::open(&options).await.unwrap();
    assert_eq!(count(&db).await, kept);
}
