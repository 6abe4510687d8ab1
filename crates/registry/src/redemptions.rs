//! Redemptions as partners instruct them: a holder gives units back as soon as the issuer has paid for them.

use domain::{
    ActsBy, Authority, InstructionRefusal, Means, ProductId, ProductStatus, Redemption,
    RedemptionId, Refusal, Units,
};
use storage::Scope;
use storage::redemptions::RedemptionRecord;
use storage::transfers::SideRecord;
use translate::redemptions::Ordered;
use wire::FieldCode;
use wire::redemptions::RedemptionCreate;

use crate::custody::{self, Instructed};
use crate::instruction_signers::{self, Signer};
use crate::redemption_steps::{conditions, lock, show, tell};
use crate::signed_instructions::{Facts, Purpose};
use crate::{
    Answer, Caller, Done, Error, Listed, Paging, Registry, Request, Result, Right, audit,
    company_authority, ids, register_handover,
};

/// Takes a holder's instruction to re-register units to the issuer upon proof of payment (§ 29(1) eWpG). From here they are bound.
///
/// # Errors
/// A field that names nothing of the caller's; the code of the first condition that is not met.
pub async fn create(
    registry: &Registry,
    request: &Request,
    body: RedemptionCreate,
) -> Result<Answer> {
    let (environment, platform, scope) = request
        .caller
        .require_distributor(Right::WriteRedemptions)?;
    let mut ordered = translate::redemptions::create(&body)?;
    if ordered.signed.is_none() {
        let instructed = Instructed {
            product: ordered.product,
            wallet: ordered.wallet,
            units: ordered.units,
            purpose: Purpose::Redemption,
        };
        ordered.signed = custody::sign(registry, &scope, instructed).await?;
    }
    let (own, caller) = (registry.clone(), request.caller.clone());
    registry
        .write(request, move |tx| {
            let now = own.clock.now();
            let product = storage::products::find(tx, &scope, ordered.product)?
                .filter(|product| product.status == ProductStatus::Active)
                .ok_or_else(|| unknown("product_id"))?;
            storage::investors::find(tx, &scope, ordered.investor)?
                .ok_or_else(|| unknown("investor_id"))?;
            let holder = storage::transfers::side(tx, &scope, ordered.wallet)?
                .filter(|holder| holder.side.wallet.investor_id == ordered.investor)
                .ok_or_else(|| unknown("wallet_id"))?;
            let facts = Facts {
                chain_id: product.chain_id,
                token: product.token_address,
                from: holder.side.wallet.address,
                units: ordered.units,
                purpose: Purpose::Redemption,
            };
            let signed = ordered
                .signed
                .as_ref()
                .ok_or_else(|| refused(InstructionRefusal::NoInstruction))?;
            let known = (ordered.investor, [].as_slice());
            let (digest, signer) =
                instruction_signers::authenticate(tx, &facts, known, (signed, now))?
                    .map_err(refused)?;
            let acting = company_authority::acting(&own, tx, ordered.investor)?;
            let acting = acting.map_err(refused)?;
            // From here on nobody else binds units of the asset before this is there or refused.
            register_handover::hold_queue(tx, ordered.product)?;
            if storage::redemptions::is_known(tx, ordered.product, &digest)? {
                return Err(refused(InstructionRefusal::Duplicate));
            }
            let id = RedemptionId::from_uuid(ids::new());
            check(tx, &holder, ordered.product, ordered.units)?;
            let wallet = &holder.side.wallet;
            let record = RedemptionRecord {
                redemption: Redemption::receive(id, ordered.product, wallet, ordered.units, now),
                environment,
                platform,
                authority: Authority::Holder,
                means: Means::Signature,
                digest,
                signature: Some(signed.signature.clone()),
                instruction: None,
                sequence: None,
                deletion: None,
                notice: None,
            };
            let choices = (signed.nonce.as_str(), signed.deadline);
            storage::redemptions::insert(tx, &record, Some(choices))?;
            if let Signer::Holder(Some(key)) = signer {
                storage::instruction_keys::note_use(tx, ordered.product, &digest, key)?;
            }
            tell(&own, tx, &record, None)?;
            note(&own, tx, (&caller, acting), &ordered, id)?;
            Done::created(id, &show(&record))
        })
        .await
}

/// Takes an instruction back for the holder before anything was paid; its units are free again.
///
/// # Errors
/// `redemption_state` once the payment is proven; not found if it is not the caller's.
pub async fn withdraw(registry: &Registry, request: &Request, id: RedemptionId) -> Result<Answer> {
    let (_, _, scope) = request
        .caller
        .require_distributor(Right::WriteRedemptions)?;
    let (own, caller) = (registry.clone(), request.caller.clone());
    registry
        .write(request, move |tx| {
            let mut record = lock(tx, &scope, id)?;
            if record.notice.is_some() {
                // What the issuer has announced is the issuer's to take back.
                return Err(Error::NotPermitted);
            }
            let before = record.redemption.status();
            record.redemption = record.redemption.clone().withdraw(own.clock.now())?;
            storage::redemptions::update(tx, &record)?;
            tell(&own, tx, &record, Some(before))?;
            let target = id.to_string();
            let detail = serde_json::json!({});
            audit::record(&own, tx, &caller, "redemption.withdraw", &target, &detail)?;
            Done::ok(id, &show(&record))
        })
        .await
}

/// The redemptions of the caller's investors, oldest first.
///
/// # Errors
/// Refuses callers other than a distributor.
pub async fn list(
    registry: &Registry,
    caller: &Caller,
    product: Option<ProductId>,
    paging: Paging,
) -> Result<Listed<wire::redemptions::Redemption>> {
    let scope = caller.require(Right::ReadRedemptions)?;
    seen_list(registry, scope, product, paging).await
}

/// One of them.
///
/// # Errors
/// Not found if it is not one of the caller's investors'.
pub async fn get(
    registry: &Registry,
    caller: &Caller,
    id: RedemptionId,
) -> Result<wire::redemptions::Redemption> {
    seen(registry, caller.require(Right::ReadRedemptions)?, id).await
}

/// Redemptions within a scope, oldest first.
pub(crate) async fn seen_list(
    registry: &Registry,
    scope: Scope,
    product: Option<ProductId>,
    paging: Paging,
) -> Result<Listed<wire::redemptions::Redemption>> {
    registry
        .db
        .read(move |tx| {
            let stretch = (paging.offset, paging.limit);
            let (count, found) = storage::redemptions::list(tx, &scope, product, stretch)?;
            let items = found.iter().map(show).collect();
            Ok(Listed { count, items })
        })
        .await
}

/// One redemption within a scope.
pub(crate) async fn seen(
    registry: &Registry,
    scope: Scope,
    id: RedemptionId,
) -> Result<wire::redemptions::Redemption> {
    registry
        .db
        .read(move |tx| {
            let found = storage::redemptions::find(tx, &scope, id)?;
            found
                .as_ref()
                .map(show)
                .ok_or(Error::NotFound("redemption"))
        })
        .await
}

fn check(
    tx: &mut database::Tx,
    holder: &SideRecord,
    product: ProductId,
    units: Units,
) -> Result<()> {
    let stock = (holder.side.wallet.address, None, None);
    conditions(tx, (product, units), holder, stock)?
        .check()
        .map_err(refused)
}

fn note(
    registry: &Registry,
    tx: &mut database::Tx,
    (caller, acting): (&Caller, ActsBy),
    ordered: &Ordered,
    id: RedemptionId,
) -> Result<()> {
    let detail = serde_json::json!({
        "product": ordered.product.to_string(), "units": ordered.units.get(),
        "authority": Authority::Holder.as_str(), "means": Means::Signature.as_str(),
        "acting": acting.named(),
    });
    audit::record(
        registry,
        tx,
        caller,
        "redemption.create",
        &id.to_string(),
        &detail,
    )
}

fn refused(refusal: InstructionRefusal) -> Error {
    Refusal::Redemption(refusal).into()
}

fn unknown(field: &'static str) -> Error {
    Error::Field(
        field,
        FieldCode::NotFound,
        "There is none with this id, of this investor, in this environment.".to_owned(),
    )
}
