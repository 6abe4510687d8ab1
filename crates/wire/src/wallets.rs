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
    /// The terms of custody that the investor has accepted; needed where the network names some.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub custody_terms: Option<CustodyAcceptance>,
}

/// That an investor has accepted the terms of custody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CustodyAcceptance {
    /// Which version.
    #[schema(example = "2026-01")]
    pub version: String,
    /// When. RFC 3339.
    #[schema(format = DateTime)]
    pub accepted_at: String,
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
    /// Whether units wait until control of the address is proven. Without it nothing has to be done.
    #[serde(default)]
    pub awaits_proof: bool,
    /// How control of the address was proven; null if it was not.
    #[serde(default)]
    pub proof: Option<WalletProof>,
    /// The other address that the wallet is about to have; null unless one was asked for. Nothing comes in until then.
    #[serde(default)]
    pub address_change: Option<AddressChange>,
    /// Until when nothing is delivered to the wallet, because its investor had another one before it; null if nothing waits. RFC 3339, UTC.
    #[serde(default)]
    #[schema(format = DateTime)]
    pub cooling_until: Option<String>,
}

/// That control of an address was proven.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WalletProof {
    /// `eip191`, `eip712` or `eip1271`.
    #[schema(example = "eip191")]
    pub scheme: String,
    /// When. RFC 3339, UTC.
    #[schema(format = DateTime)]
    pub proven_at: String,
}

/// Another address that a wallet is about to have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AddressChange {
    /// The new one, with its EIP-55 checksum.
    pub address: String,
    /// When it was asked for. RFC 3339, UTC.
    #[schema(format = DateTime)]
    pub requested_at: String,
    /// From when on it holds, if it is proven where that is demanded. RFC 3339, UTC.
    #[schema(format = DateTime)]
    pub effective_at: String,
    /// Whether it waits for proof of control beyond that.
    pub awaits_proof: bool,
    /// How control of the new address was proven; null if it was not.
    pub proof: Option<WalletProof>,
}

/// Asks for another address of a wallet for which nothing was entered yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AddressChangeCreate {
    /// EIP-55; mixed case must pass its checksum.
    #[schema(example = "0x52908400098527886E0F7030069857D2E4169EE7")]
    pub address: String,
}

/// Something for the holder of a wallet's key to sign, within 15 minutes and once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WalletChallenge {
    /// Named as `challenge_id` with the proof.
    pub id: Uuid,
    /// Whose key has to sign: the wallet's, or that of the address which it is about to have.
    pub address: String,
    /// The network on which a contract wallet is asked (EIP-155).
    pub chain_id: u64,
    /// The text for `personal_sign` (EIP-191), in UTF-8.
    pub message: String,
    /// The same for `eth_signTypedData_v4` (EIP-712).
    #[schema(value_type = Object)]
    pub typed_data: serde_json::Value,
    /// RFC 3339, UTC.
    #[schema(format = DateTime)]
    pub issued_at: String,
    /// Until when it can be answered. RFC 3339, UTC.
    #[schema(format = DateTime)]
    pub expires_at: String,
}

/// What the holder of the key has signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WalletProofCreate {
    /// The challenge that was signed.
    pub challenge_id: Uuid,
    /// `eip191`: the text; `eip712`: the typed data; `eip1271`: the wallet is a contract, which says whether a signature over the hash of the
    /// typed data, or of the text, is its holder's.
    #[schema(example = "eip191")]
    pub scheme: String,
    /// 0x and 65 bytes, or 64 in the form of EIP-2098; for `eip1271` whatever the contract understands, up to 4,096 bytes.
    #[schema(max_length = 8194)]
    pub signature: String,
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
