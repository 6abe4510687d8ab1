//! What servers answer, read tolerantly: only an ID is essential, and a field of another type than published counts as absent.
//!
//! The bodies of requests are those of [`wire`]; answers are types of their own because the API has several generations, and a
//! client that fails on a field it does not need would lose the ID of what it has just made.

mod investments;
mod investors;
mod products;
mod redemptions;
mod transfers;
mod webhook_endpoints;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

pub use crate::list::Page;
pub use investments::{BatchResult, Event, EventFeed, Investment, RegistryStatement};
pub use investors::{BenefitingPerson, Document, Identification, Investor, Wallet};
pub use products::{Campaign, Listing, Product};
pub use redemptions::Redemption;
pub use transfers::{Failure, Transfer};
pub use webhook_endpoints::{Queued, WebhookAttempt, WebhookEndpoint};

/// The value, if it is of the published type.
fn lenient<'de, D: Deserializer<'de>, T: DeserializeOwned>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    let value = Value::deserialize(deserializer)?;
    Ok(serde_json::from_value(value).ok().flatten())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::Open;
    use serde_json::json;
    use wire::investments::InvestmentStatus;

    #[test]
    fn an_id_is_enough_and_what_is_new_is_kept() {
        let id = "3fa85f64-5717-4562-b3fc-2c963f66afa6";
        let bare: Investor = serde_json::from_value(json!({"id": id})).unwrap();
        assert_eq!(
            (bare.kyc_status, bare.natural_person, bare.more.len()),
            (None, None, 0)
        );
        let other = json!({"id": id, "amount": 5, "status": "PARTLY_DELIVERED", "wallet": "0x52",
            "total": "1000 EUR", "start_url": "https://example.org/start", "tranche": {"number": 2}});
        let other: Investment = serde_json::from_value(other).unwrap();
        assert_eq!(other.units, Some(5));
        assert_eq!(
            other.status,
            Some(Open::Other("PARTLY_DELIVERED".to_owned()))
        );
        assert_eq!(other.wallet.as_deref(), Some("0x52"));
        assert_eq!(other.total, None);
        assert_eq!(other.more["tranche"]["number"], 2);
        assert!(serde_json::from_value::<Investor>(json!({"name": "x"})).is_err());
    }

    #[test]
    fn the_published_payload_of_a_webhook_is_an_event() {
        let sent = json!({"investment_id": "3fa85f64-5717-4562-b3fc-2c963f66afa6", "status": "ACCEPTED", "changed_at": "2020-10-01T08:00:00Z"});
        let event: Event = serde_json::from_value(sent).unwrap();
        assert_eq!(event.status, Some(Open::Known(InvestmentStatus::Accepted)));
        assert_eq!((event.id, event.sequence), (None, None));
    }
}
