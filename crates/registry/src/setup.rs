//! Setting a network up: from a network file, or piece by piece at the command line. Applying a file again adds what is new.

use std::collections::HashMap;
use std::sync::Arc;

use database::Tx;
use domain::{
    Address, Campaign, CampaignId, CommandId, EnvironmentId, Isin, IssuerId, Lei, ListingId,
    Mandates, Participation, PlatformId, Product, ProductId, ProductStatus, Units,
};
use serde_json::json;
use storage::campaigns::CampaignRecord;
use storage::environments::{Environment, EnvironmentKind};
use storage::issuers::Issuer;
use storage::offers::OfferRecord;
use storage::parties::{Listing, Platform};
use storage::products::{PaymentAccount, ProductRecord};

pub use crate::network_file::{NetworkFile, NetworkFileError};

use crate::network_file::{
    AccountEntry, AssetEntry, CampaignEntry, PlatformEntry, environment_name, time,
};
use crate::wallet_proofs::Addresses;
use crate::{Caller, Error, Registry, Request, Result, Right, audit, ids, opening, terms};

/// Reads and checks a network file.
///
/// # Errors
/// The first place that is wrong.
pub fn load(text: &str) -> std::result::Result<NetworkFile, NetworkFileError> {
    NetworkFile::parse(text)
}

/// What setting up must know of the DLT network.
#[derive(Clone)]
pub struct LedgerFacts {
    /// Its name.
    pub network: String,
    /// EIP-155.
    pub chain_id: u64,
    /// Where an asset's token will be.
    pub asset_address: Arc<dyn Fn(&Isin) -> Address + Send + Sync>,
    /// What it says about wallets.
    pub addresses: Arc<dyn Addresses>,
}

/// One asset of the network as it stands after a file was applied.
#[derive(Clone, Debug)]
pub struct AppliedAsset {
    /// Its API space.
    pub environment: EnvironmentId,
    /// Name of its API space.
    pub environment_name: String,
    /// The product.
    pub product: ProductId,
    /// Who brings it.
    pub issuer: IssuerId,
    /// Where its token is, or will be.
    pub token_address: Address,
    /// Its campaigns in the file's order.
    pub campaigns: Vec<(PlatformId, CampaignId)>,
}

/// Applies a network file in one transaction.
///
/// # Errors
/// Refuses callers other than the registrar; fails if the database does.
pub async fn apply(
    registry: &Registry,
    request: &Request,
    file: &NetworkFile,
    ledger: &LedgerFacts,
) -> Result<Vec<AppliedAsset>> {
    request.caller.require(Right::WriteNetwork)?;
    let (file, ledger) = (file.clone(), ledger.clone());
    let setup = Setup {
        registry: registry.clone(),
        caller: request.caller.clone(),
        ledger,
    };
    registry
        .db
        .write(move |tx| -> Result<_> {
            let mut issuers = HashMap::new();
            for entry in &file.issuers {
                issuers.insert(
                    entry.key.clone(),
                    (setup.issuer(tx, &entry.name, entry.lei.as_ref())?, entry),
                );
            }
            let mut platforms = HashMap::new();
            for entry in &file.platforms {
                platforms.insert(entry.key.clone(), setup.platform(tx, entry)?);
            }
            let mut applied = Vec::new();
            for asset in &file.assets {
                let (issuer, entry) = issuers
                    .get(&asset.issuer)
                    .ok_or(Error::NotFound("issuer"))?;
                let mut made = setup.asset(tx, asset, *issuer, &entry.bank_account)?;
                for campaign in &asset.campaigns {
                    let platform = *platforms
                        .get(&campaign.platform)
                        .ok_or(Error::NotFound("platform"))?;
                    let id = setup.campaign(tx, &made, platform, campaign)?;
                    made.campaigns.push((platform, id));
                }
                applied.push(made);
            }
            Ok(applied)
        })
        .await
}

/// Makes the parts of a network within a transaction; what is there already is found again.
pub(crate) struct Setup {
    pub(crate) registry: Registry,
    pub(crate) caller: Caller,
    pub(crate) ledger: LedgerFacts,
}

impl Setup {
    pub(crate) fn issuer(&self, tx: &mut Tx, name: &str, lei: Option<&Lei>) -> Result<IssuerId> {
        if let Some(known) = storage::issuers::find_by_name(tx, name)? {
            return Ok(known.id);
        }
        let id = IssuerId::from_uuid(ids::new());
        let now = self.registry.clock.now();
        let issuer = Issuer::named(id, name.to_owned(), lei.cloned(), now);
        storage::issuers::insert(tx, &issuer)?;
        self.note(tx, "issuer.create", &issuer.id.to_string(), &issuer.name)?;
        Ok(issuer.id)
    }

    pub(crate) fn platform(&self, tx: &mut Tx, entry: &PlatformEntry) -> Result<PlatformId> {
        if let Some(known) = storage::parties::find_platform(tx, &entry.name)? {
            return Ok(known.id);
        }
        entry
            .check_licence()
            .map_err(|(field, message)| invalid(&format!("{field}: {message}")))?;
        let platform = Platform {
            id: PlatformId::from_uuid(ids::new()),
            name: entry.name.clone(),
            lei: entry.lei.clone(),
            identification_import: entry.trust().map_err(|message| invalid(&message))?,
            participation: Participation::Admitted,
            licence: entry.licence.clone(),
            created_at: self.registry.clock.now(),
        };
        storage::parties::insert_platform(tx, &platform)?;
        self.note(
            tx,
            "platform.create",
            &platform.id.to_string(),
            &platform.name,
        )?;
        Ok(platform.id)
    }

    pub(crate) fn environment(&self, tx: &mut Tx, name: &str) -> Result<EnvironmentId> {
        if let Some(known) = storage::environments::find_by_name(tx, name)? {
            return Ok(known.id);
        }
        // A single creation has not been through the network file's check.
        environment_name(name).map_err(|message| invalid(&message))?;
        let now = self.registry.clock.now();
        let environment = Environment {
            id: EnvironmentId::from_uuid(ids::new()),
            name: name.to_owned(),
            kind: EnvironmentKind::Production,
            created_at: now,
            opened_at: Some(now),
        };
        storage::environments::insert(tx, &environment)?;
        self.note(tx, "environment.create", &environment.id.to_string(), name)?;
        Ok(environment.id)
    }

    pub(crate) fn asset(
        &self,
        tx: &mut Tx,
        entry: &AssetEntry,
        issuer: IssuerId,
        account: &AccountEntry,
    ) -> Result<AppliedAsset> {
        if let Some(known) = storage::products::find_by_isin(tx, &entry.isin)? {
            return Ok(applied(&known));
        }
        let now = self.registry.clock.now();
        let record = ProductRecord {
            product: Product {
                id: ProductId::from_uuid(ids::new()),
                issuer_id: issuer,
                name: entry.name.clone(),
                product_type: entry.product_type().map_err(|message| invalid(&message))?,
                legal_form: entry.legal_form().map_err(|message| invalid(&message))?,
                ewpg: entry.ewpg,
                isin: entry.isin,
                price: entry.price().map_err(|message| invalid(&message))?,
                max_issuable_amount: entry.max_issuable_amount,
                step_size: entry.step_size,
                agio: entry.agio_percent,
                terms: entry.deadlines(),
                network: self.ledger.network.clone(),
            },
            environment: self.environment(tx, &entry.environment)?,
            environment_name: entry.environment.clone(),
            issuer_name: String::new(),
            symbol: entry.symbol.clone(),
            chain_id: self.ledger.chain_id,
            token_address: (self.ledger.asset_address)(&entry.isin),
            status: ProductStatus::Issuing,
            sector: entry.sector.clone(),
            description: entry.description.clone(),
            essential_terms: entry.essential_terms(),
            account: PaymentAccount {
                holder: account.account_holder.clone(),
                iban: account.iban,
                bic: account.bic.clone(),
            },
            created_at: now,
        };
        opening::require_network(&self.registry, &record)?;
        storage::products::insert(tx, &record)?;
        self.offer(tx, &record, entry)?;
        terms::deposit(&self.registry, tx, &record)?;
        let product = &record.product;
        let command = CommandId::from_uuid(ids::new());
        let volume = product.max_issuable_amount;
        storage::dlt_commands::queue_issue(tx, command, product.id, volume, now)?;
        self.note(tx, "product.create", product.isin.as_str(), &product.name)?;
        Ok(applied(&record))
    }

    pub(crate) fn campaign(
        &self,
        tx: &mut Tx,
        asset: &AppliedAsset,
        platform: PlatformId,
        entry: &CampaignEntry,
    ) -> Result<CampaignId> {
        let scope = storage::Scope {
            platform: Some(platform),
            ..storage::Scope::ALL
        };
        let (_, known) = storage::campaigns::list(tx, &scope, Some(asset.product), 0, 1_000)?;
        if let Some(known) = known.iter().find(|known| known.campaign.name == entry.name) {
            return Ok(known.campaign.id);
        }
        let now = self.registry.clock.now();
        self.listing(tx, asset.product, platform)?;
        let record = CampaignRecord {
            campaign: Campaign {
                id: CampaignId::from_uuid(ids::new()),
                product_id: asset.product,
                name: entry.name.clone(),
                allocation: entry.allocation,
                reserved: Units::ZERO,
                minimum_units: entry.minimum_units,
                maximum_units: entry.maximum_units,
                required_document_types: entry.required_document_types.clone(),
                opens_at: time(entry.opens_at.as_deref()).map_err(|message| invalid(&message))?,
                closes_at: time(entry.closes_at.as_deref()).map_err(|message| invalid(&message))?,
                mandates: Mandates {
                    distributor_may_accept: entry.distributor_may_accept,
                    distributor_may_mark_paid: entry.distributor_may_mark_paid,
                },
                offering_type: None,
                maximum_persons: None,
            },
            environment: asset.environment,
            platform,
            created_at: now,
        };
        storage::campaigns::insert(tx, &record)?;
        self.note(
            tx,
            "campaign.create",
            &record.campaign.id.to_string(),
            &entry.name,
        )?;
        Ok(record.campaign.id)
    }

    pub(crate) fn listing(
        &self,
        tx: &mut Tx,
        product: ProductId,
        platform: PlatformId,
    ) -> Result<()> {
        let listing = Listing {
            id: ListingId::from_uuid(ids::new()),
            product,
            platform,
            platform_name: String::new(),
            is_allowed: true,
            created_at: self.registry.clock.now(),
        };
        if storage::parties::insert_listing(tx, &listing)? {
            self.allow(tx, &listing)?;
            let target = listing.id.to_string();
            self.note(tx, "listing.create", &target, &product.to_string())?;
        }
        Ok(())
    }

    /// What is set up by hand is allowed by hand.
    fn allow(&self, tx: &mut Tx, listing: &Listing) -> Result<()> {
        let product = crate::delivery::product(tx, listing.product)?;
        let issuer = storage::issuers::find(tx, &storage::Scope::ALL, product.product.issuer_id)?
            .ok_or(Error::NotFound("issuer"))?;
        let pair = (issuer.account, listing.platform);
        storage::parties::allow(tx, pair, true, listing.created_at)?;
        Ok(())
    }

    /// What partners are told of an asset.
    fn offer(&self, tx: &mut Tx, record: &ProductRecord, entry: &AssetEntry) -> Result<()> {
        let mut errors = domain::FieldErrors::new();
        let offer = entry.offer(&mut errors);
        errors.into_result(Some(()))?;
        let named = ProductRecord {
            issuer_name: issuer_name(tx, record.product.issuer_id)?,
            ..record.clone()
        };
        let offer = OfferRecord {
            product: record.product.id,
            sandbox_of: None,
            sandbox: None,
            is_restricted: false,
            minimum_cents: crate::proposals::minimum_cents(&record.product, &offer),
            search_text: crate::proposals::search_text(&named),
            offer,
            rejection_reason: None,
            changed_at: record.created_at,
        };
        storage::offers::insert(tx, &offer)?;
        Ok(())
    }

    pub(crate) fn note(&self, tx: &mut Tx, action: &str, target: &str, name: &str) -> Result<()> {
        let detail = json!({ "name": name });
        audit::record(&self.registry, tx, &self.caller, action, target, &detail)
    }
}

fn issuer_name(tx: &mut Tx, id: IssuerId) -> Result<String> {
    let issuer = storage::issuers::find(tx, &storage::Scope::ALL, id)?;
    Ok(issuer.ok_or(Error::NotFound("issuer"))?.name)
}

pub(crate) fn applied(record: &ProductRecord) -> AppliedAsset {
    AppliedAsset {
        environment: record.environment,
        environment_name: record.environment_name.clone(),
        product: record.product.id,
        issuer: record.product.issuer_id,
        token_address: record.token_address,
        campaigns: Vec::new(),
    }
}

pub(crate) fn invalid(message: &str) -> Error {
    Error::Problem(wire::ProblemCode::InvalidBody, message.to_owned())
}
