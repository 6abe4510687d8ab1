//! Transfers between investors (reference section 7.6).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Moves units from a wallet of an own investor to a wallet of another investor of the environment, whoever's that is.
///
/// The holder instructs by signing typed data (EIP-712) with the key of the source wallet, as `eth_signTypedData_v4` does. The domain is
/// `name` "Cashlink Register", `version` "1", `chainId` the network's and `verifyingContract` the product's token; the primary type is
/// `Transfer(address from,address to,uint256 amount,uint256 nonce,uint256 deadline)`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TransferCreate {
    /// The product whose units move.
    pub product: Uuid,
    /// The wallet that gives, of an own investor.
    pub source_wallet: Uuid,
    /// The address of the wallet that receives.
    #[schema(example = "0x52908400098527886E0F7030069857D2E4169EE7")]
    pub target_address: String,
    /// Units.
    #[schema(minimum = 1)]
    pub amount: u64,
    /// The signed `nonce`, decimal: any number that was not signed with these facts before, best a random one.
    #[serde(default)]
    #[schema(example = "190283719028371")]
    pub nonce: Option<String>,
    /// The signed `deadline` in seconds since 1970 (UTC): an instruction that comes later is refused.
    #[serde(default)]
    #[schema(example = 1_790_000_000)]
    pub deadline: Option<i64>,
    /// The signature: 0x and 65 bytes. Where a right of a third party is entered for the units, that of the third party's key.
    #[serde(default)]
    pub signature: Option<String>,
    /// The registered key that has signed. Of an `ed25519` key the signature is 0x and 64 bytes, over the text that `docs/transfers.md` shows;
    /// without it the signature is that of the wallet's key, or of a registered `eip712` key.
    #[serde(default)]
    pub instruction_key: Option<Uuid>,
    /// The version of the product's terms that the instruction was given under; refused if another one is in force.
    #[serde(default)]
    #[schema(minimum = 1)]
    pub terms_version: Option<u32>,
    /// Needed where a restriction in favour of somebody is entered for the units: the holder's word that this one consents.
    #[serde(default)]
    pub beneficiary_assurance: Option<BeneficiaryAssurance>,
}

/// The holder's word that who benefits from a restriction consents to the change (§ 18(1) sentence 2 eWpG).
///
/// Signed as the transfer itself is, with its `nonce` and `deadline`; the primary type is
/// `BeneficiaryAssurance(address wallet,uint256 amount,uint256 nonce,uint256 deadline,string text)`. The text of version `1` is "I assure the
/// registrar that the person in whose favour the restriction is entered consents to this change."
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BeneficiaryAssurance {
    /// Which text was signed.
    #[schema(example = "1")]
    pub version: String,
    /// The signature: 0x and 65 bytes.
    pub signature: String,
}

/// A transfer, which is an instruction to the product's register.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Transfer {
    /// Identifies it.
    pub id: Uuid,
    /// The product whose units move.
    pub product: Uuid,
    /// The wallet that gives.
    pub source_wallet: Uuid,
    /// The address that receives, with its EIP-55 checksum.
    pub target_address: String,
    /// Units.
    pub amount: u64,
    /// How far it is.
    pub status: TransferStatus,
    /// Why it failed; null unless it has.
    pub reason: Option<TransferFailure>,
    /// Its place in the product's queue of instructions, from 1 without gaps; they are carried out in this order.
    pub sequence: u64,
    /// The transaction on the DLT network; null until it is final.
    pub transaction_hash: Option<String>,
    /// When the instruction was received. RFC 3339, UTC.
    #[schema(format = DateTime)]
    pub received_at: String,
    /// When it succeeded or failed; null before. RFC 3339, UTC.
    #[schema(format = DateTime)]
    pub ended_at: Option<String>,
    /// On what it rests if the registrar re-registers the units without the holder's signature: `succession`, `court_order`,
    /// `administrative_act`, `lost_key` or `reversal` (of a wrong entry). Null for what was signed. Text, because later versions know more.
    #[serde(default)]
    pub ground: Option<String>,
    /// The entry of the register that has reversed it, if it was wrong.
    #[serde(default)]
    pub reversed_by: Option<u64>,
}

/// How far a transfer is. Nothing else comes after `succeeded` or `failed`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TransferStatus {
    /// In the queue or on its way to the DLT network.
    Processing,
    /// In the register.
    Succeeded,
    /// Nothing has moved, and nothing will.
    Failed,
}

impl TransferStatus {
    /// As partners see it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Processing => "processing",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
        }
    }
}

/// Why a transfer failed after it was accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TransferFailure {
    /// One of the codes with which transfers are refused, or `withdrawn`.
    pub code: String,
    /// The same for a person.
    pub message: String,
}

/// What the registrar says about transfers of a product.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TransferRules {
    /// Whether transfers are stopped for now.
    pub paused: bool,
}
