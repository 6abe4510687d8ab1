//! The network file: issuers, platforms, assets and campaigns as data. The sample network is one.

use domain::{
    Bic, Currency, FieldErrors, Iban, ImportTrust, Isin, LegalForm, Money, Offer, Percent, Price,
    ProductType, Terms, Timestamp, Units,
};
use serde::Deserialize;
use translate::offers::OfferBody;
use wire::issuing::{Coupon, Fees, Question, TargetMarket};

/// A whole network.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetworkFile {
    /// The network itself.
    pub network: Network,
    /// Who brings assets.
    pub issuers: Vec<IssuerEntry>,
    /// Who sells them.
    pub platforms: Vec<PlatformEntry>,
    /// Assets, one environment each.
    pub assets: Vec<AssetEntry>,
}

/// The network itself.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Network {
    /// Short name.
    pub name: String,
    /// Firm of the registrar.
    pub registrar: String,
    /// The custody licence; without one there are no managed wallets.
    #[serde(default)]
    pub custody: Option<Custody>,
}

/// Under which licence wallets are managed, and whose it is.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Custody {
    /// The licence.
    pub licence: String,
    /// Who holds it.
    pub bearer: String,
}

/// An issuer.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IssuerEntry {
    /// How the file refers to it.
    pub key: String,
    /// Firm.
    pub name: String,
    /// ISO 17442.
    #[serde(default)]
    pub lei: Option<domain::Lei>,
    /// Where investors pay.
    pub bank_account: AccountEntry,
}

/// An account for payments.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountEntry {
    /// Name on the account.
    pub account_holder: String,
    /// ISO 13616.
    pub iban: Iban,
    /// ISO 9362.
    pub bic: Bic,
}

/// A distribution platform.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlatformEntry {
    /// How the file refers to it.
    pub key: String,
    /// Firm.
    pub name: String,
    /// ISO 17442.
    #[serde(default)]
    pub lei: Option<domain::Lei>,
    /// `trusted` or `reviewed`.
    #[serde(default = "reviewed")]
    pub identification_import: String,
    /// Under which it sells; without one it cannot.
    #[serde(default)]
    pub licence: Option<domain::Licence>,
}

fn reviewed() -> String {
    ImportTrust::Reviewed.as_str().to_owned()
}

/// An asset in its environment.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct AssetEntry {
    /// Name of the environment: lower-case letters, digits and hyphens.
    pub environment: String,
    /// Key of the issuer.
    pub issuer: String,
    pub name: String,
    /// Symbol of the token.
    pub symbol: String,
    #[serde(default)]
    pub sector: Option<String>,
    pub product_type: String,
    #[serde(default)]
    pub legal_form: Option<String>,
    pub ewpg: bool,
    pub isin: Isin,
    #[serde(default)]
    pub nominal_value: Option<MoneyEntry>,
    #[serde(default)]
    pub issuance_price: Option<MoneyEntry>,
    pub max_issuable_amount: Units,
    pub step_size: Units,
    #[serde(default)]
    pub agio_percent: Percent,
    /// Days.
    pub payment_deadline: u32,
    /// Days.
    pub cancellation_deadline: u32,
    #[serde(default)]
    pub description: Option<String>,
    #[serde(default)]
    pub terms: Vec<TermEntry>,
    /// What partners are told: in the words of the Issuer API.
    #[serde(default)]
    pub offer: OfferEntry,
    pub campaigns: Vec<CampaignEntry>,
}

/// What partners are told of an asset beside its terms.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[allow(missing_docs)]
pub struct OfferEntry {
    /// Days.
    pub lock_in_time: Option<u32>,
    pub coupon: Option<Coupon>,
    pub matures_on: Option<String>,
    pub target_market: Option<TargetMarket>,
    pub fees: Option<Fees>,
    pub questions: Vec<Question>,
    pub minimum_units: Option<u64>,
    pub offering_opens_at: Option<String>,
    pub offering_closes_at: Option<String>,
}

/// An essential term.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct TermEntry {
    pub name: String,
    pub value: String,
}

/// Money as the API writes it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct MoneyEntry {
    pub amount: String,
    pub decimals: u8,
    pub currency: Currency,
}

/// A campaign.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct CampaignEntry {
    /// Key of the platform.
    pub platform: String,
    pub name: String,
    pub allocation: Units,
    pub minimum_units: Units,
    #[serde(default)]
    pub maximum_units: Option<Units>,
    #[serde(default)]
    pub required_document_types: Vec<String>,
    #[serde(default)]
    pub opens_at: Option<String>,
    #[serde(default)]
    pub closes_at: Option<String>,
    #[serde(default)]
    pub distributor_may_accept: bool,
    #[serde(default)]
    pub distributor_may_mark_paid: bool,
}

/// What is wrong with a network file, with the place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the network file is wrong at {place}: {message}")]
pub struct NetworkFileError {
    /// Path of the field.
    pub place: String,
    /// What would be right.
    pub message: String,
}

impl NetworkFile {
    /// Reads and checks a network file.
    ///
    /// # Errors
    /// The first place that is wrong.
    pub fn parse(text: &str) -> Result<Self, NetworkFileError> {
        let mut reader = serde_json::Deserializer::from_str(text);
        let file: Self = serde_path_to_error::deserialize(&mut reader)
            .map_err(|error| wrong(&error.path().to_string(), &error.inner().to_string()))?;
        file.check()?;
        Ok(file)
    }

    fn check(&self) -> Result<(), NetworkFileError> {
        for (index, platform) in self.platforms.iter().enumerate() {
            platform.trust().map_err(|message| {
                wrong(
                    &format!("platforms[{index}].identification_import"),
                    &message,
                )
            })?;
            platform.check_licence().map_err(|(field, message)| {
                wrong(&format!("platforms[{index}].{field}"), &message)
            })?;
        }
        for (index, asset) in self.assets.iter().enumerate() {
            let place = format!("assets[{index}]");
            asset.check(&place)?;
            if !self.issuers.iter().any(|issuer| issuer.key == asset.issuer) {
                return Err(wrong(&format!("{place}.issuer"), "no issuer has this key"));
            }
            for (number, campaign) in asset.campaigns.iter().enumerate() {
                if !self
                    .platforms
                    .iter()
                    .any(|platform| platform.key == campaign.platform)
                {
                    let place = format!("{place}.campaigns[{number}].platform");
                    return Err(wrong(&place, "no platform has this key"));
                }
            }
        }
        Ok(())
    }
}

impl PlatformEntry {
    /// Field and sentence of the first thing that its licence contradicts itself in.
    pub(crate) fn check_licence(&self) -> Result<(), (String, String)> {
        let mut errors = domain::FieldErrors::new();
        if let Some(licence) = &self.licence {
            licence.check(&mut errors, "licence");
        }
        match errors.into_vec().into_iter().next() {
            Some(error) => Err((error.field, error.message)),
            None => Ok(()),
        }
    }

    /// How far its imported identifications are relied on.
    ///
    /// # Errors
    /// A sentence that says what would be right.
    pub fn trust(&self) -> Result<ImportTrust, String> {
        self.identification_import
            .parse()
            .map_err(|error: domain::UnknownCode| error.to_string())
    }
}

impl AssetEntry {
    fn check(&self, place: &str) -> Result<(), NetworkFileError> {
        let at = |field: &str, message: String| wrong(&format!("{place}.{field}"), &message);
        environment_name(&self.environment).map_err(|message| at("environment", message))?;
        self.product_type()
            .map_err(|message| at("product_type", message))?;
        self.legal_form()
            .map_err(|message| at("legal_form", message))?;
        self.price()
            .map_err(|message| at("nominal_value", message))?;
        let mut errors = FieldErrors::new();
        self.offer(&mut errors);
        if let Some(error) = errors.as_slice().first() {
            return Err(at(&format!("offer.{}", error.field), error.message.clone()));
        }
        let mut rest = self.max_issuable_amount;
        for (index, campaign) in self.campaigns.iter().enumerate() {
            rest = rest.checked_sub(campaign.allocation).ok_or_else(|| {
                let message = "the allocations are more than max_issuable_amount".to_owned();
                at(&format!("campaigns[{index}].allocation"), message)
            })?;
            for (field, text) in [
                ("opens_at", &campaign.opens_at),
                ("closes_at", &campaign.closes_at),
            ] {
                time(text.as_deref())
                    .map_err(|message| at(&format!("campaigns[{index}].{field}"), message))?;
            }
        }
        Ok(())
    }

    /// What the product is commercially.
    ///
    /// # Errors
    /// A sentence that says what would be right.
    pub fn product_type(&self) -> Result<ProductType, String> {
        self.product_type
            .parse()
            .map_err(|error: domain::UnknownCode| error.to_string())
    }

    /// What the product is in law: given, or derived.
    ///
    /// # Errors
    /// A sentence that says what would be right.
    pub fn legal_form(&self) -> Result<LegalForm, String> {
        let given = self
            .legal_form
            .as_deref()
            .map(str::parse)
            .transpose()
            .map_err(|error: domain::UnknownCode| error.to_string())?;
        LegalForm::resolve(self.ewpg, self.product_type()?, given)
            .map_err(|refusal| refusal.message())
    }

    /// What a unit costs.
    ///
    /// # Errors
    /// A sentence that says what would be right.
    pub fn price(&self) -> Result<Price, String> {
        let money = |entry: &Option<MoneyEntry>| {
            entry
                .as_ref()
                .map(|money| Money::parse(&money.amount, money.decimals, money.currency))
                .transpose()
                .map_err(|error| error.to_string())
        };
        let (nominal, issuance) = (money(&self.nominal_value)?, money(&self.issuance_price)?);
        Price::from_fields(nominal.is_some(), nominal, issuance).map_err(|_| {
            "a unit has a nominal_value or an issuance_price, and it is more than nothing"
                .to_owned()
        })
    }

    /// What partners are told; notes what makes no sense.
    pub(crate) fn offer(&self, errors: &mut FieldErrors) -> Offer {
        let entry = &self.offer;
        let body = OfferBody {
            documents: &[],
            issuance_document: None,
            lock_in_time: entry.lock_in_time,
            backup_wallet_address: None,
            coupon: entry.coupon.as_ref(),
            matures_on: entry.matures_on.as_deref(),
            target_market: entry.target_market.as_ref(),
            fees: entry.fees.as_ref(),
            required_document_types: &[],
            questions: &entry.questions,
            minimum_units: entry.minimum_units,
            opens_at: entry.offering_opens_at.as_deref(),
            closes_at: entry.offering_closes_at.as_deref(),
        };
        let offer = translate::offers::read(errors, body, self.step_size);
        if let Ok(legal_form) = self.legal_form() {
            offer.check(errors, legal_form, self.step_size);
        }
        offer
    }

    /// The contract's deadlines.
    pub fn deadlines(&self) -> Terms {
        Terms {
            payment_deadline_days: self.payment_deadline,
            cancellation_deadline_days: self.cancellation_deadline,
        }
    }
}

/// Whether a text can be part of a URL as the name of an environment.
///
/// # Errors
/// A sentence that says what would be right.
pub(crate) fn environment_name(name: &str) -> Result<(), String> {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if (1..=63).contains(&name.len()) && name.bytes().all(is_plain) {
        Ok(())
    } else {
        Err("a name has 1 to 63 lower-case letters, digits and hyphens".to_owned())
    }
}

/// A time of a campaign.
///
/// # Errors
/// A sentence that says what would be right.
pub(crate) fn time(text: Option<&str>) -> Result<Option<Timestamp>, String> {
    text.map(Timestamp::parse)
        .transpose()
        .map_err(|error| error.to_string())
}

fn wrong(place: &str, message: &str) -> NetworkFileError {
    NetworkFileError {
        place: place.to_owned(),
        message: message.to_owned(),
    }
}
