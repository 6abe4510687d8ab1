//! Redemptions: units go back to the issuer against payment.

use uuid::Uuid;
use wire::investments::Nothing;
use wire::redemptions::RedemptionCreate;

use super::Distributor;
use crate::answers::Redemption;
use crate::connection::Call;
use crate::list::List;
use crate::{Key, Result};

impl Distributor {
    /// Gives units back that the holder has signed for; events tell how far it is.
    ///
    /// # Errors
    /// As every call.
    pub async fn create_redemption(
        &self,
        body: &RedemptionCreate,
        key: &Key,
    ) -> Result<Redemption> {
        self.call(&Call::post("redemptions/", key).json(body)?)
            .await
    }

    /// The redemptions of the platform's investors.
    pub fn list_redemptions(&self) -> List<Redemption> {
        self.list("redemptions/", Vec::new())
    }

    /// One of them.
    ///
    /// # Errors
    /// As every call.
    pub async fn get_redemption(&self, id: Uuid) -> Result<Redemption> {
        self.call(&Call::get(format!("redemptions/{id}/"))).await
    }

    /// Takes one back that was not paid.
    ///
    /// # Errors
    /// As every call.
    pub async fn withdraw_redemption(&self, id: Uuid, key: &Key) -> Result<Redemption> {
        let call = Call::post(format!("redemptions/{id}/withdraw/"), key);
        self.call(&call.json(&Nothing {})?).await
    }
}
