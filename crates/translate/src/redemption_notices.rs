//! Redemptions that the issuer begins.

use domain::redemption::notice::{NoticeAmount, NoticeState, RedemptionNotice};
use domain::{Address, Date, FieldCode, FieldErrors, Percent, ProductId, Timestamp};
use wire::redemption_notices as out;

use crate::instructions;

/// A notice as it was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Announced {
    /// The product.
    pub product: ProductId,
    /// How much.
    pub amount: NoticeAmount,
    /// From which day on.
    pub execution_date: Date,
    /// From which wallets; all of them if none is named.
    pub wallets: Vec<Address>,
    /// What lets the issuer do so.
    pub legal_basis: String,
}

/// Reads the body of creation.
///
/// # Errors
/// Every field that cannot be accepted; a notice is given before its day.
pub fn create(
    body: &out::RedemptionNoticeCreate,
    now: Timestamp,
) -> Result<Announced, FieldErrors> {
    let mut errors = FieldErrors::new();
    let amount = amount(&mut errors, body);
    let execution_date = errors.parse::<Date>("execution_date", &body.execution_date);
    if execution_date.is_some_and(|date| date < now.berlin_date()) {
        let message = "What is announced lies ahead.";
        errors.push("execution_date", FieldCode::OutOfRange, message);
    }
    let mut wallets = Vec::with_capacity(body.wallet_addresses.len());
    for (index, address) in body.wallet_addresses.iter().enumerate() {
        let field = format!("wallet_addresses[{index}]");
        wallets.extend(errors.parse::<Address>(&field, address));
    }
    wallets.sort_unstable();
    wallets.dedup();
    domain::text::check_text(&mut errors, "legal_basis", &body.legal_basis);
    let announced = amount
        .zip(execution_date)
        .map(|(amount, execution_date)| Announced {
            product: ProductId::from_uuid(body.product_id),
            amount,
            execution_date,
            wallets,
            legal_basis: body.legal_basis.clone(),
        });
    errors.into_result(announced)
}

/// One of the two ways to say how much.
fn amount(errors: &mut FieldErrors, body: &out::RedemptionNoticeCreate) -> Option<NoticeAmount> {
    match (body.units, body.percent.as_deref()) {
        (Some(units), None) => instructions::units(errors, "units", units).map(NoticeAmount::Units),
        (None, Some(percent)) => {
            let percent = errors.parse::<Percent>("percent", percent)?;
            if percent == Percent::ZERO {
                let message = "At least a hundredth of a percent is taken back.";
                errors.push("percent", FieldCode::OutOfRange, message);
                return None;
            }
            Some(NoticeAmount::Percent(percent))
        }
        (None, None) => {
            errors.missing("units");
            None
        }
        (Some(_), Some(_)) => {
            let message = "Either units or percent, not both.";
            errors.push("percent", FieldCode::Duplicate, message);
            None
        }
    }
}

/// A notice as the network answers it, with how many of its redemptions have not been paid.
pub fn show(notice: &RedemptionNotice, awaiting_payment: u64) -> out::RedemptionNotice {
    let (units, percent) = match notice.amount {
        NoticeAmount::Units(units) => (Some(units.get()), None),
        NoticeAmount::Percent(percent) => (None, Some(percent.to_string())),
    };
    let (status, executed) = match *notice.state() {
        NoticeState::Notified => (out::RedemptionNoticeStatus::Notified, None),
        NoticeState::Executed {
            at,
            sequence,
            units,
        } => (
            out::RedemptionNoticeStatus::Executed,
            Some((at, sequence, units)),
        ),
        NoticeState::Withdrawn { .. } => (out::RedemptionNoticeStatus::Withdrawn, None),
    };
    out::RedemptionNotice {
        id: notice.id.uuid(),
        product_id: notice.product.uuid(),
        units,
        percent,
        execution_date: notice.execution_date.to_string(),
        wallet_addresses: notice.wallets.iter().map(Address::to_string).collect(),
        legal_basis: notice.legal_basis.clone(),
        status,
        notified_at: notice.notified_at.to_string(),
        executed_at: executed.map(|(at, _, _)| at.to_string()),
        sequence: executed.map(|(_, sequence, _)| sequence),
        redeemed_units: executed.map(|(_, _, units)| units.get()),
        awaiting_payment,
    }
}
