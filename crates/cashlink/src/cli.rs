//! The command line: what can be said, and which command it means.
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::config::{self, Config};
use crate::terminal::{note, say};
use crate::{
    admin, backup, conformance, demo, dlt, gateway, listen, migrate, new_master_key, openapi,
    register, serve,
};

/// A distribution network for tokenised securities.
#[derive(Parser)]
#[command(name = "cashlink", version, about, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the whole sample network in this process, play the main job and stay up
    Demo(demo::Options),
    /// Run the network from a configuration
    Serve(ServeOptions),
    /// Bring the database to the schema of this program
    Migrate(Configured),
    /// Check the configuration and print what is in force, without secrets
    Config(Configured),
    /// Make a master key: a secret file, or one that only AWS KMS can open
    NewMasterKey(new_master_key::Options),
    /// Set up and look after the network
    Admin(AdminOptions),
    /// Work with the register
    Register(RegisterOptions),
    /// Look at what the DLT network was told, and after the keys that tell it
    Dlt(DltOptions),
    /// Copy database, chain and documents into a folder
    Backup(BackupOptions),
    /// Restore a backup into an empty place
    Restore(RestoreOptions),
    /// Bring a partner's events to an engineer's machine
    Listen(listen::Options),
    /// Test an environment against the published Partner API, or a webhook endpoint with hard deliveries
    Conformance(conformance::Options),
    /// Run a partner's gateway: one endpoint in front of every environment
    Gateway(gateway::Options),
    /// Print the OpenAPI document
    Openapi,
}

/// Where the configuration is.
#[derive(Args)]
struct Configured {
    /// The configuration file; CASHLINK__SECTION__KEY in the environment overrides it
    #[arg(long, value_name = "FILE", env = "CASHLINK_CONFIG", global = true)]
    config: Option<PathBuf>,
}

impl Configured {
    fn load(&self) -> Result<Config> {
        Ok(config::load(self.config.as_deref())?)
    }
}

#[derive(Args)]
struct ServeOptions {
    #[command(flatten)]
    configured: Configured,
    /// Which part to run; several machines share one PostgreSQL
    #[arg(long, value_enum, default_value = "all")]
    role: Role,
    /// Bring the database to the schema of this program first
    #[arg(long)]
    migrate: bool,
    /// Listen here instead of where the configuration says; port 0 takes any
    #[arg(long, value_name = "ADDR")]
    listen: Option<SocketAddr>,
}

/// Which part of the network a process runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Role {
    /// Answers requests.
    Api,
    /// Delivers to the DLT network and to webhooks, and follows the statutory clocks.
    Worker,
    /// Both.
    All,
}

#[derive(Args)]
struct AdminOptions {
    #[command(flatten)]
    configured: Configured,
    #[command(flatten)]
    admin: admin::Options,
}

#[derive(Args)]
struct RegisterOptions {
    #[command(flatten)]
    configured: Configured,
    #[command(subcommand)]
    command: register::Command,
}

#[derive(Args)]
struct DltOptions {
    #[command(flatten)]
    configured: Configured,
    #[command(subcommand)]
    command: dlt::Command,
}

#[derive(Args)]
struct BackupOptions {
    #[command(flatten)]
    configured: Configured,
    /// The folder to make
    #[arg(long, value_name = "DIR")]
    to: PathBuf,
    /// Folder of the keys, instead of backups.keys of the configuration; keep it apart from the backup
    #[arg(long, value_name = "DIR")]
    keys: Option<PathBuf>,
}

#[derive(Args)]
struct RestoreOptions {
    #[command(flatten)]
    configured: Configured,
    /// The folder of the backup
    #[arg(long, value_name = "DIR")]
    from: PathBuf,
    /// Folder of the keys, instead of backups.keys of the configuration
    #[arg(long, value_name = "DIR")]
    keys: Option<PathBuf>,
}

/// Every command that can be given, as its words: a list of what each leaves behind is compared with it.
pub fn commands() -> Vec<String> {
    fn leaves(command: &clap::Command, words: &str, found: &mut Vec<String>) {
        if !command.has_subcommands() {
            found.push(words.to_owned());
        }
        for inside in command.get_subcommands() {
            let words = format!("{words} {}", inside.get_name());
            leaves(inside, words.trim_start(), found);
        }
    }
    let mut found = Vec::new();
    leaves(&<Cli as clap::CommandFactory>::command(), "", &mut found);
    found
}

/// Reads the command line, does what it says, and tells how it went: 0 done, 1 not, 2 misunderstood.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    // One provider of cryptography for every TLS connection of the process.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Runtime::new().expect("the operating system gives threads");
    let done = runtime.block_on(run(cli.command));
    // Whatever still runs has had its time.
    runtime.shutdown_background();
    done.unwrap_or_else(|error| {
        note(format!("error: {error:#}"));
        ExitCode::FAILURE
    })
}

async fn run(command: Command) -> Result<ExitCode> {
    match command {
        Command::Demo(options) => return demo::run(options).await,
        Command::Conformance(options) => return conformance::run(options).await,
        Command::Register(options) => {
            return register::run(|| options.configured.load(), &options.command).await;
        }
        Command::Serve(options) => {
            let mut config = options.configured.load()?;
            config.listen = options.listen.unwrap_or(config.listen);
            serve::run(&config, options.role, options.migrate).await?;
        }
        Command::Migrate(configured) => migrate::run(&configured.load()?).await?,
        Command::Config(configured) => show(&configured.load()?).await?,
        Command::NewMasterKey(options) => new_master_key::run(&options).await?,
        Command::Admin(options) => admin::run(&options.configured.load()?, &options.admin).await?,
        Command::Dlt(options) => dlt::run(|| options.configured.load(), &options.command).await?,
        Command::Backup(options) => {
            let config = with_keys(options.configured.load()?, options.keys);
            backup::run(&config, &options.to).await?;
        }
        Command::Restore(options) => {
            let config = with_keys(options.configured.load()?, options.keys);
            let now = registry::clock::real_now();
            backup::restore(&config, &options.from, now).await?;
        }
        Command::Listen(options) => listen::run(options).await?,
        Command::Gateway(options) => gateway::run(options).await?,
        Command::Openapi => openapi::run()?,
    }
    Ok(ExitCode::SUCCESS)
}

fn with_keys(mut config: Config, keys: Option<PathBuf>) -> Config {
    config.backups.keys = keys.or(config.backups.keys);
    config
}

/// Prints first, so that a value that makes no sense can be seen.
async fn show(config: &Config) -> Result<()> {
    say(config::effective(config).trim_end());
    config.check()?;
    config.master_key.read().await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }
}
