//! The Distributor API, one call at a time; every method is [`crate::Distributor`]'s.

mod investments;
mod investors;
mod redemptions;
mod transfers;
mod webhook_endpoints;

use std::sync::Arc;

use bytes::Bytes;
use serde_json::Value;
use uuid::Uuid;

use super::{List, Runtime};
use crate::answers::{Campaign, Document, Product};
use crate::{Key, Result};

/// The Distributor API of one environment, for programs without an asynchronous runtime.
#[derive(Clone)]
pub struct Distributor {
    pub(super) runtime: Arc<Runtime>,
    pub(super) inner: crate::Distributor,
}

impl Distributor {
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

    /// What is known about a document.
    ///
    /// # Errors
    /// As every call.
    pub fn get_document(&self, id: Uuid) -> Result<Document> {
        self.runtime.wait(self.inner.get_document(id))?
    }

    /// The products that the platform may sell.
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

    /// The platform's campaigns.
    pub fn list_campaigns(&self) -> List<Campaign> {
        List::new(&self.runtime, self.inner.list_campaigns())
    }

    /// One of them.
    ///
    /// # Errors
    /// As every call.
    pub fn get_campaign(&self, id: Uuid) -> Result<Campaign> {
        self.runtime.wait(self.inner.get_campaign(id))?
    }

    /// Reads what this version has no method for; the path stands below the version, such as `investors/…/environments/`.
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
