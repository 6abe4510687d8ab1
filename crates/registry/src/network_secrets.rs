//! Secrets of the network itself, made at its first start and kept sealed.

use database::Tx;
use database::vault::Vault;
use domain::Timestamp;
use zeroize::Zeroizing;

use crate::{Error, Result, ids};

/// 256 random bits under this name, the same for every process of the network.
pub(crate) fn open(
    tx: &mut Tx,
    vault: &Vault,
    name: &str,
    now: Timestamp,
) -> Result<Zeroizing<[u8; 32]>> {
    if let Some(secret) = find(tx, vault, name)? {
        return Ok(secret);
    }
    let key = vault.new_key(tx, None)?;
    let sealed = key.seal(
        &context(name),
        Zeroizing::new(ids::bytes::<32>()).as_slice(),
    );
    storage::network_secrets::insert(tx, name, key.id(), &sealed, now)?;
    // Another process may have been first.
    find(tx, vault, name)?.ok_or(Error::NotFound("secret"))
}

fn find(tx: &mut Tx, vault: &Vault, name: &str) -> Result<Option<Zeroizing<[u8; 32]>>> {
    let Some((key, sealed)) = storage::network_secrets::find(tx, name)? else {
        return Ok(None);
    };
    let plain = Zeroizing::new(vault.key(tx, key)?.open(&context(name), &sealed)?);
    if plain.len() != 32 {
        return Err(Error::NotFound("secret"));
    }
    let mut secret = Zeroizing::new([0; 32]);
    secret.copy_from_slice(&plain);
    Ok(Some(secret))
}

fn context(name: &str) -> String {
    format!("network_secrets.{name}")
}
