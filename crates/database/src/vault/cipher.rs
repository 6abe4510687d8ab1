//! Sealing: XChaCha20-Poly1305 with a random nonce, whose 24 bytes are long enough to be drawn by chance.

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use super::VaultError;

/// The first byte of everything sealed, so that another cipher can follow one day.
const FORMAT: u8 = 1;
const NONCE: usize = 24;

/// Encrypts and binds the result to a context: it opens only where it was meant to be.
pub(super) fn seal(key: &[u8; 32], context: &[u8], plain: &[u8]) -> Vec<u8> {
    let mut sealed = vec![0; 1 + NONCE];
    sealed[0] = FORMAT;
    getrandom::fill(&mut sealed[1..]).expect("the operating system gives random bytes");
    let payload = Payload {
        msg: plain,
        aad: context,
    };
    let text = XChaCha20Poly1305::new(key.into())
        .encrypt(XNonce::from_slice(&sealed[1..]), payload)
        .expect("no text in memory is too long for the cipher");
    sealed.extend(text);
    sealed
}

/// Decrypts what [`seal`] made with the same key and context.
pub(super) fn open(key: &[u8; 32], context: &[u8], sealed: &[u8]) -> Result<Vec<u8>, VaultError> {
    let (format, rest) = sealed.split_first().ok_or(VaultError::Damaged)?;
    if *format != FORMAT || rest.len() < NONCE {
        return Err(VaultError::Damaged);
    }
    let (nonce, text) = rest.split_at(NONCE);
    XChaCha20Poly1305::new(key.into())
        .decrypt(
            XNonce::from_slice(nonce),
            Payload {
                msg: text,
                aad: context,
            },
        )
        .map_err(|_| VaultError::Damaged)
}

pub(super) fn random_key() -> Result<Zeroizing<[u8; 32]>, VaultError> {
    let mut key = Zeroizing::new([0; 32]);
    getrandom::fill(&mut *key).map_err(|error| VaultError::Randomness(error.to_string()))?;
    Ok(key)
}
