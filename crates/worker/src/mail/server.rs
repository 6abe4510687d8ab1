//! The mail server: reached over TLS from the start or by STARTTLS, signed in to, and given messages.
//!
//! What it says about itself (no connection, no TLS, a refused password, "closing") is trouble of all mails; what it says
//! about a message is that mail's own outcome.

use std::path::Path;
use std::time::Duration;

use lettre::address::Envelope;
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use registry::mail::Outcome;

/// RFC 5321 grants a server minutes; a mail that waits for less is tried again.
const CONNECT: Duration = Duration::from_secs(30);
const STEP: Duration = Duration::from_secs(60);
/// "Service not available, closing transmission channel": about the server, not about the message.
const CLOSING: u16 = 421;

/// How the connection is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encryption {
    /// TLS from the first byte (port 465).
    Implicit,
    /// STARTTLS before anything else is said; a server that cannot is not used (port 587).
    StartTls,
    /// None: a relay on the same machine (port 25).
    None,
}

/// A mail server.
#[derive(Clone)]
pub struct MailServer {
    host: String,
    port: u16,
    encryption: Encryption,
    credentials: Option<Credentials>,
    tls: Option<TlsParameters>,
    hello: ClientId,
}

impl std::fmt::Debug for MailServer {
    /// Without the credentials.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (host, port, encryption) = (&self.host, self.port, self.encryption);
        write!(f, "MailServer({host}:{port}, {encryption:?})")
    }
}

/// Why a mail server cannot be used now.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// The file with root certificates cannot be used.
    #[error("the root certificates cannot be used: {0}")]
    Certificates(String),
    /// No connection, or it broke.
    #[error("the mail server cannot be reached: {0}")]
    Unreachable(String),
    /// It does not offer STARTTLS.
    #[error("the mail server does not offer STARTTLS; nothing was sent")]
    NoStartTls,
    /// TLS failed: mostly a certificate that is not trusted, or of another name.
    #[error("no TLS with the mail server: {0}")]
    Tls(String),
    /// The connection ended over a message. What was said may hold an address, so that it is kept with the mail only.
    #[error("the mail server broke off")]
    Broken,
    /// User or password are wrong.
    #[error("the mail server does not let us in: {0}")]
    SignIn(String),
}

impl MailServer {
    /// A server by host and port; `hello` is the name under which this machine introduces itself.
    ///
    /// # Errors
    /// [`ServerError::Certificates`], [`ServerError::Tls`].
    pub fn new(
        (host, port, encryption): (&str, u16, Encryption),
        hello: &str,
        credentials: Option<(String, String)>,
        root_certificates: Option<&Path>,
    ) -> Result<Self, ServerError> {
        let tls = match encryption {
            Encryption::None => None,
            _ => Some(tls_parameters(host, root_certificates)?),
        };
        Ok(Self {
            host: host.to_owned(),
            port,
            encryption,
            credentials: credentials.map(|(user, password)| Credentials::new(user, password)),
            tls,
            hello: client_id(hello),
        })
    }
}

fn client_id(host: &str) -> ClientId {
    match host.parse() {
        Ok(std::net::IpAddr::V4(ip)) => ClientId::Ipv4(ip),
        Ok(std::net::IpAddr::V6(ip)) => ClientId::Ipv6(ip),
        Err(_) => ClientId::Domain(host.to_owned()),
    }
}

fn tls_parameters(host: &str, roots: Option<&Path>) -> Result<TlsParameters, ServerError> {
    let mut builder = TlsParameters::builder(host.to_owned());
    if let Some(file) = roots {
        let unusable = |error: &dyn std::fmt::Display| {
            ServerError::Certificates(format!("{}: {error}", file.display()))
        };
        let pem = std::fs::read(file).map_err(|error| unusable(&error))?;
        let certificate = Certificate::from_pem(&pem).map_err(|error| unusable(&error))?;
        builder = builder.add_root_certificate(certificate);
    }
    builder
        .build()
        .map_err(|error| ServerError::Tls(error.to_string()))
}

/// An open connection, signed in.
pub(super) struct Connection {
    smtp: AsyncSmtpConnection,
}

impl Connection {
    /// Connects, encrypts, signs in.
    pub(super) async fn open(server: &MailServer) -> Result<Self, ServerError> {
        let opening = Self::open_unlimited(server);
        match tokio::time::timeout(CONNECT, opening).await {
            Ok(opened) => opened,
            Err(_) => Err(ServerError::Unreachable(format!(
                "no answer within {} s",
                CONNECT.as_secs()
            ))),
        }
    }

    async fn open_unlimited(server: &MailServer) -> Result<Self, ServerError> {
        let from_the_start = match server.encryption {
            Encryption::Implicit => server.tls.clone(),
            Encryption::StartTls | Encryption::None => None,
        };
        let address = (server.host.as_str(), server.port);
        let mut smtp = AsyncSmtpConnection::connect_tokio1(
            address,
            Some(CONNECT),
            &server.hello,
            from_the_start,
            None,
        )
        .await
        .map_err(trouble)?;
        if let (Encryption::StartTls, Some(tls)) = (server.encryption, &server.tls) {
            if !smtp.can_starttls() {
                return Err(ServerError::NoStartTls);
            }
            smtp.starttls(tls.clone(), &server.hello)
                .await
                .map_err(trouble)?;
        }
        if let Some(credentials) = &server.credentials {
            smtp.auth(DEFAULT_MECHANISMS, credentials)
                .await
                .map_err(|error| ServerError::SignIn(in_words(&error)))?;
        }
        Ok(Self { smtp })
    }

    /// Gives the server one message: what became of it, and whether the connection broke over it. Then the message counts
    /// as put off, so that one that breaks every connection cannot hold up the others.
    pub(super) async fn send(
        &mut self,
        envelope: &Envelope,
        message: &[u8],
    ) -> (Outcome, Option<ServerError>) {
        let sending = self.smtp.send(envelope, message);
        let Ok(sent) = tokio::time::timeout(STEP, sending).await else {
            let words = format!("no answer within {} s", STEP.as_secs());
            return (Outcome::PutOff(words), Some(ServerError::Broken));
        };
        match sent {
            Ok(_) => (Outcome::Sent, None),
            Err(error) => {
                let words = in_words(&error);
                let is_closing = error.status().map(u16::from) == Some(CLOSING);
                if error.is_permanent() || error.is_client() {
                    (Outcome::Refused(words), None)
                } else if error.is_transient() && !is_closing {
                    (Outcome::PutOff(words), None)
                } else {
                    (Outcome::PutOff(words), Some(ServerError::Broken))
                }
            }
        }
    }

    /// Says good-bye; the server has everything, so a failure changes nothing.
    pub(super) async fn close(mut self) {
        let _ = tokio::time::timeout(Duration::from_secs(5), self.smtp.quit()).await;
    }
}

fn trouble(error: SmtpError) -> ServerError {
    match error.is_tls() {
        true => ServerError::Tls(in_words(&error)),
        false => ServerError::Unreachable(in_words(&error)),
    }
}

/// The error and what is behind it.
fn in_words(error: &SmtpError) -> String {
    let mut words = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(behind) = source {
        let more = behind.to_string();
        if !words.contains(&more) {
            words = format!("{words}: {more}");
        }
        source = behind.source();
    }
    words
}
