//! Webhook endpoints of the platform.

use serde_json::Value;
use uuid::Uuid;
use wire::investments::Nothing;
use wire::webhook_endpoints::{Replay, RotateSecret, WebhookEndpointCreate, WebhookEndpointPatch};

use super::Distributor;
use crate::answers::{Queued, WebhookAttempt, WebhookEndpoint};
use crate::connection::Call;
use crate::list::List;
use crate::{Key, Result};

impl Distributor {
    /// Registers an endpoint; only this answer and that of a rotation have the secret.
    ///
    /// # Errors
    /// As every call.
    pub async fn create_webhook_endpoint(
        &self,
        body: &WebhookEndpointCreate,
        key: &Key,
    ) -> Result<WebhookEndpoint> {
        self.call(&Call::post("webhook-endpoints/", key).json(body)?)
            .await
    }

    /// The endpoints.
    pub fn list_webhook_endpoints(&self) -> List<WebhookEndpoint> {
        self.list("webhook-endpoints/", Vec::new())
    }

    /// One of them.
    ///
    /// # Errors
    /// As every call.
    pub async fn get_webhook_endpoint(&self, id: Uuid) -> Result<WebhookEndpoint> {
        self.call(&Call::get(format!("webhook-endpoints/{id}/")))
            .await
    }

    /// Changes an endpoint.
    ///
    /// # Errors
    /// As every call.
    pub async fn update_webhook_endpoint(
        &self,
        id: Uuid,
        body: &WebhookEndpointPatch,
        key: &Key,
    ) -> Result<WebhookEndpoint> {
        let call = Call::patch(format!("webhook-endpoints/{id}/"), key);
        self.call(&call.json(body)?).await
    }

    /// Removes an endpoint.
    ///
    /// # Errors
    /// As every call.
    pub async fn delete_webhook_endpoint(&self, id: Uuid, key: &Key) -> Result<()> {
        let call = Call::delete(format!("webhook-endpoints/{id}/"), key);
        self.call::<Value>(&call).await.map(|_| ())
    }

    /// Sends a test event there.
    ///
    /// # Errors
    /// As every call.
    pub async fn test_webhook_endpoint(&self, id: Uuid, key: &Key) -> Result<Queued> {
        let call = Call::post(format!("webhook-endpoints/{id}/test/"), key);
        self.call(&call.json(&Nothing {})?).await
    }

    /// Rotates the signing secret; the old one goes on signing beside the new one for 24 hours.
    ///
    /// # Errors
    /// As every call.
    pub async fn rotate_webhook_secret(
        &self,
        id: Uuid,
        body: &RotateSecret,
        key: &Key,
    ) -> Result<WebhookEndpoint> {
        let call = Call::post(format!("webhook-endpoints/{id}/rotate-secret/"), key);
        self.call(&call.json(body)?).await
    }

    /// Sends one event again, or all since a time.
    ///
    /// # Errors
    /// As every call.
    pub async fn replay_webhook_events(
        &self,
        id: Uuid,
        body: &Replay,
        key: &Key,
    ) -> Result<Queued> {
        let call = Call::post(format!("webhook-endpoints/{id}/replay/"), key);
        self.call(&call.json(body)?).await
    }

    /// The attempts to deliver to an endpoint.
    pub fn list_webhook_attempts(&self, id: Uuid) -> List<WebhookAttempt> {
        self.list(format!("webhook-endpoints/{id}/attempts/"), Vec::new())
    }
}
