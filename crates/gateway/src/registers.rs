//! Holding the registrar to its word: the checkpoints of the registers that are sold, each shown to continue the one before it.
//!
//! What a log signed is kept for good. A checkpoint that does not continue what was kept is proof that its keeper showed two histories;
//! it is kept beside the other and counts as an alert until the partner says, having looked, that it follows the log anew.

use database::Tx;
use sdk::register_log::{FollowError, Followed, Kept};
use tlog::follow::Look;
use tlog::{Checkpoint, Note};
use uuid::Uuid;
use wire::gateways::{GatewayCheckpoint, GatewayRegister};

use crate::catalogue::Shelf;
use crate::remote::{Remote, Trouble};
use crate::store::checkpoints::{self, Checkpoint as Row};
use crate::store::environments::{self, Environment};
use crate::worker::Desk;
use crate::write::Caller;
use crate::{Error, Gateway, Result, mapping, store, time};

/// Contradictions of one log that are kept; who shows so many is believed nothing more.
const MOST_CONTRADICTIONS: usize = 100;

/// Every log that is followed, with what contradicts it.
///
/// # Errors
/// If the database fails.
pub async fn followed(gateway: &Gateway) -> Result<Vec<GatewayRegister>> {
    gateway
        .db
        .read(|tx| {
            let mut all = Vec::new();
            for environment in environments::list(tx)? {
                all.extend(of_environment(tx, &environment)?);
            }
            Ok::<_, Error>(all)
        })
        .await
}

/// Those of one environment.
fn of_environment(tx: &mut Tx, environment: &Environment) -> Result<Vec<GatewayRegister>> {
    let isins = checkpoints::followed(tx, environment.id)?;
    isins
        .into_iter()
        .map(|isin| shown(tx, environment, isin))
        .collect()
}

/// [`followed`], for an application.
pub(crate) async fn list(gateway: &Gateway, caller: &Caller) -> Result<Vec<GatewayRegister>> {
    caller.require("investments:read")?;
    followed(gateway).await
}

/// Everything that was kept of a register, over all environments.
pub(crate) async fn history(
    gateway: &Gateway,
    caller: &Caller,
    isin: String,
    place: (i64, i64),
) -> Result<(u64, Vec<GatewayCheckpoint>)> {
    caller.require("investments:read")?;
    gateway
        .db
        .read(move |tx| {
            let all = environments::list(tx)?;
            let (count, rows) = checkpoints::list(tx, &isin, place)?;
            let results = rows.into_iter().map(|row| {
                let environment = all.iter().find(|one| one.id == row.environment);
                checkpoint(row, environment)
            });
            Ok::<_, Error>((count, results.collect()))
        })
        .await
}

/// Follows a register's log anew from what it shows next; what was kept stays as history.
///
/// # Errors
/// Not found if no such log is followed.
pub async fn follow_anew(gateway: &Gateway, environment: String, isin: String) -> Result<()> {
    let own = gateway.clone();
    let begun = gateway.db.write(move |tx| {
        let environment = crate::environments::by_name(tx, &environment)?;
        if checkpoints::latest(tx, environment.id, &isin)?.is_none()
            && checkpoints::contradictions(tx, environment.id, &isin)?.is_empty()
        {
            return Err(Error::not_found("register"));
        }
        checkpoints::supersede(tx, environment.id, &isin, own.now())?;
        environments::look_at_registers(tx, environment.id)?;
        Ok(environment.id)
    });
    gateway.bell.ring_one(begun.await?);
    Ok(())
}

/// Looks at the registers of what an environment sells. Their logs are public: whether they can be read says nothing of the environment.
pub(crate) async fn check(
    desk: &Desk,
    remote: &Remote,
    environment: &Environment,
) -> std::result::Result<(), Trouble> {
    let sold = environment.clone();
    let isins = desk.gateway.db.read(move |tx| isins(tx, &sold)).await?;
    for isin in isins {
        let outcome = look(desk, remote, environment, &isin).await?;
        let labels = desk.gateway.labels(&environment.name, outcome);
        metrics::counter!("gateway_register_checks_total", labels.iter()).increment(1);
    }
    let (id, now) = (environment.id, desk.gateway.now());
    Ok(desk
        .gateway
        .db
        .write(move |tx| environments::registers_checked(tx, id, now))
        .await?)
}

/// One look at one log; what came of it in one word.
async fn look(
    desk: &Desk,
    remote: &Remote,
    environment: &Environment,
    isin: &str,
) -> std::result::Result<&'static str, Trouble> {
    let Some(logs) = remote.register_logs() else {
        return Ok("none");
    };
    let (id, wanted) = (environment.id, isin.to_owned());
    let kept = desk
        .gateway
        .db
        .read(move |tx| Ok::<_, Error>(checkpoints::latest(tx, id, &wanted)?))
        .await?;
    let known = kept.as_ref().map(kept_of).transpose()?;
    let found = logs.follow(isin, known.as_ref()).await;
    let outcome = match &found {
        Ok(followed) => match followed.look {
            None => "first",
            Some(Look::Same) => "same",
            Some(Look::Grown) => "grown",
            Some(Look::Older) => "older",
        },
        Err(FollowError::Call(_)) if kept.is_none() => "none",
        Err(FollowError::Call(error)) => {
            tracing::warn!(environment.name = %environment.name, error = %error, "the log of register {isin}, which environment {} has shown before, cannot be read: {error}", environment.name);
            "unreadable"
        }
        Err(error) => {
            tracing::error!(environment.name = %environment.name, error = %error, "environment {} shows another history of register {isin} than before: {error}", environment.name);
            "split_view"
        }
    };
    let finding = judge((id, isin), kept.as_ref(), found, desk.gateway.now());
    let noted = desk.gateway.db.write(move |tx| note(tx, &finding));
    noted.await?;
    Ok(outcome)
}

/// What a look comes to for those who keep the log.
enum Finding {
    /// Nothing was said.
    Silence,
    /// The log stands by what was kept.
    Stands(Uuid, i64),
    /// It has grown, was seen for the first time, or contradicts what was kept.
    News(Box<Row>),
}

fn judge(
    (environment, isin): (Uuid, &str),
    kept: Option<&Row>,
    found: std::result::Result<Followed, FollowError>,
    now: i64,
) -> Finding {
    let mut row = Row {
        id: Uuid::now_v7(),
        environment,
        isin: isin.to_owned(),
        public_key: kept.map_or_else(String::new, |kept| kept.public_key.clone()),
        size: None,
        note: String::new(),
        contradiction: None,
        seen_at: now,
        checked_at: now,
        superseded_at: None,
    };
    match (found, kept) {
        (Err(FollowError::Call(_)), _) => return Finding::Silence,
        (Ok(followed), Some(kept)) if followed.look != Some(Look::Grown) => {
            return Finding::Stands(kept.id, now);
        }
        (Ok(followed), _) => {
            row.public_key = followed.kept.key.to_string();
            row.note = followed.note;
        }
        (Err(FollowError::Split { split, note }), _) => {
            row.contradiction = Some(split.to_string());
            row.note = note;
        }
        (Err(FollowError::Checkpoint { error, note }), _) => {
            row.contradiction = Some(error.to_string());
            row.note = note;
        }
    }
    let note = row.note.parse::<Note>().ok();
    let signed = note.and_then(|note| Checkpoint::parse(&note).ok());
    row.size = signed.map(|checkpoint| checkpoint.size);
    Finding::News(Box::new(row))
}

fn note(tx: &mut Tx, finding: &Finding) -> Result<()> {
    match finding {
        Finding::Silence => {}
        Finding::Stands(kept, now) => checkpoints::checked(tx, *kept, *now)?,
        Finding::News(row) if row.contradiction.is_none() => checkpoints::insert(tx, row)?,
        Finding::News(row) => {
            let known = checkpoints::contradictions(tx, row.environment, &row.isin)?;
            let is_new = !known.iter().any(|one| one.note == row.note);
            if is_new && known.len() < MOST_CONTRADICTIONS {
                checkpoints::insert(tx, row)?;
            }
        }
    }
    Ok(())
}

/// The registers of what is sold in an environment: those of its campaigns, or of all that it shows.
fn isins(tx: &mut Tx, environment: &Environment) -> Result<Vec<String>> {
    let of = |tx: &mut Tx, shelf: Shelf| -> Result<Vec<serde_json::Value>> {
        let items = store::catalogue::of_environment(tx, shelf.kind(), environment.id)?;
        items
            .iter()
            .map(|item| Ok(serde_json::from_str(&item.body)?))
            .collect()
    };
    let sold = store::campaigns::of_environment(tx, environment.id)?;
    let campaigns = of(tx, Shelf::Campaigns)?;
    let products_sold: Vec<Uuid> = campaigns
        .iter()
        .filter(|one| mapping::id_in(one, "id").is_some_and(|id| sold.contains(&id)))
        .filter_map(|one| mapping::id_in(one, "product_id"))
        .collect();
    let products = of(tx, Shelf::Products)?;
    let shown = products.iter().filter(|one| {
        let is_sold = |id| products_sold.contains(&id);
        products_sold.is_empty() || mapping::id_in(one, "id").is_some_and(is_sold)
    });
    let mut isins: Vec<String> = shown
        .filter_map(|one| Some(one["isin"].as_str()?.to_owned()))
        .filter(|isin| !isin.is_empty())
        .collect();
    isins.sort();
    isins.dedup();
    Ok(isins)
}

/// What is handed to the next look.
fn kept_of(row: &Row) -> Result<Kept> {
    let key = row.public_key.parse().map_err(Error::fault)?;
    let note: Note = row.note.parse().map_err(Error::fault)?;
    let checkpoint = Checkpoint::open(&note, &key).map_err(Error::fault)?;
    Ok(Kept { key, checkpoint })
}

fn shown(tx: &mut Tx, environment: &Environment, isin: String) -> Result<GatewayRegister> {
    let latest = checkpoints::latest(tx, environment.id, &isin)?;
    let contradictions = checkpoints::contradictions(tx, environment.id, &isin)?;
    let named = |row| checkpoint(row, Some(environment));
    Ok(GatewayRegister {
        environment: environment.name.clone(),
        isin,
        checkpoint: latest.map(named),
        contradictions: contradictions.into_iter().map(named).collect(),
    })
}

fn checkpoint(row: Row, environment: Option<&Environment>) -> GatewayCheckpoint {
    GatewayCheckpoint {
        environment: environment.map(|one| one.name.clone()),
        public_key: row.public_key,
        size: row.size,
        note: row.note,
        contradiction: row.contradiction,
        seen_at: time::text(row.seen_at),
        checked_at: time::text(row.checked_at),
        superseded_at: row.superseded_at.map(time::text),
    }
}
