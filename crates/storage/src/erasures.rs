//! What a person had to do with the network: whether its data may be erased depends on it.

use database::{DatabaseError, Sql, Tx};
use domain::InvestorId;
use domain::erasure::{Activity, Dealings};

use crate::columns::Columns;

/// An investment under way is one whose status is not final (`domain::Status::is_final`).
const DEALINGS: Sql = Sql("
select
    (select cast(coalesce(sum(s.units), 0) as bigint)
    from holdings s
    join holders h on h.id = s.holder_id and h.product_id = s.product_id
    where h.investor_id = i.id)
    + (select count(*)
    from investments v
    where v.investor_id = i.id
    and v.status in ('KYC_PENDING', 'REVIEW_PENDING', 'WAITING_FOR_ACCEPTANCE', 'ACCEPTED', 'PAID')),
    (select max(e.created_at)
    from holders h
    join holding_changes c on c.product_id = h.product_id and c.holder_id = h.id
    join register_entries e on e.product_id = c.product_id and e.sequence = c.sequence
    where h.investor_id = i.id),
    (select max(d.created_at)
    from identifications d
    where d.investor_id = i.id),
    (select max(v.changed_at)
    from investments v
    where v.investor_id = i.id),
    i.updated_at
from investors i
where i.id = $1");

/// What an investor had to do with the network; none if there is no such investor.
///
/// # Errors
/// Fails if the database does.
pub fn dealings(tx: &mut Tx, investor: InvestorId) -> Result<Option<Dealings>, DatabaseError> {
    let Some(row) = tx.query_opt(DEALINGS, &[investor.uuid().into()])? else {
        return Ok(None);
    };
    let mut columns = Columns::of(&row);
    let going_on: i64 = columns.next()?;
    let last_entry = columns.opt_time()?;
    let last_identification = columns.opt_time()?;
    let last_investment = columns.opt_time()?;
    let updated_at = columns.time()?;
    let all = [last_entry, last_identification, last_investment];
    Ok(Some(Dealings {
        is_active: match going_on {
            0 => Activity::Ended,
            _ => Activity::GoesOn,
        },
        last_entry,
        last_identification,
        last_change: all.into_iter().flatten().fold(updated_at, Ord::max),
    }))
}
