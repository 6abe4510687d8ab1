//! What every instruction of a holder is made of: a number of units and a signature.

use domain::{FieldCode, FieldErrors, InstructionKeyId, Timestamp, Units};
use uuid::Uuid;

/// The longest decimal number of 256 bits.
const LONGEST_NONCE: usize = 78;
const SIGNATURE_BYTES: usize = 65;
const ED25519_BYTES: usize = 64;

/// A holder's signature with what only the holder has chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// Decimal digits.
    pub nonce: String,
    /// Until when it is good.
    pub deadline: Timestamp,
    /// As it was sent.
    pub signature: Vec<u8>,
    /// The registered key that it is by; none if its own words say whose it is.
    pub key: Option<InstructionKeyId>,
}

/// A number of units that moves; none is noted as wrong.
pub(crate) fn units(errors: &mut FieldErrors, field: &str, number: u64) -> Option<Units> {
    let wrong = match Units::new(number) {
        Ok(units) if !units.is_zero() => return Some(units),
        Ok(_) => "At least one unit moves.".to_owned(),
        Err(error) => error.to_string(),
    };
    errors.push(field, FieldCode::OutOfRange, wrong);
    None
}

/// The three fields belong together: a signature says nothing without what was signed.
pub(crate) fn signed(
    errors: &mut FieldErrors,
    (nonce, deadline): (Option<&str>, Option<i64>),
    (signature, key): (Option<&str>, Option<Uuid>),
) -> Option<Signed> {
    if nonce.is_none() && deadline.is_none() && signature.is_none() && key.is_none() {
        return None;
    }
    let nonce = present(errors, "nonce", nonce)?;
    let signature = present(errors, "signature", signature)?;
    let Some(deadline) = deadline else {
        errors.missing("deadline");
        return None;
    };
    let digits = nonce.bytes().all(|byte| byte.is_ascii_digit());
    if nonce.is_empty() || nonce.len() > LONGEST_NONCE || !digits {
        let message = "A nonce is a decimal number of at most 256 bits.";
        errors.push("nonce", FieldCode::InvalidFormat, message);
    }
    Some(Signed {
        nonce: nonce.to_owned(),
        deadline: Timestamp::from_seconds(deadline),
        signature: match key {
            None => self::signature(errors, "signature", signature)?.to_vec(),
            Some(_) => any_signature(errors, "signature", signature)?,
        },
        key: key.map(InstructionKeyId::from_uuid),
    })
}

/// The bytes of a signature; none are noted as wrong.
pub(crate) fn signature(
    errors: &mut FieldErrors,
    field: &str,
    text: &str,
) -> Option<[u8; SIGNATURE_BYTES]> {
    let mut bytes = [0; SIGNATURE_BYTES];
    let hexadecimal = text.strip_prefix("0x").unwrap_or(text);
    if hex::decode_to_slice(hexadecimal, &mut bytes).is_err() {
        let message = "A signature is 0x and 130 hexadecimal digits.";
        errors.push(field, FieldCode::InvalidFormat, message);
        return None;
    }
    Some(bytes)
}

/// The bytes of a signature by a registered key, whatever its kind; none are noted as wrong.
pub(crate) fn any_signature(errors: &mut FieldErrors, field: &str, text: &str) -> Option<Vec<u8>> {
    let bytes = hex::decode(text.strip_prefix("0x").unwrap_or(text)).unwrap_or_default();
    if matches!(bytes.len(), ED25519_BYTES | SIGNATURE_BYTES) {
        return Some(bytes);
    }
    let message =
        "A signature is 0x and 128 hexadecimal digits of an Ed25519 key, or 130 of a wallet's.";
    errors.push(field, FieldCode::InvalidFormat, message);
    None
}

fn present<'a>(errors: &mut FieldErrors, field: &str, text: Option<&'a str>) -> Option<&'a str> {
    if text.is_none() {
        errors.missing(field);
    }
    text
}
