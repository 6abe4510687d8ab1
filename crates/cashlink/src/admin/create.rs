//! `cashlink admin create …`: the parts of a network, in the words of a network file.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::{Args, Subcommand};
use domain::Isin;
use registry::{Request, creations};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::credentials::{self, NewCredential};
use super::output::print_one;
use super::people;
use crate::wiring::App;

/// What to create. What is there already is found again.
#[derive(Debug, Subcommand)]
pub enum What {
    /// A person of the registrar's, with a client for the network API
    Operator {
        /// Who it is
        #[arg(long)]
        name: String,
    },
    /// Who brings assets
    Issuer {
        /// Firm
        #[arg(long)]
        name: String,
        /// ISO 17442
        #[arg(long)]
        lei: Option<String>,
    },
    /// A distribution platform
    Partner {
        /// Firm
        #[arg(long)]
        name: String,
        /// ISO 17442
        #[arg(long)]
        lei: Option<String>,
        /// Whether its identifications count at once (trusted) or after a review (reviewed)
        #[arg(long, default_value = "reviewed")]
        identification_import: String,
        /// Its licence, as `licence` of a platform in a network file; without one it sells nothing
        #[arg(long, value_name = "FILE")]
        licence: Option<PathBuf>,
    },
    /// An API space
    Environment {
        /// Lower-case letters, digits and hyphens
        #[arg(long)]
        name: String,
    },
    /// An asset with its environment; its issue is entered and minted at once
    Product {
        /// Firm of the issuer
        #[arg(long)]
        issuer: String,
        /// An entry of `assets` as in a network file; its campaigns are not made
        #[arg(long, value_name = "FILE")]
        file: PathBuf,
        #[command(flatten)]
        account: Account,
    },
    /// The permission that a platform's investors hold an asset
    Listing {
        /// ISIN of the asset
        #[arg(long)]
        product: String,
        /// Firm of the platform
        #[arg(long)]
        partner: String,
    },
    /// The slice of an asset that a platform sells, with its listing
    Campaign(Campaign),
    /// A client ID and its secret
    Credential(NewCredential),
    /// A link by which a person becomes a member of the registrar, an issuer or a partner
    Person(people::NewMember),
}

/// An account for payments.
#[derive(Debug, Args)]
pub struct Account {
    /// Name on the account for payments
    #[arg(long)]
    account_holder: String,
    /// ISO 13616
    #[arg(long)]
    iban: String,
    /// ISO 9362
    #[arg(long)]
    bic: String,
}

/// A campaign.
#[derive(Debug, Args)]
pub struct Campaign {
    /// ISIN of the asset
    #[arg(long)]
    product: String,
    /// Firm of the platform
    #[arg(long)]
    partner: String,
    /// Reference name
    #[arg(long)]
    name: String,
    /// Units of the slice
    #[arg(long)]
    allocation: u64,
    /// Smallest order
    #[arg(long, default_value_t = 1)]
    minimum_units: u64,
    /// Largest order
    #[arg(long)]
    maximum_units: Option<u64>,
    /// A document type that every investment must carry signed; may be repeated
    #[arg(long = "required-document-type", value_name = "TYPE")]
    required_document_types: Vec<String>,
    /// Orders are taken from here on
    #[arg(long, value_name = "TIME")]
    opens_at: Option<String>,
    /// Orders are taken until here
    #[arg(long, value_name = "TIME")]
    closes_at: Option<String>,
    /// The platform may report that the issuer accepted
    #[arg(long)]
    distributor_may_accept: bool,
    /// The platform may report that the money arrived
    #[arg(long)]
    distributor_may_mark_paid: bool,
}

/// Creates it and shows its ID.
///
/// # Errors
/// What the network refuses, and entries that make no sense.
pub async fn run(app: &App, request: &Request, what: &What, json: bool) -> Result<()> {
    let (registry, facts) = (&app.registry, app.ledger_facts());
    let made: Vec<(&str, Value)> = match what {
        What::Operator { name } => {
            return credentials::create_operator(app, request, name, json).await;
        }
        What::Credential(new) => return credentials::create(app, request, new, json).await,
        What::Person(new) => people::invite(app, request, new).await?,
        What::Issuer { name, lei } => {
            let lei = lei.as_deref().map(str::parse).transpose()?;
            let id = creations::create_issuer(registry, request, &facts, name.clone(), lei).await?;
            vec![("id", json!(id.uuid())), ("name", json!(name))]
        }
        What::Partner {
            name,
            lei,
            identification_import,
            licence,
        } => {
            let licence = licence.as_deref().map(json_file).transpose()?;
            let entry = json!({
                "key": name,
                "name": name,
                "lei": lei,
                "identification_import": identification_import,
                "licence": licence,
            });
            let id =
                creations::create_platform(registry, request, &facts, entry_of(entry)?).await?;
            vec![("id", json!(id.uuid())), ("name", json!(name))]
        }
        What::Environment { name } => {
            let id = creations::create_environment(registry, request, &facts, name.clone()).await?;
            let url = format!(
                "{}/environments/{name}/api/external",
                registry.settings.public_url
            );
            vec![
                ("id", json!(id.uuid())),
                ("name", json!(name)),
                ("url", json!(url)),
            ]
        }
        What::Product {
            issuer,
            file,
            account,
        } => {
            let (entry, account) = (asset(file)?, entry_of(account.entry())?);
            let made = creations::create_product(
                registry,
                request,
                &facts,
                issuer.clone(),
                account,
                entry,
            )
            .await?;
            vec![
                ("id", json!(made.product.uuid())),
                ("environment", json!(made.environment_name)),
                ("token_address", json!(made.token_address.to_string())),
            ]
        }
        What::Listing { product, partner } => {
            creations::create_listing(registry, request, &facts, isin(product)?, partner.clone())
                .await?;
            vec![("product", json!(product)), ("partner", json!(partner))]
        }
        What::Campaign(campaign) => {
            let (isin, entry) = (isin(&campaign.product)?, entry_of(campaign.entry())?);
            let id = creations::create_campaign(registry, request, &facts, isin, entry).await?;
            vec![("id", json!(id.uuid())), ("name", json!(campaign.name))]
        }
    };
    print_one(&made, json);
    Ok(())
}

impl Account {
    fn entry(&self) -> Value {
        json!({"account_holder": self.account_holder, "iban": self.iban, "bic": self.bic})
    }
}

impl Campaign {
    fn entry(&self) -> Value {
        json!({
            "platform": self.partner,
            "name": self.name,
            "allocation": self.allocation,
            "minimum_units": self.minimum_units,
            "maximum_units": self.maximum_units,
            "required_document_types": self.required_document_types,
            "opens_at": self.opens_at,
            "closes_at": self.closes_at,
            "distributor_may_accept": self.distributor_may_accept,
            "distributor_may_mark_paid": self.distributor_may_mark_paid,
        })
    }
}

/// The network file's own reader checks what was said here.
fn entry_of<T: DeserializeOwned>(entry: Value) -> Result<T> {
    Ok(serde_json::from_value(entry)?)
}

fn json_file(file: &Path) -> Result<Value> {
    let shown = || file.display().to_string();
    let text = std::fs::read_to_string(file).with_context(shown)?;
    serde_json::from_str(&text).with_context(shown)
}

fn asset<T: DeserializeOwned>(file: &Path) -> Result<T> {
    let mut entry = json_file(file)?;
    if let Some(entry) = entry.as_object_mut() {
        // Issuer and campaigns are said elsewhere; a network file has them here.
        entry.insert("issuer".to_owned(), json!(""));
        entry.insert("campaigns".to_owned(), json!([]));
    }
    serde_json::from_value(entry).with_context(|| file.display().to_string())
}

fn isin(text: &str) -> Result<Isin> {
    text.parse().with_context(|| format!("{text} is no ISIN"))
}
