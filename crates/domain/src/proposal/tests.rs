//! What a proposal must be, and what may still change.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::{Currency, Money};

fn units(number: u64) -> Units {
    Units::new(number).unwrap()
}

fn proposal() -> Proposal {
    Proposal {
        name: "Havelkontor Anleihe".to_owned(),
        product_type: ProductType::Bond,
        legal_form: LegalForm::EwpgBearerBond,
        ewpg: true,
        isin: "DE000BASF111".parse().unwrap(),
        price: Price::Nominal(Money::new(100_000, 2, Currency::EUR).unwrap()),
        max_issuable_amount: units(12_000),
        step_size: units(2),
        agio: Percent::ZERO,
        terms: Terms {
            payment_deadline_days: 14,
            cancellation_deadline_days: 0,
        },
        network: "ETH-MAINNET".to_owned(),
        asset_code: "HAVEL31".to_owned(),
        sector: None,
        description: None,
        essential_terms: vec![("coupon".to_owned(), "5.25 % p.a.".to_owned())],
        is_restricted: false,
        offer: Offer {
            minimum_units: units(2),
            ..Offer::default()
        },
    }
}

fn wrong(proposal: &Proposal) -> Vec<String> {
    let mut errors = FieldErrors::new();
    proposal.check(&mut errors);
    errors
        .into_vec()
        .into_iter()
        .map(|error| error.field)
        .collect()
}

/// What a test does to a proposal that is right.
type Change = fn(&mut Proposal);

#[test]
fn a_proposal_that_makes_sense_is_accepted() {
    assert!(wrong(&proposal()).is_empty());
}

#[test]
fn every_wrong_field_is_named() {
    let cases: [(&str, Change); 9] = [
        ("name", |p| p.name = " ".to_owned()),
        ("max_issuable_amount", |p| {
            p.max_issuable_amount = Units::try_from(i64::MAX).unwrap();
        }),
        ("step_size", |p| p.step_size = Units::ZERO),
        ("asset_code", |p| p.asset_code = "HAVELKONTOR31".to_owned()),
        ("payment_deadline", |p| p.terms.payment_deadline_days = 366),
        ("description", |p| p.description = Some("x".repeat(4_001))),
        ("terms[0].name", |p| p.essential_terms[0].0.clear()),
        ("minimum_units", |p| p.offer.minimum_units = units(3)),
        ("backup_wallet_address", |p| {
            p.offer.backup_wallet = Some(
                "0x52908400098527886e0f7030069857d2e4169ee7"
                    .parse()
                    .unwrap(),
            );
        }),
    ];
    for (field, change) in cases {
        let mut proposal = proposal();
        change(&mut proposal);
        assert!(wrong(&proposal).contains(&field.to_owned()), "{field}");
    }
}

#[test]
fn only_what_partners_are_told_changes_after_the_issue() {
    for status in [ProductStatus::Validation, ProductStatus::Rejected] {
        assert!(may_change(status, "isin"));
    }
    for status in [ProductStatus::Issuing, ProductStatus::Active] {
        assert!(!may_change(status, "isin"));
        assert!(!may_change(status, "terms"));
        assert!(may_change(status, "documents"));
    }
}

#[test]
fn a_code_follows_from_the_name() {
    let isin = "DE000BASF111".parse().unwrap();
    assert_eq!(
        Proposal::default_asset_code("Nordwind Genuß 36", &isin),
        "NORDWINDGEN"
    );
    assert_eq!(Proposal::default_asset_code("ÄÖÜ", &isin), "000BASF11");
}
