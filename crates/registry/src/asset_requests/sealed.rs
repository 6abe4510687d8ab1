//! What people write on a request, and the campaign that was agreed: sealed under the request's own key.

use database::Tx;
use database::vault::DataKey;
use serde::{Deserialize, Serialize};
use storage::asset_requests::AssetRequestRecord;
use wire::issuing::CampaignCreate;

use crate::{Error, Registry, Result};

/// What the seal is bound to.
const CONTEXT: &str = "asset_requests.content";

/// What is sealed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Content {
    /// What the platform wrote.
    pub(super) note: Option<String>,
    /// Why it was refused.
    pub(super) reason: Option<String>,
    /// What the issuer agreed to.
    pub(super) terms: Option<CampaignCreate>,
}

pub(super) fn seal(key: &DataKey, content: &Content) -> Result<Vec<u8>> {
    let plain = serde_json::to_vec(content).map_err(Error::fault)?;
    Ok(key.seal(CONTEXT, &plain))
}

pub(super) fn open(
    registry: &Registry,
    tx: &mut Tx,
    record: &AssetRequestRecord,
) -> Result<(DataKey, Content)> {
    let key = registry.vault.key(tx, record.key)?;
    let plain = key.open(CONTEXT, &record.sealed_content)?;
    let content = serde_json::from_slice(&plain).map_err(Error::fault)?;
    Ok((key, content))
}
