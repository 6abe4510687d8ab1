//! Keys with which an investor instructs: whose they are, from when until when they are good, and who has taken them back (§ 11(6) eWpRV).

use std::fmt;
use std::str::FromStr;

use crate::{
    Address, FieldCode, FieldValue, InstructionKeyId, InstructionRefusal, Timestamp, UnknownCode,
};

/// A key that an investor has registered. The key of a wallet is the investor's with the wallet; it stands here only if it was registered too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstructionKey {
    /// Its id.
    pub id: InstructionKeyId,
    /// What it signs with, and what its signatures are checked with.
    pub kind: KeyKind,
    /// From when on it may instruct.
    pub valid_from: Timestamp,
    /// From when on it may not any more.
    pub valid_until: Option<Timestamp>,
    /// When its possession was shown.
    pub proven_at: Option<Timestamp>,
    /// Who has taken it back.
    pub revocation: Option<Revocation>,
}

/// What a key signs with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    /// As a wallet does (EIP-712 with secp256k1), known by its address.
    Eip712(Address),
    /// Ed25519 (RFC 8032), known by its public key.
    Ed25519([u8; 32]),
}

/// That a key was taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Revocation {
    /// From when on it instructs nothing.
    pub at: Timestamp,
    /// By whom.
    pub by: RevokedBy,
    /// Why.
    pub reason: KeyRevocation,
}

/// Who takes a key back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RevokedBy {
    /// The investor's platform.
    Platform,
    /// The registrar.
    Registrar,
}

/// Why a key is taken back. A word and no text, so that nothing personal stands there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyRevocation {
    /// Nobody has it any more.
    Lost,
    /// Somebody else may have it.
    Compromised,
    /// There is another one.
    Replaced,
    /// Who had it acts for the investor no more.
    NoLongerAuthorised,
}

/// Whether a key may instruct.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyStatus {
    /// Its possession was not shown.
    Unproven,
    /// Its time has not come.
    NotYetValid,
    /// It may.
    Valid,
    /// Its time is over.
    Expired,
    /// It was taken back.
    Revoked,
}

impl InstructionKey {
    /// Whether it may instruct at this time.
    #[must_use]
    pub fn status(&self, now: Timestamp) -> KeyStatus {
        if self.revocation.is_some() {
            KeyStatus::Revoked
        } else if self.proven_at.is_none() {
            KeyStatus::Unproven
        } else if self.valid_until.is_some_and(|until| until <= now) {
            KeyStatus::Expired
        } else if now < self.valid_from {
            KeyStatus::NotYetValid
        } else {
            KeyStatus::Valid
        }
    }

    /// What stands against an instruction that it has signed, as of its receipt: what is told of the key later changes nothing.
    pub fn may_instruct(&self, received_at: Timestamp) -> Result<(), InstructionRefusal> {
        match self.status(received_at) {
            KeyStatus::Valid => Ok(()),
            KeyStatus::Unproven => Err(InstructionRefusal::KeyUnknown),
            KeyStatus::NotYetValid => Err(InstructionRefusal::KeyNotYetValid),
            KeyStatus::Expired => Err(InstructionRefusal::KeyExpired),
            KeyStatus::Revoked => Err(InstructionRefusal::KeyRevoked),
        }
    }
}

impl KeyKind {
    /// Reads what is stored: the kind and the bytes.
    #[must_use]
    pub fn stored(kind: &str, bytes: &[u8]) -> Option<Self> {
        match kind {
            "eip712" => bytes
                .try_into()
                .ok()
                .map(|bytes| Self::Eip712(Address::from_bytes(bytes))),
            "ed25519" => bytes.try_into().ok().map(Self::Ed25519),
            _ => None,
        }
    }

    /// Its name, as stored.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Eip712(_) => "eip712",
            Self::Ed25519(_) => "ed25519",
        }
    }

    /// The address or the public key.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Eip712(address) => address.bytes().to_vec(),
            Self::Ed25519(key) => key.to_vec(),
        }
    }
}

/// The address with its checksum, or 0x and 64 hexadecimal digits.
impl fmt::Display for KeyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Eip712(address) => address.fmt(f),
            Self::Ed25519(key) => write!(f, "0x{}", hex::encode(key)),
        }
    }
}

impl RevokedBy {
    /// As stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Platform => "platform",
            Self::Registrar => "registrar",
        }
    }
}

impl FromStr for RevokedBy {
    type Err = UnknownCode;

    fn from_str(text: &str) -> Result<Self, UnknownCode> {
        match text {
            "platform" => Ok(Self::Platform),
            "registrar" => Ok(Self::Registrar),
            _ => Err(UnknownCode("platform, registrar")),
        }
    }
}

impl KeyRevocation {
    const ALL: [Self; 4] = [
        Self::Lost,
        Self::Compromised,
        Self::Replaced,
        Self::NoLongerAuthorised,
    ];

    /// As stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Lost => "lost",
            Self::Compromised => "compromised",
            Self::Replaced => "replaced",
            Self::NoLongerAuthorised => "no_longer_authorised",
        }
    }
}

impl FromStr for KeyRevocation {
    type Err = UnknownCode;

    fn from_str(text: &str) -> Result<Self, UnknownCode> {
        let known = Self::ALL.into_iter().find(|one| one.as_str() == text);
        known.ok_or(UnknownCode(
            "lost, compromised, replaced, no_longer_authorised",
        ))
    }
}

impl FieldValue for KeyRevocation {
    fn code(_: &UnknownCode) -> FieldCode {
        FieldCode::UnknownValue
    }
}

impl KeyStatus {
    /// As partners see it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unproven => "unproven",
            Self::NotYetValid => "not_yet_valid",
            Self::Valid => "valid",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_790_000_000);

    fn key() -> InstructionKey {
        InstructionKey {
            id: InstructionKeyId::from_uuid(Uuid::from_u128(1)),
            kind: KeyKind::Ed25519([7; 32]),
            valid_from: NOW,
            valid_until: Some(NOW.plus_seconds(10)),
            proven_at: Some(NOW),
            revocation: None,
        }
    }

    #[test]
    fn a_key_instructs_from_its_first_moment_until_before_its_last() {
        use InstructionRefusal as R;
        let at = |seconds| key().may_instruct(NOW.plus_seconds(seconds));
        assert_eq!(at(-1), Err(R::KeyNotYetValid));
        assert_eq!(at(0), Ok(()));
        assert_eq!(at(9), Ok(()));
        assert_eq!(at(10), Err(R::KeyExpired));
    }

    #[test]
    fn a_key_that_nobody_has_shown_or_that_was_taken_back_instructs_nothing() {
        use InstructionRefusal as R;
        let unproven = InstructionKey {
            proven_at: None,
            ..key()
        };
        assert_eq!(unproven.may_instruct(NOW), Err(R::KeyUnknown));
        let revoked = InstructionKey {
            revocation: Some(Revocation {
                at: NOW,
                by: RevokedBy::Registrar,
                reason: KeyRevocation::Lost,
            }),
            ..unproven
        };
        assert_eq!(revoked.may_instruct(NOW), Err(R::KeyRevoked));
    }

    #[test]
    fn what_is_stored_is_read_again() {
        for kind in [key().kind, KeyKind::Eip712(Address::from_bytes([3; 20]))] {
            assert_eq!(KeyKind::stored(kind.as_str(), &kind.bytes()), Some(kind));
        }
        assert_eq!(KeyKind::stored("ed25519", &[1; 20]), None);
        for reason in KeyRevocation::ALL {
            assert_eq!(reason.as_str().parse(), Ok(reason));
        }
    }
}
