//! Signatures by Standard Webhooks 1.0: what a receiver checks to know that a message is ours and whole.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use sha2::Sha256;

/// The prefix that tells a symmetric signing secret from other strings.
pub const SECRET_PREFIX: &str = "whsec_";
const GENERATED_BYTES: usize = 32;
const ALLOWED_BYTES: std::ops::RangeInclusive<usize> = 24..=64;

/// A signing secret shared with one endpoint. It has no `Debug`, so that it cannot end in a log.
#[derive(Clone)]
pub struct Secret(Vec<u8>);

/// Why a supplied signing secret is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SecretRefusal {
    /// It does not start with `whsec_`.
    #[error("a signing secret starts with whsec_")]
    Prefix,
    /// What follows the prefix is not base64.
    #[error("after whsec_ a signing secret is base64")]
    Base64,
    /// It decodes to too few or too many bytes.
    #[error("a signing secret has 24 to 64 bytes")]
    Length,
}

impl Secret {
    /// A new secret of 256 bits from the system's generator.
    pub fn generate() -> Secret {
        let mut bytes = vec![0; GENERATED_BYTES];
        getrandom::fill(&mut bytes).expect("the system's random generator works");
        Secret(bytes)
    }

    /// Reads a secret in its text form, `whsec_` and base64 of 24 to 64 bytes.
    pub fn parse(text: &str) -> Result<Secret, SecretRefusal> {
        let encoded = text
            .strip_prefix(SECRET_PREFIX)
            .ok_or(SecretRefusal::Prefix)?;
        let bytes = STANDARD
            .decode(encoded)
            .map_err(|_| SecretRefusal::Base64)?;
        if !ALLOWED_BYTES.contains(&bytes.len()) {
            return Err(SecretRefusal::Length);
        }
        Ok(Secret(bytes))
    }

    /// The text form, as it is shown once to its owner.
    pub fn text(&self) -> String {
        format!("{SECRET_PREFIX}{}", STANDARD.encode(&self.0))
    }

    /// One signature (`v1,…`) of one attempt.
    pub fn sign(&self, id: &str, timestamp_s: i64, body: &[u8]) -> String {
        format!(
            "v1,{}",
            STANDARD.encode(self.mac(id, timestamp_s, body).finalize().into_bytes())
        )
    }

    fn mac(&self, id: &str, timestamp_s: i64, body: &[u8]) -> Hmac<Sha256> {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes a key of any length");
        mac.update(format!("{id}.{timestamp_s}.").as_bytes());
        mac.update(body);
        mac
    }
}

/// The `webhook-signature` header: one signature per valid secret, separated by spaces.
pub fn signature_header(secrets: &[&Secret], id: &str, timestamp_s: i64, body: &[u8]) -> String {
    let signatures: Vec<String> = secrets
        .iter()
        .map(|secret| secret.sign(id, timestamp_s, body))
        .collect();
    signatures.join(" ")
}

/// The three headers of a received message.
#[derive(Clone, Copy, Debug)]
pub struct Headers<'a> {
    /// `webhook-id`
    pub id: &'a str,
    /// `webhook-timestamp`, Unix seconds
    pub timestamp: &'a str,
    /// `webhook-signature`
    pub signature: &'a str,
}

/// Why a received message is not to be believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// The receiver's own secret is malformed.
    #[error("{0}")]
    Secret(#[from] SecretRefusal),
    /// `webhook-timestamp` is not a number.
    #[error("webhook-timestamp is not a number of seconds")]
    Timestamp,
    /// The attempt is older or newer than the tolerance: perhaps a replay by a stranger.
    #[error("webhook-timestamp is outside the tolerance")]
    OutsideTolerance,
    /// No signature fits.
    #[error("no signature matches")]
    Signature,
}

/// The receiver's side: checks the signature and the age of a message.
///
/// `now` is in microseconds since the Unix epoch, as everywhere in this crate; five minutes (`300`) is the usual tolerance.
pub fn verify(
    secret: &str,
    headers: Headers<'_>,
    body: &[u8],
    now: i64,
    tolerance_s: i64,
) -> Result<(), VerifyError> {
    let secret = Secret::parse(secret)?;
    let timestamp_s: i64 = headers
        .timestamp
        .parse()
        .map_err(|_| VerifyError::Timestamp)?;
    if (now / 1_000_000).abs_diff(timestamp_s) > tolerance_s.unsigned_abs() {
        return Err(VerifyError::OutsideTolerance);
    }
    let fits = |signature: &str| {
        let Some(encoded) = signature.strip_prefix("v1,") else {
            return false;
        };
        let Ok(bytes) = STANDARD.decode(encoded) else {
            return false;
        };
        secret
            .mac(headers.id, timestamp_s, body)
            .verify_slice(&bytes)
            .is_ok()
    };
    if headers.signature.split(' ').any(fits) {
        Ok(())
    } else {
        Err(VerifyError::Signature)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const NOW: i64 = 1_795_000_000_000_000;

    fn signed(secrets: &[&Secret]) -> (String, String) {
        let timestamp = (NOW / 1_000_000).to_string();
        (
            timestamp,
            signature_header(secrets, "msg", NOW / 1_000_000, b"{}"),
        )
    }

    #[test]
    fn either_secret_of_a_rotation_verifies() {
        let (old, new, other) = (Secret::generate(), Secret::generate(), Secret::generate());
        let (timestamp, signature) = signed(&[&new, &old]);
        let headers = Headers {
            id: "msg",
            timestamp: &timestamp,
            signature: &signature,
        };
        assert_eq!(verify(&old.text(), headers, b"{}", NOW, 300), Ok(()));
        assert_eq!(verify(&new.text(), headers, b"{}", NOW, 300), Ok(()));
        assert_eq!(
            verify(&other.text(), headers, b"{}", NOW, 300),
            Err(VerifyError::Signature)
        );
        assert_eq!(
            verify(&new.text(), headers, b"{} ", NOW, 300),
            Err(VerifyError::Signature)
        );
        assert_eq!(
            verify(&new.text(), headers, b"{}", NOW + 301_000_000, 300),
            Err(VerifyError::OutsideTolerance)
        );
    }

    #[test]
    fn a_supplied_secret_is_checked() {
        let refusal = |text: &str| Secret::parse(text).err();
        let sized = |bytes: usize| format!("whsec_{}", STANDARD.encode(vec![7; bytes]));
        assert_eq!(refusal("secret"), Some(SecretRefusal::Prefix));
        assert_eq!(refusal("whsec_%"), Some(SecretRefusal::Base64));
        assert_eq!(refusal(&sized(23)), Some(SecretRefusal::Length));
        assert_eq!(refusal(&sized(24)), None);
        assert_eq!(refusal(&sized(64)), None);
        assert_eq!(refusal(&sized(65)), Some(SecretRefusal::Length));
        assert_eq!(Secret::parse(&sized(24)).unwrap().text(), sized(24));
    }
}
