//! What is measured, and where: the options that the measurements share.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use tokio_postgres::NoTls;

/// The executable and a place for its files.
#[derive(Args)]
pub struct Program {
    /// The executable
    #[arg(long)]
    pub server: PathBuf,
    /// Where to work
    #[arg(long)]
    pub folder: PathBuf,
}

/// The executable on SQLite, and on PostgreSQL if there is one.
#[derive(Args)]
pub struct Databases {
    #[command(flatten)]
    pub program: Program,
    /// A PostgreSQL of our own, without the name of the database
    #[arg(long)]
    postgres: Option<String>,
}

impl Databases {
    /// An empty database of each kind: its name for the report, a folder, and its address.
    pub async fn empty(&self, measurement: &str) -> Result<Vec<(&'static str, PathBuf, String)>> {
        let folder = self.program.folder.join(measurement);
        let sqlite = folder.join("sqlite");
        std::fs::create_dir_all(&sqlite)?;
        let file = format!("sqlite:{}", sqlite.join("cashlink.sqlite").display());
        let mut databases = vec![("SQLite", sqlite, file)];
        if let Some(postgres) = &self.postgres {
            let (client, connection) =
                tokio_postgres::connect(&format!("{postgres}/postgres"), NoTls).await?;
            let connection = tokio::spawn(connection);
            client
                .batch_execute(&format!("create database {measurement}"))
                .await?;
            drop(client);
            connection.await??;
            let folder = folder.join("postgres");
            databases.push(("PostgreSQL", folder, format!("{postgres}/{measurement}")));
        }
        Ok(databases)
    }
}
