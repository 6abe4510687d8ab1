//! `cargo xtask test`: the tools, a database, then every check, each compiled thing compiled once.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use clap::{Args, ValueEnum};

use crate::cluster::{Cluster, Purpose};
use crate::interrupt::Interrupt;
use crate::openapi::Executable;
use crate::steps::Steps;
use crate::tools::{Browser, Postgres, Tools};
use crate::{clients, contracts, docs, full, licences, openapi, shell, tidy, tools};

/// What of the suite is to run.
#[derive(Args, Default)]
pub struct Options {
    /// Only the tests of one database.
    #[arg(long, value_enum)]
    only: Option<Engine>,
    /// Only the tests, none of the other checks.
    #[arg(long)]
    quick: bool,
    /// Handed on to nextest.
    #[arg(last = true)]
    nextest: Vec<String>,
    /// With the slow suites, which look at CASHLINK_FULL.
    #[arg(skip)]
    full: bool,
}

impl Options {
    /// Everything, with the slow suites.
    pub fn full() -> Options {
        Options {
            full: true,
            ..Options::default()
        }
    }
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Engine {
    Sqlite,
    Postgres,
}

/// What a run found.
pub struct Report {
    pub steps: Steps,
    /// Nextest's closing line.
    pub tests: Option<String>,
}

/// Runs the suite and says how it went.
pub fn run(options: &Options) -> Result<()> {
    perform(options)?.finish()
}

/// Runs the suite.
pub fn perform(options: &Options) -> Result<Report> {
    let interrupt = Interrupt::install()?;
    println!("=== tools");
    let tools = tools::bring()?;
    let browser = options
        .full
        .then(|| tools::bring_browser(&tools))
        .transpose()?;
    let database = database(options, &tools)?;
    let mut steps = Steps::new(interrupt);

    if !options.quick {
        steps.program(
            "fmt",
            shell::cargo().args(["fmt", "--all", "--check"]),
            nothing,
        );
        steps.check("tidy", tidy::run);
        let clippy = [
            "clippy",
            "--workspace",
            "--all-targets",
            "--locked",
            "--",
            "-D",
            "warnings",
        ];
        steps.program("clippy", shell::cargo().args(clippy), nothing);
    }
    // The tests of the packed clients find them there.
    steps.check("clients", || clients::build_with(&tools.python).map(|_| ()));
    if tools.softhsm.is_none() {
        steps.skip("softhsm", "Debian's package softhsm2 is not installed");
    }
    let lines = steps.program(
        "nextest",
        &mut nextest(options, &tools, (database.as_ref(), browser.as_ref())),
        is_summary,
    );
    if !options.quick {
        let mut doctests = shell::cargo();
        doctests.args(["test", "--doc", "--workspace", "--locked"]);
        steps.program(
            "doctests",
            prepare(&mut doctests, &tools, database.as_ref()),
            nothing,
        );
        let mut docs = shell::cargo();
        docs.args(["doc", "--no-deps", "--workspace", "--locked"])
            .env("RUSTDOCFLAGS", "-D warnings");
        steps.program("docs", &mut docs, nothing);
        check_artifacts(&mut steps);
        test_contracts(&mut steps, &tools);
        steps.check("licences", licences::run);
    }
    Ok(Report {
        steps,
        tests: lines.last().cloned(),
    })
}

/// What is generated and committed: the guides, the API document and the compiled contracts.
fn check_artifacts(steps: &mut Steps) {
    steps.check("guides", docs::check);
    match openapi::file().exists() {
        true => steps.check("openapi", || openapi::check_with(Executable::JustTested)),
        false => steps.skip("openapi", "there is no openapi.json"),
    }
    match shell::find("node").is_some() && contracts::folder().join("build.mjs").exists() {
        true => steps.check("contracts", contracts::check),
        false => steps.skip("contracts", "no node, or no contracts"),
    }
}

/// The contracts' own tests: fuzzed, and invariants over random acts.
fn test_contracts(steps: &mut Steps, tools: &Tools) {
    match shell::find("node").is_some() {
        // The step before has installed the compiler.
        true => _ = steps.program("forge", &mut contracts::tests(&tools.forge), nothing),
        false => steps.skip("forge", "no node"),
    }
}

impl Report {
    /// Says how it went; an error if anything failed.
    pub fn finish(&self) -> Result<()> {
        let outcome = self.steps.finish();
        if let Some(summary) = &self.tests {
            let (passed, failed) = counts(summary);
            println!(
                "\n{}\ntests: {passed} passed, {failed} failed",
                summary.trim()
            );
        }
        outcome
    }
}

/// The database of this run, as the tests are told of it.
enum Database {
    Given(String),
    Own(Cluster),
}

impl Database {
    fn url(&self) -> String {
        match self {
            Database::Given(url) => url.clone(),
            Database::Own(cluster) => cluster.url(),
        }
    }
}

fn database(options: &Options, tools: &Tools) -> Result<Option<Database>> {
    if options.only == Some(Engine::Sqlite) {
        return Ok(None);
    }
    match &tools.postgres {
        Postgres::Given(url) => Ok(Some(Database::Given(url.clone()))),
        Postgres::Brought(native) => {
            let log = tools.folder.join("postgres.log");
            let cluster =
                Cluster::start(native, &log, Purpose::Tests).context("the test database")?;
            println!("started  PostgreSQL at {}", cluster.url());
            Ok(Some(Database::Own(cluster)))
        }
    }
}

fn nextest(
    options: &Options,
    tools: &Tools,
    (database, browser): (Option<&Database>, Option<&Browser>),
) -> Command {
    let mut command = shell::cargo();
    command.args(["nextest", "run", "--locked"]);
    if !options
        .nextest
        .iter()
        .any(|word| word.starts_with("-p") || word.starts_with("--package"))
    {
        command.arg("--workspace");
    }
    if options.full {
        command
            .args(["--profile", "full"])
            .env("CASHLINK_FULL", "1")
            .env("CASHLINK_NOTES", full::notes());
    }
    if let Some(browser) = browser {
        command
            .env("CASHLINK_TEST_PLAYWRIGHT", &browser.playwright)
            .env("CASHLINK_TEST_CHROMIUM", &browser.chromium);
    }
    // Tests that know a database carry its name in theirs, and so do those that need a token.
    let engine = match options.only {
        Some(Engine::Sqlite) => "not test(/(?i)postgres/)",
        Some(Engine::Postgres) => "test(/(?i)postgres/)",
        None => "all()",
    };
    let token = match tools.softhsm {
        Some(_) => "all()",
        None => "not test(/softhsm/)",
    };
    if (engine, token) != ("all()", "all()") {
        command.args(["--filterset", &format!("{engine} & {token}")]);
    }
    command.args(&options.nextest);
    prepare(&mut command, tools, database);
    command
}

/// Tells the tests where the tools are.
fn prepare<'a>(
    command: &'a mut Command,
    tools: &Tools,
    database: Option<&Database>,
) -> &'a mut Command {
    let variable = |path: &Path| path.as_os_str().to_owned();
    command.env("CASHLINK_TEST_ANVIL", variable(&tools.anvil));
    command.env("CASHLINK_TEST_GANACHE", variable(&tools.ganache));
    command.env("CASHLINK_TEST_PYTHON", variable(&tools.python));
    command.env("CASHLINK_TEST_CLIENTS", variable(&clients::target()));
    if let Some(softhsm) = &tools.softhsm {
        command.env("CASHLINK_TEST_SOFTHSM", variable(softhsm));
    }
    if let Some(clients) = &tools.postgres_clients {
        command.env("PATH", shell::path_with(clients));
    }
    match database {
        Some(database) => command.env("CASHLINK_TEST_POSTGRES", database.url()),
        None => command.env_remove("CASHLINK_TEST_POSTGRES"),
    }
}

fn nothing(_: &str) -> bool {
    false
}

fn is_summary(line: &str) -> bool {
    line.trim_start().starts_with("Summary [")
}

/// How many tests passed and how many did not, from nextest's closing line.
fn counts(summary: &str) -> (u64, u64) {
    let (_, results) = summary.split_once("run: ").unwrap_or_default();
    let (mut passed, mut failed) = (0, 0);
    for result in results.split(", ") {
        let mut words = result.split_whitespace();
        let number: u64 = words.next().and_then(|word| word.parse().ok()).unwrap_or(0);
        match words.next() {
            Some("passed") => passed += number,
            Some("skipped") | None => {}
            Some(_) => failed += number,
        }
    }
    (passed, failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_closing_line_is_counted() {
        let passed = "     Summary [   0.016s] 12 tests run: 12 passed (1 slow), 3 skipped";
        let failed =
            "Summary [  61.0s] 12/14 tests run: 9 passed, 1 failed, 2 timed out, 0 skipped";
        assert!(is_summary(passed));
        assert_eq!(counts(passed), (12, 0));
        assert_eq!(counts(failed), (9, 3));
    }
}
