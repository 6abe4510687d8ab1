//! What issuers have announced to take back.

use database::{DatabaseError, Row, Sql, Tx, Value};
use domain::redemption::notice::{NoticeAmount, NoticeState, RedemptionNotice};
use domain::{Address, Date, ProductId, RedemptionId, RedemptionNoticeId, Units};

use crate::Scope;
use crate::columns::{Columns, opt_time, time};

const INSERT: Sql = Sql("insert into redemption_notices
(id, product_id, units, percent, execution_date, legal_basis, status, notified_at)
values ($1, $2, $3, $4, $5, $6, $7, $8)");

const INSERT_WALLET: Sql = Sql("insert into redemption_notice_wallets
(notice_id, wallet_address)
values ($1, $2)");

const FIND: Sql = Sql("select n.id, n.product_id, n.units, n.percent, n.execution_date, n.legal_basis, n.notified_at, n.status, n.executed_at, n.sequence, n.redeemed_units, n.withdrawn_at
from redemption_notices n
join products p on p.id = n.product_id
where n.id = $1
and (p.environment_id = $2 or $2 is null)
and (p.issuer_id in (select s.id from issuers s where s.account_id = $3) or $3 is null)
and (exists (select 1 from membership_products m where m.membership_id = $4 and m.product_id = n.product_id) or $4 is null)");

const LOCK: Sql = Sql("select id
from redemption_notices
where id = $1
for update");

const COUNT: Sql = Sql("select count(*)
from redemption_notices n
join products p on p.id = n.product_id
where (p.environment_id = $1 or $1 is null)
and (p.issuer_id in (select s.id from issuers s where s.account_id = $2) or $2 is null)
and (exists (select 1 from membership_products m where m.membership_id = $3 and m.product_id = n.product_id) or $3 is null)
and (n.product_id = $4 or $4 is null)");

const LIST: Sql = Sql("select n.id, n.product_id, n.units, n.percent, n.execution_date, n.legal_basis, n.notified_at, n.status, n.executed_at, n.sequence, n.redeemed_units, n.withdrawn_at
from redemption_notices n
join products p on p.id = n.product_id
where (p.environment_id = $1 or $1 is null)
and (p.issuer_id in (select s.id from issuers s where s.account_id = $2) or $2 is null)
and (exists (select 1 from membership_products m where m.membership_id = $3 and m.product_id = n.product_id) or $3 is null)
and (n.product_id = $4 or $4 is null)
order by n.id
limit $5 offset $6");

const WALLETS: Sql = Sql("select wallet_address
from redemption_notice_wallets
where notice_id = $1
order by wallet_address");

const UPDATE: Sql = Sql("update redemption_notices
set status = $2, executed_at = $3, sequence = $4, redeemed_units = $5, withdrawn_at = $6
where id = $1");

const WAITING: Sql = Sql("select id
from redemptions
where notice_id = $1
and status = 'awaiting_payment'
order by id");

/// Keeps a new notice.
///
/// # Errors
/// Fails if the database does.
pub fn insert(tx: &mut Tx, notice: &RedemptionNotice) -> Result<(), DatabaseError> {
    let (units, percent) = match notice.amount {
        NoticeAmount::Units(units) => (Some(units.as_i64()), None),
        NoticeAmount::Percent(percent) => (None, Some(percent.to_string())),
    };
    let parameters = [
        notice.id.uuid().into(),
        notice.product.uuid().into(),
        Value::from(units),
        Value::from(percent),
        notice.execution_date.to_string().into(),
        notice.legal_basis.as_str().into(),
        notice.state().as_str().into(),
        time(notice.notified_at),
    ];
    tx.later(INSERT, &parameters)?;
    for wallet in &notice.wallets {
        let parameters = [notice.id.uuid().into(), wallet.bytes().into()];
        tx.later(INSERT_WALLET, &parameters)?;
    }
    Ok(())
}

/// A notice about a product of the caller's.
///
/// # Errors
/// Fails if the database does.
pub fn find(
    tx: &mut Tx,
    scope: &Scope,
    id: RedemptionNoticeId,
) -> Result<Option<RedemptionNotice>, DatabaseError> {
    let parameters = [
        id.uuid().into(),
        scope.environment_value(),
        scope.issuer_value(),
        scope.membership_value(),
    ];
    let row = tx.query_opt(FIND, &parameters)?;
    row.map(|row| read(tx, &row)).transpose()
}

/// The same, locked until the transaction ends.
///
/// # Errors
/// Fails if the database does.
pub fn lock(
    tx: &mut Tx,
    scope: &Scope,
    id: RedemptionNoticeId,
) -> Result<Option<RedemptionNotice>, DatabaseError> {
    tx.query(LOCK, &[id.uuid().into()])?;
    find(tx, scope, id)
}

/// The number of notices (of one product, if given) and a stretch of them, oldest first.
///
/// # Errors
/// Fails if the database does.
pub fn list(
    tx: &mut Tx,
    scope: &Scope,
    product: Option<ProductId>,
    (offset, limit): (u64, u32),
) -> Result<(u64, Vec<RedemptionNotice>), DatabaseError> {
    let mut parameters = vec![
        scope.environment_value(),
        scope.issuer_value(),
        scope.membership_value(),
        Value::from(product.map(ProductId::uuid)),
    ];
    let count = tx.query_one(COUNT, &parameters)?.get(0)?;
    parameters.extend([limit.into(), offset.cast_signed().into()]);
    let rows = tx.query(LIST, &parameters)?;
    let notices = rows.iter().map(|row| read(tx, row));
    Ok((count, notices.collect::<Result<_, _>>()?))
}

/// Saves how far a notice is.
///
/// # Errors
/// Fails if the database does.
pub fn update(tx: &mut Tx, notice: &RedemptionNotice) -> Result<(), DatabaseError> {
    let (executed, withdrawn_at) = match *notice.state() {
        NoticeState::Notified => (None, None),
        NoticeState::Executed {
            at,
            sequence,
            units,
        } => (Some((at, sequence.cast_signed(), units.as_i64())), None),
        NoticeState::Withdrawn { at } => (None, Some(at)),
    };
    let parameters = [
        notice.id.uuid().into(),
        notice.state().as_str().into(),
        opt_time(executed.map(|(at, _, _)| at)),
        Value::from(executed.map(|(_, sequence, _)| sequence)),
        Value::from(executed.map(|(_, _, units)| units)),
        opt_time(withdrawn_at),
    ];
    tx.later(UPDATE, &parameters)
}

/// What of a notice has not been paid.
///
/// # Errors
/// Fails if the database does.
pub fn waiting(tx: &mut Tx, id: RedemptionNoticeId) -> Result<Vec<RedemptionId>, DatabaseError> {
    let rows = tx.query(WAITING, &[id.uuid().into()])?;
    rows.iter()
        .map(|row| Columns::of(row).id(RedemptionId::from_uuid))
        .collect()
}

fn read(tx: &mut Tx, row: &Row) -> Result<RedemptionNotice, DatabaseError> {
    let mut columns = Columns::of(row);
    let id = columns.id(RedemptionNoticeId::from_uuid)?;
    let product = columns.id(ProductId::from_uuid)?;
    let units: Option<i64> = columns.next()?;
    let percent: Option<String> = columns.next()?;
    let execution_date = columns.parsed(|text| Date::parse(text).ok())?;
    let legal_basis = columns.next()?;
    let notified_at = columns.time()?;
    let status: String = columns.next()?;
    let executed_at = columns.opt_time()?;
    let sequence: Option<u64> = columns.next()?;
    let redeemed: Option<i64> = columns.next()?;
    let withdrawn_at = columns.opt_time()?;
    let corrupt = |what: &str| DatabaseError::Statement {
        sql: "redemption_notices".to_owned(),
        message: format!("a notice is {status} without {what}"),
    };
    let counted = |number: Option<i64>| number.and_then(|number| Units::try_from(number).ok());
    let percent = percent.and_then(|text| text.parse().ok());
    let amount = match (counted(units), percent) {
        (Some(units), None) => Some(NoticeAmount::Units(units)),
        (None, Some(percent)) => Some(NoticeAmount::Percent(percent)),
        _ => None,
    };
    let amount = amount.ok_or_else(|| corrupt("an amount"))?;
    let state = match (status.as_str(), executed_at, withdrawn_at) {
        ("notified", None, None) => Some(NoticeState::Notified),
        ("executed", Some(at), None) => {
            let parts = sequence.zip(counted(redeemed));
            parts.map(|(sequence, units)| NoticeState::Executed {
                at,
                sequence,
                units,
            })
        }
        ("withdrawn", None, Some(at)) => Some(NoticeState::Withdrawn { at }),
        _ => None,
    };
    let state = state.ok_or_else(|| corrupt("what belongs to that"))?;
    let wallets = tx.query(WALLETS, &[id.uuid().into()])?;
    let wallets = wallets
        .iter()
        .map(|row| Columns::of(row).address())
        .collect::<Result<Vec<Address>, _>>()?;
    let terms = (execution_date, legal_basis);
    let notice = RedemptionNotice::announce(id, product, (amount, wallets), terms, notified_at);
    Ok(notice.restored(state))
}
