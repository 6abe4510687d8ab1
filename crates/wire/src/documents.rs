//! Uploaded documents.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// The form of an upload: `multipart/form-data` with one part named `file`.
#[derive(ToSchema)]
pub struct DocumentUpload {
    /// The document; PDF, PNG, JPEG or TIFF.
    #[schema(value_type = String, format = Binary)]
    pub file: Vec<u8>,
}

/// A stored document. Its bytes are kept encrypted and never change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Document {
    /// Named wherever a document is referred to.
    pub id: Uuid,
    /// File name of the upload.
    pub name: String,
    /// Media type that the bytes themselves show.
    #[schema(example = "application/pdf")]
    pub content_type: String,
    /// Bytes.
    pub size: u64,
    /// SHA-256 of the bytes, hexadecimal.
    pub sha256: String,
    /// RFC 3339, UTC.
    #[schema(format = DateTime)]
    pub created_at: String,
}
