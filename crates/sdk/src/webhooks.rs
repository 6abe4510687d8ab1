//! Webhooks on the receiver's side: whether a message is the network's, whole and fresh, and what it says.
//!
//! Verify the bytes as they came, before anything parses them; a parsed and rewritten body has another signature. Answer 2xx once you
//! have stored the event, and expect it again: the same event has the same [`identity`].
//!
//! ```
//! use cashlink_sdk::webhooks::{Inbox, Message};
//! # fn receive(header: impl Fn(&str) -> Option<String>, body: &[u8]) -> Result<(), Box<dyn std::error::Error>> {
//! let inbox = Inbox::new().secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=")?;
//! let event = inbox.open(&Message::of(header, body))?;
//! # Ok(())
//! # }
//! ```

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::answers::Event;

const SECRET_PREFIX: &str = "whsec_";
/// Five minutes, as Standard Webhooks has it.
const TOLERANCE: Duration = Duration::from_secs(300);
/// A message of this API is under a kilobyte; nobody makes us hash megabytes.
const LARGEST_BODY_BYTES: usize = 1 << 20;
const MOST_SIGNATURES: usize = 16;

/// What a receiver needs to open messages: the signing secrets, the bearer token that the network sends, or both.
#[derive(Clone)]
pub struct Inbox {
    secrets: Vec<Vec<u8>>,
    bearer_token: Option<String>,
    tolerance: Duration,
}

/// A message as it came: three headers of Standard Webhooks, `Authorization`, and the raw body.
#[derive(Clone, Debug)]
pub struct Message<'a> {
    id: Option<String>,
    timestamp: Option<String>,
    signature: Option<String>,
    authorization: Option<String>,
    body: &'a [u8],
}

/// Why a signing secret is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a signing secret is whsec_ and base64 of 24 to 64 bytes")]
pub struct SecretRefusal;

/// Why a message is not to be believed. Answer 401 or 400: the network repeats what you did not take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Disbelief {
    /// The inbox has neither secret nor token; it believes nothing.
    #[error("the inbox has neither a signing secret nor a bearer token")]
    NothingToCheck,
    /// A header of Standard Webhooks is missing, or the timestamp is no number.
    #[error("webhook-id, webhook-timestamp and webhook-signature are needed")]
    Headers,
    /// The attempt is older or newer than the tolerance: perhaps a replay by a stranger.
    #[error("webhook-timestamp is outside the tolerance")]
    OutsideTolerance,
    /// No signature fits any secret.
    #[error("no signature matches")]
    Signature,
    /// `Authorization` does not carry the agreed token.
    #[error("the bearer token is not the agreed one")]
    BearerToken,
    /// Larger than any message of this API.
    #[error("the body is larger than any event")]
    TooLarge,
    /// Genuine, but not an event of this API.
    #[error("the body is not an event")]
    NotAnEvent,
}

impl<'a> Message<'a> {
    /// Reads the headers; `header` is asked with names in lower case.
    pub fn of<T: Into<String>>(header: impl Fn(&str) -> Option<T>, body: &'a [u8]) -> Self {
        let text = |name: &str| header(name).map(Into::into);
        Self {
            id: text("webhook-id"),
            timestamp: text("webhook-timestamp"),
            signature: text("webhook-signature"),
            authorization: text("authorization"),
            body,
        }
    }
}

impl Default for Inbox {
    fn default() -> Self {
        Self::new()
    }
}

impl Inbox {
    /// An inbox that believes nothing yet.
    pub fn new() -> Self {
        Self {
            secrets: Vec::new(),
            bearer_token: None,
            tolerance: TOLERANCE,
        }
    }

    /// Believes messages signed with this secret too; during a rotation, name the new and the old one.
    ///
    /// # Errors
    /// If it is no signing secret.
    pub fn secret(mut self, secret: &str) -> Result<Self, SecretRefusal> {
        let encoded = secret.strip_prefix(SECRET_PREFIX).ok_or(SecretRefusal)?;
        let bytes = STANDARD.decode(encoded).map_err(|_| SecretRefusal)?;
        if !(24..=64).contains(&bytes.len()) {
            return Err(SecretRefusal);
        }
        self.secrets.push(bytes);
        Ok(self)
    }

    /// Believes only messages that carry this token in `Authorization`. Without a secret this is the published, unsigned form; with
    /// one, both must be right: a message never becomes genuine by leaving its signature out.
    pub fn bearer_token(mut self, token: impl Into<String>) -> Self {
        self.bearer_token = Some(token.into());
        self
    }

    /// How old or early an attempt may be, instead of five minutes.
    pub fn tolerance(mut self, tolerance: Duration) -> Self {
        self.tolerance = tolerance;
        self
    }

    /// The event, if the message is genuine now.
    ///
    /// # Errors
    /// If it is not to be believed.
    pub fn open(&self, message: &Message<'_>) -> Result<Event, Disbelief> {
        self.open_at(message, real_now())
    }

    /// The event, if the message is genuine at this time (Unix seconds).
    ///
    /// # Errors
    /// If it is not to be believed.
    pub fn open_at(&self, message: &Message<'_>, now_s: i64) -> Result<Event, Disbelief> {
        if message.body.len() > LARGEST_BODY_BYTES {
            return Err(Disbelief::TooLarge);
        }
        if self.secrets.is_empty() && self.bearer_token.is_none() {
            return Err(Disbelief::NothingToCheck);
        }
        if let Some(token) = &self.bearer_token {
            check_token(token, message.authorization.as_deref())?;
        }
        if !self.secrets.is_empty() {
            self.check_signature(message, now_s)?;
        }
        let event: Event =
            serde_json::from_slice(message.body).map_err(|_| Disbelief::NotAnEvent)?;
        Ok(event)
    }

    fn check_signature(&self, message: &Message<'_>, now_s: i64) -> Result<(), Disbelief> {
        let (Some(id), Some(timestamp), Some(signatures)) =
            (&message.id, &message.timestamp, &message.signature)
        else {
            return Err(Disbelief::Headers);
        };
        let sent_s: i64 = timestamp.parse().map_err(|_| Disbelief::Headers)?;
        if now_s.abs_diff(sent_s) > self.tolerance.as_secs() {
            return Err(Disbelief::OutsideTolerance);
        }
        let signed = format!("{id}.{timestamp}.");
        let fits = |signature: &str| {
            let encoded = signature.strip_prefix("v1,").unwrap_or_default();
            let Ok(expected) = STANDARD.decode(encoded) else {
                return false;
            };
            self.secrets.iter().any(|secret| {
                let mut mac =
                    Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes a key of any length");
                mac.update(signed.as_bytes());
                mac.update(message.body);
                mac.verify_slice(&expected).is_ok()
            })
        };
        let genuine = signatures.split(' ').take(MOST_SIGNATURES).any(fits);
        genuine.then_some(()).ok_or(Disbelief::Signature)
    }
}

fn check_token(agreed: &str, authorization: Option<&str>) -> Result<(), Disbelief> {
    let sent = authorization.and_then(|value| {
        let (scheme, token) = value.split_once(' ')?;
        scheme
            .eq_ignore_ascii_case("bearer")
            .then_some(token.trim())
    });
    let sent = sent.unwrap_or_default();
    let same: bool = agreed.as_bytes().ct_eq(sent.as_bytes()).into();
    // An empty token would be met by leaving the header out.
    (same && !agreed.is_empty())
        .then_some(())
        .ok_or(Disbelief::BearerToken)
}

/// What tells one event from another, to take each once: its ID, or of the unsigned form investment, status and time together.
pub fn identity(event: &Event, body: &[u8]) -> String {
    match (
        event.id,
        event.investment_id,
        &event.status,
        &event.changed_at,
    ) {
        (Some(id), ..) => id.to_string(),
        (None, Some(investment), Some(status), Some(at)) => format!("{investment}/{status}/{at}"),
        // An event of tomorrow without an ID: the same bytes are the same event.
        _ => Sha256::digest(body)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect(),
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a message's age is real time; open_at takes another"
)]
fn real_now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let seconds = since.map(|since| since.as_secs()).unwrap_or_default();
    i64::try_from(seconds).unwrap_or(i64::MAX)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use standardwebhooks::Webhook;

    const OLD: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=";
    const NEW: &str = "whsec_8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYoMfKQ9o=";
    const NOW: i64 = 1_795_000_000;
    const BODY: &[u8] = br#"{"investment_id":"3fa85f64-5717-4562-b3fc-2c963f66afa6","status":"ACCEPTED","changed_at":"2026-11-18T10:00:00Z"}"#;

    /// As the makers of the standard sign.
    fn signature(secret: &str, body: &[u8]) -> String {
        Webhook::new(secret)
            .unwrap()
            .sign("msg_1", NOW, body)
            .unwrap()
    }

    fn signed<'a>(signature: &str, body: &'a [u8]) -> Message<'a> {
        let header = |name: &str| match name {
            "webhook-id" => Some("msg_1".to_owned()),
            "webhook-timestamp" => Some(NOW.to_string()),
            "webhook-signature" => Some(signature.to_owned()),
            _ => None,
        };
        Message::of(header, body)
    }

    fn with_token<'a>(authorization: &str, body: &'a [u8]) -> Message<'a> {
        let header = |name: &str| (name == "authorization").then(|| authorization.to_owned());
        Message::of(header, body)
    }

    #[test]
    fn either_secret_of_a_rotation_opens_what_either_signed() {
        let (old, new) = (signature(OLD, BODY), signature(NEW, BODY));
        let both = Inbox::new().secret(NEW).unwrap().secret(OLD).unwrap();
        let only_old = Inbox::new().secret(OLD).unwrap();
        for inbox in [&both, &only_old] {
            for header in [old.clone(), format!("{new} {old}"), format!("v1a,xx {old}")] {
                let event = inbox.open_at(&signed(&header, BODY), NOW).unwrap();
                assert!(event.investment_id.is_some());
            }
        }
        let by_new = signed(&new, BODY);
        assert!(both.open_at(&by_new, NOW).is_ok());
        assert_eq!(only_old.open_at(&by_new, NOW), Err(Disbelief::Signature));
    }

    #[test]
    fn nothing_changed_nothing_old_nothing_unsigned_is_believed() {
        let inbox = Inbox::new().secret(OLD).unwrap();
        let good = signature(OLD, BODY);
        let changed = [BODY, b" "].concat();
        let refused = |message: &Message<'_>, now| inbox.open_at(message, now).unwrap_err();
        assert_eq!(refused(&signed(&good, &changed), NOW), Disbelief::Signature);
        assert_eq!(refused(&signed("", BODY), NOW), Disbelief::Signature);
        assert_eq!(refused(&signed("v1,", BODY), NOW), Disbelief::Signature);
        for late in [301, -301] {
            let message = signed(&good, BODY);
            assert_eq!(refused(&message, NOW + late), Disbelief::OutsideTolerance);
        }
        assert_eq!(
            refused(&with_token("Bearer t", BODY), NOW),
            Disbelief::Headers
        );
        let large = vec![b' '; LARGEST_BODY_BYTES + 1];
        assert_eq!(refused(&signed(&good, &large), NOW), Disbelief::TooLarge);
        let other = signature(OLD, b"[]");
        assert_eq!(refused(&signed(&other, b"[]"), NOW), Disbelief::NotAnEvent);
        let nothing = Inbox::new();
        assert_eq!(
            nothing.open_at(&signed(&good, BODY), NOW),
            Err(Disbelief::NothingToCheck)
        );
    }

    #[test]
    fn the_unsigned_form_is_believed_by_its_token_alone() {
        let inbox = Inbox::new().bearer_token("agreed");
        for good in ["Bearer agreed", "bearer agreed"] {
            assert!(inbox.open_at(&with_token(good, BODY), NOW).is_ok());
        }
        for bad in [
            "Bearer agree",
            "Bearer agreed2",
            "Basic agreed",
            "agreed",
            "",
        ] {
            let outcome = inbox.open_at(&with_token(bad, BODY), NOW);
            assert_eq!(outcome, Err(Disbelief::BearerToken), "{bad}");
        }
        let empty = Inbox::new().bearer_token("");
        let outcome = empty.open_at(&with_token("Bearer ", BODY), NOW);
        assert_eq!(outcome, Err(Disbelief::BearerToken));
        // With a secret too, the token alone is not enough.
        let strict = inbox.secret(OLD).unwrap();
        let outcome = strict.open_at(&with_token("Bearer agreed", BODY), NOW);
        assert_eq!(outcome, Err(Disbelief::Headers));
    }

    #[test]
    fn the_same_event_has_one_identity_in_either_form() {
        let identity_of = |body: &[u8]| identity(&serde_json::from_slice(body).unwrap(), body);
        assert_eq!(
            identity_of(BODY),
            "3fa85f64-5717-4562-b3fc-2c963f66afa6/ACCEPTED/2026-11-18T10:00:00Z"
        );
        let with_id = br#"{"id":"0190d5a1-0000-7000-8000-000000000001","changed_at":"x"}"#;
        assert_eq!(identity_of(with_id), "0190d5a1-0000-7000-8000-000000000001");
        assert_eq!(identity_of(b"{}").len(), 64);
    }

    #[test]
    fn only_a_signing_secret_is_one() {
        for bad in [
            "",
            "whsec_",
            "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=",
            "whsec_%%%",
        ] {
            assert_eq!(Inbox::new().secret(bad).err(), Some(SecretRefusal), "{bad}");
        }
    }
}
