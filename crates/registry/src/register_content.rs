//! What the register says of a product beside entries and holdings (§ 17(1) eWpG), gathered from where it is kept.

use database::Tx;
use domain::{EntryType, FieldErrors, LegalForm, Offer, RegisterContent};
use storage::Scope;
use storage::products::ProductRecord;
use wire::network::{EntryTerms, RegisterIssuer, RegisterTerms};

use crate::{Error, Registry, Result, issuers, terms};

/// All of it, as far as it is there.
pub(crate) fn gather(
    registry: &Registry,
    tx: &mut Tx,
    record: &ProductRecord,
    offer: Option<&Offer>,
) -> Result<RegisterContent> {
    let product = &record.product;
    let issuer = storage::issuers::find(tx, &Scope::ALL, product.issuer_id)?
        .ok_or(Error::NotFound("issuer"))?;
    let legal = issuers::profile(registry, tx, &issuer)?.map(|profile| profile.legal);
    let deposited = storage::terms::last(tx, product.id)?;
    let court = legal.as_ref().map(|legal| {
        let number = &legal.commercial_register_number;
        format!("{}, {number}", legal.commercial_register)
    });
    Ok(RegisterContent {
        form: product.legal_form,
        isin: Some(product.isin),
        designation: designation(product.legal_form),
        terms: deposited.map(|last| (last.version.number, last.version.document)),
        issue_volume: Some(product.max_issuable_amount),
        price: Some(product.price),
        issuer: Some(issuer.name),
        seat: legal.map(|legal| legal.city),
        lei: issuer.lei,
        commercial_register: court,
        // The issue is entered to the issuer itself, which holds it until it is delivered.
        entry_type: Some(EntryType::Single),
        own: offer
            .map(|offer| offer.register.clone())
            .unwrap_or_default(),
    })
}

/// Nothing is entered before all of it is there (§ 17(1), § 31(1) eWpG).
pub(crate) fn require(
    registry: &Registry,
    tx: &mut Tx,
    record: &ProductRecord,
    offer: &Offer,
) -> Result<()> {
    let mut errors = FieldErrors::new();
    gather(registry, tx, record, Some(offer))?.check(&mut errors);
    Ok(errors.into_result(Some(()))?)
}

/// What an electronic security calls itself (§ 4(3), § 17(1) no. 1 eWpG; KryptoFAV for units of funds).
pub(crate) fn designation(form: LegalForm) -> Option<&'static str> {
    match form {
        LegalForm::CryptoFundUnit => Some("Kryptofondsanteil"),
        form => form.is_registered().then_some("Kryptowertpapier"),
    }
}

/// The same as the register's answers carry it.
pub(crate) fn shown(
    registry: &Registry,
    tx: &mut Tx,
    record: &ProductRecord,
) -> Result<wire::network::RegisterContent> {
    let offer = storage::offers::find(tx, record.product.id)?.map(|offer| offer.offer);
    let content = gather(registry, tx, record, offer.as_ref())?;
    let address = terms::address(registry, record.product.isin.as_str());
    Ok(wire::network::RegisterContent {
        designation: content.designation.map(str::to_owned),
        name: record.product.name.clone(),
        legal_form: translate::products::legal_form(content.form),
        terms: content.terms.map(|(version, hash)| RegisterTerms {
            version,
            sha256: hex::encode(hash),
            url: format!("{address}/{version}"),
        }),
        nominal_value: content
            .price
            .and_then(domain::Price::nominal_value)
            .map(translate::money::show),
        issuer: RegisterIssuer {
            company_name: content.issuer.unwrap_or_default(),
            seat: content.seat,
            lei: content.lei.map(|lei| lei.to_string()),
            commercial_register: content.commercial_register,
        },
        entry: EntryTerms {
            collective_entry_excluded: content.own.collective_entry_excluded,
            mixed_stock: content.own.mixed_stock.clone(),
            share: content
                .own
                .share
                .as_ref()
                .map(translate::offers::show_share),
        },
    })
}
