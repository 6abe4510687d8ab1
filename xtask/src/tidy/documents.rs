//! Documents tell the truth: every path and crate they name exists, every decision is listed.

use std::fs;

use anyhow::{Context, Result};

use super::{Finding, House, edges};

/// What everybody expects in the root.
const EXPECTED: [&str; 7] = [
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "STYLE.md",
    "docs/decisions/README.md",
];
/// Endings by which a name without a slash is a file.
const FILE_ENDINGS: [&str; 7] = [".rs", ".md", ".toml", ".json", ".sol", ".mjs", ".sql"];

pub fn check(house: &House) -> Result<Vec<Finding>> {
    let missing = EXPECTED
        .iter()
        .filter(|name| !house.root.join(name).is_file());
    let mut findings: Vec<Finding> = missing
        .map(|name| Finding::new(*name, "is missing"))
        .collect();
    if let Some(map) = house
        .files
        .iter()
        .find(|file| file.path == "ARCHITECTURE.md")
    {
        for (number, line) in (1..).zip(map.text.lines()) {
            for path in named_paths(line).filter(|path| !exists(house, path)) {
                findings.push(Finding::at(
                    map,
                    number,
                    format!("names `{path}`, which does not exist"),
                ));
            }
        }
        findings.extend(edges::compare_with_map(&map.text));
        for package in house.metadata.members().map(|package| package.folder()) {
            let named = [format!("`{package}`"), format!("crates/{package}`")]
                .iter()
                .any(|form| map.text.contains(form));
            if !named {
                findings.push(Finding::new(
                    "ARCHITECTURE.md",
                    format!("does not name the crate {package}"),
                ));
            }
        }
    }
    findings.extend(unlisted_decisions(house)?);
    Ok(findings)
}

/// What stands in backticks and looks like a path of the repository.
fn named_paths(line: &str) -> impl Iterator<Item = &str> {
    line.split('`').skip(1).step_by(2).filter(|code| {
        let plain = code
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || "/._-".contains(letter));
        let pathlike = code.contains('/')
            || FILE_ENDINGS
                .iter()
                .any(|end| code.ends_with(end) && code != end);
        plain && pathlike && !code.starts_with('/') && !code.starts_with("target/")
    })
}

/// A path may be given from the root or from the folder of the crates; a bare file name may be anywhere.
fn exists(house: &House, path: &str) -> bool {
    let bare = !path.contains('/');
    house.root.join(path).exists()
        || house.root.join("crates").join(path).exists()
        || (bare
            && house
                .files
                .iter()
                .any(|file| file.path.ends_with(&format!("/{path}"))))
}

fn unlisted_decisions(house: &House) -> Result<Vec<Finding>> {
    let folder = house.root.join("docs/decisions");
    let index = fs::read_to_string(folder.join("README.md")).unwrap_or_default();
    let mut findings = Vec::new();
    for entry in fs::read_dir(&folder).context("docs/decisions")? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if name != "README.md" && !index.contains(&format!("({name})")) {
            findings.push(Finding::new(
                "docs/decisions/README.md",
                format!("does not list {name}"),
            ));
        }
    }
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_told_from_other_code() {
        let line = "See `registry/src/accept.rs`, `/dlt/rpc`, `cargo xtask test`, `Db::write`, `clippy.toml` and `api|worker`.";
        assert_eq!(
            Vec::from_iter(named_paths(line)),
            ["registry/src/accept.rs", "clippy.toml"]
        );
    }
}
