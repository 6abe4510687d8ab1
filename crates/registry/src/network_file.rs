//! The network file: issuers, platforms, assets and campaigns as data. The sample network is one.

mod assets;

use domain::{Bic, Currency, Iban, ImportTrust, Isin, Percent, Timestamp, Units, WalletPolicy};
use serde::Deserialize;
use wire::issuing::{Coupon, Fees, Question, Share, TargetMarket};

use crate::custody::CustodyTerms;

/// 30 days.
const LONGEST_COOLING_HOURS: u32 = 720;

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
    /// What statements say of the registrar beside its firm.
    #[serde(default)]
    pub register: RegisterEntry,
    /// The custody licence; without one there are no managed wallets.
    #[serde(default)]
    pub custody: Option<Custody>,
    /// What is asked of the wallets that investors bring.
    #[serde(default)]
    pub wallets: WalletEntry,
}

/// What is asked of the wallets that investors bring. It concerns wallets that are registered from now on.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WalletEntry {
    /// Whether units wait until control of an address is proven.
    pub proof: ProofEntry,
    /// Hours between the request for another address and the change, at most 30 days.
    pub address_change_cooling_hours: u32,
}

/// Whether control of an address has to be proven.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum ProofEntry {
    #[default]
    NotDemanded,
    Demanded,
}

impl WalletEntry {
    /// As a rule.
    pub fn policy(self) -> WalletPolicy {
        WalletPolicy {
            proof_demanded: self.proof == ProofEntry::Demanded,
            address_change_cooling_hours: self.address_change_cooling_hours,
        }
    }
}

/// What statements say of the registrar beside its firm.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RegisterEntry {
    /// Where the registrar is, in one line.
    pub address: Option<String>,
    /// ISO 17442.
    pub lei: Option<domain::Lei>,
    /// What the register is called.
    pub id: Option<String>,
    /// Keys of witnesses of the registers' logs, as `name+id+key` (C2SP `tlog-cosignature`).
    #[serde(default)]
    pub witnesses: Vec<String>,
}

/// Under which licence wallets are managed, and whose it is.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Custody {
    /// The licence: qualified crypto custody (§ 1(1a) sentence 2 no. 6 KWG) for what is a security.
    pub licence: String,
    /// Who holds it.
    pub bearer: String,
    /// Who granted it.
    #[serde(default)]
    pub authority: Option<String>,
    /// Since when.
    #[serde(default)]
    pub since: Option<domain::Date>,
    /// What investors accept first; without it nothing has to be accepted.
    #[serde(default)]
    pub terms: Option<CustodyTerms>,
}

impl Custody {
    fn check(&self) -> Result<(), NetworkFileError> {
        let terms = self.terms.as_ref();
        let said = [
            ("licence", Some(&self.licence)),
            ("bearer", Some(&self.bearer)),
            ("terms.version", terms.map(|terms| &terms.version)),
            ("terms.url", terms.map(|terms| &terms.url)),
        ];
        for (field, text) in said {
            if text.is_some_and(|text| text.trim().is_empty()) {
                let place = format!("network.custody.{field}");
                return Err(wrong(&place, "this has to be said"));
            }
        }
        Ok(())
    }
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
    pub share: Option<Share>,
    pub mixed_stock: Option<String>,
    pub collective_entry_excluded: bool,
    pub denomination_units: Option<u64>,
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
        if let Some(custody) = &self.network.custody {
            custody.check()?;
        }
        if self.network.wallets.address_change_cooling_hours > LONGEST_COOLING_HOURS {
            let place = "network.wallets.address_change_cooling_hours";
            let message = format!("at most {LONGEST_COOLING_HOURS} hours");
            return Err(wrong(place, &message));
        }
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

/// A time of a campaign, or a sentence that says what would be right.
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
