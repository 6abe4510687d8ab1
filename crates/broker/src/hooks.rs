//! The gateway's one stream: its secret, the endpoint at the gateway, and what an event changes here.

use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use database::Db;
use database::vault::Vault;
use http::ApiError;
use sdk::Key;
use sdk::webhooks::{Inbox, Message};
use sdk::wire::{Problem, ProblemCode};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{Broker, Error, Result, store};

const NAME: &str = "webhooks";
/// What the sealed secret is bound to.
const CONTEXT: &str = "broker_secrets.secret";
/// How the broker finds its endpoints again; what follows says whose secret signs.
const DESCRIPTION: &str = "Sample broker";
const LONGEST: usize = 64 * 1024;

/// What is believed.
pub(crate) struct Hooks {
    /// Names the secret.
    id: Uuid,
    secret: String,
    inbox: Inbox,
}

impl Hooks {
    /// With the secret of before, or a new one.
    pub(crate) async fn open(db: &Db, vault: &Vault) -> Result<Self> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(Error::Randomness)?;
        let fresh = format!("whsec_{}", STANDARD.encode(bytes));
        let vault = vault.clone();
        let secret = db.write(move |tx| -> Result<(Uuid, String)> {
            if let Some((key, sealed)) = store::secret(tx, NAME)? {
                let plain = vault.key(tx, key)?.open(CONTEXT, &sealed)?;
                return Ok((key, String::from_utf8_lossy(&plain).into_owned()));
            }
            let key = vault.new_key(tx, None)?;
            store::keep_secret(tx, NAME, key.id(), &key.seal(CONTEXT, fresh.as_bytes()))?;
            Ok((key.id(), fresh.clone()))
        });
        let (id, secret) = secret.await?;
        let inbox = Inbox::new().secret(&secret);
        let inbox = inbox.map_err(|_| Error::Answer("signing secret"))?;
        Ok(Self { id, secret, inbox })
    }
}

/// Makes sure that the gateway tells this address.
pub(crate) async fn register(broker: &Broker) -> Result<()> {
    let url = format!("{}/webhooks/", broker.url);
    let description = format!("{DESCRIPTION} {}", broker.hooks.id);
    let page = broker.api.get("webhook-endpoints/", &[]).await?;
    let mut is_known = false;
    for one in page["results"].as_array().into_iter().flatten() {
        let said = one["description"].as_str().unwrap_or_default();
        let change = match said {
            _ if said == description => {
                is_known = true;
                json!({"url": url})
            }
            // Of another database of this broker, whose secret nobody has any more.
            _ if said.starts_with(DESCRIPTION) => json!({"enabled": false}),
            _ => continue,
        };
        let id = one["id"].as_str().ok_or(Error::Answer("id"))?;
        let path = format!("webhook-endpoints/{id}/");
        broker.api.patch(&path, &change, &Key::random()).await?;
    }
    if !is_known {
        let body = json!({"url": url, "secret": broker.hooks.secret, "description": description});
        let key = Key::of(broker.hooks.id.to_string());
        broker.api.post("webhook-endpoints/", &body, &key).await?;
    }
    Ok(())
}

/// Takes an event that the gateway has signed. What it says of an investment is kept, unless something newer was told before.
pub(crate) async fn take(
    State(broker): State<Broker>,
    request: Request,
) -> Result<StatusCode, ApiError> {
    let (parts, body) = request.into_parts();
    let too_large = |_| ApiError::from(Problem::new(ProblemCode::BodyTooLarge, "Too large."));
    let bytes = to_bytes(body, LONGEST).await.map_err(too_large)?;
    let header = |name: &str| parts.headers.get(name)?.to_str().ok();
    let message = Message::of(header, &bytes);
    let believed = broker.hooks.inbox.open(&message);
    believed.map_err(|why| Problem::new(ProblemCode::TokenInvalid, why.to_string()))?;
    let event: Value = serde_json::from_slice(&bytes).map_err(Error::from)?;
    note(&broker, event).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn note(broker: &Broker, event: Value) -> Result<()> {
    let id = |field: &str| event[field].as_str()?.parse::<Uuid>().ok();
    let (investment, order) = (id("investment_id"), id("reference"));
    let (Some(investment), Some(status)) = (investment, event["status"].as_str()) else {
        return Ok(());
    };
    let (status, sequence) = (
        status.to_owned(),
        event["sequence"].as_i64().unwrap_or_default(),
    );
    let noted = broker
        .db
        .write(move |tx| store::told(tx, (investment, order), &status, sequence));
    Ok(noted.await?)
}
