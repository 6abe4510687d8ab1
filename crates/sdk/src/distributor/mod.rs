//! The Distributor API: what a platform does for its investors in one environment.

mod investments;
mod investors;
mod redemptions;
mod transfers;
mod webhook_endpoints;

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use serde_json::Value;
use url::Url;
use uuid::Uuid;

use crate::answers::{Campaign, Document, Product};
use crate::connection::{Call, Connection};
use crate::list::List;
use crate::{Key, Result};

pub(crate) use investments::Batch;
pub use investments::InvestmentFilter;

/// The Distributor API of one environment. Every call may fail with any [`crate::Error`].
#[derive(Clone)]
pub struct Distributor {
    connection: Arc<Connection>,
}

impl Distributor {
    pub(crate) fn new(connection: Arc<Connection>) -> Self {
        Self { connection }
    }

    fn base(&self) -> &Url {
        &self.connection.addresses.distributor
    }

    async fn call<T: serde::de::DeserializeOwned>(&self, call: &Call) -> Result<T> {
        self.connection.call(self.base(), call).await
    }

    fn list<T: serde::de::DeserializeOwned + Send + 'static>(
        &self,
        path: impl Into<String>,
        query: Vec<(String, String)>,
    ) -> List<T> {
        List::new(&self.connection, self.base(), path, query)
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

    /// What is known about a document.
    ///
    /// # Errors
    /// As every call.
    pub async fn get_document(&self, id: Uuid) -> Result<Document> {
        self.call(&Call::get(format!("documents/{id}/"))).await
    }

    /// The products that the platform may sell.
    pub fn list_products(&self) -> List<Product> {
        self.list("products/", Vec::new())
    }

    /// One of them.
    ///
    /// # Errors
    /// As every call.
    pub async fn get_product(&self, id: Uuid) -> Result<Product> {
        self.call(&Call::get(format!("products/{id}/"))).await
    }

    /// The platform's campaigns.
    pub fn list_campaigns(&self) -> List<Campaign> {
        self.list("campaigns/", Vec::new())
    }

    /// One of them.
    ///
    /// # Errors
    /// As every call.
    pub async fn get_campaign(&self, id: Uuid) -> Result<Campaign> {
        self.call(&Call::get(format!("campaigns/{id}/"))).await
    }

    /// Reads what this version has no method for; the path stands below the version, such as `investors/…/environments/`.
    ///
    /// # Errors
    /// As every call.
    pub async fn get(&self, path: &str, query: &[(&str, &str)]) -> Result<Value> {
        let query = query
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        self.call(&Call::get(path).query(query.collect())).await
    }

    /// Reads a file for which this version has no method.
    ///
    /// # Errors
    /// As every call; [`crate::Error::Unreadable`] if the answer is of another media type.
    pub async fn download(&self, path: &str, media_type: &'static str) -> Result<Bytes> {
        let call = Call::download(path, media_type);
        self.connection.fetch(self.base(), &call).await
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

impl fmt::Debug for Distributor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Distributor")
            .field(&self.base().as_str())
            .finish()
    }
}
