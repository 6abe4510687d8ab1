//! The executable under test: its configuration, its start, its end, and what it uses.

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::client::Connection;

/// How long a start may take before it counts as failed.
const PATIENCE: Duration = Duration::from_secs(120);
/// How often an answer is looked for.
const LOOK: Duration = Duration::from_millis(2);

/// A place with a configuration; servers are started in it one after the other.
pub struct Place {
    program: PathBuf,
    folder: PathBuf,
    pub config: PathBuf,
    pub address: SocketAddr,
}

/// A server that runs; dropping it ends it.
pub struct Server {
    process: Child,
    /// From its start to its first answer.
    pub first_answer: Duration,
}

impl Place {
    /// Writes configuration, key and network file into the folder.
    pub fn prepare(
        program: &Path,
        folder: &Path,
        database: &str,
        network: &Value,
    ) -> Result<Place> {
        fs::create_dir_all(folder)?;
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let key = folder.join("master.key");
        let (one, other) = (uuid::Uuid::new_v4(), uuid::Uuid::new_v4());
        fs::write(&key, format!("{}{}", one.simple(), other.simple()))?;
        let network_file = folder.join("network.json");
        fs::write(&network_file, network.to_string())?;
        let text = format!(
            "public_url = \"http://{address}\"\nlisten = \"{address}\"\nnetwork_file = {network_file:?}\n\
             [database]\nurl = {database:?}\n[documents]\ndirectory = {:?}\n[master_key]\nfile = {key:?}\n\
             [webhooks]\nallow_networks = [\"127.0.0.0/8\"]\n",
            folder.join("documents"),
        );
        let config = folder.join("cashlink.toml");
        fs::write(&config, text)?;
        Ok(Place {
            program: program.to_owned(),
            folder: folder.to_owned(),
            config,
            address,
        })
    }

    /// Adds a section to the configuration.
    pub fn add(&self, section: &str) -> Result<()> {
        let text = fs::read_to_string(&self.config)?;
        Ok(fs::write(&self.config, format!("{text}{section}"))?)
    }

    /// Brings the database to the schema of the program.
    pub fn migrate(&self) -> Result<()> {
        self.run(&["migrate"]).map(drop)
    }

    /// Makes a credential of a distributor; client ID and secret.
    pub fn credential(&self, partner: &str, environment: &str) -> Result<(String, String)> {
        let text = self.run(&[
            "admin",
            "create",
            "credential",
            "--kind",
            "distributor",
            "--party",
            partner,
            "--environment",
            environment,
            "--operator",
            "bench",
            "--json",
        ])?;
        let made: Value = serde_json::from_str(&text).context("the credential is no JSON")?;
        let field = |name: &str| {
            let value = made[name]
                .as_str()
                .with_context(|| format!("no {name} in {made}"));
            value.map(str::to_owned)
        };
        Ok((field("client_id")?, field("client_secret")?))
    }

    /// Starts the server and waits for its first answer.
    pub async fn start(&self) -> Result<Server> {
        let log = self.folder.join("server.log");
        Server::start(self.command(&["serve"]), &log, (self.address, "/readyz")).await
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.args(arguments).arg("--config").arg(&self.config);
        // The figures must not depend on somebody's environment.
        command.env_remove("RUST_LOG").env_remove("CASHLINK_CONFIG");
        command
    }

    fn run(&self, arguments: &[&str]) -> Result<String> {
        let output = self.command(arguments).output()?;
        if !output.status.success() {
            bail!(
                "{arguments:?} failed: {}",
                String::from_utf8_lossy(&output.stderr).trim()
            );
        }
        Ok(String::from_utf8(output.stdout)?)
    }
}

impl Server {
    /// Starts a program that writes into a log, and waits until it answers at a path.
    pub async fn start(
        mut command: Command,
        log: &Path,
        (address, path): (SocketAddr, &str),
    ) -> Result<Server> {
        let file = fs::File::create(log)?;
        let begin = Instant::now();
        let process = command
            // A program that reads it sees it end with us, however we end.
            .stdin(Stdio::piped())
            .stdout(file.try_clone()?)
            .stderr(file)
            .spawn()
            .with_context(|| format!("cannot start {}", command.get_program().display()))?;
        // From here on its process ends with the handle.
        let mut server = Server {
            process,
            first_answer: Duration::ZERO,
        };
        while !answers(address, path).await {
            if let Some(status) = server.process.try_wait()? {
                bail!("the server ended ({status}); see {}", log.display());
            }
            if begin.elapsed() > PATIENCE {
                bail!("the server did not answer within {} s", PATIENCE.as_secs());
            }
            tokio::time::sleep(LOOK).await;
        }
        server.first_answer = begin.elapsed();
        Ok(server)
    }

    /// Memory that is resident now, in bytes.
    pub fn resident(&self) -> Result<u64> {
        memory(&self.process.id().to_string(), "VmRSS:")
    }

    /// The most memory that was ever resident, in bytes.
    pub fn peak(&self) -> Result<u64> {
        memory(&self.process.id().to_string(), "VmHWM:")
    }

    /// Processor time used so far, in ticks of a hundredth of a second.
    pub fn processor_time(&self) -> Result<Duration> {
        processor_time(&self.process.id().to_string())
    }

    /// Asks it to end, as a service manager would, and waits.
    pub fn stop(mut self) -> Result<()> {
        let told = Command::new("kill")
            .arg("-TERM")
            .arg(self.process.id().to_string())
            .status()?;
        anyhow::ensure!(told.success(), "the server could not be told to stop");
        let status = self.process.wait()?;
        anyhow::ensure!(status.success(), "the server ended with {status}");
        Ok(())
    }
}

/// Processor time that a process has used so far, in ticks of a hundredth of a second.
pub fn processor_time(process: &str) -> Result<Duration> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat"))?;
    // The name in parentheses may hold spaces; what follows it may not.
    let (_, rest) = stat
        .rsplit_once(')')
        .context("the system does not tell the time")?;
    let fields: Vec<u64> = rest
        .split_whitespace()
        .skip(11)
        .take(2)
        .flat_map(str::parse)
        .collect();
    Ok(Duration::from_millis(fields.iter().sum::<u64>() * 10))
}

/// What a process's status says of its memory, in bytes.
pub fn memory(process: &str, field: &str) -> Result<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix(field));
    let kilobytes = line.and_then(|line| line.split_whitespace().next());
    let kilobytes: u64 = kilobytes
        .context("the system does not tell the memory")?
        .parse()?;
    Ok(kilobytes * 1024)
}

async fn answers(address: SocketAddr, path: &str) -> bool {
    let asked = async {
        let mut connection = Connection::open(address).await?;
        connection.send(&format!("GET {path}"), "", b"").await
    };
    asked
        .await
        .is_ok_and(|answer| (200..300).contains(&answer.status))
}

impl Drop for Server {
    fn drop(&mut self) {
        // After `stop` there is nothing left to end.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
