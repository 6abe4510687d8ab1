//! Opens the DLT network: the chain in this process or a node elsewhere, with the registrar's keys for it.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use async_trait::async_trait;
use database::Db;
use database::vault::MasterKey;
use dlt::{Ledger, LedgerError};
use dlt_evm::signing::{PlainKey, Signers};
use dlt_evm::{Connection, Embedded, EmbeddedOptions, EvmLedger, GasPrice, Rotated, Rotation};
use domain::{Address, AddressNature, ContractAnswer};
use registry::wallet_proofs::Addresses;
use registry::{Clock, Registry};
use storage::register_origins;
use zeroize::Zeroizing;

use crate::config::{Config, Dlt, DltMode, Finality, Tag, code_hash, read_key};
use crate::inventory;

/// The purpose under which the registrar's key on the embedded chain is derived.
const REGISTRAR: &str = "cashlink registrar on the embedded chain";

/// The registrar's key on the embedded chain, unless the configuration names one.
pub fn embedded_registrar_key(master: &MasterKey) -> [u8; 32] {
    master.derive(REGISTRAR)
}

/// Reaches the keys of both offices.
///
/// # Errors
/// If one is not there or not fit.
pub async fn signers(config: &Config, master: &MasterKey) -> Result<Signers> {
    let dlt = &config.dlt;
    if let (Some(registry), Some(enforcement)) = (&dlt.registry, &dlt.enforcement) {
        return Ok(Signers {
            registry: registry.open("dlt.registry").await?,
            enforcement: enforcement.open("dlt.enforcement").await?,
        });
    }
    let key = match &dlt.registrar_key {
        Some(secret) => Zeroizing::new(read_key("dlt.registrar_key", secret)?),
        None => Zeroizing::new(embedded_registrar_key(master)),
    };
    let key = PlainKey::new(&key).context("dlt.registrar_key")?;
    Ok(Signers::one(key))
}

/// Opens the network of the configuration; the chain too, if it is in this process.
///
/// # Errors
/// If a key cannot be reached, or the network does not answer or is another one.
pub(super) async fn open(
    config: &Config,
    db: &Db,
    master: &MasterKey,
    clock: &Clock,
) -> Result<(Option<Embedded>, Arc<dyn Ledger>)> {
    let signers = signers(config, master).await?;
    match config.dlt.mode {
        DltMode::Embedded => {
            let chain = embedded(config, db, clock).await?;
            let ledger = EvmLedger::embedded(&chain, signers)
                .await
                .context("the embedded chain")?;
            Ok((Some(chain), Arc::new(ledger)))
        }
        DltMode::Rpc => {
            let connection = connection(&config.dlt, signers, clock)?;
            let ledger = EvmLedger::connect(db, connection)
                .await
                .context("the DLT network")?;
            Ok((None, Arc::new(ledger)))
        }
    }
}

/// Passes an office on to the key of the configuration.
///
/// # Errors
/// If a key cannot be reached, or the network says no or does not answer.
pub async fn rotate(
    config: &Config,
    db: &Db,
    master: &MasterKey,
    rotation: Rotation,
) -> Result<Rotated> {
    let signers = signers(config, master).await?;
    let clock = Clock::Real;
    match config.dlt.mode {
        DltMode::Embedded => {
            let chain = embedded(config, db, &clock).await?;
            let rotated = dlt_evm::rotate_embedded(&chain, signers, rotation).await;
            rotated.context("the embedded chain")
        }
        DltMode::Rpc => {
            let connection = connection(&config.dlt, signers, &clock)?;
            let rotated = dlt_evm::rotate(db, connection, rotation).await;
            rotated.context("the DLT network")
        }
    }
}

async fn embedded(config: &Config, db: &Db, clock: &Clock) -> Result<Embedded> {
    let clock = clock.clone();
    let mut options = EmbeddedOptions::new(Arc::new(move || clock.now()), uuid::Uuid::new_v4());
    options.chain_id = config.dlt.chain_id.unwrap_or(options.chain_id);
    Embedded::open(db, options)
        .await
        .context("the embedded chain")
}

fn connection(dlt: &Dlt, signers: Signers, clock: &Clock) -> Result<Connection> {
    let clock = clock.clone();
    let url = dlt.url.as_deref().unwrap_or_default();
    Ok(Connection {
        name: dlt.network.clone().unwrap_or_else(|| "evm".to_owned()),
        url: url.parse().context("dlt.url")?,
        chain_id: dlt.chain_id.context("dlt.chain_id is missing")?,
        signers,
        compare_with: dlt
            .compare_with
            .iter()
            .map(|url| url.parse().context("dlt.compare_with"))
            .collect::<Result<_>>()?,
        finality: match dlt.finality {
            Finality::Tag(Tag::Latest) => dlt_evm::Finality::Latest,
            Finality::Tag(Tag::Safe) => dlt_evm::Finality::Safe,
            Finality::Tag(Tag::Finalized) => dlt_evm::Finality::Finalized,
            Finality::Depth(blocks) => dlt_evm::Finality::Depth(blocks.into()),
        },
        gas_price: dlt
            .maximum_gas_price_gwei
            .map_or(GasPrice::Free, |gwei| GasPrice::Market {
                at_most: u128::from(gwei) * 1_000_000_000,
            }),
        patience: Duration::from_secs(dlt.raise_fee_after_s),
        timeout: Duration::from_millis(dlt.timeout_ms),
        accepted_code: dlt
            .accepted_code
            .iter()
            .map(|text| code_hash(text))
            .collect::<Result<_, _>>()?,
        clock: Arc::new(move || clock.now()),
    })
}

/// Another registrar's key, or another factory, would look for the tokens at other addresses.
///
/// # Errors
/// The first asset that is elsewhere.
pub(super) async fn require_own_assets(registry: &Registry, ledger: &dyn Ledger) -> Result<()> {
    for record in inventory::assets(registry).await? {
        let id = record.product.id;
        let standing = registry
            .db
            .read(move |tx| register_origins::standing(tx, id));
        let standing: Result<_, database::DatabaseError> = standing.await;
        if standing?.is_some() {
            // Nothing is sent to the tokens of registers that are not kept here.
            continue;
        }
        let expected = ledger.asset_address(&record.product.isin);
        anyhow::ensure!(
            record.token_address == expected,
            "the token of {} is at {}, but with this registrar's key it would be at {expected}: set dlt.registrar_key or dlt.registry to the key that entered it",
            record.product.isin,
            record.token_address
        );
    }
    Ok(())
}

/// What the network says about wallets.
pub(super) struct Seen(pub(super) Arc<dyn Ledger>);

#[async_trait]
impl Addresses for Seen {
    async fn nature(&self, address: Address) -> registry::Result<AddressNature> {
        self.0.nature(address).await.map_err(unavailable)
    }

    async fn accepts_signature(
        &self,
        address: Address,
        digest: [u8; 32],
        signature: &[u8],
    ) -> registry::Result<ContractAnswer> {
        let answer = self.0.accepts_signature(address, digest, signature).await;
        answer.map_err(unavailable)
    }
}

fn unavailable(error: LedgerError) -> registry::Error {
    match error.is_transient() {
        true => registry::Error::Unavailable(error.to_string()),
        false => registry::Error::fault(error),
    }
}
