//! Telling partners: an event goes into the log and to the webhooks in the transaction that makes it true.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use database::Tx;
use domain::{
    EnvironmentId, EventId, InstructionId, InvestmentId, InvestorId, PlatformId, ProductId,
    RedemptionId, Timestamp, WalletId,
};
use storage::events::{Feed, NewEvent};
use uuid::Uuid;
use webhooks::Message;

use crate::{Registry, Result, answer, ids};

/// An investment changed its status.
pub const INVESTMENT_STATUS_CHANGED: &str = "investment.status_changed";
/// The identification of an investor changed its status.
pub const INVESTOR_KYC_STATUS_CHANGED: &str = "investor.kyc_status_changed";

/// A transfer that was instructed has succeeded or failed.
pub const TRANSFER_STATUS_CHANGED: &str = "transfer.status_changed";

/// A redemption was received, has succeeded or has failed.
pub const REDEMPTION_STATUS_CHANGED: &str = "redemption.status_changed";
/// The document of a register statement can be fetched.
pub const REGISTRY_STATEMENT_AVAILABLE: &str = "registry_statement.available";

/// Another version of a product's terms is in force.
pub const PRODUCT_TERMS_CHANGED: &str = "product.terms_changed";

/// Control of a wallet's address was proven, or another address was asked for, withdrawn or took effect.
pub const WALLET_CHANGED: &str = "wallet.changed";

/// Every type of event, for endpoints that choose and for the documentation.
pub const TYPES: &[&str] = &[
    INVESTMENT_STATUS_CHANGED,
    INVESTOR_KYC_STATUS_CHANGED,
    TRANSFER_STATUS_CHANGED,
    REDEMPTION_STATUS_CHANGED,
    REGISTRY_STATEMENT_AVAILABLE,
    PRODUCT_TERMS_CHANGED,
    WALLET_CHANGED,
];

/// What happened to a resource of a platform.
#[derive(Clone, Debug)]
pub struct Happening {
    /// Where.
    pub environment: EnvironmentId,
    /// Who is told.
    pub platform: PlatformId,
    /// One of [`TYPES`].
    pub kind: &'static str,
    /// The investment concerned.
    pub investment: Option<InvestmentId>,
    /// The investor concerned.
    pub investor: Option<InvestorId>,
    /// The transfer concerned.
    pub transfer: Option<InstructionId>,
    /// The redemption concerned.
    pub redemption: Option<RedemptionId>,
    /// The status reached.
    pub status: Option<&'static str>,
    /// The status before.
    pub previous: Option<&'static str>,
    /// Counts the events of this resource from 1 without gaps.
    pub sequence: u64,
    /// When it became true.
    pub at: Timestamp,
}

/// Appends the event and queues its webhooks; both travel with the commit.
pub fn emit(
    registry: &Registry,
    tx: &mut Tx,
    environment_name: &str,
    what: &Happening,
) -> Result<()> {
    tell(registry, tx, environment_name, (what, &Beside::default()))
}

/// The same about a statement of the investment.
pub(crate) fn emit_of_statement(
    registry: &Registry,
    tx: &mut Tx,
    environment_name: &str,
    (what, statement): (&Happening, Uuid),
) -> Result<()> {
    let beside = Beside {
        statement: Some(statement),
        ..Beside::default()
    };
    tell(registry, tx, environment_name, (what, &beside))
}

/// The same about a product and a version of its terms.
pub(crate) fn emit_of_product(
    registry: &Registry,
    tx: &mut Tx,
    environment_name: &str,
    (what, (product, version)): (&Happening, (ProductId, u32)),
) -> Result<()> {
    let beside = Beside {
        product: Some(product),
        terms_version: Some(version),
        ..Beside::default()
    };
    tell(registry, tx, environment_name, (what, &beside))
}

/// The same about a wallet.
pub(crate) fn emit_of_wallet(
    registry: &Registry,
    tx: &mut Tx,
    environment_name: &str,
    (what, wallet): (&Happening, WalletId),
) -> Result<()> {
    let beside = Beside {
        wallet: Some(wallet),
        ..Beside::default()
    };
    tell(registry, tx, environment_name, (what, &beside))
}

/// What only few events are about.
#[derive(Default)]
struct Beside {
    wallet: Option<WalletId>,
    statement: Option<Uuid>,
    product: Option<ProductId>,
    terms_version: Option<u32>,
}

/// Tells of much that happened in this order, in as few statements as it takes.
pub(crate) fn emit_all(registry: &Registry, tx: &mut Tx, happenings: &[Happening]) -> Result<()> {
    let mut names = HashMap::new();
    let mut rendered = Vec::with_capacity(happenings.len());
    for what in happenings {
        let name = match names.entry(what.environment) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => {
                place.insert(storage::environments::name(tx, what.environment)?)
            }
        };
        rendered.push((what, render(name, (what, &Beside::default()))?));
    }
    let new: Vec<_> = rendered
        .iter()
        .map(|(what, (id, body))| event(what, (*id, body)))
        .collect();
    storage::events::append(tx, &new)?;
    let messages: Vec<_> = rendered
        .iter()
        .map(|(what, (id, body))| message(registry, (what, lane(what)), (*id, body)))
        .collect();
    Ok(webhooks::publish_all(tx, &messages)?)
}

fn tell(
    registry: &Registry,
    tx: &mut Tx,
    environment_name: &str,
    (what, beside): (&Happening, &Beside),
) -> Result<()> {
    let (id, body) = render(environment_name, (what, beside))?;
    storage::events::append(tx, &[event(what, (id, &body))])?;
    let lane = beside.product.map_or_else(|| lane(what), ProductId::uuid);
    let message = message(registry, (what, lane), (id, &body));
    Ok(webhooks::publish(tx, &message)?)
}

/// A new event and what it says.
fn render(
    environment_name: &str,
    (what, beside): (&Happening, &Beside),
) -> Result<(EventId, Vec<u8>)> {
    let id = EventId::from_uuid(ids::new());
    let body = answer::render(&wire::events::Event {
        investment_id: what.investment.map(InvestmentId::uuid),
        status: what.status.map(str::to_owned),
        changed_at: what.at.to_string(),
        id: id.uuid(),
        kind: what.kind.to_owned(),
        environment: environment_name.to_owned(),
        sequence: what.sequence,
        investor_id: what.investor.map(InvestorId::uuid),
        transfer_id: what.transfer.map(InstructionId::uuid),
        redemption_id: what.redemption.map(RedemptionId::uuid),
        registry_statement_id: beside.statement,
        wallet_id: beside.wallet.map(WalletId::uuid),
        product_id: beside.product.map(ProductId::uuid),
        terms_version: beside.terms_version,
        previous_status: what.previous.map(str::to_owned),
    })?;
    Ok((id, body))
}

fn event<'a>(what: &Happening, (id, body): (EventId, &'a [u8])) -> NewEvent<'a> {
    NewEvent {
        id,
        feed: Feed {
            environment: what.environment,
            platform: what.platform,
        },
        kind: what.kind,
        investment: what.investment,
        body,
        at: what.at,
    }
}

fn message<'a>(
    registry: &Registry,
    (what, lane): (&Happening, Uuid),
    (id, body): (EventId, &'a [u8]),
) -> Message<'a> {
    Message {
        id: id.uuid(),
        owner: endpoint_owner(what.environment, what.platform),
        event_type: what.kind,
        lane,
        body,
        now: registry.clock.outside().micros(),
    }
}

/// Endpoints belong to a platform in one environment; the webhook kit knows only this one id for the pair.
pub fn endpoint_owner(environment: EnvironmentId, platform: PlatformId) -> Uuid {
    let mut bytes = *environment.uuid().as_bytes();
    for (byte, other) in bytes.iter_mut().zip(platform.uuid().as_bytes()) {
        *byte ^= other;
    }
    uuid::Builder::from_random_bytes(bytes).into_uuid()
}

/// Order is kept per investment, transfer and redemption; other events in the order of their investor.
fn lane(what: &Happening) -> Uuid {
    what.investment
        .map(InvestmentId::uuid)
        .or(what.transfer.map(InstructionId::uuid))
        .or(what.redemption.map(RedemptionId::uuid))
        .or(what.investor.map(InvestorId::uuid))
        .unwrap_or_else(|| what.environment.uuid())
}
