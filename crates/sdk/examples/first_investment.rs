//! A broker's first sale: investor, identification, wallet and investment in one environment, followed until the units are delivered.
//!
//! `cargo run -p cashlink-sdk --example first_investment -- credentials.json` after `cashlink demo --no-story --credentials credentials.json`.

use std::time::Duration;

use cashlink_sdk::answers::Investment;
use cashlink_sdk::wire::identifications::IdentificationCreate;
use cashlink_sdk::wire::investments::{InvestmentCreate, InvestmentStatus};
use cashlink_sdk::wire::investors::{Communication, InvestorCreate, NaturalPerson, TaxInformation};
use cashlink_sdk::wire::wallets::WalletCreate;
use cashlink_sdk::{Client, Distributor, Environment, Key};
use uuid::Uuid;

type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// What a partner has stored before it calls: access to the asset, its own IDs of customer and order, and what was signed when.
#[derive(Clone)]
pub struct Sale {
    /// URL and credentials.
    pub environment: Environment,
    /// The partner's campaign there.
    pub campaign_id: Uuid,
    /// The partner's own ID of the customer.
    pub customer: String,
    /// The partner's own ID of the order.
    pub order: String,
    /// Where the units go.
    pub wallet_address: String,
    /// RFC 3339; the customer was identified on the same day.
    pub signed_at: String,
}

/// Sells ten units; running it again with the same IDs changes nothing and gives the same answers.
pub async fn sell(sale: Sale) -> Outcome<Investment> {
    let distributor = Client::new(sale.environment)?.distributor();
    // The customer's own ID is the key of everything that is made for the customer.
    let customer = Key::of(&sale.customer);

    let protocol = distributor
        .upload_document(
            "protocol.pdf",
            "application/pdf",
            &b"%PDF-1.4\n%%EOF\n"[..],
            &customer,
        )
        .await?;
    let investor = distributor.create_investor(&erika(), &customer).await?;
    let identification = identification(protocol.id, &sale.signed_at);
    distributor
        .create_identification(investor.id, &identification, &customer)
        .await?;
    let wallet = WalletCreate {
        address: sale.wallet_address,
        receiving_enabled: Some(true),
    };
    let wallet = distributor
        .create_wallet(investor.id, &wallet, &customer)
        .await?;

    let order = Key::of(&sale.order);
    let body = InvestmentCreate {
        investor_id: investor.id,
        campaign_id: sale.campaign_id,
        units: 10,
        signed_at: Some(sale.signed_at.clone()),
        signed_documents: Vec::new(),
        // This campaign has both mandates, so the broker reports acceptance and payment.
        accepted_at: Some(sale.signed_at.clone()),
        paid_at: Some(sale.signed_at),
        wallet: Some(wallet.id.to_string()),
    };
    let investment = distributor.create_investment(&body, &order).await?;
    delivered(&distributor, investment.id).await
}

async fn delivered(distributor: &Distributor, id: Uuid) -> Outcome<Investment> {
    for _ in 0..300 {
        let investment = distributor.get_investment(id).await?;
        if investment
            .status
            .as_ref()
            .is_some_and(|status| *status == InvestmentStatus::Delivered)
        {
            return Ok(investment);
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    Err(format!("{id} was not delivered within a minute").into())
}

fn erika() -> InvestorCreate {
    let text = str::to_owned;
    InvestorCreate {
        natural_person: NaturalPerson {
            salutation: Some(text("MS")),
            forename: text("Erika"),
            surname: text("Mustermann"),
            birth_date: text("1984-01-31"),
            birth_place: text("Berlin"),
            citizenship: text("DEU"),
            street: text("Heidestr. 17"),
            city: text("Köln"),
            zip: text("51147"),
            country: text("DEU"),
            phone: None,
            is_pep: Some(false),
            is_subject_to_us_tax: Some(false),
        },
        legal_person: None,
        bank_account: None,
        tax_information: Some(TaxInformation {
            tax_identification_number: Some(text("36574261809")),
            non_assessment_certificate: None,
            is_subject_to_german_tax: Some(true),
        }),
        communication: Some(Communication {
            email: Some(text("erika@example.com")),
            email_confirmed: Some(true),
        }),
        is_beneficiary: Some(true),
        account_setup_accepted_at: None,
        is_custodian_bank: None,
        wallets: Vec::new(),
    }
}

fn identification(protocol: Uuid, verified_at: &str) -> IdentificationCreate {
    IdentificationCreate {
        document_type: Some("IDCARD".to_owned()),
        document_id: Some("L01X00T47".to_owned()),
        document_issuer: Some("Stadt Köln".to_owned()),
        document_valid_from: Some("2024-05-02".to_owned()),
        document_valid_to: Some("2034-05-01".to_owned()),
        identity_provider: Some("POSTIDENT".to_owned()),
        legitimation_process_id: Some("P-1".to_owned()),
        legitimation_protocol_id: Some(protocol),
        verified_at: Some(verified_at.to_owned()),
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a partner's program has the real time"
)]
#[allow(dead_code, reason = "tests have their own")]
fn now() -> String {
    jiff::Timestamp::now().to_string()
}

#[tokio::main]
#[allow(dead_code, clippy::print_stdout, reason = "tests call what main calls")]
async fn main() -> Outcome<()> {
    let path = std::env::args()
        .nth(1)
        .unwrap_or_else(|| "credentials.json".to_owned());
    let file: serde_json::Value = serde_json::from_slice(&std::fs::read(path)?)?;
    let access = &file["environments"][0];
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let run = Uuid::new_v4();
    let investment = sell(Sale {
        environment: Environment {
            url: text(&access["url"]),
            client_id: text(&access["distributor"]["client_id"]),
            client_secret: text(&access["distributor"]["client_secret"]),
        },
        campaign_id: text(&access["campaign_id"]).parse()?,
        customer: format!("customer-{run}"),
        order: format!("order-{run}"),
        wallet_address: format!("0x{}{}", run.simple(), &run.simple().to_string()[..8]),
        signed_at: now(),
    })
    .await?;
    println!(
        "{} is delivered in {:?}",
        investment.id, investment.transaction_hash
    );
    Ok(())
}
