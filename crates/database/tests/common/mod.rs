//! The table that the tests of transactions work on.
#![allow(dead_code, reason = "each test file uses its part")]

use database::testing::{Backend, fresh};
use database::{Component, DatabaseError, Db, Migration, Sql, Tx, Value};
use uuid::Uuid;

pub const NOTES: Component = Component {
    name: "notes",
    migrations: &[Migration {
        version: 1,
        name: "notes",
        sqlite: "create table notes (
            id blob not null primary key,
            key text not null unique,
            count integer not null check (count >= 0),
            done integer not null,
            seen integer,
            body blob
        ) strict;",
        postgres: "create table notes (
            id uuid not null primary key,
            key text not null unique,
            count bigint not null check (count >= 0),
            done boolean not null,
            seen timestamptz,
            body bytea
        );",
    }],
};

pub const INSERT: Sql = Sql("
insert into notes (id, key, count, done, seen, body)
values ($1, $2, $3, $4, $5, $6)");
pub const INSERT_NEW: Sql = Sql("
insert into notes (id, key, count, done)
values ($1, $2, 0, false)
on conflict (key) do nothing");
pub const SELECT: Sql = Sql("select id, key, count, done, seen, body from notes where key = $1");
pub const LOCK: Sql = Sql("select count from notes where key = $1 for update");
pub const SET: Sql = Sql("update notes set count = $2 where key = $1");
pub const COUNT: Sql = Sql("select count(*) from notes");

pub async fn notes(backend: Backend) -> Db {
    fresh(backend, &[NOTES]).await
}

pub fn note(key: &str) -> Vec<Value> {
    vec![
        Uuid::now_v7().into(),
        key.into(),
        0.into(),
        false.into(),
        Value::Null,
        Value::Null,
    ]
}

pub fn insert(tx: &mut Tx, key: &str) -> Result<(), DatabaseError> {
    tx.execute(INSERT, &note(key)).map(drop)
}

pub async fn count(db: &Db) -> i64 {
    db.read(|tx| tx.query_one(COUNT, &[])?.get::<i64>(0))
        .await
        .expect("a count")
}
