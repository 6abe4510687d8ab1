//! The slow suites, which look at CASHLINK_FULL, and the record of the last time they ran.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use crate::{shell, suite};

/// Where the slow suites leave what they did, a file each.
pub fn notes() -> PathBuf {
    shell::root().join("target/full-run")
}

/// Runs everything and writes docs/full-run.md, also when something failed.
pub fn run() -> Result<()> {
    // What an earlier run did proves nothing about this one.
    let _ = fs::remove_dir_all(notes());
    fs::create_dir_all(notes()).with_context(|| notes().display().to_string())?;
    let report = suite::perform(&suite::Options::full())?;
    let date = shell::capture(Command::new("date").args(["--utc", "+%F %H:%M UTC"]))?;
    let commit = shell::capture(&mut shell::git(&[
        "describe",
        "--always",
        "--dirty",
        "--abbrev=12",
    ]))?;
    let machine = shell::capture(Command::new("uname").args(["-srm"]))?;
    let processors = std::thread::available_parallelism().map_or(0, usize::from);
    let text = format!(
        "# The last full run\n\n\
         `cargo xtask ci --full` writes this page: the whole suite with its slow parts (profile `full`, `CASHLINK_FULL=1`).\n\n\
         - when: {}\n- commit: {}\n- machine: {}, {processors} processors\n- tests: {}\n{}\n```text\n{}\n```\n",
        date.trim(),
        commit.trim(),
        machine.trim(),
        report.tests.as_deref().map_or("did not run", str::trim),
        told()?,
        report.steps.table(),
    );
    let page = shell::root().join("docs/full-run.md");
    fs::write(&page, text).with_context(|| page.display().to_string())?;
    println!("\nwrote {}", page.display());
    report.finish()
}

/// The notes as lines of the page.
fn told() -> Result<String> {
    let mut lines = Vec::new();
    for entry in fs::read_dir(notes())? {
        let path = entry?.path();
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        lines.push(format!("- {name}: {}\n", fs::read_to_string(&path)?.trim()));
    }
    lines.sort();
    Ok(lines.concat())
}
