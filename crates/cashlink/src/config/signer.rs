//! The configuration's sections on the keys that sign for the DLT network: a file, hardware, or AWS KMS.

use std::fs::File;
use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use dlt_evm::signing::{KeyName, Signer, TokenKey, TokenPlace, keystore};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::check::{one_place, read_text};
use super::{ConfigError, Secret};
use crate::kms::{self, SigningKey};

/// Group and others may neither write it nor, others, read it; a group may read, as containers mount secrets.
const TOO_OPEN: u32 = 0o027;

/// Where the key of an office is. One of the three; never in the configuration itself.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignerPlace {
    /// A file that a password opens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keystore: Option<Keystore>,
    /// A token that the key never leaves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pkcs11: Option<Token>,
    /// A key of AWS KMS, which it never leaves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kms: Option<KmsKey>,
}

/// A keystore file (Web3 Secret Storage, version 3).
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keystore {
    /// The file, readable for the server only.
    pub file: PathBuf,
    /// What opens it.
    pub password: Secret,
}

/// A key pair of secp256k1 on a token that speaks PKCS#11.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Token {
    /// The maker's library, such as `/usr/lib/softhsm/libsofthsm2.so`.
    pub module: PathBuf,
    /// The token's label.
    pub token: String,
    /// The key pair's `CKA_LABEL`; either this or `id`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The key pair's `CKA_ID` in hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The user's PIN.
    pub pin: Secret,
}

/// A key of AWS KMS with the spec `ECC_SECG_P256K1`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KmsKey {
    /// Its id, ARN or alias.
    pub key_id: String,
    /// Where it is, such as `eu-central-1`.
    pub region: String,
    /// Another address than the region's public one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
}

impl SignerPlace {
    /// Reaches the key.
    ///
    /// # Errors
    /// By the section's name, if the key is not there or not fit.
    pub async fn open(&self, key: &str) -> Result<Arc<dyn Signer>, ConfigError> {
        self.check(key)?;
        let failed = |error| ConfigError::value(key, error);
        if let Some(keystore) = &self.keystore {
            return Ok(Arc::new(keystore.open(key)?));
        }
        if let Some(token) = &self.pkcs11 {
            let place = token.place(key)?;
            return Ok(Arc::new(TokenKey::open(place).await.map_err(failed)?));
        }
        let kms = self.kms.as_ref().expect("one of the three was checked");
        let url = kms::endpoint(&format!("{key}.kms"), &kms.region, kms.endpoint.as_deref())?;
        let opened = SigningKey::open(&kms.key_id, &kms.region, url).await;
        Ok(Arc::new(opened.map_err(failed)?))
    }

    pub(super) fn check(&self, key: &str) -> Result<(), ConfigError> {
        let wrong = |problem| Err(ConfigError::value(key, problem));
        let places = [
            self.keystore.is_some(),
            self.pkcs11.is_some(),
            self.kms.is_some(),
        ];
        match places.iter().filter(|named| **named).count() {
            1 => {}
            0 => {
                return wrong(
                    "name a keystore file, a token (pkcs11 = …) or a key of AWS KMS (kms = …)",
                );
            }
            _ => return wrong("name one of keystore, pkcs11 and kms, not several"),
        }
        if let Some(keystore) = &self.keystore {
            one_place(&format!("{key}.keystore.password"), &keystore.password)?;
        }
        if let Some(token) = &self.pkcs11 {
            one_place(&format!("{key}.pkcs11.pin"), &token.pin)?;
            token.name(key)?;
        }
        if let Some(kms) = &self.kms {
            kms::endpoint(&format!("{key}.kms"), &kms.region, kms.endpoint.as_deref())?;
        }
        Ok(())
    }
}

impl Keystore {
    fn open(&self, key: &str) -> Result<impl Signer + use<>, ConfigError> {
        let text = read_keystore(&format!("{key}.keystore.file"), &self.file)?;
        let password = read_secret(&format!("{key}.keystore.password"), &self.password)?;
        let opened = keystore::open(&text, &password);
        opened.map_err(|error| ConfigError::value(&format!("{key}.keystore"), error))
    }
}

impl Token {
    fn name(&self, key: &str) -> Result<KeyName, ConfigError> {
        let key = format!("{key}.pkcs11");
        match (&self.label, &self.id) {
            (Some(label), None) => Ok(KeyName::Label(label.clone())),
            (None, Some(id)) => hex::decode(id)
                .map(KeyName::Id)
                .map_err(|_| ConfigError::value(&format!("{key}.id"), "it is not hexadecimal")),
            _ => Err(ConfigError::value(
                &key,
                "name the key by its label or by its id",
            )),
        }
    }

    fn place(&self, key: &str) -> Result<TokenPlace, ConfigError> {
        let pin = read_secret(&format!("{key}.pkcs11.pin"), &self.pin)?;
        Ok(TokenPlace {
            module: self.module.clone(),
            token: self.token.clone(),
            key: self.name(key)?,
            pin: pin.as_str().into(),
        })
    }
}

/// A keystore file's text.
///
/// # Errors
/// If it is not there, too long, or open to others.
pub(crate) fn read_keystore(key: &str, file: &Path) -> Result<Zeroizing<String>, ConfigError> {
    require_private(key, file)?;
    let mut text = Zeroizing::new(String::new());
    let read = File::open(file).and_then(|opened| {
        let mut limited = opened.take(keystore::MAXIMUM_BYTES);
        limited.read_to_string(&mut text)
    });
    read.map_err(|error| ConfigError::value(key, format!("{}: {error}", file.display())))?;
    Ok(text)
}

/// A password or PIN.
///
/// # Errors
/// If it is not there, empty, or in a file that is open to others.
pub(crate) fn read_secret(key: &str, secret: &Secret) -> Result<Zeroizing<String>, ConfigError> {
    if let Some(file) = &secret.file {
        require_private(key, file)?;
    }
    let text = Zeroizing::new(read_text(key, secret)?);
    match text.is_empty() {
        true => Err(ConfigError::value(key, "it is empty")),
        false => Ok(text),
    }
}

fn require_private(key: &str, file: &Path) -> Result<(), ConfigError> {
    let found = std::fs::metadata(file);
    let found = found.map_err(|error| {
        ConfigError::value(key, format!("{} cannot be read: {error}", file.display()))
    })?;
    let mode = found.permissions().mode() & 0o777;
    if mode & TOO_OPEN == 0 {
        return Ok(());
    }
    Err(ConfigError::value(
        key,
        format!(
            "{} has mode {mode:03o} and is open to others: chmod 600",
            file.display()
        ),
    ))
}
