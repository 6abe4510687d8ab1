//! What the broker does in one environment, request by request, as the partner's guide tells it.

use std::time::Instant;

use anyhow::{Context, Result};
use serde_json::{Value, json};
use uuid::Uuid;

use super::client::{self, Client};
use super::credentials::EnvironmentAccess;
use super::paper::pdf;
use super::people::{self, Customer, Papers};
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
    api: Client,
}

/// A customer as an investor of one environment.
#[derive(Clone, Debug)]
pub struct Account {
    /// Who.
    pub customer: Customer,
    /// The investor's ID in this environment.
    pub investor_id: Uuid,
    /// The wallet's ID in this environment.
    pub wallet_id: Uuid,
    /// What the customer signed.
    pub subscription: Uuid,
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

    /// Uploads the papers of one customer.
    ///
    /// # Errors
    /// If a request is refused.
    pub async fn upload_papers(&self, customer: Customer) -> Result<Papers> {
        let name = customer.name();
        let upload = async |file: &str, headline: &str, line: &str| {
            let page = pdf(headline, &[name, line, &self.environment]);
            self.api.upload(file, &page).await
        };
        Ok(Papers {
            protocol: upload(
                "identification-protocol.pdf",
                "Identifizierungsprotokoll",
                "POSTIDENT durch Postfiliale",
            )
            .await?,
            register_extract: upload(
                "register-extract.pdf",
                "Handelsregisterauszug",
                "Amtsgericht Charlottenburg, HRB 214711 B",
            )
            .await?,
            structure_proof: upload(
                "structure-proof.pdf",
                "Eigentums- und Kontrollstruktur",
                "Martin Brandt 75 %, Jonas Brandt 25 %",
            )
            .await?,
            subscription: upload(
                "subscription-agreement.pdf",
                "Zeichnungsschein",
                "Unterzeichnet in der Plattform",
            )
            .await?,
        })
    }

    /// Creates the investor, imports its identification and registers its wallet.
    ///
    /// # Errors
    /// If a request is refused, or if the identification was not accepted at once.
    pub async fn open_account(
        &self,
        customer: Customer,
        papers: &Papers,
        address: &str,
    ) -> Result<Account> {
        let now = registry::clock::real_now();
        let investor = self
            .api
            .post("v2/investors/", &customer.investor(papers))
            .await?;
        let investor_id = client::id(&investor)?;
        let own = format!("v2/investors/{investor_id}");
        if customer == Customer::Company {
            let path = format!("{own}/benefiting-persons/");
            self.api.post(&path, &people::benefiting_person()).await?;
        }
        let path = format!("{own}/identifications/");
        self.api
            .post(&path, &customer.identification(papers, now))
            .await?;
        let wallet = json!({"address": address, "receiving_enabled": true});
        let wallet = self
            .api
            .post(&format!("{own}/wallets/eth-generic/"), &wallet)
            .await?;
        anyhow::ensure!(
            wallet["eligible"] == true,
            "the wallet of {} is not eligible in {}: {wallet}",
            customer.name(),
            self.environment
        );
        Ok(Account {
            customer,
            investor_id,
            wallet_id: client::id(&wallet)?,
            subscription: papers.subscription,
        })
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

    /// Sends the customer's new address and makes sure that it is there and the identification untouched.
    ///
    /// # Errors
    /// If the request is refused or has not the effect.
    pub async fn change_address(&self, account: &Account) -> Result<()> {
        let path = format!("v2/investors/{}/", account.investor_id);
        let change = account.customer.new_address();
        let investor = self.api.patch(&path, &change).await?;
        for (part, fields) in change.as_object().into_iter().flatten() {
            for (field, value) in fields.as_object().into_iter().flatten() {
                anyhow::ensure!(
                    investor[part][field] == *value,
                    "{part}.{field} was not changed in {}",
                    self.environment
                );
            }
        }
        anyhow::ensure!(
            investor["kyc_status"] == "SUCCESS",
            "a new address must not reopen the identification: {}",
            investor["kyc_status"]
        );
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
