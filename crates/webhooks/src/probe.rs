//! Looking at a page that somebody names, such as the proof of a domain: through the same guard as deliveries.

use std::time::Duration;

use reqwest::{Client, redirect};
use url::Url;

use crate::guard::Guard;

/// A page that is longer is none that we ask for.
const LARGEST: usize = 4 * 1024;
/// Nobody waits longer for it.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The text of a page, if it answers with 200 and a short text. Redirects are not followed: whoever can redirect a domain does not
/// yet hold it.
///
/// # Errors
/// A sentence about what was found instead.
pub async fn probe(guard: &Guard, url: &str) -> Result<String, String> {
    let parsed = Url::parse(url).map_err(|_| "this is not an absolute URL".to_owned())?;
    guard
        .check(&parsed)
        .map_err(|refusal| refusal.to_string())?;
    // Fails only if the process has chosen a provider already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = Client::builder()
        .user_agent("cashlink-domain-check")
        .redirect(redirect::Policy::none())
        .no_proxy()
        .timeout(TIMEOUT);
    let builder = match parsed.scheme() {
        "https" => builder.https_only(true).dns_resolver(guard.resolver()),
        _ => builder.dns_resolver(guard.plain_resolver()),
    };
    let client = builder.build().map_err(|error| error.to_string())?;
    let answer = client.get(parsed).send().await;
    let mut answer = answer.map_err(|error| match error.is_timeout() {
        true => format!("no answer within {} s", TIMEOUT.as_secs()),
        false => "the server cannot be reached".to_owned(),
    })?;
    if answer.status() != reqwest::StatusCode::OK {
        return Err(format!("the server answered {}", answer.status().as_u16()));
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = answer
        .chunk()
        .await
        .map_err(|_| "the answer broke off".to_owned())?
    {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > LARGEST {
            return Err("the page is longer than a token".to_owned());
        }
    }
    String::from_utf8(bytes).map_err(|_| "the page is not UTF-8".to_owned())
}
