//! The master key: the one secret from which everything that is sealed hangs.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

use super::VaultError;
use super::cipher;

/// 32 secret bytes that wrap the data keys and from which other secrets are derived.
#[derive(Clone)]
pub struct MasterKey(Zeroizing<[u8; 32]>);

impl MasterKey {
    /// 64 hexadecimal digits.
    ///
    /// # Errors
    /// [`VaultError::MalformedMasterKey`].
    pub fn from_hex(text: &str) -> Result<MasterKey, VaultError> {
        let bytes = hex::decode(text.trim()).map_err(|_| VaultError::MalformedMasterKey)?;
        MasterKey::from_bytes(&Zeroizing::new(bytes))
    }

    /// 32 bytes in base64, with either alphabet.
    ///
    /// # Errors
    /// [`VaultError::MalformedMasterKey`].
    pub fn from_base64(text: &str) -> Result<MasterKey, VaultError> {
        let text = text.trim();
        let bytes = STANDARD
            .decode(text)
            .or_else(|_| URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')))
            .map_err(|_| VaultError::MalformedMasterKey)?;
        MasterKey::from_bytes(&Zeroizing::new(bytes))
    }

    /// Hexadecimal or base64, whichever it is: 32 bytes have 64 digits in one and 43 or 44 in the other.
    ///
    /// # Errors
    /// [`VaultError::MalformedMasterKey`].
    pub fn parse(text: &str) -> Result<MasterKey, VaultError> {
        MasterKey::from_hex(text).or_else(|_| MasterKey::from_base64(text))
    }

    /// A file with the key as text, or with its 32 bytes as they are.
    ///
    /// # Errors
    /// [`VaultError::UnreadableMasterKey`] or [`VaultError::MalformedMasterKey`].
    pub fn from_file(path: &Path) -> Result<MasterKey, VaultError> {
        let content = std::fs::read(path).map(Zeroizing::new).map_err(|error| {
            VaultError::UnreadableMasterKey(format!("{}: {error}", path.display()))
        })?;
        if content.len() == 32 {
            return MasterKey::from_bytes(&content);
        }
        let text = std::str::from_utf8(&content).map_err(|_| VaultError::MalformedMasterKey)?;
        MasterKey::parse(text)
    }

    /// A new random key.
    ///
    /// # Errors
    /// [`VaultError::Randomness`].
    pub fn generate() -> Result<MasterKey, VaultError> {
        cipher::random_key().map(MasterKey)
    }

    /// The key as 64 hexadecimal digits, to be put where only its owner reads it.
    pub fn to_hex(&self) -> Zeroizing<String> {
        Zeroizing::new(hex::encode(*self.0))
    }

    /// A name for the key that says nothing about it.
    pub fn id(&self) -> String {
        hex::encode(&self.derive("cashlink master key id")[..8])
    }

    /// A secret of its own for a purpose, such as signing access tokens.
    pub fn derive(&self, purpose: &str) -> [u8; 32] {
        let mut secret = [0; 32];
        Hkdf::<Sha256>::new(None, &*self.0)
            .expand(purpose.as_bytes(), &mut secret)
            .expect("32 bytes are fewer than HKDF can give");
        secret
    }

    pub(super) fn wrapping_key(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.derive("cashlink data key wrapping"))
    }

    fn from_bytes(bytes: &[u8]) -> Result<MasterKey, VaultError> {
        let bytes = bytes
            .try_into()
            .map_err(|_| VaultError::MalformedMasterKey)?;
        Ok(MasterKey(Zeroizing::new(bytes)))
    }
}

impl std::fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "MasterKey({})", self.id())
    }
}
