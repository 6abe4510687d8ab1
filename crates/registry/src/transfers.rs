//! Transfers between investors: an instruction of the holder that enters the asset's queue complete or not at all, and is checked again
//! when its turn comes.

use database::Tx;
use domain::restriction::{ASSURANCE_VERSION, Entered, Instructing, admit};
use domain::transfer::{self, Conditions};
use domain::{
    ActsBy, Address, CommandId, Instruction, InstructionId, InstructionKeyId, InstructionRefusal,
    InvestorId, Means, PlatformId, ProductId, ProductStatus, Recipient, Refusal, Timestamp, Units,
};
use storage::Scope;
use storage::dlt_commands::{self, CommandKind, NewInstructed};
use storage::instructions::{Evidence, InstructionRecord};
use storage::transfers::{Assurance, SideRecord, Target, TransferRecord};
use storage::{instructions, parties, transfer_rules};
use translate::transfers::Ordered;
use wire::FieldCode;
use wire::transfers::{Transfer, TransferCreate};

use crate::custody::{self, Instructed};
use crate::events::{self, Happening};
use crate::instruction_signers::{self, Signer};
use crate::signed_instructions::{self, Facts, Purpose};
use crate::{
    Answer, Caller, Done, Error, Listed, Paging, Registry, Request, Result, Right, audit,
    company_authority, ids, register_handover, restriction_steps, terms, transfer_consents,
};

/// Takes a holder's instruction to move units to another investor. From here it is carried out or fails with a reason.
///
/// # Errors
/// A field that names nothing of the caller's; the code of the first condition that is not met.
pub async fn create(
    registry: &Registry,
    request: &Request,
    body: TransferCreate,
) -> Result<Answer> {
    let (environment, platform, scope) =
        request.caller.require_distributor(Right::WriteTransfers)?;
    let mut ordered = translate::transfers::create(&body)?;
    if ordered.signed.is_none() {
        let instructed = Instructed {
            product: ordered.product,
            wallet: ordered.source_wallet,
            units: ordered.units,
            purpose: Purpose::Transfer(ordered.target),
        };
        ordered.signed = custody::sign(registry, &scope, instructed).await?;
    }
    let (own, caller) = (registry.clone(), request.caller.clone());
    registry
        .write(request, move |tx| {
            let now = own.clock.now();
            let product = storage::products::find(tx, &scope, ordered.product)?
                .filter(|product| product.status == ProductStatus::Active)
                .ok_or_else(|| unknown("product"))?;
            let source = storage::transfers::side(tx, &scope, ordered.source_wallet)?
                .ok_or_else(|| unknown("source_wallet"))?;
            let facts = Facts {
                chain_id: product.chain_id,
                token: product.token_address,
                from: source.side.wallet.address,
                units: ordered.units,
                purpose: Purpose::Transfer(ordered.target),
            };
            let in_force = terms::version_in_force(tx, product.product.id)?;
            if ordered.terms_version.is_some_and(|named| named != in_force) {
                return Err(refused(InstructionRefusal::TermsNotCurrent));
            }
            let entered = restriction_steps::entered(tx, (product.product.id, facts.from))?;
            let holder = source.side.wallet.investor_id;
            let (evidence, instructing, key) =
                evidence(tx, (&facts, holder), (&ordered, &entered), now)?;
            let acting = match instructing {
                Instructing::ThirdParty(_) => ActsBy::Itself,
                Instructing::Holder | Instructing::Assured => {
                    company_authority::acting(&own, tx, holder)?.map_err(refused)?
                }
            };
            // From here on nobody else enters an instruction for the asset before this one is there or refused.
            let sequence = register_handover::next_sequence(tx, ordered.product)?;
            if instructions::is_known(tx, ordered.product, &evidence.digest)? {
                return Err(refused(InstructionRefusal::Duplicate));
            }
            let target = storage::transfers::side_at(tx, environment, ordered.target)?;
            let instruction = Instruction::receive(
                InstructionId::from_uuid(ids::new()),
                (ordered.product, sequence),
                (restriction_steps::authority(instructing), Means::Signature),
                now,
            );
            let sides = (&source, target.as_ref());
            let places = (facts.from, ordered.target);
            let consent =
                transfer_consents::found(&own, tx, &instruction, (places, ordered.units))?;
            let order = (&instruction, ordered.units, instructing, consent.is_some());
            conditions(&own, tx, order, sides)?
                .check()
                .map_err(refused)?;
            let target = target.ok_or_else(|| refused(InstructionRefusal::Unidentified))?;
            if target.side.wallet.investor_id == source.side.wallet.investor_id {
                return Err(same_holder());
            }
            let transfer = TransferRecord {
                order: InstructionRecord {
                    instruction,
                    environment,
                    platform,
                    investor: source.side.wallet.investor_id,
                },
                source: Recipient::from(&source.side.wallet),
                target: Target::Investor(
                    Recipient::from(&target.side.wallet),
                    target.side.wallet.investor_id,
                ),
                units: ordered.units,
                investment: None,
                third_party: match instructing {
                    Instructing::ThirdParty(key) => Some(key),
                    Instructing::Holder | Instructing::Assured => None,
                },
                assurance: ordered.assurance.map(|signature| Assurance {
                    version: ASSURANCE_VERSION.to_owned(),
                    signature: signature.to_vec(),
                }),
                ground: None,
                reversed_by: None,
            };
            if let Some(key) = key {
                storage::instruction_keys::note_use(tx, ordered.product, &evidence.digest, key)?;
            }
            enter(
                &own,
                tx,
                (&caller, acting),
                (&transfer, &ordered, &evidence),
            )?;
            if let Some(consent) = consent {
                storage::transfer_consents::support(tx, consent, transfer.order.instruction.id)?;
            }
            Done::created(transfer.order.instruction.id, &show(&transfer))
        })
        .await
}

/// Transfers that the caller has instructed, oldest first.
///
/// # Errors
/// Refuses callers without the right.
pub async fn list(
    registry: &Registry,
    caller: &Caller,
    paging: Paging,
) -> Result<Listed<Transfer>> {
    let scope = caller.require(Right::ReadTransfers)?;
    registry
        .db
        .read(move |tx| {
            let Paging { offset, limit } = paging;
            let (count, transfers) = storage::transfers::list(tx, &scope, offset, limit)?;
            let items = transfers.iter().map(show).collect();
            Ok(Listed { count, items })
        })
        .await
}

/// One transfer.
///
/// # Errors
/// Not found if it is not the caller's.
pub async fn get(registry: &Registry, caller: &Caller, id: InstructionId) -> Result<Transfer> {
    let scope = caller.require(Right::ReadTransfers)?;
    registry
        .db
        .read(move |tx| {
            let found = storage::transfers::find(tx, &scope, id)?;
            found.as_ref().map(show).ok_or(Error::NotFound("transfer"))
        })
        .await
}

/// Why a transfer whose turn has come cannot be carried out any more, if it cannot.
pub(crate) fn stands_against(
    registry: &Registry,
    tx: &mut Tx,
    transfer: &TransferRecord,
) -> Result<Option<InstructionRefusal>> {
    let missing = || Error::NotFound("wallet");
    let source = storage::transfers::side(tx, &Scope::ALL, transfer.source.wallet_id)?;
    let source = source.ok_or_else(missing)?;
    let target = match transfer.target {
        Target::Investor(recipient, _) => {
            storage::transfers::side(tx, &Scope::ALL, recipient.wallet_id)?
        }
        Target::Issuer(_) => None,
    };
    let sides = (&source, target.as_ref());
    let instruction = &transfer.order.instruction;
    let consented = storage::transfer_consents::supports(tx, instruction.id)?;
    let order = (
        instruction,
        transfer.units,
        instructing(transfer),
        consented,
    );
    let conditions = conditions(registry, tx, order, sides)?;
    Ok(conditions.check().err())
}

/// Who has instructed a transfer, as far as restrictions depend on it.
pub(crate) fn instructing(transfer: &TransferRecord) -> Instructing {
    match (transfer.third_party, &transfer.assurance) {
        (Some(key), _) => Instructing::ThirdParty(key),
        (None, Some(_)) => Instructing::Assured,
        (None, None) => Instructing::Holder,
    }
}

/// Ends a transfer that cannot be carried out. Nothing has moved.
pub(crate) fn reject(
    registry: &Registry,
    tx: &mut Tx,
    id: InstructionId,
    code: InstructionRefusal,
) -> Result<()> {
    let mut transfer = storage::transfers::lock(tx, id)?.ok_or(Error::NotFound("instruction"))?;
    let instruction = transfer.order.instruction.clone();
    transfer.order.instruction = instruction
        .reject(code, registry.clock.now())
        .map_err(Error::fault)?;
    instructions::end(tx, &transfer.order.instruction)?;
    tell_ended(registry, tx, &transfer)
}

/// Tells the platform that instructed how it ended; the recipient's platform hears of the new investment.
pub(crate) fn tell_ended(
    registry: &Registry,
    tx: &mut Tx,
    transfer: &TransferRecord,
) -> Result<()> {
    let order = &transfer.order;
    let environment = storage::environments::name(tx, order.environment)?;
    let (status, _) = translate::transfers::outcome(order.instruction.state());
    let happening = Happening {
        environment: order.environment,
        platform: order.platform,
        kind: events::TRANSFER_STATUS_CHANGED,
        investment: None,
        investor: Some(order.investor),
        transfer: Some(order.instruction.id),
        redemption: None,
        status: Some(status.as_str()),
        previous: Some(wire::transfers::TransferStatus::Processing.as_str()),
        sequence: 1,
        at: registry.clock.now(),
    };
    events::emit(registry, tx, &environment, &happening)
}

/// The signature over exactly this, of the holder or of a third party whose right is entered, and the registered key that it is by. No other
/// means is offered: who has no key of its own cannot instruct yet.
fn evidence(
    tx: &mut Tx,
    (facts, holder): (&Facts, InvestorId),
    (ordered, entered): (&Ordered, &[Entered]),
    now: Timestamp,
) -> Result<(Evidence, Instructing, Option<InstructionKeyId>)> {
    let signed = ordered
        .signed
        .as_ref()
        .ok_or_else(|| refused(InstructionRefusal::NoInstruction))?;
    let third_parties: Vec<Address> = entered.iter().filter_map(|one| one.key).collect();
    let known = (holder, third_parties.as_slice());
    let (digest, signer) =
        instruction_signers::authenticate(tx, facts, known, (signed, now))?.map_err(refused)?;
    let evidence = Evidence {
        digest,
        signature: Some(signed.signature.clone()),
    };
    let key = match signer {
        Signer::ThirdParty(key) => return Ok((evidence, Instructing::ThirdParty(key), None)),
        Signer::Holder(key) => key,
    };
    let Some(assurance) = &ordered.assurance else {
        return Ok((evidence, Instructing::Holder, key));
    };
    signed_instructions::check_assurance(facts, signed, assurance).map_err(refused)?;
    Ok((evidence, Instructing::Assured, key))
}

/// All that a transfer is checked against, as of now.
fn conditions(
    registry: &Registry,
    tx: &mut Tx,
    (instruction, units, instructing, consented): (&Instruction, Units, Instructing, bool),
    (source, target): (&SideRecord, Option<&SideRecord>),
) -> Result<Conditions> {
    let product = instruction.product;
    let is_listed = match target {
        Some(target) => is_listed(tx, product, target.platform)?,
        None => false,
    };
    let wallet = source.side.wallet;
    let (place, before) = ((product, wallet.address), instruction.sequence);
    let (held, bound) = storage::transfers::stock(tx, place, Some(before), None)?;
    // A product that was made without an offer has none of its terms.
    let offer = storage::offers::find(tx, product)?.map(|found| found.offer);
    let offer = offer.unwrap_or_default();
    let unlocked = match offer.lock_in_days {
        0 => held,
        days => {
            let since = storage::transfers::since(tx, wallet.investor_id, product, wallet.address)?;
            transfer::unlocked(&since, days, registry.clock.now())
        }
    };
    let available = held.checked_sub(bound).unwrap_or_default();
    let entered = restriction_steps::standing(tx, place, Some(before))?;
    Ok(Conditions {
        source: source.side,
        target: target.map(|target| target.side),
        is_listed,
        rules: transfer_rules::find(tx, product)?,
        available,
        // What earlier instructions take is the oldest, whose lock-up ends first.
        unlocked: unlocked.checked_sub(bound).unwrap_or_default(),
        units,
        terms: offer.register.move_terms(),
        has_company_consent: consented,
        restricted: admit(&entered, (available, units), instructing).err(),
    })
}

fn is_listed(tx: &mut Tx, product: ProductId, platform: PlatformId) -> Result<bool> {
    let listing = parties::listed(tx, product, platform)?;
    Ok(listing.is_some_and(|listing| listing.is_allowed))
}

/// The instruction, its command to the DLT network and its line in the audit log, in one transaction.
fn enter(
    registry: &Registry,
    tx: &mut Tx,
    (caller, acting): (&Caller, ActsBy),
    (transfer, ordered, evidence): (&TransferRecord, &Ordered, &Evidence),
) -> Result<()> {
    let Some(signed) = &ordered.signed else {
        return Err(refused(InstructionRefusal::NoInstruction));
    };
    let instruction = &transfer.order.instruction;
    let choices = (signed.nonce.as_str(), signed.deadline);
    storage::transfers::insert(tx, transfer, Some(choices), evidence)?;
    let command = NewInstructed {
        id: CommandId::from_uuid(ids::new()),
        kind: CommandKind::Transfer,
        product: instruction.product,
        instruction: instruction.id,
        wallet: transfer.target.address(),
        units: transfer.units,
    };
    dlt_commands::queue_instructed(tx, &command, instruction.received_at)?;
    let detail = serde_json::json!({
        "product": instruction.product.to_string(), "sequence": instruction.sequence, "amount": transfer.units.get(),
        "authority": instruction.authority.as_str(), "means": instruction.means.as_str(), "acting": acting.named(),
    });
    let target = instruction.id.to_string();
    audit::record(registry, tx, caller, "transfer.create", &target, &detail)
}

fn show(transfer: &TransferRecord) -> Transfer {
    let mut shown = translate::transfers::show(
        &transfer.order.instruction,
        (transfer.source, transfer.target.address()),
        transfer.units,
    );
    shown.ground = transfer.ground.map(|ground| ground.as_str().to_owned());
    shown.reversed_by = transfer.reversed_by;
    shown
}

fn refused(refusal: InstructionRefusal) -> Error {
    Refusal::Instruction(refusal).into()
}

fn unknown(field: &'static str) -> Error {
    Error::Field(
        field,
        FieldCode::NotFound,
        "There is none with this id in this environment.".to_owned(),
    )
}

fn same_holder() -> Error {
    Error::Field(
        "target_address",
        FieldCode::OutOfRange,
        "This wallet is of the same investor; a transfer changes the holder.".to_owned(),
    )
}
