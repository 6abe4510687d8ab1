//! The guides: rendered by mdBook from docs/guides and committed, because a heavy renderer has no place in a newcomer's build
//! (docs/decisions/0005-guides-are-rendered-and-committed.md).

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

use crate::{shell, tools};

/// Of the program that was tried.
const SHA256: &str = "99488ce5058c9a6ba7f0e18dc94c342682b03cf323538ebbcab8109ef8e51ff4";
/// For hosts of static pages; we are none.
const NOT_OURS: &str = ".nojekyll";

/// Where the pages are.
fn folder() -> PathBuf {
    shell::root().join("crates/cashlink/guides")
}

/// Renders the guides anew.
pub fn build() -> Result<()> {
    let rendered = render()?;
    if folder().exists() {
        fs::remove_dir_all(folder()).context("crates/cashlink/guides")?;
    }
    for (name, bytes) in &rendered {
        let file = folder().join(name);
        fs::create_dir_all(file.parent().context("a file lies in a folder")?)?;
        fs::write(&file, bytes).with_context(|| file.display().to_string())?;
    }
    println!("wrote {} files to crates/cashlink/guides", rendered.len());
    Ok(())
}

/// Renders again and fails on any difference.
pub fn check() -> Result<()> {
    let (rendered, committed) = (render()?, files(&folder())?);
    let names = rendered.keys().chain(committed.keys());
    let mut stale: Vec<&str> = names
        .filter(|name| rendered.get(*name) != committed.get(*name))
        .map(String::as_str)
        .collect();
    stale.sort_unstable();
    stale.dedup();
    if !stale.is_empty() {
        bail!(
            "the guides are not rendered as they are written; run `cargo xtask docs`:\n  {}",
            stale.join("\n  ")
        );
    }
    println!(
        "{} files of the guides are as they are written",
        rendered.len()
    );
    Ok(())
}

fn render() -> Result<BTreeMap<String, Vec<u8>>> {
    let program = tools::bring_python()?.with_file_name("mdbook");
    let bytes = fs::read(&program).with_context(|| program.display().to_string())?;
    let found = hex::encode(Sha256::digest(&bytes));
    if found != SHA256 {
        bail!("{} has SHA-256 {found}, not {SHA256}", program.display());
    }
    let target = shell::root().join("target/guides");
    if target.exists() {
        fs::remove_dir_all(&target).context("target/guides")?;
    }
    shell::capture(
        Command::new(program)
            .args(["build", "docs/guides", "--dest-dir"])
            .arg(&target)
            .current_dir(shell::root()),
    )?;
    files(&target)
}

/// Every file below a folder, by its path with forward slashes.
fn files(folder: &Path) -> Result<BTreeMap<String, Vec<u8>>> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        let entries = fs::read_dir(&next).with_context(|| next.display().to_string())?;
        for entry in entries {
            let path = entry?.path();
            if path.is_dir() {
                open.push(path);
                continue;
            }
            let name = path.strip_prefix(folder).context("it lies below")?;
            let name = name.to_string_lossy().replace('\\', "/");
            if name != NOT_OURS {
                found.insert(name, fs::read(&path)?);
            }
        }
    }
    Ok(found)
}
