//! A campaign: a product's sale through one distribution platform, and which orders it takes.

use crate::offer::check_code;
use crate::text::check_text;
use crate::{
    CampaignId, FieldCode, FieldErrors, OfferingType, ProductId, Refusal, Timestamp, Units,
};

/// A sale of a product through one distribution platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Campaign {
    /// Its id.
    pub id: CampaignId,
    /// What is sold.
    pub product_id: ProductId,
    /// Shown to partners.
    pub name: String,
    /// How many units the platform may sell.
    pub allocation: Units,
    /// How many of them investments hold at present.
    pub reserved: Units,
    /// The smallest order.
    pub minimum_units: Units,
    /// The largest order, if there is a limit.
    pub maximum_units: Option<Units>,
    /// Types of document that every investment has to have signed.
    pub required_document_types: Vec<String>,
    /// The first moment of the sale; none if it is open from the start.
    pub opens_at: Option<Timestamp>,
    /// The first moment after the sale; none if it stays open.
    pub closes_at: Option<Timestamp>,
    /// What the platform may do for the issuer.
    pub mandates: Mandates,
    /// The exemption under which it offers; none with a prospectus, or where none is needed.
    pub offering_type: Option<OfferingType>,
    /// How many persons may invest, where the exemption counts them.
    pub maximum_persons: Option<u32>,
}

/// What a platform may do on the issuer's behalf.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Mandates {
    /// Report that the issuer has accepted.
    pub distributor_may_accept: bool,
    /// Report that the investor has paid.
    pub distributor_may_mark_paid: bool,
}

impl Campaign {
    /// Notes every field that cannot be accepted, for a product with this step.
    pub fn check(&self, errors: &mut FieldErrors, step_size: Units) {
        check_text(errors, "name", &self.name);
        let one = Units::new(1).expect("one unit can be counted");
        if self.allocation < one {
            out_of_range(errors, "allocation", "A campaign sells at least one unit.");
        }
        if self.allocation < self.reserved {
            let reserved = self.reserved;
            let message =
                format!("Investments hold {reserved} units; the allocation cannot be smaller.");
            out_of_range(errors, "allocation", &message);
        }
        if self.minimum_units < one || !self.minimum_units.is_multiple_of(step_size) {
            out_of_range(
                errors,
                "minimum_units",
                "The smallest order is at least one unit and a multiple of step_size.",
            );
        }
        if self
            .maximum_units
            .is_some_and(|most| most < self.minimum_units)
        {
            out_of_range(
                errors,
                "maximum_units",
                "The largest order is not below the smallest.",
            );
        }
        if let (Some(opens_at), Some(closes_at)) = (self.opens_at, self.closes_at)
            && closes_at <= opens_at
        {
            out_of_range(errors, "closes_at", "The sale ends after it has begun.");
        }
        for (index, document_type) in self.required_document_types.iter().enumerate() {
            check_code(
                errors,
                &format!("required_document_types[{index}]"),
                document_type,
            );
        }
    }

    /// How many units can still be ordered.
    #[must_use]
    pub fn available(&self) -> Units {
        self.allocation
            .checked_sub(self.reserved)
            .unwrap_or(Units::ZERO)
    }

    /// Whether an order is taken now: so many units in the product's steps, with signed documents of these types.
    /// The reservation itself repeats the last check, because others order at the same time.
    pub fn check_order(
        &self,
        units: Units,
        step_size: Units,
        document_types: &[&str],
        now: Timestamp,
    ) -> Result<(), Refusal> {
        self.check_open(now)?;
        self.check_size(units, step_size)?;
        let missing = self
            .required_document_types
            .iter()
            .find(|required| !document_types.contains(&required.as_str()));
        if let Some(document_type) = missing {
            return Err(Refusal::RequiredDocumentMissing {
                document_type: document_type.clone(),
            });
        }
        if units > self.available() {
            return Err(Refusal::AllocationExceeded {
                units,
                available: self.available(),
            });
        }
        Ok(())
    }

    /// Whether one who is not among these investors may join them. Everybody counts who has ordered, whatever became of the order:
    /// the exemption counts those to whom the offer was made (Art. 1(4)(b) Prospectus Regulation).
    pub fn check_persons(&self, others: u64) -> Result<(), Refusal> {
        match self.maximum_persons {
            Some(maximum) if others >= u64::from(maximum) => {
                Err(Refusal::PersonsExceeded { maximum })
            }
            _ => Ok(()),
        }
    }

    fn check_open(&self, now: Timestamp) -> Result<(), Refusal> {
        if let Some(opens_at) = self.opens_at.filter(|opens_at| now < *opens_at) {
            return Err(Refusal::CampaignNotOpen { opens_at });
        }
        if let Some(closes_at) = self.closes_at.filter(|closes_at| *closes_at <= now) {
            return Err(Refusal::CampaignClosed { closes_at });
        }
        Ok(())
    }

    fn check_size(&self, units: Units, step_size: Units) -> Result<(), Refusal> {
        // Nothing at all is below every minimum.
        let minimum = self
            .minimum_units
            .max(Units::new(1).expect("one unit can be counted"));
        if units < minimum {
            return Err(Refusal::UnitsBelowMinimum { units, minimum });
        }
        if let Some(maximum) = self.maximum_units.filter(|maximum| units > *maximum) {
            return Err(Refusal::UnitsAboveMaximum { units, maximum });
        }
        if !units.is_multiple_of(step_size) {
            return Err(Refusal::UnitsOffStep { units, step_size });
        }
        Ok(())
    }
}

impl Mandates {
    /// Refuses a reported acceptance unless the platform may report it.
    pub const fn check_accept(self) -> Result<(), Refusal> {
        if self.distributor_may_accept {
            Ok(())
        } else {
            Err(Refusal::AcceptMandateMissing)
        }
    }

    /// Refuses a reported payment unless the platform may report it.
    pub const fn check_mark_paid(self) -> Result<(), Refusal> {
        if self.distributor_may_mark_paid {
            Ok(())
        } else {
            Err(Refusal::PaymentMandateMissing)
        }
    }
}

fn out_of_range(errors: &mut FieldErrors, field: &str, message: &str) {
    errors.push(field, FieldCode::OutOfRange, message);
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_000);

    fn units(number: u64) -> Units {
        Units::new(number).unwrap()
    }

    fn campaign() -> Campaign {
        Campaign {
            id: "0198c5a2-7a43-7e11-b8f3-0d6c1f2a9b70".parse().unwrap(),
            product_id: "0198c5a2-7a43-7e11-b8f3-0d6c1f2a9b71".parse().unwrap(),
            name: "Havelkontor".to_owned(),
            allocation: units(1_000),
            reserved: units(900),
            minimum_units: units(10),
            maximum_units: Some(units(200)),
            required_document_types: vec!["SUBSCRIPTION_AGREEMENT".to_owned()],
            opens_at: Some(NOW),
            closes_at: Some(NOW.plus_seconds(10)),
            mandates: Mandates::default(),
            offering_type: None,
            maximum_persons: None,
        }
    }

    fn order(number: u64) -> Result<(), Refusal> {
        campaign().check_order(
            units(number),
            units(5),
            &["KID", "SUBSCRIPTION_AGREEMENT"],
            NOW,
        )
    }

    #[test]
    fn an_order_within_every_limit_is_taken() {
        assert_eq!(order(10), Ok(()));
        assert_eq!(order(100), Ok(()));
    }

    #[test]
    fn every_limit_has_its_refusal() {
        let minimum = units(10);
        assert_eq!(
            order(0),
            Err(Refusal::UnitsBelowMinimum {
                units: units(0),
                minimum
            })
        );
        assert_eq!(
            order(9),
            Err(Refusal::UnitsBelowMinimum {
                units: units(9),
                minimum
            })
        );
        assert_eq!(
            order(201),
            Err(Refusal::UnitsAboveMaximum {
                units: units(201),
                maximum: units(200)
            })
        );
        assert_eq!(
            order(12),
            Err(Refusal::UnitsOffStep {
                units: units(12),
                step_size: units(5)
            })
        );
        assert_eq!(
            order(105),
            Err(Refusal::AllocationExceeded {
                units: units(105),
                available: units(100)
            })
        );
    }

    #[test]
    fn a_missing_document_is_named() {
        let refused = campaign().check_order(units(10), units(5), &["KID"], NOW);
        assert_eq!(
            refused,
            Err(Refusal::RequiredDocumentMissing {
                document_type: "SUBSCRIPTION_AGREEMENT".to_owned()
            })
        );
    }

    #[test]
    fn a_campaign_that_makes_no_sense_is_named_field_by_field() {
        let wrong = |change: fn(&mut Campaign)| {
            let mut campaign = campaign();
            change(&mut campaign);
            let mut errors = FieldErrors::new();
            campaign.check(&mut errors, units(5));
            let fields = errors.into_vec().into_iter().map(|error| error.field);
            fields.collect::<Vec<_>>()
        };
        assert!(wrong(|_| {}).is_empty());
        assert_eq!(wrong(|c| c.name.clear()), ["name"]);
        assert_eq!(wrong(|c| c.allocation = units(899)), ["allocation"]);
        assert_eq!(wrong(|c| c.minimum_units = units(7)), ["minimum_units"]);
        assert_eq!(
            wrong(|c| c.maximum_units = Some(units(5))),
            ["maximum_units"]
        );
        assert_eq!(wrong(|c| c.closes_at = c.opens_at), ["closes_at"]);
        assert_eq!(
            wrong(|c| c.required_document_types.push("a,b".to_owned())),
            ["required_document_types[1]"]
        );
    }

    #[test]
    fn a_sale_has_a_beginning_and_an_end() {
        let at = |moment| {
            campaign().check_order(units(10), units(5), &["SUBSCRIPTION_AGREEMENT"], moment)
        };
        assert_eq!(
            at(NOW.minus_seconds(1)),
            Err(Refusal::CampaignNotOpen { opens_at: NOW })
        );
        assert_eq!(at(NOW.plus_seconds(9)), Ok(()));
        let closes_at = NOW.plus_seconds(10);
        assert_eq!(at(closes_at), Err(Refusal::CampaignClosed { closes_at }));
    }

    #[test]
    fn without_a_mandate_nothing_is_reported() {
        assert_eq!(
            Mandates::default().check_accept(),
            Err(Refusal::AcceptMandateMissing)
        );
        assert_eq!(
            Mandates::default().check_mark_paid(),
            Err(Refusal::PaymentMandateMissing)
        );
        let both = Mandates {
            distributor_may_accept: true,
            distributor_may_mark_paid: true,
        };
        assert!(both.check_accept().is_ok() && both.check_mark_paid().is_ok());
    }

    proptest! {
        #[test]
        fn what_is_taken_fits_the_allocation(number in 0_u64..2_000, reserved in 0_u64..=1_000) {
            let campaign = Campaign { reserved: units(reserved), ..campaign() };
            if campaign.check_order(units(number), units(5), &["SUBSCRIPTION_AGREEMENT"], NOW).is_ok() {
                prop_assert!(number + reserved <= 1_000 && number % 5 == 0 && (10..=200).contains(&number));
            }
        }
    }

    #[test]
    fn a_limited_number_of_persons_may_invest() {
        let mut campaign = campaign();
        assert_eq!(campaign.check_persons(1_000), Ok(()));
        campaign.maximum_persons = Some(2);
        assert_eq!(campaign.check_persons(1), Ok(()));
        assert_eq!(
            campaign.check_persons(2),
            Err(Refusal::PersonsExceeded { maximum: 2 })
        );
    }
}
