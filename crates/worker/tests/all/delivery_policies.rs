//! Deliveries that wait for company or for a price, by the clock of the rules.

use database::testing::Backend;
use domain::InvestmentId;
use registry::delivery_costs;
use registry::{Caller, Request};
use rstest::rstest;
use wire::delivery_costs::{DeliveryPace, DeliveryPolicy};

use crate::stage::Stage;

const HOUR: i64 = 3_600;

async fn prefer(stage: &Stage, pace: DeliveryPace, window: Option<u32>, ceiling: Option<u64>) {
    let request = Request::internal("operator", "policy");
    let policy = DeliveryPolicy {
        pace,
        window_seconds: window,
        ceiling_wei_per_gas: ceiling,
    };
    delivery_costs::set_policy(&stage.registry, &request, stage.product(0), policy)
        .await
        .unwrap();
}

async fn assert_all(stage: &Stage, orders: &[InvestmentId], status: &str) {
    let found = stage.statuses(0, orders).await;
    assert!(found.iter().all(|found| found == status), "{found:?}");
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_window_gathers_deliveries(#[case] backend: Backend) {
    // Given a window of a minute, where four go together
    let stage = Stage::issued(backend).await;
    prefer(&stage, DeliveryPace::Normal, Some(60), None).await;
    let person = stage.person(0, 1).await;
    let mut orders = vec![stage.invest(&person, 1).await];
    stage.settle().await;
    assert_all(&stage, &orders, "PAID").await;
    // When it is over, what has come meanwhile goes along
    stage.registry.clock.advance_seconds(59);
    orders.push(stage.invest(&person, 2).await);
    stage.settle().await;
    assert_all(&stage, &orders, "PAID").await;
    stage.registry.clock.advance_seconds(1);
    stage.settle().await;
    assert_all(&stage, &orders, "DELIVERED").await;
    assert_eq!(stage.ledger.batches(stage.token(0)), 1);
    // And a full batch waits for nothing
    let mut more = Vec::new();
    for units in 1..=4 {
        more.push(stage.invest(&person, units).await);
    }
    stage.settle().await;
    assert_all(&stage, &more, "DELIVERED").await;
    assert_eq!(stage.ledger.batches(stage.token(0)), 2);
    stage.assert_in_order().await;
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn cheap_deliveries_wait_for_the_price_and_a_day_at_most(#[case] backend: Backend) {
    // Given deliveries that have waited for their window while gas is dear
    let stage = Stage::issued(backend).await;
    prefer(&stage, DeliveryPace::Cheap, None, Some(10)).await;
    stage.ledger.ask_price(11);
    stage.worker().reconcile_once().await;
    let person = stage.person(0, 1).await;
    let mut orders = Vec::new();
    for units in 1..=6 {
        orders.push(stage.invest(&person, units).await);
    }
    stage.registry.clock.advance_seconds(2 * HOUR);
    stage.settle().await;
    assert_all(&stage, &orders, "PAID").await;
    let registrar = Caller::network("operator");
    let estimate = delivery_costs::estimate(&stage.registry, &registrar, stage.product(0)).await;
    let estimate = estimate.unwrap();
    assert_eq!((estimate.investments, estimate.batches), (6, 1));
    assert_eq!(estimate.gas_low, estimate.gas_high);
    assert_eq!(
        estimate.fee_wei_low,
        Some((estimate.gas_low * 11).to_string())
    );
    assert_eq!(
        estimate.fee_wei_high,
        Some((estimate.gas_high * 22).to_string())
    );
    // When it is cheap enough they go together, more than usually do
    stage.ledger.ask_price(10);
    stage.worker().reconcile_once().await;
    stage.settle().await;
    assert_all(&stage, &orders, "DELIVERED").await;
    assert_eq!(stage.ledger.batches(stage.token(0)), 1);
    // When it stays dear they go after a day
    stage.ledger.ask_price(1_000);
    stage.worker().reconcile_once().await;
    let late = [stage.invest(&person, 7).await];
    stage.registry.clock.advance_seconds(24 * HOUR - 1);
    stage.settle().await;
    assert_all(&stage, &late, "PAID").await;
    let estimate = delivery_costs::estimate(&stage.registry, &registrar, stage.product(0)).await;
    let estimate = estimate.unwrap();
    assert!(
        estimate.gas_low < estimate.gas_high,
        "the wallet is known by now"
    );
    stage.registry.clock.advance_seconds(1);
    stage.settle().await;
    assert_all(&stage, &late, "DELIVERED").await;
    stage.assert_in_order().await;
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn numbers_beyond_their_limits_are_refused_by_their_fields(#[case] backend: Backend) {
    let stage = Stage::issued(backend).await;
    let request = Request::internal("operator", "policy");
    let policy = DeliveryPolicy {
        pace: DeliveryPace::Cheap,
        window_seconds: Some(86_401),
        ceiling_wei_per_gas: Some(u64::MAX),
    };
    let refused =
        delivery_costs::set_policy(&stage.registry, &request, stage.product(0), policy).await;
    let problem = refused.unwrap_err().to_problem();
    let fields: Vec<_> = problem
        .errors
        .iter()
        .map(|error| error.field.clone())
        .collect();
    assert_eq!(fields, ["window_seconds", "ceiling_wei_per_gas"]);
}
