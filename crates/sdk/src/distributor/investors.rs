//! Investors, and what they bring: identifications, benefiting persons, wallets.

use uuid::Uuid;
use wire::identifications::{BenefitingPersonCreate, IdentificationCreate};
use wire::investors::InvestorCreate;
use wire::wallets::{ManagedWalletCreate, WalletCreate, WalletPatch};

use super::Distributor;
use crate::answers::{BenefitingPerson, Identification, Investor, Wallet};
use crate::connection::Call;
use crate::list::List;
use crate::{Key, MergePatch, Result};

impl Distributor {
    /// Creates an investor.
    ///
    /// # Errors
    /// As every call.
    pub async fn create_investor(&self, body: &InvestorCreate, key: &Key) -> Result<Investor> {
        self.call(&Call::post("investors/", key).json(body)?).await
    }

    /// The platform's investors.
    pub fn list_investors(&self) -> List<Investor> {
        self.list("investors/", Vec::new())
    }

    /// One of them.
    ///
    /// # Errors
    /// As every call.
    pub async fn get_investor(&self, id: Uuid) -> Result<Investor> {
        self.call(&Call::get(format!("investors/{id}/"))).await
    }

    /// Changes an investor. Each change needs a key of its own: [`Key::of`] an ID that counts the investor's versions.
    ///
    /// # Errors
    /// As every call.
    pub async fn update_investor(
        &self,
        id: Uuid,
        patch: &MergePatch,
        key: &Key,
    ) -> Result<Investor> {
        let call = Call::patch(format!("investors/{id}/"), key);
        self.call(&call.exactly(&patch.0)?).await
    }

    /// Imports an identification; an empty body asks the registrar for one, and the answer has the page on which it goes on.
    ///
    /// # Errors
    /// As every call.
    pub async fn create_identification(
        &self,
        investor: Uuid,
        body: &IdentificationCreate,
        key: &Key,
    ) -> Result<Identification> {
        let call = Call::post(format!("investors/{investor}/identifications/"), key);
        self.call(&call.json(body)?).await
    }

    /// The identifications of an investor.
    pub fn list_identifications(&self, investor: Uuid) -> List<Identification> {
        self.list(format!("investors/{investor}/identifications/"), Vec::new())
    }

    /// One of them.
    ///
    /// # Errors
    /// As every call.
    pub async fn get_identification(&self, investor: Uuid, id: Uuid) -> Result<Identification> {
        let path = format!("investors/{investor}/identifications/{id}/");
        self.call(&Call::get(path)).await
    }

    /// Adds a beneficial owner of a company.
    ///
    /// # Errors
    /// As every call.
    pub async fn create_benefiting_person(
        &self,
        investor: Uuid,
        body: &BenefitingPersonCreate,
        key: &Key,
    ) -> Result<BenefitingPerson> {
        let call = Call::post(format!("investors/{investor}/benefiting-persons/"), key);
        self.call(&call.json(body)?).await
    }

    /// The beneficial owners of a company.
    pub fn list_benefiting_persons(&self, investor: Uuid) -> List<BenefitingPerson> {
        self.list(
            format!("investors/{investor}/benefiting-persons/"),
            Vec::new(),
        )
    }

    /// Registers a wallet that is kept outside the network (`eth-generic`).
    ///
    /// # Errors
    /// As every call.
    pub async fn create_wallet(
        &self,
        investor: Uuid,
        body: &WalletCreate,
        key: &Key,
    ) -> Result<Wallet> {
        let call = Call::post(format!("investors/{investor}/wallets/eth-generic/"), key);
        self.call(&call.json(body)?).await
    }

    /// Opens a wallet in the network's custody (`eth-managed`).
    ///
    /// # Errors
    /// As every call.
    pub async fn create_managed_wallet(
        &self,
        investor: Uuid,
        body: &ManagedWalletCreate,
        key: &Key,
    ) -> Result<Wallet> {
        let call = Call::post(format!("investors/{investor}/wallets/eth-managed/"), key);
        self.call(&call.json(body)?).await
    }

    /// The wallets of an investor.
    pub fn list_wallets(&self, investor: Uuid) -> List<Wallet> {
        self.list(format!("investors/{investor}/wallets/"), Vec::new())
    }

    /// One of them.
    ///
    /// # Errors
    /// As every call.
    pub async fn get_wallet(&self, investor: Uuid, id: Uuid) -> Result<Wallet> {
        let path = format!("investors/{investor}/wallets/{id}/");
        self.call(&Call::get(path)).await
    }

    /// Changes a wallet, for example whether it takes incoming transfers.
    ///
    /// # Errors
    /// As every call.
    pub async fn update_wallet(
        &self,
        investor: Uuid,
        id: Uuid,
        body: &WalletPatch,
        key: &Key,
    ) -> Result<Wallet> {
        let call = Call::patch(format!("investors/{investor}/wallets/{id}/"), key);
        self.call(&call.json(body)?).await
    }
}
