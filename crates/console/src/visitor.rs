//! Who asks for a page: the cookie with its token, the session behind it, and the token that forms carry.
//!
//! The cookie exists before anybody has signed in, so that the form for signing in is protected too; signing in replaces it.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::Language;
use http::{RequestContext, cookie};
use registry::Caller;
use registry::people::Origin;
use registry::sessions::{self, Session, Stage};
use subtle::ConstantTimeEq;

use crate::Console;
use crate::flash::Flash;
use crate::refused::Refused;
use crate::text;

/// Through which door somebody comes in. Each has a cookie of its own, so that a session of one is none of the other's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Door {
    /// People who work with the network.
    Console,
    /// Holders, who see what is entered for them.
    Holder,
}

impl Door {
    /// The one that a path is behind.
    pub(crate) fn of(path: &str) -> Self {
        match path.starts_with("/holder") {
            true => Self::Holder,
            false => Self::Console,
        }
    }

    /// The first page behind it.
    pub(crate) fn home(self) -> &'static str {
        match self {
            Self::Console => "/console/",
            Self::Holder => "/holder",
        }
    }

    /// Over TLS the browser keeps the name from everything but this host; the other is for the plain HTTP of a loopback demo.
    fn cookie_name(self, is_secure: bool) -> &'static str {
        match (self, is_secure) {
            (Self::Console, true) => "__Host-cashlink",
            (Self::Console, false) => "cashlink_console",
            (Self::Holder, true) => "__Host-cashlink-holder",
            (Self::Holder, false) => "cashlink_holder",
        }
    }
}

/// Characters of a token: 256 bits in base64.
const TOKEN_LENGTH: usize = 43;

/// Whoever asks for a page, signed in or not.
#[derive(Clone)]
pub(crate) struct Visitor {
    /// What stands in the cookie.
    pub(crate) token: String,
    /// Whether the browser must be given the cookie first.
    pub(crate) is_new: bool,
    /// The session, if there is one.
    pub(crate) session: Option<Session>,
    /// In which the page is written.
    pub(crate) language: Language,
    /// What the request before has left to say.
    pub(crate) flash: Option<Flash>,
    /// Where it asks from.
    pub(crate) origin: Origin,
    /// Of this request.
    pub(crate) request_id: String,
    /// The path asked for, which marks its place in the navigation.
    pub(crate) path: String,
    /// What forms carry.
    pub(crate) form_token: String,
    pub(crate) network_name: String,
    /// Where mails that nobody sends can be read, if they can.
    pub(crate) mailbox: Option<&'static str>,
    /// Through which door.
    pub(crate) door: Door,
    is_secure: bool,
}

impl FromRequestParts<Console> for Visitor {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, console: &Console) -> Result<Self, Refused> {
        let context = RequestContext::from_request_parts(parts, console).await?;
        let registry = &console.registry;
        let is_secure = registry.settings.public_url.starts_with("https:");
        let door = Door::of(parts.uri.path());
        let known = cookie(&parts.headers, door.cookie_name(is_secure))
            .filter(|token| token.len() == TOKEN_LENGTH)
            .map(str::to_owned);
        let session = match (&known, door) {
            (Some(token), Door::Console) => sessions::find(registry, token).await?,
            _ => None,
        };
        let is_new = known.is_none();
        let token = known.unwrap_or_else(|| URL_SAFE_NO_PAD.encode(registry::ids::bytes::<32>()));
        let agent = parts.headers.get(header::USER_AGENT);
        Ok(Self {
            form_token: form_token(console, &token),
            language: session
                .as_ref()
                .map_or_else(|| text::asked_for(&parts.headers), |s| s.person.language),
            flash: cookie(&parts.headers, Flash::COOKIE).and_then(Flash::find),
            origin: Origin {
                address: context.client_ip(),
                user_agent: agent
                    .and_then(|value| value.to_str().ok())
                    .map(str::to_owned),
            },
            request_id: context.id().to_owned(),
            path: parts.uri.path().to_owned(),
            network_name: console.network_name.clone(),
            mailbox: console.mailbox.filter(|_| door == Door::Console),
            door,
            token,
            is_new,
            session,
            is_secure,
        })
    }
}

impl Visitor {
    /// Whether a form was made for this visitor.
    pub(crate) fn made(&self, form_token: &str) -> bool {
        self.form_token
            .as_bytes()
            .ct_eq(form_token.as_bytes())
            .into()
    }

    /// The header that gives the browser this token.
    pub(crate) fn cookie(&self, token: &str) -> HeaderValue {
        HeaderValue::from_str(&set_cookie(self.door, token, self.is_secure))
            .expect("tokens are base64")
    }

    /// The text in the visitor's language.
    pub(crate) fn say(&self, english: &'static str, german: &'static str) -> &'static str {
        text::say(self.language, english, german)
    }
}

impl AsRef<Visitor> for Visitor {
    fn as_ref(&self) -> &Visitor {
        self
    }
}

/// Whoever is signed in.
#[derive(Clone)]
pub(crate) struct SignedIn {
    pub(crate) visitor: Visitor,
    pub(crate) session: Session,
}

impl FromRequestParts<Console> for SignedIn {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, console: &Console) -> Result<Self, Refused> {
        let visitor = Visitor::from_request_parts(parts, console).await?;
        match visitor.session.clone() {
            Some(session) if session.stage == Stage::Full => Ok(Self { visitor, session }),
            Some(_) => Err(Refused::Elsewhere("/console/sign-in/code")),
            None => Err(Refused::Elsewhere("/console/sign-in")),
        }
    }
}

impl AsRef<Visitor> for SignedIn {
    fn as_ref(&self) -> &Visitor {
        &self.visitor
    }
}

/// Whoever is signed in and acts for an organisation.
#[derive(Clone)]
pub(crate) struct Member {
    pub(crate) visitor: Visitor,
    pub(crate) session: Session,
    pub(crate) caller: Caller,
}

impl FromRequestParts<Console> for Member {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, console: &Console) -> Result<Self, Refused> {
        let SignedIn { visitor, session } = SignedIn::from_request_parts(parts, console).await?;
        let caller = session.caller()?;
        Ok(Self {
            visitor,
            session,
            caller,
        })
    }
}

impl AsRef<Visitor> for Member {
    fn as_ref(&self) -> &Visitor {
        &self.visitor
    }
}

/// Out of reach for scripts and for forms of other sites; over TLS no other host can set or read it.
fn set_cookie(door: Door, token: &str, is_secure: bool) -> String {
    let secure = if is_secure { "; Secure" } else { "" };
    let name = door.cookie_name(is_secure);
    format!("{name}={token}; Path=/; HttpOnly; SameSite=Lax{secure}")
}

/// Bound to the cookie's token: another session's form is refused, and so is one from another site, which cannot know it.
fn form_token(console: &Console, token: &str) -> String {
    let tag = console.registry.people.tag("form", token.as_bytes());
    URL_SAFE_NO_PAD.encode(tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn over_tls_the_cookie_is_bound_to_the_host() {
        assert_eq!(
            set_cookie(Door::Console, "t", true),
            "__Host-cashlink=t; Path=/; HttpOnly; SameSite=Lax; Secure"
        );
        // A browser refuses the prefix without TLS.
        assert_eq!(
            set_cookie(Door::Holder, "t", false),
            "cashlink_holder=t; Path=/; HttpOnly; SameSite=Lax"
        );
    }
}
