//! A company's consent to the transfer of shares that are bound to it (§ 25(3) eWpG, § 68(2) AktG).

use crate::{Address, Date, InstructionId, ProductId, Timestamp, TransferConsentId, Units};

/// One consent: it covers one transfer from one wallet to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransferConsent {
    /// Identifies it.
    pub id: TransferConsentId,
    /// The shares.
    pub product: ProductId,
    /// The wallet that they leave.
    pub source: Address,
    /// The wallet that they reach.
    pub target: Address,
    /// At most so many of them.
    pub units: Units,
    /// Where the declaration is kept, if it was not given here.
    pub reference: Option<String>,
    /// Its last day, which counts in full; none if it has none.
    pub valid_until: Option<Date>,
    /// When it was recorded.
    pub given_at: Timestamp,
    /// The client or person who has recorded it.
    pub given_by: String,
    /// When it was taken back, if it was.
    pub withdrawn_at: Option<Timestamp>,
    /// The transfer that rests on it, unless that was refused in the end.
    pub used_by: Option<InstructionId>,
}

/// Where a consent stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConsentStatus {
    /// A transfer can rest on it.
    Open,
    /// One does.
    Used,
    /// It was taken back before one did.
    Withdrawn,
    /// Its last day went by before one did.
    Expired,
}

impl TransferConsent {
    /// Where it stands.
    #[must_use]
    pub fn status(&self, now: Timestamp) -> ConsentStatus {
        let is_over = |day: Date| now >= day.end_of_day_berlin();
        match (self.used_by, self.withdrawn_at) {
            (Some(_), _) => ConsentStatus::Used,
            (None, Some(_)) => ConsentStatus::Withdrawn,
            (None, None) if self.valid_until.is_some_and(is_over) => ConsentStatus::Expired,
            (None, None) => ConsentStatus::Open,
        }
    }
}

/// The consent that a transfer of so many units rests on, among those for its two wallets: the smallest that covers it, and of equals the
/// oldest, so that none is spent on less than it has to be.
#[must_use]
pub fn that_covers(
    consents: &[TransferConsent],
    units: Units,
    now: Timestamp,
) -> Option<TransferConsentId> {
    consents
        .iter()
        .filter(|one| one.status(now) == ConsentStatus::Open && one.units >= units)
        .min_by_key(|one| (one.units, one.given_at, one.id.uuid()))
        .map(|one| one.id)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use uuid::Uuid;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn consent(number: u128, units: u64) -> TransferConsent {
        TransferConsent {
            id: TransferConsentId::from_uuid(Uuid::from_u128(number)),
            product: ProductId::from_uuid(Uuid::nil()),
            source: Address::from_bytes([1; 20]),
            target: Address::from_bytes([2; 20]),
            units: Units::new(units).unwrap(),
            reference: None,
            valid_until: None,
            given_at: at("2026-06-01T10:00:00Z"),
            given_by: "the company".to_owned(),
            withdrawn_at: None,
            used_by: None,
        }
    }

    #[test]
    fn the_smallest_that_covers_is_used() {
        let consents = [consent(1, 9), consent(2, 3), consent(3, 5), consent(4, 5)];
        let now = at("2026-06-02T10:00:00Z");
        let covers = |units| that_covers(&consents, Units::new(units).unwrap(), now);
        assert_eq!(covers(3), Some(consents[1].id));
        assert_eq!(covers(4), Some(consents[2].id));
        assert_eq!(covers(9), Some(consents[0].id));
        assert_eq!(covers(10), None);
    }

    #[test]
    fn only_an_open_one_is_used() {
        let mut one = consent(1, 5);
        one.valid_until = Some(Date::parse("2026-06-10").unwrap());
        let last_second = at("2026-06-10T21:59:59Z");
        assert_eq!(one.status(last_second), ConsentStatus::Open);
        let next = last_second.plus_seconds(1);
        assert_eq!(one.status(next), ConsentStatus::Expired);
        one.withdrawn_at = Some(last_second);
        assert_eq!(one.status(next), ConsentStatus::Withdrawn);
        one.used_by = Some(InstructionId::from_uuid(Uuid::nil()));
        assert_eq!(one.status(next), ConsentStatus::Used);
        assert_eq!(
            that_covers(&[one], Units::new(1).unwrap(), last_second),
            None
        );
    }
}
