//! One attempt: the guard is asked, the message is signed and posted, and what came back is put into words.

use std::time::Duration;

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use reqwest::{Client, ClientBuilder, Response, StatusCode, redirect};
use tokio::time::Instant;
use url::Url;

use crate::Clock;
use crate::claim::Job;
use crate::endpoints::Authentication;
use crate::guard::Guard;
use crate::oauth::{Obtained, TokenCache, TokenRequest};
use crate::settle::Attempted;
use crate::signing::signature_header;
use crate::target::Call;

/// How much of an answer is kept.
const SNIPPET: usize = 1_024;
/// How much of an answer is read, so that its connection can be used again.
const LARGEST_BODY: usize = 64 * 1024;
/// How long the body of an answer may take; the status is what counts.
const BODY_TIMEOUT: Duration = Duration::from_secs(2);

/// Makes attempts over connections that are kept open.
pub(crate) struct Sender {
    guard: Guard,
    timeout: Duration,
    /// A receiver refuses what was not signed just now, by its own clock.
    real: Clock,
    /// Reaches public and allowed addresses. Or why there is none: a machine without root certificates.
    https: Result<Client, String>,
    /// Reaches allowed addresses only.
    http: Result<Client, String>,
}

impl Sender {
    pub(crate) fn new(
        guard: Guard,
        user_agent: &str,
        timeout: Duration,
        idle_per_host: usize,
        real: Clock,
    ) -> Sender {
        // Fails only if the process has chosen a provider already, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let builder = || {
            Client::builder()
                .user_agent(user_agent)
                .redirect(redirect::Policy::none())
                .no_proxy()
                .referer(false)
                .timeout(timeout)
                .connect_timeout(timeout)
                .pool_max_idle_per_host(idle_per_host)
                .pool_idle_timeout(Duration::from_secs(50))
        };
        let build = |builder: ClientBuilder| builder.build().map_err(|error| describe(&error));
        Sender {
            https: build(builder().https_only(true).dns_resolver(guard.resolver())),
            http: build(builder().dns_resolver(guard.plain_resolver())),
            guard,
            timeout,
            real,
        }
    }

    /// Makes one attempt, which takes the time-out at most; `now`, µs, is when it is recorded to have begun.
    pub(crate) async fn attempt(&self, job: &Job, now: i64) -> Attempted {
        let started = Instant::now();
        let call = tokio::time::timeout(self.timeout, self.call(job, now)).await;
        let mut attempted = match call {
            Ok(Ok(response)) => answered(response, (self.real)()).await,
            Ok(Err(error)) => Attempted {
                timed_out: error.timed_out,
                error: Some(error.text),
                ..Attempted::default()
            },
            Err(_) => Attempted {
                timed_out: true,
                error: Some(format!("no answer within {} s", self.timeout.as_secs())),
                ..Attempted::default()
            },
        };
        attempted.at = now;
        attempted.duration_ms = i64::try_from(started.elapsed().as_millis()).unwrap_or(i64::MAX);
        attempted
    }

    async fn call(&self, job: &Job, now: i64) -> Result<Response, CallError> {
        let call = job.target.call.as_ref().map_err(|error| error.clone())?;
        let client = self.client(&call.url)?;
        let Authentication::OAuth {
            token_url,
            client_id,
            client_secret,
            scope,
        } = &call.credentials.authentication
        else {
            let authorization = match &call.credentials.authentication {
                Authentication::Bearer(token) => Some(bearer(token)?),
                _ => None,
            };
            return self.post(client, call, job, now, authorization).await;
        };
        let url = Url::parse(token_url).map_err(|error| error.to_string())?;
        let request = TokenRequest {
            client: self.client(&url)?,
            url,
            client_id,
            client_secret,
            scope: scope.as_deref(),
        };
        let obtained = job.target.token.obtain(&request, (self.real)()).await?;
        let authorization = bearer(&obtained.token)?;
        let response = self
            .post(client, call, job, now, Some(authorization))
            .await?;
        if response.status() != StatusCode::UNAUTHORIZED || !obtained.was_kept {
            return Ok(response);
        }
        let fresh = renewed(&job.target.token, &obtained, &request, (self.real)()).await?;
        let authorization = bearer(&fresh.token)?;
        self.post(client, call, job, now, Some(authorization)).await
    }

    /// Signs at the last moment: fetching a token may have taken a while.
    async fn post(
        &self,
        client: &Client,
        call: &Call,
        job: &Job,
        now: i64,
        authorization: Option<HeaderValue>,
    ) -> Result<Response, CallError> {
        let id = job.message.to_string();
        let timestamp_s = (self.real)().div_euclid(1_000_000);
        let mut secrets = vec![&call.credentials.secret];
        if let Some((previous, until)) = &call.credentials.previous
            && now < *until
        {
            secrets.push(previous);
        }
        let signature = signature_header(&secrets, &id, timestamp_s, &job.body);
        let mut request = client
            .post(call.url.clone())
            .header(CONTENT_TYPE, "application/json")
            .header("webhook-id", id)
            .header("webhook-timestamp", timestamp_s)
            .header("webhook-signature", signature)
            .body(job.body.clone());
        if let Some(authorization) = authorization {
            request = request.header(AUTHORIZATION, authorization);
        }
        request.send().await.map_err(|error| CallError {
            timed_out: error.is_timeout(),
            text: describe(&error),
        })
    }

    /// The client for a URL that the guard accepts now, whatever it said at registration.
    fn client(&self, url: &Url) -> Result<&Client, CallError> {
        let refused = |refusal| format!("refused by the address guard: {refusal}");
        self.guard.check(url).map_err(refused)?;
        let client = if url.scheme() == "https" {
            &self.https
        } else {
            &self.http
        };
        Ok(client.as_ref().map_err(|error| error.clone())?)
    }
}

struct CallError {
    text: String,
    timed_out: bool,
}

impl From<String> for CallError {
    fn from(text: String) -> CallError {
        CallError {
            text,
            timed_out: false,
        }
    }
}

async fn renewed(
    cache: &TokenCache,
    refused: &Obtained,
    request: &TokenRequest<'_>,
    now: i64,
) -> Result<Obtained, String> {
    cache.forget(&refused.token).await;
    cache.obtain(request, now).await
}

fn bearer(token: &str) -> Result<HeaderValue, String> {
    let mut value = HeaderValue::from_str(&format!("Bearer {token}"))
        .map_err(|_| "the bearer token has characters that a header cannot carry")?;
    value.set_sensitive(true);
    Ok(value)
}

async fn answered(response: Response, now: i64) -> Attempted {
    let status = response.status();
    let retry_after_s = response
        .headers()
        .get(RETRY_AFTER)
        .and_then(|value| retry_after(value.to_str().ok()?, now));
    let body = read_at_most(response, LARGEST_BODY).await;
    Attempted {
        status_code: Some(status.as_u16()),
        retry_after_s,
        response: (!body.is_empty()).then(|| snippet(&body)),
        ..Attempted::default()
    }
}

/// Seconds, or a date.
fn retry_after(text: &str, now: i64) -> Option<i64> {
    if let Ok(seconds) = text.trim().parse::<u32>() {
        return Some(seconds.into());
    }
    let at = httpdate::parse_http_date(text.trim()).ok()?;
    let since_epoch = at.duration_since(std::time::UNIX_EPOCH).ok()?;
    let at_s = i64::try_from(since_epoch.as_secs()).ok()?;
    Some((at_s - now / 1_000_000).max(0))
}

/// Reads a body until it ends, becomes too large or too slow.
pub(crate) async fn read_at_most(mut response: Response, most: usize) -> Vec<u8> {
    let mut body = Vec::new();
    let reading = async {
        while let Ok(Some(chunk)) = response.chunk().await {
            let room = most - body.len();
            body.extend_from_slice(&chunk[..chunk.len().min(room)]);
            if body.len() == most {
                break;
            }
        }
    };
    // A slow body is cut: what arrived until then is enough.
    let _ = tokio::time::timeout(BODY_TIMEOUT, reading).await;
    body
}

/// The beginning of a body as text that every database stores.
fn snippet(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(&body[..body.len().min(SNIPPET)]).replace('\0', "\u{fffd}");
    text.chars()
        .scan(0, |length, character| {
            *length += character.len_utf8();
            (*length <= SNIPPET).then_some(character)
        })
        .collect()
}

/// An error with its causes, without the URL: its query may hold the receiver's secrets.
pub(crate) fn describe(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "no answer in time".to_owned();
    }
    let mut causes = Vec::new();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        causes.push(inner.to_string());
        cause = inner.source();
    }
    // The outermost text carries the URL and says little else.
    match causes.last() {
        Some(text) => text.chars().take(500).collect(),
        None => "the request failed".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = 784_111_777 * 1_000_000;
        assert_eq!(retry_after("120", now), Some(120));
        assert_eq!(retry_after("Sun, 06 Nov 1994 08:50:37 GMT", now), Some(60));
        assert_eq!(retry_after("Sun, 06 Nov 1994 08:48:37 GMT", now), Some(0));
        assert_eq!(retry_after("soon", now), None);
        assert_eq!(retry_after("-1", now), None);
    }

    #[test]
    fn a_snippet_is_short_text_without_nulls() {
        assert_eq!(snippet(b"a\0b"), "a\u{fffd}b");
        assert!(snippet(&[0xff; 5_000]).len() <= SNIPPET);
        assert!(snippet("ä".repeat(5_000).as_bytes()).len() <= SNIPPET);
    }
}
