//! Credentials: OAuth clients, their secrets and keys.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::assets::FirstCall;

/// Makes a client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ClientCreate {
    /// For people: which program uses it.
    #[schema(min_length = 1, max_length = 255)]
    pub name: String,
    /// Name of the only environment it works in. Omitted: over all that its party has, where that is possible.
    #[serde(default)]
    pub environment: Option<String>,
    /// Scopes to grant; omitted: all that its kind can have.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub scopes: Option<Vec<String>>,
    /// From here on it is refused (RFC 3339); omitted: never.
    #[serde(default)]
    #[schema(format = DateTime)]
    pub expires_at: Option<String>,
    /// Networks in CIDR notation from which alone it may be used; omitted or empty: from everywhere.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub allowed_networks: Option<Vec<String>>,
    /// A public key instead of a secret: the client then authenticates by `private_key_jwt` (RFC 7523).
    #[serde(default)]
    pub public_key: Option<Jwk>,
    /// The platform it is for; said by the registrar only.
    #[serde(default)]
    pub distribution_platform_id: Option<Uuid>,
    /// The issuer it is for; said by the registrar only.
    #[serde(default)]
    pub issuer_id: Option<Uuid>,
}

/// Replaces secret or key of a client.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ClientRotate {
    /// For how many hours what was in force stays in force beside the new one; 24 if omitted, 0 ends it at once.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 720)]
    pub overlap_hours: Option<u32>,
    /// The new public key; omitted: the network makes a new secret.
    #[serde(default)]
    pub public_key: Option<Jwk>,
}

/// A public key as JSON Web Key (RFC 7517): EC on P-256, OKP on Ed25519, or RSA of 2048 to 4096 bits.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Jwk {
    /// `EC`, `OKP` or `RSA`.
    #[schema(example = "EC")]
    pub kty: String,
    /// Name of the key; omitted: its thumbprint (RFC 7638).
    #[serde(default)]
    pub kid: Option<String>,
    /// `P-256` or `Ed25519`.
    #[serde(default)]
    pub crv: Option<String>,
    /// Base64url.
    #[serde(default)]
    pub x: Option<String>,
    /// Base64url.
    #[serde(default)]
    pub y: Option<String>,
    /// Base64url.
    #[serde(default)]
    pub n: Option<String>,
    /// Base64url.
    #[serde(default)]
    pub e: Option<String>,
    /// Only ever sent by mistake: the private part. It is refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(write_only)]
    pub d: Option<String>,
    /// `sig` if anything.
    #[serde(default, rename = "use", skip_serializing_if = "Option::is_none")]
    pub usage: Option<String>,
    /// `ES256`, `EdDSA` or `RS256` if anything; it follows from the key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alg: Option<String>,
}

/// A public key that was checked, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicKey {
    /// `EC`, `OKP` or `RSA`.
    pub kty: String,
    /// Name of the key.
    pub kid: String,
    /// The curve.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crv: Option<String>,
    /// Base64url.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub x: Option<String>,
    /// Base64url.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub y: Option<String>,
    /// Base64url.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n: Option<String>,
    /// Base64url.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub e: Option<String>,
}

/// An OAuth client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Client {
    /// Identifies it.
    pub id: Uuid,
    /// What it sends as `client_id`; shows where it works.
    #[schema(example = "cl-live-havelkontor-anleihe-2031-4f1d0c9be2a75316")]
    pub client_id: String,
    /// For whom it acts.
    pub kind: ClientKind,
    /// For people.
    pub name: String,
    /// `live`, or `test` for a sandbox.
    pub mode: ClientMode,
    /// Name of the only environment it works in.
    pub environment: Option<String>,
    /// The platform it acts for.
    pub distribution_platform_id: Option<Uuid>,
    /// The issuer it acts for.
    pub issuer_id: Option<Uuid>,
    /// Scopes granted.
    pub scopes: Vec<String>,
    /// Networks from which alone it may be used; empty: from everywhere.
    pub allowed_networks: Vec<String>,
    /// Where it takes its tokens.
    pub token_url: String,
    /// Base of the APIs that its tokens open.
    pub api_url: String,
    /// The secret: in the answer that made it, and in no other.
    pub client_secret: Option<String>,
    /// The first call, to be pasted, with the secret: in the answer that made it, and in no other.
    pub first_call: Option<FirstCall>,
    /// What it can authenticate with, oldest first.
    pub credentials: Vec<Credential>,
    /// RFC 3339, UTC.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// From here on it is refused.
    #[schema(format = DateTime)]
    pub expires_at: Option<String>,
    /// Since then it is refused.
    #[schema(format = DateTime)]
    pub revoked_at: Option<String>,
    /// When it was used last, to the minute.
    #[schema(format = DateTime)]
    pub last_used_at: Option<String>,
}

/// A secret or key of a client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Credential {
    /// Identifies it.
    pub id: Uuid,
    /// How it is used.
    pub method: CredentialMethod,
    /// The last four characters of a secret, or the name of a key.
    pub hint: String,
    /// RFC 3339, UTC.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// From here on it is refused.
    #[schema(format = DateTime)]
    pub expires_at: Option<String>,
}

/// For whom a client acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClientKind {
    /// A distribution platform in one environment.
    Distributor,
    /// An issuer.
    Issuer,
    /// A distribution platform over all its assets.
    Platform,
    /// The registrar.
    Network,
}

/// Whether it is about money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClientMode {
    /// Production.
    Live,
    /// A sandbox.
    Test,
}

impl ClientMode {
    /// As it is written, also in client IDs and secrets.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Test => "test",
        }
    }
}

/// How a client authenticates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CredentialMethod {
    /// Sends the secret, by Basic or in the form.
    ClientSecret,
    /// Signs an assertion.
    PrivateKeyJwt,
}
