//! What each act costs, to the unit, as a committed file: whoever changes it sees by how much.

use std::fmt::Write as _;
use std::path::Path;

use alloy::primitives::FixedBytes;
use cashlink_dlt_evm::contracts::SecurityTokenFactory;

use crate::machine::TODAY;
use crate::ours::{self, Figures, Kind};

/// Names the way to accept other figures.
const ACCEPT: &str = "CASHLINK_ACCEPT_GAS";

#[test]
fn every_act_costs_what_is_committed() {
    let clone = ours::measure(TODAY, Kind::Clone);
    let plain = ours::measure(TODAY, Kind::Plain);
    let found = lines(&clone, &plain);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("contracts/gas.txt");
    if std::env::var_os(ACCEPT).is_some() {
        std::fs::write(&path, &found).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap();
    let changed: Vec<&str> = found
        .lines()
        .filter(|line| !committed.lines().any(|known| known == *line))
        .collect();
    assert_eq!(
        committed,
        found,
        "\nother figures:\n{}\nto accept them, run this test with {ACCEPT}=1 and commit contracts/gas.txt",
        changed.join("\n")
    );
}

#[test]
fn a_batch_of_a_hundred_stays_near_the_floor() {
    let floor = 26_000 + 24_248 * 100;
    for (kind, thousandths) in [(Kind::Plain, 1_013), (Kind::Clone, 1_015)] {
        let figures = ours::measure(TODAY, kind);
        let gas = find(&figures, "batch of 100, new");
        assert!(gas * 1_000 <= floor * thousandths, "{gas} of {floor}");
    }
}

/// What estimates go by is what is measured, and never less.
#[test]
fn estimates_go_by_what_is_measured() {
    let figures = ours::measure(TODAY, Kind::Clone);
    for deliveries in [1, 100, 500] {
        for (known, what) in [(0, "new"), (deliveries, "holders")] {
            let measured = find(&figures, &format!("batch of {deliveries}, {what}"));
            let estimate = domain::delivery_policy::DELIVERY_GAS.estimate(deliveries, known, 500);
            let said = estimate.gas_low;
            assert!(
                (measured..=measured * 1_001 / 1_000).contains(&said),
                "{what}: {said}, {measured}"
            );
        }
    }
}

#[test]
fn an_asset_costs_less_than_150_000() {
    let figures = ours::measure(TODAY, Kind::Clone);
    let gas = find(&figures, "create an asset");
    assert!(gas < 150_000, "{gas}");
}

/// What measures agrees with the chain that is shipped.
#[tokio::test(flavor = "multi_thread")]
async fn the_embedded_chain_takes_the_same_gas() {
    let scene = crate::contract::scene().await;
    let call = crate::contract::creation();
    let isin = FixedBytes(*b"DE000A000000");
    let created = scene
        .registrar
        .act(
            scene.factory,
            SecurityTokenFactory::createCall {
                isin,
                issueVolume: 10_000_000,
                name: "Solarpark Brandenburg 31".into(),
                symbol: "SOLAR31".into(),
                ..call
            },
        )
        .await
        .unwrap();
    let figures = ours::measure(TODAY, Kind::Clone);
    assert_eq!(created.gas_used, find(&figures, "create an asset"));
}

fn find(figures: &Figures, what: &str) -> u64 {
    let found = figures.iter().find(|(name, _)| name == what);
    found.expect("it is measured").1
}

fn lines(clone: &Figures, plain: &Figures) -> String {
    let mut text = format!(
        "{:<48}{:>12}{:>12}\n",
        "gas of a transaction", "clone", "plain"
    );
    for ((what, clone), (_, plain)) in clone.iter().zip(plain) {
        writeln!(text, "{what:<48}{clone:>12}{plain:>12}").unwrap();
    }
    text
}
