//! What came of a step: taken, refused, or nothing to be done.

use database::{Tx, crash};
use serde_json::Value;
use uuid::Uuid;
use wire::Problem;

use crate::environments::PROBLEM;
use crate::investments::{self, Origin};
use crate::remote::Trouble;
use crate::store::changes::Kind;
use crate::store::copies::{self, Copy};
use crate::store::refusals::{self, Refusal};
use crate::worker::lane::{INVESTOR, Progress};
use crate::worker::step::Step;
use crate::{Error, Gateway, Result, mapping, parts, store};

/// Notes that the step is done, and what the environment said.
pub(super) async fn settle(
    gateway: &Gateway,
    step: Step,
    answer: Option<Value>,
) -> Result<Progress, Trouble> {
    let own = gateway.clone();
    let order = step
        .change
        .as_ref()
        .filter(|change| change.kind == Kind::Order)
        .and_then(|change| change.subject);
    let settled = gateway.db.write(move |tx| {
        let now = own.now();
        let Some(mut copy) = copies::lock(tx, step.copy.investor, step.copy.environment)? else {
            return Ok(Progress::Done);
        };
        let answer = answer.clone();
        if let Some(answer) = &answer {
            keep_answer(tx, &step, answer, now)?;
            observe(
                &mut copy,
                step.change.as_ref().map(|change| change.kind),
                answer,
                now,
            );
        }
        match &step.change {
            None => {
                copy.remote = answer
                    .as_ref()
                    .and_then(|answer| mapping::id_in(answer, "id"));
                copy.patched = step.copy.base;
                refusals::resolve_document(tx, copy.investor, copy.environment, copy.base, now)?;
            }
            Some(change) => {
                if matches!(change.kind, Kind::Patch) {
                    copy.patched = copy.patched.max(change.version);
                    refusals::resolve_document(
                        tx,
                        copy.investor,
                        copy.environment,
                        change.version,
                        now,
                    )?;
                } else {
                    refusals::resolve(tx, copy.investor, copy.environment, change.version, now)?;
                }
                forward(&mut copy, &step.copy, change.version);
            }
        }
        copy.attempts = 0;
        (copy.troubled_since, copy.trouble) = (None, None);
        finish(tx, copy, now)
    });
    let progress = settled.await?;
    // Our rows know it, and whoever waits for the answer does not.
    crash::point("gateway.after_settle");
    if let Some(order) = order {
        gateway.outcomes.tell(order);
    }
    Ok(progress)
}

/// The environment's no to this step; what comes after it goes on.
pub(super) async fn refuse(
    gateway: &Gateway,
    step: Step,
    problem: Problem,
) -> Result<Progress, Trouble> {
    let own = gateway.clone();
    let refused = gateway.db.write(move |tx| {
        let now = own.now();
        let Some(mut copy) = copies::lock(tx, step.copy.investor, step.copy.environment)? else {
            return Ok((Progress::Done, Vec::new()));
        };
        let sealed_problem = step.key.seal(PROBLEM, &serde_json::to_vec(&problem)?);
        (copy.troubled_since, copy.trouble, copy.attempts) = (None, None, 0);
        copy.observed_at = Some(now);
        let order = step.change.as_ref().filter(|change| change.kind == Kind::Order);
        if let Some(change) = order {
            let id = change.subject.unwrap_or_default();
            store::orders::refused(tx, id, &sealed_problem, now)?;
            forward(&mut copy, &step.copy, change.version);
            return Ok((finish(tx, copy, now)?, vec![id]));
        }
        let refusal = Refusal {
            environment: copy.environment,
            version: step.change.as_ref().map_or(step.copy.base, |change| change.version),
            kind: step.change.as_ref().map_or(Kind::Create, |change| change.kind),
            sealed_problem: sealed_problem.clone(),
            refused_at: now,
        };
        refusals::insert(tx, copy.investor, &refusal)?;
        tracing::info!(
            investor.id = %copy.investor, environment.name = %step.environment.name,
            "environment {} refused a change of investor {}: {}", step.environment.name, copy.investor, problem.code
        );
        if let Some(change) = &step.change {
            forward(&mut copy, &step.copy, change.version);
            return Ok((finish(tx, copy, now)?, Vec::new()));
        }
        // Without the investor nothing goes on there, until the partner changes it.
        let orders = store::orders::refuse_all(tx, copy.investor, copy.environment, &sealed_problem, now)?;
        (copy.due_at, copy.pending_since) = (None, None);
        copies::save(tx, &copy)?;
        Ok::<_, Error>((Progress::Done, orders))
    });
    let (progress, orders) = refused.await?;
    orders
        .into_iter()
        .for_each(|order| gateway.outcomes.tell(order));
    Ok(progress)
}

/// Moves on, unless somebody asked meanwhile for a step to be taken again.
fn forward(copy: &mut Copy, before: &Copy, version: i64) {
    if copy.reached == before.reached {
        copy.reached = version;
    }
}

/// Saves the copy, due at once if there is more.
fn finish(tx: &mut Tx, mut copy: Copy, now: i64) -> Result<Progress> {
    let more = store::changes::next(tx, copy.investor, copy.environment, copy.reached, copy.base)?
        .is_some();
    copy.due_at = more.then_some(now);
    if !more {
        copy.pending_since = None;
    }
    copies::save(tx, &copy)?;
    Ok(if more {
        Progress::Moved
    } else {
        Progress::Done
    })
}

/// Nothing was found to do: unless something came in this moment, the copy rests.
pub(super) async fn rest(
    gateway: &Gateway,
    investor: Uuid,
    environment: Uuid,
) -> Result<Progress, Trouble> {
    let now = gateway.now();
    let rested = gateway
        .db
        .write(move |tx| match copies::lock(tx, investor, environment)? {
            Some(copy) if copy.remote.is_some() => finish(tx, copy, now),
            _ => Ok(Progress::Done),
        });
    Ok(rested.await?)
}

fn keep_answer(tx: &mut Tx, step: &Step, answer: &Value, now: i64) -> Result<()> {
    let Some(change) = &step.change else {
        return Ok(());
    };
    let subject = change.subject.unwrap_or_default();
    match change.kind {
        Kind::Part | Kind::WalletPatch => {
            let mut answer = answer.clone();
            answer.as_object_mut().map(|fields| fields.remove(INVESTOR));
            parts::keep_answer(
                tx,
                &step.key,
                subject,
                (step.copy.environment, now),
                &answer,
            )
        }
        Kind::Order => {
            let Some(order) = store::orders::find(tx, subject)? else {
                return Ok(());
            };
            let origin = Origin {
                investor: order.investor,
                environment: order.environment,
                reference: order.reference.clone(),
            };
            let investment = investments::keep(tx, &step.key, &origin, answer, now)?;
            Ok(store::orders::placed(tx, subject, investment, now)?)
        }
        Kind::Create | Kind::Patch | Kind::Repair => Ok(()),
    }
}

/// What an answer says of the investor there.
fn observe(copy: &mut Copy, kind: Option<Kind>, answer: &Value, now: i64) {
    let investor = match kind {
        None | Some(Kind::Patch | Kind::Repair | Kind::Create) => answer,
        Some(Kind::Part | Kind::WalletPatch | Kind::Order) => &answer[INVESTOR],
    };
    copy.observed_at = Some(now);
    if let Some(status) = investor["kyc_status"].as_str() {
        copy.kyc_status = Some(status.to_owned());
    }
    if let Some(at) = investor["updated_at"].as_str() {
        copy.remote_updated_at = Some(at.to_owned());
    }
}
