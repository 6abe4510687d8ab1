//! The second EVM that the ledger adapter is tested against: EthereumJS, which shares no code with revm.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::Value;

use super::{Tool, npm_install};
use crate::shell;

/// The last one; it knows Shanghai, for which the contracts are compiled.
const PACKAGE: &str = "ganache@7.9.2";

/// The program, which Node runs.
pub fn bring(tools: &Path) -> Result<PathBuf> {
    shell::need("node", "nodejs")?;
    let package = tools.join("ganache/node_modules/ganache");
    let program = package.join("dist/node/cli.js");
    let tool = Tool {
        title: "ganache",
        name: "ganache",
        wanted: PACKAGE,
        proof: &program,
    };
    tool.bring(
        tools,
        |folder| npm_install(folder, &[PACKAGE]),
        || {
            let text = fs::read_to_string(package.join("package.json"))
                .context("ganache's package.json")?;
            let manifest: Value = serde_json::from_str(&text)?;
            let version = manifest["version"].as_str().unwrap_or_default();
            Ok(format!("{version} (npm)"))
        },
    )?;
    Ok(program)
}
