//! Identifications and benefiting persons; their data is sealed under the person's key.

use database::{DatabaseError, Row, Sql, Tx, Value};
use domain::kyc::PastIdentification;
use domain::{
    BenefitingPersonId, EnvironmentId, IdentificationId, InvestorId, KycStatus, PlatformId,
    Timestamp,
};

use crate::columns::{Columns, opt_time, time};

const INSERT: Sql = Sql("insert into identifications
(id, environment_id, platform_id, investor_id, status, requested, valid_until, sealed_data, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)");

const FIND: Sql = Sql("select id, environment_id, platform_id, investor_id, status, requested, valid_until, sealed_data, sealed_reason, created_at
from identifications
where id = $1");

const OF_INVESTOR: Sql = Sql("select id, environment_id, platform_id, investor_id, status, requested, valid_until, sealed_data, sealed_reason, created_at
from identifications
where investor_id = $1
order by id
limit $2 offset $3");

const COUNT_OF_INVESTOR: Sql = Sql("select count(*)
from identifications
where investor_id = $1");

const WAITING: Sql = Sql("select id, environment_id, platform_id, investor_id, status, requested, valid_until, sealed_data, sealed_reason, created_at
from identifications
where (status = 'UNDER_REVIEW' or status = 'PENDING')
order by id
limit $1 offset $2");

const COUNT_WAITING: Sql = Sql("select count(*)
from identifications
where (status = 'UNDER_REVIEW' or status = 'PENDING')");

const DECIDE: Sql = Sql("update identifications
set status = $2, decided_at = $3, decided_by = $4, sealed_reason = $5
where id = $1
and (status = 'UNDER_REVIEW' or status = 'PENDING')");

const INSERT_PERSON: Sql = Sql("insert into benefiting_persons
(id, environment_id, platform_id, investor_id, sealed_data, created_at)
values ($1, $2, $3, $4, $5, $6)");

const PERSONS: Sql = Sql("select id, sealed_data, created_at
from benefiting_persons
where investor_id = $1
order by id
limit $2 offset $3");

const COUNT_PERSONS: Sql = Sql("select count(*)
from benefiting_persons
where investor_id = $1");

/// An identification as stored.
#[derive(Clone, Debug)]
pub struct IdentificationRecord {
    /// Identifies it.
    pub id: IdentificationId,
    /// Where.
    pub environment: EnvironmentId,
    /// Whose investor's.
    pub platform: PlatformId,
    /// Of whom.
    pub investor: InvestorId,
    /// Its outcome or the registrar's decision.
    pub status: KycStatus,
    /// Whether the partner asked the registrar to identify.
    pub is_requested: bool,
    /// From here on it may not be relied on.
    pub valid_until: Option<Timestamp>,
    /// What was imported, sealed.
    pub sealed_data: Vec<u8>,
    /// Why the registrar decided as it did, sealed.
    pub sealed_reason: Option<Vec<u8>>,
    /// When it came.
    pub created_at: Timestamp,
}

/// Keeps a new identification.
///
/// # Errors
/// Fails if the database does.
pub fn insert(tx: &mut Tx, record: &IdentificationRecord) -> Result<(), DatabaseError> {
    tx.later(
        INSERT,
        &[
            record.id.uuid().into(),
            record.environment.uuid().into(),
            record.platform.uuid().into(),
            record.investor.uuid().into(),
            record.status.as_str().into(),
            record.is_requested.into(),
            opt_time(record.valid_until),
            Value::Bytes(record.sealed_data.clone()),
            time(record.created_at),
        ],
    )
}

/// One identification, whoever's it is; the caller looks the investor up in its scope first.
///
/// # Errors
/// Fails if the database does.
pub fn find(
    tx: &mut Tx,
    id: IdentificationId,
) -> Result<Option<IdentificationRecord>, DatabaseError> {
    tx.query_opt(FIND, &[id.uuid().into()])?
        .map(|row| read(&row))
        .transpose()
}

/// The number of an investor's identifications and a stretch of them, oldest first.
///
/// # Errors
/// Fails if the database does.
pub fn of_investor(
    tx: &mut Tx,
    investor: InvestorId,
    offset: u64,
    limit: u32,
) -> Result<(u64, Vec<IdentificationRecord>), DatabaseError> {
    let id: Value = investor.uuid().into();
    let count = tx
        .query_one(COUNT_OF_INVESTOR, std::slice::from_ref(&id))?
        .get(0)?;
    let rows = tx.query(
        OF_INVESTOR,
        &[id, limit.into(), offset.cast_signed().into()],
    )?;
    Ok((count, rows.iter().map(read).collect::<Result<_, _>>()?))
}

/// What decides about an investor's status: every identification, as far as it counts.
///
/// # Errors
/// Fails if the database does.
pub fn past(tx: &mut Tx, investor: InvestorId) -> Result<Vec<PastIdentification>, DatabaseError> {
    let (_, records) = of_investor(tx, investor, 0, 1_000)?;
    Ok(records
        .iter()
        .map(|record| PastIdentification {
            status: record.status,
            created_at: record.created_at,
            valid_until: record.valid_until,
        })
        .collect())
}

/// The number of identifications that wait for the registrar and a stretch of them, oldest first.
///
/// # Errors
/// Fails if the database does.
pub fn waiting(
    tx: &mut Tx,
    offset: u64,
    limit: u32,
) -> Result<(u64, Vec<IdentificationRecord>), DatabaseError> {
    let count = tx.query_one(COUNT_WAITING, &[])?.get(0)?;
    let rows = tx.query(WAITING, &[limit.into(), offset.cast_signed().into()])?;
    Ok((count, rows.iter().map(read).collect::<Result<_, _>>()?))
}

/// The registrar's decision about an identification.
#[derive(Clone, Debug)]
pub struct DecisionRecord<'a> {
    /// What follows from it.
    pub status: KycStatus,
    /// Why, sealed.
    pub sealed_reason: Option<Vec<u8>>,
    /// Who decided.
    pub by: &'a str,
    /// When.
    pub at: Timestamp,
}

/// Keeps the registrar's decision; false if it was decided before.
///
/// # Errors
/// Fails if the database does.
pub fn decide(
    tx: &mut Tx,
    id: IdentificationId,
    decision: &DecisionRecord,
) -> Result<bool, DatabaseError> {
    let parameters = [
        id.uuid().into(),
        decision.status.as_str().into(),
        time(decision.at),
        decision.by.into(),
        decision.sealed_reason.clone().into(),
    ];
    Ok(tx.execute(DECIDE, &parameters)? == 1)
}

/// A benefiting person as stored.
#[derive(Clone, Debug)]
pub struct BenefitingPersonRecord {
    /// Identifies it.
    pub id: BenefitingPersonId,
    /// The person, sealed.
    pub sealed_data: Vec<u8>,
    /// When it was recorded.
    pub created_at: Timestamp,
}

/// Keeps a new benefiting person of an investor.
///
/// # Errors
/// Fails if the database does.
pub fn insert_person(
    tx: &mut Tx,
    environment: EnvironmentId,
    platform: PlatformId,
    investor: InvestorId,
    person: &BenefitingPersonRecord,
) -> Result<(), DatabaseError> {
    // Not deferred: the number of persons is asked for in the same transaction.
    tx.execute(
        INSERT_PERSON,
        &[
            person.id.uuid().into(),
            environment.uuid().into(),
            platform.uuid().into(),
            investor.uuid().into(),
            Value::Bytes(person.sealed_data.clone()),
            time(person.created_at),
        ],
    )
    .map(|_| ())
}

/// The number of an investor's benefiting persons and a stretch of them, oldest first.
///
/// # Errors
/// Fails if the database does.
pub fn persons(
    tx: &mut Tx,
    investor: InvestorId,
    offset: u64,
    limit: u32,
) -> Result<(u64, Vec<BenefitingPersonRecord>), DatabaseError> {
    let id: Value = investor.uuid().into();
    let count = tx
        .query_one(COUNT_PERSONS, std::slice::from_ref(&id))?
        .get(0)?;
    let rows = tx.query(PERSONS, &[id, limit.into(), offset.cast_signed().into()])?;
    let items = rows
        .iter()
        .map(|row| {
            let mut columns = Columns::of(row);
            Ok(BenefitingPersonRecord {
                id: columns.id(BenefitingPersonId::from_uuid)?,
                sealed_data: columns.next()?,
                created_at: columns.time()?,
            })
        })
        .collect::<Result<_, DatabaseError>>()?;
    Ok((count, items))
}

fn read(row: &Row) -> Result<IdentificationRecord, DatabaseError> {
    let mut columns = Columns::of(row);
    Ok(IdentificationRecord {
        id: columns.id(IdentificationId::from_uuid)?,
        environment: columns.id(EnvironmentId::from_uuid)?,
        platform: columns.id(PlatformId::from_uuid)?,
        investor: columns.id(InvestorId::from_uuid)?,
        status: columns.parsed(|text| text.parse::<KycStatus>().ok())?,
        is_requested: columns.next()?,
        valid_until: columns.opt_time()?,
        sealed_data: columns.next()?,
        sealed_reason: columns.next()?,
        created_at: columns.time()?,
    })
}
