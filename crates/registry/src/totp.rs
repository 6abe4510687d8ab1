//! Time-based one-time passwords (RFC 6238 with its defaults: SHA-1, six digits, thirty seconds), as every authenticator app has them.

use data_encoding::BASE32_NOPAD;
use hmac::{Hmac, Mac};
use sha1::Sha1;
use subtle::ConstantTimeEq;

use crate::ids;

/// Seconds of a step.
const STEP_S: i64 = 30;
/// Steps before and after the present one that are accepted, for clocks that go wrong.
const DRIFT: i64 = 1;

/// The secret that the network shares with an authenticator app: 160 bits, as RFC 4226 recommends.
#[derive(Clone)]
pub struct Secret([u8; 20]);

impl Secret {
    /// A new one.
    pub(crate) fn random() -> Self {
        Self(ids::bytes())
    }

    /// As it is kept.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// As it was kept.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// As people type it into an app.
    pub fn to_base32(&self) -> String {
        BASE32_NOPAD.encode(&self.0)
    }

    /// Reads what [`Secret::to_base32`] writes.
    pub fn from_base32(text: &str) -> Option<Self> {
        Self::from_bytes(&BASE32_NOPAD.decode(text.as_bytes()).ok()?)
    }

    /// The code at a second since the Unix epoch.
    pub fn code_at(&self, seconds: i64) -> String {
        self.code(seconds.div_euclid(STEP_S))
    }

    /// The step whose code this is, if it is the code of a step around that second.
    pub(crate) fn matching_step(&self, code: &str, seconds: i64) -> Option<i64> {
        let typed: String = code.chars().filter(|c| !c.is_whitespace()).collect();
        let now = seconds.div_euclid(STEP_S);
        // Every step is compared, so that the time taken says nothing.
        (now - DRIFT..=now + DRIFT).fold(None, |found, step| {
            let right = self.code(step);
            let is_right = bool::from(right.as_bytes().ct_eq(typed.as_bytes()));
            if is_right { Some(step) } else { found }
        })
    }

    fn code(&self, step: i64) -> String {
        let mut mac = Hmac::<Sha1>::new_from_slice(&self.0).expect("HMAC takes keys of any size");
        mac.update(&step.to_be_bytes());
        let digest = mac.finalize().into_bytes();
        let offset = usize::from(digest[19] & 0x0f);
        let word = [
            digest[offset],
            digest[offset + 1],
            digest[offset + 2],
            digest[offset + 3],
        ];
        let number = (u32::from_be_bytes(word) & 0x7fff_ffff) % 1_000_000;
        format!("{number:06}")
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// RFC 6238 appendix B, the last six of its eight digits.
    #[test]
    fn the_codes_are_those_of_the_rfc() {
        let secret = Secret::from_bytes(b"12345678901234567890").unwrap();
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(secret.code_at(seconds), code, "{seconds}");
        }
    }

    #[test]
    fn a_code_is_good_for_a_step_before_and_after() {
        let secret = Secret::from_bytes(b"12345678901234567890").unwrap();
        let code = secret.code_at(3000);
        for (seconds, step) in [
            (3000, Some(100)),
            (2971, Some(100)),
            (3059, Some(100)),
            (2969, None),
            (3060, None),
        ] {
            assert_eq!(secret.matching_step(&code, seconds), step, "{seconds}");
        }
        let spaced = format!("{} {}", &code[..3], &code[3..]);
        assert_eq!(secret.matching_step(&spaced, 3000), Some(100));
        assert_eq!(secret.matching_step("", 3000), None);
    }

    #[test]
    fn a_secret_is_read_as_it_is_shown() {
        let secret = Secret::random();
        let read = Secret::from_base32(&secret.to_base32()).unwrap();
        assert_eq!(read.bytes(), secret.bytes());
    }
}
