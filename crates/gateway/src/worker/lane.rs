//! One step for one investor in one environment: find what it lacks next, send it, note what came of it.
//!
//! Every call has a key that follows from the rows, so that a step which died after it was sent is sent again as the same one.

use database::crash;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::forward::hand_over;
use crate::remote::{Remote, Trouble};
use crate::store::copies;
use crate::store::parts::PartKind;
use crate::worker::desk::Desk;
use crate::worker::health;
use crate::worker::settle::{refuse, rest, settle};
use crate::worker::step::{Call, Method, Step, prepare};
use crate::{Error, Gateway, Result, mapping};

/// Where an answer about a part carries what was read of the investor afterwards; no field of the API begins so.
pub(super) const INVESTOR: &str = "_investor";

/// Whether there may be more to do at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    Moved,
    Done,
}

/// Takes the next step.
pub(crate) async fn advance(
    desk: &Desk,
    remote: &Remote,
    investor: Uuid,
) -> Result<Progress, Trouble> {
    let gateway = desk.gateway.clone();
    let (own, environment) = (gateway.clone(), desk.id);
    let Some(step) = gateway
        .db
        .read(move |tx| prepare(&own, tx, investor, environment))
        .await?
    else {
        return rest(&gateway, investor, environment).await;
    };
    let Some(call) = &step.call else {
        // Nothing that the environment would have to hear of.
        return settle(&gateway, step, None).await;
    };
    let sent = desk
        .call(&step.environment, send(&gateway, remote, environment, call))
        .await;
    if sent.is_ok() {
        // The environment has it, and our rows do not know.
        crash::point("gateway.after_send");
    }
    match sent {
        Ok(answer) if step.change.is_none() && mapping::id_in(&answer, "id").is_none() => Err(
            Trouble::Down("it answers to a creation without an id".to_owned()),
        ),
        Ok(mut answer) => {
            if matches!(
                step.part,
                Some(PartKind::Identification | PartKind::BenefitingPerson)
            ) {
                look_at_investor(desk, remote, &step, &mut answer).await;
            }
            settle(&gateway, step, Some(answer)).await
        }
        Err(Trouble::Refused(problem)) => refuse(&gateway, step, *problem).await,
        Err(trouble) => Err(trouble),
    }
}

/// The step could not be taken now: it is tried again, later each time, and shown.
pub(crate) async fn postpone(desk: &Desk, investor: Uuid, trouble: &Trouble) -> Result<()> {
    let (id, now) = (desk.id, desk.gateway.now());
    let trouble = trouble.clone();
    let noted = desk.gateway.db.write(move |tx| {
        let Some(mut copy) = copies::lock(tx, investor, id)? else {
            return Ok(());
        };
        copy.due_at = Some(match &trouble {
            Trouble::Busy(pause) => now + i64::try_from(pause.as_micros()).unwrap_or(i64::MAX / 2),
            Trouble::Refused(_) | Trouble::Down(_) | Trouble::Fault(_) => {
                copy.attempts = copy.attempts.saturating_add(1);
                copy.troubled_since = copy.troubled_since.or(Some(now));
                health::next_attempt(copy.attempts, now)
            }
        });
        copy.trouble = match trouble.clone() {
            Trouble::Down(reason) => Some(reason),
            Trouble::Fault(error) => {
                tracing::error!(investor.id = %investor, error = %error, "the work on investor {investor} met a fault: {error}");
                Some("a fault of the gateway's; see its log".to_owned())
            }
            Trouble::Busy(_) | Trouble::Refused(_) => copy.trouble,
        };
        Ok::<_, Error>(copies::save(tx, &copy)?)
    });
    noted.await
}

async fn send(
    gateway: &Gateway,
    remote: &Remote,
    environment: Uuid,
    call: &Call,
) -> Result<Value, Trouble> {
    let ids = hand_over(gateway, remote, environment, mapping::documents(&call.body)).await?;
    let body = mapping::with_documents(call.body.clone(), &ids);
    match call.method {
        Method::Post => remote.post(&call.path, &call.key, &body).await,
        Method::Patch => remote.patch(&call.path, &call.key, &body).await,
    }
}

/// An identification may have changed the investor's status; if that cannot be read now, an event or the comparison brings it.
async fn look_at_investor(desk: &Desk, remote: &Remote, step: &Step, answer: &mut Value) {
    let Some(id) = step.copy.remote else {
        return;
    };
    let path = format!("investors/{id}/");
    if let Ok(investor) = desk.call(&step.environment, remote.get(&path)).await {
        answer[INVESTOR] =
            json!({"kyc_status": investor["kyc_status"], "updated_at": investor["updated_at"]});
    }
}
