//! Who we are to AWS: the environment says so, or the container's role, or the machine's, as AWS's own tools look for it.

use std::env;
use std::time::Duration;

use reqwest::{Client, Method, RequestBuilder};
use serde::{Deserialize, Deserializer};
use zeroize::Zeroizing;

use super::{KmsError, words};

/// The address of a container's credentials, where only a path is given.
const CONTAINER: &str = "http://169.254.170.2";
/// The machine's description of itself.
const MACHINE: &str = "http://169.254.169.254";
/// These services are next door; on a machine of somebody else's nobody answers at all.
const PATIENCE: Duration = Duration::from_secs(2);

/// An access key, with the token that belongs to one for a limited time.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Credentials {
    pub(super) access_key_id: String,
    #[serde(deserialize_with = "secret")]
    pub(super) secret_access_key: Zeroizing<String>,
    #[serde(rename = "Token")]
    pub(super) session_token: Option<String>,
}

/// The first that there are.
pub(super) async fn find(http: &Client) -> Result<Credentials, KmsError> {
    if let (Some(id), Some(secret)) = (set("AWS_ACCESS_KEY_ID"), set("AWS_SECRET_ACCESS_KEY")) {
        return Ok(Credentials {
            access_key_id: id,
            secret_access_key: Zeroizing::new(secret),
            session_token: set("AWS_SESSION_TOKEN"),
        });
    }
    let path = set("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
    let address = path
        .map(|path| format!("{CONTAINER}{path}"))
        .or_else(|| set("AWS_CONTAINER_CREDENTIALS_FULL_URI"));
    let found = match address {
        Some(address) => of_container(http, &address).await,
        None => of_machine(http).await,
    };
    found.map_err(KmsError::NoCredentials)
}

async fn of_container(http: &Client, address: &str) -> Result<Credentials, String> {
    let mut request = http.get(address);
    // A file, where the token is renewed while we run.
    let token = match set("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE") {
        Some(file) => Some(
            std::fs::read_to_string(&file)
                .map_err(|error| format!("{file} cannot be read: {error}"))?
                .trim()
                .to_owned(),
        ),
        None => set("AWS_CONTAINER_AUTHORIZATION_TOKEN"),
    };
    if let Some(token) = token {
        request = request.header("authorization", token);
    }
    read(&ask(request).await?)
}

/// In the second version of the protocol, which begins with a token so that no stray request can learn a key.
async fn of_machine(http: &Client) -> Result<Credentials, String> {
    if set("AWS_EC2_METADATA_DISABLED").is_some_and(|value| value.eq_ignore_ascii_case("true")) {
        return Err("the machine may not be asked".to_owned());
    }
    let base = set("AWS_EC2_METADATA_SERVICE_ENDPOINT").unwrap_or_else(|| MACHINE.to_owned());
    let base = format!("{}/latest", base.trim_end_matches('/'));
    let begin = http
        .request(Method::PUT, format!("{base}/api/token"))
        .header("x-aws-ec2-metadata-token-ttl-seconds", "60");
    let token = ask(begin).await?;
    let roles = format!("{base}/meta-data/iam/security-credentials/");
    let get = |url: &str| {
        http.get(url)
            .header("x-aws-ec2-metadata-token", token.trim())
    };
    let role = ask(get(&roles)).await?;
    let role = role.lines().next().unwrap_or_default().trim();
    read(&ask(get(&format!("{roles}{role}"))).await?)
}

async fn ask(request: RequestBuilder) -> Result<Zeroizing<String>, String> {
    let answer = request.timeout(PATIENCE).send().await;
    let answer = answer.and_then(reqwest::Response::error_for_status);
    let answer = answer.map_err(|error| words(&error))?;
    let text = answer.text().await.map_err(|error| words(&error))?;
    Ok(Zeroizing::new(text))
}

fn read(text: &str) -> Result<Credentials, String> {
    serde_json::from_str(text).map_err(|_| "the role's credentials are malformed".to_owned())
}

fn secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Zeroizing<String>, D::Error> {
    String::deserialize(deserializer).map(Zeroizing::new)
}

/// A variable that says something.
fn set(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}
