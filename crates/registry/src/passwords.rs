//! Hashes of passwords: argon2id with 19 MiB, two passes and one lane (OWASP), a few at a time and never on a thread that serves requests.

use std::sync::{Arc, OnceLock};

use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;

use crate::{Error, Result, ids};

/// Each takes 19 MiB and a processor for tens of milliseconds.
const AT_ONCE: usize = 2;

/// The gate in front of the hashing.
#[derive(Clone)]
pub struct Passwords(Arc<Semaphore>);

impl Default for Passwords {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(AT_ONCE)))
    }
}

impl Passwords {
    /// A new hash in the PHC format.
    pub(crate) async fn hash(&self, password: String) -> Result<String> {
        self.run(move || {
            let salt = SaltString::encode_b64(&ids::bytes::<16>()).expect("16 bytes are a salt");
            let hash = hasher().hash_password(password.as_bytes(), &salt);
            hash.expect("parameters and salt are ours").to_string()
        })
        .await
    }

    /// Whether it is the password. Without a hash it takes as long and is never right, so that the time taken does not tell
    /// which accounts exist.
    pub(crate) async fn verify(&self, password: String, hash: Option<String>) -> Result<bool> {
        self.run(move || {
            let known = hash
                .as_deref()
                .and_then(|hash| PasswordHash::new(hash).ok());
            let decoy = PasswordHash::new(decoy()).expect("the decoy is a hash of ours");
            let against = known.as_ref().unwrap_or(&decoy);
            let is_right = hasher()
                .verify_password(password.as_bytes(), against)
                .is_ok();
            is_right && known.is_some()
        })
        .await
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let permit = self.0.clone().acquire_owned().await.map_err(Error::fault)?;
        let done = tokio::task::spawn_blocking(move || {
            let done = work();
            drop(permit);
            done
        });
        done.await.map_err(Error::fault)
    }
}

fn hasher() -> Argon2<'static> {
    let params = Params::new(19 * 1024, 2, 1, None).expect("parameters are within the limits");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

fn decoy() -> &'static str {
    static DECOY: OnceLock<String> = OnceLock::new();
    DECOY.get_or_init(|| {
        let salt = SaltString::encode_b64(&[7; 16]).expect("16 bytes are a salt");
        let hash = hasher().hash_password(&ids::bytes::<32>(), &salt);
        hash.expect("parameters and salt are ours").to_string()
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_is_verified_and_an_unknown_account_never_is() {
        let passwords = Passwords::default();
        let right = "correct horse battery".to_owned();
        let hash = passwords.hash(right.clone()).await.unwrap();
        assert!(
            hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{hash}"
        );
        assert!(
            passwords
                .verify(right.clone(), Some(hash.clone()))
                .await
                .unwrap()
        );
        assert!(
            !passwords
                .verify("wrong".to_owned(), Some(hash))
                .await
                .unwrap()
        );
        assert!(!passwords.verify(right, None).await.unwrap());
    }
}
