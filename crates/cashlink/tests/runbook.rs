//! The runbook and the source name the same metrics.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The first text in the parentheses of each call of a metric's macro.
fn metrics_in(source: &str) -> Vec<String> {
    let calls = ["counter!(", "gauge!(", "histogram!("].map(|call| source.split(call).skip(1));
    let names = calls.into_iter().flatten().filter_map(|rest| {
        let name = rest.trim_start().strip_prefix('"')?.split('"').next()?;
        Some(name.to_owned())
    });
    names.collect()
}

fn in_source() -> BTreeSet<String> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(root().join("crates")).unwrap() {
        sources(&entry.unwrap().path().join("src"), &mut files);
    }
    let texts = files
        .iter()
        .map(|file| std::fs::read_to_string(file).unwrap());
    texts.flat_map(|text| metrics_in(&text)).collect()
}

/// The first column of the table of metrics.
fn in_runbook() -> BTreeSet<String> {
    let text = std::fs::read_to_string(root().join("docs/runbook.md")).unwrap();
    let (_, metrics) = text.split_once("## Metrics").unwrap();
    let (metrics, _) = metrics.split_once("\n## ").unwrap();
    let rows = metrics.lines().filter_map(|line| line.strip_prefix("| `"));
    rows.map(|row| row.split('`').next().unwrap().to_owned())
        .collect()
}

#[test]
fn every_metric_is_in_the_runbook_and_every_one_there_exists() {
    assert_eq!(in_runbook(), in_source());
}

#[test]
fn every_alert_has_an_action() {
    let text = std::fs::read_to_string(root().join("docs/runbook.md")).unwrap();
    let alerts = text
        .split("## Alerts")
        .nth(1)
        .unwrap()
        .split("## Upkeep")
        .next()
        .unwrap();
    for alert in alerts.split("### ").skip(1) {
        let name = alert.lines().next().unwrap();
        assert_eq!(alert.matches("**Action:**").count(), 1, "{name}");
    }
}
