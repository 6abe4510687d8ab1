//! The list of an investor's changes: how one is added, and how the document of any version is put together from it.

use database::Tx;
use database::vault::DataKey;
use serde_json::Value;
use uuid::Uuid;

use crate::store::changes::{self, Change, Kind};
use crate::store::investors::Investor;
use crate::store::{copies, investors};
use crate::{Error, Gateway, Result, merge};

/// What the sealed document is bound to.
const DOCUMENT: &str = "gateway_investors.document";
/// What the sealed body of a change is bound to.
const CHANGE: &str = "gateway_changes.body";

/// What is new about an investor.
pub(crate) struct News<'a> {
    pub(crate) kind: Kind,
    pub(crate) subject: Option<Uuid>,
    pub(crate) body: Option<&'a Value>,
}

impl News<'_> {
    /// Something that stands in a row of its own.
    pub(crate) fn about(kind: Kind, subject: Uuid) -> Self {
        Self {
            kind,
            subject: Some(subject),
            body: None,
        }
    }
}

/// An investor whose changes wait for this transaction, with the key of its data.
pub(crate) fn lock(gateway: &Gateway, tx: &mut Tx, id: Uuid) -> Result<(Investor, DataKey)> {
    let investor = investors::lock(tx, id)?.ok_or_else(|| Error::not_found("investor"))?;
    let key = gateway.vault.key(tx, investor.data_key)?;
    Ok((investor, key))
}

/// Adds a change for every environment in which the investor is, and wakes its copies.
pub(crate) fn append(
    tx: &mut Tx,
    investor: &mut Investor,
    key: &DataKey,
    news: &News<'_>,
    now: i64,
) -> Result<i64> {
    let version = record(tx, investor, key, news, None, now)?;
    copies::changed(tx, investor.id, version, now)?;
    Ok(version)
}

/// Adds a change for one environment, in which the investor is created if it is not there.
pub(crate) fn append_for(
    tx: &mut Tx,
    investor: &mut Investor,
    key: &DataKey,
    news: &News<'_>,
    (environment, now): (Uuid, i64),
) -> Result<i64> {
    let version = record(tx, investor, key, news, Some(environment), now)?;
    copies::open(tx, investor.id, environment, version, now)?;
    Ok(version)
}

fn record(
    tx: &mut Tx,
    investor: &mut Investor,
    key: &DataKey,
    news: &News<'_>,
    environment: Option<Uuid>,
    now: i64,
) -> Result<i64> {
    investor.version += 1;
    let change = Change {
        version: investor.version,
        kind: news.kind,
        subject: news.subject,
        sealed_body: news.body.map(|body| seal_body(key, body)).transpose()?,
    };
    changes::insert(tx, investor.id, &change, environment, now)?;
    Ok(investor.version)
}

/// The document of a version: the first one with every patch up to there.
pub(crate) fn document_at(
    tx: &mut Tx,
    key: &DataKey,
    investor: Uuid,
    version: i64,
) -> Result<Value> {
    let mut document = Value::Null;
    for change in changes::of_document(tx, investor, version)? {
        document = merge::apply(&document, &body(key, &change)?);
    }
    Ok(document)
}

/// The body of a change that has one.
pub(crate) fn body(key: &DataKey, change: &Change) -> Result<Value> {
    match &change.sealed_body {
        Some(sealed) => Ok(serde_json::from_slice(&key.open(CHANGE, sealed)?)?),
        None => Ok(Value::Null),
    }
}

/// The document in force.
pub(crate) fn document(key: &DataKey, investor: &Investor) -> Result<Value> {
    Ok(serde_json::from_slice(
        &key.open(DOCUMENT, &investor.sealed_document)?,
    )?)
}

pub(crate) fn seal_document(key: &DataKey, document: &Value) -> Result<Vec<u8>> {
    Ok(key.seal(DOCUMENT, &serde_json::to_vec(document)?))
}

fn seal_body(key: &DataKey, body: &Value) -> Result<Vec<u8>> {
    Ok(key.seal(CHANGE, &serde_json::to_vec(body)?))
}
