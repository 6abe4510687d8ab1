//! Webhook endpoints, one call at a time.

use uuid::Uuid;
use wire::webhook_endpoints::{Replay, RotateSecret, WebhookEndpointCreate, WebhookEndpointPatch};

use super::Distributor;
use crate::answers::{Queued, WebhookAttempt, WebhookEndpoint};
use crate::blocking::List;
use crate::{Key, Result};

impl Distributor {
    /// Registers an endpoint; only this answer and that of a rotation have the secret.
    ///
    /// # Errors
    /// As every call.
    pub fn create_webhook_endpoint(
        &self,
        body: &WebhookEndpointCreate,
        key: &Key,
    ) -> Result<WebhookEndpoint> {
        self.runtime
            .wait(self.inner.create_webhook_endpoint(body, key))?
    }

    /// The endpoints.
    pub fn list_webhook_endpoints(&self) -> List<WebhookEndpoint> {
        List::new(&self.runtime, self.inner.list_webhook_endpoints())
    }

    /// One of them.
    ///
    /// # Errors
    /// As every call.
    pub fn get_webhook_endpoint(&self, id: Uuid) -> Result<WebhookEndpoint> {
        self.runtime.wait(self.inner.get_webhook_endpoint(id))?
    }

    /// Changes an endpoint.
    ///
    /// # Errors
    /// As every call.
    pub fn update_webhook_endpoint(
        &self,
        id: Uuid,
        body: &WebhookEndpointPatch,
        key: &Key,
    ) -> Result<WebhookEndpoint> {
        self.runtime
            .wait(self.inner.update_webhook_endpoint(id, body, key))?
    }

    /// Removes an endpoint.
    ///
    /// # Errors
    /// As every call.
    pub fn delete_webhook_endpoint(&self, id: Uuid, key: &Key) -> Result<()> {
        self.runtime
            .wait(self.inner.delete_webhook_endpoint(id, key))?
    }

    /// Sends a test event there.
    ///
    /// # Errors
    /// As every call.
    pub fn test_webhook_endpoint(&self, id: Uuid, key: &Key) -> Result<Queued> {
        self.runtime
            .wait(self.inner.test_webhook_endpoint(id, key))?
    }

    /// Rotates the signing secret; the old one goes on signing beside the new one for 24 hours.
    ///
    /// # Errors
    /// As every call.
    pub fn rotate_webhook_secret(
        &self,
        id: Uuid,
        body: &RotateSecret,
        key: &Key,
    ) -> Result<WebhookEndpoint> {
        self.runtime
            .wait(self.inner.rotate_webhook_secret(id, body, key))?
    }

    /// Sends one event again, or all since a time.
    ///
    /// # Errors
    /// As every call.
    pub fn replay_webhook_events(&self, id: Uuid, body: &Replay, key: &Key) -> Result<Queued> {
        self.runtime
            .wait(self.inner.replay_webhook_events(id, body, key))?
    }

    /// The attempts to deliver to an endpoint.
    pub fn list_webhook_attempts(&self, id: Uuid) -> List<WebhookAttempt> {
        List::new(&self.runtime, self.inner.list_webhook_attempts(id))
    }
}
