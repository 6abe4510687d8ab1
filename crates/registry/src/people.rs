//! What the operations on people share: the sealed person, the keyed hashes by which things are found, and tokens.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use database::Tx;
use database::vault::{DataKey, Vault, VaultError};
use domain::{EmailAddress, Language, PersonId, Timestamp};
use hmac::{Hmac, Mac};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use storage::people::PersonRecord;
use zeroize::Zeroizing;

use crate::{Caller, Error, Registry, Result, audit, ids, network_secrets};

/// The name under which the secret of the keyed hashes is kept.
const SECRET: &str = "people";
const PERSON_CONTEXT: &str = "persons.person";

/// A person, opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Identifies it.
    pub id: PersonId,
    /// As it wants to be called.
    pub name: String,
    /// Where it is reached.
    pub email: EmailAddress,
    /// In which it is written to.
    pub language: Language,
}

/// What is sealed of a person.
#[derive(Serialize, Deserialize)]
pub(crate) struct PersonData {
    pub(crate) name: String,
    pub(crate) email: EmailAddress,
    #[serde(default)]
    pub(crate) language: Language,
}

pub(crate) fn seal_person(key: &DataKey, data: &PersonData) -> Result<Vec<u8>> {
    let plain = serde_json::to_vec(data).map_err(Error::fault)?;
    Ok(key.seal(PERSON_CONTEXT, &plain))
}

pub(crate) fn open_person(
    registry: &Registry,
    tx: &mut Tx,
    record: &PersonRecord,
) -> Result<Person> {
    let key = registry.vault.key(tx, record.key)?;
    let plain = key.open(PERSON_CONTEXT, &record.sealed_person)?;
    let data: PersonData = serde_json::from_slice(&plain).map_err(Error::fault)?;
    Ok(Person {
        id: record.id,
        name: data.name,
        email: data.email,
        language: data.language,
    })
}

/// A person who can be written to; nobody is left if it was erased.
pub(crate) fn reachable(
    registry: &Registry,
    tx: &mut Tx,
    record: Option<PersonRecord>,
) -> Result<Option<Person>> {
    let Some(record) = record else {
        return Ok(None);
    };
    match registry.vault.key(tx, record.key) {
        Ok(_) => open_person(registry, tx, &record).map(Some),
        Err(VaultError::Destroyed(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The secret of the keyed hashes: whoever reads the database alone cannot try addresses or recovery codes.
#[derive(Clone)]
pub struct Keys(Arc<Zeroizing<[u8; 32]>>);

impl Keys {
    /// The network's, made at its first start.
    pub(crate) fn open(tx: &mut Tx, vault: &Vault, now: Timestamp) -> Result<Self> {
        let secret = network_secrets::open(tx, vault, SECRET, now)?;
        Ok(Self(Arc::new(secret)))
    }

    /// A hash that nobody makes without the secret; one purpose's says nothing about another's.
    pub fn tag(&self, purpose: &str, text: &[u8]) -> [u8; 32] {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(&self.0[..]).expect("HMAC takes keys of any size");
        mac.update(purpose.as_bytes());
        mac.update(&[0]);
        mac.update(text);
        mac.finalize().into_bytes().into()
    }

    pub(crate) fn email(&self, email: &str) -> [u8; 32] {
        self.tag("email", email.trim().to_lowercase().as_bytes())
    }

    pub(crate) fn recovery_code(&self, person: PersonId, code: &str) -> [u8; 32] {
        let plain: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
        self.tag(
            "recovery code",
            format!("{person} {}", plain.to_lowercase()).as_bytes(),
        )
    }
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys(..)")
    }
}

/// 256 random bits as they stand in a cookie or a link.
pub(crate) fn new_token() -> String {
    URL_SAFE_NO_PAD.encode(ids::bytes::<32>())
}

/// What is stored of a token: 256 random bits need no slow hash.
pub(crate) fn token_hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

/// Where a request of a person comes from, as far as it is needed to recognise one's own sessions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// Of the browser, if the server knows it.
    pub address: Option<IpAddr>,
    /// What the browser calls itself.
    pub user_agent: Option<String>,
}

impl Origin {
    /// The network that the address belongs to: a subscriber's, not a person's.
    pub(crate) fn network(&self) -> Option<IpAddr> {
        Some(match self.address?.to_canonical() {
            IpAddr::V4(address) => {
                IpAddr::V4(Ipv4Addr::from_bits(address.to_bits() & (u32::MAX << 8)))
            }
            IpAddr::V6(address) => {
                IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 80)))
            }
        })
    }

    /// One address of IPv4, or one subscriber's of IPv6.
    pub(crate) fn subscriber(&self) -> Option<IpAddr> {
        Some(match self.address?.to_canonical() {
            IpAddr::V4(address) => IpAddr::V4(address),
            IpAddr::V6(address) => {
                IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64)))
            }
        })
    }
}

/// Notes what a person did who has no caller yet, or nobody who is known.
pub(crate) fn note(
    registry: &Registry,
    tx: &mut Tx,
    person: Option<PersonId>,
    action: &str,
) -> Result<()> {
    let target = person.map_or_else(|| "unknown".to_owned(), |id| id.to_string());
    let caller = match person {
        Some(id) => Caller::network(&actor_name(id)),
        None => Caller::network("anonymous"),
    };
    audit::record(registry, tx, &caller, action, &target, &().into())
}

/// The same in a transaction of its own, for what is refused.
pub(crate) async fn note_refusal(
    registry: &Registry,
    person: Option<PersonId>,
    action: &'static str,
) -> Result<()> {
    let own = registry.clone();
    registry
        .db
        .write(move |tx| note(&own, tx, person, action))
        .await
}

/// As the audit log names a person; the name itself is personal data.
pub(crate) fn actor_name(id: PersonId) -> String {
    format!("person {id}")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_found_in_any_spelling() {
        let keys = Keys(Arc::new(Zeroizing::new([7; 32])));
        assert_eq!(
            keys.email("Erika@Example.com "),
            keys.email("erika@example.com")
        );
        assert_ne!(
            keys.email("erika@example.com"),
            keys.email("erik@example.com")
        );
        assert_ne!(keys.tag("one", b"x"), keys.tag("other", b"x"));
    }

    #[test]
    fn a_recovery_code_is_read_as_it_is_typed() {
        let keys = Keys(Arc::new(Zeroizing::new([7; 32])));
        let person = PersonId::from_uuid(uuid::Uuid::nil());
        assert_eq!(
            keys.recovery_code(person, "ABCD-efgh 2345"),
            keys.recovery_code(person, "abcdefgh2345")
        );
    }

    #[test]
    fn an_origin_says_no_more_than_needed() {
        let origin = |text: &str| Origin {
            address: Some(text.parse().unwrap()),
            user_agent: None,
        };
        assert_eq!(
            origin("192.0.2.77").network().unwrap().to_string(),
            "192.0.2.0"
        );
        let six = origin("2001:db8:1:2:3:4:5:6");
        assert_eq!(six.network().unwrap().to_string(), "2001:db8:1::");
        assert_eq!(six.subscriber().unwrap().to_string(), "2001:db8:1:2::");
    }
}
