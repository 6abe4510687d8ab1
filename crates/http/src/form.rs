//! What browsers send: the fields of a form, read with a limit, and cookies.

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, header};
use wire::ProblemCode;

use crate::ApiError;

/// The fields of a form, in order.
#[derive(Clone, Debug, Default)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// Reads `application/x-www-form-urlencoded` (WHATWG URL, section 5).
    ///
    /// # Errors
    /// The body is longer than so many bytes.
    pub async fn read(body: Body, most_bytes: usize) -> Result<Self, ApiError> {
        let too_large = |_| ApiError::new(ProblemCode::BodyTooLarge, "The form is too long.");
        let bytes = to_bytes(body, most_bytes).await.map_err(too_large)?;
        let fields = url::form_urlencoded::parse(&bytes).into_owned();
        Ok(Self(fields.collect()))
    }

    /// Fields that came in another way, or that nobody has sent yet.
    #[must_use]
    pub const fn known(fields: Vec<(String, String)>) -> Self {
        Self(fields)
    }

    /// Whether the field was sent: of a box, whether it was ticked.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(key, _)| key == name)
    }

    /// The text of a field without blanks around it; empty if it is not there.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        self.raw(name).trim()
    }

    /// The text of a field as it was typed, for passwords.
    #[must_use]
    pub fn raw(&self, name: &str) -> &str {
        let found = self.0.iter().find(|(key, _)| key == name);
        found.map_or("", |(_, value)| value)
    }

    /// The text of a field, unless it was left empty.
    #[must_use]
    pub fn optional(&self, name: &str) -> Option<String> {
        Some(self.text(name).to_owned()).filter(|text| !text.is_empty())
    }

    /// All fields with their values, in order.
    #[must_use]
    pub fn pairs(&self) -> &[(String, String)] {
        &self.0
    }

    /// Every value of a field: the boxes that were ticked.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let named = self.0.iter().filter(move |(key, _)| key == name);
        named.map(|(_, value)| value.as_str())
    }
}

/// The value of a cookie that the browser sent (RFC 6265, section 5.4).
#[must_use]
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lists = headers.get_all(header::COOKIE).iter();
    lists
        .filter_map(|list| list.to_str().ok())
        .flat_map(|list| list.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use axum::http::HeaderValue;

    use super::*;

    #[tokio::test]
    async fn fields_are_read_up_to_a_limit() {
        let sent = || Body::from("name=+Erika%20M.+&ticked=&box=1&box=2");
        let fields = Fields::read(sent(), 64).await.unwrap();
        assert_eq!(
            (fields.text("name"), fields.raw("name")),
            ("Erika M.", " Erika M. ")
        );
        assert!(fields.has("ticked") && !fields.has("other"));
        assert_eq!(fields.optional("ticked"), None);
        assert_eq!(fields.all("box").collect::<Vec<_>>(), ["1", "2"]);
        assert!(Fields::read(sent(), 8).await.is_err());
    }

    #[test]
    fn a_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, HeaderValue::from_static("a=1; console=x"));
        headers.append(header::COOKIE, HeaderValue::from_static("b=2"));
        assert_eq!(cookie(&headers, "console"), Some("x"));
        assert_eq!(cookie(&headers, "b"), Some("2"));
        assert_eq!(cookie(&headers, "cons"), None);
    }
}
