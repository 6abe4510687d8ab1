//! What time reminds people of: what is due soon, and what they were reminded of already, so that nobody hears of a thing twice.
//!
//! The sandbox is left out: what is due there costs nobody anything.

use database::{DatabaseError, Row, Sql, Tx};
use domain::{EnvironmentId, IssuerId, PlatformId, ProductId, Timestamp};
use uuid::Uuid;

use crate::columns::{Columns, time};

const NOTE: Sql = Sql("insert into reminders
(kind, object_id, due_at, reminded_at)
values ($1, $2, $3, $4)
on conflict (kind, object_id, due_at) do nothing");

const IS_NOTED: Sql = Sql("select exists (
    select 1
    from reminders
    where kind = $1
    and object_id = $2
    and due_at = $3)");

// The issuer's people and the platform's are reminded each by themselves.
const NOTE_PAYMENTS: Sql = Sql("insert into reminders
(kind, object_id, due_at, reminded_at)
select $3, v.id, v.payment_due_at, $1
from investments v
join environments e on e.id = v.environment_id
where v.status = 'ACCEPTED'
and v.payment_due_at > $1
and v.payment_due_at <= $2
and e.kind = 'production'
on conflict (kind, object_id, due_at) do nothing");

const NOTE_CANCELLATIONS: Sql = Sql("insert into reminders
(kind, object_id, due_at, reminded_at)
select 'cancellation', v.id, v.cancellable_until, $1
from investments v
join environments e on e.id = v.environment_id
where (v.status = 'ACCEPTED' or v.status = 'PAID' and v.delivery_started_at is null)
and v.cancellable_until > $1
and v.cancellable_until <= $2
and e.kind = 'production'
on conflict (kind, object_id, due_at) do nothing");

const NOTED: Sql = Sql(
    "select p.id, p.name, v.environment_id, i.account_id, v.platform_id, count(*), min(r.due_at)
from reminders r
join investments v on v.id = r.object_id
join products p on p.id = v.product_id
join issuers i on i.id = v.issuer_id
where r.kind = $1
and r.reminded_at = $2
group by p.id, p.name, v.environment_id, i.account_id, v.platform_id
order by p.name, p.id, v.platform_id",
);

const TAKE_BACK: Sql = Sql("delete from reminders
where kind = $1
and reminded_at = $2
and object_id in (
    select id
    from investments
    where id = reminders.object_id
    and product_id = $3
    and platform_id = $4)");

const TO_ACCEPT: Sql = Sql("select p.id, p.name, v.environment_id, i.account_id, v.platform_id, count(*), min(v.created_at)
from investments v
join environments e on e.id = v.environment_id
join products p on p.id = v.product_id
join issuers i on i.id = v.issuer_id
where v.status = 'WAITING_FOR_ACCEPTANCE'
and e.kind = 'production'
group by p.id, p.name, v.environment_id, i.account_id, v.platform_id
order by p.name, p.id, v.platform_id");

const PRUNE: Sql = Sql("delete from reminders
where due_at < $1");

/// Of what people are reminded once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reminder {
    /// The letters of a day; the object is nobody.
    Day,
    /// A client that ends.
    Client,
    /// A platform's licence that ends, of which its own people hear.
    Licence,
    /// The same, of which the registrar's people hear.
    LicenceToRegistrar,
    /// A webhook endpoint that takes nothing any more.
    Endpoint,
    /// An accepted investment that has to be paid, of which its issuer's people hear.
    Payment,
    /// The same, of which its platform's people hear.
    PaymentToPlatform,
    /// An investment that can be cancelled no longer.
    Cancellation,
}

impl Reminder {
    /// As stored.
    fn as_str(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Client => "client",
            Self::Licence => "licence",
            Self::LicenceToRegistrar => "licence_to_registrar",
            Self::Endpoint => "endpoint",
            Self::Payment => "payment",
            Self::PaymentToPlatform => "payment_to_platform",
            Self::Cancellation => "cancellation",
        }
    }
}

/// Investments of one product and platform that somebody hears about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueInvestments {
    /// The product.
    pub product: ProductId,
    /// Its name.
    pub name: String,
    /// Where.
    pub environment: EnvironmentId,
    /// The account whose issuer brings it.
    pub account: IssuerId,
    /// Who sells it.
    pub platform: PlatformId,
    /// How many.
    pub investments: u64,
    /// When the first is due, or since when the first waits.
    pub first_at: Timestamp,
}

/// Notes that people are reminded of this; false if they were before.
///
/// # Errors
/// Fails if the database does.
pub fn note(
    tx: &mut Tx,
    reminder: Reminder,
    object: Uuid,
    due_at: Timestamp,
    now: Timestamp,
) -> Result<bool, DatabaseError> {
    let parameters = [
        reminder.as_str().into(),
        object.into(),
        time(due_at),
        time(now),
    ];
    Ok(tx.execute(NOTE, &parameters)? == 1)
}

/// Whether people were reminded of this.
///
/// # Errors
/// Fails if the database does.
pub fn is_noted(
    tx: &mut Tx,
    reminder: Reminder,
    object: Uuid,
    due_at: Timestamp,
) -> Result<bool, DatabaseError> {
    let parameters = [reminder.as_str().into(), object.into(), time(due_at)];
    tx.query_one(IS_NOTED, &parameters)?.get(0)
}

/// Investments to be paid by then of which one side was not reminded; they are noted for that side, which the reminder names.
///
/// # Errors
/// Fails if the database does.
pub fn note_payments(
    tx: &mut Tx,
    side: Reminder,
    now: Timestamp,
    until: Timestamp,
) -> Result<Vec<DueInvestments>, DatabaseError> {
    let parameters = [time(now), time(until), side.as_str().into()];
    tx.execute(NOTE_PAYMENTS, &parameters)?;
    noted(tx, side, now)
}

/// Takes back what was noted just now of the investments of one product and platform, because there was nobody to be told.
///
/// # Errors
/// Fails if the database does.
pub fn take_back(
    tx: &mut Tx,
    reminder: Reminder,
    due: &DueInvestments,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let parameters = [
        reminder.as_str().into(),
        time(now),
        due.product.uuid().into(),
        due.platform.uuid().into(),
    ];
    tx.execute(TAKE_BACK, &parameters).map(|_| ())
}

/// Investments that can be cancelled until then at most and of which nobody was reminded; they are noted.
///
/// # Errors
/// Fails if the database does.
pub fn note_cancellations(
    tx: &mut Tx,
    now: Timestamp,
    until: Timestamp,
) -> Result<Vec<DueInvestments>, DatabaseError> {
    tx.execute(NOTE_CANCELLATIONS, &[time(now), time(until)])?;
    noted(tx, Reminder::Cancellation, now)
}

/// Investments that wait for their issuer, however often it was told.
///
/// # Errors
/// Fails if the database does.
pub fn to_accept(tx: &mut Tx) -> Result<Vec<DueInvestments>, DatabaseError> {
    tx.query(TO_ACCEPT, &[])?.iter().map(read).collect()
}

/// Forgets what was due before this time.
///
/// # Errors
/// Fails if the database does.
pub fn prune(tx: &mut Tx, before: Timestamp) -> Result<u64, DatabaseError> {
    tx.execute(PRUNE, &[time(before)])
}

fn noted(
    tx: &mut Tx,
    reminder: Reminder,
    now: Timestamp,
) -> Result<Vec<DueInvestments>, DatabaseError> {
    tx.query(NOTED, &[reminder.as_str().into(), time(now)])?
        .iter()
        .map(read)
        .collect()
}

fn read(row: &Row) -> Result<DueInvestments, DatabaseError> {
    let mut columns = Columns::of(row);
    Ok(DueInvestments {
        product: columns.id(ProductId::from_uuid)?,
        name: columns.next()?,
        environment: columns.id(EnvironmentId::from_uuid)?,
        account: columns.id(IssuerId::from_uuid)?,
        platform: columns.id(PlatformId::from_uuid)?,
        investments: columns.next()?,
        first_at: columns.time()?,
    })
}
