//! The Issuer API: the issuer's products, and its decisions about the investments in them.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::Url;
use uuid::Uuid;
use wire::investments::{
    Accept, InvestmentIds, InvestmentsAccept, InvestmentsMarkPaid, InvestmentsReject, MarkPaid,
    Nothing, Reject,
};

use crate::answers::{BatchResult, Document, Investment, Listing, Product};
use crate::connection::{Call, Connection};
use crate::distributor::{Batch, InvestmentFilter};
use crate::list::List;
use crate::{Key, Result};

/// The Issuer API below one URL. Every call may fail with any [`crate::Error`].
#[derive(Clone)]
pub struct Issuer {
    connection: Arc<Connection>,
}

impl Issuer {
    pub(crate) fn new(connection: Arc<Connection>) -> Self {
        Self { connection }
    }

    fn base(&self) -> &Url {
        &self.connection.addresses.issuer
    }

    async fn call<T: DeserializeOwned>(&self, call: &Call) -> Result<T> {
        self.connection.call(self.base(), call).await
    }

    /// Uploads a document; the media type is that of the bytes, such as `application/pdf`.
    ///
    /// # Errors
    /// As every call.
    pub async fn upload_document(
        &self,
        name: &str,
        content_type: &str,
        bytes: impl Into<Bytes>,
        key: &Key,
    ) -> Result<Document> {
        let call = Call::post("documents/", key).file(name, content_type, bytes.into());
        self.call(&call).await
    }

    /// The issuer's products.
    pub fn list_products(&self) -> List<Product> {
        List::new(&self.connection, self.base(), "products/", Vec::new())
    }

    /// One of them.
    ///
    /// # Errors
    /// As every call.
    pub async fn get_product(&self, id: Uuid) -> Result<Product> {
        self.call(&Call::get(format!("products/{id}/"))).await
    }

    /// Where the issuer's products may be held.
    pub fn list_listings(&self) -> List<Listing> {
        List::new(&self.connection, self.base(), "listings/", Vec::new())
    }

    /// The investments in the issuer's products.
    pub fn list_investments(&self, filter: &InvestmentFilter) -> List<Investment> {
        List::new(
            &self.connection,
            self.base(),
            "investments/",
            filter.query(),
        )
    }

    /// One of them.
    ///
    /// # Errors
    /// As every call.
    pub async fn get_investment(&self, id: Uuid) -> Result<Investment> {
        self.call(&Call::get(format!("investments/{id}/"))).await
    }

    /// Accepts an investment; from here the payment deadline runs.
    ///
    /// # Errors
    /// As every call.
    pub async fn accept_investment(
        &self,
        id: Uuid,
        body: &Accept,
        key: &Key,
    ) -> Result<Investment> {
        self.decide(id, "accept", body, key).await
    }

    /// Rejects an investment; its units are free again.
    ///
    /// # Errors
    /// As every call.
    pub async fn reject_investment(
        &self,
        id: Uuid,
        body: &Reject,
        key: &Key,
    ) -> Result<Investment> {
        self.decide(id, "reject", body, key).await
    }

    /// Marks an investment as paid; delivery starts by itself.
    ///
    /// # Errors
    /// As every call.
    pub async fn mark_investment_paid(
        &self,
        id: Uuid,
        body: &MarkPaid,
        key: &Key,
    ) -> Result<Investment> {
        self.decide(id, "mark-paid", body, key).await
    }

    /// Reports that the payment did not arrive; the investment ends.
    ///
    /// # Errors
    /// As every call.
    pub async fn report_payment_missing(&self, id: Uuid, key: &Key) -> Result<Investment> {
        self.decide(id, "payment-missing", &Nothing {}, key).await
    }

    async fn decide(
        &self,
        id: Uuid,
        decision: &str,
        body: &impl Serialize,
        key: &Key,
    ) -> Result<Investment> {
        let call = Call::post(format!("investments/{id}/{decision}/"), key);
        self.call(&call.json(body)?).await
    }

    /// Accepts several; one result per investment, in their order.
    ///
    /// # Errors
    /// As every call; an investment's refusal is in its result.
    pub async fn accept_investments(
        &self,
        body: &InvestmentsAccept,
        key: &Key,
    ) -> Result<Vec<BatchResult>> {
        self.decide_all("accept", body, key).await
    }

    /// Rejects several.
    ///
    /// # Errors
    /// As [`Issuer::accept_investments`].
    pub async fn reject_investments(
        &self,
        body: &InvestmentsReject,
        key: &Key,
    ) -> Result<Vec<BatchResult>> {
        self.decide_all("reject", body, key).await
    }

    /// Marks several as paid.
    ///
    /// # Errors
    /// As [`Issuer::accept_investments`].
    pub async fn mark_investments_paid(
        &self,
        body: &InvestmentsMarkPaid,
        key: &Key,
    ) -> Result<Vec<BatchResult>> {
        self.decide_all("mark-paid", body, key).await
    }

    /// Reports that the payment of several did not arrive.
    ///
    /// # Errors
    /// As [`Issuer::accept_investments`].
    pub async fn report_payments_missing(
        &self,
        body: &InvestmentIds,
        key: &Key,
    ) -> Result<Vec<BatchResult>> {
        self.decide_all("payment-missing", body, key).await
    }

    async fn decide_all(
        &self,
        decision: &str,
        body: &impl Serialize,
        key: &Key,
    ) -> Result<Vec<BatchResult>> {
        let call = Call::post(format!("investments/{decision}/"), key).json(body)?;
        Ok(self.call::<Batch>(&call).await?.results)
    }

    /// Reads what this version has no method for; the path stands below the version.
    ///
    /// # Errors
    /// As every call.
    pub async fn get(&self, path: &str, query: &[(&str, &str)]) -> Result<Value> {
        let query = query
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        self.call(&Call::get(path).query(query.collect())).await
    }

    /// Creates or starts what this version has no method for. The body is sent as it stands.
    ///
    /// # Errors
    /// As every call.
    pub async fn post(&self, path: &str, body: &Value, key: &Key) -> Result<Value> {
        self.call(&Call::post(path, key).exactly(body)?).await
    }

    /// Changes what this version has no method for. The body is sent as it stands.
    ///
    /// # Errors
    /// As every call.
    pub async fn patch(&self, path: &str, body: &Value, key: &Key) -> Result<Value> {
        self.call(&Call::patch(path, key).exactly(body)?).await
    }
}

impl fmt::Debug for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Issuer")
            .field(&self.base().as_str())
            .finish()
    }
}
