//! Which law a product stands under, and what its units cost.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::Currency;

fn euro(amount: i64) -> Money {
    Money::new(amount, 2, Currency::EUR).unwrap()
}

fn bond(agio: &str) -> Product {
    Product {
        id: "0198c5a2-7a43-7e11-b8f3-0d6c1f2a9b70".parse().unwrap(),
        issuer_id: "0198c5a2-7a43-7e11-b8f3-0d6c1f2a9b71".parse().unwrap(),
        name: "Havelkontor Anleihe".to_owned(),
        product_type: ProductType::Bond,
        legal_form: LegalForm::EwpgBearerBond,
        ewpg: true,
        isin: "DE000BASF111".parse().unwrap(),
        price: Price::Nominal(euro(100_000)),
        max_issuable_amount: Units::new(12_000).unwrap(),
        step_size: Units::new(1).unwrap(),
        agio: agio.parse().unwrap(),
        terms: Terms {
            payment_deadline_days: 14,
            cancellation_deadline_days: 0,
        },
        network: "ETH-MAINNET".to_owned(),
    }
}

#[test]
fn the_total_includes_the_agio() {
    assert_eq!(bond("0").total(Units::new(3).unwrap()), Ok(euro(300_000)));
    assert_eq!(bond("2.5").total(Units::new(3).unwrap()), Ok(euro(307_500)));
    assert_eq!(
        bond("0").total(Units::try_from(i64::MAX).unwrap()),
        Err(Refusal::AmountOverflow)
    );
}

#[test]
fn the_price_is_the_field_that_the_product_names() {
    assert_eq!(
        Price::from_fields(true, Some(euro(5)), None),
        Ok(Price::Nominal(euro(5)))
    );
    assert_eq!(
        Price::from_fields(false, None, Some(euro(5))),
        Ok(Price::Issuance(euro(5)))
    );
    let missing = Price::from_fields(false, Some(euro(5)), None).unwrap_err();
    assert_eq!(
        (
            missing.as_slice()[0].field.as_str(),
            missing.as_slice()[0].code
        ),
        ("issuance_price", FieldCode::Missing)
    );
    let nothing = Price::from_fields(true, Some(euro(0)), None).unwrap_err();
    assert_eq!(nothing.as_slice()[0].code, FieldCode::OutOfRange);
}

#[test]
fn loans_and_rights_are_never_electronic_securities() {
    for product_type in [
        ProductType::SubordinatedLoan,
        ProductType::ParticipationRight,
    ] {
        for given in LegalForm::ALL.into_iter().map(Some).chain([None]) {
            assert!(
                LegalForm::resolve(true, product_type, given).is_err(),
                "{product_type} {given:?}"
            );
        }
        assert_eq!(
            LegalForm::resolve(false, product_type, None),
            Ok(LegalForm::AssetInvestment)
        );
    }
}

#[test]
fn a_form_is_derived_or_has_to_fit() {
    assert_eq!(
        LegalForm::resolve(true, ProductType::Bond, None),
        Ok(LegalForm::EwpgBearerBond)
    );
    assert_eq!(
        LegalForm::resolve(true, ProductType::DigitalCompanyShare, None),
        Ok(LegalForm::EwpgRegisteredShare)
    );
    assert_eq!(
        LegalForm::resolve(true, ProductType::FundShare, None),
        Ok(LegalForm::CryptoFundUnit)
    );
    assert_eq!(
        LegalForm::resolve(false, ProductType::Bond, None),
        Ok(LegalForm::SecurityToken)
    );
    assert!(LegalForm::resolve(true, ProductType::Aif, None).is_err());
    assert!(LegalForm::resolve(true, ProductType::Aif, Some(LegalForm::CryptoFundUnit)).is_ok());
    assert!(LegalForm::resolve(true, ProductType::Bond, Some(LegalForm::SecurityToken)).is_err());
}

#[test]
fn only_electronic_securities_are_registered() {
    for product_type in ProductType::ALL {
        for form in LegalForm::ALL {
            assert!(
                !form.fits(true, product_type) || form.is_registered(),
                "{product_type} {form}"
            );
            assert!(
                !form.fits(false, product_type) || !form.is_registered(),
                "{product_type} {form}"
            );
        }
        assert!(LegalForm::derived(false, product_type).is_some());
    }
}

#[test]
fn every_code_is_read_as_it_is_shown() {
    for product_type in ProductType::ALL {
        assert_eq!(product_type.to_string().parse(), Ok(product_type));
    }
    for form in LegalForm::ALL {
        assert_eq!(form.to_string().parse(), Ok(form));
    }
    for status in ProductStatus::ALL {
        assert_eq!(status.to_string().parse(), Ok(status));
    }
}
