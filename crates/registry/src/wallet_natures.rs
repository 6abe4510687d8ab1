//! What is at the address that an investor brings: asked before the transaction and not for long, and again by the clock if the DLT
//! network did not say.

use std::time::Duration;

use database::Tx;
use domain::{Address, AddressNature, Timestamp, WalletId};
use storage::wallet_questions::{self, Question};
use tokio::time::timeout;

use crate::wallet_proofs::{find, network_address};
use crate::{Error, Registry, Result, address_changes, progress};

/// How long a request waits for the DLT network, whatever `dlt.timeout_ms` allows elsewhere: somebody stands at the other end.
const PATIENCE: Duration = Duration::from_secs(2);
/// Questions of one round of the clock.
const PAGE: u32 = 100;

/// What units that come to an address wait for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wait {
    /// Nothing.
    No,
    /// Until control of it is proven.
    Proof,
    /// Until it is proven, or until the network has said that nothing is there.
    ProofOrAnswer,
}

impl Wait {
    pub(crate) fn awaits_proof(self) -> bool {
        self != Self::No
    }

    /// Leaves the question to the clock where it is open; within the transaction that keeps the wallet.
    pub(crate) fn note(
        self,
        tx: &mut Tx,
        wallet: WalletId,
        address: Address,
        at: Timestamp,
    ) -> Result<()> {
        match self {
            Self::ProofOrAnswer => Ok(wallet_questions::insert(tx, wallet, address, at)?),
            Self::No | Self::Proof => Ok(()),
        }
    }
}

/// What units wait for at each of the addresses that an investor brings. A network that has not answered for one is not asked about the
/// others, so that the request waits once.
///
/// # Errors
/// `wallet_not_accepted` for what belongs to the network itself.
pub(crate) async fn look_at(registry: &Registry, addresses: &[Address]) -> Result<Vec<Wait>> {
    let mut answers = true;
    let mut waits = Vec::with_capacity(addresses.len());
    for address in addresses {
        let nature = match answers {
            true => nature(registry, *address).await,
            false => None,
        };
        answers = nature.is_some();
        waits.push(match (nature, registry.settings.wallets.proof_demanded) {
            (Some(AddressNature::Network), _) => return Err(network_address()),
            // A contract may be nobody's wallet, and what is there cannot sign: only its own word shows that somebody has it.
            (_, true) | (Some(AddressNature::Contract), false) => Wait::Proof,
            (Some(AddressNature::Key), false) => Wait::No,
            (None, false) => Wait::ProofOrAnswer,
        });
    }
    Ok(waits)
}

/// The same of one address.
///
/// # Errors
/// `wallet_not_accepted`.
pub(crate) async fn look_at_one(registry: &Registry, address: Address) -> Result<Wait> {
    let waits = look_at(registry, &[address]).await?;
    Ok(waits.first().copied().unwrap_or(Wait::Proof))
}

/// Asks again what was not answered; called by the worker's clock. Ends with the first question that the network does not answer either.
///
/// # Errors
/// Fails if the database does.
pub async fn ask_again(registry: &Registry) -> Result<()> {
    let page = |tx: &mut Tx| Ok::<_, Error>(wallet_questions::page(tx, PAGE)?);
    for question in registry.db.read(page).await? {
        let Some(nature) = nature(registry, question.address).await else {
            return Ok(());
        };
        let own = registry.clone();
        registry
            .db
            .write(move |tx| answer(&own, tx, question, nature))
            .await?;
    }
    Ok(())
}

/// Whatever is there but a key waits for its proof, which nobody has for what belongs to the network itself.
fn answer(
    registry: &Registry,
    tx: &mut Tx,
    question: Question,
    nature: AddressNature,
) -> Result<()> {
    let person = address_changes::locked(tx, question.investor)?;
    let is_open = wallet_questions::delete(tx, question.wallet, question.address)?;
    if !is_open || nature != AddressNature::Key {
        return Ok(());
    }
    let mut wallet = find(tx, question.investor, question.wallet)?;
    match &mut wallet.change {
        Some(change) if change.address == question.address => change.awaits_proof = false,
        _ if wallet.address == question.address => wallet.awaits_proof = false,
        // It is another one by now.
        _ => return Ok(()),
    }
    storage::wallets::update(tx, &wallet)?;
    address_changes::take_effect(registry, tx, &person, &mut wallet)?;
    progress::investor_changed(registry, tx, &person)
}

async fn nature(registry: &Registry, address: Address) -> Option<AddressNature> {
    let addresses = &registry.networks.production.addresses;
    match timeout(PATIENCE, addresses.nature(address)).await {
        Ok(Ok(nature)) => Some(nature),
        Ok(Err(error)) => {
            tracing::warn!(error = %error, "what is at the address of a wallet could not be asked: {error}");
            None
        }
        Err(_) => {
            tracing::warn!(
                "what is at the address of a wallet was not answered within {} s",
                PATIENCE.as_secs()
            );
            None
        }
    }
}
