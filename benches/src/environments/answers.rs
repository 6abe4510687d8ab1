//! What an environment says, in the published shapes.

use uuid::Uuid;
use wire::Page;
use wire::events::EventFeed;
use wire::investments::{Investment, InvestmentCreate, InvestmentStatus, Payment};
use wire::investors::{Investor, InvestorCreate, KycStatus};
use wire::money::Money;
use wire::products::{Campaign, LegalForm, Product, ProductStatus, ProductType};
use wire::webhook_endpoints::{
    WebhookAuthentication, WebhookEndpoint, WebhookEndpointCreate, WebhookEndpointStatus,
};

use super::environment;
use crate::clock::days_ago;

/// The price of a unit in cents.
const PRICE: u64 = 100_000;
const ISSUER: &str = "Lastprobe Emission GmbH";
const UNITS: u64 = 500_000_000;

/// A list of one.
pub fn page<T>(one: T) -> Page<T> {
    Page {
        count: 1,
        next: None,
        previous: None,
        results: vec![one],
    }
}

pub fn investor(id: Uuid, body: InvestorCreate) -> Investor {
    let now = days_ago(0).to_string();
    Investor {
        id,
        kyc_status: KycStatus::Success,
        natural_person: body.natural_person,
        legal_person: body.legal_person,
        bank_account: body.bank_account,
        tax_information: body.tax_information,
        communication: body.communication,
        account_setup_accepted_at: body.account_setup_accepted_at,
        is_custodian_bank: body.is_custodian_bank.unwrap_or_default(),
        created_at: now.clone(),
        updated_at: now,
    }
}

pub fn investment(id: Uuid, number: usize, body: &InvestmentCreate) -> Investment {
    let now = days_ago(0).to_string();
    let total = euros(body.units * PRICE);
    Investment {
        id,
        investor_id: body.investor_id,
        campaign_id: body.campaign_id,
        product_id: product_id(number),
        units: body.units,
        remaining_units: 0,
        status: InvestmentStatus::WaitingForAcceptance,
        blocked_by: None,
        signed_at: body.signed_at.clone().unwrap_or_else(|| now.clone()),
        accepted_at: None,
        paid_at: None,
        delivered_at: None,
        wallet: None,
        wallet_address: None,
        transaction_hash: None,
        dlt_transaction: None,
        signed_documents: body.signed_documents.clone(),
        total: total.clone(),
        payment: Payment {
            total,
            account_holder: ISSUER.to_owned(),
            iban: "DE89370400440532013000".to_owned(),
            bic: "COBADEFFXXX".to_owned(),
            reference: id.simple().to_string(),
            due_date: None,
        },
        reason: None,
        created_at: now.clone(),
        changed_at: now,
    }
}

pub fn product(number: usize) -> Product {
    Product {
        id: product_id(number),
        issuer_id: Uuid::nil(),
        issuer_name: ISSUER.to_owned(),
        name: format!("Lastprobe Anleihe {number}"),
        product_type: ProductType::Bond,
        legal_form: LegalForm::EwpgBearerBond,
        ewpg: true,
        isin: "DE000BENCH07".to_owned(),
        provide_nominal_value: true,
        nominal_value: Some(euros(PRICE)),
        issuance_price: None,
        max_issuable_amount: UNITS,
        step_size: 1,
        agio_percent: "0".to_owned(),
        payment_deadline: 14,
        cancellation_deadline: 0,
        network: "bench".to_owned(),
        chain_id: 1,
        token_address: None,
        status: ProductStatus::Active,
        sector: None,
        description: None,
        terms: Vec::new(),
        created_at: days_ago(1).to_string(),
    }
}

pub fn campaign(number: usize) -> Campaign {
    Campaign {
        id: environment::campaign(number),
        product_id: product_id(number),
        name: format!("Kampagne {number}"),
        allocation: UNITS,
        available: UNITS,
        minimum_units: 1,
        maximum_units: None,
        required_document_types: Vec::new(),
        opens_at: None,
        closes_at: None,
    }
}

pub fn no_events() -> EventFeed {
    EventFeed {
        results: Vec::new(),
        last: None,
        has_more: false,
    }
}

pub fn endpoint(id: Uuid, body: WebhookEndpointCreate) -> WebhookEndpoint {
    WebhookEndpoint {
        id,
        url: body.url,
        authentication: WebhookAuthentication::None,
        event_types: body.event_types.unwrap_or_default(),
        description: body.description,
        status: WebhookEndpointStatus::Enabled,
        secret: body.secret,
        created_at: days_ago(0).to_string(),
    }
}

fn product_id(number: usize) -> Uuid {
    Uuid::from_u128(0x0090_0000_0000_4000_8000_0000_0000_0000 + number as u128)
}

fn euros(cents: u64) -> Money {
    Money {
        amount: cents.to_string(),
        decimals: 2,
        currency: "EUR".to_owned(),
    }
}
