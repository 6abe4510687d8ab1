//! Register statements: that and when an entry about an investor was made (§ 19 eWpG).

use database::{DatabaseError, Row, Sql, Tx, Value};
use domain::{EnvironmentId, InvestmentId, PlatformId, ProductId, Timestamp, Units};
use uuid::Uuid;

use crate::Scope;
use crate::columns::{Columns, time};

const INSERT: Sql = Sql("insert into registry_statements
(id, environment_id, platform_id, investment_id, product_id, sequence, units, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8)");

const OF_INVESTMENT: Sql = Sql(
    "select id, environment_id, platform_id, investment_id, product_id, sequence, units, created_at
from registry_statements
where investment_id = $1
and (environment_id = $2 or $2 is null)
and (platform_id = $3 or $3 is null)
order by id
limit $4 offset $5",
);

const COUNT_OF_INVESTMENT: Sql = Sql("select count(*)
from registry_statements
where investment_id = $1
and (environment_id = $2 or $2 is null)
and (platform_id = $3 or $3 is null)");

const EXISTS: Sql = Sql("select 1
from investments
where id = $1
and (environment_id = $2 or $2 is null)
and (platform_id = $3 or $3 is null)");

const OF_PRODUCT: Sql = Sql("select s.id, s.environment_id, s.platform_id, s.investment_id, s.product_id, s.sequence, s.units, s.created_at, i.environment_id, i.platform_id, k.investment_id
from registry_statements s
left join investments i on i.id = s.investment_id
left join register_commitments k on k.product_id = s.product_id and k.sequence = s.sequence
where s.product_id = $1
and s.sequence > $2
and s.sequence <= $3
order by s.sequence");

/// A statement as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementRecord {
    /// Identifies it.
    pub id: Uuid,
    /// Where.
    pub environment: EnvironmentId,
    /// Who may read it.
    pub platform: PlatformId,
    /// Whose entry.
    pub investment: InvestmentId,
    /// In which register.
    pub product: ProductId,
    /// Which entry.
    pub sequence: u64,
    /// Units held after the entry.
    pub units: Units,
    /// When the entry was made.
    pub created_at: Timestamp,
}

/// A statement beside what it was made from, for the check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementCheck {
    /// The statement.
    pub statement: StatementRecord,
    /// Where its investment is, if there is such an investment.
    pub place: Option<(EnvironmentId, PlatformId)>,
    /// The investment that its entry is tied to, as long as it is.
    pub entered: Option<InvestmentId>,
}

/// Keeps a statement.
///
/// # Errors
/// Fails if the database does.
pub fn insert(tx: &mut Tx, statement: &StatementRecord) -> Result<(), DatabaseError> {
    let parameters = [
        statement.id.into(),
        statement.environment.uuid().into(),
        statement.platform.uuid().into(),
        statement.investment.uuid().into(),
        statement.product.uuid().into(),
        Value::I64(statement.sequence.cast_signed()),
        statement.units.as_i64().into(),
        time(statement.created_at),
    ];
    tx.later(INSERT, &parameters)
}

/// The number of an investment's statements and a stretch of them, oldest first; nothing if the caller may not see the
/// investment.
///
/// # Errors
/// Fails if the database does.
pub fn of_investment(
    tx: &mut Tx,
    scope: &Scope,
    investment: InvestmentId,
    offset: u64,
    limit: u32,
) -> Result<Option<(u64, Vec<StatementRecord>)>, DatabaseError> {
    let place = [
        investment.uuid().into(),
        scope.environment_value(),
        scope.platform_value(),
    ];
    let mut page = place.to_vec();
    page.extend([limit.into(), offset.cast_signed().into()]);
    let answers = tx.query_many(&[
        (EXISTS, &place),
        (COUNT_OF_INVESTMENT, &place),
        (OF_INVESTMENT, &page),
    ])?;
    let [exists, count, rows] = answers.as_slice() else {
        return Ok(None);
    };
    let (Some(_), Some(count)) = (exists.first(), count.first()) else {
        return Ok(None);
    };
    let items = rows
        .iter()
        .map(|row| read(&mut Columns::of(row)))
        .collect::<Result<_, _>>()?;
    Ok(Some((count.get(0)?, items)))
}

/// The statements about the entries after one sequence up to another, each with what it was made from.
///
/// # Errors
/// Fails if the database does.
pub fn to_check(
    tx: &mut Tx,
    product: ProductId,
    after: u64,
    up_to: u64,
) -> Result<Vec<StatementCheck>, DatabaseError> {
    let parameters = [
        product.uuid().into(),
        Value::I64(after.cast_signed()),
        Value::I64(up_to.cast_signed()),
    ];
    let rows = tx.query(OF_PRODUCT, &parameters)?;
    rows.iter().map(read_check).collect()
}

fn read_check(row: &Row) -> Result<StatementCheck, DatabaseError> {
    let mut columns = Columns::of(row);
    let statement = read(&mut columns)?;
    let environment = columns.opt_id(EnvironmentId::from_uuid)?;
    let platform = columns.opt_id(PlatformId::from_uuid)?;
    Ok(StatementCheck {
        statement,
        place: environment.zip(platform),
        entered: columns.opt_id(InvestmentId::from_uuid)?,
    })
}

fn read(columns: &mut Columns<'_>) -> Result<StatementRecord, DatabaseError> {
    Ok(StatementRecord {
        id: columns.next()?,
        environment: columns.id(EnvironmentId::from_uuid)?,
        platform: columns.id(PlatformId::from_uuid)?,
        investment: columns.id(InvestmentId::from_uuid)?,
        product: columns.id(ProductId::from_uuid)?,
        sequence: columns.next()?,
        units: columns.units()?,
        created_at: columns.time()?,
    })
}
