//! People at the pages of a running demo, in a real browser. Runs with the slow suites (`cargo xtask ci --full`), which bring the driver.
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

use std::path::{Path, PathBuf};
use std::process::Command;

use common::note;
use demo::Demo;

/// What the browser is driven with; none outside of the slow suites.
fn driver() -> Option<(String, String)> {
    let variable = |name: &str| std::env::var(name).ok();
    variable("CASHLINK_FULL")?;
    let playwright = variable("CASHLINK_TEST_PLAYWRIGHT").expect("the full run brings it");
    let chromium = variable("CASHLINK_TEST_CHROMIUM").expect("the full run finds it");
    Some((playwright, chromium))
}

/// The links to accounts that the demo prints, by whom they are for.
async fn links(demo: &mut Demo) -> String {
    let people = ["registrar", "issuer", "broker"];
    let links = demo.process.wait_for("prints its links", |process| {
        let printed = process.printed();
        let link = |who: &str| {
            let line = printed
                .lines()
                .find(|line| line.trim_start().starts_with(who))?;
            let link = line.split_whitespace().nth(1)?;
            Some((who.to_owned(), serde_json::json!(link)))
        };
        people
            .iter()
            .map(|who| link(who))
            .collect::<Option<serde_json::Map<_, _>>>()
    });
    serde_json::Value::Object(links.await).to_string()
}

/// Runs a walk against this demo; it fails by its exit code and says in its last line what it did.
fn walk(
    script: &str,
    demo: &Demo,
    links: &str,
    (playwright, chromium): &(String, String),
) -> String {
    let script = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/browser")
        .join(script);
    let pictures = pictures();
    std::fs::create_dir_all(&pictures).unwrap();
    let output = Command::new("node")
        .arg(script)
        .env("PLAYWRIGHT", playwright)
        .env("CHROMIUM", chromium)
        .env("NETWORK_URL", demo.url())
        .env("CREDENTIALS", &demo.credentials)
        .env("LINKS", links)
        .env("PICTURES", pictures)
        .output()
        .expect("node is there");
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{printed}\n{}\nserver:\n{}",
        String::from_utf8_lossy(&output.stderr),
        demo.process.printed()
    );
    printed
}

/// The committed pictures; a full run takes them anew.
fn pictures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/pictures")
}

#[tokio::test(flavor = "multi_thread")]
async fn every_public_page_loads_nothing_from_elsewhere() {
    let Some(driver) = driver() else { return };
    let folder = tempfile::tempdir().unwrap();
    let demo = Demo::start(folder.path()).await;
    let printed = walk("public.mjs", &demo, "{}", &driver);
    note(
        "browser, public pages",
        printed.lines().last().unwrap_or_default(),
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_becomes_a_partner_with_credentials() {
    let Some(driver) = driver() else { return };
    let folder = tempfile::tempdir().unwrap();
    let mut demo = Demo::start(folder.path()).await;
    let links = links(&mut demo).await;
    let printed = walk("joining.mjs", &demo, &links, &driver);
    note(
        "browser, joining",
        printed.lines().last().unwrap_or_default(),
    );
}
