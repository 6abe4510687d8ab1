//! Passes on what environments told: in the order of each investment, each event once, under the partner's own ids.

use database::Tx;
use serde_json::{Value, json};
use tokio::sync::watch;
use uuid::Uuid;

use crate::events::{self, Telling};
use crate::inbox::TOPIC;
use crate::store::environments::{self, Environment, Feed};
use crate::store::inbox::{self, Message};
use crate::store::instructions::InstructionKind;
use crate::store::{Heard, copies, instructions, investments, investors, statements};
use crate::worker::strangers;
use crate::{Error, Gateway, Result, mapping, time};

/// Messages that are looked at in one transaction.
const BATCH: i64 = 1000;
/// How long an event waits for the ones before it, which the feed brings; then the stream goes on without them.
const HOLD_US: i64 = 60_000_000;

/// What is done with a message.
enum Verdict {
    /// Passed on, dropped or given up: the word that is noted.
    Handled(&'static str),
    /// Not yet.
    Wait,
}

/// Works until it is told to stop.
pub(crate) async fn run(gateway: &Gateway, mut stopped: watch::Receiver<bool>) {
    loop {
        match round(gateway).await {
            Ok(true) => continue,
            Ok(false) => {}
            Err(error) => {
                tracing::warn!(error = %error, "the stream of events waits: {error}");
            }
        }
        tokio::select! {
            () = gateway.db.woken(TOPIC, gateway.settings.poll) => {}
            _ = stopped.wait_for(|stopped| *stopped) => return,
        }
    }
}

/// Looks at what waits; whether something moved.
async fn round(gateway: &Gateway) -> Result<bool> {
    let own = gateway.clone();
    gateway
        .db
        .write(move |tx| {
            let now = own.now();
            let mut moved = false;
            for message in inbox::waiting(tx, BATCH)? {
                if let Verdict::Handled(outcome) = handle(tx, &message, now)? {
                    inbox::handled(tx, &message.key, outcome, now)?;
                    moved = true;
                }
            }
            Ok::<_, Error>(moved)
        })
        .await
}

fn handle(tx: &mut Tx, message: &Message, now: i64) -> Result<Verdict> {
    let Some(environment) = environments::find(tx, message.environment)? else {
        return Ok(Verdict::Handled("unknown"));
    };
    let heard: Value = serde_json::from_slice(&message.body)?;
    match (message.investment, message.kind.as_str()) {
        (Some(investment), _) => {
            about_investment(tx, (message, heard), &environment, investment, now)
        }
        (None, "investor.kyc_status_changed") => {
            about_investor(tx, (message, heard), &environment, now)
        }
        (None, kind) => {
            let kinds = [InstructionKind::Transfer, InstructionKind::Redemption];
            match kinds.into_iter().find(|one| one.event_type() == kind) {
                Some(kind) => about_instruction(tx, (message, heard), (kind, &environment), now),
                None => Ok(Verdict::Handled("ignored")),
            }
        }
    }
}

/// About something that is not here: it waits until its environment was asked and could not help either.
fn unknown(message: &Message) -> Verdict {
    if strangers::was_asked(message) {
        Verdict::Handled("unknown")
    } else {
        Verdict::Wait
    }
}

/// When it happened, as far as the message says.
fn changed_at(message: &Message, heard: &Value) -> i64 {
    let said = heard["changed_at"].as_str().and_then(time::parse);
    said.unwrap_or(message.received_at)
}

/// Counts a message whose turn it is; what becomes of it if it is not.
fn count(
    tx: &mut Tx,
    message: &Message,
    environment: &Environment,
    (heard, changed_at): (&mut Heard, i64),
    now: i64,
) -> Result<Option<Verdict>> {
    if message.sequence > 0 {
        if message.sequence <= heard.theirs {
            return Ok(Some(Verdict::Handled("late")));
        }
        let has_gap = message.sequence > heard.theirs + 1;
        if has_gap && environment.feed != Feed::None && now - message.received_at < HOLD_US {
            // The feed has what is missing: it is read at the next chance, heard of or not.
            environments::silent(tx, environment.id)?;
            return Ok(Some(Verdict::Wait));
        }
        heard.theirs = message.sequence;
    } else if heard.ours > 0 && changed_at <= heard.at {
        return Ok(Some(Verdict::Handled("late")));
    }
    heard.at = changed_at;
    heard.ours += 1;
    Ok(None)
}

/// What a message changes of the thing that it is about.
struct Told {
    investor: Uuid,
    reference: Option<String>,
    heard: Heard,
    status: String,
    changed_at: i64,
}

/// Counts a message and passes it on under our ids; what becomes of it if it is not its turn.
fn pass_on(
    tx: &mut Tx,
    (message, heard): (&Message, Value),
    (environment, lane): (&Environment, Uuid),
    told: &mut Told,
    now: i64,
) -> Result<Option<Verdict>> {
    let changed_at = changed_at(message, &heard);
    let turn = (&mut told.heard, changed_at);
    if let Some(verdict) = count(tx, message, environment, turn, now)? {
        return Ok(Some(verdict));
    }
    if let Some(status) = heard["status"].as_str()
        && changed_at >= told.changed_at
    {
        told.status = status.to_owned();
        told.changed_at = changed_at;
    }
    let investor =
        investors::find(tx, told.investor)?.ok_or_else(|| Error::not_found("investor"))?;
    let own = json!({
        "investor_id": told.investor, "sequence": told.heard.ours, "reference": told.reference, "investor_reference": investor.reference,
    });
    let telling = Telling {
        id: message.event,
        kind: &message.kind,
        environment,
        heard,
        own,
        lane,
    };
    events::tell(tx, telling, now)?;
    Ok(None)
}

fn about_investment(
    tx: &mut Tx,
    (message, heard): (&Message, Value),
    environment: &Environment,
    investment: Uuid,
    now: i64,
) -> Result<Verdict> {
    let Some(mut row) = investments::lock(tx, investment)? else {
        return Ok(unknown(message));
    };
    // Whose environment it is not has nothing to say about it.
    if row.environment != environment.id {
        return Ok(Verdict::Handled("foreign"));
    }
    let mut told = Told {
        investor: row.investor,
        reference: row.reference.clone(),
        heard: row.heard,
        status: row.status.clone(),
        changed_at: row.changed_at,
    };
    let statement = mapping::id_in(&heard, "registry_statement_id");
    let place = (environment, investment);
    if let Some(verdict) = pass_on(tx, (message, heard), place, &mut told, now)? {
        return Ok(verdict);
    }
    if let Some(statement) = statement {
        statements::keep(tx, statement, investment, now)?;
    }
    (row.heard, row.status, row.changed_at) = (told.heard, told.status, told.changed_at);
    // The rest of the investment may have changed with it.
    row.refresh_at = Some(now);
    investments::save(tx, &row)?;
    Ok(Verdict::Handled("told"))
}

fn about_investor(
    tx: &mut Tx,
    (message, heard): (&Message, Value),
    environment: &Environment,
    now: i64,
) -> Result<Verdict> {
    let remote = mapping::id_in(&heard, "investor_id").unwrap_or_default();
    let Some(investor) = copies::investor_of(tx, environment.id, remote)? else {
        return Ok(unknown(message));
    };
    if let Some(mut copy) = copies::lock(tx, investor, environment.id)? {
        copy.kyc_status = heard["status"]
            .as_str()
            .map(str::to_owned)
            .or(copy.kyc_status);
        copy.observed_at = Some(now);
        copies::save(tx, &copy)?;
    }
    let row = investors::find(tx, investor)?.ok_or_else(|| Error::not_found("investor"))?;
    let own = json!({"investor_id": investor, "investor_reference": row.reference});
    let telling = Telling {
        id: message.event,
        kind: &message.kind,
        environment,
        heard,
        own,
        lane: investor,
    };
    events::tell(tx, telling, now)?;
    Ok(Verdict::Handled("told"))
}

fn about_instruction(
    tx: &mut Tx,
    (message, heard): (&Message, Value),
    (kind, environment): (InstructionKind, &Environment),
    now: i64,
) -> Result<Verdict> {
    let instruction = mapping::id_in(&heard, kind.id_field()).unwrap_or_default();
    let Some(mut row) = instructions::lock(tx, instruction)? else {
        return Ok(unknown(message));
    };
    if row.environment != environment.id {
        return Ok(Verdict::Handled("foreign"));
    }
    let mut told = Told {
        investor: row.investor,
        reference: row.reference.clone(),
        heard: row.heard,
        status: row.status.clone(),
        changed_at: row.changed_at,
    };
    let place = (environment, instruction);
    if let Some(verdict) = pass_on(tx, (message, heard), place, &mut told, now)? {
        return Ok(verdict);
    }
    (row.heard, row.status, row.changed_at) = (told.heard, told.status, told.changed_at);
    // Reason and transaction come with the answer.
    row.refresh_at = Some(now);
    instructions::save(tx, &row)?;
    Ok(Verdict::Handled("told"))
}
