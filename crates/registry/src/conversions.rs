//! How a holder is entered: a custodian or central securities depository collectively, everybody else singly (§ 8 eWpG). One of the registrar
//! proposes what the holder has instructed, another confirms, and it takes its place in the asset's queue.

use database::Tx;
use domain::register::Digest;
use domain::{
    Authority, DecisionId, DecisionKind, Entry, EntryType, EnvironmentId, FieldErrors, HolderId,
    Instruction, InstructionId, InstructionRefusal, InstructionState, InvestorId, Means,
    PlatformId, ProductId, ProductStatus, RestrictionKind, WalletId,
};
use serde_json::{Value, json};
use storage::conversions::{ConversionRecord, Custodian};
use storage::dlt_batches::BatchRecord;
use storage::dlt_commands::CommandKind;
use storage::instructions::Evidence;
use storage::transfers::SideRecord;
use storage::{Scope, offers};
use uuid::Uuid;
use wire::ProblemCode;
use wire::conversions::{Conversion, ConversionCreate};
use wire::restrictions::RestrictionStatus;

use crate::confirmation::Confirmation;
use crate::decisions::{self, Proposal};
use crate::journal::Journal;
use crate::redemption_entry::{end, instruction_of};
use crate::restriction_entry::tell_wallet;
use crate::restriction_steps::{digest, order, queue};
use crate::restrictions::{document, holder, read, refused};
use crate::{Answer, Caller, Error, Listed, Paging, Registry, Request, Result, Right, audit, ids};

const NOT_FOUND: Error = Error::NotFound("instruction");

/// Proposes that all that a holder has be entered another way; a second actor confirms.
///
/// # Errors
/// Field errors; `r13_entry_type` if the holder or the terms do not allow it; the code of what is entered for the holder; `conflict` if it is
/// entered that way already; not found if there is no such product.
pub async fn propose(
    registry: &Registry,
    request: &Request,
    product: ProductId,
    body: ConversionCreate,
) -> Result<Answer> {
    request.caller.require(Right::WriteNetwork)?;
    let wanted = Wanted::read(&body)?;
    let (own, caller) = (registry.clone(), request.caller.clone());
    registry
        .write(request, move |tx| {
            wanted.place(tx, product)?;
            let proposal = Proposal {
                kind: DecisionKind::Conversion,
                target: wanted.wallet.uuid(),
                content: json!({"product_id": product.uuid(), "conversion": body}),
                reason: body.reason.clone(),
            };
            decisions::propose(&own, tx, &caller, proposal)
        })
        .await
}

/// The effect of a confirmed conversion: its instruction takes its place in the queue.
pub(crate) fn decided(
    registry: &Registry,
    tx: &mut Tx,
    caller: &Caller,
    decision: DecisionId,
    content: &Value,
) -> Result<()> {
    let product: Uuid = read(&content["product_id"])?;
    let body: ConversionCreate = read(&content["conversion"])?;
    let (wanted, product) = (Wanted::read(&body)?, ProductId::from_uuid(product));
    let place = wanted.place(tx, product)?;
    let instruction = InstructionId::from_uuid(ids::new());
    let right = (Authority::Holder, Means::Document);
    let order = order(registry, tx, (product, instruction), right, place.whose())?;
    let record = ConversionRecord {
        product,
        holder: place.holder,
        wallet: place.side.side.wallet.address,
        entry_type: wanted.entry_type,
        custodian: wanted.custodian,
        document: domain::DocumentId::from_uuid(body.document_id),
        document_hash: place.document_hash,
        decision,
        entry: None,
        created_at: registry.clock.now(),
        order,
    };
    let evidence = Evidence {
        digest: digest("conversion", decision.uuid()),
        signature: None,
    };
    storage::conversions::insert(tx, &record, &evidence)?;
    queue(tx, CommandKind::Conversion, record.wallet, &record.order)?;
    let detail = json!({
        "product": product.to_string(), "entry_type": record.entry_type.as_str(), "decision": decision.to_string(),
        "document": hex::encode(record.document_hash),
    });
    let target = record.holder.to_string();
    audit::record(
        registry,
        tx,
        caller,
        "conversion.instruct",
        &target,
        &detail,
    )
}

/// Conversions, oldest first, whatever has become of them.
///
/// # Errors
/// Refuses callers other than the registrar.
pub async fn list(
    registry: &Registry,
    caller: &Caller,
    product: Option<ProductId>,
    paging: Paging,
) -> Result<Listed<Conversion>> {
    caller.require(Right::ReadNetwork)?;
    registry
        .db
        .read(move |tx| {
            let Paging { offset, limit } = paging;
            let (count, found) = storage::conversions::list(tx, product, offset, limit)?;
            let items = found.iter().map(shown).collect();
            Ok(Listed { count, items })
        })
        .await
}

/// Why a conversion whose turn has come cannot be entered any more, if it cannot.
pub(crate) fn stands_against(
    tx: &mut Tx,
    instruction: InstructionId,
) -> Result<Option<InstructionRefusal>> {
    let record = storage::conversions::find(tx, instruction)?.ok_or(NOT_FOUND)?;
    let kept = storage::conversions::entry_type(tx, record.product, record.holder)?;
    if kept == record.entry_type {
        return Ok(Some(InstructionRefusal::EntryType));
    }
    burdened(tx, record.product, record.holder)
}

/// Enters the conversion of a batch.
pub(crate) fn enter(
    registry: &Registry,
    tx: &mut Tx,
    batch: &BatchRecord,
    confirmation: Confirmation,
) -> Result<()> {
    let instruction = instruction_of(tx, batch)?;
    let record = storage::conversions::find(tx, instruction)?.ok_or(NOT_FOUND)?;
    let entry = Entry::Conversion {
        holder: record.holder,
        entry_type: record.entry_type,
        document: record.document_hash,
        instruction: end(tx, instruction, confirmation)?,
        transaction_hash: confirmation.transaction_hash,
        block: confirmation.block,
    };
    let mut journal = Journal::lock(tx, batch.product, registry.clock.now())?;
    let before = journal.head.sequence;
    let sequence = journal.append(tx, &entry)?;
    storage::conversions::enter(tx, instruction, sequence)?;
    // Who is entered singly now hears of it; of a collective entry there are no statements (§ 19 eWpG).
    if record.entry_type == EntryType::Single {
        let about = (record.wallet, &record.order, record.holder, sequence);
        tell_wallet(registry, tx, batch, about)?;
    }
    journal.keep(tx, before)
}

/// What is wanted, as the body says it.
struct Wanted {
    wallet: WalletId,
    entry_type: EntryType,
    custodian: Option<Custodian>,
    document: domain::DocumentId,
}

/// Where something shall be entered another way, found to be possible now.
struct Place {
    side: SideRecord,
    holder: HolderId,
    document_hash: Digest,
}

impl Wanted {
    fn read(body: &ConversionCreate) -> Result<Self> {
        let mut errors = FieldErrors::new();
        let entry_type: Option<EntryType> = errors.parse("entry_type", &body.entry_type);
        let custodian = body.custodian.as_ref().map(|one| {
            domain::text::check_text(&mut errors, "custodian.authority", &one.authority);
            domain::text::check_text(&mut errors, "custodian.number", &one.number);
            if !matches!(one.kind.as_str(), "csd" | "custodian") {
                errors.push(
                    "custodian.kind",
                    domain::FieldCode::UnknownValue,
                    "This is one of csd, custodian.",
                );
            }
            Custodian {
                kind: one.kind.clone(),
                authority: one.authority.clone(),
                number: one.number.clone(),
            }
        });
        let entry_type = errors.into_result(entry_type)?;
        Ok(Self {
            wallet: WalletId::from_uuid(body.wallet_id),
            entry_type,
            // Who is entered singly needs no licence.
            custodian: custodian.filter(|_| entry_type == EntryType::Collective),
            document: domain::DocumentId::from_uuid(body.document_id),
        })
    }

    fn place(&self, tx: &mut Tx, product: ProductId) -> Result<Place> {
        let record = storage::products::find(tx, &Scope::ALL, product)?
            .filter(|product| product.status == ProductStatus::Active)
            .ok_or(Error::NotFound("product"))?;
        let (side, holder) = holder(tx, product, self.wallet)?;
        let document_hash = document(tx, self.document)?;
        if self.entry_type == EntryType::Collective {
            let offer = offers::find(tx, product)?;
            let is_excluded =
                offer.is_some_and(|offer| offer.offer.register.collective_entry_excluded);
            // § 8(1): a central securities depository or a custodian, by its licence; § 8(2): unless the terms exclude it.
            let is_custodian = side.side.standing.is_custodian_bank && self.custodian.is_some();
            let is_registered = record.product.legal_form.is_registered();
            if is_excluded || !is_custodian || !is_registered {
                return Err(refused(InstructionRefusal::EntryType));
            }
        }
        if storage::conversions::entry_type(tx, product, holder)? == self.entry_type {
            return Err(Error::Problem(
                ProblemCode::Conflict,
                format!(
                    "What this holder has is entered as {} already.",
                    self.entry_type
                ),
            ));
        }
        match burdened(tx, product, holder)? {
            Some(refusal) => Err(refused(refusal)),
            None => Ok(Place {
                side,
                holder,
                document_hash,
            }),
        }
    }
}

impl Place {
    const fn whose(&self) -> (EnvironmentId, PlatformId, InvestorId) {
        let investor = self.side.side.wallet.investor_id;
        (self.side.environment, self.side.platform, investor)
    }
}

/// Restrictions and rights stand with single entries alone (§ 17(2) eWpG): they have to be released before.
fn burdened(
    tx: &mut Tx,
    product: ProductId,
    holder: HolderId,
) -> Result<Option<InstructionRefusal>> {
    let entered = storage::restrictions::entered(tx, product, None)?;
    let own = entered.iter().find(|one| one.holder == holder);
    Ok(own.map(|one| RestrictionKind::refusal(one.kind)))
}

fn shown(record: &ConversionRecord) -> Conversion {
    let instruction: &Instruction = &record.order.instruction;
    let (status, rejection) = match instruction.state() {
        InstructionState::Rejected { code, .. } => {
            (RestrictionStatus::Rejected, Some(code.as_str().to_owned()))
        }
        InstructionState::Withdrawn { .. } => (RestrictionStatus::Rejected, None),
        InstructionState::Processing => (RestrictionStatus::Processing, None),
        InstructionState::Executed { .. } => (RestrictionStatus::Entered, None),
    };
    Conversion {
        id: instruction.id.uuid(),
        product_id: record.product.uuid(),
        holder_id: record.holder.uuid(),
        wallet_address: record.wallet.to_string(),
        entry_type: record.entry_type.as_str().to_owned(),
        custodian: record
            .custodian
            .as_ref()
            .map(|one| wire::conversions::Custodian {
                kind: one.kind.clone(),
                authority: one.authority.clone(),
                number: one.number.clone(),
            }),
        status,
        rejection,
        document_id: record.document.uuid(),
        document_hash: hex::encode(record.document_hash),
        decision_id: record.decision.uuid(),
        instruction: instruction.sequence,
        entry: record.entry,
        received_at: instruction.received_at.to_string(),
    }
}
