//! Where an investor is, how far each environment is, and how old what we know of it is.

use database::Tx;
use serde::Serialize;
use uuid::Uuid;
use wire::Problem;

use crate::store::campaigns;
use crate::store::copies::{self, Copy};
use crate::store::environments::{self, Environment};
use crate::store::refusals::{self, Refusal};
use crate::write::Caller;
use crate::{Error, Gateway, Result, investors, time};

/// What a sealed problem is bound to.
pub(crate) const PROBLEM: &str = "gateway.problem";

/// How an investor stands in an environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum State {
    /// Everything that was sent is there.
    Synced,
    /// Something is on its way.
    Pending,
    /// Something waits until the environment answers again.
    Unreachable,
    /// The environment refused something, and nothing newer has made it good.
    Refused,
}

impl State {
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Synced => "synced",
            Self::Pending => "pending",
            Self::Unreachable => "unreachable",
            Self::Refused => "refused",
        }
    }
}

/// An answer from our own copy, with how its environments stand and when they last said so.
#[derive(Clone, Debug)]
pub(crate) struct Seen<T> {
    pub(crate) value: T,
    /// The worst of them; none if it is in no environment.
    pub(crate) state: Option<State>,
    /// The oldest of them, µs.
    pub(crate) observed_at: Option<i64>,
}

/// An investor's environment as its partner sees it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Place {
    environment: String,
    campaign_ids: Vec<Uuid>,
    /// The investor's id there.
    investor_id: Option<Uuid>,
    state: State,
    kyc_status: Option<String>,
    /// The last change that is there, of how many.
    version: i64,
    pending_since: Option<String>,
    unreachable_since: Option<String>,
    trouble: Option<String>,
    refusals: Vec<ShownRefusal>,
    observed_at: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
struct ShownRefusal {
    version: i64,
    what: &'static str,
    refused_at: String,
    problem: Problem,
}

/// Every environment in which an investor is or is to be.
pub(crate) async fn of_investor(
    gateway: &Gateway,
    caller: &Caller,
    id: Uuid,
) -> Result<Vec<Place>> {
    caller.require("investors:read")?;
    let own = gateway.clone();
    gateway
        .db
        .read(move |tx| {
            let key = investors::key_of(&own, tx, id)?;
            let refused = refusals::open(tx, id)?;
            let all = environments::list(tx)?;
            let mut places = Vec::new();
            for copy in copies::of_investor(tx, id)? {
                let environment = all.iter().find(|one| one.id == copy.environment);
                let environment = environment.ok_or_else(|| Error::not_found("environment"))?;
                let here = refused
                    .iter()
                    .filter(|refusal| refusal.environment == copy.environment);
                let here = here
                    .map(|refusal| {
                        Ok(ShownRefusal {
                            version: refusal.version,
                            what: refusal.kind.text(),
                            refused_at: time::text(refusal.refused_at),
                            problem: serde_json::from_slice(
                                &key.open(PROBLEM, &refusal.sealed_problem)?,
                            )?,
                        })
                    })
                    .collect::<Result<Vec<_>>>()?;
                let sold = campaigns::of_environment(tx, environment.id)?;
                places.push(place(&copy, environment, sold, here));
            }
            Ok(places)
        })
        .await
}

/// Tries again what an environment refused or what waits for it, without waiting for the next turn.
pub(crate) async fn retry(
    gateway: &Gateway,
    caller: &Caller,
    id: Uuid,
    name: String,
) -> Result<()> {
    caller.require("investors:write")?;
    let own = gateway.clone();
    let done = gateway.db.write(move |tx| {
        investors::find(tx, id)?;
        let environment = by_name(tx, &name)?;
        let now = own.now();
        let mut copy =
            copies::lock(tx, id, environment.id)?.ok_or_else(|| Error::not_found("environment"))?;
        // Everything behind the first refusal is looked at again; what went well has keys that repeat harmlessly.
        let refused = refusals::open(tx, id)?;
        let first = refused
            .iter()
            .filter(|one| one.environment == environment.id)
            .map(|one| one.version)
            .min();
        if let Some(first) = first.filter(|_| copy.remote.is_some()) {
            copy.reached = copy.reached.min(first - 1);
        }
        copy.due_at = Some(now);
        copy.attempts = 0;
        copies::save(tx, &copy)?;
        Ok::<_, Error>(environment.id)
    });
    gateway.bell.ring(&[done.await?], id);
    Ok(())
}

/// Where the copies are.
pub(crate) fn of(there: &[Copy]) -> impl Iterator<Item = Uuid> {
    there.iter().map(|copy| copy.environment)
}

/// The environment of this name.
pub(crate) fn by_name(tx: &mut Tx, name: &str) -> Result<Environment> {
    let found = environments::list(tx)?
        .into_iter()
        .find(|one| one.name == name);
    found.ok_or_else(|| Error::not_found("environment"))
}

/// A value with the state of the copies behind it.
pub(crate) fn seen<T>(tx: &mut Tx, investor: Uuid, there: &[Copy], value: T) -> Result<Seen<T>> {
    let refused = if there.is_empty() {
        Vec::new()
    } else {
        refusals::open(tx, investor)?
    };
    let mut worst = None;
    let mut oldest = None;
    for copy in there {
        let environment = environments::find(tx, copy.environment)?;
        let down = environment.is_some_and(|one| one.unreachable_since.is_some());
        worst = worst.max(Some(state(copy, &refused, down)));
        oldest = match (oldest, copy.observed_at) {
            (Some(one), Some(other)) => Some(std::cmp::min::<i64>(one, other)),
            (one, other) => one.or(other),
        };
    }
    Ok(Seen {
        value,
        state: worst,
        observed_at: oldest,
    })
}

fn state(copy: &Copy, refused: &[Refusal], environment_is_down: bool) -> State {
    let is_refused = refused
        .iter()
        .any(|refusal| refusal.environment == copy.environment);
    match copy.due_at {
        _ if is_refused => State::Refused,
        Some(_) if environment_is_down || copy.troubled_since.is_some() => State::Unreachable,
        Some(_) => State::Pending,
        None => State::Synced,
    }
}

fn place(
    copy: &Copy,
    environment: &Environment,
    campaign_ids: Vec<Uuid>,
    refused: Vec<ShownRefusal>,
) -> Place {
    let waits = copy.due_at.is_some();
    let down = environment.unreachable_since.is_some();
    let state = match () {
        () if !refused.is_empty() => State::Refused,
        () if waits && (down || copy.troubled_since.is_some()) => State::Unreachable,
        () if waits => State::Pending,
        () => State::Synced,
    };
    let since = environment.unreachable_since.or(copy.troubled_since);
    let unreachable = state == State::Unreachable;
    Place {
        environment: environment.name.clone(),
        campaign_ids,
        investor_id: copy.remote,
        state,
        kyc_status: copy.kyc_status.clone(),
        version: copy.reached.max(copy.patched),
        pending_since: copy.pending_since.filter(|_| waits).map(time::text),
        unreachable_since: since.filter(|_| unreachable).map(time::text),
        trouble: copy
            .trouble
            .clone()
            .or(environment.trouble.clone())
            .filter(|_| unreachable),
        refusals: refused,
        observed_at: copy.observed_at.map(time::text),
    }
}
