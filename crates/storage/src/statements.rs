//! Statements of the register: a row for each that is owed or was asked for, and what became of it (§ 19 eWpG).

use database::{DatabaseError, Row, Sql, Tx, Value};
use domain::{
    DocumentId, EnvironmentId, InvestmentId, Language, PlatformId, ProductId, StatementReason,
    Timestamp, Units,
};
use uuid::Uuid;

use crate::Scope;
use crate::columns::{Columns, time};

/// Wakes who makes the documents.
pub const TOPIC: &str = "statements";

// The investment that the entry commits to has received; any other one that it concerns has given. Who is certainly owed none is left out from the start, so that
// nobody sees a statement that will never be there; who is owed one is decided where it is made.
const INSERT_OF_ENTRY: Sql = Sql("insert into registry_statements
(id, environment_id, platform_id, investment_id, product_id, sequence, entry_sequence, units, investment_units, reason, status, created_at)
select $1, $2, $3, v.id, $5, $6, $6, $7, v.remaining_units, case when exists (select 1 from register_commitments k where k.product_id = $5 and k.sequence = $6 and k.investment_id = $4) then 'entry' else 'change' end, case when w.kind = 'natural' and not w.custodian_bank then 'due' else 'withheld' end, $8
from investments v
join investors w on w.id = v.investor_id
where v.id = $4");

const INSERT: Sql = Sql("insert into registry_statements
(id, environment_id, platform_id, investment_id, product_id, sequence, entry_sequence, units, investment_units, reason, year, status, language, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'due', $12, $13)");

const FIND: Sql = Sql("select s.id, s.environment_id, s.platform_id, s.investment_id, s.product_id, s.sequence, s.entry_sequence, s.units, s.investment_units, s.reason, s.year, s.status, s.language, s.number, s.issued_at, s.log_size, s.document_id, d.content_hash, s.created_at, p.legal_form
from registry_statements s
join products p on p.id = s.product_id
left join documents d on d.id = s.document_id
where s.id = $1
and s.status <> 'withheld'
and (s.environment_id = $2 or $2 is null)
and (s.platform_id = $3 or $3 is null)
and (exists (select 1 from membership_products m where m.membership_id = $4 and m.product_id = s.product_id) or $4 is null)");

const OF_INVESTMENT: Sql = Sql("select s.id, s.environment_id, s.platform_id, s.investment_id, s.product_id, s.sequence, s.entry_sequence, s.units, s.investment_units, s.reason, s.year, s.status, s.language, s.number, s.issued_at, s.log_size, s.document_id, d.content_hash, s.created_at, p.legal_form
from registry_statements s
join products p on p.id = s.product_id
left join documents d on d.id = s.document_id
where s.investment_id = $1
and s.status <> 'withheld'
and (s.environment_id = $2 or $2 is null)
and (s.platform_id = $3 or $3 is null)
and (exists (select 1 from membership_products m where m.membership_id = $4 and m.product_id = s.product_id) or $4 is null)
order by s.id
limit $5 offset $6");

const COUNT_OF_INVESTMENT: Sql = Sql("select count(*)
from registry_statements s
where s.investment_id = $1
and s.status <> 'withheld'
and (s.environment_id = $2 or $2 is null)
and (s.platform_id = $3 or $3 is null)
and (exists (select 1 from membership_products m where m.membership_id = $4 and m.product_id = s.product_id) or $4 is null)");

const EXISTS: Sql = Sql("select 1
from investments v
where v.id = $1
and (v.environment_id = $2 or $2 is null)
and (v.platform_id = $3 or $3 is null)
and (exists (select 1 from membership_products m where m.membership_id = $4 and m.product_id = v.product_id) or $4 is null)");

const OF_PRODUCT: Sql = Sql("select s.investment_id, s.environment_id, s.platform_id, s.sequence, s.units, i.environment_id, i.platform_id
from registry_statements s
left join investments i on i.id = s.investment_id
where s.product_id = $1
and s.sequence > $2
and s.sequence <= $3
and (s.reason = 'entry' or s.reason = 'change')
order by s.sequence, s.id");

/// A statement as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementRecord {
    /// Identifies it.
    pub id: Uuid,
    /// Where.
    pub environment: EnvironmentId,
    /// Who may read it.
    pub platform: PlatformId,
    /// Which investment it belongs to.
    pub investment: InvestmentId,
    /// In which register.
    pub product: ProductId,
    /// The last entry that is in what it states.
    pub sequence: u64,
    /// The entry that it proves: the last one that concerned the investment.
    pub entry_sequence: u64,
    /// Units held then, in all of the holder's investments.
    pub units: Units,
    /// What remained of the investment.
    pub investment_units: Units,
    /// Why it is made.
    pub reason: StatementReason,
    /// The calendar year of a yearly one.
    pub year: Option<i16>,
    /// How far it is.
    pub status: StatementStatus,
    /// Its language, once it is chosen.
    pub language: Option<Language>,
    /// Its number, once it has one.
    pub numbered: Option<Numbered>,
    /// Its file, once it is made.
    pub document: Option<(DocumentId, [u8; 32])>,
    /// When it fell due.
    pub created_at: Timestamp,
    /// The product's, which decides what the statement may be called.
    pub legal_form: domain::LegalForm,
}

/// What a statement gets before it is printed, so that a repeat prints the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Numbered {
    /// Its place in its series, without gaps.
    pub number: u64,
    /// When.
    pub issued_at: Timestamp,
    /// The log that its entry is proven to be in.
    pub log_size: u64,
}

/// How far a statement is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatementStatus {
    /// Nothing was done yet.
    Due,
    /// It has its number.
    Numbered,
    /// It can be fetched.
    Ready,
    /// The holder is owed none.
    Withheld,
    /// The holder was erased before it was made.
    Erased,
}

impl StatementStatus {
    /// As stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Due => "due",
            Self::Numbered => "numbered",
            Self::Ready => "ready",
            Self::Withheld => "withheld",
            Self::Erased => "erased",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [
            Self::Due,
            Self::Numbered,
            Self::Ready,
            Self::Withheld,
            Self::Erased,
        ]
        .into_iter()
        .find(|status| status.as_str() == text)
    }
}

/// A statement that somebody asked for, or that a year brings.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct NewStatement {
    pub id: Uuid,
    pub environment: EnvironmentId,
    pub platform: PlatformId,
    pub investment: InvestmentId,
    pub product: ProductId,
    pub sequence: u64,
    pub entry_sequence: u64,
    pub units: Units,
    pub investment_units: Units,
    pub reason: StatementReason,
    pub year: Option<i16>,
    pub language: Option<Language>,
    pub created_at: Timestamp,
}

/// A statement about an entry of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct StatementOfEntry {
    pub id: Uuid,
    pub environment: EnvironmentId,
    pub platform: PlatformId,
    pub investment: InvestmentId,
    pub product: ProductId,
    pub sequence: u64,
    pub units: Units,
    pub created_at: Timestamp,
}

/// A statement of an entry beside what it was made from, for the check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementCheck {
    /// Which investment it belongs to.
    pub investment: InvestmentId,
    /// Where it is kept.
    pub kept: (EnvironmentId, PlatformId),
    /// Which entry.
    pub sequence: u64,
    /// Units held after the entry.
    pub units: Units,
    /// Where its investment is, if there is such an investment.
    pub place: Option<(EnvironmentId, PlatformId)>,
}

/// Notes that the holder of an investment is to hear of an entry.
///
/// # Errors
/// Fails if the database does.
pub fn insert_of_entry(tx: &mut Tx, statement: &StatementOfEntry) -> Result<(), DatabaseError> {
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
    tx.on_commit_wake(TOPIC);
    tx.later(INSERT_OF_ENTRY, &parameters)
}

/// Notes a statement that is about no entry of its own.
///
/// # Errors
/// Fails if the database does, or if the year's is there.
pub fn insert(tx: &mut Tx, statement: &NewStatement) -> Result<(), DatabaseError> {
    let parameters = [
        statement.id.into(),
        statement.environment.uuid().into(),
        statement.platform.uuid().into(),
        statement.investment.uuid().into(),
        statement.product.uuid().into(),
        Value::I64(statement.sequence.cast_signed()),
        Value::I64(statement.entry_sequence.cast_signed()),
        statement.units.as_i64().into(),
        statement.investment_units.as_i64().into(),
        statement.reason.as_str().into(),
        Value::from(statement.year.map(i64::from)),
        Value::from(statement.language.map(Language::code)),
        time(statement.created_at),
    ];
    tx.on_commit_wake(TOPIC);
    tx.later(INSERT, &parameters)
}

/// A statement that the caller may see.
///
/// # Errors
/// Fails if the database does.
pub fn find(
    tx: &mut Tx,
    scope: &Scope,
    id: Uuid,
) -> Result<Option<StatementRecord>, DatabaseError> {
    let row = tx.query_opt(FIND, &place(scope, id))?;
    row.map(|row| read(&mut Columns::of(&row))).transpose()
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
    let place = place(scope, investment.uuid());
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

fn place(scope: &Scope, id: Uuid) -> [Value; 4] {
    [
        id.into(),
        scope.environment_value(),
        scope.platform_value(),
        scope.membership_value(),
    ]
}

fn read_check(row: &Row) -> Result<StatementCheck, DatabaseError> {
    let mut columns = Columns::of(row);
    let investment = columns.id(InvestmentId::from_uuid)?;
    let environment = columns.id(EnvironmentId::from_uuid)?;
    let platform = columns.id(PlatformId::from_uuid)?;
    let sequence = columns.next()?;
    let units = columns.units()?;
    let its_environment = columns.opt_id(EnvironmentId::from_uuid)?;
    let its_platform = columns.opt_id(PlatformId::from_uuid)?;
    Ok(StatementCheck {
        investment,
        kept: (environment, platform),
        sequence,
        units,
        place: its_environment.zip(its_platform),
    })
}

pub(crate) fn read(columns: &mut Columns<'_>) -> Result<StatementRecord, DatabaseError> {
    let id = columns.next()?;
    let environment = columns.id(EnvironmentId::from_uuid)?;
    let platform = columns.id(PlatformId::from_uuid)?;
    let investment = columns.id(InvestmentId::from_uuid)?;
    let product = columns.id(ProductId::from_uuid)?;
    let (sequence, entry_sequence) = (columns.next()?, columns.next()?);
    let (units, investment_units) = (columns.units()?, columns.units()?);
    let reason = columns.parsed(|text| text.parse().ok())?;
    let year: Option<i64> = columns.next()?;
    let status = columns.parsed(StatementStatus::parse)?;
    let language: Option<String> = columns.next()?;
    let number: Option<u64> = columns.next()?;
    let issued_at = columns.opt_time()?;
    let log_size: Option<u64> = columns.next()?;
    let document = columns.opt_id(DocumentId::from_uuid)?;
    let hash: Option<[u8; 32]> = columns.next()?;
    let numbered = number
        .zip(issued_at)
        .zip(log_size)
        .map(|((number, issued_at), log_size)| Numbered {
            number,
            issued_at,
            log_size,
        });
    Ok(StatementRecord {
        id,
        environment,
        platform,
        investment,
        product,
        sequence,
        entry_sequence,
        units,
        investment_units,
        reason,
        year: year.and_then(|year| i16::try_from(year).ok()),
        status,
        language: language.and_then(|code| code.parse().ok()),
        numbered,
        document: document.zip(hash),
        created_at: columns.time()?,
        legal_form: columns.parsed(|text| text.parse().ok())?,
    })
}
