//! Payout lists: to whom the issuer pays, as of a record date (§ 28 eWpG: the issuer is discharged by paying the holder).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Proposes a payout list. It is drawn up once another actor has confirmed it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PayoutListCreate {
    /// A day that is over in Berlin: the list says who held what at its end.
    #[schema(format = Date, example = "2026-11-30")]
    pub record_date: String,
    /// For the one who confirms and for the record.
    #[schema(min_length = 1, max_length = 4000)]
    pub reason: String,
}

/// A payout list, without anything about persons.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PayoutList {
    /// Identifies it.
    pub id: Uuid,
    /// The product.
    pub product_id: Uuid,
    /// The list says who held what at the end of this day in Berlin.
    #[schema(format = Date)]
    pub record_date: String,
    /// The last entry of the register that it takes into account.
    pub sequence: u64,
    /// How many holders it has; the issuer's own holding is none of them.
    pub holders: u64,
    /// What they hold together.
    pub units: u64,
    /// The decision that it was drawn up by.
    pub decision_id: Uuid,
    /// RFC 3339, UTC.
    #[schema(format = DateTime)]
    pub created_at: String,
}

/// One holder of a payout list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PayoutEntry {
    /// Random identifier of the holder (§ 17(2) eWpG).
    pub holder_id: Uuid,
    /// Who it is.
    pub investor_id: Uuid,
    /// What the holder had at the end of the record date.
    pub units: u64,
    /// Where to pay, as the investor's platform has said last; null if it has not, or if the person's data were erased.
    pub bank_account: Option<PayoutAccount>,
}

/// Where to pay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PayoutAccount {
    /// Whose account it is.
    pub account_holder: String,
    /// ISO 13616.
    pub iban: String,
    /// ISO 9362.
    pub bic: String,
}
