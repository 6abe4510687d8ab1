//! Investors: kept once, created and changed wherever they are.

use database::Tx;
use database::vault::DataKey;
use serde_json::{Map, Value};
use uuid::Uuid;
use wire::investors::{Investor as Shown, InvestorCreate, KycStatus};
use wire::{FieldCode, FieldError, Problem, ProblemCode};

use crate::changes::{self, News};
use crate::environments::{self, Seen};
use crate::store::changes::Kind;
use crate::store::copies::Copy;
use crate::store::investors::Investor;
use crate::store::parts::PartKind;
use crate::store::{self, copies};
use crate::write::{Answer, Caller, Done, Request};
use crate::{Error, Gateway, Result, documents, mapping, merge, parts, time};

/// What the application sends for an investor: the published body and its own reference.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub(crate) body: Value,
    pub(crate) reference: Option<String>,
}

/// Keeps an investor and answers at once; environments that want every investor get it from there.
pub(crate) async fn create(gateway: &Gateway, request: &Request, sent: Sent) -> Result<Answer> {
    request.caller.require("investors:write")?;
    let (document, wallets) = taken_apart(merge::without_nulls(sent.body));
    let own = gateway.clone();
    gateway
        .write(request, move |tx| {
            let now = own.now();
            if let Some(reference) = &sent.reference {
                refuse_taken(tx, reference, None)?;
            }
            documents::require(tx, &mapping::documents(&document))?;
            let id = Uuid::now_v7();
            let key = own.vault.new_key(tx, Some(id))?;
            let mut investor = Investor {
                id,
                reference: sent.reference.clone(),
                data_key: key.id(),
                sealed_document: changes::seal_document(&key, &document)?,
                version: 0,
                created_at: now,
                updated_at: now,
            };
            let news = News {
                kind: Kind::Create,
                subject: None,
                body: Some(&document),
            };
            changes::append(tx, &mut investor, &key, &news, now)?;
            for wallet in &wallets {
                parts::add(
                    tx,
                    &mut investor,
                    &key,
                    (PartKind::GenericWallet, wallet),
                    now,
                )?;
            }
            store::investors::insert(tx, &investor)?;
            let eager = store::environments::eager(tx)?;
            for environment in &eager {
                copies::open(tx, id, *environment, investor.version, now)?;
            }
            let done = Done::new(201, id, &shown(&investor, &document, &[])?)?;
            Ok(done.about(&key).with_news(id, eager))
        })
        .await
}

/// Changes an investor: durable here before the answer, and then in every environment in which it is.
pub(crate) async fn update(
    gateway: &Gateway,
    request: &Request,
    id: Uuid,
    sent: Sent,
) -> Result<Answer> {
    request.caller.require("investors:write")?;
    let own = gateway.clone();
    gateway
        .write(request, move |tx| {
            let now = own.now();
            let (mut investor, key) = changes::lock(&own, tx, id)?;
            let before = changes::document(&key, &investor)?;
            let document = merge::apply(&before, &sent.body);
            require_whole(&document)?;
            documents::require(tx, &mapping::documents(&sent.body))?;
            if let Some(reference) = &sent.reference {
                refuse_taken(tx, reference, Some(id))?;
                investor.reference = Some(reference.clone());
            }
            if document != before {
                investor.sealed_document = changes::seal_document(&key, &document)?;
                let news = News {
                    kind: Kind::Patch,
                    subject: None,
                    body: Some(&sent.body),
                };
                changes::append(tx, &mut investor, &key, &news, now)?;
            }
            investor.updated_at = now;
            store::investors::update(tx, &investor)?;
            let there = copies::of_investor(tx, id)?;
            let done = Done::new(200, id, &shown(&investor, &document, &there)?)?;
            Ok(done.about(&key).with_news(id, environments::of(&there)))
        })
        .await
}

/// One investor, as kept here, with what its environments make of it.
pub(crate) async fn get(gateway: &Gateway, caller: &Caller, id: Uuid) -> Result<Seen<Value>> {
    caller.require("investors:read")?;
    let own = gateway.clone();
    gateway
        .db
        .read(move |tx| {
            let investor = find(tx, id)?;
            view(&own, tx, &investor)
        })
        .await
}

/// A page of investors, oldest first; with a reference, the one that has it.
pub(crate) async fn list(
    gateway: &Gateway,
    caller: &Caller,
    reference: Option<String>,
    (limit, offset): (i64, i64),
) -> Result<(u64, Vec<Value>)> {
    caller.require("investors:read")?;
    let own = gateway.clone();
    gateway
        .db
        .read(move |tx| {
            let (count, found) = store::investors::list(tx, reference.as_deref(), limit, offset)?;
            let shown = found.iter().map(|one| Ok(view(&own, tx, one)?.value));
            Ok((count, shown.collect::<Result<_>>()?))
        })
        .await
}

/// An investor that exists.
pub(crate) fn find(tx: &mut Tx, id: Uuid) -> Result<Investor> {
    store::investors::find(tx, id)?.ok_or_else(|| Error::not_found("investor"))
}

/// The key of an investor's data.
pub(crate) fn key_of(gateway: &Gateway, tx: &mut Tx, id: Uuid) -> Result<DataKey> {
    let investor = find(tx, id)?;
    Ok(gateway.vault.key(tx, investor.data_key)?)
}

fn view(gateway: &Gateway, tx: &mut Tx, investor: &Investor) -> Result<Seen<Value>> {
    let key = gateway.vault.key(tx, investor.data_key)?;
    let document = changes::document(&key, investor)?;
    let there = copies::of_investor(tx, investor.id)?;
    let value = shown(investor, &document, &there)?;
    environments::seen(tx, investor.id, &there, value)
}

/// The published form, and the reference.
fn shown(investor: &Investor, document: &Value, there: &[Copy]) -> Result<Value> {
    let body: InvestorCreate = serde_json::from_value(document.clone())?;
    let shown = Shown {
        id: investor.id,
        kyc_status: least_advanced(there),
        natural_person: body.natural_person,
        legal_person: body.legal_person,
        bank_account: body.bank_account,
        tax_information: body.tax_information,
        communication: body.communication,
        account_setup_accepted_at: body.account_setup_accepted_at,
        is_custodian_bank: body.is_custodian_bank.unwrap_or_default(),
        created_at: time::text(investor.created_at),
        updated_at: time::text(investor.updated_at),
    };
    let mut value = serde_json::to_value(shown)?;
    value["reference"] = investor.reference.clone().into();
    Ok(value)
}

/// One word for several environments: the one that still keeps the investor from something. Each one's own stands in the list of
/// environments.
fn least_advanced(there: &[Copy]) -> KycStatus {
    let order = [
        KycStatus::Rejected,
        KycStatus::ReverificationRequired,
        KycStatus::Pending,
        KycStatus::UnderReview,
        KycStatus::Success,
    ];
    let of = |copy: &Copy| {
        let name = Value::from(copy.kyc_status.clone()?);
        serde_json::from_value::<KycStatus>(name).ok()
    };
    let known: Vec<KycStatus> = there
        .iter()
        .map(|copy| of(copy).unwrap_or(KycStatus::Pending))
        .collect();
    order
        .into_iter()
        .find(|status| known.contains(status))
        .unwrap_or(KycStatus::Pending)
}

/// The document, and the wallets that came with it, which are parts of their own.
fn taken_apart(mut body: Value) -> (Value, Vec<Value>) {
    let wallets = body
        .as_object_mut()
        .and_then(|fields| fields.remove("wallets"));
    match wallets {
        Some(Value::Array(wallets)) => (body, wallets),
        _ => (body, Vec::new()),
    }
}

/// A patch may not take away what an investor must have.
fn require_whole(document: &Value) -> Result<()> {
    let Err(error) = serde_json::from_value::<InvestorCreate>(document.clone()) else {
        return Ok(());
    };
    let text = error.to_string();
    let name = text.split('`').nth(1).unwrap_or("body");
    let field = FieldError::new(
        place_of(document, name),
        FieldCode::Missing,
        "is required and cannot be removed",
    );
    let detail = format!("Without {name} this would be no investor any more.");
    Err(Problem::new(ProblemCode::InvalidBody, detail)
        .with_error(field)
        .into())
}

/// The path of a missing field, from the object that should have it.
fn place_of(document: &Value, name: &str) -> String {
    let empty = Map::new();
    let top = document.as_object().unwrap_or(&empty);
    let section = match name {
        "account_holder" | "iban" | "bic" | "currency" => Some("bank_account"),
        "company_name" | "commercial_register" | "commercial_register_number" => {
            Some("legal_person")
        }
        "natural_person" => None,
        _ => Some("natural_person"),
    };
    match section.filter(|section| top.contains_key(*section)) {
        Some(section) => format!("{section}.{name}"),
        None => name.to_owned(),
    }
}

fn refuse_taken(tx: &mut Tx, reference: &str, except: Option<Uuid>) -> Result<()> {
    match store::investors::of_reference(tx, reference)? {
        Some(other) if Some(other) != except => {
            let detail = "Another investor has this reference; it is named by resource_id.";
            Err(Error::conflict(detail, other))
        }
        _ => Ok(()),
    }
}
