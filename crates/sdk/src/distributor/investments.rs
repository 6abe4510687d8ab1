//! Investments, what happens to them, and the feed that tells it.

use bytes::Bytes;
use serde::Deserialize;
use uuid::Uuid;
use wire::investments::{
    InvestmentBatch, InvestmentCreate, InvestmentPatch, InvestmentStatus, Nothing,
    SignedDocumentsAdd,
};
use wire::statements::RegistryStatementRequest;

use super::Distributor;
use crate::answers::{BatchResult, EventFeed, Investment, RegistryStatement};
use crate::connection::{Call, as_json};
use crate::list::List;
use crate::{Key, Result};

/// Which investments are wanted; what is left out does not narrow the list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InvestmentFilter {
    /// Only those of this investor.
    pub investor_id: Option<Uuid>,
    /// Only those of this campaign.
    pub campaign_id: Option<Uuid>,
    /// Only those of this product.
    pub product_id: Option<Uuid>,
    /// Only those in this status.
    pub status: Option<InvestmentStatus>,
    /// Only those that changed after this time, RFC 3339.
    pub changed_after: Option<String>,
}

impl InvestmentFilter {
    pub(crate) fn query(&self) -> Vec<(String, String)> {
        let status = self.status.and_then(|status| as_json(&status).ok());
        let pairs = [
            ("investor_id", self.investor_id.map(|id| id.to_string())),
            ("campaign_id", self.campaign_id.map(|id| id.to_string())),
            ("product_id", self.product_id.map(|id| id.to_string())),
            (
                "status",
                status.and_then(|status| status.as_str().map(str::to_owned)),
            ),
            ("changed_after", self.changed_after.clone()),
        ];
        let given = pairs
            .into_iter()
            .filter_map(|(name, value)| Some((name.to_owned(), value?)));
        given.collect()
    }
}

/// The answer to a batch.
#[derive(Deserialize)]
pub(crate) struct Batch {
    pub(crate) results: Vec<BatchResult>,
}

impl Distributor {
    /// Creates an investment: the units are reserved.
    ///
    /// # Errors
    /// As every call.
    pub async fn create_investment(
        &self,
        body: &InvestmentCreate,
        key: &Key,
    ) -> Result<Investment> {
        self.call(&Call::post("investments/", key).json(body)?)
            .await
    }

    /// Creates several; one result per item, in their order.
    ///
    /// # Errors
    /// As every call; an item's refusal is in its result.
    pub async fn create_investment_batch(
        &self,
        body: &InvestmentBatch,
        key: &Key,
    ) -> Result<Vec<BatchResult>> {
        let call = Call::post("investments/batch/", key).json(body)?;
        Ok(self.call::<Batch>(&call).await?.results)
    }

    /// The platform's investments.
    pub fn list_investments(&self, filter: &InvestmentFilter) -> List<Investment> {
        self.list("investments/", filter.query())
    }

    /// One of them.
    ///
    /// # Errors
    /// As every call.
    pub async fn get_investment(&self, id: Uuid) -> Result<Investment> {
        self.call(&Call::get(format!("investments/{id}/"))).await
    }

    /// Names the wallet, or reports acceptance or payment where the campaign has the mandate.
    ///
    /// # Errors
    /// As every call.
    pub async fn update_investment(
        &self,
        id: Uuid,
        body: &InvestmentPatch,
        key: &Key,
    ) -> Result<Investment> {
        let call = Call::patch(format!("investments/{id}/"), key);
        self.call(&call.json(body)?).await
    }

    /// Cancels on the investor's behalf.
    ///
    /// # Errors
    /// As every call.
    pub async fn cancel_investment(&self, id: Uuid, key: &Key) -> Result<Investment> {
        let call = Call::post(format!("investments/{id}/cancel/"), key);
        self.call(&call.json(&Nothing {})?).await
    }

    /// Adds signed documents.
    ///
    /// # Errors
    /// As every call.
    pub async fn add_signed_documents(
        &self,
        id: Uuid,
        body: &SignedDocumentsAdd,
        key: &Key,
    ) -> Result<Investment> {
        let call = Call::post(format!("investments/{id}/signed-documents/"), key);
        self.call(&call.json(body)?).await
    }

    /// The register statements of an investment.
    pub fn list_registry_statements(&self, investment: Uuid) -> List<RegistryStatement> {
        let path = format!("investments/{investment}/registry-statements/");
        self.list(path, Vec::new())
    }

    /// Asks for a statement of what the register says now. Its document is made in a moment.
    ///
    /// # Errors
    /// As every call.
    pub async fn request_registry_statement(
        &self,
        investment: Uuid,
        body: &RegistryStatementRequest,
        key: &Key,
    ) -> Result<RegistryStatement> {
        let path = format!("investments/{investment}/registry-statements/");
        self.call(&Call::post(path, key).json(body)?).await
    }

    /// One statement.
    ///
    /// # Errors
    /// As every call.
    pub async fn get_registry_statement(&self, id: Uuid) -> Result<RegistryStatement> {
        let path = format!("registry-statements/{id}/");
        self.call(&Call::get(path)).await
    }

    /// A statement's document, a PDF; its bytes never change.
    ///
    /// # Errors
    /// As every call; `statement_not_ready` while it is being made.
    pub async fn download_registry_statement(&self, id: Uuid) -> Result<Bytes> {
        let path = format!("registry-statements/{id}/document/");
        self.download(&path, "application/pdf").await
    }

    /// The events behind one, or from the beginning: what webhooks carry, for who asks instead. Keep `last` and hand it in the next time.
    ///
    /// # Errors
    /// As every call.
    pub async fn read_events(&self, after: Option<Uuid>) -> Result<EventFeed> {
        let after = after.map(|id| ("after".to_owned(), id.to_string()));
        let call = Call::get("events/").query(after.into_iter().collect());
        self.call(&call).await
    }
}
