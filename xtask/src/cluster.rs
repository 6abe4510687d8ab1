//! A PostgreSQL of our own for one test run: started on a free loopback port, thrown away at the end.

use std::fs::{self, File};
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};
use std::{env, process};

use anyhow::{Context, Result, bail};

use crate::interrupt::signal;
use crate::shell;

/// PostgreSQL refuses to run as root; this is the account without rights on every Linux.
const NOBODY: u32 = 65534;
const FOLDER_PREFIX: &str = "cashlink-test-postgres-";
const START_TIMEOUT: Duration = Duration::from_secs(60);

const SETTINGS: [&str; 4] = [
    "max_connections=500",
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "max_wal_size=4GB",
];

/// What a server is started for.
#[derive(Clone, Copy)]
pub enum Purpose {
    /// Nothing outlives the run, so nothing waits for a disk.
    Tests,
    /// Every commit is on the disk, as in operation, and statements can be logged as JSON.
    Measurements,
}

impl Purpose {
    fn settings(self) -> &'static [&'static str] {
        match self {
            Purpose::Tests => &[
                "fsync=off",
                "full_page_writes=off",
                "synchronous_commit=off",
                "log_min_messages=fatal",
                "log_min_error_statement=panic",
            ],
            Purpose::Measurements => &[
                "fsync=on",
                "full_page_writes=on",
                "synchronous_commit=on",
                "shared_buffers=256MB",
                "logging_collector=on",
                "log_destination=jsonlog",
                "log_directory=statements",
                "log_rotation_age=0",
                "log_rotation_size=0",
            ],
        }
    }
}

/// A running server; dropping it stops it and removes its data.
pub struct Cluster {
    server: Child,
    home: PathBuf,
    port: u16,
}

impl Cluster {
    /// Starts the server whose `bin` lies in `native`; its messages go to `log`.
    pub fn start(native: &Path, log: &Path, purpose: Purpose) -> Result<Cluster> {
        remove_leftovers();
        let home = env::temp_dir().join(format!("{FOLDER_PREFIX}{}", process::id()));
        fs::create_dir_all(&home).with_context(|| format!("cannot create {}", home.display()))?;
        let started = prepare_and_start(native, &home, log, purpose);
        if started.is_err() {
            remove(&home);
        }
        started
    }

    /// The address of the maintenance database, as tests expect it.
    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// The folder of the logged statements, if it was started for measurements.
    pub fn statements(&self) -> PathBuf {
        self.home.join("data/statements")
    }

    /// Waits until the server says that it takes connections.
    fn wait_until_ready(&mut self, log: &Path) -> Result<()> {
        let begin = Instant::now();
        let status_file = self.home.join("data/postmaster.pid");
        loop {
            // The eighth line of PostgreSQL's own lock file is its state.
            let status = fs::read_to_string(&status_file).unwrap_or_default();
            if status
                .lines()
                .nth(7)
                .is_some_and(|state| state.trim() == "ready")
            {
                return Ok(());
            }
            if let Some(status) = self.server.try_wait()? {
                bail!(
                    "PostgreSQL ended at its start ({status}); see {}",
                    log.display()
                );
            }
            if begin.elapsed() > START_TIMEOUT {
                bail!(
                    "PostgreSQL is not ready after {} s; see {}",
                    START_TIMEOUT.as_secs(),
                    log.display()
                );
            }
            sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // Quit at once, without a last checkpoint: the data goes anyway.
        signal("QUIT", self.server.id());
        if let Err(error) = self.server.wait() {
            eprintln!("cannot wait for PostgreSQL to end: {error}");
        }
        remove(&self.home);
    }
}

fn prepare_and_start(native: &Path, home: &Path, log: &Path, purpose: Purpose) -> Result<Cluster> {
    let as_root = fs::metadata(home)?.uid() == 0;
    if as_root {
        chown(home, Some(NOBODY), Some(NOBODY))
            .context("cannot hand the data folder to an account without rights")?;
        fs::set_permissions(home, fs::Permissions::from_mode(0o700))?;
    }
    let native = reachable(native, home, as_root)?;
    let data = home.join("data");
    let mut initdb = program(&native, "initdb", home, as_root);
    initdb.arg("-D").arg(&data).args([
        "-U",
        "postgres",
        "--auth=trust",
        "--encoding=UTF8",
        "--no-locale",
        "--no-sync",
    ]);
    shell::capture(&mut initdb)?;

    let port = free_port()?;
    let messages = File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
    let mut postgres = program(&native, "postgres", home, as_root);
    postgres
        .arg("-D")
        .arg(&data)
        .arg("-p")
        .arg(port.to_string());
    for setting in SETTINGS.iter().chain(purpose.settings()) {
        postgres.arg("-c").arg(setting);
    }
    // A group of its own: Ctrl-C must reach it only after the tests that use it.
    postgres
        .process_group(0)
        .stdin(Stdio::null())
        .stdout(messages.try_clone()?)
        .stderr(messages);
    let server = postgres.spawn().context("cannot start PostgreSQL")?;
    let mut cluster = Cluster {
        server,
        home: home.to_path_buf(),
        port,
    };
    cluster.wait_until_ready(log)?;
    Ok(cluster)
}

/// One of PostgreSQL's programs, under the account that may run it.
fn program(native: &Path, name: &str, home: &Path, as_root: bool) -> Command {
    let mut command = Command::new(native.join("bin").join(name));
    command
        .current_dir(home)
        .env("LC_ALL", "C")
        .env("TZ", "UTC");
    for variable in ["PGDATA", "PGHOST", "PGPORT", "PGUSER", "PGOPTIONS"] {
        command.env_remove(variable);
    }
    if as_root {
        command.uid(NOBODY).gid(NOBODY);
    }
    command
}

/// The binaries where the account can read them: in place, or copied when a folder above is closed to it.
fn reachable(native: &Path, home: &Path, as_root: bool) -> Result<PathBuf> {
    if !as_root
        || program(native, "postgres", home, true)
            .arg("--version")
            .output()
            .is_ok_and(|it| it.status.success())
    {
        return Ok(native.to_path_buf());
    }
    let copy = home.join("native");
    shell::capture(Command::new("cp").arg("-a").arg(native).arg(&copy))?;
    shell::capture(Command::new("chmod").args(["-R", "a+rX"]).arg(&copy))?;
    Ok(copy)
}

fn free_port() -> Result<u16> {
    let listener = TcpListener::bind("127.0.0.1:0").context("no free port on loopback")?;
    Ok(listener.local_addr()?.port())
}

/// Removes what a killed run left behind; its server, if any, ends by itself when its lock file is gone.
fn remove_leftovers() {
    let Ok(entries) = fs::read_dir(env::temp_dir()) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let owner = name
            .to_str()
            .and_then(|name| name.strip_prefix(FOLDER_PREFIX));
        if owner.is_some_and(|process| !Path::new("/proc").join(process).exists()) {
            remove(&entry.path());
        }
    }
}

fn remove(folder: &Path) {
    if let Err(error) = fs::remove_dir_all(folder) {
        eprintln!("cannot remove {}: {error}", folder.display());
    }
}
