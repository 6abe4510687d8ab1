//! `cargo xtask tidy`: the rules of ARCHITECTURE.md and STYLE.md that a program can check.

mod compliance;
mod documents;
mod edges;
mod files;
mod sources;

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use crate::metadata::Metadata;
use crate::shell;

/// The repository as the rules see it.
struct House {
    root: PathBuf,
    metadata: Metadata,
    files: Vec<TextFile>,
}

/// A text file that is, or would be, committed.
struct TextFile {
    /// Relative to the root, with forward slashes.
    path: String,
    text: String,
}

impl TextFile {
    fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// Whether the file holds nothing but tests, their helpers or benches.
    fn is_test(&self) -> bool {
        let in_folder = |folder| self.path.split('/').any(|part| part == folder);
        in_folder("tests")
            || in_folder("benches")
            || in_folder("testkit")
            || self.path.ends_with("/tests.rs")
    }

    /// The lines before the file's own test module.
    fn lines_without_tests(&self) -> impl Iterator<Item = (usize, &str)> {
        let mut lines: Vec<&str> = self.text.lines().collect();
        let tests = lines
            .windows(2)
            .position(|pair| pair[0] == "#[cfg(test)]" && pair[1].starts_with("mod "));
        if let Some(at) = tests.filter(|at| lines[at + 1].ends_with('{')) {
            lines.truncate(at);
        }
        (1..).zip(lines)
    }
}

/// A rule that is broken somewhere.
struct Finding {
    /// `path` or `path:line`.
    place: String,
    message: String,
}

impl Finding {
    fn new(place: impl Into<String>, message: impl Into<String>) -> Finding {
        Finding {
            place: place.into(),
            message: message.into(),
        }
    }

    fn at(file: &TextFile, line: usize, message: impl Into<String>) -> Finding {
        Finding::new(format!("{}:{line}", file.path), message)
    }
}

/// Checks everything and fails with all findings.
pub fn run() -> Result<()> {
    let house = load()?;
    let mut findings = edges::check(&house.metadata);
    findings.extend(sources::check(&house)?);
    findings.extend(files::check(&house)?);
    findings.extend(documents::check(&house)?);
    findings.extend(compliance::check(&house));
    findings.sort_by(|one, other| one.place.cmp(&other.place));
    if !findings.is_empty() {
        let lines: Vec<String> = findings
            .iter()
            .map(|it| format!("{}: {}", it.place, it.message))
            .collect();
        bail!("{} findings:\n  {}", lines.len(), lines.join("\n  "));
    }
    println!(
        "{} crates and {} files are tidy",
        house.metadata.workspace_members.len(),
        house.files.len()
    );
    Ok(())
}

fn load() -> Result<House> {
    let root = shell::root();
    let listing = [
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
        "--deduplicate",
    ];
    let names = shell::capture(&mut shell::git(&listing)).context("the list of files")?;
    let mut files = Vec::new();
    for path in names.split('\0').filter(|path| !path.is_empty()) {
        // Deleted but not yet committed, a link, or not text: nothing to check.
        if let Ok(bytes) = fs::read(root.join(path))
            && let Ok(text) = String::from_utf8(bytes)
        {
            files.push(TextFile {
                path: path.to_owned(),
                text,
            });
        }
    }
    Ok(House {
        root,
        metadata: Metadata::load()?,
        files,
    })
}
