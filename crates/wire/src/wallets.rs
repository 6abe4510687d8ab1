//! Wallets of an investor (reference section 9).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Registers a wallet that is kept outside the network (`eth-generic`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WalletCreate {
    /// EIP-55; mixed case must pass its checksum.
    #[schema(example = "0x52908400098527886E0F7030069857D2E4169EE7")]
    pub address: String,
    /// Whether the wallet takes incoming transfers; standing agreement of its holder.
    #[serde(default)]
    pub receiving_enabled: Option<bool>,
}

/// Opens a managed wallet (`eth-managed`); the body may be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ManagedWalletCreate {
    /// Whether the wallet takes incoming transfers.
    #[serde(default)]
    pub receiving_enabled: Option<bool>,
}

/// Changes a wallet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WalletPatch {
    /// Whether the wallet takes incoming transfers.
    #[serde(default)]
    pub receiving_enabled: Option<bool>,
}

/// A wallet of exactly one investor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Wallet {
    /// Named as `wallet` on an investment.
    pub id: Uuid,
    /// Who keeps the key.
    #[serde(rename = "type")]
    pub kind: WalletType,
    /// With its EIP-55 checksum.
    pub address: String,
    /// Whether the wallet takes incoming transfers.
    pub receiving_enabled: bool,
    /// Whether its holder is identified and tax data is present, so that units can be delivered.
    pub eligible: bool,
    /// Frozen wallets neither send nor receive.
    pub frozen: bool,
}

/// Who keeps the key of a wallet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub enum WalletType {
    /// The investor or its custodian.
    #[serde(rename = "eth-generic")]
    EthGeneric,
    /// The network's custody.
    #[serde(rename = "eth-managed")]
    EthManaged,
}
