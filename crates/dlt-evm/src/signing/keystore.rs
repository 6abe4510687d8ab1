//! Keystore files: Web3 Secret Storage, version 3, as geth, foundry and ethers read and write it.
//!
//! Whoever gets hold of such a file tries passwords. How fast is up to the file, and most tools write one that makes it cheap,
//! so that a file below the strength of geth's own is not taken.

use aes::Aes128;
use aes::cipher::{KeyIvInit as _, StreamCipher as _};
use alloy::primitives::keccak256;
use ctr::Ctr128BE;
use domain::Address;
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use super::{PlainKey, Signer as _, SignerError};

/// A file is some 500 bytes.
pub const MAXIMUM_BYTES: u64 = 16 * 1024;

/// scrypt's work as geth's `--lightkdf` does not have it: 2^18 blocks of 8 · 128 bytes, 256 MiB for each try.
const LOG_N: u8 = 18;
const R: u32 = 8;
const P: u32 = 1;
/// Beyond it a file would take the machine down: 2 GiB.
const MOST_MEMORY: u64 = 2 << 30;
const MOST_P: u32 = 16;
/// What OWASP asks for with HMAC-SHA-256.
const LEAST_ROUNDS: u32 = 600_000;
const MOST_ROUNDS: u32 = 100_000_000;

#[derive(Serialize, Deserialize)]
struct File {
    version: u32,
    #[serde(default)]
    id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    address: Option<String>,
    #[serde(alias = "Crypto")]
    crypto: Crypto,
}

#[derive(Serialize, Deserialize)]
struct Crypto {
    cipher: String,
    cipherparams: CipherParams,
    ciphertext: Hex,
    #[serde(flatten)]
    kdf: Kdf,
    mac: Hex,
}

#[derive(Serialize, Deserialize)]
struct CipherParams {
    iv: Hex,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "kdf", content = "kdfparams", rename_all = "lowercase")]
enum Kdf {
    Scrypt {
        dklen: usize,
        n: u64,
        p: u32,
        r: u32,
        salt: Hex,
    },
    Pbkdf2 {
        c: u32,
        dklen: usize,
        prf: String,
        salt: Hex,
    },
}

/// Bytes as hexadecimal digits, with or without `0x`.
#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
struct Hex(Vec<u8>);

impl TryFrom<String> for Hex {
    type Error = hex::FromHexError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        hex::decode(text.trim_start_matches("0x")).map(Self)
    }
}

impl From<Hex> for String {
    fn from(Hex(bytes): Hex) -> Self {
        hex::encode(bytes)
    }
}

/// Opens a file. Takes about a second, on purpose.
///
/// # Errors
/// `keystore_malformed`, `keystore_weak`, `keystore_password`, `keystore_address`.
pub fn open(text: &str, password: &str) -> Result<PlainKey, SignerError> {
    let file = read(text)?;
    check_strength(&file.crypto.kdf)?;
    let key = decrypt(&file, password)?;
    PlainKey::new(&key)
}

/// Opens a file of any strength, to write it anew.
///
/// # Errors
/// `keystore_malformed`, `keystore_password`, `keystore_address`.
pub fn open_to_strengthen(text: &str, password: &str) -> Result<Zeroizing<[u8; 32]>, SignerError> {
    decrypt(&read(text)?, password)
}

/// A new key and its address. It is made here and stands nowhere yet.
///
/// # Errors
/// If the operating system gives no randomness.
pub fn new_key() -> Result<(Zeroizing<[u8; 32]>, Address), SignerError> {
    let mut key = Zeroizing::new([0; 32]);
    loop {
        random(key.as_mut())?;
        // All but one in 2^128 are keys.
        if let Ok(signer) = PlainKey::new(&key) {
            return Ok((key, signer.address()));
        }
    }
}

/// A file for a key, in strong form.
///
/// # Errors
/// `not_a_key`, or no randomness.
pub fn seal(key: &[u8; 32], password: &str) -> Result<String, SignerError> {
    let address = PlainKey::new(key)?.address();
    let (mut salt, mut iv, mut id) = ([0; 32], [0; 16], [0; 16]);
    random(&mut salt)?;
    random(&mut iv)?;
    random(&mut id)?;
    let kdf = Kdf::Scrypt {
        dklen: 32,
        n: 1 << LOG_N,
        p: P,
        r: R,
        salt: Hex(salt.to_vec()),
    };
    let derived = derive(&kdf, password)?;
    let mut ciphertext = key.to_vec();
    apply(&derived, &iv, &mut ciphertext)?;
    let file = File {
        version: 3,
        id: uuid::Builder::from_random_bytes(id).into_uuid().to_string(),
        address: Some(hex::encode(address.bytes())),
        crypto: Crypto {
            cipher: "aes-128-ctr".into(),
            cipherparams: CipherParams {
                iv: Hex(iv.to_vec()),
            },
            mac: Hex(mac(&derived, &ciphertext)),
            ciphertext: Hex(ciphertext),
            kdf,
        },
    };
    serde_json::to_string_pretty(&file).map_err(|error| malformed(error.to_string()))
}

fn read(text: &str) -> Result<File, SignerError> {
    let file: File = serde_json::from_str(text).map_err(|error| {
        malformed(format!(
            "it is no whole keystore file of version 3 (line {}, column {})",
            error.line(),
            error.column()
        ))
    })?;
    let Crypto {
        cipher,
        ciphertext,
        cipherparams,
        mac,
        ..
    } = &file.crypto;
    if file.version != 3 || cipher != "aes-128-ctr" {
        return Err(malformed(format!(
            "version {} with {cipher} is not known, version 3 with aes-128-ctr is",
            file.version
        )));
    }
    if (ciphertext.0.len(), cipherparams.iv.0.len(), mac.0.len()) != (32, 16, 32) {
        return Err(malformed("ciphertext, iv or mac is cut off"));
    }
    Ok(file)
}

fn check_strength(kdf: &Kdf) -> Result<(), SignerError> {
    let found = match kdf {
        Kdf::Scrypt { n, p, r, .. } if *n >= 1 << LOG_N && *r >= R && *p >= P => return Ok(()),
        Kdf::Pbkdf2 { c, .. } if *c >= LEAST_ROUNDS => return Ok(()),
        Kdf::Scrypt { n, p, r, .. } => format!("scrypt with n = {n}, r = {r}, p = {p}"),
        Kdf::Pbkdf2 { c, .. } => format!("PBKDF2 with {c} rounds"),
    };
    Err(SignerError::new(
        "keystore_weak",
        format!(
            "passwords for this file are tried too fast: {found}, at least n = 262144, r = 8, p = 1 or {LEAST_ROUNDS} rounds are needed; \
             `cashlink dlt keystore import` writes it anew"
        ),
    ))
}

fn decrypt(file: &File, password: &str) -> Result<Zeroizing<[u8; 32]>, SignerError> {
    let Crypto {
        kdf,
        ciphertext,
        cipherparams,
        mac: written,
        ..
    } = &file.crypto;
    let derived = derive(kdf, password)?;
    if !bool::from(mac(&derived, &ciphertext.0).ct_eq(&written.0)) {
        return Err(SignerError::new(
            "keystore_password",
            "the password does not open this file, or the file was changed",
        ));
    }
    let mut key = Zeroizing::new([0; 32]);
    key.copy_from_slice(&ciphertext.0);
    apply(&derived, &cipherparams.iv.0, key.as_mut())?;
    let address = PlainKey::new(&key)?.address();
    // Geth writes it; some leave it away, because it says whose file it is.
    let named = file
        .address
        .as_deref()
        .map(|text| text.trim_start_matches("0x"));
    if named.is_some_and(|named| !named.eq_ignore_ascii_case(&hex::encode(address.bytes()))) {
        return Err(SignerError::new(
            "keystore_address",
            format!("the file names another account than its key has, which is {address}"),
        ));
    }
    Ok(key)
}

fn derive(kdf: &Kdf, password: &str) -> Result<Zeroizing<[u8; 32]>, SignerError> {
    let mut derived = Zeroizing::new([0; 32]);
    match kdf {
        Kdf::Scrypt {
            dklen,
            n,
            p,
            r,
            salt,
        } => {
            let memory = n.saturating_mul(u64::from(*r)).saturating_mul(128);
            if *dklen != 32 || !n.is_power_of_two() || memory > MOST_MEMORY || *p > MOST_P {
                return Err(malformed("its parameters of scrypt are out of bounds"));
            }
            let log_n = u8::try_from(n.trailing_zeros()).unwrap_or(u8::MAX);
            let parameters = scrypt::Params::new(log_n, *r, *p, *dklen)
                .map_err(|error| malformed(error.to_string()))?;
            scrypt::scrypt(password.as_bytes(), &salt.0, &parameters, derived.as_mut())
                .map_err(|error| malformed(error.to_string()))?;
        }
        Kdf::Pbkdf2 {
            c,
            dklen,
            prf,
            salt,
        } => {
            if *dklen != 32 || prf != "hmac-sha256" || *c == 0 || *c > MOST_ROUNDS {
                return Err(malformed("its parameters of PBKDF2 are out of bounds"));
            }
            pbkdf2::pbkdf2_hmac::<Sha256>(password.as_bytes(), &salt.0, *c, derived.as_mut());
        }
    }
    Ok(derived)
}

fn apply(derived: &[u8; 32], iv: &[u8], bytes: &mut [u8]) -> Result<(), SignerError> {
    let cipher = Ctr128BE::<Aes128>::new_from_slices(&derived[..16], iv);
    cipher
        .map_err(|_| malformed("its iv has not 16 bytes"))?
        .apply_keystream(bytes);
    Ok(())
}

fn mac(derived: &[u8; 32], ciphertext: &[u8]) -> Vec<u8> {
    let text = Zeroizing::new([&derived[16..], ciphertext].concat());
    keccak256(&*text).to_vec()
}

fn random(bytes: &mut [u8]) -> Result<(), SignerError> {
    getrandom::fill(bytes).map_err(|error| SignerError::new("no_randomness", error.to_string()))
}

fn malformed(reason: impl Into<String>) -> SignerError {
    SignerError::new("keystore_malformed", reason)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// As foundry and ethers write it, made with OpenSSL's scrypt and AES, and an example of the specification: both weak by today's measure.
    const SCRYPT: &str = r#"{"crypto": {"cipher": "aes-128-ctr", "cipherparams": {"iv": "83dbcc02d8ccb40e466191a123791e0e"},
        "ciphertext": "91c23c03a8b5117a6e3d78dbb5dfc46f037aff9351dff59c2879586f51756502", "kdf": "scrypt",
        "kdfparams": {"dklen": 32, "n": 8192, "p": 1, "r": 8, "salt": "ab0c7876052600dd703518d6fc3fe8984592145b591fc8fb5c6d43190334ba19"},
        "mac": "8f8639fe08fe1f43d6c13006d66ad2d993c6674ee2ba03f025596797a73614b9"}, "id": "3198bc9c-6672-5ab3-d995-4942343ae5b6", "version": 3}"#;
    const PBKDF2: &str = r#"{"crypto": {"cipher": "aes-128-ctr", "cipherparams": {"iv": "6087dab2f9fdbbfaddc31a909735c1e6"},
        "ciphertext": "5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46", "kdf": "pbkdf2",
        "kdfparams": {"c": 262144, "dklen": 32, "prf": "hmac-sha256", "salt": "ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd"},
        "mac": "517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2"}, "id": "3198bc9c-6672-5ab3-d995-4942343ae5b6", "version": 3}"#;
    const PASSWORD: &str = "testpassword";
    const KEY: &str = "7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d";

    #[test]
    fn what_other_tools_write_is_read_and_too_weak_to_sign_with() {
        for text in [SCRYPT, PBKDF2] {
            assert_eq!(open(text, PASSWORD).err().unwrap().code(), "keystore_weak");
            let key = open_to_strengthen(text, PASSWORD).unwrap();
            assert_eq!(hex::encode(*key), KEY);
            let refused = open_to_strengthen(text, "testpasswort").unwrap_err();
            assert_eq!(refused.code(), "keystore_password");
        }
    }

    #[test]
    fn what_is_written_is_strong_and_opens_with_its_password_alone() {
        let (key, address) = new_key().unwrap();
        let text = seal(&key, "long and random").unwrap();
        assert!(!text.contains(&hex::encode(*key)));
        assert_eq!(open(&text, "long and random").unwrap().address(), address);
        assert_eq!(
            open(&text, "long").err().unwrap().code(),
            "keystore_password"
        );
        let other = text.replace(&hex::encode(address.bytes()), &"00".repeat(20));
        let refused = open(&other, "long and random").err().unwrap();
        assert_eq!(refused.code(), "keystore_address");
    }

    #[test]
    fn what_is_cut_off_or_out_of_bounds_is_said_to_be_so() {
        let code = |text: &str| open_to_strengthen(text, PASSWORD).unwrap_err();
        for end in [0, 1, SCRYPT.len() / 2, SCRYPT.len() - 1] {
            assert_eq!(code(&SCRYPT[..end]).code(), "keystore_malformed");
        }
        for (old, new) in [
            ("\"version\": 3", "\"version\": 1"),
            ("aes-128-ctr", "aes-128-cbc"),
            ("\"n\": 8192", "\"n\": 8191"),
            ("\"n\": 8192", "\"n\": 1099511627776"),
            ("\"p\": 1", "\"p\": 100000"),
            ("\"dklen\": 32", "\"dklen\": 16"),
            ("ab0c", "xyz0"),
            ("586f51756502", ""),
        ] {
            let text = SCRYPT.replace(old, new);
            assert_ne!(text, SCRYPT);
            assert_eq!(code(&text).code(), "keystore_malformed", "{old} → {new}");
        }
    }
}
