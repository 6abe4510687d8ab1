//! Idempotency keys: what makes the repeat of a writing call harmless.

use sha2::{Digest, Sha256};
use uuid::{Builder, Uuid};

/// Changing this changes every key that was ever derived.
const NAMESPACE: &[u8] = b"cashlink-sdk/1";
const LONGEST: usize = 255;

/// The identity of one writing call. Two calls with the same key are one call: the second gets the answer of the first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key(Kind);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    OfObject(String),
    Exact(String),
    None,
}

/// Why a text is no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an idempotency key is 1 to 255 visible ASCII characters")]
pub struct KeyRefusal;

impl Key {
    /// Derived from an ID of your own, which you have stored before you call: the order, the customer, the version of an update.
    ///
    /// The key that is sent is a UUID (version 8) of SHA-256 over a namespace, method and path of the call, and your ID. The same ID
    /// may therefore name a customer at several calls (create the investor, register its wallet), but not two calls of one kind: the
    /// second update of a customer needs another ID than the first, such as `customer-4711/2`.
    pub fn of(own_id: impl Into<String>) -> Self {
        Self(Kind::OfObject(own_id.into()))
    }

    /// A new key (UUID version 4). It protects the repeats within this call; for repeats after a crash, store it before you call.
    pub fn random() -> Self {
        Self(Kind::Exact(Uuid::new_v4().to_string()))
    }

    /// This key and no other, for callers that store their keys.
    ///
    /// # Errors
    /// If servers would refuse it.
    pub fn exact(key: impl Into<String>) -> Result<Self, KeyRefusal> {
        let key = key.into();
        let fits = (1..=LONGEST).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_graphic());
        fits.then_some(Self(Kind::Exact(key))).ok_or(KeyRefusal)
    }

    /// No key: the call is sent once and never repeated, unless no connection came about at all.
    pub fn none() -> Self {
        Self(Kind::None)
    }

    /// What is sent in `X-Idempotency-Key` by the call of this method and path (below the version, `investors/`).
    pub fn for_call(&self, method: &str, path: &str) -> Option<String> {
        match &self.0 {
            Kind::OfObject(id) => Some(derived(method, path, id)),
            Kind::Exact(key) => Some(key.clone()),
            Kind::None => None,
        }
    }
}

fn derived(method: &str, path: &str, id: &str) -> String {
    let mut hash = Sha256::new();
    for part in [NAMESPACE, method.as_bytes(), path.as_bytes(), id.as_bytes()] {
        // With its length before it no part can run into the next.
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash.finalize()[..16]);
    Builder::from_custom_bytes(bytes).into_uuid().to_string()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn an_own_id_gives_each_kind_of_call_one_key_for_ever() {
        let key = Key::of("customer-4711");
        let sent = key.for_call("POST", "investors/").unwrap();
        // Partners' databases hold these: the value may never change.
        assert_eq!(sent, "abda801c-3916-861a-9f63-9ade204427ec");
        assert_eq!(key.for_call("POST", "investors/").unwrap(), sent);
        assert_ne!(key.for_call("POST", "investments/").unwrap(), sent);
        assert_ne!(key.for_call("PATCH", "investors/").unwrap(), sent);
        let other = Key::of("customer-4712");
        assert_ne!(other.for_call("POST", "investors/").unwrap(), sent);
    }

    #[test]
    fn only_what_servers_take_is_a_key() {
        for bad in ["", "zwölf", "two words", &"x".repeat(256)] {
            assert_eq!(Key::exact(bad), Err(KeyRefusal), "{bad}");
        }
        let kept = Key::exact("0a1b2c3d4e5f6071").unwrap();
        assert_eq!(
            kept.for_call("POST", "x").as_deref(),
            Some("0a1b2c3d4e5f6071")
        );
        assert_eq!(Key::none().for_call("POST", "x"), None);
        assert_ne!(Key::random(), Key::random());
    }
}
