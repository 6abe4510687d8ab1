//! The OAuth clients of the demo, the same ones at each start on kept data.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use registry::Request;
use registry::clients::{self, NewClient};

use super::client::Credentials;
use super::credentials::write_secret;
use super::setup::OPERATOR;
use crate::inventory::Inventory;
use crate::wiring::App;

/// The demo's clients. The network keeps only hashes of secrets, so the demo keeps them itself, beside its master key.
pub struct Clients<'a> {
    app: &'a App,
    file: PathBuf,
    kept: BTreeMap<String, Credentials>,
}

impl<'a> Clients<'a> {
    /// Those that were kept and still work.
    ///
    /// # Errors
    /// If the file is not the demo's.
    pub fn read(app: &'a App, file: &Path, inventory: &Inventory) -> Result<Self> {
        let mut kept: BTreeMap<String, Credentials> = match std::fs::read(file) {
            Ok(text) => {
                serde_json::from_slice(&text).with_context(|| file.display().to_string())?
            }
            Err(_) => BTreeMap::new(),
        };
        let is_alive = |kept: &Credentials| {
            let found = inventory
                .clients
                .iter()
                .find(|client| client.client_id == kept.client_id);
            found.is_some_and(|client| client.revoked_at.is_none())
        };
        kept.retain(|_, credentials| is_alive(credentials));
        Ok(Self {
            app,
            file: file.to_owned(),
            kept,
        })
    }

    /// The client that is kept under this name, or a new one.
    ///
    /// # Errors
    /// If it cannot be made.
    pub async fn get(&mut self, key: &str, new: NewClient) -> Result<Credentials> {
        if let Some(kept) = self.kept.get(key) {
            return Ok(kept.clone());
        }
        let request = Request::internal(OPERATOR, "create client");
        let (client, client_secret) = clients::create(&self.app.registry, &request, new).await?;
        let credentials = Credentials {
            client_id: client.client_id,
            client_secret,
        };
        self.kept.insert(key.to_owned(), credentials.clone());
        Ok(credentials)
    }

    /// Keeps all of them for the next start.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn keep(&self) -> Result<()> {
        write_secret(&self.file, &serde_json::to_vec_pretty(&self.kept)?)
    }
}
