//! The configuration's section on mail.

use std::net::IpAddr;
use std::path::PathBuf;

use domain::Language;
use http::Network;
use serde::{Deserialize, Serialize};
use worker::mail::{Encryption, MailServer, Sender};

use super::check::{networks, one_place, read_text};
use super::{ConfigError, Secret};

/// How people are written to.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Mail {
    /// `smtps://[user@]host[:port]` for TLS from the start, `smtp://[user@]host[:port]` for STARTTLS. Absent: nothing
    /// is sent, and mails are kept for the mailbox.
    pub url: Option<String>,
    /// The user's password.
    pub password: Option<Secret>,
    /// The sender, such as `Musterregister <network@example.com>`.
    pub from: Option<String>,
    /// Where answers go.
    pub reply_to: Option<String>,
    /// `de` or `en`, for whoever has not chosen.
    pub language: Language,
    /// PEM file with the root certificate of the mail server, if it is not a public one.
    pub root_certificates: Option<PathBuf>,
    /// Networks from which the mailbox page can be read, which shows every mail and so every one-time link. For a demo or
    /// a sandbox, and only without `url`.
    pub mailbox_networks: Vec<String>,
}

/// What the section means.
#[derive(Debug)]
pub struct CheckedMail {
    /// The server without its password and the sender, if mails are sent.
    pub server: Option<Address>,
    /// Who may read the mailbox; nobody: there is none.
    pub mailbox_readers: Vec<Network>,
}

/// Where the mail server is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// Name or address.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// By its scheme.
    pub encryption: Encryption,
    /// Who signs in.
    pub user: Option<String>,
}

impl Mail {
    /// Checks what can be known without opening anything.
    ///
    /// # Errors
    /// The first value that makes no sense, by its key.
    pub(super) fn check(&self) -> Result<CheckedMail, ConfigError> {
        let wrong = ConfigError::value;
        let mailbox_readers = networks("mail.mailbox_networks", &self.mailbox_networks)?;
        let Some(url) = &self.url else {
            return Ok(CheckedMail {
                server: None,
                mailbox_readers,
            });
        };
        if !mailbox_readers.is_empty() {
            return Err(wrong(
                "mail.mailbox_networks",
                "where mails are sent there is no mailbox page: remove it, or mail.url",
            ));
        }
        let server = address(url)?;
        match (&server.user, &self.password) {
            (Some(_), Some(password)) => one_place("mail.password", password)?,
            (Some(_), None) => {
                return Err(wrong(
                    "mail.password",
                    "mail.url names a user: name its password's place",
                ));
            }
            (None, Some(_)) => {
                return Err(wrong(
                    "mail.password",
                    "mail.url names no user: smtps://USER@HOST",
                ));
            }
            (None, None) => {}
        }
        self.sender("Cashlink network")?;
        Ok(CheckedMail {
            server: Some(server),
            mailbox_readers,
        })
    }

    /// The sender's addresses, with the firm that signs.
    fn sender(&self, firm: &str) -> Result<Sender, ConfigError> {
        let from = self
            .from
            .as_deref()
            .ok_or_else(|| ConfigError::value("mail.from", "mail.url needs a sender"))?;
        let key = |key: &str, problem: String| ConfigError::value(key, problem);
        Sender::new(from, None, firm).map_err(|error| key("mail.from", error.to_string()))?;
        Sender::new(from, self.reply_to.as_deref(), firm)
            .map_err(|error| key("mail.reply_to", error.to_string()))
    }

    /// Server and sender as the worker takes them; reads password and certificates.
    ///
    /// # Errors
    /// If they cannot be read.
    pub fn open(
        &self,
        checked: &CheckedMail,
        public_url: &str,
        firm: &str,
    ) -> Result<Option<worker::mail::Settings>, ConfigError> {
        let Some(server) = &checked.server else {
            return Ok(None);
        };
        let password = self
            .password
            .as_ref()
            .map(|secret| read_text("mail.password", secret))
            .transpose()?;
        let credentials = server.user.clone().zip(password);
        let hello = url::Url::parse(public_url).ok();
        let hello = hello.as_ref().and_then(url::Url::host_str);
        let place = (server.host.as_str(), server.port, server.encryption);
        let roots = self.root_certificates.as_deref();
        let server = MailServer::new(place, hello.unwrap_or("localhost"), credentials, roots)
            .map_err(|error| ConfigError::value("mail.root_certificates", error))?;
        Ok(Some(worker::mail::Settings {
            server,
            sender: self.sender(firm)?,
        }))
    }
}

fn address(text: &str) -> Result<Address, ConfigError> {
    let wrong = |problem: &str| ConfigError::value("mail.url", problem);
    let url = url::Url::parse(text).map_err(|_| wrong("write smtps://[USER@]HOST[:PORT]"))?;
    if url.password().is_some() {
        return Err(wrong(
            "the password does not stand here but where mail.password says",
        ));
    }
    if !matches!(url.path(), "" | "/") || url.fragment().is_some() {
        return Err(wrong("it ends with host and port"));
    }
    let host = url.host_str().filter(|host| !host.is_empty());
    let host = host.ok_or_else(|| wrong("it names no host"))?;
    let (encryption, usual) = match (url.scheme(), url.query()) {
        ("smtps", None) => (Encryption::Implicit, 465),
        ("smtp", None) => (Encryption::StartTls, 587),
        ("smtp", Some("tls=none")) if is_loopback(host) => (Encryption::None, 25),
        ("smtp", Some("tls=none")) => {
            return Err(wrong("tls=none is for a relay on the same machine only"));
        }
        ("smtp" | "smtps", Some(_)) => return Err(wrong("the only option is tls=none")),
        _ => return Err(wrong("the scheme is smtps (TLS) or smtp (STARTTLS)")),
    };
    let user = Some(url.username()).filter(|user| !user.is_empty());
    Ok(Address {
        host: host.trim_matches(['[', ']']).to_owned(),
        port: url.port().unwrap_or(usual),
        encryption,
        user: user.map(decoded).transpose()?,
    })
}

fn is_loopback(host: &str) -> bool {
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

/// A user is often an address itself, whose @ stands as %40.
fn decoded(user: &str) -> Result<String, ConfigError> {
    percent_encoding::percent_decode_str(user)
        .decode_utf8()
        .map(std::borrow::Cow::into_owned)
        .map_err(|_| ConfigError::value("mail.url", "the user is not UTF-8"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn mail(text: &str) -> Mail {
        toml::from_str(text).unwrap()
    }

    fn refusal(text: &str) -> String {
        mail(text).check().unwrap_err().to_string()
    }

    #[test]
    fn the_scheme_says_how_the_connection_is_protected() {
        let server = |url: &str| address(url).unwrap();
        let tls = server("smtps://network%40example.com@mail.example.com");
        assert_eq!((tls.port, tls.encryption), (465, Encryption::Implicit));
        assert_eq!(tls.user.as_deref(), Some("network@example.com"));
        let start_tls = server("smtp://mail.example.com:2525");
        assert_eq!(
            (start_tls.port, start_tls.encryption),
            (2525, Encryption::StartTls)
        );
        assert_eq!(
            server("smtp://127.0.0.1?tls=none").encryption,
            Encryption::None
        );
        assert_eq!(server("smtp://[::1]?tls=none").host, "::1");
    }

    #[test]
    fn what_makes_no_sense_is_named_by_its_key() {
        let from = "from = 'network@example.com'\n";
        assert!(refusal("url = 'smtps://mail.example.com'").contains("mail.from"));
        assert!(refusal(&format!("{from}url = 'https://mail.example.com'")).contains("mail.url"));
        assert!(
            refusal(&format!("{from}url = 'smtps://a:b@mail.example.com'"))
                .contains("mail.password says")
        );
        assert!(
            refusal(&format!("{from}url = 'smtp://mail.example.com?tls=none'"))
                .contains("same machine")
        );
        assert!(
            refusal(&format!("{from}url = 'smtps://a@mail.example.com'")).contains("mail.password")
        );
        assert!(refusal("from = 'nobody'\nurl = 'smtps://mail.example.com'").contains("mail.from"));
        let both = format!("{from}url = 'smtps://mail.example.com'\nmailbox_networks = ['::1']");
        assert!(refusal(&both).contains("mail.mailbox_networks"));
        let unknown = toml::from_str::<Mail>("form = 'x'")
            .unwrap_err()
            .to_string();
        assert!(unknown.contains("form"), "{unknown}");
    }

    #[test]
    fn without_a_server_nothing_is_sent() {
        let checked = mail("mailbox_networks = ['127.0.0.1']").check().unwrap();
        assert!(checked.server.is_none());
        assert_eq!(checked.mailbox_readers.len(), 1);
    }
}
