//! `cargo xtask bench`: builds what is measured, starts the database it needs, and runs the program that measures.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{self, Command};

use anyhow::{Context, Result};
use clap::{Args, Subcommand};

use crate::cluster::{Cluster, Purpose};
use crate::{shell, tools};

/// The executable and what measures it.
const SERVER: [&str; 2] = ["cashlink", "cashlink-bench"];

/// What to measure.
#[derive(Subcommand)]
pub enum What {
    /// Investments per second over HTTP, as a ratio to the bare limit of the same statements, on both databases.
    Intake(Intake),
    /// Webhook deliveries per second to 100 endpoints, one of which hangs.
    Webhooks,
    /// Gas of every act of a token, ours and others', and of a delivery as a ratio to the floor.
    Gas,
    /// A thousand assets of the catalogue in one answer, on both databases.
    Catalogue,
    /// Every page of the console with 100,000 investors and investments, on both databases.
    Pages(Pages),
    /// Deliveries per second from paid to entered, and how soon their webhooks arrive, on both databases.
    Delivery(Delivery),
    /// A register of many entries over many holders: filled, verified and asked, on both databases.
    Register(Register),
    /// A gateway in front of a hundred environments that take their time, with ten thousand investors.
    Gateway(Gateway),
    /// The first answer and the memory of `cashlink serve`.
    Start,
}

#[derive(Args)]
pub struct Intake {
    /// Seconds of each measurement.
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// The best of so many rounds counts.
    #[arg(long, default_value_t = 3)]
    rounds: u64,
    /// Show the statements of an investment.
    #[arg(long)]
    show: bool,
    /// Milliseconds that every sync of SQLite's files takes longer, as on a disk that really waits.
    #[arg(long, default_value_t = 0)]
    sync_delay: u32,
}

#[derive(Args)]
pub struct Pages {
    /// Investors, each with an investment.
    #[arg(long, default_value_t = 100_000)]
    investors: u32,
    /// Show every page and not the slowest only.
    #[arg(long)]
    show: bool,
    /// Measure a build without optimisation, which is made sooner.
    #[arg(long)]
    debug: bool,
}

#[derive(Args)]
pub struct Delivery {
    /// Paid investments that wait, each of another investor.
    #[arg(long, default_value_t = 100_000)]
    deliveries: u32,
    /// Investments that are marked as paid one after the other.
    #[arg(long, default_value_t = 5_000)]
    stream: u32,
    /// How many of those a second.
    #[arg(long, default_value_t = 200)]
    rate: u32,
    /// Through a node in place of the chain in the process.
    #[arg(long)]
    through_anvil: bool,
    /// Measure a build without optimisation, which is made sooner.
    #[arg(long)]
    debug: bool,
}

#[derive(Args)]
pub struct Register {
    /// Entries of the register.
    #[arg(long, default_value_t = 1_000_000)]
    entries: u64,
    /// Holders of it.
    #[arg(long, default_value_t = 100_000)]
    holders: u64,
    /// Entries on PostgreSQL, if they are to be fewer.
    #[arg(long)]
    postgres_entries: Option<u64>,
    /// Measure a build without optimisation, which is made sooner.
    #[arg(long)]
    debug: bool,
}

#[derive(Args)]
pub struct Gateway {
    /// Updates of the backlog, over all environments.
    #[arg(long)]
    updates: Option<u32>,
    /// On PostgreSQL too.
    #[arg(long)]
    postgres: bool,
    /// Look at the measurement itself: a build without optimisation, which is made sooner, and small numbers.
    #[arg(long)]
    debug: bool,
}

/// With what `bench gateway --debug` looks at itself.
const SMALL_GATEWAY: [(&str, &str); 6] = [
    ("--environments", "10"),
    ("--investors", "100"),
    ("--everywhere", "10"),
    ("--singles", "20"),
    ("--seconds", "20"),
    ("--updates", "500"),
];

/// Runs one measurement.
pub fn run(what: &What) -> Result<()> {
    match what {
        What::Intake(options) => intake(options),
        What::Webhooks => webhooks(),
        What::Gas => gas(),
        What::Catalogue => catalogue(),
        What::Pages(options) => pages(options),
        What::Delivery(options) => delivery(options),
        What::Register(options) => register(options),
        What::Gateway(options) => gateway(options),
        What::Start => start(),
    }
}

fn intake(options: &Intake) -> Result<()> {
    let programs = build(&SERVER)?;
    let folder = Folder::new("intake")?;
    let cluster = cluster()?;
    let mut command = Command::new(programs.join("cashlink-bench"));
    command
        .arg("intake")
        .arg("--server")
        .arg(programs.join("cashlink"))
        .arg("--folder")
        .arg(&folder.0)
        .arg("--postgres")
        .arg(address(&cluster))
        .arg("--statements")
        .arg(cluster.statements())
        .args(["--seconds", &options.seconds.to_string()])
        .args(["--rounds", &options.rounds.to_string()]);
    if options.show {
        command.arg("--show");
    }
    if options.sync_delay > 0 {
        let library = slow_disk(&folder, options.sync_delay)?;
        command.env("LD_PRELOAD", library);
        println!("with {} ms added to each sync", options.sync_delay);
    }
    if let Some(pgbench) = pgbench() {
        command.arg("--pgbench").arg(pgbench);
    }
    shell::run(&mut command)
}

fn webhooks() -> Result<()> {
    let programs = build(&["cashlink-bench"])?;
    let folder = Folder::new("webhooks")?;
    let cluster = cluster()?;
    let mut command = Command::new(programs.join("cashlink-bench"));
    command.arg("webhooks").arg("--folder").arg(&folder.0);
    command.arg("--postgres").arg(address(&cluster));
    shell::run(&mut command)
}

fn catalogue() -> Result<()> {
    let programs = build(&SERVER)?;
    let folder = Folder::new("catalogue")?;
    let cluster = cluster()?;
    shell::run(&mut of_server("catalogue", &programs, &folder, &cluster))
}

fn pages(options: &Pages) -> Result<()> {
    let programs = build_server(options.debug)?;
    let folder = Folder::new("pages")?;
    let cluster = cluster()?;
    let mut command = of_server("pages", &programs, &folder, &cluster);
    command.args(["--investors", &options.investors.to_string()]);
    if options.show {
        command.arg("--show");
    }
    shell::run(&mut command)
}

fn delivery(options: &Delivery) -> Result<()> {
    let programs = build_server(options.debug)?;
    let folder = Folder::new("delivery")?;
    let cluster = cluster()?;
    let mut command = of_server("delivery", &programs, &folder, &cluster);
    command.args(["--deliveries", &options.deliveries.to_string()]);
    command.args(["--stream", &options.stream.to_string()]);
    command.args(["--rate", &options.rate.to_string()]);
    if options.through_anvil {
        command.arg("--anvil").arg(tools::bring_anvil()?);
    }
    shell::run(&mut command)
}

fn register(options: &Register) -> Result<()> {
    let programs = build_server(options.debug)?;
    let folder = Folder::new("register")?;
    let cluster = cluster()?;
    let mut command = of_server("register", &programs, &folder, &cluster);
    command.args(["--entries", &options.entries.to_string()]);
    command.args(["--holders", &options.holders.to_string()]);
    if let Some(entries) = options.postgres_entries {
        command.args(["--postgres-entries", &entries.to_string()]);
    }
    shell::run(&mut command)
}

fn gateway(options: &Gateway) -> Result<()> {
    let programs = build_server(options.debug)?;
    let folder = Folder::new("gateway")?;
    // Kept until the end: it ends with its handle.
    let cluster = options.postgres.then(cluster).transpose()?;
    let mut command = match &cluster {
        Some(cluster) => of_server("gateway", &programs, &folder, cluster),
        None => of_program("gateway", &programs, &folder),
    };
    for (name, value) in SMALL_GATEWAY {
        let is_said = name == "--updates" && options.updates.is_some();
        if options.debug && !is_said {
            command.args([name, value]);
        }
    }
    if let Some(updates) = options.updates {
        command.args(["--updates", &updates.to_string()]);
    }
    shell::run(&mut command)
}

/// A measurement of the server on both databases.
fn of_server(what: &str, programs: &Path, folder: &Folder, cluster: &Cluster) -> Command {
    let mut command = of_program(what, programs, folder);
    command.arg("--postgres").arg(address(cluster));
    command
}

/// A measurement of the executable.
fn of_program(what: &str, programs: &Path, folder: &Folder) -> Command {
    let mut command = Command::new(programs.join("cashlink-bench"));
    command
        .arg(what)
        .arg("--server")
        .arg(programs.join("cashlink"))
        .arg("--folder")
        .arg(&folder.0);
    command
}

fn start() -> Result<()> {
    let programs = build(&SERVER)?;
    let folder = Folder::new("start")?;
    shell::run(&mut of_program("start", &programs, &folder))
}

/// In process, so that one run measures every token; the others' packages are brought for it and never shipped.
fn gas() -> Result<()> {
    let packages = tools::bring_tokens()?;
    let bench = [
        "bench",
        "--locked",
        "--profile",
        "dev",
        "-p",
        "cashlink-dlt-evm",
        "--bench",
        "gas",
        "--",
    ];
    shell::run(shell::cargo().args(bench).arg(packages))
}

/// Builds the executable and what measures it; a build without optimisation is made sooner.
fn build_server(without_optimisation: bool) -> Result<PathBuf> {
    match without_optimisation {
        true => build_as("dev", "debug", &SERVER),
        false => build(&SERVER),
    }
}

/// Builds packages as they are shipped; the folder of their programs.
fn build(packages: &[&str]) -> Result<PathBuf> {
    build_as("dist", "dist", packages)
}

fn build_as(profile: &str, folder: &str, packages: &[&str]) -> Result<PathBuf> {
    let mut command = shell::cargo();
    command.args(["build", "--profile", profile, "--locked"]);
    for package in packages {
        command.args(["-p", package]);
    }
    shell::run(&mut command)?;
    let metadata = crate::metadata::Metadata::load()?;
    Ok(metadata.target_directory.join(folder))
}

/// A PostgreSQL that waits for the disk, as in operation.
fn cluster() -> Result<Cluster> {
    let native = tools::bring_postgres()?;
    let log = shell::root().join("target/tools/postgres-bench.log");
    Cluster::start(&native, &log, Purpose::Measurements).context("the database that is measured")
}

/// Without the name of a database.
fn address(cluster: &Cluster) -> String {
    cluster.url().trim_end_matches("/postgres").to_owned()
}

/// On the search path, or where Debian puts it.
fn pgbench() -> Option<PathBuf> {
    shell::find("pgbench").or_else(|| {
        let versions = fs::read_dir("/usr/lib/postgresql").ok()?.flatten();
        let mut found: Vec<PathBuf> = versions
            .map(|version| version.path().join("bin/pgbench"))
            .filter(|file| file.is_file())
            .collect();
        found.sort();
        found.pop()
    })
}

/// A library that stands in front of the C library's `fsync` and waits before it; inherited by what the measurement starts, not by PostgreSQL.
fn slow_disk(folder: &Folder, milliseconds: u32) -> Result<PathBuf> {
    let source = shell::root().join("benches/slow_disk.c");
    let library = folder.0.join("slow_disk.so");
    let mut command = Command::new("cc");
    command
        .args(["-shared", "-fPIC", "-O2"])
        .arg(format!("-DSYNC_DELAY_MS={milliseconds}"))
        .arg("-o")
        .arg(&library)
        .arg(source);
    shell::run(&mut command)?;
    Ok(library)
}

/// A folder for one measurement; it goes with it.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Result<Folder> {
        let folder = env::temp_dir().join(format!("cashlink-bench-{name}-{}", process::id()));
        fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
        Ok(Folder(folder))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        remove(&self.0);
    }
}

fn remove(folder: &Path) {
    if let Err(error) = fs::remove_dir_all(folder) {
        eprintln!("cannot remove {}: {error}", folder.display());
    }
}
