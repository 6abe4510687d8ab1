//! Forms: read with a limit, and refused if they were not made for the session that sends them.

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::header;
pub(crate) use http::Fields;
use http::{MultipartFile, MultipartForm};
use registry::Caller;
use uuid::Uuid;
use wire::{Problem, ProblemCode};

use crate::Console;
use crate::refused::Refused;
use crate::visitor::{Member, Visitor};

/// Five hundred ids and some sentences are far less.
const MOST_BYTES: usize = 256 * 1024;
/// The hidden field that proves for whom the form was made; htmx sends it as a header.
pub(crate) const TOKEN_FIELD: &str = "form_token";
const TOKEN_HEADER: &str = "x-form-token";
/// The hidden field that makes a form that is sent twice count once.
pub(crate) const KEY_FIELD: &str = "form_key";

/// A form that was sent by somebody for whom it was made.
pub(crate) struct Posted<W> {
    pub(crate) who: W,
    pub(crate) fields: Fields,
    operation: String,
}

impl<W> FromRequest<Console> for Posted<W>
where
    W: FromRequestParts<Console, Rejection = Refused> + AsRef<Visitor> + Send,
{
    type Rejection = Refused;

    async fn from_request(request: Request, console: &Console) -> Result<Self, Refused> {
        let (mut parts, body) = request.into_parts();
        let who = W::from_request_parts(&mut parts, console).await?;
        let fields = Fields::read(body, MOST_BYTES).await;
        let fields = fields.map_err(|_| too_large())?;
        let header = parts.headers.get(TOKEN_HEADER);
        let token = header
            .and_then(|value| value.to_str().ok())
            .unwrap_or(fields.text(TOKEN_FIELD));
        if !who.as_ref().made(token) {
            return Err(expired());
        }
        Ok(Self {
            operation: format!("{} {}", parts.method, parts.uri.path()),
            who,
            fields,
        })
    }
}

/// A form with a file that was sent by somebody for whom it was made.
pub(crate) struct Uploaded {
    pub(crate) posted: Posted<Member>,
    /// What was chosen, if anything.
    pub(crate) file: Option<MultipartFile>,
}

impl FromRequest<Console> for Uploaded {
    type Rejection = Refused;

    async fn from_request(request: Request, console: &Console) -> Result<Self, Refused> {
        let content_type = request.headers().get(header::CONTENT_TYPE);
        let is_multipart =
            content_type.is_some_and(|value| value.as_bytes().starts_with(b"multipart/form-data"));
        if !is_multipart {
            let posted = Posted::from_request(request, console).await?;
            return Ok(Self { posted, file: None });
        }
        // Who sends is known before what is sent is read: nobody else may send so much.
        let (mut parts, body) = request.into_parts();
        let who = Member::from_request_parts(&mut parts, console).await?;
        let operation = format!("{} {}", parts.method, parts.uri.path());
        let request = Request::from_parts(parts, body);
        let MultipartForm { mut fields, file } =
            MultipartForm::from_request(request, console).await?;
        if let Some(file) = &file {
            fields.push(("file".to_owned(), hex::encode(file.fingerprint)));
        }
        let fields = Fields::known(fields);
        if !who.visitor.made(fields.text(TOKEN_FIELD)) {
            return Err(expired());
        }
        let posted = Posted {
            who,
            fields,
            operation,
        };
        Ok(Self { posted, file })
    }
}

impl Posted<Member> {
    /// The request of the operation that the form stands for.
    pub(crate) fn request(&self) -> registry::Request {
        self.request_by(&self.who.caller)
    }

    /// The same by another caller of the same person: inside an environment.
    pub(crate) fn request_by(&self, caller: &Caller) -> registry::Request {
        let own =
            |(name, _): &&(String, String)| ![TOKEN_FIELD, KEY_FIELD].contains(&name.as_str());
        let said: Vec<_> = self.fields.pairs().iter().filter(own).collect();
        registry::Request {
            caller: caller.clone(),
            key: self
                .fields
                .optional(KEY_FIELD)
                .filter(|key| key.len() <= 64),
            operation: self.operation.clone(),
            fingerprint: http::fingerprint(&serde_json::json!(said)),
            id: self.who.visitor.request_id.clone(),
        }
    }
}

/// A value for the hidden field that makes a form count once.
pub(crate) fn new_key() -> String {
    Uuid::from_bytes(registry::ids::bytes())
        .simple()
        .to_string()
}

fn expired() -> Refused {
    let detail = "This form was not made for your present session. Load the page again and repeat what you did.";
    Problem::new(ProblemCode::FormExpired, detail).into()
}

fn too_large() -> Refused {
    let detail = format!("A form has at most {MOST_BYTES} bytes.");
    Problem::new(ProblemCode::BodyTooLarge, detail).into()
}
