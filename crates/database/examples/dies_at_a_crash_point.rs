//! Writes ten notes one after the other, for the test that lets it die in between (`tests/crash.rs`).
#![allow(clippy::unwrap_used)]

#[path = "../tests/common/mod.rs"]
mod common;

use common::insert;
use database::{Db, Options};

#[tokio::main]
async fn main() {
    let url = std::env::var("CASHLINK_TEST_CRASH_URL").unwrap();
    let db = Db::open(&Options::new(url)).await.unwrap();
    for number in 0..10 {
        db.write(move |tx| insert(tx, &number.to_string()))
            .await
            .unwrap();
    }
}
