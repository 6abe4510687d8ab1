//! Who looks at the pages: whoever has the gateway's own credential. The cookie is an access token for the pages alone; forms carry a
//! value that follows from it, which no other site can know.

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::HeaderValue;
use axum::http::request::Parts;
use http::{Fields, cookie, secret_hash};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use uuid::Uuid;

use super::render::Refused;
use crate::clients::{self, SCOPES};
use crate::write::{self, Caller};
use crate::{Error, Gateway, Result, store};

/// For whom the cookie is good; a token of the API is none.
const AUDIENCE: &str = "gateway pages";
const COOKIE: &str = "cashlink_gateway";
/// The hidden field of every form.
pub(super) const TOKEN_FIELD: &str = "form_token";
const MOST_BYTES: usize = 64 * 1024;

/// Somebody who is signed in.
#[derive(Clone)]
pub(super) struct Visitor {
    client: Uuid,
    /// For the hidden field of forms.
    pub(super) form_token: String,
}

impl FromRequestParts<Gateway> for Visitor {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, gateway: &Gateway) -> Result<Self, Refused> {
        let raw = cookie(&parts.headers, COOKIE).ok_or(Refused::SignIn)?;
        let token = gateway.tokens.verify(raw, AUDIENCE);
        let client = token.map_err(|_| Refused::SignIn)?.client;
        let now = gateway.now();
        let is_good = gateway.db.read(move |tx| clients::is_good(tx, client, now));
        match is_good.await? {
            true => Ok(Self {
                client,
                form_token: hex::encode(Sha256::digest(format!("form {raw}"))),
            }),
            false => Err(Refused::SignIn),
        }
    }
}

/// A form that was sent from one of our pages to whoever saw it.
pub(super) struct Posted {
    pub(super) visitor: Visitor,
    pub(super) fields: Fields,
}

impl FromRequest<Gateway> for Posted {
    type Rejection = Refused;

    async fn from_request(request: Request, gateway: &Gateway) -> Result<Self, Refused> {
        let (mut parts, body) = request.into_parts();
        let visitor = Visitor::from_request_parts(&mut parts, gateway).await?;
        let Sent(fields) = Sent::from_request(Request::from_parts(parts, body), gateway).await?;
        let sent = fields.text(TOKEN_FIELD);
        match bool::from(sent.as_bytes().ct_eq(visitor.form_token.as_bytes())) {
            true => Ok(Self { visitor, fields }),
            false => Err(Refused::Foreign),
        }
    }
}

impl Posted {
    /// The request of an operation, by the client that is signed in.
    pub(super) fn request(&self, operation: &str) -> write::Request {
        write::Request {
            caller: self.visitor.caller(),
            key: None,
            operation: operation.to_owned(),
            fingerprint: [0; 32],
        }
    }
}

impl Visitor {
    /// With all that an application may do.
    pub(super) fn caller(&self) -> Caller {
        Caller {
            client: self.client,
            scopes: SCOPES.map(str::to_owned).to_vec(),
        }
    }
}

/// A form that no other site has sent.
pub(super) struct Sent(pub(super) Fields);

impl FromRequest<Gateway> for Sent {
    type Rejection = Refused;

    async fn from_request(request: Request, _: &Gateway) -> Result<Self, Refused> {
        let (parts, body) = request.into_parts();
        // Browsers say from where a form comes; what another site sends is taken for nobody, signed in or not.
        let site = parts.headers.get("sec-fetch-site");
        if site.is_some_and(|site| site != "same-origin" && site != "none") {
            return Err(Refused::Foreign);
        }
        let fields = Fields::read(body, MOST_BYTES).await;
        let too_long = |_| Refused::Wrong("The form is too long.".to_owned());
        Ok(Self(fields.map_err(too_long)?))
    }
}

/// The cookie for whoever knows the credential.
pub(super) async fn sign_in(
    gateway: &Gateway,
    client_id: &str,
    secret: &str,
) -> Result<Option<HeaderValue>> {
    let (name, now) = (client_id.to_owned(), gateway.now());
    let found = gateway
        .db
        .read(move |tx| store::clients::find(tx, &name, now));
    let given = secret_hash(secret);
    let client = match found.await? {
        Some((client, expected)) if bool::from(expected.ct_eq(&given)) => client,
        _ => return Ok(None),
    };
    let raw = gateway
        .tokens
        .issue(client, AUDIENCE, &SCOPES.map(str::to_owned));
    set_cookie(gateway, &raw, gateway.tokens.lifetime().as_secs()).map(Some)
}

/// Takes the cookie back.
pub(super) fn sign_out(gateway: &Gateway) -> Result<HeaderValue> {
    set_cookie(gateway, "", 0)
}

fn set_cookie(gateway: &Gateway, value: &str, seconds: u64) -> Result<HeaderValue> {
    let is_secure = gateway.settings.public_url.starts_with("https://");
    let secure = if is_secure { "; Secure" } else { "" };
    let text = format!(
        "{COOKIE}={value}; Path=/configuration; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}"
    );
    HeaderValue::from_str(&text).map_err(Error::fault)
}
