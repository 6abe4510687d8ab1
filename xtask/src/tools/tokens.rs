//! The tokens that `cargo xtask bench gas` measures ours against, from npm; nothing of them is committed or shipped.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use super::{Tool, npm_install};
use crate::{contracts, shell};

const PACKAGES: [&str; 3] = [
    "@openzeppelin/contracts@5.7.0",
    "@tokenysolutions/t-rex@4.1.6",
    "@onchain-id/solidity@2.2.1",
];

/// The folder with `node_modules` and the compiled `OpenZeppelin.json`.
pub fn bring(tools: &Path) -> Result<PathBuf> {
    let folder = tools.join("tokens");
    let tool = Tool {
        title: "tokens to compare with",
        name: "tokens",
        wanted: &PACKAGES.join(" "),
        proof: &folder.join("node_modules/@onchain-id/solidity/package.json"),
    };
    tool.bring(
        tools,
        |folder| npm_install(folder, &PACKAGES),
        || Ok(format!("{} (npm)", PACKAGES.join(", "))),
    )?;
    compile(&folder)?;
    Ok(folder)
}

/// With the compiler of our own contracts, each time: it takes a second, and the source may have changed.
fn compile(folder: &Path) -> Result<()> {
    contracts::install()?;
    let script = shell::root().join("crates/dlt-evm/benches/gas/compile.mjs");
    let mut command = Command::new("node");
    command
        .arg(script)
        .arg(contracts::folder().join("node_modules/solc"))
        .arg(folder.join("node_modules"))
        .arg(folder.join("OpenZeppelin.json"));
    shell::run(&mut command)
}
