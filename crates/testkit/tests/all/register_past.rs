//! The register as it was: after every entry, at every time, for each holder.

use std::collections::BTreeMap;

use database::Sql;
use rstest::rstest;
use serde_json::Value;
use testkit::client::{Session, id};
use testkit::{Backend, TestApp};

use crate::transfers::{Holder, ended};

async fn past(registrar: &Session, product: &str, query: &str) -> Value {
    let path = format!("products/{product}/register/past/?{query}");
    registrar.get(&path).await.expect(200)
}

/// Units by holder, in the order of the answer.
fn held(past: &Value) -> Vec<(String, u64)> {
    let holdings = past["holdings"].as_array().unwrap().iter();
    holdings
        .map(|held| {
            let holder = held["holder_id"].as_str().unwrap().to_owned();
            (holder, held["units"].as_u64().unwrap())
        })
        .collect()
}

/// The numbers of units, without whose they are.
fn units(past: &Value) -> Vec<u64> {
    held(past).into_iter().map(|(_, units)| units).collect()
}

/// § 26 eWpG: who is entered is the holder, so that it has to be known who was entered at any moment.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn reg_30_the_register_answers_as_of_every_entry_and_every_time(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given two holders, of whom one gives all it has to the other on the next day.
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let product = &partner.product_id;
    let (giver, _) = Holder::of_units(&app, &partner, &[6, 4]).await;
    let (receiver, _) = Holder::of_units(&app, &partner, &[1]).await;
    app.advance_days(1);
    let before = app.app.registry.clock.now().to_string();
    let body = giver.signed(&app, product, &receiver.customer.address, 10);
    let transfer = id(&partner.api.post("transfers/", &body).await.expect(201));
    ended(&partner, &transfer).await;

    // Then each entry has its answer, and the root hash is that of its time.
    let registrar = app.registrar().await;
    let now = past(&registrar, product, "").await;
    let volume = now["issue_volume"].as_u64().unwrap();
    let rest = volume - 11;
    assert_eq!((&now["sequence"], units(&now)), (&5.into(), vec![rest, 11]));
    let all: [&[u64]; 6] = [
        &[],
        &[volume],
        &[volume - 6, 6],
        &[volume - 10, 10],
        &[rest, 10, 1],
        &[rest, 11],
    ];
    let mut roots = BTreeMap::new();
    for (sequence, expected) in all.iter().enumerate() {
        let then = past(&registrar, product, &format!("sequence={sequence}")).await;
        assert_eq!(units(&then), *expected, "after entry {sequence}");
        assert_eq!(then["entered_at"].is_null(), sequence == 0);
        let root = then["root_hash"].as_str().unwrap().to_owned();
        roots.insert(root, sequence);
    }
    assert_eq!(roots.len(), 6);
    let register = format!("products/{product}/register/");
    let register = registrar.get(&register).await.expect(200);
    assert_eq!(register["root_hash"], now["root_hash"]);

    // And so has each time.
    let time = before.replace('+', "%2B");
    let then = past(&registrar, product, &format!("at={time}")).await;
    assert_eq!(then["sequence"], 4);
    let early = past(&registrar, product, "at=2020-01-01T00:00:00Z").await;
    assert_eq!((&early["sequence"], units(&early)), (&0.into(), vec![]));
    assert_eq!(early["issue_volume"], 0);

    // And each holder, also after it has left.
    let (left, _) = &held(&then)[1];
    for (sequence, expected) in [(1, vec![]), (2, vec![6]), (4, vec![10]), (5, vec![0])] {
        let query = format!("sequence={sequence}&holder_id={left}");
        let of_one = past(&registrar, product, &query).await;
        assert_eq!(units(&of_one), expected, "after entry {sequence}");
    }

    // And pages fit together.
    let first = past(&registrar, product, "sequence=4&page_size=2").await;
    assert_eq!(
        (&first["has_more"], units(&first)),
        (&true.into(), vec![rest, 10])
    );
    let after = &first["holdings"][1]["since"];
    let query = format!("sequence=4&page_size=2&after={after}");
    let second = past(&registrar, product, &query).await;
    assert_eq!(
        (&second["has_more"], units(&second)),
        (&false.into(), vec![1])
    );
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn reg_30_a_register_older_than_its_notes_answers_alike(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let product = &partner.product_id;
    let (giver, _) = Holder::of_units(&app, &partner, &[6, 4]).await;
    let registrar = app.registrar().await;
    let mut known = Vec::new();
    for sequence in 0..=3 {
        known.push(past(&registrar, product, &format!("sequence={sequence}")).await);
    }
    let (holder, _) = &held(&known[3])[1];
    let of_one = format!("sequence=2&holder_id={holder}");
    let one = past(&registrar, product, &of_one).await;

    // Without its notes it is replayed; the next entry notes everything again.
    let forget = Sql("delete from holding_changes");
    let db = &app.app.registry.db;
    db.write(move |tx| tx.execute(forget, &[])).await.unwrap();
    for round in 0..2 {
        for (sequence, expected) in known.iter().enumerate() {
            let then = past(&registrar, product, &format!("sequence={sequence}")).await;
            assert_eq!(then, *expected, "after entry {sequence} in round {round}");
        }
        assert_eq!(past(&registrar, product, &of_one).await, one);
        let order = id(&partner
            .invest(&giver.customer, 2, crate::statements::paid(&app))
            .await);
        partner.reaches(&order, "DELIVERED").await;
        let checked = registry::register_check::verify(&app.app.registry, None).await;
        let problems = checked.unwrap().into_iter().filter_map(|one| one.problem);
        assert_eq!(problems.collect::<Vec<_>>(), Vec::<String>::new());
    }
    assert_eq!(units(&past(&registrar, product, "").await)[1], 14);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_past_that_cannot_be_is_refused_by_field(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let product = app.environment(0).product_id.clone();
    let registrar = app.registrar().await;
    for (query, field, code) in [
        ("sequence=2", "sequence", "out_of_range"),
        ("sequence=1&after=2", "after", "out_of_range"),
        ("after=18446744073709551615", "after", "out_of_range"),
        ("at=yesterday", "at", "invalid_format"),
        ("sequence=1&at=2026-01-01T00:00:00Z", "at", "duplicate"),
    ] {
        let path = format!("products/{product}/register/past/?{query}");
        let reply = registrar.get(&path).await;
        reply.refused_fields("invalid_body", &[(field, code)]);
    }
}
