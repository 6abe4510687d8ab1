//! Fresh databases for tests.
//!
//! PostgreSQL is expected at `CASHLINK_TEST_POSTGRES`, the address of a superuser on a throw-away server. A test's
//! database is a copy of a template, made once per schema, and is left behind for the server's end: dropping it would
//! cost more than everything else.

#![allow(clippy::expect_used)]

mod statements;

pub use statements::{Statement, statements_in};

use sha2::{Digest, Sha256};
use tokio_postgres::NoTls;
use tokio_postgres::error::SqlState;
use uuid::Uuid;

use crate::{Component, Db, Engine, Options, migrate};

/// The database that a test runs on; tests take it as their parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    /// A file in a temporary folder, which goes with the last handle.
    Sqlite,
    /// A database of its own on the test server.
    Postgres,
}

/// The environment variable with the address of the test server.
pub const SERVER: &str = "CASHLINK_TEST_POSTGRES";

/// An empty database with these tables.
///
/// # Panics
/// If there is no server, or the migrations fail.
pub async fn fresh(backend: Backend, components: &[Component]) -> Db {
    let (options, folder) = place(backend, components).await;
    let db = Db::open(&options).await.expect("a fresh database opens");
    if backend == Backend::Sqlite {
        migrate(&db, components)
            .await
            .expect("the migrations apply");
    }
    db.keep(folder);
    db
}

/// Where a fresh database would be, for tests that open it themselves or several times. A SQLite file lives as long
/// as the folder that comes with it and is not migrated yet; a PostgreSQL database is.
///
/// # Panics
/// As [`fresh`].
pub async fn place(
    backend: Backend,
    components: &[Component],
) -> (Options, Option<tempfile::TempDir>) {
    match backend {
        Backend::Sqlite => {
            let folder = tempfile::tempdir().expect("a temporary folder");
            (
                Options::sqlite(&folder.path().join("test.sqlite")),
                Some(folder),
            )
        }
        Backend::Postgres => (copy_of_template(components).await, None),
    }
}

async fn copy_of_template(components: &[Component]) -> Options {
    let admin = admin().await;
    let template = template_name(components);
    // One process makes the template, the others wait for it.
    let lock = format!("select pg_advisory_lock(hashtext('{template}'))");
    admin
        .batch_execute(&lock)
        .await
        .expect("the lock of the template");
    let exists = "select 1 from pg_database where datname = $1";
    if admin
        .query_opt(exists, &[&template])
        .await
        .expect("a catalogue")
        .is_none()
    {
        make_template(&admin, &template, components).await;
    }
    admin
        .batch_execute("select pg_advisory_unlock_all()")
        .await
        .expect("the lock goes");
    let name = format!("test_{}", Uuid::now_v7().simple());
    create_database(&admin, &name, &format!("template {template}")).await;
    options_for(&name)
}

/// Under another name until it is complete, so that a test that dies half-way leaves no broken template behind.
async fn make_template(admin: &tokio_postgres::Client, template: &str, components: &[Component]) {
    let draft = format!("draft_{}", Uuid::now_v7().simple());
    create_database(admin, &draft, "template template0").await;
    let db = Db::open(&options_for(&draft))
        .await
        .expect("the draft opens");
    migrate(&db, components)
        .await
        .expect("the migrations apply");
    db.close().await;
    let rename = format!("alter database {draft} rename to {template}");
    execute_when_free(admin, &rename).await;
}

async fn create_database(admin: &tokio_postgres::Client, name: &str, from: &str) {
    execute_when_free(
        admin,
        &format!("create database {name} {from} strategy wal_log"),
    )
    .await;
}

/// The server notices a closed connection a moment later, and until then the database is in use.
async fn execute_when_free(admin: &tokio_postgres::Client, sql: &str) {
    for _ in 0..200 {
        match admin.batch_execute(sql).await {
            Err(error) if error.code() == Some(&SqlState::OBJECT_IN_USE) => {
                tokio::time::sleep(std::time::Duration::from_millis(25)).await;
            }
            result => return result.expect("the test server does what a superuser says"),
        }
    }
    panic!("the database stayed in use: {sql}");
}

fn template_name(components: &[Component]) -> String {
    let mut hash = Sha256::new();
    for component in components {
        for migration in component.migrations {
            hash.update(component.name);
            hash.update(migration.version.to_be_bytes());
            hash.update(migration.checksum(Engine::Postgres));
        }
    }
    format!("template_{}", hex::encode(&hash.finalize()[..12]))
}

async fn admin() -> tokio_postgres::Client {
    let connected = tokio_postgres::connect(&server(), NoTls).await;
    let (client, connection) = connected.expect("CASHLINK_TEST_POSTGRES leads to a server");
    tokio::spawn(connection);
    client
}

/// Few connections, because many tests share the server.
fn options_for(database: &str) -> Options {
    let server = server();
    let (rest, _) = server
        .rsplit_once('/')
        .expect("the address ends with a database");
    let mut options = Options::new(format!("{rest}/{database}"));
    options.connections = 8;
    options
}

fn server() -> String {
    std::env::var(SERVER).unwrap_or_else(|_| {
        panic!("{SERVER} is not set: run `cargo xtask test`, which starts a PostgreSQL server for the tests")
    })
}
