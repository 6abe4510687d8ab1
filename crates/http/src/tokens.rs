//! Access tokens: opaque to the client, readable by any process that holds the key, so that no look-up stands before a request.
//!
//! Layout before base64url: version 1 ‖ client 16 ‖ audience hash 8 ‖ issued 8 ‖ expires 8 ‖ nonce 12 ‖ scopes as text ‖ HMAC-SHA256 32.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use uuid::Uuid;
use wire::ProblemCode;

use crate::error::ApiError;
use crate::surroundings::Surroundings;

/// Lifetime of a token unless configured otherwise.
pub const DEFAULT_LIFETIME: Duration = Duration::from_secs(3600);

const VERSION: u8 = 1;
const HEAD: usize = 1 + 16 + 8 + 8 + 8 + 12;
const MAC: usize = 32;
/// Longer than any token of ours; what is longer is not even decoded.
const LONGEST: usize = 8192;

/// Issues and verifies access tokens.
#[derive(Clone)]
pub struct AccessTokens {
    key: [u8; 32],
    lifetime: Duration,
    surroundings: Arc<dyn Surroundings>,
}

/// What a verified token says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// The client that took it.
    pub client: Uuid,
    /// Where it is good.
    pub audience: String,
    /// What it allows.
    pub scopes: Vec<String>,
    /// Seconds since the Unix epoch.
    pub issued_at: u64,
    /// Seconds since the Unix epoch.
    pub expires_at: u64,
}

/// Why a token is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Not one of ours, or of another audience.
    #[error("the access token is not valid here")]
    Invalid,
    /// Ours, but too old.
    #[error("the access token has expired")]
    Expired,
}

impl AccessTokens {
    /// Tokens under this key, of this lifetime.
    pub fn new(key: [u8; 32], lifetime: Duration, surroundings: Arc<dyn Surroundings>) -> Self {
        Self {
            key,
            lifetime,
            surroundings,
        }
    }

    /// Lifetime of a new token.
    pub fn lifetime(&self) -> Duration {
        self.lifetime
    }

    /// Seconds since the Unix epoch.
    pub(crate) fn now(&self) -> u64 {
        self.surroundings.unix_seconds()
    }

    /// A new token for the client, good at the audience. Scopes are words without spaces.
    pub fn issue(&self, client: Uuid, audience: &str, scopes: &[String]) -> String {
        let now = self.surroundings.unix_seconds();
        let mut nonce = [0; 12];
        self.surroundings.fill_random(&mut nonce);
        let mut bytes = Vec::with_capacity(HEAD + MAC + 128);
        bytes.push(VERSION);
        bytes.extend(client.as_bytes());
        bytes.extend(audience_hash(audience));
        bytes.extend(now.to_be_bytes());
        bytes.extend(now.saturating_add(self.lifetime.as_secs()).to_be_bytes());
        bytes.extend(nonce);
        bytes.extend(scopes.join(" ").as_bytes());
        let seal = self.seal(&bytes).finalize().into_bytes();
        bytes.extend(seal);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// What the token says, if it is ours, of this audience and not expired.
    pub fn verify(&self, raw: &str, audience: &str) -> Result<Token, TokenError> {
        let content = self.authentic(raw).ok_or(TokenError::Invalid)?;
        if !bool::from(content[17..25].ct_eq(&audience_hash(audience))) {
            return Err(TokenError::Invalid);
        }
        let scopes = std::str::from_utf8(&content[HEAD..]).map_err(|_| TokenError::Invalid)?;
        let token = Token {
            client: client(&content),
            audience: audience.to_owned(),
            scopes: scopes.split_whitespace().map(str::to_owned).collect(),
            issued_at: seconds(&content[25..33]),
            expires_at: seconds(&content[33..41]),
        };
        if self.surroundings.unix_seconds() >= token.expires_at {
            return Err(TokenError::Expired);
        }
        Ok(token)
    }

    /// The client of an authentic token of any audience and age; enough to count its requests, never to let it in.
    pub(crate) fn client_of(&self, raw: &str) -> Option<Uuid> {
        self.authentic(raw).map(|content| client(&content))
    }

    /// The content of a token that carries our seal.
    fn authentic(&self, raw: &str) -> Option<Vec<u8>> {
        if raw.len() > LONGEST {
            return None;
        }
        let mut bytes = URL_SAFE_NO_PAD.decode(raw).ok()?;
        if bytes.len() < HEAD + MAC {
            return None;
        }
        let seal = bytes.split_off(bytes.len() - MAC);
        // `verify_slice` compares in constant time.
        self.seal(&bytes).verify_slice(&seal).ok()?;
        (bytes[0] == VERSION).then_some(bytes)
    }

    fn seal(&self, content: &[u8]) -> Hmac<Sha256> {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(&self.key).expect("HMAC takes keys of any length");
        mac.update(content);
        mac
    }
}

impl fmt::Debug for AccessTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Never the key.
        write!(f, "AccessTokens({} s)", self.lifetime.as_secs())
    }
}

impl Token {
    /// Whether the token carries the scope.
    pub fn allows(&self, scope: &str) -> bool {
        self.scopes.iter().any(|s| s == scope)
    }

    /// 403 `insufficient_scope` unless the token carries the scope.
    pub fn require(&self, scope: &str) -> Result<(), ApiError> {
        if self.allows(scope) {
            Ok(())
        } else {
            Err(ApiError::insufficient_scope(scope))
        }
    }
}

impl From<TokenError> for ApiError {
    fn from(error: TokenError) -> Self {
        match error {
            TokenError::Invalid => Self::new(
                ProblemCode::TokenInvalid,
                "The access token was not issued for this address.",
            ),
            TokenError::Expired => Self::new(
                ProblemCode::TokenExpired,
                "The access token has expired; take a new one.",
            ),
        }
    }
}

fn audience_hash(audience: &str) -> [u8; 8] {
    let digest: [u8; 32] = Sha256::digest(audience.as_bytes()).into();
    digest[..8].try_into().expect("a digest has 32 bytes")
}

fn client(content: &[u8]) -> Uuid {
    Uuid::from_slice(&content[1..17]).expect("a client is 16 bytes")
}

fn seconds(bytes: &[u8]) -> u64 {
    u64::from_be_bytes(bytes.try_into().expect("seconds are 8 bytes"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::testing::Still;

    fn tokens(now: u64) -> AccessTokens {
        AccessTokens::new([7; 32], Duration::from_secs(600), Arc::new(Still::at(now)))
    }

    fn scopes() -> Vec<String> {
        vec!["investors:read".into(), "documents:write".into()]
    }

    #[test]
    fn a_token_says_what_was_put_in() {
        let client = Uuid::from_u128(5);
        let raw = tokens(1000).issue(client, "env-a", &scopes());

        let token = tokens(1599).verify(&raw, "env-a").unwrap();

        assert_eq!((token.client, token.scopes.clone()), (client, scopes()));
        assert_eq!((token.issued_at, token.expires_at), (1000, 1600));
        assert!(token.require("documents:write").is_ok());
        let refusal = token.require("documents").unwrap_err();
        assert_eq!(refusal.problem().code, "insufficient_scope");
    }

    #[test]
    fn it_expires() {
        let raw = tokens(1000).issue(Uuid::nil(), "env-a", &scopes());
        assert_eq!(tokens(1600).verify(&raw, "env-a"), Err(TokenError::Expired));
    }

    #[test]
    fn it_is_good_at_one_audience_and_under_one_key() {
        let raw = tokens(1000).issue(Uuid::nil(), "env-a", &scopes());
        let other_key =
            AccessTokens::new([8; 32], Duration::from_secs(600), Arc::new(Still::at(1000)));

        assert_eq!(tokens(1000).verify(&raw, "env-b"), Err(TokenError::Invalid));
        assert_eq!(other_key.verify(&raw, "env-a"), Err(TokenError::Invalid));
        // A foreign token is invalid before anyone asks for its age.
        assert_eq!(tokens(9000).verify(&raw, "env-b"), Err(TokenError::Invalid));
    }

    #[test]
    fn no_byte_of_it_can_be_changed() {
        let raw = tokens(1000).issue(Uuid::nil(), "env-a", &scopes());
        let bytes = URL_SAFE_NO_PAD.decode(&raw).unwrap();
        for i in 0..bytes.len() {
            let mut forged = bytes.clone();
            forged[i] ^= 1;
            let forged = URL_SAFE_NO_PAD.encode(forged);
            assert_eq!(
                tokens(1000).verify(&forged, "env-a"),
                Err(TokenError::Invalid)
            );
        }
        for short in ["", "x", &raw[..raw.len() - 4], &"A".repeat(20_000)] {
            assert_eq!(
                tokens(1000).verify(short, "env-a"),
                Err(TokenError::Invalid)
            );
        }
    }
}
