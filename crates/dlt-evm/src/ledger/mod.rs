//! The registrar's side of an EVM network: commands become signed transactions, receipts become outcomes.

mod addresses;
mod client;
mod commands;
mod costs;
mod deployment;
mod fees;
mod movements;
mod node;
mod offices;
mod outbox;
mod outcome;
mod refusals;
mod rotation;
mod waiting;

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use alloy::primitives::{Address as EvmAddress, keccak256};
use alloy::signers::local::PrivateKeySigner;
use async_trait::async_trait;
use database::Db;
use dlt::{
    Anchored, AssetState, Balances, Command, Expense, Ledger, LedgerError, Movements, Network,
    Outcome, Refusal, Sight, Submission, SubmissionId,
};
use domain::{Address, AddressNature, ContractAnswer, Isin};
use url::Url;

use crate::contracts::{self, SecurityToken};
use crate::signing::Signers;
use crate::{Clock, Embedded, contracts::SecurityTokenFactory};
pub use commands::MAXIMUM_BATCH;
pub use costs::{Cost, costs};
use deployment::Factory;
pub use fees::GasPrice;
pub use node::Finality;
use node::Node;
pub use offices::Office;
use offices::Offices;
pub use rotation::{Rotated, Rotation, rotate, rotate_embedded};
pub use waiting::{Waiting, waiting};

/// A real node and the registrar's keys for it.
pub struct Connection {
    /// The network's name in documents and answers.
    pub name: String,
    /// The node's JSON-RPC address.
    pub url: Url,
    /// Other nodes that have to agree with it on what the register enters.
    pub compare_with: Vec<Url>,
    /// The chain that the node must serve.
    pub chain_id: u64,
    /// The keys of the offices.
    pub signers: Signers,
    /// From when on a block counts.
    pub finality: Finality,
    /// What transactions pay.
    pub gas_price: GasPrice,
    /// How long the network may leave a transaction lying before more is offered for it.
    pub patience: Duration,
    /// How long a node may take for an answer.
    pub timeout: Duration,
    /// Hashes of other code than this version's under which tokens are accepted.
    pub accepted_code: Vec<[u8; 32]>,
    /// Where the time comes from.
    pub clock: Clock,
}

impl Connection {
    /// When more is offered for a transaction, unless somebody says otherwise.
    pub const PATIENCE: Duration = Duration::from_secs(180);
    /// How long a node may take for an answer, unless somebody says otherwise.
    pub const TIMEOUT: Duration = Duration::from_secs(20);
}

/// A ledger on an EVM network.
pub struct EvmLedger {
    network: Network,
    offices: Offices,
    factory: Factory,
    /// Whether the implementation's code is the committed one, or one that was accepted.
    genuine: bool,
    /// Whether that code knows how to keep roots of register logs.
    keeps_anchors: bool,
    /// Contracts that were seen to be tokens: an address without code accepts every call and does nothing.
    known: Mutex<HashSet<EvmAddress>>,
}

impl EvmLedger {
    /// The chain inside this process. Deploys the factory if this registrar has none yet.
    ///
    /// # Errors
    /// What the chain says, and `Fault` if it knows other accounts in the offices.
    pub async fn embedded(chain: &Embedded, signers: Signers) -> Result<Self, LedgerError> {
        let (network, offices) = Offices::embedded(chain, signers);
        Self::open(chain.db(), network, offices, &[]).await
    }

    /// A real node. Deploys the factory if this registrar has none on that network yet.
    ///
    /// # Errors
    /// `Fault` if the keys are not fit for this chain, a node serves another chain, it knows other accounts in the offices, or the tokens
    /// have other code; `Unavailable` if one does not answer.
    pub async fn connect(db: &Db, connection: Connection) -> Result<Self, LedgerError> {
        let accepted_code = connection.accepted_code.clone();
        let (network, offices) = Offices::connect(db, connection)?;
        Self::open(db, network, offices, &accepted_code).await
    }

    async fn open(
        db: &Db,
        network: Network,
        offices: Offices,
        accepted_code: &[[u8; 32]],
    ) -> Result<Self, LedgerError> {
        let client = &offices.registry;
        client.node.check_chain().await?;
        client.node.saw_final(client.outbox.highest_block().await?);
        let factory = deployment::find_or_deploy(db, &offices).await?;
        let deployed = client.node.code(factory.implementation).await?;
        let code = keccak256(&deployed);
        let genuine = deployed == contracts::implementation_code(factory.address)
            || accepted_code.contains(&code.0);
        if !genuine {
            let reason = format!(
                "the tokens' implementation at {} has other code than this version was built with: run the version that deployed it, or, \
                 if that code has been checked, name its hash {code} in dlt.accepted_code",
                factory.implementation
            );
            if !network.embedded {
                return Err(refusals::fault("code", reason));
            }
            tracing::error!("{reason}");
        }
        Ok(Self {
            network,
            offices,
            factory,
            genuine,
            keeps_anchors: contracts::keeps_anchors(&deployed),
            known: Mutex::default(),
        })
    }

    fn node(&self) -> &Node {
        &self.offices.registry.node
    }

    /// Whether nobody holds the key of an address: the network's built-in contracts, and those of ours that are known.
    fn is_contract(&self, address: EvmAddress) -> bool {
        address.as_slice().starts_with(&[0; 18])
            || address == self.factory.address
            || address == self.factory.implementation
            || self
                .known
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .contains(&address)
    }

    /// The account of an office.
    #[must_use]
    pub fn account(&self, office: Office) -> Address {
        from_evm(self.offices.of(office).account())
    }

    /// The factory's account.
    #[must_use]
    pub fn factory(&self) -> Address {
        from_evm(self.factory.address)
    }

    async fn require_asset(&self, asset: EvmAddress) -> Result<(), LedgerError> {
        if self
            .known
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .contains(&asset)
        {
            return Ok(());
        }
        if self.node().code(asset).await? != contracts::clone_code(self.factory.implementation) {
            return Err(Refusal::UnknownAsset(from_evm(asset)).into());
        }
        self.known
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(asset);
        Ok(())
    }

    /// The submission that created the asset, if it was created with these very values.
    async fn find_creation(&self, command: &Command) -> Result<Option<Submission>, LedgerError> {
        let Command::CreateAsset {
            isin,
            issue_volume,
            terms_hash,
            ..
        } = command
        else {
            return Ok(None);
        };
        let token = to_evm(self.asset_address(isin));
        let block = self
            .node()
            .view(token, &SecurityToken::issuedInBlockCall {})
            .await?;
        let logs = self
            .node()
            .events::<SecurityTokenFactory::AssetCreated>(self.factory.address, block);
        let creation = logs.await?.into_iter().find(|(_, event)| {
            event.token == token
                && event.issueVolume == *issue_volume
                && event.termsHash == *terms_hash
        });
        Ok(creation.map(|(id, _)| Submission {
            id,
            payload: Vec::new(),
        }))
    }
}

#[async_trait]
impl Ledger for EvmLedger {
    fn network(&self) -> &Network {
        &self.network
    }

    async fn prepare(&self, command: &Command) -> Result<Submission, LedgerError> {
        let (to, data) = commands::encode(command, self.factory.address)?;
        if to != self.factory.address {
            self.require_asset(to).await?;
        }
        let mut receivers = commands::receivers(command).into_iter();
        if let Some(nobody) = receivers.find(|wallet| self.is_contract(to_evm(*wallet))) {
            return Err(Refusal::ReceiverRefused(nobody).into());
        }
        let purpose = commands::purpose(command);
        let client = self.offices.of(commands::office(command));
        let prepared = match client.prepare(Some(to), data, purpose).await {
            Err(LedgerError::Refused(Refusal::AssetExists(asset))) => {
                let found = self.find_creation(command).await?;
                return found.ok_or_else(|| Refusal::AssetExists(asset).into());
            }
            Err(LedgerError::Refused(
                refusal @ (Refusal::InsufficientUnits { .. } | Refusal::NotEnforcement(_)),
            )) if self.offices.are_apart() => {
                let Some((to, data)) = commands::by_enforcement(command) else {
                    return Err(refusal.into());
                };
                let enforcement = &self.offices.enforcement;
                enforcement.prepare(Some(to), data, purpose).await
            }
            prepared => prepared,
        };
        prepared.map(|(submission, _)| submission)
    }

    async fn submit(&self, submission: &Submission) -> Result<(), LedgerError> {
        self.offices.sender(submission)?.submit(submission).await
    }

    async fn outcome(&self, submission: &Submission) -> Result<Outcome, LedgerError> {
        let sender = self.offices.sender(submission)?;
        sender.outcome(submission).await
    }

    async fn sight(&self, submission: &Submission) -> Result<Sight, LedgerError> {
        let sender = self.offices.sender(submission)?;
        sender.sight(submission).await
    }

    async fn expense(&self, transaction_hash: [u8; 32]) -> Result<Option<Expense>, LedgerError> {
        let outbox = &self.offices.registry.outbox;
        outbox.expense(transaction_hash.into()).await
    }

    async fn price(&self) -> Result<u64, LedgerError> {
        match self.offices.registry.gas_price {
            GasPrice::Free => Ok(0),
            GasPrice::Market { .. } => Ok(self.node().market().await?.expected()),
        }
    }

    async fn asset(&self, asset: Address) -> Result<Option<AssetState>, LedgerError> {
        let token = to_evm(asset);
        let code = self.node().code(token).await?;
        if code.is_empty() {
            return Ok(None);
        }
        let state = self
            .node()
            .view(token, &SecurityToken::registerCall {})
            .await?;
        let code_matches =
            self.genuine && code == contracts::clone_code(self.factory.implementation);
        Ok(Some(AssetState {
            issued: state.issueVolume,
            undelivered: state.undelivered_,
            next_sequence: state.nextSequence,
            paused: state.paused_,
            code_matches,
        }))
    }

    fn asset_address(&self, isin: &Isin) -> Address {
        let Factory {
            address,
            implementation,
        } = self.factory;
        from_evm(contracts::token_address(
            address,
            implementation,
            commands::isin_bytes(isin),
        ))
    }

    async fn refused_receivers(
        &self,
        asset: Address,
        wallets: &[Address],
    ) -> Result<Vec<Address>, LedgerError> {
        let accounts = wallets.iter().copied().map(to_evm).collect();
        let call = SecurityToken::refusedReceiversCall { accounts };
        let refused = self.node().view(to_evm(asset), &call).await?;
        let contracts = wallets.iter().copied().filter(|wallet| {
            self.is_contract(to_evm(*wallet)) && !refused.contains(&to_evm(*wallet))
        });
        let barred = refused.iter().copied().map(from_evm);
        Ok(barred.chain(contracts).collect())
    }

    async fn balances(&self, asset: Address, wallets: &[Address]) -> Result<Balances, LedgerError> {
        let accounts = wallets.iter().copied().map(to_evm).collect();
        let (at_block, units) = self.node().final_balances(to_evm(asset), accounts).await?;
        Ok(Balances {
            at_block: at_block.saturating_to(),
            units: units.iter().map(|units| units.saturating_to()).collect(),
        })
    }

    async fn nature(&self, address: Address) -> Result<AddressNature, LedgerError> {
        if self.is_contract(to_evm(address)) {
            return Ok(AddressNature::Network);
        }
        addresses::nature(self.node(), to_evm(address)).await
    }

    async fn accepts_signature(
        &self,
        address: Address,
        digest: [u8; 32],
        signature: &[u8],
    ) -> Result<ContractAnswer, LedgerError> {
        let node = self.node();
        addresses::accepts_signature(node, to_evm(address), digest, signature).await
    }

    fn keeps_anchors(&self, _: Address) -> bool {
        self.keeps_anchors
    }

    async fn anchors(
        &self,
        asset: Address,
        block: u64,
    ) -> Result<Vec<(SubmissionId, Anchored)>, LedgerError> {
        let written = self.node().events(to_evm(asset), block).await?;
        let written = written.into_iter();
        Ok(written
            .map(|(id, event)| (id, contracts::anchored(&event)))
            .collect())
    }

    async fn movements(&self, asset: Address, after: u64) -> Result<Movements, LedgerError> {
        movements::after(&self.offices.registry, to_evm(asset), after).await
    }
}

/// A fresh wallet whose key the caller keeps for an investor: its address and its secret.
#[must_use]
pub fn managed_wallet() -> (Address, [u8; 32]) {
    let signer = PrivateKeySigner::random();
    (from_evm(signer.address()), signer.to_bytes().0)
}

pub(crate) fn to_evm(address: Address) -> EvmAddress {
    EvmAddress::from(address.bytes())
}

pub(crate) fn from_evm(address: EvmAddress) -> Address {
    Address::from_bytes(address.into_array())
}
