//! A row of redemptions, with what its two instructions have come to.

use database::{DatabaseError, Row};
use domain::redemption::{Consent, Effect, Payment, StoredRedemption};
use domain::{
    Authority, EnvironmentId, InstructionId, InvestorId, Means, PlatformId, ProductId, Recipient,
    Redemption, RedemptionId, RedemptionNoticeId, Timestamp, TransactionHash, WalletId,
};

use super::RedemptionRecord;
use crate::columns::Columns;

/// Reads the columns in the order of the statements.
pub(super) fn read(row: &Row) -> Result<RedemptionRecord, DatabaseError> {
    let mut columns = Columns::of(row);
    let id = columns.id(RedemptionId::from_uuid)?;
    let product = columns.id(ProductId::from_uuid)?;
    let environment = columns.id(EnvironmentId::from_uuid)?;
    let platform = columns.id(PlatformId::from_uuid)?;
    let investor_id = columns.id(InvestorId::from_uuid)?;
    let wallet = Recipient {
        wallet_id: columns.id(WalletId::from_uuid)?,
        address: columns.address()?,
    };
    let units = columns.units()?;
    let authority = columns.parsed(|text| text.parse::<Authority>().ok())?;
    let means = columns.parsed(|text| text.parse::<Means>().ok())?;
    let digest = columns.next()?;
    let signature = columns.next()?;
    let step = columns.next()?;
    let code: Option<String> = columns.next()?;
    let received_at = columns.time()?;
    let payment = payment(&mut columns)?;
    let consent = consent(&mut columns)?;
    let instruction = columns.opt_id(InstructionId::from_uuid)?;
    let entry: Option<u64> = columns.next()?;
    let deletion = columns.opt_id(InstructionId::from_uuid)?;
    let deletion_entry: Option<u64> = columns.next()?;
    let ended_at = columns.opt_time()?;
    let sequence = columns.next()?;
    let carried_out = (columns.opt_hash()?, columns.opt_time()?);
    let deleted = (columns.opt_hash()?, columns.opt_time()?);
    let notice = columns.opt_id(RedemptionNoticeId::from_uuid)?;
    let stored = StoredRedemption {
        id,
        product,
        investor_id,
        wallet,
        units,
        received_at,
        consent,
        step,
        payment,
        reregistered: effect(entry, carried_out),
        deleted: effect(deletion_entry, deleted),
        code: code.and_then(|code| code.parse().ok()),
        ended_at,
    };
    let redemption = Redemption::restore(stored).map_err(|error| DatabaseError::Statement {
        sql: "redemptions".to_owned(),
        message: error.to_string(),
    })?;
    Ok(RedemptionRecord {
        redemption,
        environment,
        platform,
        authority,
        means,
        digest,
        signature,
        instruction,
        sequence,
        deletion,
        notice,
    })
}

fn payment(columns: &mut Columns<'_>) -> Result<Option<Payment>, DatabaseError> {
    let paid_at = columns.opt_time()?;
    let reference: Option<String> = columns.next()?;
    let proven_at = columns.opt_time()?;
    Ok(paid_at
        .zip(reference)
        .zip(proven_at)
        .map(|((paid_at, reference), proven_at)| Payment {
            paid_at,
            reference,
            proven_at,
        }))
}

fn consent(columns: &mut Columns<'_>) -> Result<Option<Consent>, DatabaseError> {
    let at = columns.opt_time()?;
    let reference = columns.next()?;
    Ok(at.map(|at| Consent { at, reference }))
}

/// There is an entry once the instruction was carried out.
fn effect(
    entry: Option<u64>,
    (transaction_hash, at): (Option<TransactionHash>, Option<Timestamp>),
) -> Option<Effect> {
    Some(Effect {
        entry: entry?,
        at: at?,
        transaction_hash: transaction_hash?,
    })
}
