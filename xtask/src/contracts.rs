//! The contracts are compiled by the Solidity compiler's package on node; cargo uses the committed artifacts only.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::shell;

/// Where the sources, the build script and the artifacts are.
pub fn folder() -> PathBuf {
    shell::root().join("crates/dlt-evm/contracts")
}

/// Writes the artifacts anew.
pub fn build() -> Result<()> {
    install()?;
    shell::run(Command::new("node").arg("build.mjs").current_dir(folder()))
}

/// Compiles again and fails on any difference.
pub fn check() -> Result<()> {
    install()?;
    shell::run(
        Command::new("node")
            .args(["build.mjs", "--check"])
            .current_dir(folder()),
    )
}

/// What runs the contracts' own tests; the compiler has to be installed.
pub fn tests(forge: &Path) -> Command {
    let mut command = Command::new(forge);
    command
        .arg("test")
        .current_dir(folder())
        .env("FOUNDRY_DISABLE_NIGHTLY_WARNING", "1");
    command
}

/// Installs the compiler in the version of the lock file.
pub fn install() -> Result<()> {
    shell::need("node", "nodejs")?;
    let npm = shell::need("npm", "npm")?;
    let options = [
        "ci",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "--loglevel=error",
    ];
    shell::run(Command::new(npm).args(options).current_dir(folder()))
}
