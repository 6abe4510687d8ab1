//! Paid investments of a few holders, and how they become entries without a chain: by the operations that the worker calls.

use std::sync::Arc;

use anyhow::{Context, Result};
use domain::wallet::{Wallet, WalletKind};
use domain::{
    Address, CampaignId, CommandId, Investment, InvestmentId, InvestorId, KycStatus, Order,
    PaymentReference, ProductId, Recipient, TransactionHash, Units, WalletId,
};
use registry::{Registry, delivery, ids};
use storage::investments::InvestmentRecord;
use storage::investors::InvestorRecord;
use storage::products::ProductRecord;
use storage::wallets::Registration;
use storage::{Scope, dlt_commands};

use crate::inside::registrar;
use crate::pages::samples::Partner;

/// Rows of how many investors or investments one transaction holds.
const AT_ONCE: u64 = 500;
/// Commands of a batch.
const BATCH: u32 = 500;
/// What seals are bound to, see `registry::persons`.
const PERSON: &str = "investors.person";

/// What the copies have in common.
struct Model {
    product: ProductRecord,
    campaign: CampaignId,
    investor: InvestorRecord,
    person: Vec<u8>,
}

/// Adds holders and investments.
pub struct Filler {
    model: Arc<Model>,
    /// As many as there may be.
    most: u64,
    holders: Vec<(InvestorId, Wallet)>,
    investments: u64,
}

impl Filler {
    pub async fn new(registry: &Registry, partner: &Partner, holders: u64) -> Result<Self> {
        let inventory = cashlink::inventory::read(registry, &registrar()).await?;
        let campaigns = inventory.campaigns_of(&partner.product).next();
        let campaign = campaigns.context("a campaign")?.campaign.id;
        let (own, id) = (registry.clone(), InvestorId::from_uuid(partner.investor));
        let read = registry.db.read(move |tx| -> registry::Result<_> {
            let missing = registry::Error::NotFound("sample");
            let investor = storage::investors::find(tx, &Scope::ALL, id)?.ok_or(missing)?;
            let key = own.vault.key(tx, investor.key)?;
            let person = key.open(PERSON, &investor.sealed_person)?;
            Ok((investor, person))
        });
        let (investor, person) = read.await?;
        let model = Model {
            product: partner.product.clone(),
            campaign,
            investor,
            person,
        };
        Ok(Self {
            model: Arc::new(model),
            most: holders,
            holders: Vec::new(),
            investments: 0,
        })
    }

    /// How many investments there are.
    pub fn investments(&self) -> u64 {
        self.investments
    }

    /// The wallets of the holders.
    pub fn wallets(&self) -> Vec<Address> {
        self.holders
            .iter()
            .map(|(_, wallet)| wallet.address)
            .collect()
    }

    /// Makes so many paid investments in all wait for the DLT network; those of one holder lie far apart.
    pub async fn queue(&mut self, registry: &Registry, investments: u64) -> Result<()> {
        let wanted = investments.min(self.most);
        while (self.holders.len() as u64) < wanted {
            let count = AT_ONCE.min(wanted - self.holders.len() as u64);
            let (own, model) = (registry.clone(), self.model.clone());
            let added = registry.db.write(move |tx| -> registry::Result<Vec<_>> {
                (0..count).map(|_| holder(&own, tx, &model)).collect()
            });
            self.holders.extend(added.await?);
        }
        while self.investments < investments {
            let count = AT_ONCE.min(investments - self.investments);
            let numbers = self.investments..self.investments + count;
            let whose: Vec<_> = numbers
                .map(|number| self.holders[(number % self.holders.len() as u64) as usize])
                .collect();
            let (own, model) = (registry.clone(), self.model.clone());
            let added = registry.db.write(move |tx| -> registry::Result<()> {
                for (investor, wallet) in &whose {
                    investment(&own, tx, &model, (*investor, wallet))?;
                }
                let units = Units::new(whose.len() as u64).expect("a few units can be counted");
                Ok(storage::campaigns::reserve(tx, model.campaign, units)?)
            });
            added.await?;
            self.investments += count;
        }
        Ok(())
    }
}

/// An investor with a key of its own and a wallet.
fn holder(
    registry: &Registry,
    tx: &mut database::Tx,
    model: &Model,
) -> registry::Result<(InvestorId, Wallet)> {
    let id = InvestorId::from_uuid(ids::new());
    let key = registry.vault.new_key(tx, Some(id.uuid()))?;
    let mut investor = InvestorRecord {
        id,
        key: key.id(),
        sealed_person: key.seal(PERSON, &model.person),
        ..model.investor.clone()
    };
    investor.standing.kyc_status = KycStatus::Success;
    storage::investors::insert(tx, &investor)?;
    let address = Address::from_bytes(ids::bytes());
    let wallet = WalletId::from_uuid(ids::new());
    let wallet = Wallet::new(wallet, id, WalletKind::Generic, address);
    let registration = Registration {
        environment: investor.environment,
        platform: investor.platform,
        created_at: registry.clock.now(),
    };
    storage::wallets::insert(tx, &wallet, &registration)?;
    Ok((id, wallet))
}

/// A paid investment, and the command that delivers it.
fn investment(
    registry: &Registry,
    tx: &mut database::Tx,
    model: &Model,
    (investor, wallet): (InvestorId, &Wallet),
) -> registry::Result<()> {
    let now = registry.clock.now();
    let units = Units::new(1).expect("one unit can be counted");
    let product = &model.product.product;
    let order = Order {
        id: InvestmentId::from_uuid(ids::new()),
        investor_id: investor,
        campaign_id: model.campaign,
        product_id: product.id,
        units,
        signed_at: now,
        accepted_at: None,
        paid_at: None,
        recipient: Some(Recipient::from(wallet)),
        terms: product.terms,
    };
    let (created, _) = Investment::create(order, KycStatus::Success, now)?;
    let (accepted, _) = created.accept(None, now)?;
    let (paid, changes) = accepted.mark_paid(None, now)?;
    let record = InvestmentRecord {
        total: product.total(units)?,
        environment: model.investor.environment,
        platform: model.investor.platform,
        issuer: product.issuer_id,
        payment_reference: PaymentReference::from_random(ids::bytes()),
        event_sequence: changes.len() as u64,
        created_at: now,
        changed_at: now,
        investment: paid.start_delivery(now)?,
    };
    storage::investments::insert(tx, &record)?;
    let command = dlt_commands::NewDelivery {
        id: CommandId::from_uuid(ids::new()),
        product: product.id,
        investment: record.investment.id,
        wallet: wallet.address,
        units,
    };
    Ok(dlt_commands::queue_delivery(tx, &command, now)?)
}

/// Enters everything that waits, as if each batch were final the moment it is signed; how many entries that made.
pub async fn enter(registry: &Registry, product: ProductId) -> Result<u64> {
    let mut entered = 0;
    while let Some(batch) = delivery::next_batch(registry, product, BATCH).await? {
        let hash = TransactionHash::from_bytes(ids::bytes());
        delivery::store_submission(registry, batch.id, hash, Vec::new(), 0).await?;
        let confirmation = delivery::Confirmation {
            submission: hash,
            transaction_hash: hash,
            block: 1_000_000 + u64::from(batch.sequence),
            at: registry.clock.now(),
            expense: None,
        };
        delivery::confirm_batch(registry, batch.id, confirmation).await?;
        entered += batch.items.len() as u64;
    }
    Ok(entered)
}
