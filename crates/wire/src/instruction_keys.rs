//! Keys with which an investor instructs (§ 11(6) eWpRV).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Registers a key with which an investor instructs. It may instruct once its possession is proven.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InstructionKeyCreate {
    /// `ed25519`, or `eip712` for a key such as a wallet has.
    #[serde(rename = "type")]
    #[schema(example = "ed25519")]
    pub kind: String,
    /// Of `ed25519` 0x and the 32 bytes of the public key (RFC 8032); of `eip712` its address (EIP-55).
    #[schema(example = "0xd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")]
    pub public_key: String,
    /// From when on it may instruct; at once if nothing is said. RFC 3339.
    #[serde(default)]
    #[schema(format = DateTime)]
    pub valid_from: Option<String>,
    /// From when on it may not any more. RFC 3339.
    #[serde(default)]
    #[schema(format = DateTime)]
    pub valid_until: Option<String>,
}

/// The answer to a key's challenge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InstructionKeyProofCreate {
    /// Over the challenge's `message` in UTF-8: of `ed25519` 0x and 64 bytes; of `eip712` 0x and 65 bytes, as `personal_sign` makes them (EIP-191).
    pub signature: String,
}

/// Takes a key back, at once and for good.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InstructionKeyRevocation {
    /// `lost`, `compromised`, `replaced` or `no_longer_authorised`.
    #[schema(example = "replaced")]
    pub reason: String,
}

/// A key with which an investor instructs. That of a wallet is there with the wallet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InstructionKey {
    /// Named as `instruction_key` with what it has signed.
    pub id: Uuid,
    /// `ed25519` or `eip712`. Text, because later versions know more.
    #[serde(rename = "type")]
    pub kind: String,
    /// The public key, or the address.
    pub public_key: String,
    /// `unproven`, `not_yet_valid`, `valid`, `expired` or `revoked`.
    #[schema(example = "valid")]
    pub status: String,
    /// From when on it may instruct. RFC 3339, UTC.
    #[schema(format = DateTime)]
    pub valid_from: String,
    /// From when on it may not any more; null if that was not said. RFC 3339, UTC.
    #[schema(format = DateTime)]
    pub valid_until: Option<String>,
    /// What to sign to prove possession; null once that was done, or once the key was revoked.
    pub challenge: Option<InstructionKeyChallenge>,
    /// When possession was proven. RFC 3339, UTC.
    #[schema(format = DateTime)]
    pub proven_at: Option<String>,
    /// From when on it instructs nothing; what came before keeps its place. RFC 3339, UTC.
    #[schema(format = DateTime)]
    pub revoked_at: Option<String>,
    /// `platform` or `registrar`.
    pub revoked_by: Option<String>,
    /// Why it was revoked.
    pub revocation_reason: Option<String>,
}

/// Something for the holder of a key to sign, within 15 minutes and once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InstructionKeyChallenge {
    /// The text, in UTF-8.
    pub message: String,
    /// Until when it can be answered. RFC 3339, UTC.
    #[schema(format = DateTime)]
    pub expires_at: String,
}
