//! What operations ask of the gateways' host.

use std::time::Duration;

use async_trait::async_trait;
use registry::gateways::{GatewayCredential, GatewayHost, GatewayState, Hosted};
use registry::{Error, Result};

use super::Hosting;

#[async_trait]
impl GatewayHost for Hosting {
    async fn keep_credential(&self, hosted: &Hosted, credential: &GatewayCredential) -> Result<()> {
        let gateway = self.open(hosted).await?;
        let client = gateway::NewClient {
            client_id: credential.client_id.clone(),
            client_secret: credential.client_secret.clone(),
        };
        let overlap = Duration::from_secs(u64::from(credential.overlap_hours) * 3600);
        let kept = gateway::keep_client(&gateway, &client, overlap);
        kept.await.map_err(Error::fault)
    }

    async fn state(&self, hosted: &Hosted) -> Result<GatewayState> {
        let gateway = self.open(hosted).await?;
        let state = async {
            Ok::<_, gateway::Error>(GatewayState {
                status: gateway::status(&gateway).await?,
                differences: gateway::differences(&gateway).await?,
                clients: gateway::clients(&gateway).await?,
            })
        };
        state.await.map_err(Error::fault)
    }

    async fn compare(&self, hosted: &Hosted) -> Result<()> {
        let gateway = self.open(hosted).await?;
        gateway::compare_again(&gateway).await.map_err(Error::fault)
    }

    async fn close(&self, hosted: &Hosted) {
        self.shut(&hosted.slug).await;
    }
}
