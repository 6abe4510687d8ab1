//! The browser that walks through the pages in a full run: Debian's Chromium, driven by playwright-core from npm.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::Value;

use super::{Tool, npm_install};
use crate::shell;

const PACKAGE: &str = "playwright-core@1.64.1";

/// What a walk through the pages needs.
pub struct Browser {
    /// The folder of the package, to import it from.
    pub playwright: PathBuf,
    /// The program.
    pub chromium: PathBuf,
}

/// Brings the driver; the browser itself must be there, because no registry carries it without root.
pub fn bring(tools: &Path) -> Result<Browser> {
    let chromium = match env::var_os("CASHLINK_TEST_CHROMIUM") {
        Some(path) => path.into(),
        None => shell::need("chromium", "chromium")?,
    };
    let playwright = tools.join("playwright/node_modules/playwright-core");
    let manifest = playwright.join("package.json");
    let tool = Tool {
        title: "playwright-core",
        name: "playwright",
        wanted: PACKAGE,
        proof: &manifest,
    };
    tool.bring(
        tools,
        |folder| npm_install(folder, &[PACKAGE]),
        || {
            let text = fs::read_to_string(&manifest).context("playwright-core's package.json")?;
            let manifest: Value = serde_json::from_str(&text)?;
            let version = manifest["version"].as_str().unwrap_or_default().to_owned();
            Ok(format!("{version} (npm), with {}", chromium.display()))
        },
    )?;
    Ok(Browser {
        playwright,
        chromium,
    })
}
