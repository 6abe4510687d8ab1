//! Restrictions of disposal and rights of third parties, as they are entered for units of a holder (§ 17(2) eWpG).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Proposes to enter a restriction of disposal or a third party's right. It is entered once another actor has confirmed it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RestrictionCreate {
    /// The wallet whose units it covers.
    pub wallet_id: Uuid,
    /// `pledge`, `usufruct`, `attachment` (by a court or an authority), `lock` (agreed in favour of somebody), `freeze` (by law, court or
    /// authority) or `disentitlement` (the registrar knows that the holder is not entitled).
    #[schema(example = "pledge")]
    pub kind: String,
    /// How many units it covers; without a number all that lies in the wallet, also what comes later.
    #[serde(default)]
    #[schema(minimum = 1)]
    pub units: Option<u64>,
    /// By which right it is instructed: `holder`, `legal_transaction`, `law`, `court` or `administrative_act`.
    #[schema(example = "holder")]
    pub authority: String,
    /// In whose favour.
    pub beneficiary: Beneficiary,
    /// The address of the key with which the third party will sign in the holder's place; only for a right of a third party.
    #[serde(default)]
    pub key_address: Option<String>,
    /// What it rests on, such as a contract or the file number of an order.
    #[schema(example = "Pledge agreement of 2 November 2026")]
    pub legal_basis: String,
    /// Until when it was agreed or ordered. It ends with its release all the same.
    #[serde(default)]
    #[schema(format = Date)]
    pub valid_until: Option<String>,
    /// What it rests on: a document that was uploaded before.
    pub document_id: Uuid,
    /// For the one who confirms and for the record.
    #[schema(min_length = 1, max_length = 4000)]
    pub reason: String,
}

/// Proposes to end a restriction or right, or a part of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RestrictionRelease {
    /// How many units become free; all of it without a number.
    #[serde(default)]
    #[schema(minimum = 1)]
    pub units: Option<u64>,
    /// By which right it is instructed: `third_party`, `holder`, `law`, `court` or `administrative_act`.
    #[schema(example = "third_party")]
    pub authority: String,
    /// Whether the holder has assured that the beneficiary consents; needed if the holder instructs.
    #[serde(default)]
    pub beneficiary_consents: bool,
    /// What it rests on.
    #[schema(example = "Declaration of release of 3 December 2026")]
    pub legal_basis: String,
    /// What it rests on: a document that was uploaded before.
    pub document_id: Uuid,
    /// For the one who confirms and for the record.
    #[schema(min_length = 1, max_length = 4000)]
    pub reason: String,
}

/// In whose favour something is entered (§ 8 eWpRV): a person by name, birth and residence, or an organisation by name and seat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Beneficiary {
    /// First names of a person.
    #[serde(default)]
    pub forename: Option<String>,
    /// Family name of a person.
    #[serde(default)]
    pub surname: Option<String>,
    /// Date of birth of a person.
    #[serde(default)]
    #[schema(format = Date)]
    pub birth_date: Option<String>,
    /// Place of residence of a person.
    #[serde(default)]
    pub residence: Option<String>,
    /// Name or firm of an organisation.
    #[serde(default)]
    pub name: Option<String>,
    /// Seat of an organisation.
    #[serde(default)]
    pub seat: Option<String>,
}

/// A restriction of disposal or a third party's right.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Restriction {
    /// Identifies it.
    pub id: Uuid,
    /// The product.
    pub product_id: Uuid,
    /// Random identifier of the holder whose units it covers (§ 17(2) eWpG).
    pub holder_id: Uuid,
    /// The wallet whose units it covers.
    pub wallet_address: String,
    /// Such as `pledge`. Text, because later versions know more.
    #[schema(example = "pledge")]
    pub kind: String,
    /// How many units it covered when it was entered; null for all that lies in the wallet.
    pub units: Option<u64>,
    /// How many of them it covers now; null for all that lies in the wallet, 0 once it has ended.
    pub units_left: Option<u64>,
    /// How far it is.
    pub status: RestrictionStatus,
    /// Why it was rejected; null unless it was.
    pub rejection: Option<String>,
    /// Random identifier of the beneficiary.
    pub beneficiary_id: Uuid,
    /// Who that is; null once the data were erased.
    pub beneficiary: Option<Beneficiary>,
    /// What it rests on; null once the data were erased.
    pub legal_basis: Option<String>,
    /// Until when it was agreed or ordered.
    #[schema(format = Date)]
    pub valid_until: Option<String>,
    /// The address of the key with which the third party signs.
    pub key_address: Option<String>,
    /// By which right it was instructed.
    pub authority: String,
    /// The document that it rests on.
    pub document_id: Uuid,
    /// SHA-256 of that document, hexadecimal.
    pub document_hash: String,
    /// The decision that it was instructed by.
    pub decision_id: Uuid,
    /// Its place in the product's queue of instructions.
    pub instruction: u64,
    /// The entry of the register; null before.
    pub entry: Option<u64>,
    /// RFC 3339, UTC.
    #[schema(format = DateTime)]
    pub received_at: String,
}

/// How far a restriction is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RestrictionStatus {
    /// In the queue, or on its way to the DLT network.
    Processing,
    /// In the register.
    Entered,
    /// It has ended.
    Released,
    /// It was not entered.
    Rejected,
}

/// What is entered for a holding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HoldingRestriction {
    /// The entry that made it.
    pub entry: u64,
    /// Such as `pledge`.
    #[schema(example = "pledge")]
    pub kind: String,
    /// How many units it covers; null for all that lies in the wallet.
    pub units: Option<u64>,
    /// Random identifier of the beneficiary (§ 17(2) eWpG).
    pub beneficiary_id: Uuid,
}
