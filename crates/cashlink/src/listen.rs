//! `cashlink listen`: brings a partner's events to an engineer's machine, where no webhook can reach.
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::Value;
use uuid::Uuid;
use webhooks::Secret;
use wire::events::Event;

use crate::demo::client::{self, Client, Credentials};
use crate::terminal::{note, say};

/// How often the feed is asked.
const EVERY: Duration = Duration::from_secs(1);
/// How long the receiver has to answer.
const PATIENCE: Duration = Duration::from_secs(15);

/// What to listen to.
#[derive(clap::Args)]
pub struct Options {
    /// The environment, such as https://network.example/environments/NAME/api/external
    #[arg(long, value_name = "URL")]
    url: String,
    /// The distributor's client ID
    #[arg(long, value_name = "ID")]
    client_id: String,
    /// Its secret
    #[arg(
        long,
        value_name = "SECRET",
        env = "CASHLINK_CLIENT_SECRET",
        hide_env_values = true
    )]
    client_secret: String,
    /// Send each event there, signed like a webhook
    #[arg(long, value_name = "URL")]
    forward_to: Option<String>,
    /// Sign with this secret (whsec_…); without one a new one is made and shown
    #[arg(long, value_name = "WHSEC", requires = "forward_to")]
    secret: Option<String>,
    /// Begin behind this event
    #[arg(long, value_name = "EVENT_ID", conflicts_with = "from_start")]
    after: Option<Uuid>,
    /// Begin with the first event there ever was
    #[arg(long)]
    from_start: bool,
    /// Leave when there is nothing new
    #[arg(long)]
    once: bool,
}

/// Prints and forwards events until it is interrupted.
///
/// # Errors
/// If the environment refuses the credentials.
pub async fn run(options: Options) -> Result<()> {
    let http = reqwest::Client::builder().timeout(PATIENCE).build()?;
    let credentials = Credentials {
        client_id: options.client_id.clone(),
        client_secret: options.client_secret.clone(),
    };
    let base = options.url.trim_end_matches('/').to_owned();
    let mut api = Client::sign_in(&http, &base, &credentials).await?;
    let forward = options
        .forward_to
        .as_deref()
        .map(|url| Forward::new(&http, url, options.secret.as_deref()));
    let forward = forward.transpose()?;
    let mut last = options.after;
    if last.is_none() && !options.from_start {
        last = follow(&api, None, async |_, _| {}).await?;
    }
    note(format!("listening to {base}"));
    loop {
        let show = async |id, event: String| {
            say(&event);
            if let Some(forward) = &forward {
                forward.send(id, &event).await;
            }
        };
        match follow(&api, last, show).await {
            Ok(seen) => last = seen,
            Err(error) => {
                note(format!("{error:#}; signing in again"));
                if let Ok(renewed) = Client::sign_in(&http, &base, &credentials).await {
                    api = renewed;
                }
            }
        }
        if options.once {
            return Ok(());
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            _ = tokio::signal::ctrl_c() => return Ok(()),
        }
    }
}

/// Hands on everything behind an event; answers the last one seen.
async fn follow(
    api: &Client,
    after: Option<Uuid>,
    hand_on: impl AsyncFn(Uuid, String),
) -> Result<Option<Uuid>> {
    let mut last = after;
    loop {
        let path = last.map_or_else(
            || "v2/events/".to_owned(),
            |last| format!("v2/events/?after={last}"),
        );
        let mut feed = api.get(&path).await?;
        let events = feed["results"]
            .as_array_mut()
            .context("the feed has results")?;
        for event in events {
            let id = client::id(event)?;
            hand_on(id, in_order(event.take())).await;
            last = Some(id);
        }
        if feed["has_more"] != true {
            return Ok(last);
        }
    }
}

/// The event as a webhook would carry it: the same fields in the same order.
fn in_order(event: Value) -> String {
    let text = event.to_string();
    match serde_json::from_value::<Event>(event) {
        Ok(event) => serde_json::to_string(&event).unwrap_or(text),
        Err(_) => text,
    }
}

/// A receiver on the engineer's machine.
struct Forward {
    http: reqwest::Client,
    url: String,
    secret: Secret,
}

impl Forward {
    fn new(http: &reqwest::Client, url: &str, secret: Option<&str>) -> Result<Self> {
        let given = secret.map(Secret::parse).transpose()?;
        let secret = given.unwrap_or_else(|| {
            let made = Secret::generate();
            note(format!("signing with {}", made.text()));
            made
        });
        Ok(Self {
            http: http.clone(),
            url: url.to_owned(),
            secret,
        })
    }

    /// One attempt: whoever develops a receiver wants to see the failure, not to wait for repeats.
    async fn send(&self, id: Uuid, body: &str) {
        let id = id.to_string();
        let now = registry::clock::real_now().micros() / 1_000_000;
        let signature = self.secret.sign(&id, now, body.as_bytes());
        let request = self
            .http
            .post(&self.url)
            .header("content-type", "application/json")
            .header("webhook-id", &id)
            .header("webhook-timestamp", now.to_string())
            .header("webhook-signature", signature)
            .body(body.to_owned());
        match request.send().await {
            Ok(answer) => note(format!("{id} → {} {}", self.url, answer.status())),
            Err(error) => note(format!("{id} → {} failed: {error}", self.url)),
        }
    }
}
