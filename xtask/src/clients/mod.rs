//! `cargo xtask clients`: the Python and TypeScript clients, generated from openapi.json, checked, and packed into target/clients.
//!
//! What no document can say (tokens, repeats, keys, pages, webhooks) is written by hand in `clients/`; types and methods are generated.

mod model;
mod python;
mod shape;
mod typescript;

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::{openapi, shell, tools};
use model::Api;

/// Builds both and says where they are; the folder.
pub fn build() -> Result<PathBuf> {
    let python = tools::bring_python()?;
    build_with(&python)
}

/// The same, with the tools already there.
pub fn build_with(python: &Path) -> Result<PathBuf> {
    let text = fs::read_to_string(openapi::file()).context("openapi.json")?;
    let document: Value = serde_json::from_str(&text).context("openapi.json")?;
    let api = Api::read(&document)?;
    let target = target();

    let place = target.join("python");
    copy(&source("python"), &place)?;
    let package = place.join("src/cashlink_sdk");
    fs::write(package.join("models.py"), python::models(&api))?;
    fs::write(package.join("operations.py"), python::operations(&api))?;
    pack_python(python, &place)?;

    let place = target.join("typescript");
    copy(&source("typescript"), &place)?;
    fs::write(place.join("src/models.ts"), typescript::models(&api))?;
    fs::write(
        place.join("src/operations.ts"),
        typescript::operations(&api),
    )?;
    pack_typescript(&place)?;
    println!("the clients are in {}", target.display());
    Ok(target)
}

/// Where the packed clients are.
pub fn target() -> PathBuf {
    shell::root().join("target/clients")
}

fn source(language: &str) -> PathBuf {
    shell::root().join("clients").join(language)
}

fn pack_python(python: &Path, place: &Path) -> Result<()> {
    let run = |arguments: &[&str]| {
        shell::capture(Command::new(python).args(arguments).current_dir(place)).map(|_| ())
    };
    run(&["-m", "mypy", "--config-file", "pyproject.toml", "src"])?;
    // Without the registry: the build tool is one of the pinned requirements.
    let options = ["--no-deps", "--no-index", "--no-build-isolation", "--quiet"];
    let pip = ["-m", "pip", "wheel", "--disable-pip-version-check"];
    run(&[&pip[..], &options, &["--wheel-dir", "dist", "."]].concat())
}

fn pack_typescript(place: &Path) -> Result<()> {
    let npm = shell::need("npm", "npm")?;
    let run = |arguments: &[&str]| {
        shell::capture(Command::new(&npm).args(arguments).current_dir(place)).map(|_| ())
    };
    let quiet = [
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "--loglevel=error",
    ];
    // The compiler in the version of the lock file, kept from run to run.
    let lock = fs::read(place.join("package-lock.json"))?;
    let stamp = place.join("node_modules/.installed");
    if fs::read(&stamp).ok().as_ref() != Some(&lock) {
        run(&[&["ci"][..], &quiet].concat())?;
        fs::write(&stamp, &lock)?;
    }
    run(&["run", "--silent", "build"])?;
    run(&["pack", "--silent", "--pack-destination", "."])
}

/// Copies a folder's files, leaving what installations have put beside them, and removing what is no longer there.
fn copy(from: &Path, to: &Path) -> Result<()> {
    for old in ["src", "dist"] {
        let old = to.join(old);
        if old.exists() {
            fs::remove_dir_all(&old).with_context(|| old.display().to_string())?;
        }
    }
    copy_all(from, to)
}

fn copy_all(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to).with_context(|| to.display().to_string())?;
    for entry in fs::read_dir(from).with_context(|| from.display().to_string())? {
        let entry = entry?;
        let name = entry.file_name();
        let made = ["node_modules", "dist", "__pycache__", ".mypy_cache"];
        if made.iter().any(|made| name == OsStr::new(made)) {
            continue;
        }
        match entry.file_type()?.is_dir() {
            true => copy_all(&entry.path(), &to.join(name))?,
            false => _ = fs::copy(entry.path(), to.join(name))?,
        }
    }
    Ok(())
}
