//! Every dependency's licence and origin against deny.toml, in cargo-deny's format but without installing it.

use std::collections::BTreeSet;
use std::fs;

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use spdx::{Expression, Licensee, ParseMode};

use crate::metadata::{Metadata, Package};
use crate::shell;

/// The part of deny.toml that this check reads.
#[derive(Deserialize)]
struct Policy {
    licenses: Licenses,
    bans: Bans,
    sources: Sources,
}

#[derive(Deserialize)]
struct Licenses {
    allow: Vec<String>,
}

#[derive(Deserialize)]
struct Bans {
    deny: Vec<Banned>,
}

#[derive(Deserialize)]
struct Banned {
    #[serde(rename = "crate")]
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Sources {
    allow_registry: Vec<String>,
}

/// Fails with a list of the packages that may not be here.
pub fn run() -> Result<()> {
    let text = fs::read_to_string(shell::root().join("deny.toml")).context("deny.toml")?;
    let policy: Policy = toml::from_str(&text).context("deny.toml")?;
    let allowed = allowed(&policy)?;
    let metadata = Metadata::load()?;

    let offenders: BTreeSet<String> = metadata
        .packages
        .iter()
        .filter_map(|package| objection(package, &policy, &allowed))
        .collect();
    if !offenders.is_empty() {
        bail!(
            "{} packages may not be here:\n  {}",
            offenders.len(),
            Vec::from_iter(offenders).join("\n  ")
        );
    }
    println!(
        "{} packages, each under an allowed licence and from an allowed registry",
        metadata.packages.len()
    );
    Ok(())
}

fn allowed(policy: &Policy) -> Result<Vec<Licensee>> {
    let parse =
        |text: &String| Licensee::parse(text).with_context(|| format!("deny.toml allows `{text}`"));
    policy.licenses.allow.iter().map(parse).collect()
}

/// Why a package may not be here, if so.
fn objection(package: &Package, policy: &Policy, allowed: &[Licensee]) -> Option<String> {
    let name = format!("{} {}", package.name, package.version);
    if policy
        .bans
        .deny
        .iter()
        .any(|banned| banned.name == package.name)
    {
        return Some(format!("{name}: banned"));
    }
    if let Some(source) = &package.source {
        let registry = source.strip_prefix("registry+").unwrap_or(source);
        if !policy
            .sources
            .allow_registry
            .iter()
            .any(|known| known == registry)
        {
            return Some(format!("{name}: comes from {source}"));
        }
    }
    let Some(licence) = &package.license else {
        return Some(format!("{name}: names no licence"));
    };
    match Expression::parse_mode(licence, ParseMode::LAX) {
        Err(_) => Some(format!("{name}: `{licence}` is not a licence expression")),
        Ok(expression) if satisfied(&expression, allowed) => None,
        Ok(_) => Some(format!("{name}: {licence}")),
    }
}

fn satisfied(expression: &Expression, allowed: &[Licensee]) -> bool {
    expression.evaluate(|required| allowed.iter().any(|licensee| licensee.satisfies(required)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepts(licence: &str) -> bool {
        let allowed = ["MIT", "Apache-2.0"].map(|name| Licensee::parse(name).unwrap());
        satisfied(
            &Expression::parse_mode(licence, ParseMode::LAX).unwrap(),
            &allowed,
        )
    }

    #[test]
    fn a_choice_needs_one_allowed_licence_and_a_sum_needs_all() {
        assert!(accepts("MIT OR GPL-3.0-only"));
        assert!(accepts("MIT/Apache-2.0"));
        assert!(!accepts("MIT AND GPL-3.0-only"));
        assert!(!accepts("AGPL-3.0-only"));
    }
}
