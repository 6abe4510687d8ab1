//! The guide's way to verify a webhook in Rust; a test compiles it and lets the network's own signatures pass through it.

// ANCHOR: verify
use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, Mac};
use sha2::Sha256;

/// Whether a webhook was signed with this secret, not long before `now` (seconds since 1970).
pub fn is_genuine(
    secret: &str,
    id: &str,
    timestamp: &str,
    signatures: &str,
    body: &[u8],
    now: i64,
) -> bool {
    let is_recent = timestamp
        .parse()
        .is_ok_and(|at: i64| (now - at).abs() <= 300);
    let key = secret
        .strip_prefix("whsec_")
        .and_then(|text| STANDARD.decode(text).ok());
    let (true, Some(key)) = (is_recent, key) else {
        return false;
    };
    signatures.split(' ').any(|signature| {
        let given = signature
            .strip_prefix("v1,")
            .and_then(|text| STANDARD.decode(text).ok());
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("HMAC takes a key of any length");
        mac.update(format!("{id}.{timestamp}.").as_bytes());
        mac.update(body);
        // Compares in constant time.
        given.is_some_and(|given| mac.verify_slice(&given).is_ok())
    })
}
// ANCHOR_END: verify
