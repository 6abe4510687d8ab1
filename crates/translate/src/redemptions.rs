//! Redemptions.

use domain::redemption::Payment;
use domain::{
    FieldCode, FieldErrors, InvestorId, ProductId, Redemption, RedemptionNoticeId, RedemptionState,
    Timestamp, Units, WalletId,
};
use wire::redemptions as out;

use crate::instructions::{self, Signed};

/// The end-to-end reference of a credit transfer (ISO 20022, Max35Text).
const LONGEST_REFERENCE: usize = 35;

/// A redemption as it was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ordered {
    /// The holder.
    pub investor: InvestorId,
    /// Whose units.
    pub product: ProductId,
    /// Where they are.
    pub wallet: WalletId,
    /// How many.
    pub units: Units,
    /// The holder's signature, if one was sent.
    pub signed: Option<Signed>,
}

/// Reads the body of creation.
///
/// # Errors
/// Every field that cannot be accepted.
pub fn create(body: &out::RedemptionCreate) -> Result<Ordered, FieldErrors> {
    let mut errors = FieldErrors::new();
    let units = instructions::units(&mut errors, "units", body.units);
    let signed = instructions::signed(
        &mut errors,
        (body.nonce.as_deref(), body.deadline),
        (body.signature.as_deref(), body.instruction_key),
    );
    let ordered = units.map(|units| Ordered {
        investor: InvestorId::from_uuid(body.investor_id),
        product: ProductId::from_uuid(body.product_id),
        wallet: WalletId::from_uuid(body.wallet_id),
        units,
        signed,
    });
    errors.into_result(ordered)
}

/// Reads the proof of a payment.
///
/// # Errors
/// Every field that cannot be accepted; nobody has paid in the future.
pub fn payment(body: &out::RedemptionPaid, now: Timestamp) -> Result<Payment, FieldErrors> {
    let mut errors = FieldErrors::new();
    let paid_at = errors
        .parse_optional::<Timestamp>("paid_at", body.paid_at.as_deref())
        .unwrap_or(now);
    if paid_at > now {
        let message = "A payment is proven after it was made.";
        errors.push("paid_at", FieldCode::InFuture, message);
    }
    let reference = &body.payment_reference;
    let known = |byte: u8| byte.is_ascii_alphanumeric() || b"/-?:().,'+".contains(&byte);
    if reference.is_empty() {
        errors.missing("payment_reference");
    } else if reference.len() > LONGEST_REFERENCE {
        let message = "An end-to-end reference has at most 35 characters.";
        errors.push("payment_reference", FieldCode::TooLong, message);
    } else if !reference.bytes().all(known) {
        let message = "An end-to-end reference is made of letters, digits and /-?:().,'+";
        errors.push("payment_reference", FieldCode::InvalidFormat, message);
    }
    errors.into_result(Some(Payment {
        paid_at,
        reference: reference.clone(),
        proven_at: now,
    }))
}

/// A redemption as the network answers it, with the place of its instruction in the queue and the notice that it follows from.
pub fn show(
    redemption: &Redemption,
    (sequence, notice): (Option<u64>, Option<RedemptionNoticeId>),
) -> out::Redemption {
    let state = redemption.state();
    let (payment, effect, deleted) = (state.payment(), state.reregistered(), state.deleted());
    let text = |at: Option<Timestamp>| at.map(|at| at.to_string());
    out::Redemption {
        id: redemption.id.uuid(),
        investor_id: redemption.investor_id.uuid(),
        product_id: redemption.product.uuid(),
        wallet_id: redemption.wallet.wallet_id.uuid(),
        units: redemption.units.get(),
        notice_id: notice.map(RedemptionNoticeId::uuid),
        status: status(state),
        step: step(state),
        reason: reason(state),
        received_at: redemption.received_at.to_string(),
        paid_at: text(payment.map(|payment| payment.paid_at)),
        payment_reference: payment.map(|payment| payment.reference.clone()),
        sequence,
        reregistered_at: text(effect.map(|effect| effect.at)),
        transaction_hash: effect.map(|effect| effect.transaction_hash.to_string()),
        consented_at: text(redemption.consent.as_ref().map(|consent| consent.at)),
        deleted_at: text(deleted.map(|effect| effect.at)),
        deletion_transaction_hash: deleted.map(|effect| effect.transaction_hash.to_string()),
        ended_at: text(state.ended_at()),
    }
}

fn status(state: &RedemptionState) -> out::RedemptionStatus {
    match state.status() {
        domain::RedemptionStatus::Processing => out::RedemptionStatus::Processing,
        domain::RedemptionStatus::Succeeded => out::RedemptionStatus::Succeeded,
        domain::RedemptionStatus::Failed => out::RedemptionStatus::Failed,
    }
}

fn step(state: &RedemptionState) -> out::RedemptionStep {
    match state {
        RedemptionState::AwaitingPayment => out::RedemptionStep::AwaitingPayment,
        RedemptionState::Paid(_) => out::RedemptionStep::Paid,
        RedemptionState::Reregistered(..) => out::RedemptionStep::Reregistered,
        RedemptionState::Deleting(..) => out::RedemptionStep::Deleting,
        RedemptionState::Deleted(..) => out::RedemptionStep::Deleted,
        RedemptionState::Failed(..) => out::RedemptionStep::Failed,
        RedemptionState::Withdrawn(_) => out::RedemptionStep::Withdrawn,
    }
}

fn reason(state: &RedemptionState) -> Option<out::RedemptionFailure> {
    let (code, message) = match state {
        RedemptionState::Failed(_, code, _) => (code.as_str(), code.message()),
        RedemptionState::Withdrawn(_) => (
            "withdrawn",
            "The instruction was withdrawn before it was paid.",
        ),
        _ => return None,
    };
    Some(out::RedemptionFailure {
        code: code.to_owned(),
        message: message.to_owned(),
    })
}
