//! The broker's customers as investors of one environment: papers, identification, wallet, and a new address.

use anyhow::Result;
use serde_json::json;
use uuid::Uuid;

use super::broker::Broker;
use super::client;
use super::people::{self, Customer, Papers};
use ::broker::paper::pdf;

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

impl Broker {
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
                "Max Mustermann 75 %, Erika Mustermann 25 %",
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
}
