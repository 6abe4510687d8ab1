//! The two offices and their accounts: whose key signs what, whether the chain knows them, and how one is passed on.

use std::sync::Arc;
use std::time::Duration;

use alloy::primitives::{Address, Bytes};
use alloy::rpc::client::RpcClient;
use alloy::sol_types::SolCall as _;
use async_trait::async_trait;
use database::Db;
use dlt::{LedgerError, Network, Outcome, Refusal, Submission};

use super::client::{Client, sender_of};
use super::commands::Purpose;
use super::deployment::has_issued;
use super::node::Node;
use super::outbox::Outbox;
use super::{Connection, Finality, GasPrice, from_evm, to_evm};
use crate::Embedded;
use crate::contracts::{SecurityToken, SecurityTokenFactory};
use crate::signing::{Signer, SignerError, Signers};

const FIRST_PAUSE: Duration = Duration::from_millis(20);
/// One key for both, on a development chain.
const BOTH: &str = "both offices";
/// Pauses double up to about four seconds: some five minutes in all, longer than a public network needs for a block.
const LONGEST_PAUSE: Duration = Duration::from_secs(4);
const LOOKS: u32 = 80;
/// Proposing, accepting, and each again if it was in vain.
const MOST_STEPS: u32 = 6;

/// An office, as the contracts have them (decision 0021).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Office {
    /// Creates and delivers, carries instructions out, writes terms and checkpoints.
    Registry,
    /// Freezes, bars, and moves what is frozen.
    Enforcement,
}

impl Office {
    /// Its section of the configuration.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Registry => "registry",
            Self::Enforcement => "enforcement",
        }
    }
}

/// Both accounts on one network; the same one twice on a development chain.
pub(super) struct Offices {
    pub(super) registry: Client,
    pub(super) enforcement: Client,
}

impl Offices {
    pub(super) fn embedded(chain: &Embedded, signers: Signers) -> (Network, Self) {
        let network = Network {
            name: "embedded".into(),
            chain_id: chain.chain_id(),
            embedded: true,
        };
        let rpc = RpcClient::new(chain.clone(), true);
        let account = to_evm(signers.registry.address());
        let registry = Client {
            node: Arc::new(Node::new(
                vec![rpc],
                (network.chain_id, true),
                Finality::Latest,
            )),
            outbox: Outbox::new(chain.db().clone(), network.chain_id, account),
            signer: signers.registry,
            role: BOTH,
            gas_price: GasPrice::Free,
            patience: Connection::PATIENCE,
            clock: chain.clock(),
        };
        (network, Self::of_two(registry, signers.enforcement))
    }

    pub(super) fn connect(db: &Db, connection: Connection) -> Result<(Network, Self), LedgerError> {
        let checked = connection.signers.check(connection.chain_id);
        checked.map_err(|error| LedgerError::Fault(error.to_string()))?;
        let http = reqwest::Client::builder()
            .timeout(connection.timeout)
            .build()
            .map_err(|error| LedgerError::Fault(error.to_string()))?;
        let urls = std::iter::once(connection.url).chain(connection.compare_with);
        let clients = urls.map(|url| RpcClient::new_http_with_client(http.clone(), url));
        let network = Network {
            name: connection.name,
            chain_id: connection.chain_id,
            embedded: false,
        };
        let account = to_evm(connection.signers.registry.address());
        let registry = Client {
            node: Arc::new(Node::new(
                clients.collect(),
                (network.chain_id, false),
                connection.finality,
            )),
            outbox: Outbox::new(db.clone(), network.chain_id, account),
            signer: connection.signers.registry,
            role: BOTH,
            gas_price: connection.gas_price,
            patience: connection.patience,
            clock: connection.clock,
        };
        let offices = Self::of_two(registry, connection.signers.enforcement);
        Ok((network, offices))
    }

    fn of_two(registry: Client, enforcement: Arc<dyn Signer>) -> Self {
        let (mut registry, mut enforcement) = (registry.clone(), registry.with(enforcement, BOTH));
        if registry.account() != enforcement.account() {
            registry.role = "the office of registry (dlt.registry)";
            enforcement.role = "the office of enforcement (dlt.enforcement)";
        }
        Self {
            registry,
            enforcement,
        }
    }

    pub(super) fn of(&self, office: Office) -> &Client {
        match office {
            Office::Registry => &self.registry,
            Office::Enforcement => &self.enforcement,
        }
    }

    pub(super) fn are_apart(&self) -> bool {
        self.registry.account() != self.enforcement.account()
    }

    /// Whose line a submission stands in. That may be an account whose key is no longer here.
    pub(super) fn sender(&self, submission: &Submission) -> Result<Client, LedgerError> {
        if submission.payload.is_empty() {
            return Ok(self.registry.clone());
        }
        let sender = sender_of(&submission.payload)?;
        let ours = [&self.registry, &self.enforcement];
        let client = ours.into_iter().find(|client| client.account() == sender);
        Ok(match client {
            Some(client) => client.clone(),
            None => self
                .registry
                .with(Arc::new(Retired(from_evm(sender))), "an office before"),
        })
    }

    /// The chain has to know both accounts in their offices. A factory gives both to who deploys it, so that enforcement is passed on
    /// before the first asset is issued, and by command after.
    pub(super) async fn take(&self, db: &Db, factory: Address) -> Result<(), LedgerError> {
        let registry = Post::registry(factory);
        let holder = registry.holder(&self.registry).await?;
        if holder != self.registry.account() {
            return Err(elsewhere(registry, holder, &self.registry));
        }
        let enforcement = Post::enforcement(factory);
        let holder = enforcement.holder(&self.registry).await?;
        if holder == self.enforcement.account() {
            return Ok(());
        }
        let (chain_id, registry) = (self.registry.node.chain_id(), self.registry.account());
        if holder == registry && !has_issued(db, chain_id, registry).await? {
            let passed = hand_over(enforcement, &self.registry, &self.enforcement).await;
            return passed.map(drop);
        }
        Err(elsewhere(enforcement, holder, &self.enforcement))
    }
}

/// An account whose key was replaced. What it had sent was final then, so that nothing is signed for it any more.
struct Retired(domain::Address);

#[async_trait]
impl Signer for Retired {
    fn address(&self) -> domain::Address {
        self.0
    }

    async fn sign(&self, _: [u8; 32]) -> Result<[u8; 64], SignerError> {
        Err(SignerError::new(
            "key_retired",
            format!("the key of {} is not in the configuration", self.0),
        ))
    }
}

/// An office of one contract.
#[derive(Clone, Copy)]
pub(super) struct Post {
    pub(super) contract: Address,
    pub(super) office: Office,
}

impl Post {
    /// Of a factory or a token: both have the same functions for it.
    pub(super) fn registry(contract: Address) -> Self {
        Self {
            contract,
            office: Office::Registry,
        }
    }

    /// Of a factory, for all its tokens.
    pub(super) fn enforcement(factory: Address) -> Self {
        Self {
            contract: factory,
            office: Office::Enforcement,
        }
    }

    pub(super) async fn holder(&self, client: &Client) -> Result<Address, LedgerError> {
        let (node, contract) = (&client.node, self.contract);
        match self.office {
            Office::Registry => {
                let call = SecurityToken::registrarCall {};
                node.view(contract, &call).await
            }
            Office::Enforcement => {
                let call = SecurityTokenFactory::enforcementCall {};
                node.view(contract, &call).await
            }
        }
    }

    fn propose(&self, account: Address) -> Bytes {
        match self.office {
            Office::Registry => SecurityToken::proposeRegistrarCall {
                registrar_: account,
            }
            .abi_encode(),
            Office::Enforcement => SecurityTokenFactory::proposeEnforcementCall {
                enforcement_: account,
            }
            .abi_encode(),
        }
        .into()
    }

    fn accept(&self) -> Bytes {
        match self.office {
            Office::Registry => SecurityToken::acceptRegistrarCall {}.abi_encode(),
            Office::Enforcement => SecurityTokenFactory::acceptEnforcementCall {}.abi_encode(),
        }
        .into()
    }
}

/// The office is with an account that is neither the one of the configuration nor one that could pass it on.
pub(super) fn elsewhere(post: Post, holder: Address, wanted: &Client) -> LedgerError {
    let office = post.office.as_str();
    super::refusals::office(format!(
        "on the chain {holder} holds the office of {office} of {}, not {}, whose key dlt.{office} is: name the key of {holder} there, \
         or pass the office on with `cashlink dlt rotate-key {office}`",
        post.contract,
        wanted.account()
    ))
}

/// Passes an office on in the contract's two steps, after all that the two accounts have sent is final. What is left to do is read from the
/// chain, so that it can end anywhere and be done again; whether anything was left is what it says.
pub(super) async fn hand_over(post: Post, from: &Client, to: &Client) -> Result<bool, LedgerError> {
    for step in 0..MOST_STEPS {
        let holder = post.holder(to).await?;
        if holder == to.account() {
            return Ok(step > 0);
        }
        if holder != from.account() {
            return Err(elsewhere(post, holder, to));
        }
        drain(from).await?;
        drain(to).await?;
        // A contract does not tell whom it was proposed, but accepting shows it.
        let accepted = to
            .prepare(Some(post.contract), post.accept(), PURPOSE)
            .await;
        let (client, submission) = match accepted {
            Ok((submission, _)) => (to, submission),
            Err(LedgerError::Refused(Refusal::NotRegistrar(_) | Refusal::NotEnforcement(_))) => {
                let proposal = post.propose(to.account());
                let prepared = from.prepare(Some(post.contract), proposal, PURPOSE).await;
                (from, prepared?.0)
            }
            Err(error) => return Err(error),
        };
        carry(client, &submission).await?;
    }
    Err(LedgerError::Unavailable(format!(
        "the office of {} of {} did not pass on",
        post.office.as_str(),
        post.contract
    )))
}

const PURPOSE: Purpose = Purpose {
    act: "office",
    asset: None,
    units: 0,
    wallets: 0,
};

/// Waits until nothing that an account has sent can take effect any more, and looks after it meanwhile.
async fn drain(client: &Client) -> Result<(), LedgerError> {
    let mut pause = FIRST_PAUSE;
    let mut open = client.outbox.open_below(u64::MAX).await?;
    for _ in 0..LOOKS {
        for submission in &open {
            look_after(client, submission).await?;
        }
        open = client.outbox.open_below(u64::MAX).await?;
        if open.is_empty() {
            return Ok(());
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
    Err(LedgerError::Unavailable(format!(
        "transactions of {} are not final yet, `cashlink dlt pending` shows them: do this again later",
        client.account()
    )))
}

/// Sends it and waits for its end, whatever that is.
async fn carry(client: &Client, submission: &Submission) -> Result<(), LedgerError> {
    let mut pause = FIRST_PAUSE;
    for _ in 0..LOOKS {
        if look_after(client, submission).await? {
            return Ok(());
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
    Err(LedgerError::Unavailable(format!(
        "transaction {} is not final yet: do this again later",
        submission.id
    )))
}

/// Whether its end is known. What passes is said, for an operator may have to do something about it.
async fn look_after(client: &Client, submission: &Submission) -> Result<bool, LedgerError> {
    let looked = async {
        client.submit(submission).await?;
        client.outcome(submission).await
    };
    match looked.await {
        Ok(Outcome::Pending) => Ok(false),
        Ok(Outcome::Confirmed(_) | Outcome::Refused { .. }) => Ok(true),
        Err(error) if error.is_transient() => {
            tracing::warn!(submission.id = %submission.id, error = %error, "transaction {} waits: {error}", submission.id);
            Ok(false)
        }
        Err(error) => Err(error),
    }
}
