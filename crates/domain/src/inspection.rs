//! Inspection of the register by others than its participants (§ 10 eWpG): on which ground what may be shown, and for how long it is noted.

use serde::{Deserialize, Serialize};

use crate::{Date, FieldCode, FieldErrors, Timestamp};

/// Years that an inspection is noted (§ 10(5) sentence 4 eWpG).
const NOTED_YEARS: i64 = 2;

crate::offer::codes! {
    /// The ground of an inspection.
    InspectionBasis = "legitimate_interest, special_interest, authority" {
        /// Somebody shows a legitimate interest (§ 10(2) eWpG).
        LegitimateInterest = "legitimate_interest",
        /// A special legitimate interest, for which it is necessary, and which the holder's does not outweigh (§ 10(3) eWpG).
        SpecialInterest = "special_interest",
        /// An authority needs it for its duties (§ 10(4) eWpG).
        Authority = "authority",
    }
    /// What is shown.
    InspectionScope = "register, holder" {
        /// The register of a product, its holders by their identifiers.
        Register = "register",
        /// One holder: what is entered for it, and who it is (§ 10(3) eWpG).
        Holder = "holder",
    }
    /// How far an inspection is.
    InspectionStatus = "requested, granted, refused" {
        /// Nobody has decided yet.
        Requested = "requested",
        /// It may be carried out.
        Granted = "granted",
        /// It may not.
        Refused = "refused",
    }
}

/// The three parts that § 10(3) eWpG asks for, each in words.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Assessment {
    /// What the special legitimate interest is.
    pub interest: String,
    /// Why the inspection is necessary for it.
    pub necessity: String,
    /// Why the holder's interest in secrecy does not outweigh it.
    pub balance: String,
}

/// Checks that the ground carries what is to be shown. Fields are named as the API has them.
pub fn check(
    errors: &mut FieldErrors,
    basis: InspectionBasis,
    scope: InspectionScope,
    assessment: Option<&Assessment>,
    names_a_holder: bool,
) {
    if names_a_holder != (scope == InspectionScope::Holder) {
        let message = "Name the holder if who it is shall be shown, and only then.";
        errors.push("holder_id", FieldCode::OutOfRange, message);
    }
    if scope == InspectionScope::Register {
        return;
    }
    match (basis, assessment) {
        (InspectionBasis::LegitimateInterest, _) => {
            let message = "Who a holder is needs a special legitimate interest (§ 10(3) eWpG).";
            errors.push("legal_basis", FieldCode::OutOfRange, message);
        }
        (InspectionBasis::SpecialInterest, None) => errors.missing("assessment"),
        (InspectionBasis::SpecialInterest, Some(assessment)) => {
            let parts = [
                ("assessment.interest", &assessment.interest),
                ("assessment.necessity", &assessment.necessity),
                ("assessment.balance", &assessment.balance),
            ];
            for (field, text) in parts {
                crate::text::check_text(errors, field, text);
            }
        }
        // The conditions are presumed to be met (§ 10(4) eWpG).
        (InspectionBasis::Authority, _) => {}
    }
}

/// Whether the note of an inspection of this time has to be destroyed: two years after its date, by the calendar in Berlin.
#[must_use]
pub fn is_to_be_destroyed(requested: Timestamp, today: Date) -> bool {
    today > last_day(requested)
}

/// The last day on which the note of an inspection is kept.
#[must_use]
pub fn last_day(requested: Timestamp) -> Date {
    requested.berlin_date().add_months(12 * NOTED_YEARS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(basis: InspectionBasis, scope: InspectionScope, with: Option<&Assessment>) -> usize {
        let mut errors = FieldErrors::new();
        check(
            &mut errors,
            basis,
            scope,
            with,
            scope == InspectionScope::Holder,
        );
        errors.as_slice().len()
    }

    #[test]
    fn reg_25_who_a_holder_is_needs_all_three_parts() {
        use InspectionBasis::{Authority, LegitimateInterest, SpecialInterest};
        use InspectionScope::{Holder, Register};
        let whole = Assessment {
            interest: "A claim against the holder".to_owned(),
            necessity: "Nobody else knows who it is".to_owned(),
            balance: "The claim is enforceable".to_owned(),
        };
        assert_eq!(refused(LegitimateInterest, Register, None), 0);
        assert_eq!(refused(LegitimateInterest, Holder, Some(&whole)), 1);
        assert_eq!(refused(SpecialInterest, Holder, None), 1);
        assert_eq!(
            refused(SpecialInterest, Holder, Some(&Assessment::default())),
            3
        );
        for part in [0, 1, 2] {
            let mut two = whole.clone();
            let parts = [&mut two.interest, &mut two.necessity, &mut two.balance];
            parts[part].clear();
            assert_eq!(refused(SpecialInterest, Holder, Some(&two)), 1);
        }
        assert_eq!(refused(SpecialInterest, Holder, Some(&whole)), 0);
        assert_eq!(refused(Authority, Holder, None), 0);
        let mut errors = FieldErrors::new();
        check(&mut errors, Authority, Register, None, true);
        assert_eq!(errors.as_slice().len(), 1);
    }

    #[test]
    fn reg_26_a_note_is_kept_for_two_years_and_no_day_longer() {
        // An hour before midnight in Berlin, and an hour after it, which is the same day in UTC.
        for (at, last) in [
            ("2026-11-23T22:00:00Z", "2028-11-23"),
            ("2026-11-23T23:30:00Z", "2028-11-24"),
            ("2028-02-29T12:00:00Z", "2030-02-28"),
        ] {
            let at = at.parse().unwrap();
            let last = Date::parse(last).unwrap();
            assert_eq!(last_day(at), last);
            assert!(!is_to_be_destroyed(at, last));
            assert!(is_to_be_destroyed(at, last.add_days(1)));
        }
    }
}
