//! Investments and the feed, one call at a time.

use bytes::Bytes;
use uuid::Uuid;
use wire::investments::{InvestmentBatch, InvestmentCreate, InvestmentPatch, SignedDocumentsAdd};
use wire::statements::RegistryStatementRequest;

use super::Distributor;
use crate::answers::{BatchResult, EventFeed, Investment, RegistryStatement};
use crate::blocking::List;
use crate::{InvestmentFilter, Key, Result};

impl Distributor {
    /// Creates an investment: the units are reserved.
    ///
    /// # Errors
    /// As every call.
    pub fn create_investment(&self, body: &InvestmentCreate, key: &Key) -> Result<Investment> {
        self.runtime.wait(self.inner.create_investment(body, key))?
    }

    /// Creates several; one result per item, in their order.
    ///
    /// # Errors
    /// As every call; an item's refusal is in its result.
    pub fn create_investment_batch(
        &self,
        body: &InvestmentBatch,
        key: &Key,
    ) -> Result<Vec<BatchResult>> {
        self.runtime
            .wait(self.inner.create_investment_batch(body, key))?
    }

    /// The platform's investments.
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

    /// Names the wallet, or reports acceptance or payment where the campaign has the mandate.
    ///
    /// # Errors
    /// As every call.
    pub fn update_investment(
        &self,
        id: Uuid,
        body: &InvestmentPatch,
        key: &Key,
    ) -> Result<Investment> {
        self.runtime
            .wait(self.inner.update_investment(id, body, key))?
    }

    /// Cancels on the investor's behalf.
    ///
    /// # Errors
    /// As every call.
    pub fn cancel_investment(&self, id: Uuid, key: &Key) -> Result<Investment> {
        self.runtime.wait(self.inner.cancel_investment(id, key))?
    }

    /// Adds signed documents.
    ///
    /// # Errors
    /// As every call.
    pub fn add_signed_documents(
        &self,
        id: Uuid,
        body: &SignedDocumentsAdd,
        key: &Key,
    ) -> Result<Investment> {
        self.runtime
            .wait(self.inner.add_signed_documents(id, body, key))?
    }

    /// The register statements of an investment.
    pub fn list_registry_statements(&self, investment: Uuid) -> List<RegistryStatement> {
        List::new(
            &self.runtime,
            self.inner.list_registry_statements(investment),
        )
    }

    /// Asks for a statement of what the register says now. Its document is made in a moment.
    ///
    /// # Errors
    /// As every call.
    pub fn request_registry_statement(
        &self,
        investment: Uuid,
        body: &RegistryStatementRequest,
        key: &Key,
    ) -> Result<RegistryStatement> {
        let call = self.inner.request_registry_statement(investment, body, key);
        self.runtime.wait(call)?
    }

    /// One statement.
    ///
    /// # Errors
    /// As every call.
    pub fn get_registry_statement(&self, id: Uuid) -> Result<RegistryStatement> {
        self.runtime.wait(self.inner.get_registry_statement(id))?
    }

    /// A statement's document, a PDF; its bytes never change.
    ///
    /// # Errors
    /// As every call; `statement_not_ready` while it is being made.
    pub fn download_registry_statement(&self, id: Uuid) -> Result<Bytes> {
        self.runtime
            .wait(self.inner.download_registry_statement(id))?
    }

    /// The events behind one, or from the beginning: what webhooks carry, for who asks instead. Keep `last` and hand it in the next time.
    ///
    /// # Errors
    /// As every call.
    pub fn read_events(&self, after: Option<Uuid>) -> Result<EventFeed> {
        self.runtime.wait(self.inner.read_events(after))?
    }
}
