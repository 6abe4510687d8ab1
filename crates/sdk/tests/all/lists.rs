//! Lists: streamed, collected up to a limit, and never led astray.

use axum::response::{IntoResponse, Response};
use cashlink_sdk::{Error, InvestmentFilter};
use futures_util::TryStreamExt;
use serde_json::{Value, json};
use uuid::Uuid;
use wire::investments::InvestmentStatus;

use crate::stand_in::{Asked, StandIn};

const PAGES: u64 = 4;

fn page_of(asked: &Asked) -> u64 {
    let number = asked
        .query
        .split('&')
        .find_map(|pair| pair.strip_prefix("page="));
    number.map_or(1, |number| number.parse().unwrap())
}

fn entries(number: u64) -> Vec<Value> {
    let id = |entry: u64| Uuid::from_u64_pair(number, entry);
    (0..3).map(|entry| json!({"id": id(entry)})).collect()
}

/// A list whose links name the host behind the proxy.
fn page(asked: &Asked) -> Response {
    let number = page_of(asked);
    let next = (number < PAGES).then(|| {
        format!(
            "http://internal.invalid:8000{}?page={}&status=PAID",
            asked.path,
            number + 1
        )
    });
    let body =
        json!({"count": 3 * PAGES, "next": next, "previous": null, "results": entries(number)});
    axum::Json(body).into_response()
}

#[tokio::test]
async fn every_entry_comes_once_and_the_token_stays_at_home() {
    let server = StandIn::start(|_, asked| page(asked)).await;
    let filter = InvestmentFilter {
        status: Some(InvestmentStatus::Paid),
        ..InvestmentFilter::default()
    };
    let stream = server.distributor().list_investments(&filter).stream();
    let ids: Vec<Uuid> = stream
        .map_ok(|investment| investment.id)
        .try_collect()
        .await
        .unwrap();
    assert_eq!(ids.len(), 12);
    assert!(ids.is_sorted());
    let queries: Vec<String> = server
        .calls()
        .into_iter()
        .map(|asked| asked.query)
        .collect();
    assert_eq!(queries[0], "status=PAID");
    assert_eq!(queries[3], "page=4&status=PAID");
}

#[tokio::test]
async fn a_stream_that_is_dropped_reads_no_further() {
    let server = StandIn::start(|_, asked| page(asked)).await;
    let mut stream = server.distributor().list_investors().page_size(3).stream();
    for _ in 0..4 {
        stream.try_next().await.unwrap().unwrap();
    }
    drop(stream);
    assert_eq!(server.calls().len(), 2);
    assert_eq!(server.calls()[0].query, "page_size=3");
}

#[tokio::test]
async fn all_is_all_or_an_error() {
    let server = StandIn::start(|_, asked| page(asked)).await;
    let distributor = server.distributor();
    assert_eq!(
        distributor.list_investors().all(12).await.unwrap().len(),
        12
    );
    let error = distributor.list_investors().all(11).await.unwrap_err();
    assert_eq!(error, Error::TooMany { limit: 11 });
    let first = distributor.list_investors().first_page().await.unwrap();
    assert_eq!(
        (first.count, first.results.len(), first.has_more),
        (Some(12), 3, true)
    );
}

#[tokio::test]
async fn a_list_that_goes_round_in_circles_ends() {
    for empty in [false, true] {
        let server = StandIn::start(move |number, asked| {
            let next = match empty {
                true => format!("{}?page={}", asked.path, number + 2),
                false => format!("{}?page=2", asked.path),
            };
            let results = if empty { Vec::new() } else { entries(1) };
            axum::Json(json!({"count": 9, "next": next, "results": results})).into_response()
        })
        .await;
        let error = server
            .distributor()
            .list_investors()
            .all(1_000_000)
            .await
            .unwrap_err();
        assert!(matches!(error, Error::Unreadable(_)), "{error}");
        assert!(server.calls().len() <= 2);
    }
}

#[tokio::test]
async fn a_bare_array_is_a_list_too() {
    let server = StandIn::start(|_, _| axum::Json(entries(1)).into_response()).await;
    let statements = server.distributor().list_registry_statements(Uuid::nil());
    assert_eq!(statements.all(10).await.unwrap().len(), 3);
}
