//! The two things that services say in DER: a public key, and a signature.

use alloy::signers::k256::ecdsa::Signature as Pair;
use domain::Address;

use super::{SignerError, address_of};

/// `SubjectPublicKeyInfo` of a secp256k1 key as far as the point: `id-ecPublicKey`, 1.3.132.0.10, a bit string of 65 bytes (RFC 5480).
const BEFORE_POINT: [u8; 23] = [
    0x30, 0x56, 0x30, 0x10, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x05, 0x2b,
    0x81, 0x04, 0x00, 0x0a, 0x03, 0x42, 0x00,
];

/// The account of a public key as `SubjectPublicKeyInfo`.
///
/// # Errors
/// `other_curve` if it is no key of secp256k1.
pub fn address_of_key(key: &[u8]) -> Result<Address, SignerError> {
    let point = key.strip_prefix(&BEFORE_POINT);
    let point = point.filter(|point| point.len() == 65);
    address_of(point.unwrap_or_default())
}

/// `r` and `s` of a signature as two integers in a sequence.
///
/// # Errors
/// `signature_malformed`.
pub fn pair(signature: &[u8]) -> Result<[u8; 64], SignerError> {
    let pair = Pair::from_der(signature)
        .map_err(|_| SignerError::new("signature_malformed", "what came back is no signature"))?;
    Ok(pair.to_bytes().into())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::signing::{PlainKey, Signer as _};
    use alloy::signers::k256::ecdsa::SigningKey;

    #[tokio::test]
    async fn key_and_signature_are_read_and_nothing_else_is() {
        let secret = SigningKey::from_slice(&[0x42; 32]).unwrap();
        let point = secret.verifying_key().to_encoded_point(false);
        let key = [&BEFORE_POINT[..], point.as_bytes()].concat();
        let plain = PlainKey::new(&[0x42; 32]).unwrap();
        assert_eq!(address_of_key(&key).unwrap(), plain.address());
        let mut other = key.clone();
        // 1.3.132.0.34, which is P-384.
        other[19] = 0x22;
        for wrong in [&key[..40], &other, &[]] {
            assert_eq!(address_of_key(wrong).unwrap_err().code(), "other_curve");
        }
        let signed = plain.sign([7; 32]).await.unwrap();
        let der = Pair::from_slice(&signed).unwrap().to_der();
        assert_eq!(pair(der.as_bytes()).unwrap(), signed);
        for wrong in [&der.as_bytes()[1..], &[]] {
            assert_eq!(pair(wrong).unwrap_err().code(), "signature_malformed");
        }
    }
}
