//! The two processes: the environments, and the gateway in front of them with its configuration.

use std::fmt::Write as _;
use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::Options;
use super::application::Application;
use crate::environments::control::Control;
use crate::environments::{self, SECRET, campaign, client_id};
use crate::server::Server;

/// Environments in which every investor is, because the configuration says so; in the others he is from his first investment there on.
pub const EAGER: usize = 3;

/// Where a gateway is started, once with each configuration.
pub struct Place {
    program: PathBuf,
    folder: PathBuf,
    database: String,
    environments: usize,
    address: SocketAddr,
    pub control: Control,
}

/// A gateway that runs, and the partner's application before it.
pub struct Running {
    pub server: Server,
    pub application: Application,
}

impl Place {
    /// Starts the environments, which end with the handle.
    pub async fn prepare(
        options: &Options,
        folder: &Path,
        database: &str,
    ) -> Result<(Place, Server)> {
        fs::create_dir_all(folder)?;
        let control = Control {
            address: free_address()?,
        };
        let mut command = Command::new(std::env::current_exe()?);
        command
            .arg("environments")
            .args(["--listen", &control.address.to_string()])
            .args(["--environments", &options.environments.to_string()]);
        let log = folder.join("environments.log");
        let path = "/control/figures";
        let environments = Server::start(command, &log, (control.address, path)).await?;
        let (one, other) = (uuid::Uuid::new_v4(), uuid::Uuid::new_v4());
        let key = format!("{}{}", one.simple(), other.simple());
        fs::write(folder.join("master.key"), key)?;
        fs::write(folder.join("environment.secret"), SECRET)?;
        let place = Place {
            program: options.databases.program.server.clone(),
            folder: folder.to_owned(),
            database: database.to_owned(),
            environments: options.environments,
            address: free_address()?,
            control,
        };
        Ok((place, environments))
    }

    /// Starts a gateway that is told this limit of every environment.
    pub async fn start(&self, requests_per_second: Option<u32>) -> Result<Running> {
        fs::write(self.config(), self.text(requests_per_second)?)?;
        let name = format!("bench-{}", uuid::Uuid::new_v4().simple());
        let made = self.run(&["add-client", &name, "--json"])?;
        let made: Value = serde_json::from_str(&made).context("the credential is no JSON")?;
        let secret = made["client_secret"].as_str().context("no secret")?;
        let log = self.folder.join("gateway.log");
        let server = Server::start(self.command(&[]), &log, (self.address, "/healthz")).await?;
        let application = Application::sign_in(self.address, &name, secret).await?;
        Ok(Running {
            server,
            application,
        })
    }

    fn text(&self, requests_per_second: Option<u32>) -> Result<String> {
        let (address, database) = (self.address, &self.database);
        let key = self.folder.join("master.key");
        let secret = self.folder.join("environment.secret");
        let mut text = format!(
            "public_url = \"http://{address}\"\nlisten = \"{address}\"\n\
             [database]\nurl = {database:?}\n[master_key]\nfile = {key:?}\n"
        );
        for number in 0..self.environments {
            let url = environments::url(self.control.address, number);
            write!(
                text,
                "[[environments]]\nname = \"environment-{number}\"\nurl = {url:?}\ncampaign_ids = [\"{}\"]\n\
                 client_id = {:?}\nclient_secret = {{ file = {secret:?} }}\neager = {}\n",
                campaign(number),
                client_id(number),
                number < EAGER,
            )?;
            if let Some(limit) = requests_per_second {
                writeln!(text, "requests_per_second = {limit}")?;
            }
        }
        Ok(text)
    }

    fn config(&self) -> PathBuf {
        self.folder.join("gateway.toml")
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.args(["gateway", "--config"]).arg(self.config());
        // The figures must not depend on somebody's environment.
        command.env_remove("RUST_LOG").args(arguments);
        command
    }

    fn run(&self, arguments: &[&str]) -> Result<String> {
        let output = self.command(arguments).output()?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "{arguments:?} failed: {said}");
        Ok(String::from_utf8(output.stdout)?)
    }
}

/// Nobody listens there now.
fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}
