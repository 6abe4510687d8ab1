//! Investors: what queries need stands in columns, the person is sealed.

use database::{DatabaseError, Row, Sql, Tx, Value};
use domain::wallet::Standing;
use domain::{EnvironmentId, InvestorId, KycStatus, PlatformId, Timestamp};
use uuid::Uuid;

use crate::Scope;
use crate::columns::{Columns, opt_time, time};

const INSERT: Sql = Sql("insert into investors
(id, environment_id, platform_id, kind, kyc_status, identity_changed_at, tax_information_present, us_tax, custodian_bank, key_id, sealed_person, event_sequence, created_at, updated_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)");

const FIND: Sql = Sql("select id, environment_id, platform_id, kind, kyc_status, identity_changed_at, tax_information_present, us_tax, custodian_bank, key_id, sealed_person, event_sequence, created_at, updated_at
from investors
where id = $1
and (environment_id = $2 or $2 is null)
and (platform_id = $3 or $3 is null)");

pub(crate) const LOCK: Sql = Sql("select id, environment_id, platform_id, kind, kyc_status, identity_changed_at, tax_information_present, us_tax, custodian_bank, key_id, sealed_person, event_sequence, created_at, updated_at
from investors
where id = $1
and (environment_id = $2 or $2 is null)
and (platform_id = $3 or $3 is null)
for update");

const COUNT: Sql = Sql("select count(*)
from investors
where environment_id = $1
and platform_id = $2");

const LIST: Sql = Sql("select id, environment_id, platform_id, kind, kyc_status, identity_changed_at, tax_information_present, us_tax, custodian_bank, key_id, sealed_person, event_sequence, created_at, updated_at
from investors
where environment_id = $1
and platform_id = $2
order by id
limit $3 offset $4");

const UPDATE: Sql = Sql("update investors
set kyc_status = $2, identity_changed_at = $3, tax_information_present = $4, us_tax = $5, custodian_bank = $6, sealed_person = $7, event_sequence = $8, updated_at = $9, kind = $10
where id = $1");

const SET_COMPANY: Sql = Sql("update investors
set company_hash = $2
where id = $1");

const OF_COMPANY: Sql = Sql("select id, environment_id, platform_id, kind, kyc_status, identity_changed_at, tax_information_present, us_tax, custodian_bank, key_id, sealed_person, event_sequence, created_at, updated_at
from investors
where company_hash = $1
order by id
limit $2");

const EXPIRING: Sql = Sql("select distinct i.investor_id
from identifications i
join investors v on v.id = i.investor_id
where v.kyc_status = 'SUCCESS'
and i.status = 'SUCCESS'
and i.valid_until <= $1
limit $2");

/// An investor as stored.
#[derive(Clone, Debug)]
pub struct InvestorRecord {
    /// Identifies it.
    pub id: InvestorId,
    /// Where.
    pub environment: EnvironmentId,
    /// Whose.
    pub platform: PlatformId,
    /// Whether it is a company.
    pub is_legal_person: bool,
    /// What decides about its wallets.
    pub standing: Standing,
    /// From here on older identifications count no more.
    pub identity_changed_at: Option<Timestamp>,
    /// The person's key.
    pub key: Uuid,
    /// The person, sealed.
    pub sealed_person: Vec<u8>,
    /// Events told so far.
    pub event_sequence: u64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// Keeps a new investor.
///
/// # Errors
/// Fails if the database does.
pub fn insert(tx: &mut Tx, investor: &InvestorRecord) -> Result<(), DatabaseError> {
    let standing = &investor.standing;
    tx.later(
        INSERT,
        &[
            investor.id.uuid().into(),
            investor.environment.uuid().into(),
            investor.platform.uuid().into(),
            kind(investor).into(),
            standing.kyc_status.as_str().into(),
            opt_time(investor.identity_changed_at),
            standing.has_tax_information.into(),
            standing.is_subject_to_us_tax.into(),
            standing.is_custodian_bank.into(),
            investor.key.into(),
            Value::Bytes(investor.sealed_person.clone()),
            investor.event_sequence.cast_signed().into(),
            time(investor.created_at),
            time(investor.updated_at),
        ],
    )
}

/// An investor that the caller may see.
///
/// # Errors
/// Fails if the database does.
pub fn find(
    tx: &mut Tx,
    scope: &Scope,
    id: InvestorId,
) -> Result<Option<InvestorRecord>, DatabaseError> {
    one(tx, FIND, scope, id)
}

/// The same, locked until the transaction ends.
///
/// # Errors
/// Fails if the database does.
pub fn lock(
    tx: &mut Tx,
    scope: &Scope,
    id: InvestorId,
) -> Result<Option<InvestorRecord>, DatabaseError> {
    one(tx, LOCK, scope, id)
}

/// The number of a platform's investors and a stretch of them, oldest first.
///
/// # Errors
/// Fails if the database does.
pub fn list(
    tx: &mut Tx,
    environment: EnvironmentId,
    platform: PlatformId,
    offset: u64,
    limit: u32,
) -> Result<(u64, Vec<InvestorRecord>), DatabaseError> {
    let whose: [Value; 2] = [environment.uuid().into(), platform.uuid().into()];
    let [environment, platform] = whose.clone();
    let stretch = [
        environment,
        platform,
        limit.into(),
        offset.cast_signed().into(),
    ];
    let count = tx.query_one(COUNT, &whose)?.get(0)?;
    let rows = tx.query(LIST, &stretch)?;
    Ok((count, rows.iter().map(read).collect::<Result<_, _>>()?))
}

/// Saves what can change of an investor.
///
/// # Errors
/// Fails if the database does.
pub fn update(tx: &mut Tx, investor: &InvestorRecord) -> Result<(), DatabaseError> {
    let standing = &investor.standing;
    tx.later(
        UPDATE,
        &[
            investor.id.uuid().into(),
            standing.kyc_status.as_str().into(),
            opt_time(investor.identity_changed_at),
            standing.has_tax_information.into(),
            standing.is_subject_to_us_tax.into(),
            standing.is_custodian_bank.into(),
            Value::Bytes(investor.sealed_person.clone()),
            investor.event_sequence.cast_signed().into(),
            time(investor.updated_at),
            kind(investor).into(),
        ],
    )
}

/// Notes by which hash the registry account of a company is found.
///
/// # Errors
/// Fails if the database does.
pub fn set_company(tx: &mut Tx, id: InvestorId, hash: [u8; 32]) -> Result<(), DatabaseError> {
    tx.later(
        SET_COMPANY,
        &[id.uuid().into(), Value::Bytes(hash.to_vec())],
    )
}

/// Registry accounts of a company, in every environment.
///
/// # Errors
/// Fails if the database does.
pub fn of_company(
    tx: &mut Tx,
    hash: [u8; 32],
    limit: u32,
) -> Result<Vec<InvestorRecord>, DatabaseError> {
    let rows = tx.query(OF_COMPANY, &[Value::Bytes(hash.to_vec()), limit.into()])?;
    rows.iter().map(read).collect()
}

/// Identified investors of whom an identification has run out.
///
/// # Errors
/// Fails if the database does.
pub fn expiring(tx: &mut Tx, now: Timestamp, limit: u32) -> Result<Vec<InvestorId>, DatabaseError> {
    let rows = tx.query(EXPIRING, &[time(now), limit.into()])?;
    rows.iter()
        .map(|row| Columns::of(row).id(InvestorId::from_uuid))
        .collect()
}

fn one(
    tx: &mut Tx,
    sql: Sql,
    scope: &Scope,
    id: InvestorId,
) -> Result<Option<InvestorRecord>, DatabaseError> {
    tx.query_opt(sql, &scoped(scope, id))?
        .map(|row| read(&row))
        .transpose()
}

pub(crate) fn scoped(scope: &Scope, id: InvestorId) -> [Value; 3] {
    [
        id.uuid().into(),
        scope.environment_value(),
        scope.platform_value(),
    ]
}

fn kind(investor: &InvestorRecord) -> &'static str {
    if investor.is_legal_person {
        "legal"
    } else {
        "natural"
    }
}

pub(crate) fn read(row: &Row) -> Result<InvestorRecord, DatabaseError> {
    let mut columns = Columns::of(row);
    let id = columns.id(InvestorId::from_uuid)?;
    let environment = columns.id(EnvironmentId::from_uuid)?;
    let platform = columns.id(PlatformId::from_uuid)?;
    let kind: String = columns.next()?;
    let kyc_status = columns.parsed(|text| text.parse::<KycStatus>().ok())?;
    let identity_changed_at = columns.opt_time()?;
    Ok(InvestorRecord {
        id,
        environment,
        platform,
        is_legal_person: kind == "legal",
        standing: Standing {
            kyc_status,
            has_tax_information: columns.next()?,
            is_subject_to_us_tax: columns.next()?,
            is_custodian_bank: columns.next()?,
        },
        identity_changed_at,
        key: columns.next()?,
        sealed_person: columns.next()?,
        event_sequence: columns.next()?,
        created_at: columns.time()?,
        updated_at: columns.time()?,
    })
}
