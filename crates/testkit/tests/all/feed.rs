//! The feed: in the order of each investment, complete for every reader, and never behind a transaction that takes long.

use std::sync::{Arc, Barrier};
use std::time::Duration;

use domain::{InvestmentId, Timestamp};
use futures_util::future::join_all;
use registry::events::{Happening, INVESTMENT_STATUS_CHANGED};
use registry::{Error, Registry};
use rstest::rstest;
use serde_json::{Value, json};
use storage::Scope;
use testkit::client::id;
use testkit::{Backend, Partner, TestApp};

/// Tells something of an investment as every operation does: under its lock, in its sequence.
fn tell(registry: &Registry, tx: &mut database::Tx, order: InvestmentId) -> Result<(), Error> {
    let mut record = storage::investments::lock(tx, &Scope::ALL, order)?.unwrap();
    record.event_sequence += 1;
    let happening = Happening {
        environment: record.environment,
        platform: record.platform,
        kind: INVESTMENT_STATUS_CHANGED,
        investment: Some(order),
        investor: None,
        transfer: None,
        redemption: None,
        status: Some(record.investment.status().as_str()),
        previous: None,
        sequence: record.event_sequence,
        at: Timestamp::from_seconds(0),
    };
    registry::events::emit(registry, tx, "environment", &happening)?;
    storage::investments::update(tx, &record)?;
    Ok(())
}

/// The same in a transaction of its own, which stays open for a while.
async fn tell_slowly(registry: &Registry, order: InvestmentId, pause: Duration) {
    let own = registry.clone();
    let told = registry.db.write(move |tx| {
        tell(&own, tx, order)?;
        // What waits for the commit is sent, so that the event has its position.
        storage::investments::find(tx, &Scope::ALL, order)?;
        std::thread::sleep(pause);
        Ok::<_, Error>(())
    });
    told.await.unwrap();
}

/// Orders that wait for their acceptance, each with one event.
async fn orders(partner: &Partner, count: usize) -> Vec<InvestmentId> {
    let customer = partner.customer().await;
    let mut orders = Vec::new();
    for _ in 0..count {
        let order = id(&partner.invest(&customer, 1, json!({})).await);
        orders.push(order.parse().unwrap());
    }
    orders
}

/// The feed behind an event, page by page.
async fn behind(partner: &Partner, after: Option<&Value>, page_size: usize) -> Vec<Value> {
    let mut events: Vec<Value> = Vec::new();
    loop {
        let last = events.last().or(after);
        let place = last.map_or_else(String::new, |event| {
            format!("&after={}", event["id"].as_str().unwrap())
        });
        let path = format!("events/?page_size={page_size}{place}");
        let page = partner.api.get(&path).await.expect(200);
        events.extend(page["results"].as_array().unwrap().clone());
        if page["has_more"] != true {
            return events;
        }
    }
}

fn sequences(feed: &[Value], order: InvestmentId) -> Vec<u64> {
    let order = order.to_string();
    feed.iter()
        .filter(|event| event["investment_id"] == order.as_str())
        .map(|event| event["sequence"].as_u64().unwrap())
        .collect()
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_an_order_goes_through_is_told_in_order_whoever_began_first(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a transaction that has written something before another one tells of the order, and tells of the same order after it.
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let [order, other] = orders(&partner, 2).await[..] else {
        panic!("two orders");
    };
    let registry = &app.app.registry;
    // SQLite has one writer: there the two follow one another.
    let meetings = (backend == Backend::Postgres)
        .then(|| (Arc::new(Barrier::new(2)), Arc::new(Barrier::new(2))));
    let (own, theirs) = (registry.clone(), meetings.clone());
    let early = registry.db.write(move |tx| {
        tell(&own, tx, other)?;
        storage::investments::find(tx, &Scope::ALL, other)?;
        if let Some((begun, told)) = &theirs {
            begun.wait();
            told.wait();
        }
        tell(&own, tx, order)
    });
    let late = async {
        let Some((begun, told)) = meetings else {
            return;
        };
        tokio::task::spawn_blocking(move || begun.wait())
            .await
            .unwrap();
        tell_slowly(registry, order, Duration::ZERO).await;
        // When the later transaction's event is read while the early one is still open, it is there.
        let seen = partner.feed().await;
        assert_eq!(sequences(&seen, order), [1, 2]);
        assert_eq!(sequences(&seen, other), [1]);
        tokio::task::spawn_blocking(move || told.wait())
            .await
            .unwrap();
    };
    let (told, ()) = tokio::join!(early, late);
    told.unwrap();

    // Then the order's events stand in its sequence, whatever happened when.
    let feed = partner.feed().await;
    let count = if backend == Backend::Postgres { 3 } else { 2 };
    assert_eq!(sequences(&feed, order), (1..=count).collect::<Vec<_>>());
    assert_eq!(sequences(&feed, other), [1, 2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_committed_late_comes_behind_what_was_read() {
    // Given an event that is written first and committed last; only PostgreSQL has such.
    let app = TestApp::start(Backend::Postgres).await;
    let partner = app.partner(0).await;
    let [early, late] = orders(&partner, 2).await[..] else {
        panic!("two orders");
    };
    let registry = app.app.registry.clone();
    let (written, read) = (Arc::new(Barrier::new(2)), Arc::new(Barrier::new(2)));
    let (own, its_written, its_read) = (registry.clone(), written.clone(), read.clone());
    let open = tokio::spawn(async move {
        let db = own.db.clone();
        let told = db.write(move |tx| {
            tell(&own, tx, early)?;
            storage::investments::find(tx, &Scope::ALL, early)?;
            its_written.wait();
            its_read.wait();
            Ok::<_, Error>(())
        });
        told.await.unwrap();
    });
    tokio::task::spawn_blocking(move || written.wait())
        .await
        .unwrap();
    tell_slowly(&registry, late, Duration::ZERO).await;

    // When a partner has read up to the later one before the earlier one is committed.
    let seen = partner.feed().await;
    assert_eq!(sequences(&seen, late), [1, 2]);
    tokio::task::spawn_blocking(move || read.wait())
        .await
        .unwrap();
    open.await.unwrap();

    // Then the earlier one is what it reads next.
    let next = behind(&partner, seen.last(), 50).await;
    assert_eq!(next.len(), 1);
    assert_eq!(sequences(&next, early), [2]);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn every_reader_sees_every_event_once_while_many_write(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[values(1, 2, 3)] seed: u64,
) {
    // Given writers whose transactions overlap, and readers that follow with pages of several sizes.
    const WRITERS: u64 = 5;
    const EACH: u64 = 30;
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let orders = orders(&partner, 4).await;
    let before = partner.feed().await;
    let registry = &app.app.registry;
    let writing = join_all((0..WRITERS).map(async |writer| {
        let mut dice = seed * 1_000 + writer;
        for _ in 0..EACH {
            // The multiplier of Knuth's MMIX generator.
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let order = orders[(dice >> 33) as usize % orders.len()];
            tell_slowly(registry, order, Duration::from_micros((dice >> 40) % 4_000)).await;
        }
    }));
    let expected = before.len() + usize::try_from(WRITERS * EACH).unwrap();
    let reading = join_all([1, 7, 50].map(async |page_size| {
        let mut seen = before.clone();
        while seen.len() < expected {
            let next = behind(&partner, seen.last(), page_size).await;
            seen.extend(next);
        }
        seen
    }));
    let patience = Duration::from_secs(100);
    let (_, readers) = tokio::time::timeout(patience, async { tokio::join!(writing, reading) })
        .await
        .expect("every reader sees every event");

    // Then all have read the same, which is what the feed is, and each order's events stand in its sequence.
    let feed = partner.feed().await;
    assert_eq!(feed.len(), expected);
    for seen in &readers {
        assert_eq!(*seen, feed);
    }
    for order in orders {
        let told = sequences(&feed, order);
        assert_eq!(told, (1..=told.len() as u64).collect::<Vec<_>>());
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn who_lived_on_webhooks_goes_on_behind_the_last_one(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given more events than get their place in one step, none of which anybody has read.
    const EVENTS: u64 = 1_500;
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let order = orders(&partner, 1).await[0];
    let own = app.app.registry.clone();
    let told = app.app.registry.db.write(move |tx| {
        for _ in 0..EVENTS {
            tell(&own, tx, order)?;
        }
        let newest = database::Sql("select id from events order by position desc limit 1");
        Ok::<uuid::Uuid, Error>(tx.query_one(newest, &[])?.get(0)?)
    });
    let last = told.await.unwrap();

    // When it asks for what is behind the last one, then there is nothing, and then there is what follows.
    let heard = json!({"id": last.to_string()});
    assert!(behind(&partner, Some(&heard), 50).await.is_empty());
    tell_slowly(&app.app.registry, order, Duration::ZERO).await;
    let next = behind(&partner, Some(&heard), 50).await;
    assert_eq!(sequences(&next, order), [EVENTS + 2]);
    assert_eq!(
        sequences(&behind(&partner, None, 500).await, order),
        (1..=EVENTS + 2).collect::<Vec<_>>()
    );
}
