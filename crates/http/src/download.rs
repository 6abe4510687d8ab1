//! A file as an answer.

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

/// A file that is saved where it was asked for. It is never shown under our name, whoever made it, and nothing on the way keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Download {
    content_type: String,
    name: Option<String>,
    bytes: Bytes,
}

impl Download {
    /// A file of a media type (RFC 6838); one that is none is told as bytes of any kind.
    pub fn new(content_type: impl Into<String>, bytes: impl Into<Bytes>) -> Self {
        Self {
            content_type: content_type.into(),
            name: None,
            bytes: bytes.into(),
        }
    }

    /// With the name that it is saved under. The name is ours: ASCII without quotation marks.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }
}

impl IntoResponse for Download {
    fn into_response(self) -> Response {
        let content_type = HeaderValue::try_from(self.content_type)
            .unwrap_or(HeaderValue::from_static("application/octet-stream"));
        let disposition = self.name.and_then(|name| {
            HeaderValue::try_from(format!("attachment; filename=\"{name}\"")).ok()
        });
        let headers = [
            (header::CONTENT_TYPE, content_type),
            (
                header::CONTENT_DISPOSITION,
                disposition.unwrap_or(HeaderValue::from_static("attachment")),
            ),
            (
                header::CACHE_CONTROL,
                HeaderValue::from_static("private, no-store"),
            ),
            (
                header::CONTENT_SECURITY_POLICY,
                HeaderValue::from_static("default-src 'none'; sandbox"),
            ),
        ];
        (headers, Body::from(self.bytes)).into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_saved_and_never_shown() {
        let response = Download::new("text/html", "<script>")
            .named("letter.html")
            .into_response();
        let said = |name| response.headers().get(&name).unwrap().to_str().unwrap();
        assert_eq!(
            said(header::CONTENT_DISPOSITION),
            "attachment; filename=\"letter.html\""
        );
        assert_eq!(said(header::CONTENT_TYPE), "text/html");
        assert_eq!(
            said(header::CONTENT_SECURITY_POLICY),
            "default-src 'none'; sandbox"
        );
        assert_eq!(said(header::CACHE_CONTROL), "private, no-store");
    }

    #[test]
    fn what_is_no_media_type_is_bytes_of_any_kind() {
        let response = Download::new("text/\nplain", "").into_response();
        let kind = response.headers().get(header::CONTENT_TYPE).unwrap();
        assert_eq!(kind, "application/octet-stream");
    }
}
