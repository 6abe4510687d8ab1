//! What came back: read with a limit, then as what was expected, and else as a clear error.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use reqwest::Response;
use reqwest::header::{CONTENT_TYPE, HeaderName, LOCATION, RETRY_AFTER};
use serde::de::DeserializeOwned;

use crate::{Error, Refusal, Unreachable, Unreadable, retry};

/// A page's title at most, in an error's text.
const LONGEST_TITLE: usize = 100;
/// A refusal needs no more.
const LARGEST_REFUSAL_BYTES: usize = 256 << 10;

/// Which call it was, for errors.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Told<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
}

impl Told<'_> {
    pub(crate) fn unreachable(self, error: reqwest::Error) -> Error {
        let may_have_happened = !error.is_connect() && !error.is_builder();
        // The chain of causes says more than its first link; the address is the caller's own.
        let mut reason = error.to_string();
        let mut cause = std::error::Error::source(&error);
        while let Some(error) = cause {
            reason = format!("{reason}: {error}");
            cause = error.source();
        }
        self.no_answer(reason, may_have_happened)
    }

    pub(crate) fn no_answer(self, reason: impl Into<String>, may_have_happened: bool) -> Error {
        Error::Unreachable(Box::new(Unreachable {
            method: self.method.to_owned(),
            path: self.path.to_owned(),
            reason: reason.into(),
            may_have_happened,
        }))
    }

    pub(crate) fn unreadable(self, status: u16, reason: String, is_temporary: bool) -> Error {
        Error::Unreadable(Box::new(Unreadable {
            method: self.method.to_owned(),
            path: self.path.to_owned(),
            status,
            reason,
            is_temporary,
        }))
    }
}

/// An answer, whatever it says.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Bytes,
    content_type: String,
    location: Option<String>,
    request_id: Option<String>,
    retry_after: Option<Duration>,
}

impl Answer {
    /// Reads the whole answer, up to the limit.
    pub(crate) async fn take(
        mut response: Response,
        told: Told<'_>,
        largest_bytes: usize,
    ) -> Result<Self, Error> {
        let status = response.status().as_u16();
        let limit = match status {
            400.. => largest_bytes.min(LARGEST_REFUSAL_BYTES),
            _ => largest_bytes,
        };
        let mut body = BytesMut::new();
        while let Some(chunk) = response
            .chunk()
            .await
            .map_err(|error| told.unreachable(error))?
        {
            if body.len() + chunk.len() > limit {
                if status < 400 {
                    let reason = format!("an answer of more than {limit} bytes");
                    return Err(told.unreadable(status, reason, false));
                }
                // The status is the message.
                body.clear();
                break;
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Self {
            status,
            body: body.freeze(),
            content_type: header(&response, &CONTENT_TYPE).unwrap_or_default(),
            location: header(&response, &LOCATION),
            request_id: header(&response, &HeaderName::from_static("x-request-id")),
            retry_after: header(&response, &RETRY_AFTER).and_then(|text| retry::retry_after(&text)),
        })
    }

    /// The expected answer, or why it is none.
    pub(crate) fn read<T: DeserializeOwned>(&self, told: Told<'_>) -> Result<T, Error> {
        self.require_success(told)?;
        self.parse(told)
    }

    /// The bytes of a file of this media type, or why there are none.
    pub(crate) fn file(self, media_type: &str, told: Told<'_>) -> Result<Bytes, Error> {
        self.require_success(told)?;
        let declared = self.content_type.split(';').next().unwrap_or_default();
        match declared.trim().eq_ignore_ascii_case(media_type) {
            true => Ok(self.body),
            false => Err(told.unreadable(self.status, self.other_than(media_type), true)),
        }
    }

    fn require_success(&self, told: Told<'_>) -> Result<(), Error> {
        match self.status {
            200..300 => Ok(()),
            400.. => Err(Error::Refused(Box::new(self.refusal()))),
            status => {
                let to = self.location.as_deref().unwrap_or("nowhere");
                let reason = format!("a redirect to {to}, which is not followed");
                Err(told.unreadable(status, reason, false))
            }
        }
    }

    fn parse<T: DeserializeOwned>(&self, told: Told<'_>) -> Result<T, Error> {
        let body: &[u8] = match self.body.is_empty() {
            // 204, or a server that has nothing to add.
            true => b"null",
            false => &self.body,
        };
        serde_json::from_slice(body).map_err(|error| match error.is_data() {
            true => told.unreadable(
                self.status,
                format!("JSON of another shape: {}", error_without_values(&error)),
                false,
            ),
            false => told.unreadable(self.status, self.other_than("JSON"), true),
        })
    }

    pub(crate) fn refusal(&self) -> Refusal {
        let mut refusal = Refusal::read(self.status, &self.body);
        if refusal.request_id.is_none() {
            refusal.request_id = self.request_id.clone();
        }
        if let Some(pause) = self.retry_after {
            refusal.retry_after = Some(pause);
        }
        if refusal.detail.is_none() && refusal.title.is_none() {
            refusal.title = title(&self.body);
        }
        refusal
    }

    fn other_than(&self, wanted: &str) -> String {
        let kind = match self.content_type.as_str() {
            "" => "no declared type",
            kind => kind,
        };
        match title(&self.body) {
            Some(title) => format!("not {wanted} but {kind}, titled \"{title}\""),
            None => format!("not {wanted} but {kind}, {} bytes", self.body.len()),
        }
    }
}

fn header(response: &Response, name: &HeaderName) -> Option<String> {
    let value = response.headers().get(name)?;
    value.to_str().ok().map(str::to_owned)
}

/// serde quotes the value that it did not expect, which may be personal; what stands before the quote says enough.
fn error_without_values(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let end = text.find(['"', '`']).unwrap_or(text.len());
    format!(
        "{} at line {} column {}",
        text[..end].trim(),
        error.line(),
        error.column()
    )
}

/// What a page of HTML calls itself.
fn title(body: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(&body[..body.len().min(16 << 10)]);
    // ASCII only, so that the positions stay those of the text.
    let small = text.to_ascii_lowercase();
    let begin = small.find("<title>")? + "<title>".len();
    let end = begin + small[begin..].find("</title>")?;
    let title: String = text[begin..end]
        .trim()
        .chars()
        .take(LONGEST_TITLE)
        .collect();
    (!title.is_empty()).then_some(title)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_says_what_it_is() {
        let page = b"<!doctype html><HTML><Title> Wartungsarbeiten \n</title><body>";
        assert_eq!(title(page).as_deref(), Some("Wartungsarbeiten"));
        assert_eq!(title(b"<title>"), None);
        assert_eq!(title(b"{}"), None);
        assert_eq!(
            title("<title>ÄÖÜ ß</title>".as_bytes()).as_deref(),
            Some("ÄÖÜ ß")
        );
    }
}
