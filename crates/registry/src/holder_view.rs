//! What the register says about a holder, for that holder and at any time (§ 10(1) eWpG, § 10(1) eWpRV). Participants' own looks are not noted (§ 10(5) eWpG).

use database::Tx;
use domain::{Entry, HolderId, InvestorId, ProductId, Units};
use storage::investors::InvestorRecord;
use storage::statements::StatementRecord;
use storage::{Scope, holder_view, register, register_entries, restrictions};
use tlog::Proof;
use uuid::Uuid;
use wire::holders::{HolderView, OwnEntry, OwnHolding, OwnTerms, OwnWallet};
use wire::statements::RegistryStatement;

use crate::documents::Content;
use crate::holder_sessions::{self, HolderSession};
use crate::{Error, Registry, Result, register_log, restrictions as told, statements, terms};

/// Registers that are shown for one account.
const MOST_REGISTERS: u32 = 100;
/// Entries and statements that are shown of one register.
const MOST_ROWS: u32 = 500;

/// Something that must not happen.
#[derive(Debug, thiserror::Error)]
enum Broken {
    #[error("the register of product {0} has no entry {1}")]
    Entry(ProductId, u64),
    #[error("the proof of entry {1} of product {0} cannot be written")]
    Proof(ProductId, u64),
}

/// All that the registers say about a holder.
///
/// # Errors
/// Fails if the database does.
pub async fn get(registry: &Registry, session: &HolderSession) -> Result<HolderView> {
    let (own, accounts) = (registry.clone(), session.accounts.clone());
    let at = registry.clock.now().to_string();
    registry
        .db
        .read(move |tx| {
            let mut holdings = Vec::new();
            for account in &accounts {
                let all = holder_view::statements(tx, account.id, None, MOST_ROWS)?;
                for place in holder_view::registers(tx, account.id, MOST_REGISTERS)? {
                    holdings.push(holding(&own, tx, (account, &all), place)?);
                }
            }
            let at = at.clone();
            Ok(HolderView { at, holdings })
        })
        .await
}

/// The last entry that concerned a holder with the way to the register's signed checkpoint of now (C2SP `tlog-proof`), as text.
///
/// # Errors
/// Not found in a register in which the holder has not come.
pub async fn proof(
    registry: &Registry,
    session: &HolderSession,
    product: ProductId,
) -> Result<String> {
    let (own, accounts) = (registry.clone(), session.accounts.clone());
    registry
        .db
        .read(move |tx| {
            let holder = holder_in(tx, &accounts, product)?;
            let last = holder_view::entries(tx, (product, holder), 1)?;
            let sequence = last.first().map(|entry| entry.sequence);
            proof_of(&own, tx, product, sequence.ok_or(NOT_FOUND)?)
        })
        .await
}

/// A statement's document: the same bytes every time.
///
/// # Errors
/// Not found if it is not the holder's; `statement_not_ready`; `erased`.
pub async fn document(registry: &Registry, session: &HolderSession, id: Uuid) -> Result<Content> {
    let accounts = session.accounts.clone();
    let found = registry
        .db
        .read(move |tx| -> Result<Option<(StatementRecord, Uuid)>> {
            for account in &accounts {
                let found = holder_view::statements(tx, account.id, Some(id), 1)?;
                if let Some(found) = found.into_iter().next() {
                    return Ok(Some((found, account.id.uuid())));
                }
            }
            Ok(None)
        })
        .await?;
    let (found, account) = found.ok_or(Error::NotFound("statement"))?;
    let content = statements::content_of(registry, &found).await?;
    statements::note(registry, &found, statements::Channel::Holder(account)).await?;
    Ok(content)
}

/// The session behind a token.
///
/// # Errors
/// `session_ended`.
pub fn require(session: Option<HolderSession>) -> Result<HolderSession> {
    session.ok_or_else(holder_sessions::ended)
}

const NOT_FOUND: Error = Error::NotFound("register");

fn holding(
    registry: &Registry,
    tx: &mut Tx,
    (account, all): (&InvestorRecord, &[StatementRecord]),
    (product, holder): (ProductId, HolderId),
) -> Result<OwnHolding> {
    let record = storage::products::find(tx, &Scope::ALL, product)?.ok_or(NOT_FOUND)?;
    let head = register::head(tx, product)?.ok_or(NOT_FOUND)?;
    let isin = &record.product.isin;
    let wallets = wallets(tx, product, holder)?;
    let units =
        Units::new(wallets.iter().map(|wallet| wallet.units).sum()).map_err(Error::fault)?;
    let nominal = record.product.price.nominal_value();
    let total = nominal.map(|value| value.times(units)).transpose();
    let version = terms::version_in_force(tx, product)?;
    let entries = holder_view::entries(tx, (product, holder), MOST_ROWS)?;
    let own = all.iter().filter(|statement| statement.product == product);
    let statements = own.map(|statement| shown(registry, tx, statement));
    Ok(OwnHolding {
        investor_id: account.id.uuid(),
        product_id: product.uuid(),
        statements: statements.collect::<Result<_>>()?,
        name: record.product.name.clone(),
        isin: isin.to_string(),
        issuer_name: record.issuer_name.clone(),
        is_register_security: record.product.legal_form.is_registered(),
        holder_id: holder.uuid(),
        units: units.get(),
        nominal_value: nominal.map(translate::money::show),
        nominal: total.map_err(Error::fault)?.map(translate::money::show),
        wallets,
        terms: OwnTerms {
            version,
            hash: hex::encode(terms::hash(&record)),
            url: format!("{}/{version}", terms::address(registry, isin.as_str())),
        },
        entries: entries.into_iter().map(entry).collect(),
        register_size: head.sequence,
        public_key: register_log::signer(registry, isin)?.public().to_string(),
    })
}

fn entry(entry: holder_view::ConcernedBy) -> OwnEntry {
    OwnEntry {
        sequence: entry.sequence,
        kind: entry.kind,
        entered_at: entry.at.to_string(),
        units: entry.units.map(Units::get),
    }
}

/// The wallets that have units, and those over which something is entered.
fn wallets(tx: &mut Tx, product: ProductId, holder: HolderId) -> Result<Vec<OwnWallet>> {
    let entered = restrictions::entered(tx, product, None)?;
    let held = holder_view::wallets(tx, product, holder)?;
    let shown = held.into_iter().map(|(address, units)| OwnWallet {
        address: address.to_string(),
        units: units.get(),
        restrictions: entered
            .iter()
            .filter(|one| (one.holder, one.wallet.address) == (holder, address))
            .filter_map(told::of_holding)
            .collect(),
    });
    let shown = shown.filter(|wallet| wallet.units > 0 || !wallet.restrictions.is_empty());
    Ok(shown.collect())
}

fn shown(
    registry: &Registry,
    tx: &mut Tx,
    statement: &StatementRecord,
) -> Result<RegistryStatement> {
    let public_url = &registry.settings.public_url;
    let mut shown = statements::show(tx, statement, public_url)?;
    shown.document_url = shown
        .sha256
        .as_ref()
        .map(|_| format!("{public_url}/holder/statements/{}", statement.id));
    Ok(shown)
}

/// The identifier that one of the accounts has in a register.
fn holder_in(tx: &mut Tx, accounts: &[InvestorRecord], product: ProductId) -> Result<HolderId> {
    let ids = accounts.iter().map(|account: &InvestorRecord| account.id);
    for investor in ids.collect::<Vec<InvestorId>>() {
        if let Some(holder) = storage::holdings::holder_of(tx, product, investor)? {
            return Ok(holder);
        }
    }
    Err(NOT_FOUND)
}

fn proof_of(registry: &Registry, tx: &mut Tx, product: ProductId, sequence: u64) -> Result<String> {
    let record = storage::products::find(tx, &Scope::ALL, product)?.ok_or(NOT_FOUND)?;
    let head = register::head(tx, product)?.ok_or(NOT_FOUND)?;
    let entry = register_entries::find(tx, product, sequence)?
        .filter(|entry| Entry::from_canonical_bytes(&entry.content).is_ok())
        .ok_or_else(|| Error::fault(Broken::Entry(product, sequence)))?;
    let place = ((product, sequence), head.sequence);
    let (hashes, checkpoint) = register_log::proof(registry, tx, &record.product.isin, place)?;
    let broken = || Error::fault(Broken::Proof(product, sequence));
    let hashes = hashes.iter().map(|hash| {
        let mut bytes = [0; 32];
        hex::decode_to_slice(hash, &mut bytes).ok()?;
        Some(bytes)
    });
    let proof = Proof {
        entry: entry.content,
        index: sequence.saturating_sub(1),
        hashes: hashes.collect::<Option<_>>().ok_or_else(broken)?,
        checkpoint: checkpoint.parse().map_err(|_| broken())?,
    };
    Ok(proof.to_string())
}
