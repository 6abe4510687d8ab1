//! What the register's statutory deadlines are about: for each rule its subjects, with the moment from which the deadline follows.

use database::{DatabaseError, Row, Sql, Tx};
use domain::{DeadlineRule, Timestamp};
use uuid::Uuid;

use crate::columns::{Columns, time};

// Every query answers: which subject, its name, the moment, when it was done, and how many things it stands for.

const TERMS_ENTRY: Sql = Sql("select t.product_id, p.name, t.due_at, t.purged_at, 1
from terms_versions t
join products p on p.id = t.product_id
where t.due_at is not null
order by t.due_at
limit $1");

const REVERSAL: Sql = Sql("select r.product_id, p.name, r.created_at, i.ended_at, 1
from reregistrations r
join instructions i on i.id = r.instruction_id
join products p on p.id = r.product_id
where r.reverses is not null
and (i.ended_at is null or i.ended_at > $1)
order by r.created_at
limit $2");

// What is being made; what is made or owed to nobody is done.
const STATEMENT: Sql = Sql("select s.product_id, p.name, min(s.created_at), nullif(min(s.created_at), min(s.created_at)), count(*)
from registry_statements s
join products p on p.id = s.product_id
where (s.status = 'due' or s.status = 'numbered')
and (s.reason = 'entry' or s.reason = 'change')
group by s.product_id, p.name
order by s.product_id
limit $1");

const YEARLY_STATEMENT: Sql = Sql("select v.product_id, p.name, min(p.created_at), case when count(*) = count(s.id) then max(s.created_at) end, count(*) - count(s.id)
from investments v
join products p on p.id = v.product_id
join investors w on w.id = v.investor_id
left join registry_statements s on s.investment_id = v.id and s.year = $1
where v.status = 'DELIVERED'
and v.remaining_units > 0
and p.ewpg
and w.kind = 'natural'
and not w.custodian_bank
group by v.product_id, p.name
order by v.product_id
limit $2");

const APPLICATION_ANSWER: Sql = Sql("select a.id, f.name, a.answer_due_at, a.decided_at, 1
from applications a
join platforms f on f.id = a.platform_id
where a.answer_due_at is not null
and (a.status = 'submitted' or a.decided_at > $1)
order by a.answer_due_at
limit $2");

const INSPECTION_DESTRUCTION: Sql = Sql(
    "select i.id, p.name, i.requested_at, nullif(i.requested_at, i.requested_at), 1
from inspections i
join products p on p.id = i.product_id
order by i.requested_at
limit $1",
);

// A younger identification takes the place of an older one.
const IDENTIFICATION: Sql = Sql("select i.investor_id, nullif(v.kind, v.kind), max(i.valid_until), nullif(max(i.valid_until), max(i.valid_until)), 1
from identifications i
join investors v on v.id = i.investor_id
where v.kyc_status = 'SUCCESS'
and i.status = 'SUCCESS'
and i.valid_until is not null
group by i.investor_id, v.kind
having max(i.valid_until) <= $1
order by max(i.valid_until)
limit $2");

const COMPARISON: Sql = Sql(
    "select r.product_id, p.name, r.looked_at, nullif(r.looked_at, r.looked_at), 1
from reconciliations r
join products p on p.id = r.product_id
order by r.looked_at
limit $1",
);

const INCIDENT: Sql = Sql("select i.product_id, p.name, i.opened_at, i.closed_at, 1
from incidents i
join products p on p.id = i.product_id
where i.closed_at is null
or i.closed_at > $1
order by i.opened_at
limit $2");

/// What a deadline is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadlineSubject {
    /// A product, or what the rule is about.
    pub id: Uuid,
    /// What it is called, unless that is personal.
    pub name: Option<String>,
    /// The moment from which the deadline follows ([`DeadlineRule::due_at`]).
    pub since: Timestamp,
    /// When it was met.
    pub done_at: Option<Timestamp>,
    /// How many things are to be done.
    pub count: u64,
}

/// What is looked for.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    /// What was done since then is told too.
    pub done_since: Timestamp,
    /// Until when what ends is told, where there is something for every investor.
    pub ahead_until: Timestamp,
    /// The calendar year in Berlin.
    pub year: i16,
    /// Subjects of one rule.
    pub limit: u32,
}

/// The subjects of a rule, most of them in the order in which they end.
///
/// # Errors
/// Fails if the database does.
pub fn of(
    tx: &mut Tx,
    rule: DeadlineRule,
    window: &Window,
) -> Result<Vec<DeadlineSubject>, DatabaseError> {
    let limit = window.limit.into();
    let done_since = time(window.done_since);
    let rows = match rule {
        DeadlineRule::TermsEntry => tx.query(TERMS_ENTRY, &[limit]),
        DeadlineRule::Reversal => tx.query(REVERSAL, &[done_since, limit]),
        DeadlineRule::Statement => tx.query(STATEMENT, &[limit]),
        DeadlineRule::YearlyStatement => {
            tx.query(YEARLY_STATEMENT, &[i64::from(window.year).into(), limit])
        }
        DeadlineRule::ApplicationAnswer => tx.query(APPLICATION_ANSWER, &[done_since, limit]),
        DeadlineRule::InspectionDestruction => tx.query(INSPECTION_DESTRUCTION, &[limit]),
        DeadlineRule::Identification => {
            tx.query(IDENTIFICATION, &[time(window.ahead_until), limit])
        }
        DeadlineRule::Comparison => tx.query(COMPARISON, &[limit]),
        DeadlineRule::Incident => tx.query(INCIDENT, &[done_since, limit]),
    }?;
    rows.iter().map(read).collect()
}

fn read(row: &Row) -> Result<DeadlineSubject, DatabaseError> {
    let mut columns = Columns::of(row);
    Ok(DeadlineSubject {
        id: columns.next()?,
        name: columns.next()?,
        since: columns.time()?,
        done_at: columns.opt_time()?,
        count: columns.next()?,
    })
}
