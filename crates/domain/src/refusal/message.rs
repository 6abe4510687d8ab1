//! The sentences of the refusals; each says what would be right.

use super::Refusal;
use crate::{LegalForm, ProductType};

impl Refusal {
    /// A sentence for a person that says what would be right.
    #[must_use]
    pub fn message(&self) -> String {
        match self {
            Self::InvalidFields(errors) => match errors.as_slice() {
                [only] => only.message.clone(),
                several => format!(
                    "{} fields cannot be accepted; the errors name each.",
                    several.len()
                ),
            },
            Self::AcceptMandateMissing => {
                "Only the issuer accepts investments of this campaign; leave out accepted_at."
                    .to_owned()
            }
            Self::PaymentMandateMissing => {
                "Only the issuer marks investments of this campaign as paid; leave out paid_at."
                    .to_owned()
            }
            Self::InvestmentState { action, status } => {
                format!("An investment with the status {status} cannot be {action}.")
            }
            Self::DateAlreadyRecorded { field, recorded } => {
                format!("{field} is recorded as {recorded} and cannot become another date.")
            }
            Self::DeliveryStarted => {
                "The units are being delivered; nothing can be changed any more.".to_owned()
            }
            Self::UsTaxNotAccepted => {
                "Investors who are subject to US tax are not accepted.".to_owned()
            }
            Self::UnitsBelowMinimum { units, minimum } => {
                format!("The campaign takes orders of at least {minimum} units, not of {units}.")
            }
            Self::UnitsAboveMaximum { units, maximum } => {
                format!("The campaign takes orders of at most {maximum} units, not of {units}.")
            }
            Self::UnitsOffStep { units, step_size } => {
                format!("Orders are multiples of {step_size} units, which {units} is not.")
            }
            Self::AllocationExceeded { units, available } => {
                format!("The campaign has {available} units left, not {units}.")
            }
            Self::PersonsExceeded { maximum } => {
                format!(
                    "The campaign is offered to {maximum} persons at most, and as many have invested."
                )
            }
            Self::CampaignNotOpen { opens_at } => {
                format!("The campaign takes orders from {opens_at} on.")
            }
            Self::CampaignClosed { closes_at } => {
                format!("The campaign took orders until {closes_at}.")
            }
            Self::RequiredDocumentMissing { document_type } => {
                format!("The campaign requires a signed document of the type {document_type}.")
            }
            Self::WalletNotOfInvestor => {
                "Units go to a wallet of the investment's own investor.".to_owned()
            }
            Self::CancellationPeriodOver { until } => {
                format!("The investor could withdraw until {until}.")
            }
            Self::CancellationRefused { status } => {
                format!(
                    "The investor cannot withdraw from an investment with the status {status} of this product."
                )
            }
            Self::LegalFormContradiction {
                ewpg,
                product_type,
                given,
            } => contradiction(*ewpg, *product_type, *given),
            Self::BenefitingPersonNotApplicable => {
                "Only a legal person has benefiting persons.".to_owned()
            }
            Self::AmountOverflow => {
                "The total of so many units is too large; order fewer.".to_owned()
            }
            Self::FourEyesRequired => {
                "A decision is confirmed by somebody else than who proposed it.".to_owned()
            }
            Self::DecisionClosed { state } => {
                format!("The decision is {state} already and cannot become anything else.")
            }
            Self::ParticipationState { action, standing } => {
                format!("A platform whose standing is {standing} cannot be {action}.")
            }
            Self::PlatformSuspended => {
                "The platform is suspended and takes no new investments; running ones go on."
                    .to_owned()
            }
            Self::PlatformNotAdmitted => {
                "Only platforms that the registrar has admitted take investments.".to_owned()
            }
            Self::Instruction(refusal) | Self::Redemption(refusal) => refusal.message().to_owned(),
            Self::RedemptionState { action, step } => {
                format!("A redemption at the step {step} cannot be {action}.")
            }
            Self::StatementOfCollectiveEntry => {
                "A custodian's entry is a collective one, of which there are no register statements (§ 19 eWpG)."
                    .to_owned()
            }
            Self::AssetRequestState { action, status } => {
                format!("A request with the status {status} cannot be {action}.")
            }
            Self::ApplicationState { action, status } => {
                format!("An application with the status {status} cannot be {action}.")
            }
            Self::LicenceExpired { valid_to } => {
                format!(
                    "The platform's licence ended on {valid_to}; give the registrar the new one."
                )
            }
            Self::LicenceDoesNotCover { legal_form } => {
                format!(
                    "The platform has no licence in force that covers products of the form {legal_form}."
                )
            }
        }
    }
}

fn contradiction(ewpg: bool, product_type: ProductType, given: Option<LegalForm>) -> String {
    let side = if ewpg {
        "under the eWpG"
    } else {
        "outside of the eWpG"
    };
    let possible: Vec<_> = LegalForm::ALL
        .iter()
        .filter(|form| form.fits(ewpg, product_type))
        .map(|form| form.as_str())
        .collect();
    match (possible.as_slice(), given) {
        ([], _) => format!(
            "{product_type} cannot be issued {side}; set ewpg to {} or choose another type.",
            !ewpg
        ),
        (_, Some(form)) => {
            format!(
                "{product_type} {side} has the legal form {}, not {form}.",
                possible.join(" or ")
            )
        }
        (_, None) => format!(
            "{product_type} {side} needs a legal_form: {}.",
            possible.join(" or ")
        ),
    }
}
