//! Investors and what they bring, one call at a time.

use uuid::Uuid;
use wire::identifications::{BenefitingPersonCreate, IdentificationCreate};
use wire::investors::InvestorCreate;
use wire::wallets::{ManagedWalletCreate, WalletCreate, WalletPatch};

use super::Distributor;
use crate::answers::{BenefitingPerson, Identification, Investor, Wallet};
use crate::blocking::List;
use crate::{Key, MergePatch, Result};

impl Distributor {
    /// Creates an investor.
    ///
    /// # Errors
    /// As every call.
    pub fn create_investor(&self, body: &InvestorCreate, key: &Key) -> Result<Investor> {
        self.runtime.wait(self.inner.create_investor(body, key))?
    }

    /// The platform's investors.
    pub fn list_investors(&self) -> List<Investor> {
        List::new(&self.runtime, self.inner.list_investors())
    }

    /// One of them.
    ///
    /// # Errors
    /// As every call.
    pub fn get_investor(&self, id: Uuid) -> Result<Investor> {
        self.runtime.wait(self.inner.get_investor(id))?
    }

    /// Changes an investor. Each change needs a key of its own: [`Key::of`] an ID that counts the investor's versions.
    ///
    /// # Errors
    /// As every call.
    pub fn update_investor(&self, id: Uuid, patch: &MergePatch, key: &Key) -> Result<Investor> {
        self.runtime
            .wait(self.inner.update_investor(id, patch, key))?
    }

    /// Imports an identification; an empty body asks the registrar for one, and the answer has the page on which it goes on.
    ///
    /// # Errors
    /// As every call.
    pub fn create_identification(
        &self,
        investor: Uuid,
        body: &IdentificationCreate,
        key: &Key,
    ) -> Result<Identification> {
        self.runtime
            .wait(self.inner.create_identification(investor, body, key))?
    }

    /// The identifications of an investor.
    pub fn list_identifications(&self, investor: Uuid) -> List<Identification> {
        List::new(&self.runtime, self.inner.list_identifications(investor))
    }

    /// One of them.
    ///
    /// # Errors
    /// As every call.
    pub fn get_identification(&self, investor: Uuid, id: Uuid) -> Result<Identification> {
        self.runtime
            .wait(self.inner.get_identification(investor, id))?
    }

    /// Adds a beneficial owner of a company.
    ///
    /// # Errors
    /// As every call.
    pub fn create_benefiting_person(
        &self,
        investor: Uuid,
        body: &BenefitingPersonCreate,
        key: &Key,
    ) -> Result<BenefitingPerson> {
        self.runtime
            .wait(self.inner.create_benefiting_person(investor, body, key))?
    }

    /// The beneficial owners of a company.
    pub fn list_benefiting_persons(&self, investor: Uuid) -> List<BenefitingPerson> {
        List::new(&self.runtime, self.inner.list_benefiting_persons(investor))
    }

    /// Registers a wallet that is kept outside the network (`eth-generic`).
    ///
    /// # Errors
    /// As every call.
    pub fn create_wallet(&self, investor: Uuid, body: &WalletCreate, key: &Key) -> Result<Wallet> {
        self.runtime
            .wait(self.inner.create_wallet(investor, body, key))?
    }

    /// Opens a wallet in the network's custody (`eth-managed`).
    ///
    /// # Errors
    /// As every call.
    pub fn create_managed_wallet(
        &self,
        investor: Uuid,
        body: &ManagedWalletCreate,
        key: &Key,
    ) -> Result<Wallet> {
        self.runtime
            .wait(self.inner.create_managed_wallet(investor, body, key))?
    }

    /// The wallets of an investor.
    pub fn list_wallets(&self, investor: Uuid) -> List<Wallet> {
        List::new(&self.runtime, self.inner.list_wallets(investor))
    }

    /// One of them.
    ///
    /// # Errors
    /// As every call.
    pub fn get_wallet(&self, investor: Uuid, id: Uuid) -> Result<Wallet> {
        self.runtime.wait(self.inner.get_wallet(investor, id))?
    }

    /// Changes a wallet, for example whether it takes incoming transfers.
    ///
    /// # Errors
    /// As every call.
    pub fn update_wallet(
        &self,
        investor: Uuid,
        id: Uuid,
        body: &WalletPatch,
        key: &Key,
    ) -> Result<Wallet> {
        self.runtime
            .wait(self.inner.update_wallet(investor, id, body, key))?
    }
}
