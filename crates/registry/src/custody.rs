//! Custody of managed wallets: the boundary to whoever keeps their keys, and what it signs for their holders.
//!
//! Nothing here takes part in a transaction, so that a custodian elsewhere can serve it (`docs/wallets.md`).

mod derivation;
mod own;

use async_trait::async_trait;
use domain::{Address, InvestorId, ProductId, Timestamp, Units, WalletId, WalletKind};
use storage::Scope;
use translate::instructions::Signed;

use crate::signed_instructions::{self, Facts, Purpose};
use crate::{Registry, Result, ids};

pub use own::OwnCustody;

/// How long an instruction that custody signs may take to be received.
const DEADLINE_S: i64 = 600;

/// Whoever keeps the keys of managed wallets, under the licence that the network file records.
#[async_trait]
pub trait Custody: Send + Sync + 'static {
    /// The address of this investor's wallet, which is made with the first call. May be repeated without harm.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`] if the custodian does not answer.
    async fn create(&self, investor: InvestorId) -> Result<Address>;

    /// Signs a hash with the key of a wallet: r, s in the lower half, and v of 27 or 28. Nothing if it does not keep this key.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`] if the custodian does not answer.
    async fn sign(&self, wallet: Address, digest: [u8; 32]) -> Result<Option<[u8; 65]>>;
}

/// The terms under which investors give their keys into custody.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CustodyTerms {
    /// Which version is in force.
    pub version: String,
    /// Where it is read.
    pub url: String,
}

/// What a platform instructs for the holder of a managed wallet.
pub(crate) struct Instructed {
    pub(crate) product: ProductId,
    pub(crate) wallet: WalletId,
    pub(crate) units: Units,
    pub(crate) purpose: Purpose,
}

/// The signature of custody where the holder could not sign, in whose place it stands from there on. Nothing for any other wallet; whether
/// the instruction may be carried out is decided by what follows, as for every signature.
pub(crate) async fn sign(
    registry: &Registry,
    scope: &Scope,
    instructed: Instructed,
) -> Result<Option<Signed>> {
    let Some(custody) = &registry.custody else {
        return Ok(None);
    };
    let scope = *scope;
    let Instructed {
        product,
        wallet,
        units,
        purpose,
    } = instructed;
    let facts = registry
        .db
        .read(move |tx| -> Result<_> {
            let side = storage::transfers::side(tx, &scope, wallet)?;
            let managed = side.filter(|side| side.side.wallet.kind == WalletKind::Managed);
            let product = storage::products::find(tx, &scope, product)?;
            Ok(managed.zip(product).map(|(side, product)| Facts {
                chain_id: product.chain_id,
                token: product.token_address,
                from: side.side.wallet.address,
                units,
                purpose,
            }))
        })
        .await?;
    let Some(facts) = facts else {
        return Ok(None);
    };
    let nonce = u128::from_be_bytes(ids::bytes()).to_string();
    // In whole seconds, as it is signed.
    let now = registry.clock.now().seconds();
    let deadline = Timestamp::from_seconds(now.saturating_add(DEADLINE_S));
    let Some(digest) = signed_instructions::digest(&facts, &nonce, deadline) else {
        return Ok(None);
    };
    let signature = custody.sign(facts.from, digest).await?;
    Ok(signature.map(|signature| Signed {
        nonce,
        deadline,
        signature: signature.to_vec(),
        key: None,
    }))
}
