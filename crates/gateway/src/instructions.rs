//! Instructions of holders, transfers and redemptions: given in the environment that has the units, and read from its last answer. The
//! holder's signature is over the token, so that it says the same in front of the gateway and behind it.

use database::Tx;
use database::vault::DataKey;
use serde_json::{Value, json};
use uuid::Uuid;
use wire::{FieldCode, ProblemCode};

use crate::catalogue::Shelf;
use crate::environments::{Seen, State};
use crate::investors::Sent;
use crate::remote::Remote;
use crate::store::instructions::{self, Instruction, InstructionKind};
use crate::store::{Heard, catalogue, copies, environments, parts};
use crate::write::{Answer, Caller, Request};
use crate::{Error, Gateway, Result, forward, investors, mapping, time};

/// What a sealed instruction is bound to.
const BODY: &str = "gateway_instructions.body";

impl InstructionKind {
    /// Where an environment has them.
    pub(crate) fn path(self) -> &'static str {
        match self {
            Self::Transfer => "transfers/",
            Self::Redemption => "redemptions/",
        }
    }

    /// What an event calls its id.
    pub(crate) fn id_field(self) -> &'static str {
        match self {
            Self::Transfer => "transfer_id",
            Self::Redemption => "redemption_id",
        }
    }

    /// The type of its events.
    pub(crate) fn event_type(self) -> &'static str {
        match self {
            Self::Transfer => "transfer.status_changed",
            Self::Redemption => "redemption.status_changed",
        }
    }

    /// The fields that name the product and the wallet that gives.
    fn fields(self) -> (&'static str, &'static str) {
        match self {
            Self::Transfer => ("product", "source_wallet"),
            Self::Redemption => ("product_id", "wallet_id"),
        }
    }

    fn reads(self) -> &'static str {
        match self {
            Self::Transfer => "transfers:read",
            Self::Redemption => "redemptions:read",
        }
    }

    fn writes(self) -> &'static str {
        match self {
            Self::Transfer => "transfers:write",
            Self::Redemption => "redemptions:write",
        }
    }

    /// The wallet that gives, as an environment's answer names it.
    pub(crate) fn wallet_in(self, answer: &Value) -> Option<Uuid> {
        mapping::id_in(answer, self.fields().1)
    }
}

/// Where an instruction is given.
struct Place {
    environment: Uuid,
    investor: Uuid,
    /// The ids of wallet and investor there.
    wallet: Uuid,
    holder: Uuid,
    remote: Remote,
}

/// Gives it where the units are. Only the environment can say yes, so that its answer is waited for.
pub(crate) async fn create(
    gateway: &Gateway,
    request: &Request,
    kind: InstructionKind,
    sent: Sent,
) -> Result<Answer> {
    request.caller.require(kind.writes())?;
    let (mut body, asked) = (sent.body.clone(), sent.body);
    let own = gateway.clone();
    let place = gateway
        .db
        .read(move |tx| place(&own, tx, kind, &asked))
        .await?;
    body[kind.fields().1] = place.wallet.to_string().into();
    if kind == InstructionKind::Redemption {
        body["investor_id"] = place.holder.to_string().into();
    }
    let key = forward::key(request);
    let answer = place.remote.post(kind.path(), &key, &body).await;
    let origin = Origin {
        kind,
        investor: place.investor,
        environment: place.environment,
        reference: sent.reference,
    };
    kept(gateway, origin, answer?, 201).await
}

/// Takes a redemption back, as long as its environment lets it.
pub(crate) async fn withdraw(gateway: &Gateway, request: &Request, id: Uuid) -> Result<Answer> {
    let kind = InstructionKind::Redemption;
    request.caller.require(kind.writes())?;
    let own = gateway.clone();
    let read = gateway.db.read(move |tx| {
        let row = find(tx, kind, id)?;
        let environment = environments::find(tx, row.environment)?
            .ok_or_else(|| Error::not_found("environment"))?;
        let remote = own.remotes.reach(&own, tx, &environment)?;
        Ok::<_, Error>((row, remote))
    });
    let (row, remote) = read.await?;
    let path = format!("{}{id}/withdraw/", kind.path());
    let answer = remote.post(&path, &forward::key(request), &json!({})).await;
    let origin = Origin {
        kind,
        investor: row.investor,
        environment: row.environment,
        reference: None,
    };
    kept(gateway, origin, answer?, 200).await
}

async fn kept(gateway: &Gateway, origin: Origin, answer: Value, status: u16) -> Result<Answer> {
    let own = gateway.clone();
    let kept = gateway.db.write(move |tx| {
        let key = investors::key_of(&own, tx, origin.investor)?;
        let id = keep(tx, &key, &origin, &answer, own.now())?;
        let row = find(tx, origin.kind, id)?;
        rendered(&own, tx, &row)
    });
    Ok(Answer {
        status,
        body: serde_json::to_vec(&kept.await?)?,
        replayed: false,
    })
}

/// The environment that has the product and the wallet.
fn place(gateway: &Gateway, tx: &mut Tx, kind: InstructionKind, asked: &Value) -> Result<Place> {
    let (product_field, wallet_field) = kind.fields();
    let unknown = |field, message| Error::field(field, FieldCode::NotFound, message);
    let wallet = mapping::id_in(asked, wallet_field).unwrap_or_default();
    let investor = mapping::id_in(asked, "investor_id");
    let part = parts::find(tx, wallet)?
        .filter(|part| part.kind.is_wallet())
        .filter(|part| investor.is_none_or(|investor| investor == part.investor))
        .ok_or_else(|| unknown(wallet_field, "is not a wallet of one of your investors"))?;
    let product = mapping::id_in(asked, product_field).unwrap_or_default();
    let offering: Vec<Uuid> = catalogue::list(tx, Shelf::Products.kind())?
        .into_iter()
        .filter(|item| item.id == product)
        .map(|item| item.environment)
        .collect();
    if offering.is_empty() {
        return Err(unknown(product_field, "is not a product that you sell"));
    }
    for environment in offering {
        let copy = copies::find(tx, part.investor, environment)?;
        if let Some(there) = parts::remote(tx, wallet, environment)?
            && let Some(holder) = copy.and_then(|copy| copy.remote)
            && let Some(environment) = environments::find(tx, environment)?
        {
            return Ok(Place {
                environment: environment.id,
                investor: part.investor,
                wallet: there,
                holder,
                remote: gateway.remotes.reach(gateway, tx, &environment)?,
            });
        }
    }
    Err(Error::new(
        ProblemCode::R10Insufficient,
        "The wallet is not known where this product is sold, so that it holds nothing of it.",
    ))
}

/// One of a kind, as its environment last described it.
pub(crate) async fn get(
    gateway: &Gateway,
    caller: &Caller,
    kind: InstructionKind,
    id: Uuid,
) -> Result<Seen<Value>> {
    caller.require(kind.reads())?;
    let own = gateway.clone();
    let read = gateway.db.read(move |tx| {
        let row = find(tx, kind, id)?;
        let environment = environments::find(tx, row.environment)?;
        let down = environment.is_some_and(|one| one.unreachable_since.is_some());
        let state = match row.refresh_at {
            _ if down => State::Unreachable,
            Some(_) => State::Pending,
            None => State::Synced,
        };
        Ok(Seen {
            value: rendered(&own, tx, &row)?,
            state: Some(state),
            observed_at: Some(row.observed_at),
        })
    });
    read.await
}

/// A page of a kind over all environments, oldest first; with a reference, those that have it.
pub(crate) async fn list(
    gateway: &Gateway,
    caller: &Caller,
    (kind, reference): (InstructionKind, Option<String>),
    page: (i64, i64),
) -> Result<(u64, Vec<Value>)> {
    caller.require(kind.reads())?;
    let own = gateway.clone();
    let read = gateway.db.read(move |tx| {
        let (count, found) = instructions::list(tx, kind, reference.as_deref(), page)?;
        let shown = found.iter().map(|row| rendered(&own, tx, row));
        Ok((count, shown.collect::<Result<_>>()?))
    });
    read.await
}

/// One of this gateway's.
pub(crate) fn find(tx: &mut Tx, kind: InstructionKind, id: Uuid) -> Result<Instruction> {
    let found = instructions::find(tx, id)?.filter(|row| row.kind == kind);
    found.ok_or_else(|| Error::not_found(kind.text()))
}

/// What is known about an instruction beside its environment's answer.
pub(crate) struct Origin {
    pub(crate) kind: InstructionKind,
    pub(crate) investor: Uuid,
    pub(crate) environment: Uuid,
    pub(crate) reference: Option<String>,
}

/// Keeps an environment's answer under our ids; answers with the instruction's own id.
pub(crate) fn keep(
    tx: &mut Tx,
    key: &DataKey,
    origin: &Origin,
    answer: &Value,
    now: i64,
) -> Result<Uuid> {
    let id = mapping::id_in(answer, "id").ok_or_else(|| Error::fault(NoId))?;
    let mut body = answer.clone();
    if let Some(there) = origin.kind.wallet_in(answer)
        && let Some(own) = parts::of_remote(tx, origin.environment, there)?
    {
        body[origin.kind.fields().1] = own.to_string().into();
    }
    if body.get("investor_id").is_some() {
        body["investor_id"] = origin.investor.to_string().into();
    }
    let status = answer["status"].as_str().unwrap_or_default().to_owned();
    let at = |field: &str| answer[field].as_str().and_then(time::parse);
    let created_at = at("received_at").unwrap_or(now);
    let changed_at = at("ended_at").unwrap_or(created_at);
    let sealed_body = key.seal(BODY, &serde_json::to_vec(&body)?);
    match instructions::lock(tx, id)? {
        Some(mut row) => {
            row.observed_at = now;
            row.refresh_at = None;
            row.reference = origin.reference.clone().or(row.reference);
            // An answer that was under way while its end was told does not turn the clock back.
            if has_ended(&status) || !has_ended(&row.status) {
                (row.status, row.sealed_body) = (status, sealed_body);
                row.changed_at = row.changed_at.max(changed_at);
            }
            instructions::save(tx, &row)?;
        }
        None => {
            let row = Instruction {
                id,
                kind: origin.kind,
                investor: origin.investor,
                environment: origin.environment,
                reference: origin.reference.clone(),
                status,
                sealed_body,
                heard: Heard::default(),
                changed_at,
                observed_at: now,
                refresh_at: None,
                created_at,
            };
            instructions::insert(tx, &row)?;
        }
    }
    Ok(id)
}

/// Nothing comes after these.
fn has_ended(status: &str) -> bool {
    ["succeeded", "failed"].contains(&status)
}

fn rendered(gateway: &Gateway, tx: &mut Tx, row: &Instruction) -> Result<Value> {
    let key = investors::key_of(gateway, tx, row.investor)?;
    let mut body: Value = serde_json::from_slice(&key.open(BODY, &row.sealed_body)?)?;
    // What was told by an event is newer than the last answer.
    body["status"] = json!(row.status);
    body["reference"] = json!(row.reference);
    Ok(body)
}

/// An instruction that does not say which.
#[derive(Debug, thiserror::Error)]
#[error("an environment answered with an instruction that has no id")]
struct NoId;
