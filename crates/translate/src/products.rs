//! Products and listings.

use domain::{LegalForm, Product, ProductStatus, ProductType};
use wire::products as out;

/// What is shown of a product beside what the rules know.
pub struct Surroundings<'a> {
    /// Firm of the issuer.
    pub issuer_name: &'a str,
    /// EIP-155.
    pub chain_id: u64,
    /// The token, once it exists.
    pub token_address: Option<String>,
    /// How far the product has come.
    pub status: ProductStatus,
    /// Such as `real_estate`.
    pub sector: Option<&'a str>,
    /// What an investor should know in a paragraph.
    pub description: Option<&'a str>,
    /// Essential terms, name and value.
    pub essential_terms: &'a [(String, String)],
    /// RFC 3339, UTC.
    pub created_at: String,
}

/// A product as the network answers it.
pub fn show(product: &Product, around: Surroundings) -> out::Product {
    out::Product {
        id: product.id.uuid(),
        issuer_id: product.issuer_id.uuid(),
        issuer_name: around.issuer_name.to_owned(),
        name: product.name.clone(),
        product_type: product_type(product.product_type),
        legal_form: legal_form(product.legal_form),
        ewpg: product.ewpg,
        isin: product.isin.to_string(),
        provide_nominal_value: product.price.nominal_value().is_some(),
        nominal_value: product.price.nominal_value().map(crate::money::show),
        issuance_price: product.price.issuance_price().map(crate::money::show),
        max_issuable_amount: product.max_issuable_amount.get(),
        step_size: product.step_size.get(),
        agio_percent: product.agio.to_string(),
        payment_deadline: product.terms.payment_deadline_days,
        cancellation_deadline: product.terms.cancellation_deadline_days,
        network: product.network.clone(),
        chain_id: around.chain_id,
        token_address: around.token_address,
        status: show_status(around.status),
        sector: around.sector.map(str::to_owned),
        description: around.description.map(str::to_owned),
        terms: around
            .essential_terms
            .iter()
            .map(|(name, value)| out::Term {
                name: name.clone(),
                value: value.clone(),
            })
            .collect(),
        created_at: around.created_at,
    }
}

/// The spelling of a status.
pub(crate) fn show_status(status: ProductStatus) -> out::ProductStatus {
    match status {
        ProductStatus::Draft => out::ProductStatus::Draft,
        ProductStatus::Validation => out::ProductStatus::Validation,
        ProductStatus::Rejected => out::ProductStatus::Rejected,
        ProductStatus::Issuing => out::ProductStatus::Issuing,
        ProductStatus::Active => out::ProductStatus::Active,
    }
}

pub(crate) fn product_type(product_type: ProductType) -> out::ProductType {
    match product_type {
        ProductType::DigitalCompanyShare => out::ProductType::DigitalCompanyShare,
        ProductType::Bond => out::ProductType::Bond,
        ProductType::SubordinatedLoan => out::ProductType::SubordinatedLoan,
        ProductType::ParticipationPaper => out::ProductType::ParticipationPaper,
        ProductType::ParticipationRight => out::ProductType::ParticipationRight,
        ProductType::Aif => out::ProductType::Aif,
        ProductType::DebtSecurity => out::ProductType::DebtSecurity,
        ProductType::ConvertibleBond => out::ProductType::ConvertibleBond,
        ProductType::FundShare => out::ProductType::FundShare,
    }
}

/// A legal form as the network answers it.
pub fn legal_form(legal_form: LegalForm) -> out::LegalForm {
    match legal_form {
        LegalForm::EwpgBearerBond => out::LegalForm::EwpgBearerBond,
        LegalForm::EwpgRegisteredShare => out::LegalForm::EwpgRegisteredShare,
        LegalForm::CryptoFundUnit => out::LegalForm::CryptoFundUnit,
        LegalForm::SecurityToken => out::LegalForm::SecurityToken,
        LegalForm::AssetInvestment => out::LegalForm::AssetInvestment,
    }
}
