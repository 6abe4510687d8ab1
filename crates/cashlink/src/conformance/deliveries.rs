//! Hard deliveries against a partner's webhook endpoint: what it must take, and what it must not believe.

use std::time::Duration;

use anyhow::{Context, Result};
use futures_util::stream;
use reqwest::Body;
use serde_json::{Value, json};
use uuid::Uuid;
use webhooks::Secret;

use super::Endpoint;
use super::report::Report;
use super::rules::*;

/// As long as the network itself waits for a receiver.
const PATIENCE: Duration = Duration::from_secs(15);
const PAUSE: Duration = Duration::from_millis(300);
const HOUR_S: i64 = 3600;

struct Player<'a> {
    http: reqwest::Client,
    endpoint: &'a Endpoint,
    secret: Secret,
    investment: Uuid,
}

/// One message as it is to be sent.
struct Message {
    id: String,
    sent_s: i64,
    signature: Option<String>,
    bearer_token: Option<String>,
    body: Vec<u8>,
}

pub async fn test(endpoint: &Endpoint, report: &mut Report) -> Result<()> {
    let player = Player {
        http: reqwest::Client::builder()
            .timeout(PATIENCE)
            .redirect(reqwest::redirect::Policy::none())
            .build()?,
        endpoint,
        secret: Secret::parse(&endpoint.secret).context("--secret")?,
        investment: Uuid::new_v4(),
    };
    player.what_must_be_taken(report).await;
    player.what_must_not_be_believed(report).await;
    Ok(())
}

impl Player<'_> {
    async fn what_must_be_taken(&self, report: &mut Report) {
        let first = self.genuine(&self.event("WAITING_FOR_ACCEPTANCE", 1));
        report.record(&HOOK_GOOD, self.taken(&[&first]).await);
        report.record(&HOOK_AGAIN, self.taken(&[&first, &first]).await);
        let second = self.genuine(&self.event("ACCEPTED", 2));
        let third = self.genuine(&self.event("PAID", 3));
        report.record(&HOOK_ORDER, self.taken(&[&third, &second]).await);
        let mut strange = self.event("PARTLY_DELIVERED", 4);
        strange["type"] = json!("investment.partly_delivered");
        strange["tranche"] = json!({"number": 1});
        report.record(&HOOK_NEW, self.taken(&[&self.genuine(&strange)]).await);
        let (before, behind) = (self.rotated(Place::First, 5), self.rotated(Place::Last, 6));
        report.record(&HOOK_ROTATED, self.taken(&[&before, &behind]).await);
        let slow = self.genuine(&self.event("DELIVERED", 7));
        let outcome = self.deliver(&slow, slowly(&slow.body)).await;
        report.record(&HOOK_SLOW, outcome.and_then(good));
    }

    async fn what_must_not_be_believed(&self, report: &mut Report) {
        let message = || self.genuine(&self.event("CANCELLATION", 8));
        let unsigned = Message {
            signature: None,
            ..message()
        };
        let mut forged = message();
        forged.sign(&Secret::generate());
        let mut changed = message();
        changed.body.push(b' ');
        let at = |shift_s: i64| {
            let mut message = message();
            message.sent_s += shift_s;
            message.sign(&self.secret);
            message
        };
        for (rule, message) in [
            (&HOOK_UNSIGNED, unsigned),
            (&HOOK_FORGED, forged),
            (&HOOK_CHANGED, changed),
            (&HOOK_OLD, at(-HOUR_S)),
            (&HOOK_EARLY, at(HOUR_S)),
        ] {
            report.record(rule, self.refused(&message).await);
        }
        match &self.endpoint.bearer_token {
            Some(_) => {
                let wrong = Message {
                    bearer_token: Some("not-the-token".to_owned()),
                    ..message()
                };
                report.record(&HOOK_BEARER, self.refused(&wrong).await);
            }
            None => report.skip(&[&HOOK_BEARER], "no token was given"),
        }
    }

    fn event(&self, status: &str, sequence: u64) -> Value {
        json!({
            "investment_id": self.investment, "status": status, "changed_at": super::account::ago(0),
            "id": Uuid::now_v7(), "type": "investment.status_changed", "environment": "conformance", "sequence": sequence,
        })
    }

    fn genuine(&self, event: &Value) -> Message {
        let mut message = Message {
            id: event["id"].as_str().unwrap_or_default().to_owned(),
            sent_s: registry::clock::real_now().micros() / 1_000_000,
            signature: None,
            bearer_token: self.endpoint.bearer_token.clone(),
            body: event.to_string().into_bytes(),
        };
        message.sign(&self.secret);
        message
    }

    /// Beside the signature of a secret that the receiver does not know.
    fn rotated(&self, place: Place, sequence: u64) -> Message {
        let mut message = self.genuine(&self.event("DELIVERED", sequence));
        let own = message.signature.clone().unwrap_or_default();
        let other = Secret::generate().sign(&message.id, message.sent_s, &message.body);
        message.signature = Some(match place {
            Place::First => format!("{own} {other}"),
            Place::Last => format!("{other} {own}"),
        });
        message
    }

    async fn taken(&self, messages: &[&Message]) -> Result<(), String> {
        for message in messages {
            good(self.deliver(message, message.body.clone().into()).await?)?;
        }
        Ok(())
    }

    async fn refused(&self, message: &Message) -> Result<(), String> {
        match self.deliver(message, message.body.clone().into()).await? {
            200..300 => Err("it was taken".to_owned()),
            400..500 => Ok(()),
            status => Err(status.to_string()),
        }
    }

    async fn deliver(&self, message: &Message, body: Body) -> Result<u16, String> {
        let mut request = self
            .http
            .post(&self.endpoint.url)
            .header("content-type", "application/json")
            .header("webhook-id", &message.id)
            .header("webhook-timestamp", message.sent_s.to_string());
        if let Some(signature) = &message.signature {
            request = request.header("webhook-signature", signature);
        }
        if let Some(token) = &message.bearer_token {
            request = request.bearer_auth(token);
        }
        let answer = request.body(body).send().await;
        let answer = answer.map_err(|error| format!("no answer: {}", error.without_url()))?;
        Ok(answer.status().as_u16())
    }
}

/// Where the fitting one of two signatures stands.
enum Place {
    First,
    Last,
}

impl Message {
    fn sign(&mut self, secret: &Secret) {
        self.signature = Some(secret.sign(&self.id, self.sent_s, &self.body));
    }
}

fn good(status: u16) -> Result<(), String> {
    match status {
        200..300 => Ok(()),
        status => Err(status.to_string()),
    }
}

/// In pieces, with pauses.
fn slowly(body: &[u8]) -> Body {
    let pieces: Vec<Vec<u8>> = body
        .chunks(body.len().div_ceil(6).max(1))
        .map(<[u8]>::to_vec)
        .collect();
    Body::wrap_stream(stream::unfold(
        pieces.into_iter(),
        |mut pieces| async move {
            let piece = pieces.next()?;
            tokio::time::sleep(PAUSE).await;
            Some((Ok::<_, std::io::Error>(piece), pieces))
        },
    ))
}
