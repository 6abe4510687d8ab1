//! What the register asks of a distributed ledger, in the register's own words: no nonce, no node, and of gas only
//! what it has cost.
//!
//! A command becomes a signed submission, the caller stores it, and only then it leaves the process. From there on the
//! submission is the only identity that counts: submitting it again is harmless, and its outcome is asked for until it
//! is known. That is what makes a delivery happen exactly once across crashes.

mod command;
#[cfg(feature = "conformance")]
pub mod conformance;
mod error;
mod outcome;

use async_trait::async_trait;
use domain::{Address, AddressNature, ContractAnswer, Isin};

pub use command::{Command, Submission, SubmissionId};
pub use error::{LedgerError, Refusal};
pub use outcome::{
    Anchored, AssetState, Balances, Confirmation, Expense, Movement, Movements, Outcome, Sight,
};

/// The network that a ledger writes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Network {
    /// The name that documents and answers give it.
    pub name: String,
    /// The number that wallets know it by.
    pub chain_id: u64,
    /// Whether it runs inside this process.
    pub embedded: bool,
}

/// A ledger that the registrar writes to: one adapter per kind of network.
#[async_trait]
pub trait Ledger: Send + Sync + 'static {
    /// The network behind it.
    fn network(&self) -> &Network;

    /// Simulates the command and signs it. Nothing leaves the process; the caller stores the submission before it is
    /// submitted. One at a time: two submissions that were prepared before either was submitted exclude each other.
    ///
    /// A `CreateAsset` that took effect before gives the submission that did it, so that its outcome is found.
    ///
    /// # Errors
    /// `Refused` if the ledger would refuse the command now, `Invalid` if no ledger would accept it.
    async fn prepare(&self, command: &Command) -> Result<Submission, LedgerError>;

    /// Sends the submission. May be repeated without harm, also after it took effect.
    ///
    /// # Errors
    /// `Unavailable` and `NotProducer`: try again. Whether it took effect is what `outcome` says.
    async fn submit(&self, submission: &Submission) -> Result<(), LedgerError>;

    /// What became of a submission.
    ///
    /// # Errors
    /// `Unavailable` if the network cannot be asked now.
    async fn outcome(&self, submission: &Submission) -> Result<Outcome, LedgerError>;

    /// How far a submission is that has left.
    ///
    /// # Errors
    /// `Unavailable` if the network cannot be asked now.
    async fn sight(&self, submission: &Submission) -> Result<Sight, LedgerError>;

    /// What a transaction has cost of which the outcome was confirmed; none if that is not kept.
    ///
    /// # Errors
    /// `Unavailable` if it cannot be looked up now.
    async fn expense(&self, transaction_hash: [u8; 32]) -> Result<Option<Expense>, LedgerError>;

    /// What a unit of gas costs now, in the network's smallest unit (wei); 0 where there is no fee.
    ///
    /// # Errors
    /// `Unavailable` if the network cannot be asked now.
    async fn price(&self) -> Result<u64, LedgerError>;

    /// The state of an asset as of now, or nothing if there is none at the address.
    ///
    /// # Errors
    /// `Unavailable` if the network cannot be asked now.
    async fn asset(&self, asset: Address) -> Result<Option<AssetState>, LedgerError>;

    /// Where the asset with this ISIN is or will be.
    fn asset_address(&self, isin: &Isin) -> Address;

    /// Those of the wallets that a delivery cannot reach, so that one of them does not hold up the others.
    ///
    /// # Errors
    /// `Refused` if there is no such asset, `Unavailable` if the network cannot be asked now.
    async fn refused_receivers(
        &self,
        asset: Address,
        wallets: &[Address],
    ) -> Result<Vec<Address>, LedgerError>;

    /// The final balances of the wallets, all read at one block. The asset's own address holds the undelivered units.
    ///
    /// # Errors
    /// `Refused` if there is no such asset, `Unavailable` if the network cannot be asked now.
    async fn balances(&self, asset: Address, wallets: &[Address]) -> Result<Balances, LedgerError>;

    /// What is at an address as of now.
    ///
    /// # Errors
    /// `Unavailable` if the network cannot be asked now.
    async fn nature(&self, address: Address) -> Result<AddressNature, LedgerError>;

    /// What the contract at an address says to a signature over a hash (EIP-1271), for as much gas as a check may take.
    ///
    /// # Errors
    /// `Unavailable` if the network cannot be asked now.
    async fn accepts_signature(
        &self,
        address: Address,
        digest: [u8; 32],
        signature: &[u8],
    ) -> Result<ContractAnswer, LedgerError>;

    /// Whether an asset can keep roots of its register log. One that was issued by an earlier version may not.
    fn keeps_anchors(&self, asset: Address) -> bool;

    /// The roots of an asset's register log that were written in one block, each with what wrote it.
    ///
    /// # Errors
    /// `Unavailable` if the network cannot be asked now.
    async fn anchors(
        &self,
        asset: Address,
        block: u64,
    ) -> Result<Vec<(SubmissionId, Anchored)>, LedgerError>;

    /// What holders have moved from wallet to wallet themselves, in the final blocks after this one (from the asset's first block on for 0), a
    /// stretch of blocks at a time. What the registrar's own keys have moved is not among it, whoever used them.
    ///
    /// # Errors
    /// `Unavailable` if the network cannot be asked now, or its nodes are not equally far.
    async fn movements(&self, asset: Address, after: u64) -> Result<Movements, LedgerError>;
}
