//! Statements of the register: their environment makes and keeps them, and they are read there under this gateway's address.

use bytes::Bytes;
use serde_json::Value;
use uuid::Uuid;

use crate::forward::{key, reach};
use crate::remote::Remote;
use crate::store::statements;
use crate::write::{Answer, Caller, Request};
use crate::{API, Error, Gateway, Result, mapping};

/// Those of an investment.
pub(crate) async fn list(
    gateway: &Gateway,
    caller: &Caller,
    investment: Uuid,
) -> Result<Vec<Value>> {
    caller.require("investments:read")?;
    let (_, remote) = reach(gateway, investment).await?;
    let listed = remote.list(&of_investment(investment)).await?;
    taken(gateway, investment, listed).await
}

/// One more, of what the register says now.
pub(crate) async fn request(
    gateway: &Gateway,
    request: &Request,
    investment: Uuid,
    body: &Value,
) -> Result<Answer> {
    request.caller.require("investments:write")?;
    let (_, remote) = reach(gateway, investment).await?;
    let path = of_investment(investment);
    let made = remote.post(&path, &key(request), body).await?;
    let own = taken(gateway, investment, vec![made]).await?;
    Ok(Answer {
        status: 201,
        body: serde_json::to_vec(&own.first())?,
        replayed: false,
    })
}

/// One of them.
pub(crate) async fn get(gateway: &Gateway, caller: &Caller, id: Uuid) -> Result<Value> {
    caller.require("investments:read")?;
    let remote = behind(gateway, id).await?;
    let found = remote.get(&format!("registry-statements/{id}/")).await?;
    Ok(shown(gateway, found))
}

/// The document of one.
pub(crate) async fn document(gateway: &Gateway, caller: &Caller, id: Uuid) -> Result<Bytes> {
    caller.require("investments:read")?;
    let remote = behind(gateway, id).await?;
    Ok(remote.registry_statement(id).await?)
}

/// The environment that has a statement.
async fn behind(gateway: &Gateway, id: Uuid) -> Result<Remote> {
    let read = gateway.db.read(move |tx| statements::investment(tx, id));
    let investment = read.await?.ok_or_else(|| Error::not_found("statement"))?;
    Ok(reach(gateway, investment).await?.1)
}

/// Keeps whose statements these are, and shows them as ours.
async fn taken(gateway: &Gateway, investment: Uuid, found: Vec<Value>) -> Result<Vec<Value>> {
    let ids: Vec<Uuid> = found
        .iter()
        .filter_map(|one| mapping::id_in(one, "id"))
        .collect();
    let unknown = gateway.db.read(move |tx| {
        let mut unknown = Vec::new();
        for id in &ids {
            if statements::investment(tx, *id)?.is_none() {
                unknown.push(*id);
            }
        }
        Ok::<_, Error>(unknown)
    });
    let unknown = unknown.await?;
    if !unknown.is_empty() {
        let own = gateway.clone();
        let kept = gateway.db.write(move |tx| {
            let mut keep = unknown.iter();
            keep.try_for_each(|id| statements::keep(tx, *id, investment, own.now()))
        });
        kept.await?;
    }
    let shown = found.into_iter().map(|one| shown(gateway, one));
    Ok(shown.collect())
}

/// With the address at which this gateway has the document. One that its environment has somewhere else stays as it is.
fn shown(gateway: &Gateway, mut statement: Value) -> Value {
    let theirs = statement["document_url"].as_str().unwrap_or_default();
    let path = mapping::id_in(&statement, "id").map(document_path);
    if let Some(path) = path
        && theirs.ends_with(&format!("/{path}"))
    {
        let url = format!("{}{API}/{path}", gateway.settings.public_url);
        statement["document_url"] = url.into();
    }
    statement
}

fn of_investment(investment: Uuid) -> String {
    format!("investments/{investment}/registry-statements/")
}

fn document_path(id: Uuid) -> String {
    format!("registry-statements/{id}/document/")
}
