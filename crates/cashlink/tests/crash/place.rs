//! Where one network keeps its things: a folder, a database, a configuration, and the commands that run on them.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU32, Ordering};

use database::testing::Backend;
use serde_json::Value;
use tempfile::TempDir;

use crate::common::{Process, cashlink};

/// The data of one network. It stays for whoever looks for the reason if the test fails.
pub struct Place {
    folder: Option<TempDir>,
    starts: AtomicU32,
}

impl Place {
    /// An empty database and folder; the network has the first two assets of the sample.
    pub async fn new(backend: Backend) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let place = Self {
            folder: Some(folder),
            starts: AtomicU32::new(0),
        };
        let database = match backend {
            Backend::Sqlite => format!("sqlite:{}", place.path().join("cashlink.sqlite").display()),
            Backend::Postgres => database::testing::place(backend, &[]).await.0.url,
        };
        fs::write(place.path().join("network.json"), network()).unwrap();
        fs::write(place.path().join("master.key"), "5a".repeat(32)).unwrap();
        fs::write(place.config(), place.configuration(&database)).unwrap();
        place
    }

    /// Starts the server; with a name, it dies at the given visit of that point.
    pub fn serve(&self, crash_at: Option<&str>) -> Process {
        let start = self.starts.fetch_add(1, Ordering::Relaxed);
        let log = self.path().join(format!("serve-{start:03}.log"));
        let mut command = self.command(&["serve", "--migrate", "--listen", "127.0.0.1:0"]);
        if let Some(point) = crash_at {
            command.env("CASHLINK_CRASH_AT", point);
        }
        Process::start(&mut command, &log)
    }

    /// A new client; its id and secret.
    pub fn credential(
        &self,
        kind: &str,
        party: &str,
        environment: Option<&str>,
    ) -> (String, String) {
        let mut arguments = vec!["admin", "--operator", "crash test", "--json", "create"];
        arguments.extend(["credential", "--kind", kind, "--party", party]);
        if let Some(environment) = environment {
            arguments.extend(["--environment", environment]);
        }
        let made = json(&mut self.command(&arguments));
        let text = |field: &str| made[field].as_str().unwrap().to_owned();
        (text("client_id"), text("client_secret"))
    }

    /// What `cashlink register verify` finds, asset by asset.
    pub fn verify(&self) -> Vec<Value> {
        let findings = json(&mut self.command(&["register", "verify", "--json"]));
        findings.as_array().unwrap().clone()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = cashlink(arguments);
        command.env("CASHLINK_CONFIG", self.config());
        command
    }

    fn path(&self) -> &Path {
        self.folder
            .as_ref()
            .expect("it is there until the end")
            .path()
    }

    fn config(&self) -> std::path::PathBuf {
        self.path().join("cashlink.toml")
    }

    /// The time-out of webhooks is short because a dead process's attempts are made again after four times as long.
    fn configuration(&self, database: &str) -> String {
        let path = |name: &str| self.path().join(name).display().to_string();
        format!(
            "public_url = 'http://127.0.0.1'\n\
             network_file = '{}'\n\
             [database]\nurl = '{database}'\nconnections = 6\n\
             [documents]\ndirectory = '{}'\n\
             [master_key]\nfile = '{}'\n\
             [webhooks]\nallow_networks = ['127.0.0.0/8']\ntimeout_s = 1\n\
             [workers]\npoll_ms = 100\n\
             [log]\nformat = 'json'\nfilter = 'info'\n",
            path("network.json"),
            path("documents"),
            path("master.key"),
        )
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if std::thread::panicking()
            && let Some(folder) = self.folder.take()
        {
            eprintln!(
                "the network's data and logs are kept in {}",
                folder.keep().display()
            );
        }
    }
}

/// Where a server says that it listens.
pub fn address(server: &Process) -> Option<String> {
    let printed = server.printed();
    let lines = printed.lines();
    let listening = lines.filter_map(|line| serde_json::from_str::<Value>(line).ok());
    listening
        .filter_map(|line| line["message"].as_str().map(str::to_owned))
        .find_map(|message| Some(format!("http://{}", message.strip_prefix("listening on ")?)))
}

fn network() -> String {
    let mut network: Value = serde_json::from_str(cashlink::SAMPLE_NETWORK).unwrap();
    network["assets"].as_array_mut().unwrap().truncate(2);
    network.to_string()
}

fn json(command: &mut Command) -> Value {
    let output: Output = command.output().unwrap();
    match serde_json::from_slice(&output.stdout) {
        Ok(value) => value,
        Err(_) => panic!("{}", String::from_utf8_lossy(&output.stderr)),
    }
}
