//! What each offering type demands.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::{Currency, Money, OfferDocument, Percent, Price, ProductType, Terms};

fn units(number: u64) -> Units {
    Units::new(number).unwrap()
}

/// Units of a thousand euros.
fn product(legal_form: LegalForm) -> Product {
    Product {
        id: "0198c5a2-7a43-7e11-b8f3-0d6c1f2a9b70".parse().unwrap(),
        issuer_id: "0198c5a2-7a43-7e11-b8f3-0d6c1f2a9b71".parse().unwrap(),
        name: "Havelkontor Anleihe".to_owned(),
        product_type: ProductType::Bond,
        legal_form,
        ewpg: true,
        isin: "DE000BASF111".parse().unwrap(),
        price: Price::Nominal(Money::new(100_000, 2, Currency::EUR).unwrap()),
        max_issuable_amount: units(12_000),
        step_size: units(1),
        agio: Percent::ZERO,
        terms: Terms {
            payment_deadline_days: 14,
            cancellation_deadline_days: 0,
        },
        network: "ETH-MAINNET".to_owned(),
    }
}

fn offer(documents: &[DocumentType]) -> Offer {
    let document = |document_type: &DocumentType| OfferDocument {
        document_type: *document_type,
        version: 1,
        document: "0198c5a2-7a43-7e11-b8f3-0d6c1f2a9b70".parse().unwrap(),
        title: None,
        sha256: String::new(),
        content_type: "application/pdf".to_owned(),
        size: 1,
    };
    Offer {
        documents: documents.iter().map(document).collect(),
        ..Offer::default()
    }
}

/// The fields that are wrong for so many units in all, so many at least, and so many persons.
fn wrong(
    offering_type: OfferingType,
    legal_form: LegalForm,
    documents: &[DocumentType],
    (number, minimum, maximum_persons): (u64, u64, Option<u32>),
) -> Vec<String> {
    let placement = Placement {
        offering_type,
        product: &product(legal_form),
        offer: &offer(documents),
        units: units(number),
        minimum_units: units(minimum),
        maximum_persons,
        today: "2026-06-01".parse().unwrap(),
    };
    let mut errors = FieldErrors::new();
    placement.check(&mut errors);
    let fields = errors.into_vec().into_iter().map(|error| error.field);
    fields.collect()
}

const BOND: LegalForm = LegalForm::EwpgBearerBond;
const INVESTMENT: LegalForm = LegalForm::AssetInvestment;

#[test]
fn a_sheet_has_its_volume() {
    let wib = [DocumentType::Wib];
    for (offering_type, form, documents, most) in [
        (OfferingType::WibUpTo1M, BOND, wib, 1_000),
        (OfferingType::Wib1MTo8M, BOND, wib, 8_000),
        (OfferingType::Vib, INVESTMENT, [DocumentType::Vib], 6_000),
    ] {
        assert!(wrong(offering_type, form, &documents, (most, 1, None)).is_empty());
        let over = wrong(offering_type, form, &documents, (most + 1, 1, None));
        assert_eq!(over, ["allocation"], "{offering_type}");
    }
}

#[test]
fn a_type_needs_its_document_and_its_law() {
    assert_eq!(
        wrong(OfferingType::WibUpTo1M, BOND, &[], (1, 1, None)),
        ["offering_type"]
    );
    assert!(
        wrong(
            OfferingType::WibUpTo1M,
            BOND,
            &[DocumentType::Kid],
            (1, 1, None)
        )
        .is_empty()
    );
    assert!(
        wrong(
            OfferingType::Bib,
            INVESTMENT,
            &[DocumentType::Kid],
            (1, 1, None)
        )
        .is_empty()
    );
    assert_eq!(
        wrong(OfferingType::Vib, BOND, &[DocumentType::Kid], (1, 1, None)),
        ["offering_type"]
    );
}

#[test]
fn a_private_placement_has_a_minimum_or_few_persons() {
    let minimum = OfferingType::MinimumAmount;
    assert!(wrong(minimum, BOND, &[], (1_000, 100, None)).is_empty());
    assert_eq!(
        wrong(minimum, BOND, &[], (1_000, 99, None)),
        ["minimum_units"]
    );
    assert_eq!(
        wrong(minimum, INVESTMENT, &[], (1_000, 199, None)),
        ["minimum_units"]
    );
    let few = OfferingType::LimitedPersons;
    assert!(wrong(few, BOND, &[], (1_000, 1, Some(149))).is_empty());
    assert_eq!(
        wrong(few, BOND, &[], (1_000, 1, Some(150))),
        ["maximum_persons"]
    );
    assert_eq!(wrong(few, BOND, &[], (1_000, 1, None)), ["maximum_persons"]);
    assert_eq!(
        wrong(few, INVESTMENT, &[], (21, 1, Some(5))),
        ["allocation"]
    );
    assert_eq!(
        wrong(minimum, BOND, &[], (1_000, 100, Some(5))),
        ["maximum_persons"]
    );
}

#[test]
fn prices_of_any_decimals_are_counted() {
    for (amount, decimals, cents) in [
        (5, 0, 1_500),
        (55, 1, 1_650),
        (555, 2, 1_665),
        (5_559, 3, 1_667),
    ] {
        let price = Money::new(amount, decimals, Currency::EUR).unwrap();
        assert_eq!(price.hundredths(units(3)), cents);
    }
}
