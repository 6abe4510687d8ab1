//! `kill -9` of the server at every named place and at seeded random moments: after a restart nothing is lost, nothing is
//! doubled, and chain, register, API and webhooks tell the same.
//!
//! A failed seed can be run alone: `CASHLINK_CRASH_SEED=17 cargo nextest run -p cashlink --test crash random`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::print_stderr
)]

#[path = "../common/mod.rs"]
mod common;

mod checks;
mod client;
mod door;
mod gateway;
mod moves;
mod orders;
mod place;
mod pledges;
mod points;
mod redemptions;
mod registrars;
mod seeds;
mod transfers;
mod world;

use database::testing::Backend;
use rstest::rstest;
use tokio::task::JoinSet;

use points::Point;
use world::{Death, World};

/// The points of one kind, each visited on data that grows.
async fn visit(backend: Backend, kind: &str) {
    let points = points::of(kind);
    assert!(!points.is_empty(), "there is no point of the kind {kind}");
    let mut world = World::open(backend, 1).await;
    for Point { name, visit } in points {
        world
            .round(&format!("{name}:{visit}"), [Death::At(&name, visit)])
            .await;
    }
    world.at_last().await;
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_while_roots_are_written(#[case] backend: Backend) {
    visit(backend, "anchor").await;
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_while_deliveries_are_carried(#[case] backend: Backend) {
    visit(backend, "delivery").await;
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_around_commits(#[case] backend: Backend) {
    visit(backend, "database").await;
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_while_webhooks_are_sent(#[case] backend: Backend) {
    visit(backend, "webhooks").await;
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_while_transfers_are_carried(#[case] backend: Backend) {
    let points = points::of("transfer");
    assert!(!points.is_empty(), "there is no point of the kind transfer");
    let mut world = World::open(backend, 1).await;
    // Somebody has to hold something before it can be given on.
    world.round("before any transfer", []).await;
    world.transfers_too = true;
    for Point { name, visit } in points {
        world
            .round(&format!("{name}:{visit}"), [Death::At(&name, visit)])
            .await;
    }
    assert!(!world.transfers.is_empty());
    world.at_last().await;
}

/// The places on both ways: of the units to the issuer, and of their end.
#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reg_31_killed_while_redemptions_are_carried(#[case] backend: Backend) {
    let points = [points::of("redemption"), points::of("deletion")].concat();
    assert_eq!(points.len(), 12, "there are places of both kinds");
    let mut world = World::open(backend, 1).await;
    // Somebody has to hold something before it can be given back.
    world.round("before any redemption", []).await;
    world.redemptions_too = true;
    for Point { name, visit } in points {
        world
            .round(&format!("{name}:{visit}"), [Death::At(&name, visit)])
            .await;
    }
    assert!(!world.redemptions.is_empty());
    world.at_last().await;
}

/// The places on both ways: until something is entered, and until it is released.
#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reg_09_killed_while_restrictions_are_carried(#[case] backend: Backend) {
    let points = [points::of("restriction"), points::of("release")].concat();
    assert_eq!(points.len(), 12, "there are places of both kinds");
    let mut world = World::open(backend, 1).await;
    // Somebody has to hold something before it can be pledged.
    world.round("before any pledge", []).await;
    world.pledges_too = true;
    for Point { name, visit } in points {
        world
            .round(&format!("{name}:{visit}"), [Death::At(&name, visit)])
            .await;
    }
    assert!(!world.pledges.is_empty());
    world.at_last().await;
}

/// The places on both ways: until something is re-registered, and until it is back.
#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reg_18_killed_while_units_are_re_registered_and_put_back(#[case] backend: Backend) {
    let points = points::of("reregistration");
    assert_eq!(points.len(), 12, "each place is met on both ways");
    let mut world = World::open(backend, 1).await;
    // Somebody has to hold something before it can be re-registered.
    world.round("before any order", []).await;
    world.moves_too = true;
    for Point { name, visit } in points {
        world
            .round(&format!("{name}:{visit}"), [Death::At(&name, visit)])
            .await;
    }
    assert!(!world.moves.is_empty());
    world.at_last().await;
}

/// An asset is issued once, so each point needs a network of its own.
#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_while_assets_are_issued(#[case] backend: Backend) {
    let points = points::of("issue");
    assert!(!points.is_empty(), "there is no point of the kind issue");
    for together in points.chunks(3) {
        let mut networks = JoinSet::new();
        for Point { name, visit } in together.iter().cloned() {
            networks.spawn(async move {
                let mut world = World::open_after(backend, &[Death::At(&name, visit)]).await;
                world.round(&format!("after {name}:{visit}"), []).await;
            });
        }
        while let Some(done) = networks.join_next().await {
            done.expect("a network has failed; its reason stands above");
        }
    }
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn killed_at_random_moments(#[case] backend: Backend) {
    seeds::run(backend).await;
}

#[test]
fn every_point_of_the_code_has_a_test() {
    let kinds = [
        "issue",
        "anchor",
        "delivery",
        "transfer",
        "redemption",
        "deletion",
        "restriction",
        "release",
        "reregistration",
        "database",
        "webhooks",
        "gateway",
    ];
    for name in points::in_the_code() {
        let kind = name.split('.').next().unwrap();
        assert!(kinds.contains(&kind), "no test visits {name}");
    }
    for name in worker::CRASH_POINTS {
        assert!(points::in_the_code().contains(*name), "{name} is lost");
    }
}
