//! Where the server is and how a connection to it is made.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::task::JoinHandle;
use tokio_postgres::config::SslMode;
use tokio_postgres::{AsyncMessage, Client, Config, Connection, NoTls, Notification};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::flight::failure;
use crate::{DatabaseError, Options};

/// No wait without an end: a lock is given up before the client gives up, and a forgotten transaction is ended.
const SETTINGS: &str = "
set lock_timeout = '5s';
set statement_timeout = '30s';
set idle_in_transaction_session_timeout = '60s'";

/// A server and the means to reach it.
pub(crate) struct Target {
    config: Config,
    tls: Option<MakeRustlsConnect>,
    /// What every connection is told first.
    settings: String,
}

impl Target {
    pub(crate) fn parse(options: &Options) -> Result<Target, DatabaseError> {
        let mut config: Config = options.url.parse().map_err(|_| {
            DatabaseError::Options("the url is neither sqlite:PATH nor postgres://…".into())
        })?;
        config.connect_timeout(Duration::from_secs(5));
        config.tcp_user_timeout(Duration::from_secs(10));
        if config.get_application_name().is_none() {
            config.application_name("cashlink");
        }
        let tls = match (&options.root_certificates, config.get_ssl_mode()) {
            (Some(roots), _) => {
                config.ssl_mode(SslMode::Require);
                Some(tls(roots)?)
            }
            (None, SslMode::Require) => {
                return Err(DatabaseError::Options(
                    "sslmode=require needs a file with the server's root certificates".into(),
                ));
            }
            (None, _) => None,
        };
        let settings = match options.schema.as_deref() {
            None => SETTINGS.to_owned(),
            Some(schema) if is_plain(schema) => format!("{SETTINGS};\nset search_path = {schema}"),
            Some(_) => {
                return Err(DatabaseError::Options(
                    "a schema has 1 to 63 lower-case letters, digits and underscores, and begins with a letter".into(),
                ));
            }
        };
        Ok(Target {
            config,
            tls,
            settings,
        })
    }

    /// Connects and drives the connection on the current runtime until it breaks or its client is dropped.
    pub(crate) async fn connect(
        &self,
        notified: impl Fn(Notification) + Send + 'static,
    ) -> Result<(Client, JoinHandle<()>), DatabaseError> {
        let unreachable =
            |error| DatabaseError::Unavailable(failure(&error, "connect").to_string());
        let (client, driver) = match &self.tls {
            Some(tls) => {
                let (client, connection) = self
                    .config
                    .connect(tls.clone())
                    .await
                    .map_err(unreachable)?;
                (client, tokio::spawn(drive(connection, notified)))
            }
            None => {
                let (client, connection) = self.config.connect(NoTls).await.map_err(unreachable)?;
                (client, tokio::spawn(drive(connection, notified)))
            }
        };
        client
            .batch_execute(&self.settings)
            .await
            .map_err(unreachable)?;
        Ok((client, driver))
    }
}

/// A name that means the same with and without quotes, whatever statement it is put into.
fn is_plain(schema: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    schema.len() <= 63
        && schema.starts_with(|first: char| first.is_ascii_lowercase())
        && schema.bytes().all(plain)
}

async fn drive<S, T>(mut connection: Connection<S, T>, notified: impl Fn(Notification))
where
    S: AsyncRead + AsyncWrite + Unpin,
    T: AsyncRead + AsyncWrite + Unpin,
{
    loop {
        let message = std::future::poll_fn(|context| connection.poll_message(context));
        match message.await {
            Some(Ok(AsyncMessage::Notification(notification))) => notified(notification),
            Some(Ok(_)) => {}
            Some(Err(error)) => {
                tracing::warn!(error = %failure(&error, "connection"), "the connection to PostgreSQL broke");
                return;
            }
            None => return,
        }
    }
}

fn tls(roots: &Path) -> Result<MakeRustlsConnect, DatabaseError> {
    let wrong =
        |why: &dyn std::fmt::Display| DatabaseError::Options(format!("{}: {why}", roots.display()));
    let mut store = rustls::RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(roots).map_err(|error| wrong(&error))? {
        let certificate = certificate.map_err(|error| wrong(&error))?;
        store.add(certificate).map_err(|error| wrong(&error))?;
    }
    if store.is_empty() {
        return Err(wrong(&"holds no certificate"));
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| wrong(&error))?
        .with_root_certificates(store)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}
