//! What a registrar can tell a ledger to do, and the signed form of it.

use domain::{Address, Isin};
use serde::{Deserialize, Serialize};

/// One act of the registrar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Enters an issue: the whole volume exists from then on and lies with the issuer.
    CreateAsset {
        /// The security's identification number; decides the asset's address.
        isin: Isin,
        /// The name that wallets show.
        name: String,
        /// The short name that wallets show.
        symbol: String,
        /// Units issued.
        issue_volume: u64,
        /// The hash of the terms that the asset is committed to.
        terms_hash: [u8; 32],
    },
    /// Moves units from the issuer's holding to wallets, all or none, and admits the wallets.
    DeliverBatch {
        /// The asset's address.
        asset: Address,
        /// How many batches of this asset were delivered before; a ledger refuses any other number.
        sequence: u32,
        /// Wallet and units, each greater than zero.
        items: Vec<(Address, u64)>,
    },
    /// Moves units from one holder's wallet to another's, which has to be admitted. The registrar's act: neither a pause nor frozen units
    /// stand against it, so that whoever orders it has looked at both.
    Transfer {
        /// The asset's address.
        asset: Address,
        /// Where the units are.
        from: Address,
        /// Where they go.
        to: Address,
        /// How many, more than zero.
        units: u64,
    },
    /// Moves units from a holder's wallet back to the issuer, which is the asset's own address. The registrar's act, as [`Command::Transfer`] is.
    TakeBack {
        /// The asset's address.
        asset: Address,
        /// Where the units are.
        from: Address,
        /// How many, more than zero.
        units: u64,
    },
    /// Ends units that the issuer holds: nobody ever has them again.
    Burn {
        /// The asset's address.
        asset: Address,
        /// How many, more than zero.
        units: u64,
    },
    /// Says how many units of a wallet its holder cannot move on the network, in place of what was said before. More than lies there means
    /// all of it, also of what comes later; what the registrar moves all the same is not frozen any more.
    Freeze {
        /// The asset's address.
        asset: Address,
        /// The wallet.
        wallet: Address,
        /// How many, perhaps none.
        units: u64,
    },
    /// Bars a wallet from sending and receiving.
    Bar {
        /// The asset's address.
        asset: Address,
        /// The wallet.
        wallet: Address,
    },
    /// Lets a wallet send and receive.
    Admit {
        /// The asset's address.
        asset: Address,
        /// The wallet.
        wallet: Address,
    },
    /// Writes down the root of the asset's register log, for whoever checks a statement. Repeating it is harmless.
    Anchor {
        /// The asset's address.
        asset: Address,
        /// Entries of the log.
        size: u64,
        /// The root over them (RFC 9162).
        root: [u8; 32],
        /// The Ed25519 key that the log is signed with.
        log_key: [u8; 32],
    },
}

/// Identifies a submission: the hash of the first transaction signed for it. An adapter may replace that one, and the submission keeps its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SubmissionId(pub [u8; 32]);

impl std::fmt::Display for SubmissionId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("0x")?;
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// A signed command, ready to be stored and then sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Submission {
    /// Identifies it on the network.
    pub id: SubmissionId,
    /// What is sent. Empty if the network has it already.
    pub payload: Vec<u8>,
}
