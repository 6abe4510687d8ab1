//! Restrictions of disposal and rights of third parties: one of the registrar proposes what somebody entitled has instructed, another
//! confirms, and it takes its place in the asset's queue (§§ 17(2), 18(1) eWpG).

mod views;

pub use views::{get, list};
pub(crate) use views::{of_holding, opened};

use database::Tx;
use domain::register::Digest;
use domain::restriction::commitment;
use domain::{
    BeneficiaryId, DecisionId, DecisionKind, DocumentId, EntryType, EnvironmentId, HolderId,
    InstructionId, InstructionRefusal, InvestorId, Means, PlatformId, ProductId, ProductStatus,
    Recipient, Refusal, RestrictionId, Units, WalletId,
};
use serde_json::{Value, json};
use storage::dlt_commands::CommandKind;
use storage::instructions::Evidence;
use storage::restrictions::{ReleaseRecord, RestrictionRecord};
use storage::transfers::SideRecord;
use storage::{Scope, holdings};
use translate::restrictions::{Releasing, Restricting};
use uuid::Uuid;
use wire::restrictions::{RestrictionCreate, RestrictionRelease};
use wire::{FieldCode, ProblemCode};

use crate::decisions::{self, Proposal};
use crate::restriction_steps::{agreed, digest, instruct_release, order, queue};
use crate::{Answer, Caller, Error, Registry, Request, Result, Right, audit, ids};

/// What the seals are bound to.
const DETAILS: &str = "restrictions.details";
pub(crate) const BASIS: &str = "restriction_releases.basis";

const NOT_FOUND: Error = Error::NotFound("restriction");

/// Proposes a restriction or right; a second actor confirms.
///
/// # Errors
/// Field errors; `r02_no_instruction` if nobody entitled instructs; the code of what is entered already; not found if there is no such
/// product.
pub async fn propose(
    registry: &Registry,
    request: &Request,
    product: ProductId,
    body: RestrictionCreate,
) -> Result<Answer> {
    request.caller.require(Right::WriteNetwork)?;
    let wanted = translate::restrictions::create(&body)?;
    let (own, caller) = (registry.clone(), request.caller.clone());
    registry
        .write(request, move |tx| {
            Place::find(tx, product, &wanted)?;
            let proposal = Proposal {
                kind: DecisionKind::Restriction,
                target: wanted.wallet.uuid(),
                content: json!({"product_id": product.uuid(), "restriction": body}),
                reason: body.reason.clone(),
            };
            decisions::propose(&own, tx, &caller, proposal)
        })
        .await
}

/// The effect of a confirmed restriction: its instruction takes its place in the queue.
pub(crate) fn decided(
    registry: &Registry,
    tx: &mut Tx,
    caller: &Caller,
    decision: DecisionId,
    content: &Value,
) -> Result<()> {
    let product: Uuid = read(&content["product_id"])?;
    let body: RestrictionCreate = read(&content["restriction"])?;
    let wanted = translate::restrictions::create(&body)?;
    let product = ProductId::from_uuid(product);
    let place = Place::find(tx, product, &wanted)?;
    let key = registry.vault.new_key(tx, None)?;
    let (salt, details) = (
        ids::bytes(),
        serde_json::to_vec(&wanted.details).map_err(Error::fault)?,
    );
    let instruction = InstructionId::from_uuid(ids::new());
    let order = order(
        registry,
        tx,
        (product, instruction),
        (wanted.authority, Means::Document),
        place.whose(),
    )?;
    let record = RestrictionRecord {
        id: RestrictionId::from_uuid(ids::new()),
        product,
        holder: place.holder,
        wallet: Recipient::from(&place.side.side.wallet),
        kind: wanted.kind,
        extent: wanted.extent,
        beneficiary: BeneficiaryId::from_uuid(ids::random()),
        key_address: wanted.key,
        key: key.id(),
        sealed_details: key.seal(DETAILS, &details),
        details_hash: commitment(&salt, &details),
        salt,
        document: wanted.document,
        document_hash: place.document_hash,
        decision,
        entry: None,
        created_at: registry.clock.now(),
        order,
        left: Some(wanted.extent),
    };
    let evidence = Evidence {
        digest: digest("restriction", decision.uuid()),
        signature: None,
    };
    storage::restrictions::insert(tx, &record, &evidence)?;
    queue(
        tx,
        CommandKind::Restriction,
        record.wallet.address,
        &record.order,
    )?;
    let authority = record.order.instruction.authority;
    let detail = json!({
        "product": product.to_string(), "kind": record.kind.as_str(), "authority": authority.as_str(),
        "decision": decision.to_string(), "document": hex::encode(record.document_hash),
    });
    let target = record.id.to_string();
    audit::record(
        registry,
        tx,
        caller,
        "restriction.instruct",
        &target,
        &detail,
    )
}

/// Proposes to end a restriction or a part of it; a second actor confirms.
///
/// # Errors
/// Field errors; the code that says who has to instruct; `conflict` if it is not entered or has ended; not found if there is none.
pub async fn propose_release(
    registry: &Registry,
    request: &Request,
    id: RestrictionId,
    body: RestrictionRelease,
) -> Result<Answer> {
    request.caller.require(Right::WriteNetwork)?;
    let wanted = translate::restrictions::release(&body)?;
    let (own, caller) = (registry.clone(), request.caller.clone());
    registry
        .write(request, move |tx| {
            releasable(tx, id, &wanted)?;
            let proposal = Proposal {
                kind: DecisionKind::RestrictionRelease,
                target: id.uuid(),
                content: json!({"release": body}),
                reason: body.reason.clone(),
            };
            decisions::propose(&own, tx, &caller, proposal)
        })
        .await
}

/// The effect of a confirmed release: its instruction takes its place in the queue.
pub(crate) fn released(
    registry: &Registry,
    tx: &mut Tx,
    caller: &Caller,
    (decision, target): (DecisionId, Uuid),
    content: &Value,
) -> Result<()> {
    let body: RestrictionRelease = read(&content["release"])?;
    let wanted = translate::restrictions::release(&body)?;
    let id = RestrictionId::from_uuid(target);
    let (record, document_hash) = releasable(tx, id, &wanted)?;
    let key = registry.vault.new_key(tx, None)?;
    let release = ReleaseRecord {
        id: ids::new(),
        restriction: id,
        extent: wanted.extent,
        key: key.id(),
        sealed_basis: key.seal(BASIS, wanted.legal_basis.as_bytes()),
        document: Some(wanted.document),
        document_hash,
        decision: Some(decision),
        instruction: InstructionId::from_uuid(ids::new()),
        entry: None,
        created_at: registry.clock.now(),
    };
    let right = (wanted.authority, Means::Document);
    instruct_release(registry, tx, &record, (&release, right))?;
    let detail = json!({
        "authority": wanted.authority.as_str(), "decision": decision.to_string(),
        "document": hex::encode(document_hash),
    });
    let target = id.to_string();
    audit::record(
        registry,
        tx,
        caller,
        "restriction.release",
        &target,
        &detail,
    )
}

/// Where something shall be entered, found to be possible now.
struct Place {
    side: SideRecord,
    holder: HolderId,
    document_hash: Digest,
}

impl Place {
    fn find(tx: &mut Tx, product: ProductId, wanted: &Restricting) -> Result<Self> {
        storage::products::find(tx, &Scope::ALL, product)?
            .filter(|product| product.status == ProductStatus::Active)
            .ok_or(Error::NotFound("product"))?;
        let (side, holder) = holder(tx, product, wanted.wallet)?;
        let document_hash = document(tx, wanted.document)?;
        wanted.kind.may_enter(wanted.authority).map_err(refused)?;
        // They are entered for single entries alone (§ 17(2) eWpG); what a custodian owes its customers is between them.
        if storage::conversions::entry_type(tx, product, holder)? == EntryType::Collective {
            return Err(refused(InstructionRefusal::EntryType));
        }
        let place = (product, side.side.wallet.address);
        let against = agreed(tx, (place, None), (wanted.extent, wanted.authority))?;
        if let Some(refusal) = against {
            return Err(refused(refusal));
        }
        Ok(Self {
            side,
            holder,
            document_hash,
        })
    }

    /// Whose units the instruction is about.
    const fn whose(&self) -> (EnvironmentId, PlatformId, InvestorId) {
        let investor = self.side.side.wallet.investor_id;
        (self.side.environment, self.side.platform, investor)
    }
}

/// The wallet, and who is entered in the register with it.
pub(crate) fn holder(
    tx: &mut Tx,
    product: ProductId,
    wallet: WalletId,
) -> Result<(SideRecord, HolderId)> {
    let unknown = || {
        Error::Field(
            "wallet_id",
            FieldCode::NotFound,
            "There is no holder of this product with this wallet.".to_owned(),
        )
    };
    let side = storage::transfers::side(tx, &Scope::ALL, wallet)?.ok_or_else(unknown)?;
    let investor = side.side.wallet.investor_id;
    let holder = holdings::holder_of(tx, product, investor)?.ok_or_else(unknown)?;
    // Something is entered for units, and there have to be some.
    match holdings::in_wallet(tx, product, side.side.wallet.address)? {
        Units::ZERO => Err(unknown()),
        _ => Ok((side, holder)),
    }
}

/// What something rests on has to be kept here.
pub(crate) fn document(tx: &mut Tx, id: DocumentId) -> Result<Digest> {
    let found = storage::documents::find(tx, &Scope::ALL, id)?;
    found.map(|record| record.content_hash).ok_or_else(|| {
        Error::Field(
            "document_id",
            FieldCode::NotFound,
            "There is no document with this id.".to_owned(),
        )
    })
}

/// A restriction of which this can be released by who instructs it, and the document's hash.
fn releasable(
    tx: &mut Tx,
    id: RestrictionId,
    wanted: &Releasing,
) -> Result<(RestrictionRecord, Digest)> {
    let record = storage::restrictions::lock(tx, id)?.ok_or(NOT_FOUND)?;
    let document_hash = document(tx, wanted.document)?;
    let Some(entered) = record.entered() else {
        return Err(Error::Problem(
            ProblemCode::Conflict,
            "It is not entered, or has ended already.".to_owned(),
        ));
    };
    let may = record.kind.may_release(wanted.authority, wanted.is_assured);
    may.map_err(refused)?;
    if entered.extent.without(wanted.extent).is_none() {
        return Err(too_many());
    }
    Ok((record, document_hash))
}

/// What was proposed was read once already.
pub(crate) fn read<T: serde::de::DeserializeOwned>(content: &Value) -> Result<T> {
    serde_json::from_value(content.clone()).map_err(Error::fault)
}

pub(crate) fn refused(refusal: InstructionRefusal) -> Error {
    match refusal {
        InstructionRefusal::Insufficient => too_many(),
        other => Refusal::Instruction(other).into(),
    }
}

fn too_many() -> Error {
    Error::Field(
        "units",
        FieldCode::OutOfRange,
        "There are not as many units that this could be about.".to_owned(),
    )
}
