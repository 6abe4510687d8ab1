//! Documents: upload once, refer to them by id.

use axum::Json;
use axum::extract::State;
use domain::DocumentId;
use http::{MultipartFile, PathParams};
use registry::documents::{self, Upload};
use serde::Deserialize;
use utoipa::IntoParams;
use wire::documents::{Document, DocumentUpload};

use crate::Api;
use crate::answer::{Outcome, answered};
use crate::caller::Reader;
use crate::error::Refused;
use crate::refusals::{ReadRefusals, WriteRefusals};
use crate::request::Writer;

/// A path that names a document.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct DocumentPath {
    /// The document.
    #[param(value_type = Uuid)]
    document_id: DocumentId,
}

/// Upload a document
///
/// The type is read from the bytes and must be the one that is declared. Documents are kept encrypted and never change.
#[utoipa::path(
    post, path = "/documents/", tag = "Documents",
    request_body(content = DocumentUpload, content_type = "multipart/form-data"),
    responses((status = 201, description = "The document is kept.", body = Document), WriteRefusals),
)]
pub(crate) async fn upload_document(
    State(api): State<Api>,
    writer: Writer,
    file: MultipartFile,
) -> Outcome {
    let request = writer.request(file.fingerprint);
    let upload = Upload {
        name: file.file_name,
        content_type: Some(file.content_type),
        bytes: file.bytes,
        sha256: file.sha256,
    };
    answered(documents::upload(&api.registry, &request, upload).await)
}

/// What is known about a document
#[utoipa::path(
    get, path = "/documents/{document_id}/", tag = "Documents", params(DocumentPath),
    responses((status = 200, description = "The document, without its bytes.", body = Document), ReadRefusals),
)]
pub(crate) async fn get_document(
    State(api): State<Api>,
    Reader(caller): Reader,
    PathParams(path): PathParams<DocumentPath>,
) -> Result<Json<Document>, Refused> {
    Ok(Json(
        documents::get(&api.registry, &caller, path.document_id).await?,
    ))
}
