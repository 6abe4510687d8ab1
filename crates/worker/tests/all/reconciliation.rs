//! Register and network are compared all the time: what is on its way is waited for, what stays is an incident.

use database::testing::Backend;
use domain::Address;
use registry::Caller;
use registry::paging::Paging;
use registry::reconciliation;
use rstest::rstest;
use wire::reconciliation::{Incident, ReconciliationReport};

use crate::ledger::Fault;
use crate::stage::{Person, Stage};

const STRANGER: Address = Address::from_bytes([9; 20]);

async fn incidents(stage: &Stage) -> Vec<Incident> {
    let (caller, paging) = (
        Caller::network("auditor"),
        Paging {
            offset: 0,
            limit: 100,
        },
    );
    let listed = reconciliation::list(&stage.registry, &caller, true, paging).await;
    listed.unwrap().items
}

async fn holder(stage: &Stage, units: u64) -> Person {
    let person = stage.person(0, 1).await;
    stage.invest(&person, units).await;
    stage.settle().await;
    person
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_difference_that_stays_is_an_incident_and_is_opened_once(#[case] backend: Backend) {
    let stage = Stage::issued(backend).await;
    let person = holder(&stage, 7).await;
    for _ in 0..3 {
        stage.worker().reconcile_once().await;
    }
    assert_eq!(incidents(&stage).await, []);
    let watch = reconciliation::watch(&stage.registry).await.unwrap();
    assert_eq!((watch.differing, watch.incidents), (0, 0));

    // Units move on the network without the register's doing.
    let token = stage.assets[0].token_address;
    stage.ledger.move_unseen(token, person.address, STRANGER, 3);
    stage.worker().reconcile_once().await;
    assert_eq!(
        incidents(&stage).await,
        [],
        "the first look explains nothing yet"
    );
    let watch = reconciliation::watch(&stage.registry).await.unwrap();
    assert_eq!((watch.differing, watch.incidents), (1, 0));
    // It goes on leaving: what differs is another number each time.
    stage.ledger.move_unseen(token, person.address, STRANGER, 1);
    stage.worker().reconcile_once().await;
    let found = incidents(&stage).await;
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(found[0].wallet_address, Some(person.address.to_string()));
    assert_eq!((found[0].register_units, found[0].network_units), (7, 3));

    // The others go on, and what the incident is about is not found anew.
    let other = stage.person(0, 2).await;
    stage.invest(&other, 11).await;
    stage.settle().await;
    stage.worker().reconcile_once().await;
    stage.worker().reconcile_once().await;
    assert_eq!(incidents(&stage).await.len(), 1);
    let watch = reconciliation::watch(&stage.registry).await.unwrap();
    assert_eq!((watch.differing, watch.incidents), (0, 1));
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn what_is_on_its_way_is_no_incident(#[case] backend: Backend) {
    let stage = Stage::issued(backend).await;
    let person = holder(&stage, 7).await;
    stage.worker().reconcile_once().await;
    // A delivery has taken effect, and the register has not heard of it yet.
    for _ in 0..20 {
        stage.ledger.script("outcome", Fault::NotFinal);
    }
    stage.invest(&person, 5).await;
    stage.settle().await;
    let token = stage.assets[0].token_address;
    assert_eq!(stage.ledger.balance(token, person.address), 12);
    for _ in 0..4 {
        stage.worker().reconcile_once().await;
    }
    assert_eq!(incidents(&stage).await, []);
    stage.ledger.heal();
    stage.settle().await;
    for _ in 0..4 {
        stage.worker().reconcile_once().await;
    }
    assert_eq!(incidents(&stage).await, []);
    let watch = reconciliation::watch(&stage.registry).await.unwrap();
    assert_eq!((watch.differing, watch.incidents), (0, 0));
}

/// A signed report says what was found on each day, once.
#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn each_day_has_its_signed_report(#[case] backend: Backend) {
    let stage = Stage::issued(backend).await;
    holder(&stage, 7).await;
    stage.worker().reconcile_once().await;
    for _ in 0..2 {
        reconciliation::write_report(&stage.registry).await.unwrap();
    }
    stage.registry.clock.advance_seconds(86_400);
    reconciliation::write_report(&stage.registry).await.unwrap();
    let (caller, paging) = (
        Caller::network("auditor"),
        Paging {
            offset: 0,
            limit: 100,
        },
    );
    let reports = reconciliation::reports(&stage.registry, &caller, paging).await;
    let reports = reports.unwrap().items;
    let days: Vec<&str> = reports.iter().map(|one| one.day.as_str()).collect();
    assert_eq!(days, ["2026-11-21", "2026-11-22"]);
    for report in &reports {
        let key: tlog::Key = report.public_key.parse().unwrap();
        let note: tlog::Note = report.note.parse().unwrap();
        key.verify(&note).unwrap();
        let said: serde_json::Value = serde_json::from_str(&note.text).unwrap();
        assert_eq!(said["day"], report.day.as_str());
        let forged = tlog::Note {
            text: note.text.replace("2026", "2025"),
            ..note
        };
        assert!(key.verify(&forged).is_err());
    }
    // The first was written before anything was compared.
    let registers = |report: &ReconciliationReport| {
        let text = report.note.lines().next().unwrap();
        let said: serde_json::Value = serde_json::from_str(text).unwrap();
        said["registers"].clone()
    };
    assert_eq!(registers(&reports[0]), serde_json::json!([]));
    assert_eq!(registers(&reports[1])[0]["sequence"], 2);
}
