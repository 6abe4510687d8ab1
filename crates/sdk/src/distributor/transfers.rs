//! Transfers between investors.

use uuid::Uuid;
use wire::transfers::TransferCreate;

use super::Distributor;
use crate::answers::Transfer;
use crate::connection::Call;
use crate::list::List;
use crate::{Key, Result};

impl Distributor {
    /// Instructs a transfer that the holder has signed; an event tells how it ends.
    ///
    /// # Errors
    /// As every call.
    pub async fn create_transfer(&self, body: &TransferCreate, key: &Key) -> Result<Transfer> {
        self.call(&Call::post("transfers/", key).json(body)?).await
    }

    /// The transfers that the platform has instructed.
    pub fn list_transfers(&self) -> List<Transfer> {
        self.list("transfers/", Vec::new())
    }

    /// One of them.
    ///
    /// # Errors
    /// As every call.
    pub async fn get_transfer(&self, id: Uuid) -> Result<Transfer> {
        self.call(&Call::get(format!("transfers/{id}/"))).await
    }
}
