//! The partner's own applications: one credential in front of every environment.

use std::time::Duration;

use async_trait::async_trait;
use database::Tx;
use http::{Client, ClientDirectory, Fault, UsedAssertion, secret_hash};
use uuid::Uuid;
use wire::gateways::GatewayClient;

use crate::store::clients;
use crate::{Error, Gateway, Result, time};

/// For whom the gateway's tokens are good.
pub(crate) const AUDIENCE: &str = "gateway";
/// What an application may do; there is one kind.
pub(crate) const SCOPES: [&str; 9] = [
    "investors:read",
    "investors:write",
    "investments:read",
    "investments:write",
    "transfers:read",
    "transfers:write",
    "redemptions:read",
    "redemptions:write",
    "documents:write",
];

/// A new credential; the secret is shown this once.
#[derive(Clone)]
pub struct NewClient {
    /// OAuth client ID.
    pub client_id: String,
    /// Its secret.
    pub client_secret: String,
}

/// Makes a credential for an application.
///
/// # Errors
/// If the ID is taken, or the database fails.
pub async fn create(gateway: &Gateway, client_id: String) -> Result<NewClient> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(Error::fault)?;
    let client_secret = hex::encode(bytes);
    let (hash, now) = (secret_hash(&client_secret), gateway.now());
    let name = client_id.clone();
    let made = gateway
        .db
        .write(move |tx| clients::insert(tx, Uuid::now_v7(), &name, hash, now));
    made.await?;
    Ok(NewClient {
        client_id,
        client_secret,
    })
}

/// Keeps a credential that somebody else has made; the others are refused after the overlap.
///
/// # Errors
/// If the ID is taken, or the database fails.
pub async fn keep(gateway: &Gateway, client: &NewClient, overlap: Duration) -> Result<()> {
    let (hash, now) = (secret_hash(&client.client_secret), gateway.now());
    let until = now + i64::try_from(overlap.as_micros()).unwrap_or(i64::MAX / 2);
    let name = client.client_id.clone();
    let kept = gateway.db.write(move |tx| {
        let id = Uuid::now_v7();
        clients::insert(tx, id, &name, hash, now)?;
        clients::end_others(tx, id, until)
    });
    Ok(kept.await?)
}

/// The credentials in force, oldest first.
///
/// # Errors
/// If the database fails.
pub async fn list(gateway: &Gateway) -> Result<Vec<GatewayClient>> {
    let now = gateway.now();
    let found = gateway.db.read(move |tx| clients::list(tx, now)).await?;
    let shown = found
        .into_iter()
        .map(|(client_id, made, ends)| GatewayClient {
            client_id,
            created_at: time::text(made),
            ends_at: ends.map(time::text),
        });
    Ok(shown.collect())
}

/// Whether anybody can sign in.
///
/// # Errors
/// If the database fails.
pub async fn has_any(gateway: &Gateway) -> Result<bool> {
    Ok(gateway.db.read(clients::has_any).await?)
}

/// Whether the client of a token may still use it.
pub(crate) fn is_good(tx: &mut Tx, id: Uuid, now: i64) -> Result<bool> {
    Ok(clients::is_good(tx, id, now)?)
}

/// Where the token endpoint finds them.
pub(crate) struct Directory(pub(crate) Gateway);

#[async_trait]
impl ClientDirectory for Directory {
    async fn find(
        &self,
        _audience: &str,
        client_id: &str,
    ) -> std::result::Result<Option<Client>, Fault> {
        let (client_id, now) = (client_id.to_owned(), self.0.now());
        let found = self
            .0
            .db
            .read(move |tx| clients::find(tx, &client_id, now))
            .await
            .map_err(Fault::from)?;
        Ok(found.map(|(id, hash)| Client {
            id,
            secret_hashes: vec![hash],
            keys: Vec::new(),
            scopes: SCOPES.map(str::to_owned).to_vec(),
        }))
    }
    /// Nothing is noted, and no application has a key with which it could sign an assertion.
    async fn authenticated(
        &self,
        _client: Uuid,
        assertion: Option<UsedAssertion>,
    ) -> std::result::Result<bool, Fault> {
        Ok(assertion.is_none())
    }
}
