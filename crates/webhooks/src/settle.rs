//! Recording what came of an attempt, by whoever still holds the lease, and deciding what follows.

use database::{DatabaseError, Sql, Tx, Value};
use uuid::Uuid;

use crate::endpoints::Status;
use crate::schedule::{Failed, next_attempt};

/// A delivery after an attempt.
#[derive(Clone, Debug)]
pub(crate) struct Finished {
    pub(crate) endpoint: Uuid,
    pub(crate) endpoint_status: Status,
    pub(crate) lane: Uuid,
    pub(crate) token: Uuid,
    pub(crate) delivery: i64,
    pub(crate) verdict: Verdict,
    pub(crate) attempted: Attempted,
}

/// What was seen of an attempt.
#[derive(Clone, Debug, Default)]
pub(crate) struct Attempted {
    /// When it started, µs.
    pub(crate) at: i64,
    pub(crate) duration_ms: i64,
    pub(crate) status_code: Option<u16>,
    pub(crate) error: Option<String>,
    pub(crate) response: Option<String>,
    pub(crate) retry_after_s: Option<i64>,
    /// Whether the time-out ended it.
    pub(crate) timed_out: bool,
}

/// What follows from an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Delivered,
    /// Another attempt at this time, µs.
    Retry(i64),
    /// It was the last attempt.
    Exhausted,
    /// The receiver says that it is gone: the endpoint is disabled, and should it be enabled again, this is the time.
    Gone(i64),
}

impl Verdict {
    /// Decides; `failed` says when the next attempt would be, should this one have failed.
    pub(crate) fn of(attempted: &Attempted, failed: Failed, random: u64) -> Verdict {
        let next = next_attempt(failed, random);
        match (attempted.status_code, next) {
            (Some(200..=299), _) => Verdict::Delivered,
            (Some(410), Some(at)) => Verdict::Gone(at),
            (_, Some(at)) => Verdict::Retry(at),
            (_, None) => Verdict::Exhausted,
        }
    }

    /// The label of the metric.
    pub(crate) fn outcome(self) -> &'static str {
        match self {
            Verdict::Delivered => "delivered",
            Verdict::Retry(_) => "failed",
            Verdict::Exhausted => "exhausted",
            Verdict::Gone(_) => "gone",
        }
    }
}

// The remaining count decides in the row itself: a publisher that adds to the lane meanwhile waits for this row's lock.
// nullif is a null of the column's type: with a bare one PostgreSQL would take the parameter for text.
const FINISH_LANE: Sql = Sql("
update webhook_lanes
set pending = pending - 1, due_at = case when pending > 1 then $4 else nullif(due_at, due_at) end, lease_token = null
where endpoint = $1
and lane = $2
and lease_token = $3
returning pending");

const DELAY_LANE: Sql = Sql("
update webhook_lanes
set due_at = $4, lease_token = null
where endpoint = $1
and lane = $2
and lease_token = $3
returning pending");

const FINISH_DELIVERY: Sql = Sql("
update webhook_deliveries
set status = $2, attempts = attempts + 1, first_attempt_at = coalesce(first_attempt_at, $3), finished_at = $4
where id = $1");

const COUNT_ATTEMPT: Sql = Sql("
update webhook_deliveries
set attempts = attempts + 1, first_attempt_at = coalesce(first_attempt_at, $2)
where id = $1");

const INSERT_ATTEMPT: Sql = Sql("
insert into webhook_attempts (endpoint, delivery, at, status_code, error, duration_ms, response)
values ($1, $2, $3, $4, $5, $6, $7)");

// Flagged since the first message that was given up, until one arrives again.
const FLAG_FAILING: Sql = Sql("
update webhook_endpoints
set status = 'failing', flagged_at = case when status = 'failing' then flagged_at else $2 end, version = version + 1
where id = $1
and status <> 'disabled'");

const FLAG_GONE: Sql = Sql("
update webhook_endpoints
set status = 'disabled', flagged_at = $2, version = version + 1
where id = $1
and status <> 'disabled'");

const RECOVER: Sql = Sql("
update webhook_endpoints
set status = 'enabled', version = version + 1
where id = $1
and status = 'failing'");

/// Records results. Those whose lease was taken over meanwhile are dropped: the new holder makes the delivery again.
pub(crate) fn settle(tx: &mut Tx, finished: &[Finished], now: i64) -> Result<usize, DatabaseError> {
    let params: Vec<[Value; 4]> = finished
        .iter()
        .map(|result| {
            let due_at = match result.verdict {
                Verdict::Delivered | Verdict::Exhausted => now,
                Verdict::Retry(at) | Verdict::Gone(at) => at,
            };
            let (endpoint, lane) = (result.endpoint.into(), result.lane.into());
            [endpoint, lane, result.token.into(), Value::time(due_at)]
        })
        .collect();
    let flight: Vec<(Sql, &[Value])> = finished
        .iter()
        .zip(&params)
        .map(|(result, params)| (lane_statement(result.verdict), params.as_slice()))
        .collect();
    let mut lost = 0;
    for (result, rows) in finished.iter().zip(tx.query_many(&flight)?) {
        if rows.is_empty() {
            lost += 1;
        } else {
            record(tx, result, now)?;
        }
    }
    Ok(lost)
}

fn lane_statement(verdict: Verdict) -> Sql {
    match verdict {
        Verdict::Delivered | Verdict::Exhausted => FINISH_LANE,
        Verdict::Retry(_) | Verdict::Gone(_) => DELAY_LANE,
    }
}

fn record(tx: &mut Tx, result: &Finished, now: i64) -> Result<(), DatabaseError> {
    let attempted = &result.attempted;
    let (delivery, at, now) = (
        Value::from(result.delivery),
        Value::time(attempted.at),
        Value::time(now),
    );
    match result.verdict {
        Verdict::Delivered => {
            tx.later(FINISH_DELIVERY, &[delivery, "delivered".into(), at, now])?;
            if result.endpoint_status == Status::Failing {
                tx.later_any(RECOVER, &[result.endpoint.into()])?;
            }
        }
        Verdict::Exhausted => {
            let params = [delivery, "exhausted".into(), at, now.clone()];
            tx.later(FINISH_DELIVERY, &params)?;
            tx.later_any(FLAG_FAILING, &[result.endpoint.into(), now])?;
        }
        Verdict::Retry(_) => tx.later(COUNT_ATTEMPT, &[delivery, at])?,
        Verdict::Gone(_) => {
            tx.later(COUNT_ATTEMPT, &[delivery, at])?;
            tx.later_any(FLAG_GONE, &[result.endpoint.into(), now])?;
        }
    }
    let params = [
        result.endpoint.into(),
        result.delivery.into(),
        Value::time(attempted.at),
        attempted.status_code.into(),
        attempted.error.clone().into(),
        attempted.duration_ms.into(),
        attempted.response.clone().into(),
    ];
    tx.later(INSERT_ATTEMPT, &params)
}
