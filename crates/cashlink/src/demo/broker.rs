//! What the broker does in one environment, request by request, as the partner's guide tells it.

use std::time::Instant;

use anyhow::{Context, Result};
use serde_json::{Value, json};
use uuid::Uuid;

use super::accounts::Account;
use super::client::{self, Client};
use super::credentials::EnvironmentAccess;
use super::people::Customer;
use super::receiver::Receiver;

/// How the broker finds its own webhook endpoints of an earlier run again.
const DESCRIPTION: &str = "Webhooks of the demo's broker";

/// The broker, signed in at one environment.
pub struct Broker {
    /// Which of the environments, counted from 0.
    pub index: usize,
    /// Name of the environment.
    pub environment: String,
    campaign_id: String,
    /// Requests in its name.
    pub(super) api: Client,
}

/// An order that was placed.
#[derive(Clone, Debug)]
pub struct Order {
    /// Who.
    pub customer: Customer,
    /// Which environment, counted from 0.
    pub index: usize,
    /// Unique in the network: how webhooks are told apart.
    pub investment_id: Uuid,
    /// Units ordered.
    pub units: u64,
    /// When it was placed.
    pub placed_at: Instant,
}

impl Broker {
    /// Takes a token.
    ///
    /// # Errors
    /// If the environment refuses the credentials.
    pub async fn sign_in(
        http: &reqwest::Client,
        index: usize,
        access: &EnvironmentAccess,
    ) -> Result<Self> {
        let base = format!("{}/distributor", access.url);
        Ok(Self {
            index,
            environment: access.name.clone(),
            campaign_id: access.campaign_id.clone(),
            api: Client::sign_in(http, &base, &access.distributor).await?,
        })
    }

    /// Registers the receiver with its secret, after removing what an earlier run has left.
    ///
    /// # Errors
    /// If a request is refused.
    pub async fn register_webhooks(&self, receiver: &Receiver) -> Result<()> {
        let endpoints = self.api.get("v2/webhook-endpoints/?page_size=500").await?;
        for endpoint in endpoints["results"].as_array().into_iter().flatten() {
            if endpoint["description"] == DESCRIPTION {
                let path = format!("v2/webhook-endpoints/{}/", client::id(endpoint)?);
                self.api.delete(&path).await?;
            }
        }
        let body = json!({
            "url": receiver.url(),
            "secret": receiver.secret(),
            "description": DESCRIPTION,
        });
        self.api.post("v2/webhook-endpoints/", &body).await?;
        Ok(())
    }

    /// Creates an investment for the campaign; `more` is what this broker may say beyond that.
    ///
    /// # Errors
    /// If the request is refused.
    pub async fn invest(&self, account: &Account, more: &Value) -> Result<Order> {
        let units = account.customer.units(self.index);
        let mut body = json!({
            "investor_id": account.investor_id,
            "campaign_id": self.campaign_id,
            "units": units,
            "signed_at": seconds_ago(30),
            "signed_documents": [{"document_id": account.subscription, "document_type": "SUBSCRIPTION_AGREEMENT"}],
            "wallet": account.wallet_id,
        });
        if let (Some(body), Some(more)) = (body.as_object_mut(), more.as_object()) {
            body.extend(more.clone());
        }
        let placed_at = Instant::now();
        let investment = self.api.post("v2/investments/", &body).await?;
        Ok(Order {
            customer: account.customer,
            index: self.index,
            investment_id: client::id(&investment)?,
            units,
            placed_at,
        })
    }

    /// Reports that the money arrived.
    ///
    /// # Errors
    /// If the request is refused.
    pub async fn report_payment(&self, order: &Order) -> Result<()> {
        let path = format!("v2/investments/{}/", order.investment_id);
        self.api
            .patch(&path, &json!({"paid_at": seconds_ago(1)}))
            .await?;
        Ok(())
    }

    /// The investment as the API has it.
    ///
    /// # Errors
    /// If the request is refused.
    pub async fn investment(&self, order: &Order) -> Result<Value> {
        self.api
            .get(&format!("v2/investments/{}/", order.investment_id))
            .await
    }

    /// The events behind one, and the last of them.
    ///
    /// # Errors
    /// If the request is refused.
    pub async fn events(&self, after: Option<Uuid>) -> Result<(Vec<Uuid>, Option<Uuid>)> {
        let (mut ids, mut last) = (Vec::new(), after);
        loop {
            let path = match last {
                Some(last) => format!("v2/events/?after={last}"),
                None => "v2/events/".to_owned(),
            };
            let feed = self.api.get(&path).await?;
            for event in feed["results"].as_array().context("the feed has results")? {
                ids.push(client::id(event)?);
            }
            last = ids.last().copied().or(last);
            if feed["has_more"] != true {
                return Ok((ids, last));
            }
        }
    }
}

/// So many seconds before now, as partners write times.
pub fn seconds_ago(seconds: i64) -> String {
    let now = registry::clock::real_now().micros();
    domain::Timestamp::from_micros(now - seconds * 1_000_000).to_string()
}
