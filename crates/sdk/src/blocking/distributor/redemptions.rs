//! Redemptions, one call at a time.

use uuid::Uuid;
use wire::redemptions::RedemptionCreate;

use super::Distributor;
use crate::answers::Redemption;
use crate::blocking::List;
use crate::{Key, Result};

impl Distributor {
    /// Gives units back that the holder has signed for; events tell how far it is.
    ///
    /// # Errors
    /// As every call.
    pub fn create_redemption(&self, body: &RedemptionCreate, key: &Key) -> Result<Redemption> {
        self.runtime.wait(self.inner.create_redemption(body, key))?
    }

    /// The redemptions of the platform's investors.
    pub fn list_redemptions(&self) -> List<Redemption> {
        List::new(&self.runtime, self.inner.list_redemptions())
    }

    /// One of them.
    ///
    /// # Errors
    /// As every call.
    pub fn get_redemption(&self, id: Uuid) -> Result<Redemption> {
        self.runtime.wait(self.inner.get_redemption(id))?
    }

    /// Takes one back that was not paid.
    ///
    /// # Errors
    /// As every call.
    pub fn withdraw_redemption(&self, id: Uuid, key: &Key) -> Result<Redemption> {
        self.runtime.wait(self.inner.withdraw_redemption(id, key))?
    }
}
