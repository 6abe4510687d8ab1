//! Access tokens for endpoints that want OAuth 2.0: fetched with client credentials, kept until shortly before they expire.

use reqwest::Client;
use serde_json::Value;
use tokio::sync::Mutex;
use url::Url;
use url::form_urlencoded::byte_serialize;

use crate::sender::{describe, read_at_most};

/// A token is renewed this long before it expires, µs: longer than an attempt takes.
const MARGIN: i64 = 30_000_000;
/// How long a token without `expires_in` is used, in seconds.
const DEFAULT_LIFE_S: i64 = 300;
const LONGEST_LIFE_S: i64 = 86_400;
const LARGEST_ANSWER: usize = 64 * 1024;

/// The token of one endpoint. The lock also makes sure that only one attempt fetches a new one.
#[derive(Default)]
pub(crate) struct TokenCache(Mutex<Option<Token>>);

struct Token {
    text: String,
    renew_at: i64,
}

/// The receiver's token endpoint and our credentials there.
pub(crate) struct TokenRequest<'a> {
    pub(crate) client: &'a Client,
    pub(crate) url: Url,
    pub(crate) client_id: &'a str,
    pub(crate) client_secret: &'a str,
    pub(crate) scope: Option<&'a str>,
}

/// A token, and whether it was kept from an earlier attempt and may thus have been revoked since.
pub(crate) struct Obtained {
    pub(crate) token: String,
    pub(crate) was_kept: bool,
}

impl TokenCache {
    /// The kept token or a new one.
    pub(crate) async fn obtain(
        &self,
        request: &TokenRequest<'_>,
        now: i64,
    ) -> Result<Obtained, String> {
        let mut kept = self.0.lock().await;
        if let Some(token) = kept.as_ref().filter(|token| now < token.renew_at) {
            return Ok(Obtained {
                token: token.text.clone(),
                was_kept: true,
            });
        }
        let fresh = fetch(request, now).await?;
        let text = fresh.text.clone();
        *kept = Some(fresh);
        Ok(Obtained {
            token: text,
            was_kept: false,
        })
    }

    /// Forgets a token that was answered with 401, unless another attempt has replaced it already.
    pub(crate) async fn forget(&self, refused: &str) {
        let mut kept = self.0.lock().await;
        if kept.as_ref().is_some_and(|token| token.text == refused) {
            *kept = None;
        }
    }
}

/// Asks with HTTP Basic, which every server must support (RFC 6749 2.3.1), and once more with the credentials in the
/// body, since some only know that.
async fn fetch(request: &TokenRequest<'_>, now: i64) -> Result<Token, String> {
    let mut form = vec![("grant_type", "client_credentials")];
    form.extend(request.scope.map(|scope| ("scope", scope)));
    let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
    let basic = request
        .client
        .post(request.url.clone())
        .basic_auth(
            encoded(request.client_id),
            Some(encoded(request.client_secret)),
        )
        .form(&form);
    let (status, body) = ask(basic).await?;
    if !matches!(status, 400 | 401) {
        return read(status, &body, now);
    }
    form.push(("client_id", request.client_id));
    form.push(("client_secret", request.client_secret));
    let post = request.client.post(request.url.clone()).form(&form);
    let (status, body) = ask(post).await?;
    read(status, &body, now)
}

async fn ask(request: reqwest::RequestBuilder) -> Result<(u16, Vec<u8>), String> {
    let response = request
        .header("accept", "application/json")
        .send()
        .await
        .map_err(|error| format!("token endpoint: {}", describe(&error)))?;
    let status = response.status().as_u16();
    Ok((status, read_at_most(response, LARGEST_ANSWER).await))
}

fn read(status: u16, body: &[u8], now: i64) -> Result<Token, String> {
    if !(200..300).contains(&status) {
        return Err(format!("token endpoint: it answered {status}"));
    }
    let answer: Value =
        serde_json::from_slice(body).map_err(|_| "token endpoint: the answer is not JSON")?;
    // What could start another header is not a token.
    let text = answer["access_token"]
        .as_str()
        .filter(|text| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic()))
        .ok_or("token endpoint: the answer has no access_token")?;
    let expires_in = &answer["expires_in"];
    let life_s = expires_in
        .as_i64()
        .or_else(|| expires_in.as_str()?.parse().ok())
        .unwrap_or(DEFAULT_LIFE_S)
        .clamp(0, LONGEST_LIFE_S);
    Ok(Token {
        text: text.to_owned(),
        renew_at: now + life_s * 1_000_000 - MARGIN,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_token_answer_is_read_with_care() {
        let renew_at = |body: &str| read(200, body.as_bytes(), 0).map(|token| token.renew_at);
        assert_eq!(
            renew_at(r#"{"access_token":"a","expires_in":3600}"#),
            Ok(3_570_000_000)
        );
        assert_eq!(
            renew_at(r#"{"access_token":"a","expires_in":"60"}"#),
            Ok(30_000_000)
        );
        assert_eq!(renew_at(r#"{"access_token":"a"}"#), Ok(270_000_000));
        assert!(renew_at(r#"{"access_token":"a\r\nb: c"}"#).is_err());
        assert!(renew_at(r#"{"error":"invalid_client"}"#).is_err());
        assert!(renew_at("<html>").is_err());
        assert!(read(503, b"{}", 0).is_err());
    }
}
