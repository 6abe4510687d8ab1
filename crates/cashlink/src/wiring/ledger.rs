//! Opens the DLT network: the chain in this process or a node elsewhere, with the registrar's key for it.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use database::Db;
use database::vault::MasterKey;
use dlt::Ledger;
use dlt_evm::{Connection, Embedded, EmbeddedOptions, EvmLedger, GasPrice};
use registry::{Clock, Custody, Registry};
use storage::register_origins;

use crate::config::{Config, DltMode, Finality, Tag, code_hash, read_key};
use crate::inventory;

/// The purpose under which the registrar's key on the embedded chain is derived.
const REGISTRAR: &str = "cashlink registrar on the embedded chain";

/// The registrar's key on the embedded chain, unless the configuration names one.
pub fn embedded_registrar_key(master: &MasterKey) -> [u8; 32] {
    master.derive(REGISTRAR)
}

/// Opens the network of the configuration; the chain too, if it is in this process.
///
/// # Errors
/// If a key cannot be read, or the network does not answer or is another one.
pub(super) async fn open(
    config: &Config,
    db: &Db,
    master: &MasterKey,
    clock: &Clock,
) -> Result<(Option<Embedded>, Arc<dyn Ledger>)> {
    let dlt = &config.dlt;
    let key = dlt
        .registrar_key
        .as_ref()
        .map(|secret| read_key("dlt.registrar_key", secret))
        .transpose()?;
    match dlt.mode {
        DltMode::Embedded => {
            let clock = clock.clone();
            let mut options =
                EmbeddedOptions::new(Arc::new(move || clock.now()), uuid::Uuid::new_v4());
            options.chain_id = dlt.chain_id.unwrap_or(options.chain_id);
            let chain = Embedded::open(db, options)
                .await
                .context("the embedded chain")?;
            let key = key.unwrap_or_else(|| embedded_registrar_key(master));
            let ledger = EvmLedger::embedded(&chain, &key)
                .await
                .context("the embedded chain")?;
            Ok((Some(chain), Arc::new(ledger)))
        }
        DltMode::Rpc => {
            let clock = clock.clone();
            let url = dlt.url.as_deref().unwrap_or_default();
            let connection = Connection {
                name: dlt.network.clone().unwrap_or_else(|| "evm".to_owned()),
                url: url.parse().context("dlt.url")?,
                chain_id: dlt.chain_id.context("dlt.chain_id is missing")?,
                registrar_key: key.context("dlt.registrar_key is missing")?,
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
                gas_price: dlt.maximum_gas_price_gwei.map_or(GasPrice::Free, |gwei| {
                    GasPrice::Market {
                        at_most: u128::from(gwei) * 1_000_000_000,
                    }
                }),
                patience: Duration::from_secs(dlt.raise_fee_after_s),
                timeout: Duration::from_millis(dlt.timeout_ms),
                accepted_code: dlt
                    .accepted_code
                    .iter()
                    .map(|text| code_hash(text))
                    .collect::<Result<_, _>>()?,
                clock: Arc::new(move || clock.now()),
            };
            let ledger = EvmLedger::connect(db, connection)
                .await
                .context("the DLT network")?;
            Ok((None, Arc::new(ledger)))
        }
    }
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
            "the token of {} is at {}, but with this registrar's key it would be at {expected}: set dlt.registrar_key to the key that entered it",
            record.product.isin,
            record.token_address
        );
    }
    Ok(())
}

/// Managed wallets whose keys are sealed in the network's own database.
pub(super) struct OwnCustody;

impl Custody for OwnCustody {
    fn open_wallet(&self) -> (domain::Address, [u8; 32]) {
        dlt_evm::managed_wallet()
    }
}
