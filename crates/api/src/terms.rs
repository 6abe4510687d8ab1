//! Deposited terms: at their public address, and how the registrar changes them.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use http::{JsonBody, PathParams};
use registry::terms;
use serde::Deserialize;
use utoipa::IntoParams;
use wire::decisions::Decision;
use wire::terms::{SecurityTerms, TermsChangeCreate, TermsVersion};

use crate::Api;
use crate::answer::{Outcome, answered};
use crate::error::Refused;
use crate::products::ProductPath;
use crate::refusals::{OpenRefusals, WriteRefusals};
use crate::request::Writer;

/// A path that names the terms of a security.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct TermsPath {
    /// ISO 6166.
    isin: String,
}

/// A path that names a version of them.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct TermsVersionPath {
    /// ISO 6166.
    isin: String,
    /// Consecutive, from 1.
    version: u32,
}

/// A path that names a file of a version.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct TermsFilePath {
    /// ISO 6166.
    isin: String,
    /// Consecutive, from 1.
    version: u32,
    /// SHA-256 of the bytes, hexadecimal.
    sha256: String,
}

/// Bytes that never change: whoever has them need not fetch them again.
pub(crate) struct Unchanging {
    content_type: String,
    bytes: Vec<u8>,
    tag: String,
    is_known: bool,
}

impl Unchanging {
    fn new(content_type: String, bytes: Vec<u8>, sha256: &str, headers: &HeaderMap) -> Self {
        let tag = format!("\"{sha256}\"");
        let known = headers.get(header::IF_NONE_MATCH);
        let known = known.and_then(|known| known.to_str().ok()).unwrap_or("");
        let is_known = known
            .split(',')
            .map(|one| one.trim().trim_start_matches("W/"))
            .any(|one| one == tag || one == "*");
        Self {
            content_type,
            bytes,
            tag,
            is_known,
        }
    }
}

impl IntoResponse for Unchanging {
    fn into_response(self) -> Response {
        let value = |text: String, other| HeaderValue::try_from(text).unwrap_or(other);
        let unknown = HeaderValue::from_static("application/octet-stream");
        let headers = [
            (header::CONTENT_TYPE, value(self.content_type, unknown)),
            (
                header::ETAG,
                value(self.tag, HeaderValue::from_static("\"\"")),
            ),
            // An hour, since they are deleted if nobody enters them in time.
            (
                header::CACHE_CONTROL,
                HeaderValue::from_static("public, max-age=3600"),
            ),
            (
                header::CONTENT_DISPOSITION,
                HeaderValue::from_static("attachment"),
            ),
            (
                header::CONTENT_SECURITY_POLICY,
                HeaderValue::from_static("default-src 'none'; sandbox"),
            ),
        ];
        if self.is_known {
            return (StatusCode::NOT_MODIFIED, headers).into_response();
        }
        (headers, self.bytes).into_response()
    }
}

/// Get the terms of a security
///
/// Needs no token. Every version with its signed record, and the proof that the register's first entry commits to one of them.
#[utoipa::path(
    get, path = "/terms/{isin}/", tag = "Terms", params(TermsPath),
    responses((status = 200, description = "The terms.", body = SecurityTerms), OpenRefusals),
)]
pub(crate) async fn get_terms(
    State(api): State<Api>,
    PathParams(path): PathParams<TermsPath>,
) -> Result<Json<SecurityTerms>, Refused> {
    Ok(Json(terms::get(&api.registry, &path.isin).await?))
}

/// Get a version of the terms of a security
#[utoipa::path(
    get, path = "/terms/{isin}/{version}/", tag = "Terms", params(TermsVersionPath),
    responses((status = 200, description = "The version.", body = TermsVersion), OpenRefusals),
)]
pub(crate) async fn get_terms_version(
    State(api): State<Api>,
    PathParams(path): PathParams<TermsVersionPath>,
) -> Result<Json<TermsVersion>, Refused> {
    Ok(Json(
        terms::version(&api.registry, &path.isin, path.version).await?,
    ))
}

/// Read the terms of a security
///
/// The bytes whose SHA-256 the version names. They never change; `ETag` is their hash.
#[utoipa::path(
    get, path = "/terms/{isin}/{version}/document/", tag = "Terms", params(TermsVersionPath),
    responses(
        (status = 200, description = "The terms.", body = String, content_type = "text/plain"),
        (status = 304, description = "`If-None-Match` names these bytes."),
        OpenRefusals,
    ),
)]
pub(crate) async fn get_terms_document(
    State(api): State<Api>,
    PathParams(path): PathParams<TermsVersionPath>,
    headers: HeaderMap,
) -> Result<Unchanging, Refused> {
    let (text, sha256) = terms::document(&api.registry, &path.isin, path.version).await?;
    let content_type = "text/plain; charset=utf-8".to_owned();
    Ok(Unchanging::new(
        content_type,
        text.into_bytes(),
        &sha256,
        &headers,
    ))
}

/// Download a file of the terms of a security
///
/// By the hash that the terms name.
#[utoipa::path(
    get, path = "/terms/{isin}/{version}/files/{sha256}/", tag = "Terms", params(TermsFilePath),
    responses(
        (status = 200, description = "The file.", body = String, content_type = "application/pdf"),
        (status = 304, description = "`If-None-Match` names these bytes."),
        OpenRefusals,
    ),
)]
pub(crate) async fn get_terms_file(
    State(api): State<Api>,
    PathParams(path): PathParams<TermsFilePath>,
    headers: HeaderMap,
) -> Result<Unchanging, Refused> {
    let TermsFilePath {
        isin,
        version,
        sha256,
    } = path;
    let content = terms::file(&api.registry, &isin, version, &sha256).await?;
    Ok(Unchanging::new(
        content.content_type,
        content.bytes,
        &sha256,
        &headers,
    ))
}

/// Propose a change of the terms of a security
///
/// Terms that were entered change only on a ground that the law knows, with its document and the issuer's consent (§ 5(2) eWpG). Once
/// another actor has confirmed it, the next version is deposited and in force, and the partners that sell the security are told.
#[utoipa::path(
    post, path = "/products/{product_id}/terms/", tag = "Terms", params(ProductPath),
    request_body = TermsChangeCreate,
    responses((status = 201, description = "The decision that waits for a second actor.", body = Decision), WriteRefusals),
)]
pub(crate) async fn propose_terms_change(
    State(api): State<Api>,
    writer: Writer,
    PathParams(path): PathParams<ProductPath>,
    body: JsonBody<TermsChangeCreate>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    answered(terms::propose_change(&api.registry, &request, path.product_id, body.value).await)
}
