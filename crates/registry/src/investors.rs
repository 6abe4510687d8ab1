//! Investors of a distribution platform in one environment.

use database::Tx;
use database::vault::DataKey;
use domain::investor::Investor;
use domain::wallet::{Standing, Wallet, WalletKind};
use domain::{Address, DocumentId, InvestorId, KycStatus, WalletId};
use serde_json::Value;
use storage::Scope;
use storage::investors::InvestorRecord;
use storage::wallets::Registration;
use wire::investors::InvestorCreate;
use wire::wallets::WalletCreate;

use crate::persons::{self, open, seal};
use crate::wallet_natures::Wait;
use crate::{
    Answer, Caller, Done, Listed, Paging, Registry, Request, Result, Right, ids, wallet_natures,
};

/// Creates an investor, with wallets if the body has some, in one transaction.
///
/// # Errors
/// Field errors; `us_tax_not_accepted`; `wallet_address_taken`.
pub async fn create(
    registry: &Registry,
    request: &Request,
    body: InvestorCreate,
) -> Result<Answer> {
    let (environment, platform, scope) =
        request.caller.require_distributor(Right::WriteInvestors)?;
    let investor = translate::investors::create(&body, registry.clock.now().berlin_date())?;
    investor.check_creation()?;
    let wallets = requested_wallets(registry, &body).await?;
    let own = registry.clone();
    registry
        .write(request, move |tx| {
            let now = own.clock.now();
            let id = InvestorId::from_uuid(ids::new());
            let key = own.vault.new_key(tx, Some(id.uuid()))?;
            persons::claim_documents(&own, tx, &scope, id, &documents(&investor))?;
            let record = InvestorRecord {
                id,
                environment,
                platform,
                is_legal_person: investor.is_legal_person(),
                standing: Standing::of(&investor, KycStatus::Pending),
                identity_changed_at: None,
                key: key.id(),
                sealed_person: seal(&key, &investor)?,
                event_sequence: 0,
                created_at: now,
                updated_at: now,
            };
            storage::investors::insert(tx, &record)?;
            note_company(tx, id, &investor)?;
            for (address, receiving_enabled, wait) in &wallets {
                let own_id = WalletId::from_uuid(ids::new());
                let wallet = Wallet {
                    receiving_enabled: *receiving_enabled,
                    awaits_proof: wait.awaits_proof(),
                    ..Wallet::new(own_id, id, WalletKind::Generic, *address)
                };
                register_wallet(tx, &record, &wallet)?;
                wait.note(tx, own_id, *address, now)?;
            }
            Ok(Done::created(id, &shown(&record, &investor))?.about(&key))
        })
        .await
}

/// One investor.
///
/// # Errors
/// Not found if it is not the caller's.
pub async fn get(
    registry: &Registry,
    caller: &Caller,
    id: InvestorId,
) -> Result<wire::investors::Investor> {
    let scope = caller.require(Right::ReadInvestors)?;
    let own = registry.clone();
    registry
        .db
        .read(move |tx| {
            let (record, key) = persons::find(&own, tx, &scope, id)?;
            Ok(shown(&record, &open(&key, &record.sealed_person)?))
        })
        .await
}

/// The caller's investors, oldest first.
///
/// # Errors
/// Fails if the database does.
pub async fn list(
    registry: &Registry,
    caller: &Caller,
    paging: Paging,
) -> Result<Listed<wire::investors::Investor>> {
    let (environment, platform, _) = caller.require_distributor(Right::ReadInvestors)?;
    let own = registry.clone();
    registry
        .db
        .read(move |tx| -> Result<_> {
            let (count, records) =
                storage::investors::list(tx, environment, platform, paging.offset, paging.limit)?;
            let mut items = Vec::with_capacity(records.len());
            for record in &records {
                let key = own.vault.key(tx, record.key)?;
                items.push(shown(record, &open(&key, &record.sealed_person)?));
            }
            Ok(Listed { count, items })
        })
        .await
}

/// The caller's newest investors that are older than the one named.
///
/// # Errors
/// Refuses callers other than a distributor.
pub async fn latest(
    registry: &Registry,
    caller: &Caller,
    before: Option<InvestorId>,
    limit: u32,
) -> Result<Vec<wire::investors::Investor>> {
    let (environment, platform, _) = caller.require_distributor(Right::ReadInvestors)?;
    let own = registry.clone();
    registry
        .db
        .read(move |tx| {
            let records = storage::latest::investors(tx, environment, platform, before, limit)?;
            let mut items = Vec::with_capacity(records.len());
            for record in &records {
                let key = own.vault.key(tx, record.key)?;
                items.push(shown(record, &open(&key, &record.sealed_person)?));
            }
            Ok(items)
        })
        .await
}

/// Applies a merge patch (RFC 7396). Another name, birth date or citizenship reopens the identification, an address does not.
///
/// # Errors
/// Field errors; `us_tax_not_accepted`; not found if it is not the caller's.
pub async fn update(
    registry: &Registry,
    request: &Request,
    id: InvestorId,
    patch: Value,
) -> Result<Answer> {
    let scope = request.caller.require(Right::WriteInvestors)?;
    let own = registry.clone();
    registry
        .write(request, move |tx| {
            let (mut record, key) = persons::lock(&own, tx, &scope, id)?;
            let known: Investor = open(&key, &record.sealed_person)?;
            let now = own.clock.now();
            let changed = translate::investors::patch(&known, &patch, now.berlin_date())?;
            changed.check_creation()?;
            persons::claim_documents(&own, tx, &scope, id, &documents(&changed))?;
            save(&own, tx, &mut record, &key, &known, &changed)?;
            Ok(Done::ok(id, &shown(&record, &changed))?.about(&key))
        })
        .await
}

/// Identifications that have run out reopen; called by the worker's clock. Answers how many were looked at.
///
/// # Errors
/// Fails if the database does.
pub async fn expire_identifications(registry: &Registry) -> Result<usize> {
    let own = registry.clone();
    registry
        .db
        .write(move |tx| -> Result<_> {
            let due = storage::investors::expiring(tx, own.clock.now(), 100)?;
            let mut changed = 0;
            for id in due {
                let (mut record, _) = persons::lock(&own, tx, &Scope::ALL, id)?;
                let before = record.standing.kyc_status;
                persons::refresh_kyc(&own, tx, &mut record)?;
                if record.standing.kyc_status != before {
                    storage::investors::update(tx, &record)?;
                    changed += 1;
                }
            }
            Ok(changed)
        })
        .await
}

/// Registers a wallet of an investor.
pub(crate) fn register_wallet(
    tx: &mut Tx,
    investor: &InvestorRecord,
    wallet: &Wallet,
) -> Result<()> {
    let registration = Registration {
        environment: investor.environment,
        platform: investor.platform,
        created_at: investor.updated_at,
    };
    if storage::products::is_token_address(tx, wallet.address)? {
        return Err(crate::wallet_proofs::network_address());
    }
    let is_free = !storage::wallets::is_taken(tx, investor.environment, wallet.address)?;
    if is_free && storage::wallets::insert(tx, wallet, &registration)? {
        Ok(())
    } else {
        Err(crate::address_changes::taken())
    }
}

fn save(
    registry: &Registry,
    tx: &mut Tx,
    record: &mut InvestorRecord,
    key: &DataKey,
    known: &Investor,
    changed: &Investor,
) -> Result<()> {
    let now = registry.clock.now();
    if known.reopens_identification(changed) {
        record.identity_changed_at = Some(now);
    }
    record.is_legal_person = changed.is_legal_person();
    record.standing = Standing::of(changed, record.standing.kyc_status);
    record.sealed_person = seal(key, changed)?;
    record.updated_at = now;
    persons::refresh_kyc(registry, tx, record)?;
    storage::investors::update(tx, record)?;
    note_company(tx, record.id, changed)
}

/// An issuer mirrors the registry account of the same company, which is found by its entry in the commercial register.
fn note_company(tx: &mut Tx, id: InvestorId, investor: &Investor) -> Result<()> {
    if let Some(legal) = &investor.person.legal {
        let key = domain::issuer::register_key(legal);
        storage::investors::set_company(tx, id, crate::issuers::company_hash(&key))?;
    }
    Ok(())
}

/// Each with whether it takes incoming transfers, and what those wait for.
async fn requested_wallets(
    registry: &Registry,
    body: &InvestorCreate,
) -> Result<Vec<(Address, bool, Wait)>> {
    let mut addresses = Vec::with_capacity(body.wallets.len());
    for (index, wallet) in body.wallets.iter().enumerate() {
        let field = format!("wallets[{index}].address");
        addresses.push(translate::wallets::address(&field, &wallet.address)?);
    }
    let waits = wallet_natures::look_at(registry, &addresses).await?;
    let receives = |wallet: &WalletCreate| wallet.receiving_enabled.unwrap_or(true);
    let wallets = addresses.into_iter().zip(&body.wallets).zip(waits);
    Ok(wallets
        .map(|((address, wallet), wait)| (address, receives(wallet), wait))
        .collect())
}

fn documents(investor: &Investor) -> Vec<(&'static str, DocumentId)> {
    investor
        .person
        .legal
        .as_ref()
        .map(|legal| {
            vec![
                (
                    "legal_person.company_identity_proof_id",
                    legal.company_identity_proof_id,
                ),
                (
                    "legal_person.company_structure_proof_id",
                    legal.company_structure_proof_id,
                ),
            ]
        })
        .unwrap_or_default()
}

fn shown(record: &InvestorRecord, investor: &Investor) -> wire::investors::Investor {
    translate::investors::show(
        record.id,
        investor,
        record.standing.kyc_status,
        record.created_at,
        record.updated_at,
    )
}
