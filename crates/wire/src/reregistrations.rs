//! Re-registrations that the registrar makes without the holder's signature, and reversals of wrong entries (§ 18(1), (5) eWpG).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Proposes to re-register units without the holder's signature. They are re-registered once another actor has confirmed it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReregistrationCreate {
    /// The wallet whose units move, of the investor who is entered as holder.
    pub wallet_id: Uuid,
    /// On what it rests: `succession` (an heir), `court_order`, `administrative_act`, or `lost_key` (to the same investor's new wallet).
    #[schema(example = "succession")]
    pub ground: String,
    /// The wallet that receives, of an identified investor of the same environment.
    pub target_wallet_id: Uuid,
    /// How many units; without a number all that nothing has bound already. After a lost key always all.
    #[serde(default)]
    #[schema(minimum = 1)]
    pub units: Option<u64>,
    /// What it rests on, with its file number.
    #[schema(example = "Certificate of inheritance, Amtsgericht Musterstadt, 7 VI 123/26")]
    pub legal_basis: String,
    /// After a lost key: the day on which the holder was identified anew.
    #[serde(default)]
    #[schema(format = Date)]
    pub identified_on: Option<String>,
    /// What it rests on: a document that was uploaded before.
    pub document_id: Uuid,
    /// For the one who confirms and for the record.
    #[schema(min_length = 1, max_length = 4000)]
    pub reason: String,
}

/// Proposes to reverse a wrong entry (§ 18(5) eWpG): all that it has moved goes back. The entry stays in the register.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReversalCreate {
    /// The wrong entry: a delivery, a transfer, or a re-registration to somebody else.
    #[schema(minimum = 1)]
    pub entry: u64,
    /// `no_instruction` if nobody entitled had instructed it: then nobody is asked. `mistake` if it was instructed by mistake.
    #[schema(example = "no_instruction")]
    pub cause: String,
    /// After a mistake: where the consent is found of the holder from whom the units are taken.
    #[serde(default)]
    #[schema(example = "Letter of 3 March 2026")]
    pub holder_consent: Option<String>,
    /// After a mistake with a delivery: where the issuer's consent is found.
    #[serde(default)]
    #[schema(example = "Letter of 4 March 2026")]
    pub issuer_consent: Option<String>,
    /// What it rests on.
    #[schema(example = "§ 18(5) eWpG, finding of 2 March 2026")]
    pub legal_basis: String,
    /// What it rests on: a document that was uploaded before.
    pub document_id: Uuid,
    /// For the one who confirms and for the record.
    #[schema(min_length = 1, max_length = 4000)]
    pub reason: String,
}

/// A re-registration or a reversal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Reregistration {
    /// Identifies it; that of the transfer that partners see.
    pub id: Uuid,
    /// The product.
    pub product_id: Uuid,
    /// On what it rests, such as `succession`, or `reversal`. Text, because later versions know more.
    #[schema(example = "succession")]
    pub ground: String,
    /// The address of the wallet that gives.
    pub source_address: String,
    /// The address that receives; the token's own if units go back to the issuer.
    pub target_address: String,
    /// How many units.
    pub units: u64,
    /// How far it is.
    pub status: ReregistrationStatus,
    /// Why it was rejected; null unless it was.
    pub rejection: Option<String>,
    /// The wrong entry that it reverses.
    pub reverses: Option<u64>,
    /// The entry that has reversed this one.
    pub reversed_by: Option<u64>,
    /// What it rests on; null once the data were erased.
    pub legal_basis: Option<String>,
    /// When the holder who lost a key was identified anew.
    #[schema(format = Date)]
    pub identified_on: Option<String>,
    /// Why the entry that it reverses was wrong.
    pub cause: Option<String>,
    /// Where the holder's consent is found.
    pub holder_consent: Option<String>,
    /// Where the issuer's consent is found.
    pub issuer_consent: Option<String>,
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
    /// The transaction on the DLT network; null until it is final.
    pub transaction_hash: Option<String>,
    /// RFC 3339, UTC.
    #[schema(format = DateTime)]
    pub received_at: String,
}

/// How far a re-registration is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReregistrationStatus {
    /// In the queue, or on its way to the DLT network.
    Processing,
    /// In the register.
    Entered,
    /// It was entered, and was wrong.
    Reversed,
    /// It was not entered.
    Rejected,
}
