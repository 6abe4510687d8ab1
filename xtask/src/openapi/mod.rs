//! openapi.json is generated from the code and committed; a change that breaks partners needs a written reason.

mod compare;
mod schema;
mod view;

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::metadata::Metadata;
use crate::shell;

/// Reasons for changes that break partners.
const ACCEPTED: &str = "docs/accepted-api-changes.toml";

/// Which executable prints the document.
#[derive(Clone, Copy)]
pub enum Executable {
    /// Built by cargo first.
    Fresh,
    /// The one that the tests just used: building it alone would select other features and compile half the world again.
    JustTested,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Accepted {
    #[serde(default)]
    accepted: Vec<Acceptance>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Acceptance {
    /// The change in the words of this check.
    change: String,
    reason: String,
}

/// The committed document.
pub fn file() -> PathBuf {
    shell::root().join("openapi.json")
}

/// Writes the document anew.
pub fn write() -> Result<()> {
    fs::write(file(), generate(Executable::Fresh)?).context("openapi.json")?;
    println!("wrote openapi.json");
    Ok(())
}

/// Compares the committed document with the code and with its earlier version.
pub fn check() -> Result<()> {
    check_with(Executable::Fresh)
}

/// The same, with a choice of the executable.
pub fn check_with(executable: Executable) -> Result<()> {
    let committed = fs::read_to_string(file()).context("openapi.json")?;
    if generate(executable)? != committed {
        bail!(
            "openapi.json is not what the code says: run `cargo xtask openapi` and look at the difference"
        );
    }
    println!("openapi.json is what the code says");
    refuse_breaking_changes(&committed)
}

fn generate(executable: Executable) -> Result<String> {
    let mut command = match executable {
        Executable::JustTested if shell::root().join("crates/cashlink/tests").is_dir() => {
            Command::new(Metadata::load()?.target_directory.join("debug/cashlink"))
        }
        _ => {
            let mut cargo = shell::cargo();
            cargo.args(["run", "--quiet", "--package", "cashlink", "--"]);
            cargo
        }
    };
    shell::capture(command.arg("openapi").current_dir(shell::root()))
}

fn refuse_breaking_changes(committed: &str) -> Result<()> {
    let Some((base, earlier)) = earlier_version() else {
        println!("there is no earlier version to compare with");
        return Ok(());
    };
    let changes = compare::breaking_changes(
        &serde_json::from_str(&earlier).with_context(|| format!("openapi.json of {base}"))?,
        &serde_json::from_str(committed).context("openapi.json")?,
    );
    let accepted = accepted()?;
    let (known, refused): (Vec<_>, Vec<_>) = changes
        .into_iter()
        .partition(|change| accepted.iter().any(|it| it.change == *change));
    for change in known {
        println!("accepted: {change}");
    }
    if !refused.is_empty() {
        bail!(
            "compared with {base}, this breaks partners (a change that must be goes into {ACCEPTED} with its reason):\n  {}",
            refused.join("\n  ")
        );
    }
    println!("nothing breaks partners, compared with {base}");
    Ok(())
}

fn accepted() -> Result<Vec<Acceptance>> {
    let path = shell::root().join(ACCEPTED);
    if !path.exists() {
        return Ok(Vec::new());
    }
    let list: Accepted = toml::from_str(&fs::read_to_string(&path)?).context(ACCEPTED)?;
    if let Some(bare) = list.accepted.iter().find(|it| it.reason.trim().is_empty()) {
        bail!("{ACCEPTED}: no reason for `{}`", bare.change);
    }
    Ok(list.accepted)
}

/// The commit to compare with, and its document: where this branch left the main line, else the commit before.
fn earlier_version() -> Option<(String, String)> {
    let ask = |arguments: &[&str]| shell::capture(&mut shell::git(arguments)).ok();
    let head = ask(&["rev-parse", "HEAD"])?.trim().to_owned();
    let branched = ["origin/main", "main"].iter().find_map(|main| {
        let base = ask(&["merge-base", "HEAD", main])?.trim().to_owned();
        (base != head).then_some(base)
    });
    let base = match branched {
        Some(base) => base,
        None => ask(&["rev-parse", "--verify", "--quiet", "HEAD~1"])?
            .trim()
            .to_owned(),
    };
    let document = ask(&["show", &format!("{base}:openapi.json")])?;
    Some((base.chars().take(12).collect(), document))
}
