//! The crates' edges: the table of ARCHITECTURE.md as data. A new edge needs a decision record and a line here.

use std::fs;

use super::Finding;
use crate::metadata::{Dependency, Metadata, Package};

/// What each crate may import.
const TABLE: &[(&str, &[&str])] = &[
    ("tlog", &[]),
    ("domain", &["tlog"]),
    ("statement", &["domain", "tlog"]),
    ("wire", &[]),
    ("translate", &["domain", "wire"]),
    ("database", &[]),
    ("http", &["wire"]),
    ("webhooks", &["database", "wire"]),
    ("storage", &["domain", "database"]),
    ("dlt", &["domain"]),
    ("dlt-evm", &["dlt", "domain", "database"]),
    (
        "registry",
        &[
            "domain",
            "wire",
            "translate",
            "database",
            "storage",
            "webhooks",
            "tlog",
            "statement",
        ],
    ),
    ("api", &["registry", "translate", "domain", "wire", "http"]),
    (
        "console",
        &["registry", "translate", "domain", "wire", "http"],
    ),
    ("worker", &["registry", "domain", "dlt", "webhooks"]),
    ("sdk", &["wire", "tlog"]),
    (
        "gateway",
        &["sdk", "tlog", "wire", "database", "http", "webhooks"],
    ),
    ("broker", &["sdk", "database", "http"]),
    ("xtask", &[]),
];

/// The executable wires everything together; test kit and benches are for development only, so their edges bind nobody.
const FREE: [&str; 3] = ["benches", "cashlink", "testkit"];

/// Every edge that the table does not have, and every crate without the shared lints.
pub fn check(metadata: &Metadata) -> Vec<Finding> {
    let mut findings = Vec::new();
    for package in metadata.members() {
        let crate_name = package.folder();
        if !FREE.contains(&crate_name) && allowed(crate_name).is_none() {
            findings.push(Finding::new(
                crate_name,
                "is not in the table of crates (xtask/src/tidy/edges.rs)",
            ));
        }
        for dependency in &package.dependencies {
            findings.extend(forbidden(crate_name, dependency));
        }
        findings.extend(without_lints(package));
    }
    findings
}

/// The same table stands in ARCHITECTURE.md for people; both say the same.
pub fn compare_with_map(map: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    for line in map.lines() {
        let Some((name, rest)) = line
            .strip_prefix("| `crates/")
            .and_then(|line| line.split_once('`'))
        else {
            continue;
        };
        let Some(expected) = allowed(name) else {
            continue;
        };
        let column = rest
            .trim_end_matches([' ', '|'])
            .rsplit('|')
            .next()
            .unwrap_or_default()
            .trim();
        let written: Vec<&str> = column
            .split(", ")
            .filter(|edge| *edge != "nothing of ours")
            .collect();
        if written != expected {
            let message =
                format!("lets {name} import `{column}`; xtask/src/tidy/edges.rs says {expected:?}");
            findings.push(Finding::new("ARCHITECTURE.md", message));
        }
    }
    findings
}

fn allowed(crate_name: &str) -> Option<&'static [&'static str]> {
    TABLE
        .iter()
        .find(|(name, _)| *name == crate_name)
        .map(|(_, edges)| *edges)
}

fn forbidden(from: &str, dependency: &Dependency) -> Option<Finding> {
    let to = dependency.folder()?;
    let for_tests = dependency.kind.as_deref() == Some("dev");
    let fine = match to {
        // Its own library, named again to switch a feature on for its tests.
        _ if for_tests && to == from => true,
        "testkit" => for_tests,
        // A test builds what its crate works with, so it may name whatever the crate reaches.
        _ if for_tests => FREE.contains(&from) || reaches(from, to),
        _ => FREE.contains(&from) || allowed(from).is_some_and(|edges| edges.contains(&to)),
    };
    (!fine).then(|| Finding::new(from, format!("may not import {to}")))
}

fn reaches(from: &str, to: &str) -> bool {
    let edges = allowed(from).unwrap_or_default();
    edges.contains(&to) || edges.iter().any(|next| reaches(next, to))
}

fn without_lints(package: &Package) -> Option<Finding> {
    let manifest = fs::read_to_string(&package.manifest_path).ok()?;
    (!manifest.contains("[lints]\nworkspace = true"))
        .then(|| Finding::new(package.folder(), "does not take the workspace's lints"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edge(from: &str, to: &str, kind: Option<&str>) -> bool {
        let dependency = Dependency {
            kind: kind.map(str::to_owned),
            path: Some(format!("/somewhere/crates/{to}").into()),
        };
        forbidden(from, &dependency).is_none()
    }

    #[test]
    fn only_the_edges_of_the_table_are_fine() {
        assert!(edge("api", "registry", None));
        assert!(!edge("api", "storage", None));
        assert!(!edge("domain", "wire", None));
        assert!(edge("api", "storage", Some("dev")));
        assert!(!edge("storage", "api", Some("dev")));
    }

    #[test]
    fn the_map_says_the_same() {
        assert!(compare_with_map("| `crates/storage` | SQL | domain, database |\n").is_empty());
        assert!(compare_with_map("| `crates/wire` | JSON | nothing of ours |\n").is_empty());
        assert_eq!(
            compare_with_map("| `crates/wire` | JSON | domain |\n").len(),
            1
        );
    }

    #[test]
    fn the_test_kit_is_for_tests_only() {
        assert!(edge("api", "testkit", Some("dev")));
        assert!(!edge("api", "testkit", None));
        assert!(!edge("cashlink", "testkit", None));
        assert!(edge("cashlink", "storage", None));
    }
}
