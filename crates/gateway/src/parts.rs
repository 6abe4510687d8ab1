//! What belongs to an investor: wallets, identifications, benefiting persons. Each goes to every environment in which the investor is.

use database::Tx;
use database::vault::DataKey;
use serde_json::{Value, json};
use uuid::Uuid;
use wire::{FieldCode, ProblemCode};

use crate::changes::{self, News};
use crate::environments::{self, Seen};
use crate::store::changes::Kind;
use crate::store::copies;
use crate::store::investors::Investor;
use crate::store::parts::{self, Part, PartKind, RemotePart};
use crate::write::{Answer, Caller, Done, Request};
use crate::{Error, Gateway, Result, documents, investors, mapping, merge, store, time};

/// What a sealed part is bound to.
const BODY: &str = "gateway_parts.body";
/// What the answer about a part is bound to.
const ANSWER: &str = "gateway_remote_parts.answer";

/// Adds a part and answers at once with what is known of it here.
pub(crate) async fn create(
    gateway: &Gateway,
    request: &Request,
    investor: Uuid,
    (kind, body): (PartKind, Value),
) -> Result<Answer> {
    request.caller.require("investors:write")?;
    let body = merge::without_nulls(body);
    let own = gateway.clone();
    gateway
        .write(request, move |tx| {
            let now = own.now();
            let (mut investor, key) = changes::lock(&own, tx, investor)?;
            documents::require(tx, &mapping::documents(&body))?;
            let document = changes::document(&key, &investor)?;
            if kind == PartKind::BenefitingPerson && document.get("legal_person").is_none() {
                let detail = "Only legal persons have benefiting persons.";
                return Err(Error::new(
                    ProblemCode::BenefitingPersonNotApplicable,
                    detail,
                ));
            }
            if kind == PartKind::ManagedWallet
                && let Some(part) = managed(tx, investor.id)?
            {
                let there = parts::remotes(tx, part.id)?;
                return Ok(Done::new(200, part.id, &shown(&key, &part, &there)?)?.about(&key));
            }
            let part = add(tx, &mut investor, &key, (kind, &body), now)?;
            store::investors::update(tx, &investor)?;
            let done = Done::new(201, part.id, &shown(&key, &part, &[])?)?;
            let copies = copies::of_investor(tx, investor.id)?;
            Ok(done
                .about(&key)
                .with_news(investor.id, environments::of(&copies)))
        })
        .await
}

/// Adds a part in a transaction that saves the investor afterwards.
pub(crate) fn add(
    tx: &mut Tx,
    investor: &mut Investor,
    key: &DataKey,
    (kind, body): (PartKind, &Value),
    now: i64,
) -> Result<Part> {
    let id = Uuid::now_v7();
    let version = changes::append(tx, investor, key, &News::about(Kind::Part, id), now)?;
    let part = Part {
        id,
        investor: investor.id,
        kind,
        version,
        sealed_body: key.seal(BODY, &serde_json::to_vec(body)?),
        created_at: now,
    };
    parts::insert(tx, &part)?;
    Ok(part)
}

/// Changes a wallet everywhere.
pub(crate) async fn update_wallet(
    gateway: &Gateway,
    request: &Request,
    (investor, wallet): (Uuid, Uuid),
    patch: Value,
) -> Result<Answer> {
    request.caller.require("investors:write")?;
    let own = gateway.clone();
    gateway
        .write(request, move |tx| {
            let now = own.now();
            let (mut investor, key) = changes::lock(&own, tx, investor)?;
            let mut part = find(tx, investor.id, wallet)?;
            let merged = merge::apply(&body(&key, &part)?, &patch);
            part.sealed_body = key.seal(BODY, &serde_json::to_vec(&merged)?);
            parts::update(tx, &part)?;
            let patch = merge::without_nulls(patch.clone());
            let news = News {
                kind: Kind::WalletPatch,
                subject: Some(wallet),
                body: Some(&patch),
            };
            changes::append(tx, &mut investor, &key, &news, now)?;
            store::investors::update(tx, &investor)?;
            let there = parts::remotes(tx, wallet)?;
            let done = Done::new(200, wallet, &shown(&key, &part, &there)?)?;
            let copies = copies::of_investor(tx, investor.id)?;
            Ok(done
                .about(&key)
                .with_news(investor.id, environments::of(&copies)))
        })
        .await
}

/// One part.
pub(crate) async fn get(
    gateway: &Gateway,
    caller: &Caller,
    (investor, id): (Uuid, Uuid),
    kinds: [PartKind; 2],
) -> Result<Seen<Value>> {
    caller.require("investors:read")?;
    let own = gateway.clone();
    gateway
        .db
        .read(move |tx| {
            let key = investors::key_of(&own, tx, investor)?;
            let part = find(tx, investor, id)?;
            if !kinds.contains(&part.kind) {
                return Err(Error::not_found("part of the investor"));
            }
            let there = parts::remotes(tx, id)?;
            let value = shown(&key, &part, &there)?;
            let copies = copies::of_investor(tx, investor)?;
            environments::seen(tx, investor, &copies, value)
        })
        .await
}

/// The parts of an investor of these kinds, oldest first.
pub(crate) async fn list(
    gateway: &Gateway,
    caller: &Caller,
    investor: Uuid,
    kinds: [PartKind; 2],
) -> Result<Vec<Value>> {
    caller.require("investors:read")?;
    let own = gateway.clone();
    gateway
        .db
        .read(move |tx| {
            let key = investors::key_of(&own, tx, investor)?;
            let found = parts::list(tx, investor, kinds)?;
            let shown = found
                .iter()
                .map(|part| shown(&key, part, &parts::remotes(tx, part.id)?));
            shown.collect()
        })
        .await
}

/// The part as it was sent.
pub(crate) fn body(key: &DataKey, part: &Part) -> Result<Value> {
    Ok(serde_json::from_slice(&key.open(BODY, &part.sealed_body)?)?)
}

/// Keeps what an environment answered about a part.
pub(crate) fn keep_answer(
    tx: &mut Tx,
    key: &DataKey,
    part: Uuid,
    (environment, now): (Uuid, i64),
    answer: &Value,
) -> Result<()> {
    let Some(remote) = mapping::id_in(answer, "id") else {
        return Ok(());
    };
    let sealed_answer = key.seal(ANSWER, &serde_json::to_vec(answer)?);
    let remote = RemotePart {
        environment,
        remote,
        sealed_answer,
        observed_at: now,
    };
    Ok(parts::save_remote(tx, part, &remote)?)
}

/// Refuses a wallet id that is not one of this investor.
pub(crate) fn require_wallet(tx: &mut Tx, investor: Uuid, wallet: Uuid) -> Result<()> {
    let part =
        parts::find(tx, wallet)?.filter(|part| part.investor == investor && part.kind.is_wallet());
    part.map(|_| ()).ok_or_else(|| {
        Error::new(
            ProblemCode::WalletNotOfInvestor,
            "The wallet is not one of this investor.",
        )
    })
}

/// The one managed wallet that an investor may have.
fn managed(tx: &mut Tx, investor: Uuid) -> Result<Option<Part>> {
    let wallets = parts::list(tx, investor, [PartKind::ManagedWallet; 2])?;
    Ok(wallets.into_iter().next())
}

fn find(tx: &mut Tx, investor: Uuid, id: Uuid) -> Result<Part> {
    let part = parts::find(tx, id)?.filter(|part| part.investor == investor);
    part.ok_or_else(|| Error::not_found("part of the investor"))
}

/// The latest answer of an environment under our id; before the first one, what was sent.
fn shown(key: &DataKey, part: &Part, there: &[RemotePart]) -> Result<Value> {
    let sent = body(key, part)?;
    let mut value = match there.last() {
        Some(latest) => serde_json::from_slice(&key.open(ANSWER, &latest.sealed_answer)?)?,
        None => unheard(part, &sent),
    };
    value["id"] = part.id.to_string().into();
    if part.kind.is_wallet() {
        if let Some(receiving) = sent.get("receiving_enabled") {
            value["receiving_enabled"] = receiving.clone();
        }
    } else {
        value["created_at"] = time::text(part.created_at).into();
    }
    Ok(value)
}

/// A part that no environment has answered about, in the published form.
fn unheard(part: &Part, sent: &Value) -> Value {
    let field = |name: &str| sent.get(name).cloned().unwrap_or(Value::Null);
    match part.kind {
        PartKind::GenericWallet | PartKind::ManagedWallet => json!({
            "type": part.kind.text(), "address": sent.get("address").cloned().unwrap_or("".into()),
            "receiving_enabled": true, "eligible": false, "frozen": false,
        }),
        PartKind::Identification => json!({
            "status": "PENDING", "url": null, "document_type": field("document_type"),
            "identity_provider": field("identity_provider"), "document_valid_to": field("document_valid_to"),
            "verified_at": field("verified_at"),
        }),
        PartKind::BenefitingPerson => json!({
            "forename": field("forename"), "surname": field("surname"), "birth_date": field("birth_date"),
            "birth_place": field("birth_place"), "citizenship": field("citizenship"), "street": field("street"),
            "zip": field("zip"), "city": field("city"), "country": field("country"),
            "is_pep": sent.get("is_pep").cloned().unwrap_or(false.into()), "share_basis_points": field("share_basis_points"),
        }),
    }
}

/// An address in a body that is none of ours.
pub(crate) fn no_such_wallet() -> Error {
    Error::field(
        "wallet",
        FieldCode::NotFound,
        "is neither a wallet of the investor nor an address",
    )
}
