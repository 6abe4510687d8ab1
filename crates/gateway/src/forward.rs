//! What is asked of an investment that exists goes straight to its environment: it is short, has its own key, and only the
//! environment can say yes.

use std::collections::HashMap;

use serde_json::Value;
use uuid::Uuid;

use crate::investments::Origin;
use crate::investors::Sent;
use crate::remote::{Remote, Trouble};
use crate::store::environments;
use crate::store::investments::Investment;
use crate::write::{Answer, Request};
use crate::{Error, Gateway, Result, documents, investments, investors, mapping, parts, store};

/// What is done to the investment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    Patch,
    Cancel,
    AddSignedDocuments,
}

/// Asks the environment and keeps what it answers.
pub(crate) async fn act(
    gateway: &Gateway,
    request: &Request,
    id: Uuid,
    (action, sent): (Action, Sent),
) -> Result<Answer> {
    request.caller.require("investments:write")?;
    let (row, remote) = reach(gateway, id).await?;
    let reference = sent.reference.or_else(|| row.reference.clone());
    let body = translated(gateway, &remote, &row, sent.body).await?;
    let key = key(request);
    let answer = match action {
        Action::Patch => {
            remote
                .patch(&format!("investments/{id}/"), &key, &body)
                .await
        }
        Action::Cancel => {
            remote
                .post(&format!("investments/{id}/cancel/"), &key, &body)
                .await
        }
        Action::AddSignedDocuments => {
            remote
                .post(&format!("investments/{id}/signed-documents/"), &key, &body)
                .await
        }
    };
    let answer = answer.map_err(Error::from)?;
    let own = gateway.clone();
    let shown = gateway.db.write(move |tx| {
        let key = investors::key_of(&own, tx, row.investor)?;
        let origin = Origin {
            investor: row.investor,
            environment: row.environment,
            reference: reference.clone(),
        };
        investments::keep(tx, &key, &origin, &answer, own.now())?;
        investments::shown(&own, tx, id)
    });
    let body: Value = shown.await?;
    Ok(Answer {
        status: 200,
        body: serde_json::to_vec(&body)?,
        replayed: false,
    })
}

/// The application's key in the environment's name space: its repeat is the environment's repeat.
pub(crate) fn key(request: &Request) -> String {
    match &request.key {
        Some(key) => format!("gateway-{}-{key}", request.caller.client),
        None => format!("gateway-{}", Uuid::new_v4()),
    }
}

/// The investment and the way to its environment.
pub(crate) async fn reach(gateway: &Gateway, id: Uuid) -> Result<(Investment, Remote)> {
    let own = gateway.clone();
    let found = gateway.db.read(move |tx| {
        let row = investments::find(tx, id)?;
        let environment = environments::find(tx, row.environment)?
            .ok_or_else(|| Error::not_found("environment"))?;
        let remote = own.remotes.reach(&own, tx, &environment)?;
        Ok::<_, Error>((row, remote))
    });
    found.await
}

/// The body with the environment's ids; documents that it lacks are sent first.
async fn translated(
    gateway: &Gateway,
    remote: &Remote,
    row: &Investment,
    mut body: Value,
) -> Result<Value> {
    let needed = mapping::documents(&body);
    let ids = hand_over(gateway, remote, row.environment, needed).await?;
    if let Some(wallet) = mapping::id_in(&body, "wallet") {
        let (investor, environment) = (row.investor, row.environment);
        let there = gateway.db.read(move |tx| {
            parts::require_wallet(tx, investor, wallet)?;
            Ok::<_, Error>(store::parts::remote(tx, wallet, environment)?)
        });
        let there = there.await?.ok_or_else(parts::no_such_wallet)?;
        body["wallet"] = there.to_string().into();
    }
    Ok(mapping::with_documents(body, &ids))
}

/// Makes sure that an environment has documents, and tells what it calls them. A repeat finds the upload by its key.
pub(crate) async fn hand_over(
    gateway: &Gateway,
    remote: &Remote,
    environment: Uuid,
    needed: Vec<Uuid>,
) -> Result<HashMap<Uuid, Uuid>, Trouble> {
    let mut ids = HashMap::new();
    for document in needed {
        let there = gateway
            .db
            .read(move |tx| store::documents::remote(tx, document, environment))
            .await?;
        let there = match there {
            Some(there) => there,
            None => {
                let upload = documents::read(gateway, document).await?;
                let there = remote
                    .upload(&format!("gateway-document-{document}"), upload)
                    .await?;
                let kept = gateway.db.write(move |tx| {
                    store::documents::save_remote(tx, document, environment, there)
                });
                kept.await?;
                there
            }
        };
        ids.insert(document, there);
    }
    Ok(ids)
}
