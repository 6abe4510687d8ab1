//! Claiming: which lanes are due, and the lease under which one of their deliveries is made.
//!
//! The unit is the lane, and a lane is always claimed for its oldest unfinished delivery: that is what keeps the order.
//! A lease is an early `due_at`: if the process that holds it dies, the lane is simply due again when the lease is over.

use std::collections::HashMap;
use std::sync::Arc;

use database::vault::Vault;
use database::{DatabaseError, Micros, Sql, Tx, Value};
use uuid::Uuid;

use crate::slots::{Due, Slots};
use crate::target::{Target, load};

/// The targets that are open already, by endpoint.
pub(crate) type Targets = HashMap<Uuid, Arc<Target>>;

/// One delivery to make, under a lease.
pub(crate) struct Job {
    pub(crate) target: Arc<Target>,
    pub(crate) lane: Uuid,
    /// Whoever records the result must still hold this token.
    pub(crate) token: Uuid,
    pub(crate) delivery: i64,
    pub(crate) message: Uuid,
    pub(crate) body: Vec<u8>,
    /// Attempts made before this one.
    pub(crate) attempts: u32,
    pub(crate) first_attempt_at: Option<i64>,
}

/// What one claim brought.
#[derive(Default)]
pub(crate) struct Claimed {
    pub(crate) jobs: Vec<Job>,
    /// Whether asking again at once would bring more.
    pub(crate) again: bool,
}

/// How long and under which token a claim holds.
#[derive(Clone, Copy)]
pub(crate) struct Lease {
    pub(crate) token: Uuid,
    pub(crate) now: i64,
    pub(crate) until: i64,
}

// Each endpoint is asked for its first due lane only, so that a long queue at one of them costs nothing. Endpoints with
// nothing due come with null: a filter would make PostgreSQL look for each first lane twice.
const DUE_ENDPOINTS: Sql = Sql("
select e.id, e.version, (
    select l.due_at
    from webhook_lanes l
    where l.endpoint = e.id
    and l.due_at <= $1
    order by l.due_at
    limit 1)
from webhook_endpoints e
where e.deleted_at is null
and e.status <> 'disabled'");

const LEASE_LANES: Sql = Sql("
update webhook_lanes
set lease_token = $4, due_at = $5
where endpoint = $1
and lane in (
    select lane
    from webhook_lanes
    where endpoint = $1
    and due_at <= $2
    order by due_at
    limit $3
    for update skip locked)
returning lane");

const HEAD: Sql = Sql("
select d.id, d.message, d.attempts, d.first_attempt_at, m.body
from webhook_deliveries d
join webhook_messages m on m.id = d.message
where d.endpoint = $1
and d.lane = $2
and d.finished_at is null
order by d.id
limit 1");

// A lane that counts more than it has would be claimed for ever.
const CLOSE_EMPTY: Sql = Sql("
update webhook_lanes
set pending = 0, due_at = null, lease_token = null
where endpoint = $1
and lane = $2");

/// Leases due lanes as far as there are slots for them.
pub(crate) fn claim(
    tx: &mut Tx,
    vault: &Vault,
    (slots, targets): (&Slots, &Targets),
    lease: Lease,
) -> Result<Claimed, DatabaseError> {
    let mut due = Vec::new();
    let mut versions = HashMap::new();
    for row in tx.query(DUE_ENDPOINTS, &[Value::time(lease.now)])? {
        let (endpoint, oldest) = (row.get(0)?, row.get::<Option<Micros>>(2)?);
        let Some(Micros(oldest)) = oldest else {
            continue;
        };
        due.push(Due { endpoint, oldest });
        versions.insert(endpoint, row.get::<i64>(1)?);
    }
    let plan = slots.plan(&due);
    let planned: usize = plan.takes.iter().map(|(_, count)| count).sum();
    let lanes = lease_lanes(tx, &plan.takes, lease)?;
    let mut opened: Targets = HashMap::new();
    for (endpoint, _) in &plan.takes {
        let target = match targets.get(endpoint) {
            Some(target) if versions.get(endpoint) == Some(&target.version) => Arc::clone(target),
            _ => Arc::new(load(tx, vault, *endpoint)?),
        };
        opened.insert(*endpoint, target);
    }
    let again = plan.cut_short && !lanes.is_empty() && lanes.len() < planned;
    let jobs = heads(tx, &lanes, &opened, lease)?;
    Ok(Claimed { jobs, again })
}

/// Leases the due lanes of each planned endpoint; one flight for all.
fn lease_lanes(
    tx: &mut Tx,
    takes: &[(Uuid, usize)],
    lease: Lease,
) -> Result<Vec<(Uuid, Uuid)>, DatabaseError> {
    let params: Vec<[Value; 5]> = takes
        .iter()
        .map(|(endpoint, count)| {
            [
                (*endpoint).into(),
                Value::time(lease.now),
                i64::try_from(*count).unwrap_or(i64::MAX).into(),
                lease.token.into(),
                Value::time(lease.until),
            ]
        })
        .collect();
    let flight: Vec<(Sql, &[Value])> = params
        .iter()
        .map(|params| (LEASE_LANES, params.as_slice()))
        .collect();
    let mut lanes = Vec::new();
    for ((endpoint, _), rows) in takes.iter().zip(tx.query_many(&flight)?) {
        for row in rows {
            lanes.push((*endpoint, row.get(0)?));
        }
    }
    Ok(lanes)
}

/// The oldest unfinished delivery of each leased lane; one flight for all.
fn heads(
    tx: &mut Tx,
    lanes: &[(Uuid, Uuid)],
    opened: &Targets,
    lease: Lease,
) -> Result<Vec<Job>, DatabaseError> {
    let params: Vec<[Value; 2]> = lanes
        .iter()
        .map(|(endpoint, lane)| [(*endpoint).into(), (*lane).into()])
        .collect();
    let flight: Vec<(Sql, &[Value])> = params
        .iter()
        .map(|params| (HEAD, params.as_slice()))
        .collect();
    let mut jobs = Vec::with_capacity(lanes.len());
    for ((endpoint, lane), rows) in lanes.iter().copied().zip(tx.query_many(&flight)?) {
        let (Some(row), Some(target)) = (rows.first(), opened.get(&endpoint)) else {
            tracing::warn!(webhook.endpoint = %endpoint, webhook.lane = %lane, "lane {lane} of endpoint {endpoint} had nothing to deliver");
            tx.later_any(CLOSE_EMPTY, &[endpoint.into(), lane.into()])?;
            continue;
        };
        jobs.push(Job {
            target: Arc::clone(target),
            lane,
            token: lease.token,
            delivery: row.get(0)?,
            message: row.get(1)?,
            attempts: row.get(2)?,
            first_attempt_at: row.get::<Option<Micros>>(3)?.map(|at| at.0),
            body: row.get(4)?,
        });
    }
    Ok(jobs)
}
