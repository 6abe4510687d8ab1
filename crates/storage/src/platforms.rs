//! How far platforms take part in the network, and under which licence.

use database::{DatabaseError, Row, Sql, Tx, Value};
use domain::{Broker, Licence, Participation, PlatformId, Timestamp};

use crate::columns::{Columns, opt_time, time};

const LOCK: Sql = Sql("select name, participation, licence
from platforms
where id = $1
for update");

const FIND: Sql = Sql("select name, participation, licence
from platforms
where id = $1");

const LICENCES_ENDING: Sql = Sql("select id, licence_ends_at, name, participation, licence
from platforms
where licence_ends_at > $1
and licence_ends_at <= $2
and (participation = 'admitted' or participation = 'suspended')
order by id");

const PAGE: Sql = Sql("select name, participation, licence, id
from platforms
order by id
limit $1 offset $2");

const COUNT: Sql = Sql("select count(*)
from platforms");

const SET_PARTICIPATION: Sql = Sql("update platforms
set participation = $2
where id = $1");

const SET_LEI: Sql = Sql("update platforms
set lei = $2
where id = $1");

const SET_LICENCE: Sql = Sql("update platforms
set licence = $2, licence_ends_at = $3
where id = $1");

/// What is known of a platform's standing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Firm.
    pub name: String,
    /// How far it takes part, and its licence.
    pub broker: Broker,
}

/// A platform's standing, locked until the transaction ends.
///
/// # Errors
/// Fails if the database does.
pub fn lock(tx: &mut Tx, id: PlatformId) -> Result<Option<Standing>, DatabaseError> {
    tx.query_opt(LOCK, &[id.uuid().into()])?
        .map(|row| read(&mut Columns::of(&row)))
        .transpose()
}

/// A platform's standing.
///
/// # Errors
/// Fails if the database does.
pub fn find(tx: &mut Tx, id: PlatformId) -> Result<Option<Standing>, DatabaseError> {
    tx.query_opt(FIND, &[id.uuid().into()])?
        .map(|row| read(&mut Columns::of(&row)))
        .transpose()
}

/// Platforms that take part and whose licence is over at a moment between these two.
///
/// # Errors
/// Fails if the database does.
pub fn licences_ending(
    tx: &mut Tx,
    now: Timestamp,
    until: Timestamp,
) -> Result<Vec<(PlatformId, Timestamp, Standing)>, DatabaseError> {
    let rows = tx.query(LICENCES_ENDING, &[time(now), time(until)])?;
    let read = |row: &Row| {
        let mut columns = Columns::of(row);
        let (id, ends_at) = (columns.id(PlatformId::from_uuid)?, columns.time()?);
        Ok((id, ends_at, read(&mut columns)?))
    };
    rows.iter().map(read).collect()
}

/// The number of platforms and a stretch of their standings, oldest first.
///
/// # Errors
/// Fails if the database does.
pub fn page(
    tx: &mut Tx,
    offset: u64,
    limit: u32,
) -> Result<(u64, Vec<(PlatformId, Standing)>), DatabaseError> {
    let count = tx.query_one(COUNT, &[])?.get(0)?;
    let rows = tx.query(PAGE, &[limit.into(), offset.cast_signed().into()])?;
    let platforms = rows
        .iter()
        .map(|row| {
            Ok((
                PlatformId::from_uuid(row.get(3)?),
                read(&mut Columns::of(row))?,
            ))
        })
        .collect::<Result<_, _>>()?;
    Ok((count, platforms))
}

/// Keeps how far a platform takes part from now on.
///
/// # Errors
/// Fails if the database does.
pub fn set_participation(
    tx: &mut Tx,
    id: PlatformId,
    participation: Participation,
) -> Result<(), DatabaseError> {
    tx.later(
        SET_PARTICIPATION,
        &[id.uuid().into(), participation.as_str().into()],
    )
}

/// Keeps the licence that counts from now on.
///
/// # Errors
/// Fails if the database does.
pub fn set_licence(tx: &mut Tx, id: PlatformId, licence: &Licence) -> Result<(), DatabaseError> {
    let parameters = [
        id.uuid().into(),
        licence_value(Some(licence))?,
        licence_end(Some(licence)),
    ];
    tx.later(SET_LICENCE, &parameters)
}

/// Keeps what the registrar has checked of an admitted platform's firm.
///
/// # Errors
/// Fails if the database does.
pub fn set_lei(tx: &mut Tx, id: PlatformId, lei: &str) -> Result<(), DatabaseError> {
    tx.later(SET_LEI, &[id.uuid().into(), lei.into()])
}

/// A licence as a parameter.
pub(crate) fn licence_value(licence: Option<&Licence>) -> Result<Value, DatabaseError> {
    let text = licence.map(serde_json::to_string).transpose();
    let text = text.map_err(|_| DatabaseError::Type {
        column: 0,
        expected: "a licence",
    })?;
    Ok(Value::from(text))
}

/// The moment at which a licence is over, as a parameter.
pub(crate) fn licence_end(licence: Option<&Licence>) -> Value {
    let last = licence.and_then(|licence| licence.valid_to);
    opt_time(last.map(|last| last.end_of_day_berlin()))
}

/// The next column as a licence or null.
pub(crate) fn licence(columns: &mut Columns) -> Result<Option<Licence>, DatabaseError> {
    let text: Option<String> = columns.next()?;
    text.map(|text| serde_json::from_str(&text))
        .transpose()
        .map_err(|_| DatabaseError::Type {
            column: 0,
            expected: "a licence",
        })
}

/// The next two columns as what an order is checked against.
pub(crate) fn broker(columns: &mut Columns) -> Result<Broker, DatabaseError> {
    Ok(Broker {
        participation: columns.parsed(|text| text.parse().ok())?,
        licence: licence(columns)?,
    })
}

fn read(columns: &mut Columns) -> Result<Standing, DatabaseError> {
    Ok(Standing {
        name: columns.next()?,
        broker: broker(columns)?,
    })
}
