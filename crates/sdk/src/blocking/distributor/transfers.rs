//! Transfers between investors, one call at a time.

use uuid::Uuid;
use wire::transfers::TransferCreate;

use super::Distributor;
use crate::answers::Transfer;
use crate::blocking::List;
use crate::{Key, Result};

impl Distributor {
    /// Instructs a transfer that the holder has signed; an event tells how it ends.
    ///
    /// # Errors
    /// As every call.
    pub fn create_transfer(&self, body: &TransferCreate, key: &Key) -> Result<Transfer> {
        self.runtime.wait(self.inner.create_transfer(body, key))?
    }

    /// The transfers that the platform has instructed.
    pub fn list_transfers(&self) -> List<Transfer> {
        List::new(&self.runtime, self.inner.list_transfers())
    }

    /// One of them.
    ///
    /// # Errors
    /// As every call.
    pub fn get_transfer(&self, id: Uuid) -> Result<Transfer> {
        self.runtime.wait(self.inner.get_transfer(id))?
    }
}
