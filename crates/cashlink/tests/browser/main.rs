//! People at the pages of a running network, in a real browser. Runs with the slow suites (`cargo xtask ci --full`), which bring the driver.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::print_stderr
)]

#[path = "../common/mod.rs"]
mod common;
#[allow(dead_code, reason = "the pages need no client of the API")]
#[path = "../contract/demo.rs"]
mod demo;
mod serve;

use std::path::{Path, PathBuf};
use std::process::Command;

use common::{Process, note};
use demo::Demo;
use serve::Network;

/// What the browser is driven with.
struct Driver {
    playwright: String,
    chromium: String,
}

/// None outside of the slow suites.
fn driver() -> Option<Driver> {
    let variable = |name: &str| std::env::var(name).ok();
    variable("CASHLINK_FULL")?;
    Some(Driver {
        playwright: variable("CASHLINK_TEST_PLAYWRIGHT").expect("the full run brings it"),
        chromium: variable("CASHLINK_TEST_CHROMIUM").expect("the full run finds it"),
    })
}

/// Runs a walk against the network at this address; it fails by its exit code and says in its last line what it did.
fn walk(
    script: &str,
    url: &str,
    variables: &[(&str, &str)],
    process: &Process,
    driver: &Driver,
) -> String {
    let script = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/browser")
        .join(script);
    let docs = docs();
    std::fs::create_dir_all(docs.join("pictures")).unwrap();
    let output = Command::new("node")
        .arg(script)
        .env("PLAYWRIGHT", &driver.playwright)
        .env("CHROMIUM", &driver.chromium)
        .env("NETWORK_URL", url)
        .env("DOCS", docs)
        .envs(variables.iter().copied())
        .output()
        .expect("node is there");
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{printed}\n{}\nserver:\n{}",
        String::from_utf8_lossy(&output.stderr),
        process.printed()
    );
    printed
}

/// The committed pages and pictures; a full run makes them anew.
fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs")
}

#[tokio::test(flavor = "multi_thread")]
async fn every_public_page_loads_nothing_from_elsewhere() {
    let Some(driver) = driver() else { return };
    let folder = tempfile::tempdir().unwrap();
    let demo = Demo::start(folder.path()).await;
    let printed = walk("public.mjs", demo.url(), &[], &demo.process, &driver);
    note(
        "browser, public pages",
        printed.lines().last().unwrap_or_default(),
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broker_joins_an_empty_network_and_delivers_its_first_investment() {
    let Some(driver) = driver() else { return };
    let folder = tempfile::tempdir().unwrap();
    let network = Network::start(folder.path()).await;
    let first_link = [("FIRST_LINK", network.first_link.as_str())];
    let printed = walk(
        "first_sale.mjs",
        &network.url,
        &first_link,
        &network.process,
        &driver,
    );
    note(
        "browser, from an empty network to a delivered investment",
        printed.lines().last().unwrap_or_default(),
    );
}
