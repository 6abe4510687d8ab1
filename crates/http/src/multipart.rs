//! An uploaded file: one part named `file`, never more of it in memory than the limit.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::body::Body;
use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{FromRequest, Multipart, Request};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use sha2::{Digest, Sha256};
use wire::{FieldCode, ProblemCode};

use crate::body;
use crate::context::RequestContext;
use crate::error::ApiError;
use crate::json::settle_ignored;

/// What the form around the file may take.
const FORM_BYTES: usize = 16 * 1024;
/// Longest file name kept, in characters.
const LONGEST_NAME: usize = 200;

/// The part `file` of a `multipart/form-data` body.
#[derive(Debug, Clone)]
pub struct MultipartFile {
    /// Last component of the name given, without control characters.
    pub file_name: String,
    /// Media type that the sender claims; not checked here.
    pub content_type: String,
    /// The content.
    pub bytes: Bytes,
    /// SHA-256 of the content.
    pub sha256: [u8; 32],
    /// SHA-256 over name, type and content hash: what makes a repeat the same request (the form's boundary differs each time).
    pub fingerprint: [u8; 32],
}

impl<S: Send + Sync> FromRequest<S> for MultipartFile {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let context = {
            let extensions = request.extensions();
            extensions.get::<RequestContext>().cloned()
        };
        let form = MultipartForm::from_request(request, state).await?;
        if let Some(context) = &context {
            let ignored = form.fields.into_iter().map(|(name, _)| name).collect();
            settle_ignored(ignored, context)?;
        }
        form.file
            .ok_or_else(|| ApiError::field("file", FieldCode::Missing, "is required"))
    }
}

/// A `multipart/form-data` body as browsers send it: texts, and the part `file` unless nothing was chosen.
#[derive(Debug, Clone)]
pub struct MultipartForm {
    /// Names and texts, in order.
    pub fields: Vec<(String, String)>,
    /// What was chosen.
    pub file: Option<MultipartFile>,
}

impl<S: Send + Sync> FromRequest<S> for MultipartForm {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let context = {
            let extensions = request.extensions();
            extensions.get::<RequestContext>().cloned()
        };
        let (parts, body) = request.into_parts();
        let context = context.map_or_else(|| RequestContext::of(&parts), Ok)?;
        let limit = context.limits().document_bytes;
        body::refuse_encoded(&parts.headers)?;
        require_multipart(&parts.headers)?;
        let (body, exceeded) = limited(body, limit + FORM_BYTES);
        let form = Multipart::from_request(Request::from_parts(parts, body), state)
            .await
            .map_err(|_| malformed())?;
        match read_form(form, limit).await {
            Err(_) if exceeded.load(Ordering::Relaxed) => Err(body::too_large(limit)),
            result => result,
        }
    }
}

async fn read_form(mut form: Multipart, limit: usize) -> Result<MultipartForm, ApiError> {
    let mut read = MultipartForm {
        fields: Vec::new(),
        file: None,
    };
    while let Some(part) = form.next_field().await.map_err(broken)? {
        let name = part.name().unwrap_or_default().to_owned();
        if name != "file" {
            let text = part.text().await.map_err(broken)?;
            read.fields.push((name, text));
            continue;
        }
        if read.file.is_some() {
            let message = "one file is uploaded at a time";
            return Err(ApiError::field("file", FieldCode::Duplicate, message));
        }
        // A browser sends the part without name and bytes if nothing was chosen.
        let is_named = part.file_name().is_some_and(|name| !name.is_empty());
        let file = read_file(part, limit).await?;
        if is_named || !file.bytes.is_empty() {
            read.file = Some(file);
        }
    }
    Ok(read)
}

async fn read_file(mut part: Field<'_>, limit: usize) -> Result<MultipartFile, ApiError> {
    let file_name = tame_name(part.file_name().unwrap_or_default());
    let content_type = part.content_type().unwrap_or("application/octet-stream");
    let content_type = content_type.to_ascii_lowercase();
    let mut bytes = BytesMut::new();
    while let Some(chunk) = part.chunk().await.map_err(broken)? {
        if bytes.len() + chunk.len() > limit {
            return Err(body::too_large(limit));
        }
        bytes.extend_from_slice(&chunk);
    }
    let sha256: [u8; 32] = Sha256::digest(&bytes).into();
    Ok(MultipartFile {
        fingerprint: fingerprint(&file_name, &content_type, &sha256),
        file_name,
        content_type,
        bytes: bytes.freeze(),
        sha256,
    })
}

/// Each text goes in with its length, so that no two inputs run together.
fn fingerprint(name: &str, content_type: &str, sha256: &[u8; 32]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for text in [name, content_type] {
        hasher.update((text.len() as u64).to_be_bytes());
        hasher.update(text.as_bytes());
    }
    hasher.update(sha256);
    hasher.finalize().into()
}

/// Some browsers send whole paths, and names go into headers and logs later.
fn tame_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let tame: String = last
        .chars()
        .filter(|c| !c.is_control())
        .take(LONGEST_NAME)
        .collect();
    if tame.trim().is_empty() {
        "file".to_owned()
    } else {
        tame
    }
}

/// The body cut off after so many bytes, and whether that happened.
fn limited(body: Body, limit: usize) -> (Body, Arc<AtomicBool>) {
    let exceeded = Arc::new(AtomicBool::new(false));
    let flag = exceeded.clone();
    let mut seen = 0;
    let chunks = body.into_data_stream().map(move |chunk| {
        let chunk = chunk?;
        seen += chunk.len();
        if seen > limit {
            flag.store(true, Ordering::Relaxed);
            return Err(axum::Error::new(std::io::Error::other("limit exceeded")));
        }
        Ok(chunk)
    });
    (Body::from_stream(chunks), exceeded)
}

fn require_multipart(headers: &axum::http::HeaderMap) -> Result<(), ApiError> {
    match body::media_type(headers).as_deref() {
        Some("multipart/form-data") => Ok(()),
        _ => Err(ApiError::new(
            ProblemCode::UnsupportedMediaType,
            "Send the file as `multipart/form-data` in the part `file`.",
        )),
    }
}

fn malformed() -> ApiError {
    ApiError::new(
        ProblemCode::InvalidBody,
        "The body is not a complete `multipart/form-data` form.",
    )
}

fn broken(_: MultipartError) -> ApiError {
    malformed()
}
