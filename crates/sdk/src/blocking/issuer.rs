//! The Issuer API, one call at a time; every method is [`crate::Issuer`]'s.

use std::sync::Arc;

use bytes::Bytes;
use serde_json::Value;
use uuid::Uuid;
use wire::investments::{
    Accept, InvestmentIds, InvestmentsAccept, InvestmentsMarkPaid, InvestmentsReject, MarkPaid,
    Reject,
};

use super::{List, Runtime};
use crate::answers::{BatchResult, Document, Investment, Listing, Product};
use crate::{InvestmentFilter, Key, Result};

/// The Issuer API, for programs without an asynchronous runtime.
#[derive(Clone)]
pub struct Issuer {
    pub(super) runtime: Arc<Runtime>,
    pub(super) inner: crate::Issuer,
}

impl Issuer {
    /// Uploads a document; the media type is that of the bytes, such as `application/pdf`.
    ///
    /// # Errors
    /// As every call.
    pub fn upload_document(
        &self,
        name: &str,
        content_type: &str,
        bytes: impl Into<Bytes>,
        key: &Key,
    ) -> Result<Document> {
        self.runtime
            .wait(self.inner.upload_document(name, content_type, bytes, key))?
    }

    /// The issuer's products.
    pub fn list_products(&self) -> List<Product> {
        List::new(&self.runtime, self.inner.list_products())
    }

    /// One of them.
    ///
    /// # Errors
    /// As every call.
    pub fn get_product(&self, id: Uuid) -> Result<Product> {
        self.runtime.wait(self.inner.get_product(id))?
    }

    /// Where the issuer's products may be held.
    pub fn list_listings(&self) -> List<Listing> {
        List::new(&self.runtime, self.inner.list_listings())
    }

    /// The investments in the issuer's products.
    pub fn list_investments(&self, filter: &InvestmentFilter) -> List<Investment> {
        List::new(&self.runtime, self.inner.list_investments(filter))
    }

    /// One of them.
    ///
    /// # Errors
    /// As every call.
    pub fn get_investment(&self, id: Uuid) -> Result<Investment> {
        self.runtime.wait(self.inner.get_investment(id))?
    }

    /// Accepts an investment; from here the payment deadline runs.
    ///
    /// # Errors
    /// As every call.
    pub fn accept_investment(&self, id: Uuid, body: &Accept, key: &Key) -> Result<Investment> {
        self.runtime
            .wait(self.inner.accept_investment(id, body, key))?
    }

    /// Rejects an investment; its units are free again.
    ///
    /// # Errors
    /// As every call.
    pub fn reject_investment(&self, id: Uuid, body: &Reject, key: &Key) -> Result<Investment> {
        self.runtime
            .wait(self.inner.reject_investment(id, body, key))?
    }

    /// Marks an investment as paid; delivery starts by itself.
    ///
    /// # Errors
    /// As every call.
    pub fn mark_investment_paid(&self, id: Uuid, body: &MarkPaid, key: &Key) -> Result<Investment> {
        self.runtime
            .wait(self.inner.mark_investment_paid(id, body, key))?
    }

    /// Reports that the payment did not arrive; the investment ends.
    ///
    /// # Errors
    /// As every call.
    pub fn report_payment_missing(&self, id: Uuid, key: &Key) -> Result<Investment> {
        self.runtime
            .wait(self.inner.report_payment_missing(id, key))?
    }

    /// Accepts several; one result per investment, in their order.
    ///
    /// # Errors
    /// As every call; an investment's refusal is in its result.
    pub fn accept_investments(
        &self,
        body: &InvestmentsAccept,
        key: &Key,
    ) -> Result<Vec<BatchResult>> {
        self.runtime
            .wait(self.inner.accept_investments(body, key))?
    }

    /// Rejects several.
    ///
    /// # Errors
    /// As [`Issuer::accept_investments`].
    pub fn reject_investments(
        &self,
        body: &InvestmentsReject,
        key: &Key,
    ) -> Result<Vec<BatchResult>> {
        self.runtime
            .wait(self.inner.reject_investments(body, key))?
    }

    /// Marks several as paid.
    ///
    /// # Errors
    /// As [`Issuer::accept_investments`].
    pub fn mark_investments_paid(
        &self,
        body: &InvestmentsMarkPaid,
        key: &Key,
    ) -> Result<Vec<BatchResult>> {
        self.runtime
            .wait(self.inner.mark_investments_paid(body, key))?
    }

    /// Reports that the payment of several did not arrive.
    ///
    /// # Errors
    /// As [`Issuer::accept_investments`].
    pub fn report_payments_missing(
        &self,
        body: &InvestmentIds,
        key: &Key,
    ) -> Result<Vec<BatchResult>> {
        self.runtime
            .wait(self.inner.report_payments_missing(body, key))?
    }

    /// Reads what this version has no method for; the path stands below the version.
    ///
    /// # Errors
    /// As every call.
    pub fn get(&self, path: &str, query: &[(&str, &str)]) -> Result<Value> {
        self.runtime.wait(self.inner.get(path, query))?
    }

    /// Creates or starts what this version has no method for. The body is sent as it stands.
    ///
    /// # Errors
    /// As every call.
    pub fn post(&self, path: &str, body: &Value, key: &Key) -> Result<Value> {
        self.runtime.wait(self.inner.post(path, body, key))?
    }

    /// Changes what this version has no method for. The body is sent as it stands.
    ///
    /// # Errors
    /// As every call.
    pub fn patch(&self, path: &str, body: &Value, key: &Key) -> Result<Value> {
        self.runtime.wait(self.inner.patch(path, body, key))?
    }
}
