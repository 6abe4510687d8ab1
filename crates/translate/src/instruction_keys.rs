//! Keys with which an investor instructs.

use domain::{
    FieldCode, FieldErrors, InstructionKey, KeyKind, KeyRevocation, KeyStatus, Timestamp,
};
use wire::instruction_keys as out;

/// A key as it is to be registered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registered {
    /// What it signs with.
    pub kind: KeyKind,
    /// From when on it may instruct.
    pub valid_from: Option<Timestamp>,
    /// From when on it may not any more.
    pub valid_until: Option<Timestamp>,
}

/// Reads the body of registration.
///
/// # Errors
/// Every field that cannot be accepted.
pub fn create(body: &out::InstructionKeyCreate, now: Timestamp) -> Result<Registered, FieldErrors> {
    let mut errors = FieldErrors::new();
    let kind = match body.kind.as_str() {
        "eip712" => errors
            .parse("public_key", &body.public_key)
            .map(KeyKind::Eip712),
        "ed25519" => ed25519(&mut errors, &body.public_key),
        _ => {
            let message = "A key is eip712 or ed25519.";
            errors.push("type", FieldCode::UnknownValue, message);
            None
        }
    };
    let valid_from: Option<Timestamp> =
        errors.parse_optional("valid_from", body.valid_from.as_deref());
    let valid_until = errors.parse_optional("valid_until", body.valid_until.as_deref());
    if valid_until.is_some_and(|until| until <= valid_from.unwrap_or(now).max(now)) {
        let message = "A key ends after it begins, and not before now.";
        errors.push("valid_until", FieldCode::OutOfRange, message);
    }
    errors.into_result(kind.map(|kind| Registered {
        kind,
        valid_from,
        valid_until,
    }))
}

/// Reads the signature over a challenge: 64 or 65 bytes.
///
/// # Errors
/// The field, if it is none.
pub fn signature(body: &out::InstructionKeyProofCreate) -> Result<Vec<u8>, FieldErrors> {
    let mut errors = FieldErrors::new();
    let bytes = crate::instructions::any_signature(&mut errors, "signature", &body.signature);
    errors.into_result(bytes)
}

/// Reads why a key is taken back.
///
/// # Errors
/// The field, if it is no word of the list.
pub fn revocation(body: &out::InstructionKeyRevocation) -> Result<KeyRevocation, FieldErrors> {
    let mut errors = FieldErrors::new();
    let reason = errors.parse("reason", &body.reason);
    errors.into_result(reason)
}

/// A key as the network answers it; the challenge is what is still to be signed.
pub fn show(
    key: &InstructionKey,
    now: Timestamp,
    challenge: Option<out::InstructionKeyChallenge>,
) -> out::InstructionKey {
    let status = key.status(now);
    out::InstructionKey {
        id: key.id.uuid(),
        kind: key.kind.as_str().to_owned(),
        public_key: key.kind.to_string(),
        status: status.as_str().to_owned(),
        valid_from: key.valid_from.to_string(),
        valid_until: key.valid_until.map(|at| at.to_string()),
        challenge: challenge.filter(|_| status == KeyStatus::Unproven),
        proven_at: key.proven_at.map(|at| at.to_string()),
        revoked_at: key.revocation.map(|revoked| revoked.at.to_string()),
        revoked_by: key.revocation.map(|revoked| revoked.by.as_str().to_owned()),
        revocation_reason: key
            .revocation
            .map(|revoked| revoked.reason.as_str().to_owned()),
    }
}

fn ed25519(errors: &mut FieldErrors, text: &str) -> Option<KeyKind> {
    let mut bytes = [0; 32];
    let read = text
        .strip_prefix("0x")
        .is_some_and(|digits| hex::decode_to_slice(digits, &mut bytes).is_ok());
    if !read {
        let message = "An Ed25519 public key is 0x and 64 hexadecimal digits.";
        errors.push("public_key", FieldCode::InvalidFormat, message);
        return None;
    }
    if is_weak(&bytes) {
        let message = "This is a point of small order: anybody could sign for it.";
        errors.push("public_key", FieldCode::OutOfRange, message);
        return None;
    }
    Some(KeyKind::Ed25519(bytes))
}

/// Whether a public key is one of the points of small order, for which a signature says nothing (RFC 8032, section 8.7 leaves their check
/// to whoever needs it). The sign bit of the last byte does not matter.
fn is_weak(key: &[u8; 32]) -> bool {
    const ORDER_EIGHT: [[u8; 32]; 2] = [
        [
            0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef,
            0x98, 0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88,
            0x6d, 0x53, 0xfc, 0x05,
        ],
        [
            0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10,
            0x67, 0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77,
            0x92, 0xac, 0x03, 0x7a,
        ],
    ];
    let mut point = *key;
    point[31] &= 0x7f;
    // p - 1, p and p + 1, with p = 2^255 - 19, which are -1, 0 and 1 once more.
    let near_p = point[1..31].iter().all(|byte| *byte == 0xff)
        && point[31] == 0x7f
        && matches!(point[0], 0xec..=0xee);
    let zero_or_one = point[0] <= 1 && point[1..].iter().all(|byte| *byte == 0);
    near_p || zero_or_one || ORDER_EIGHT.contains(&point)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_790_000_000);

    fn body(kind: &str, public_key: &str) -> out::InstructionKeyCreate {
        out::InstructionKeyCreate {
            kind: kind.to_owned(),
            public_key: public_key.to_owned(),
            valid_from: None,
            valid_until: None,
        }
    }

    fn wrong(body: &out::InstructionKeyCreate) -> Vec<(String, FieldCode)> {
        let errors = create(body, NOW).unwrap_err();
        let fields = errors.as_slice().iter();
        fields
            .map(|error| (error.field.clone(), error.code))
            .collect()
    }

    #[test]
    fn a_key_is_read_by_its_kind() {
        let key = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
        let read = create(&body("ed25519", &format!("0x{key}")), NOW).unwrap();
        assert_eq!(hex::encode(read.kind.bytes()), key);
        let field = |code| vec![("public_key".to_owned(), code)];
        assert_eq!(
            wrong(&body("eip712", &format!("0x{key}"))),
            field(FieldCode::InvalidFormat)
        );
        assert_eq!(
            wrong(&body("ed25519", key)),
            field(FieldCode::InvalidFormat)
        );
        assert_eq!(
            wrong(&body("rsa", key)),
            [("type".to_owned(), FieldCode::UnknownValue)]
        );
        let mut over = body("ed25519", &format!("0x{key}"));
        over.valid_until = Some(NOW.to_string());
        assert_eq!(
            wrong(&over),
            [("valid_until".to_owned(), FieldCode::OutOfRange)]
        );
    }

    #[test]
    fn a_key_for_which_anybody_can_sign_is_none() {
        let p_plus_one = format!("0xee{}7f", "ff".repeat(30));
        for weak in [
            format!("0x{}", "00".repeat(32)),
            format!("0x01{}80", "00".repeat(30)),
            "0x26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05".to_owned(),
            p_plus_one,
        ] {
            let field = ("public_key".to_owned(), FieldCode::OutOfRange);
            assert_eq!(wrong(&body("ed25519", &weak)), [field], "{weak}");
        }
    }
}
