//! AWS Signature Version 4 for what we send: `POST /` without a query.

use domain::Timestamp;
use hmac::{Hmac, Mac as _};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::credentials::Credentials;

/// What is signed.
pub(super) struct Post<'a> {
    pub(super) service: &'a str,
    pub(super) region: &'a str,
    /// Names in lower case and in alphabetical order; `host` and `x-amz-date` are among them.
    pub(super) headers: &'a [(&'static str, String)],
    pub(super) body: &'a [u8],
}

/// The value of `x-amz-date`: `20150830T123600Z`.
pub(super) fn timestamp(at: Timestamp) -> String {
    let digits: String = at
        .to_string()
        .chars()
        .filter(char::is_ascii_digit)
        .collect();
    format!("{}T{}Z", &digits[..8], &digits[8..14])
}

/// The value of `authorization`.
pub(super) fn authorization(post: &Post<'_>, credentials: &Credentials, timestamp: &str) -> String {
    let names: Vec<&str> = post.headers.iter().map(|(name, _)| *name).collect();
    let names = names.join(";");
    let headers: String = post
        .headers
        .iter()
        .map(|(name, value)| format!("{name}:{value}\n"))
        .collect();
    let request = format!("POST\n/\n\n{headers}\n{names}\n{}", digest(post.body));
    let day = &timestamp[..8];
    let scope = format!("{day}/{}/{}/aws4_request", post.region, post.service);
    let text = format!(
        "AWS4-HMAC-SHA256\n{timestamp}\n{scope}\n{}",
        digest(request.as_bytes())
    );
    let secret = Zeroizing::new(format!("AWS4{}", *credentials.secret_access_key));
    let mut key = Zeroizing::new(secret.as_bytes().to_vec());
    for part in [day, post.region, post.service, "aws4_request", &text] {
        key = Zeroizing::new(mac(&key, part.as_bytes()));
    }
    format!(
        "AWS4-HMAC-SHA256 Credential={}/{scope}, SignedHeaders={names}, Signature={}",
        credentials.access_key_id,
        hex::encode(&*key)
    )
}

fn digest(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

fn mac(key: &[u8], text: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(text);
    mac.finalize().into_bytes().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `post-x-www-form-urlencoded` of the suite that AWS publishes for the signature.
    #[test]
    fn the_published_example_is_signed_as_published() {
        let credentials = Credentials {
            access_key_id: "AKIDEXAMPLE".to_owned(),
            secret_access_key: Zeroizing::new(
                "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_owned(),
            ),
            session_token: None,
        };
        let at = timestamp(Timestamp::from_seconds(1_440_938_160));
        assert_eq!(at, "20150830T123600Z");
        let post = Post {
            service: "service",
            region: "us-east-1",
            headers: &[
                (
                    "content-type",
                    "application/x-www-form-urlencoded".to_owned(),
                ),
                ("host", "example.amazonaws.com".to_owned()),
                ("x-amz-date", at.clone()),
            ],
            body: b"Param1=value1",
        };
        assert_eq!(
            authorization(&post, &credentials, &at),
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, \
             SignedHeaders=content-type;host;x-amz-date, \
             Signature=ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"
        );
    }
}
