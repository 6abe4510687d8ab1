//! Re-registrations without the holder's signature: to an heir, by order of a court or an authority, to the holder's new wallet after a lost
//! key, and back where a wrong entry has moved units from. One of the registrar proposes, another confirms, and the instruction takes its
//! place in the asset's queue (§ 18(1) sentence 1 no. 2, (5) eWpG).

mod reversals;
mod views;

pub use reversals::propose as propose_reversal;
pub(crate) use reversals::reversed;
pub use views::{get, list};
pub(crate) use views::{opened, reversal_of};

use database::Tx;
use domain::register::Digest;
use domain::reregistration::{Conditions, commitment};
use domain::{
    DecisionId, DecisionKind, Ground, InstructionId, Means, ProductId, ProductStatus, Recipient,
    ReregistrationDetails, Units, WalletId,
};
use serde_json::{Value, json};
use storage::dlt_commands::{self, NewInstructed};
use storage::instructions::Evidence;
use storage::products::ProductRecord;
use storage::reregistrations::ReregistrationRecord;
use storage::transfers::{SideRecord, Target, TransferRecord};
use storage::{Scope, holdings, wallets};
use translate::reregistrations::Reregistering;
use uuid::Uuid;
use wire::FieldCode;
use wire::reregistrations::ReregistrationCreate;

use crate::decisions::{self, Proposal};
use crate::restriction_steps::{self, digest, order};
use crate::restrictions::{document, read, refused};
use crate::{Answer, Caller, Error, Registry, Request, Result, Right, audit, ids};

/// What the seals are bound to.
const DETAILS: &str = "reregistrations.details";

const NOT_FOUND: Error = Error::NotFound("reregistration");

/// Proposes a re-registration; a second actor confirms.
///
/// # Errors
/// Field errors; the code of what stands against it; not found if there is no such product.
pub async fn propose(
    registry: &Registry,
    request: &Request,
    product: ProductId,
    body: ReregistrationCreate,
) -> Result<Answer> {
    request.caller.require(Right::WriteNetwork)?;
    let wanted = translate::reregistrations::create(&body)?;
    let (own, caller) = (registry.clone(), request.caller.clone());
    registry
        .write(request, move |tx| {
            Place::find(&own, tx, product, &wanted)?;
            let proposal = Proposal {
                kind: DecisionKind::Reregistration,
                target: wanted.wallet.uuid(),
                content: json!({"product_id": product.uuid(), "reregistration": body}),
                reason: body.reason.clone(),
            };
            decisions::propose(&own, tx, &caller, proposal)
        })
        .await
}

/// The effect of a confirmed re-registration: its instruction takes its place in the queue. A wallet whose key was lost gives and gets
/// nothing from now on.
pub(crate) fn decided(
    registry: &Registry,
    tx: &mut Tx,
    caller: &Caller,
    decision: DecisionId,
    content: &Value,
) -> Result<()> {
    let product: Uuid = read(&content["product_id"])?;
    let body: ReregistrationCreate = read(&content["reregistration"])?;
    let wanted = translate::reregistrations::create(&body)?;
    let product = ProductId::from_uuid(product);
    let place = Place::find(registry, tx, product, &wanted)?;
    let wallet = &place.target.side.wallet;
    let moving = Moving {
        ground: wanted.ground,
        source: place.source,
        target: Target::Investor(Recipient::from(wallet), wallet.investor_id),
        units: place.units,
        reverses: None,
    };
    if wanted.ground == Ground::LostKey {
        let mut lost = place.source.side.wallet;
        (lost.frozen, lost.receiving_enabled) = (true, false);
        wallets::update(tx, &lost)?;
    }
    let rests = (place.document, place.document_hash);
    let about = (product, decision, rests);
    instruct(registry, tx, caller, (about, &moving, &wanted.details))
}

/// What moves where.
struct Moving {
    ground: Ground,
    source: SideRecord,
    target: Target,
    units: Units,
    reverses: Option<u64>,
}

/// What is decided takes its place in the asset's queue.
fn instruct(
    registry: &Registry,
    tx: &mut Tx,
    caller: &Caller,
    ((product, decision, (document, document_hash)), moving, details): (
        (ProductId, DecisionId, (domain::DocumentId, Digest)),
        &Moving,
        &ReregistrationDetails,
    ),
) -> Result<()> {
    let id = InstructionId::from_uuid(ids::new());
    let right = (moving.ground.authority(), Means::Document);
    let source = &moving.source;
    let investor = source.side.wallet.investor_id;
    let whose = (source.environment, source.platform, investor);
    let transfer = TransferRecord {
        order: order(registry, tx, (product, id), right, whose)?,
        source: Recipient::from(&source.side.wallet),
        target: moving.target,
        units: moving.units,
        investment: None,
        third_party: None,
        assurance: None,
        ground: Some(moving.ground),
        reversed_by: None,
    };
    let key = registry.vault.new_key(tx, None)?;
    let (salt, plain) = (
        ids::bytes(),
        serde_json::to_vec(details).map_err(Error::fault)?,
    );
    let record = ReregistrationRecord {
        instruction: id,
        product,
        ground: moving.ground,
        reverses: moving.reverses,
        key: key.id(),
        sealed_details: key.seal(DETAILS, &plain),
        details_hash: commitment(&salt, &plain),
        salt,
        document,
        document_hash,
        decision,
        entry: None,
        created_at: registry.clock.now(),
    };
    let evidence = Evidence {
        digest: digest("reregistration", decision.uuid()),
        signature: None,
    };
    storage::transfers::insert(tx, &transfer, None, &evidence)?;
    storage::reregistrations::insert(tx, &record)?;
    let command = NewInstructed {
        id: domain::CommandId::from_uuid(ids::new()),
        kind: transfer.kind(),
        product,
        instruction: id,
        wallet: transfer.target.address(),
        units: transfer.units,
    };
    let received_at = transfer.order.instruction.received_at;
    dlt_commands::queue_instructed(tx, &command, received_at)?;
    let detail = json!({
        "product": product.to_string(), "ground": moving.ground.as_str(), "amount": moving.units.get(), "reverses": moving.reverses,
        "decision": decision.to_string(), "document": hex::encode(document_hash),
    });
    let target = id.to_string();
    audit::record(
        registry,
        tx,
        caller,
        "reregistration.instruct",
        &target,
        &detail,
    )
}

/// From where to where something shall be re-registered, found to be possible now.
struct Place {
    source: SideRecord,
    target: SideRecord,
    units: Units,
    document: domain::DocumentId,
    document_hash: Digest,
}

impl Place {
    fn find(
        registry: &Registry,
        tx: &mut Tx,
        product: ProductId,
        wanted: &Reregistering,
    ) -> Result<Self> {
        active(tx, product)?;
        let source = wallet(tx, "wallet_id", wanted.wallet)?;
        let target = wallet(tx, "target_wallet_id", wanted.target)?;
        if target.environment != source.environment {
            return Err(unknown("target_wallet_id"));
        }
        same_or_other(wanted.ground, &source, &target)?;
        let from = source.side.wallet;
        if holdings::holder_of(tx, product, from.investor_id)?.is_none() {
            return Err(unknown("wallet_id"));
        }
        let today = registry.clock.now().berlin_date();
        if wanted.details.identified_on.is_some_and(|day| day > today) {
            let text = "A day that was.".to_owned();
            return Err(Error::Field("identified_on", FieldCode::OutOfRange, text));
        }
        let document_hash = document(tx, wanted.document)?;
        let place = (product, from.address);
        let (held, bound) = storage::transfers::stock(tx, place, None, None)?;
        let available = held.checked_sub(bound).unwrap_or_default();
        let units = wanted.units.unwrap_or(available);
        let conditions = Conditions {
            ground: wanted.ground,
            target: Some(target.side),
            available,
            units,
            entered: &restriction_steps::standing(tx, place, None)?,
        };
        conditions.check().map_err(refused)?;
        Ok(Self {
            source,
            target,
            units,
            document: wanted.document,
            document_hash,
        })
    }
}

/// A lost key leaves the holder as it is, everything else changes it.
fn same_or_other(ground: Ground, source: &SideRecord, target: &SideRecord) -> Result<()> {
    let (from, to) = (source.side.wallet, target.side.wallet);
    let is_same = from.investor_id == to.investor_id;
    let wrong = |message: &str| {
        let code = FieldCode::OutOfRange;
        Err(Error::Field("target_wallet_id", code, message.to_owned()))
    };
    match ground {
        Ground::LostKey if !is_same || from.id == to.id => {
            wrong("After a lost key the units go to another wallet of the same investor.")
        }
        Ground::LostKey => Ok(()),
        _ if is_same => wrong("This wallet is of the same investor."),
        _ => Ok(()),
    }
}

fn active(tx: &mut Tx, product: ProductId) -> Result<ProductRecord> {
    storage::products::find(tx, &Scope::ALL, product)?
        .filter(|product| product.status == ProductStatus::Active)
        .ok_or(Error::NotFound("product"))
}

fn wallet(tx: &mut Tx, field: &'static str, id: WalletId) -> Result<SideRecord> {
    storage::transfers::side(tx, &Scope::ALL, id)?.ok_or_else(|| unknown(field))
}

fn unknown(field: &'static str) -> Error {
    let text = "There is no such wallet of an investor of this product's environment.";
    Error::Field(field, FieldCode::NotFound, text.to_owned())
}
