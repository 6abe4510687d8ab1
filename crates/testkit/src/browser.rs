//! A browser without JavaScript: it keeps cookies, follows the way it is sent, and sends forms with what the page put into them.

use std::collections::BTreeMap;

use reqwest::header::{ACCEPT_LANGUAGE, COOKIE, LOCATION, SET_COOKIE};
use reqwest::{Method, StatusCode};

use crate::TestApp;
use crate::client::http_client;

pub use crate::human::{Human, code, last_link};

/// What every person of the tests signs in with.
pub const PASSWORD: &str = "correct horse battery";

const URL_ENCODED: &str = "application/x-www-form-urlencoded";

/// A browser at one network.
#[derive(Clone)]
pub struct Browser {
    http: reqwest::Client,
    url: String,
    /// By name, as the last answer set them.
    pub cookies: BTreeMap<String, String>,
    /// What forms of the last page carry.
    pub form_token: String,
    language: &'static str,
}

/// What came back for one request.
#[derive(Clone, Debug)]
pub struct Shown {
    /// HTTP status.
    pub status: StatusCode,
    /// Where the browser is sent.
    pub location: Option<String>,
    /// By lower-case name.
    pub headers: reqwest::header::HeaderMap,
    /// HTML.
    pub body: String,
}

impl Browser {
    /// A browser that was never here.
    pub fn at(app: &TestApp) -> Self {
        Self {
            http: http_client(),
            url: app.url.clone(),
            cookies: BTreeMap::new(),
            form_token: String::new(),
            language: "en",
        }
    }

    /// Asks for pages in this language from now on.
    pub fn speaks(&mut self, language: &'static str) {
        self.language = language;
    }

    /// Looks at a page; where it is sent it does not go.
    pub async fn look(&mut self, path: &str) -> Shown {
        self.send(Method::GET, path, None).await
    }

    /// Looks at a page and goes where it is sent.
    pub async fn visit(&mut self, path: &str) -> Shown {
        let mut shown = self.look(path).await;
        for _ in 0..5 {
            match shown.location.clone() {
                Some(next) => shown = self.look(&next).await,
                None => return shown,
            }
        }
        panic!("{path} leads in a circle");
    }

    /// Sends a form of the last page.
    pub async fn submit(&mut self, path: &str, fields: &[(&str, &str)]) -> Shown {
        let token = self.form_token.clone();
        let mut all = vec![("form_token", token.as_str())];
        all.extend_from_slice(fields);
        self.submit_bare(path, &all).await
    }

    /// Sends a form with these fields and no others.
    pub async fn submit_bare(&mut self, path: &str, fields: &[(&str, &str)]) -> Shown {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(fields);
        let body = (URL_ENCODED.to_owned(), form.finish().into_bytes());
        self.send(Method::POST, path, Some(body)).await
    }

    /// Sends a form of the last page with a file in the field `file`, declared as a PDF.
    pub async fn upload(
        &mut self,
        path: &str,
        fields: &[(&str, &str)],
        (name, bytes): (&str, &[u8]),
    ) -> Shown {
        let token = self.form_token.clone();
        let mut body = Vec::new();
        for (field, text) in [("form_token", token.as_str())].iter().chain(fields) {
            let part = format!(
                "--XX\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n{text}\r\n"
            );
            body.extend_from_slice(part.as_bytes());
        }
        let head = format!(
            "--XX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: application/pdf\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n--XX--\r\n");
        let body = ("multipart/form-data; boundary=XX".to_owned(), body);
        self.send(Method::POST, path, Some(body)).await
    }

    /// The cookie that a session stands behind.
    pub fn token(&self) -> &str {
        self.cookies
            .get("cashlink_console")
            .map_or("", String::as_str)
    }

    /// With another token in the cookie.
    pub fn with_token(&self, token: &str) -> Self {
        let mut other = self.clone();
        other
            .cookies
            .insert("cashlink_console".to_owned(), token.to_owned());
        other
    }

    async fn send(&mut self, method: Method, path: &str, body: Option<(String, Vec<u8>)>) -> Shown {
        let path = path.strip_prefix(&self.url).unwrap_or(path);
        let mut request = self.http.request(method, format!("{}{path}", self.url));
        let cookies: Vec<_> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        request = request
            .header(COOKIE, cookies.join("; "))
            .header(ACCEPT_LANGUAGE, self.language);
        if let Some((content_type, bytes)) = body {
            request = request.header("content-type", content_type).body(bytes);
        }
        let answer = request.send().await.expect("an answer");
        for cookie in answer.headers().get_all(SET_COOKIE) {
            let text = cookie.to_str().expect("a cookie is text");
            let (pair, rest) = text.split_once(';').unwrap_or((text, ""));
            let (name, value) = pair.split_once('=').expect("a cookie has a name");
            if rest.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let location = answer.headers().get(LOCATION);
        let shown = Shown {
            status: answer.status(),
            location: location.map(|to| to.to_str().expect("a path").to_owned()),
            headers: answer.headers().clone(),
            body: answer.text().await.expect("text"),
        };
        if let Some(token) = shown.between("name=\"form_token\" value=\"", "\"") {
            self.form_token = token;
        }
        shown
    }
}

impl Shown {
    /// What stands between two texts of the page.
    pub fn between(&self, before: &str, after: &str) -> Option<String> {
        let (_, rest) = self.body.split_once(before)?;
        rest.split_once(after).map(|(found, _)| found.to_owned())
    }

    /// All that stands between two texts of the page.
    pub fn all_between(&self, before: &str, after: &str) -> Vec<String> {
        let parts = self.body.split(before).skip(1);
        parts
            .filter_map(|part| part.split_once(after))
            .map(|(found, _)| found.to_owned())
            .collect()
    }

    /// The page, which is shown.
    ///
    /// # Panics
    /// If it is not.
    pub fn ok(self) -> Self {
        assert_eq!(
            self.status,
            StatusCode::OK,
            "{:?} {}",
            self.location,
            self.body
        );
        self
    }

    /// The browser is sent there.
    ///
    /// # Panics
    /// If it is not.
    pub fn leads_to(self, path: &str) -> Self {
        assert_eq!(
            self.location.as_deref(),
            Some(path),
            "{} {}",
            self.status,
            self.body
        );
        self
    }

    /// The page says that this was refused.
    ///
    /// # Panics
    /// If it does not.
    pub fn refused(self, code: &str) -> Self {
        assert!(
            self.body.contains(&format!("data-code=\"{code}\"")),
            "{code}: {} {:?} {}",
            self.status,
            self.location,
            self.body
        );
        self
    }

    /// The page has this text.
    ///
    /// # Panics
    /// If it has not.
    pub fn says(self, text: &str) -> Self {
        assert!(
            self.body.contains(text),
            "{text} is not in {} {:?} {}",
            self.status,
            self.location,
            self.body
        );
        self
    }

    /// The page does not have this text.
    ///
    /// # Panics
    /// If it has.
    pub fn is_silent_about(self, text: &str) -> Self {
        assert!(!self.body.contains(text), "{text} is in {}", self.body);
        self
    }
}
