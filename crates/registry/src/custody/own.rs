//! The network's own custody: keys from one seed that is sealed by the vault, as the master key or the KMS behind it allows. No key leaves
//! this file, and only numbers are stored.

use std::sync::Arc;

use alloy_core::primitives::Address as EvmAddress;
use async_trait::async_trait;
use database::vault::Vault;
use database::{DatabaseError, Db};
use domain::{Address, InvestorId, Timestamp};
use zeroize::Zeroizing;

use super::{Custody, derivation};
use crate::{Error, Result, network_secrets};

/// The name of the seed among the network's secrets.
const SECRET: &str = "custody_seed";
/// How often two processes may meet over the next number.
const ATTEMPTS: usize = 20;

/// Keeps keys under the network's own licence. The seed is in memory once and is wiped with the last handle; a key is there while it signs.
#[derive(Clone)]
pub struct OwnCustody {
    db: Db,
    seed: Arc<Zeroizing<[u8; 32]>>,
}

impl OwnCustody {
    /// Finds its seed, or makes it at the first start.
    ///
    /// # Errors
    /// Fails if the database does, or if the master key is another one.
    pub async fn open(db: &Db, vault: &Vault, now: Timestamp) -> Result<Self> {
        let vault = vault.clone();
        let seed = db.write(move |tx| network_secrets::open(tx, &vault, SECRET, now));
        let (db, seed) = (db.clone(), Arc::new(seed.await?));
        Ok(Self { db, seed })
    }

    fn address(&self, number: u32) -> Option<Address> {
        let key = derivation::key(self.seed.as_slice(), number)?;
        let address = EvmAddress::from_private_key(&key);
        Some(Address::from_bytes(address.into_array()))
    }

    /// The wallet with the next number, unless the investor has one already.
    async fn try_create(&self, investor: InvestorId) -> Result<Address> {
        let own = self.clone();
        self.db
            .write(move |tx| -> Result<_> {
                if let Some(address) = storage::custody_wallets::address_of(tx, investor)? {
                    return Ok(address);
                }
                let mut number = storage::custody_wallets::next_number(tx)?;
                let address = loop {
                    if let Some(address) = own.address(number) {
                        break address;
                    }
                    number += 1;
                };
                storage::custody_wallets::insert(tx, investor, number, address)?;
                Ok(address)
            })
            .await
    }
}

#[async_trait]
impl Custody for OwnCustody {
    async fn create(&self, investor: InvestorId) -> Result<Address> {
        for _ in 1..ATTEMPTS {
            match self.try_create(investor).await {
                Err(error) if is_met(&error) => {}
                done => return done,
            }
        }
        self.try_create(investor).await
    }

    async fn sign(&self, wallet: Address, digest: [u8; 32]) -> Result<Option<[u8; 65]>> {
        let number = self
            .db
            .read(move |tx| -> Result<_> { Ok(storage::custody_wallets::number_of(tx, wallet)?) })
            .await?;
        let key = number.and_then(|number| derivation::key(self.seed.as_slice(), number));
        let Some(key) = key else {
            return Ok(None);
        };
        let (signature, recovery) = key
            .sign_prehash_recoverable(&digest)
            .map_err(Error::fault)?;
        let mut bytes = [0; 65];
        bytes[..64].copy_from_slice(&signature.to_bytes());
        bytes[64] = 27 + recovery.to_byte();
        Ok(Some(bytes))
    }
}

/// Two processes took the same number; the next attempt takes another one, or finds the wallet.
fn is_met(error: &Error) -> bool {
    match error {
        Error::Fault(fault) => matches!(
            fault.downcast_ref::<DatabaseError>(),
            Some(DatabaseError::Unique { .. })
        ),
        _ => false,
    }
}
