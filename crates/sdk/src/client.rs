//! The client of one environment, from which its APIs are reached.

use std::fmt;
use std::sync::Arc;

use crate::connection::Connection;
use crate::{Distributor, Environment, Issuer, RegisterLogs, Result, Settings};

/// One set of credentials at one environment. Copies share connections and token.
#[derive(Clone)]
pub struct Client {
    connection: Arc<Connection>,
}

impl Client {
    /// With the usual limits. Nothing is sent yet.
    ///
    /// # Errors
    /// If the URL is none.
    pub fn new(environment: Environment) -> Result<Self> {
        Self::with_settings(environment, Settings::default())
    }

    /// With limits of the caller's.
    ///
    /// # Errors
    /// If a URL is none.
    pub fn with_settings(environment: Environment, settings: Settings) -> Result<Self> {
        let connection = Connection::open(environment, settings)?;
        Ok(Self { connection })
    }

    /// Takes a token now. Calls do so by themselves; this tells early whether the credentials are right.
    ///
    /// # Errors
    /// [`crate::Error::SignIn`] if they are not.
    pub async fn sign_in(&self) -> Result<()> {
        self.connection.sign_in().await
    }

    /// The address that the paths of the Distributor API stand behind, whatever spelling of the URL was given.
    pub fn distributor_url(&self) -> &str {
        self.connection.addresses.distributor.as_str()
    }

    /// Where the token endpoint may be, in the order in which it is looked for.
    pub fn token_urls(&self) -> Vec<&str> {
        let places = self.connection.addresses.tokens.iter();
        places.map(|url| url.as_str()).collect()
    }

    /// The Distributor API: the platform's investors and investments.
    pub fn distributor(&self) -> Distributor {
        Distributor::new(Arc::clone(&self.connection))
    }

    /// The registers' logs of the network that the environment belongs to. None where the URL is not one of this network's kind.
    pub fn register_logs(&self) -> Option<RegisterLogs> {
        RegisterLogs::of(Arc::clone(&self.connection))
    }

    /// The Issuer API: the issuer's products and the investments in them.
    pub fn issuer(&self) -> Issuer {
        Issuer::new(Arc::clone(&self.connection))
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = self.connection.addresses.distributor.as_str();
        f.debug_struct("Client")
            .field("distributor", &url)
            .finish_non_exhaustive()
    }
}
