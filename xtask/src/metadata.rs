//! What `cargo metadata` knows: our crates, their edges, and everything they stand on.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::shell;

/// The resolved workspace.
#[derive(Deserialize)]
pub struct Metadata {
    pub packages: Vec<Package>,
    pub workspace_members: Vec<String>,
    pub target_directory: PathBuf,
}

/// A package, ours or somebody's.
#[derive(Clone, Deserialize)]
pub struct Package {
    pub id: String,
    pub name: String,
    pub version: String,
    pub license: Option<String>,
    /// `None` for our own.
    pub source: Option<String>,
    pub manifest_path: PathBuf,
    pub dependencies: Vec<Dependency>,
}

/// A line under `[dependencies]` and its kin.
#[derive(Clone, Deserialize)]
pub struct Dependency {
    /// `None` for a normal one, else `dev` or `build`.
    pub kind: Option<String>,
    /// The folder of one of ours.
    pub path: Option<PathBuf>,
}

impl Metadata {
    /// Asks cargo; refuses a Cargo.lock that does not fit the manifests.
    pub fn load() -> Result<Metadata> {
        let text =
            shell::capture(shell::cargo().args(["metadata", "--format-version=1", "--locked"]))
                .context("is Cargo.lock committed and current?")?;
        serde_json::from_str(&text).context("cargo metadata has changed its format")
    }

    /// Our own packages.
    pub fn members(&self) -> impl Iterator<Item = &Package> {
        self.packages
            .iter()
            .filter(|package| self.workspace_members.contains(&package.id))
    }
}

impl Package {
    /// The folder's name, which is what the design calls the crate.
    pub fn folder(&self) -> &str {
        folder_name(
            self.manifest_path
                .parent()
                .expect("a manifest lies in a folder"),
        )
    }
}

impl Dependency {
    /// The design's name of the crate, if it is one of ours.
    pub fn folder(&self) -> Option<&str> {
        self.path.as_deref().map(folder_name)
    }
}

fn folder_name(folder: &Path) -> &str {
    folder
        .file_name()
        .and_then(|name| name.to_str())
        .expect("our folders have plain names")
}
