//! Fills the database with what a network has after years, in minutes: investors are copies of one that was made as a partner makes
//! it, each under a key of its own, and each investment goes through the transitions of the domain until it has its status.
//!
//! Two things are left out that no page reads: the entries of the journal, and the webhooks of the events.

use std::sync::Arc;

use anyhow::{Context, Result};
use domain::wallet::{Wallet, WalletKind};
use domain::{
    Address, CampaignId, CommandId, Investment, InvestmentId, InvestorId, KycStatus, Order,
    PaymentReference, Recipient, StatusChange, Timestamp, TransactionHash, Units, WalletId,
};
use registry::{Registry, ids};
use storage::identifications::IdentificationRecord;
use storage::investments::InvestmentRecord;
use storage::investors::InvestorRecord;
use storage::register::{Head, HoldingRecord};
use storage::statements::StatementOfEntry;
use storage::wallets::Registration;
use storage::{Scope, audit, dlt_commands, events, register};
use uuid::Uuid;

use super::samples::Partner;
use crate::inside::registrar;

/// Rows of how many investors one transaction holds.
const AT_ONCE: usize = 500;
/// Events that get their place in the feed at once.
const PLACED: u32 = 10_000;
/// What seals are bound to, see `registry::persons`.
const PERSON: &str = "investors.person";
const IDENTIFICATION: &str = "identifications.data";
const CONFIRM: database::Sql = database::Sql(
    "update dlt_commands
set status = 'confirmed'
where status = 'queued'",
);

/// What the copies have in common.
struct Model {
    partner: Copied,
    investor: InvestorRecord,
    person: Vec<u8>,
    identification: IdentificationRecord,
    identified: Vec<u8>,
    head: Head,
    now: Timestamp,
    mix: Mix,
}

/// Where the copies go.
struct Copied {
    environment_name: String,
    product: storage::products::ProductRecord,
    campaign: CampaignId,
}

/// What becomes of the investments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mix {
    /// What years leave behind: four in ten are delivered.
    Years,
    /// All are paid and wait for the DLT network.
    Paid,
    /// All are accepted and wait for their money.
    Accepted,
}

/// Adds so many investors, each with identification, wallet, investment, events and a line of the audit log.
pub async fn fill(
    registry: &Registry,
    partner: &Partner,
    investors: usize,
    mix: Mix,
) -> Result<()> {
    let model = Arc::new(model(registry, partner, mix).await?);
    for first in (0..investors).step_by(AT_ONCE) {
        let (own, model) = (registry.clone(), model.clone());
        let numbers = first..investors.min(first + AT_ONCE);
        let added = registry.db.write(move |tx| -> registry::Result<()> {
            let mut reserved = Units::ZERO;
            let mut delivered = Units::ZERO;
            for number in numbers.clone() {
                let state = add(&own, tx, &model, number)?;
                let one = one_unit();
                if state.holds {
                    reserved = reserved.checked_add(one).unwrap_or(reserved);
                }
                if state.is_delivered {
                    delivered = delivered.checked_add(one).unwrap_or(delivered);
                }
            }
            let given = HoldingRecord {
                holder: model.head.issuer_holder,
                wallet: model.partner.product.token_address,
                units: delivered,
            };
            if !given.units.is_zero() {
                register::debit(tx, model.head.product, &given)?;
            }
            storage::campaigns::reserve(tx, model.partner.campaign, reserved)?;
            Ok(())
        });
        added.await?;
    }
    if mix == Mix::Years {
        let confirmed = registry.db.write(|tx| tx.execute(CONFIRM, &[]));
        confirmed.await?;
    }
    let feed = events::Feed {
        environment: partner.environment,
        platform: partner.platform,
    };
    // As readers of the feed would have done by and by.
    while registry
        .db
        .write(move |tx| events::give_places(tx, feed, PLACED))
        .await?
        > 0
    {}
    Ok(())
}

async fn model(registry: &Registry, partner: &Partner, mix: Mix) -> Result<Model> {
    let inventory = cashlink::inventory::read(registry, &registrar()).await?;
    let campaign = inventory
        .campaigns_of(&partner.product)
        .next()
        .context("a campaign")?
        .campaign
        .id;
    let (own, id) = (registry.clone(), InvestorId::from_uuid(partner.investor));
    let (now, product) = (registry.clock.now(), partner.product.clone());
    let read = registry.db.read(move |tx| -> registry::Result<Model> {
        let missing = || registry::Error::NotFound("sample");
        let investor = storage::investors::find(tx, &Scope::ALL, id)?.ok_or_else(missing)?;
        let key = own.vault.key(tx, investor.key)?;
        let (_, mut all) = storage::identifications::of_investor(tx, id, 0, 1)?;
        let identification = all.pop().ok_or_else(missing)?;
        Ok(Model {
            person: key.open(PERSON, &investor.sealed_person)?,
            identified: key.open(IDENTIFICATION, &identification.sealed_data)?,
            head: register::head(tx, product.product.id)?.ok_or_else(missing)?,
            partner: Copied {
                environment_name: product.environment_name.clone(),
                product: product.clone(),
                campaign,
            },
            investor,
            identification,
            now,
            mix,
        })
    });
    Ok(read.await?)
}

/// What becomes of an investment, as far as its campaign and its register know.
struct Became {
    holds: bool,
    is_delivered: bool,
}

fn add(
    registry: &Registry,
    tx: &mut database::Tx,
    model: &Model,
    number: usize,
) -> registry::Result<Became> {
    let id = InvestorId::from_uuid(ids::new());
    let key = registry.vault.new_key(tx, Some(id.uuid()))?;
    // One in a hundred waits for the registrar's decision.
    let is_waiting = model.mix == Mix::Years && number % 100 == 19;
    let kyc_status = match is_waiting {
        true => KycStatus::UnderReview,
        false => KycStatus::Success,
    };
    let mut investor = InvestorRecord {
        id,
        key: key.id(),
        sealed_person: key.seal(PERSON, &model.person),
        ..model.investor.clone()
    };
    investor.standing.kyc_status = kyc_status;
    storage::investors::insert(tx, &investor)?;
    let identification = IdentificationRecord {
        id: domain::IdentificationId::from_uuid(ids::new()),
        investor: id,
        status: kyc_status,
        sealed_data: key.seal(IDENTIFICATION, &model.identified),
        ..model.identification.clone()
    };
    storage::identifications::insert(tx, &identification)?;
    let address = Address::from_bytes(ids::bytes());
    let wallet = Wallet::new(
        WalletId::from_uuid(ids::new()),
        id,
        WalletKind::Generic,
        address,
    );
    let registration = Registration {
        environment: investor.environment,
        platform: investor.platform,
        created_at: model.now,
    };
    storage::wallets::insert(tx, &wallet, &registration)?;
    let (investment, changes) = invested(model, &investor, &wallet, number)?;
    let is_delivered = investment.status() == domain::Status::Delivered;
    let record = InvestmentRecord {
        total: model.partner.product.product.total(investment.units)?,
        environment: investor.environment,
        platform: investor.platform,
        issuer: model.partner.product.product.issuer_id,
        payment_reference: PaymentReference::from_random(ids::bytes()),
        event_sequence: changes.len() as u64,
        created_at: model.now,
        changed_at: model.now,
        investment,
    };
    storage::investments::insert(tx, &record)?;
    tell(tx, model, &record, &changes)?;
    match model.mix {
        Mix::Years if is_delivered => enter(tx, model, &record, &wallet, number)?,
        Mix::Years => {}
        Mix::Paid => queue(tx, model, &record, &wallet)?,
        Mix::Accepted => {}
    }
    note(tx, model, &record)?;
    Ok(Became {
        holds: !record.investment.status().is_failed(),
        is_delivered,
    })
}

/// Four in ten are delivered; the others stand at every other place that an investment can stand at for long.
fn invested(
    model: &Model,
    investor: &InvestorRecord,
    wallet: &Wallet,
    number: usize,
) -> registry::Result<(Investment, Vec<StatusChange>)> {
    let now = model.now;
    let kind = match model.mix {
        Mix::Years => number % 10,
        Mix::Paid | Mix::Accepted => 0,
    };
    // Without a wallet nothing is delivered, so that the workers find nothing to do.
    let recipient = (kind < 4).then(|| Recipient::from(wallet));
    let order = Order {
        id: InvestmentId::from_uuid(ids::new()),
        investor_id: investor.id,
        campaign_id: model.partner.campaign,
        product_id: model.partner.product.product.id,
        units: one_unit(),
        signed_at: now,
        accepted_at: None,
        paid_at: None,
        recipient,
        terms: model.partner.product.product.terms,
    };
    let kyc_status = investor.standing.kyc_status;
    let (mut investment, mut changes) = Investment::create(order, kyc_status, now)?;
    if !kyc_status.is_success() {
        return Ok((investment, changes));
    }
    let mut went = |(moved, more): (Investment, Vec<StatusChange>)| {
        changes.extend(more);
        moved
    };
    investment = match kind {
        0..=5 => went(investment.accept(None, now)?),
        6 | 7 => investment,
        8 => went(investment.cancel(now)?),
        _ if number % 100 == 99 => went(investment.review_required(now)?),
        _ => went(investment.reject(None, now)?),
    };
    if matches!(kind, 0..=3 | 5) && model.mix != Mix::Accepted {
        investment = went(investment.mark_paid(None, now)?);
    }
    if model.mix == Mix::Paid {
        return Ok((investment.start_delivery(now)?, changes));
    }
    if kind < 4 && model.mix == Mix::Years {
        let hash = TransactionHash::from_bytes(ids::bytes());
        investment = went(investment.start_delivery(now)?.deliver(now, hash, now)?);
    }
    Ok((investment, changes))
}

fn tell(
    tx: &mut database::Tx,
    model: &Model,
    record: &InvestmentRecord,
    changes: &[StatusChange],
) -> registry::Result<()> {
    for (index, change) in changes.iter().enumerate() {
        let id = domain::EventId::from_uuid(ids::new());
        let body = serde_json::to_vec(&wire::events::Event {
            investment_id: Some(record.investment.id.uuid()),
            status: Some(change.to.to_string()),
            changed_at: model.now.to_string(),
            id: id.uuid(),
            kind: registry::events::INVESTMENT_STATUS_CHANGED.to_owned(),
            environment: model.partner.environment_name.clone(),
            sequence: index as u64 + 1,
            investor_id: Some(record.investment.investor_id.uuid()),
            transfer_id: None,
            redemption_id: None,
            registry_statement_id: None,
            wallet_id: None,
            product_id: None,
            terms_version: None,
            previous_status: None,
        })
        .map_err(registry::Error::fault)?;
        let event = events::NewEvent {
            id,
            feed: events::Feed {
                environment: record.environment,
                platform: record.platform,
            },
            kind: registry::events::INVESTMENT_STATUS_CHANGED,
            investment: Some(record.investment.id),
            body: &body,
            at: model.now,
        };
        events::append(tx, &[event])?;
    }
    Ok(())
}

/// What a delivery leaves in the register and with the DLT network.
fn enter(
    tx: &mut database::Tx,
    model: &Model,
    record: &InvestmentRecord,
    wallet: &Wallet,
    number: usize,
) -> registry::Result<()> {
    let (product, investment) = (model.head.product, &record.investment);
    let holder = domain::HolderId::from_uuid(ids::random());
    register::insert_holder(tx, holder, product, Some(investment.investor_id), model.now)?;
    let holding = HoldingRecord {
        holder,
        wallet: wallet.address,
        units: investment.units,
    };
    register::credit_all(tx, product, &[holding])?;
    let statement = StatementOfEntry {
        id: ids::new(),
        environment: record.environment,
        platform: record.platform,
        investment: investment.id,
        product,
        sequence: model.head.sequence + 1 + number as u64,
        units: investment.units,
        created_at: model.now,
    };
    storage::statements::insert_of_entry(tx, &statement)?;
    queue(tx, model, record, wallet)
}

/// What waits for the DLT network.
fn queue(
    tx: &mut database::Tx,
    model: &Model,
    record: &InvestmentRecord,
    wallet: &Wallet,
) -> registry::Result<()> {
    let investment = &record.investment;
    let command = dlt_commands::NewDelivery {
        id: CommandId::from_uuid(ids::new()),
        product: model.head.product,
        investment: investment.id,
        wallet: wallet.address,
        units: investment.units,
    };
    Ok(dlt_commands::queue_delivery(tx, &command, model.now)?)
}

fn note(tx: &mut database::Tx, model: &Model, record: &InvestmentRecord) -> registry::Result<()> {
    let line = audit::AuditRecord {
        id: Uuid::now_v7(),
        at: model.now,
        actor: "bench".to_owned(),
        action: "investment.create".to_owned(),
        target: record.investment.id.to_string(),
        detail: "{}".to_owned(),
    };
    let scope = Scope {
        platform: Some(record.platform),
        ..Scope::ALL
    };
    Ok(audit::insert(tx, &scope, &line)?)
}

fn one_unit() -> Units {
    Units::new(1).expect("one unit can be counted")
}
