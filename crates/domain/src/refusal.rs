//! Every expected no of the rules: a closed list with stable codes, because partners branch on them.

mod message;

use std::fmt;

use crate::{
    ApplicationStatus, AssetRequestStatus, Date, FieldError, FieldErrors, InstructionRefusal,
    LegalForm, Participation, ProductType, Status, Timestamp, Units,
};

/// Why something may not be done. The variant carries what the sentence for the partner needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// Fields have values that are not possible.
    InvalidFields(FieldErrors),
    /// The platform may not report acceptances of this campaign.
    AcceptMandateMissing,
    /// The platform may not report payments of this campaign.
    PaymentMandateMissing,
    /// The investment has a status in which this cannot be done.
    InvestmentState {
        /// What was tried, as a participle: `accepted`.
        action: &'static str,
        /// The status that it has.
        status: Status,
    },
    /// A date was reported before and is another one now.
    DateAlreadyRecorded {
        /// The field that carries it.
        field: &'static str,
        /// The date that stands.
        recorded: Timestamp,
    },
    /// The units are on their way.
    DeliveryStarted,
    /// The investor is subject to US tax.
    UsTaxNotAccepted,
    /// Fewer units than the campaign's minimum.
    #[allow(missing_docs)]
    UnitsBelowMinimum { units: Units, minimum: Units },
    /// More units than the campaign's maximum.
    #[allow(missing_docs)]
    UnitsAboveMaximum { units: Units, maximum: Units },
    /// Not a multiple of the product's step.
    #[allow(missing_docs)]
    UnitsOffStep { units: Units, step_size: Units },
    /// More units than the campaign has left.
    #[allow(missing_docs)]
    AllocationExceeded { units: Units, available: Units },
    /// As many persons have invested as the campaign's exemption allows.
    #[allow(missing_docs)]
    PersonsExceeded { maximum: u32 },
    /// The sale has not begun.
    #[allow(missing_docs)]
    CampaignNotOpen { opens_at: Timestamp },
    /// The sale is over.
    #[allow(missing_docs)]
    CampaignClosed { closes_at: Timestamp },
    /// A document that the campaign requires was not given.
    #[allow(missing_docs)]
    RequiredDocumentMissing { document_type: String },
    /// The wallet is another investor's.
    WalletNotOfInvestor,
    /// The period in which the investor may withdraw has ended.
    #[allow(missing_docs)]
    CancellationPeriodOver { until: Timestamp },
    /// The investment's status, or its product, knows no withdrawal.
    #[allow(missing_docs)]
    CancellationRefused { status: Status },
    /// The legal form does not go with the product.
    #[allow(missing_docs)]
    LegalFormContradiction {
        ewpg: bool,
        product_type: ProductType,
        given: Option<LegalForm>,
    },
    /// Only legal persons have benefiting persons.
    BenefitingPersonNotApplicable,
    /// The total does not fit.
    AmountOverflow,
    /// Who proposed a decision cannot confirm it.
    FourEyesRequired,
    /// The decision was confirmed or withdrawn before.
    #[allow(missing_docs)]
    DecisionClosed { state: &'static str },
    /// The platform's standing does not allow it.
    ParticipationState {
        /// What was tried, as a participle: `suspended`.
        action: &'static str,
        /// The standing that it has.
        standing: Participation,
    },
    /// The platform is suspended.
    PlatformSuspended,
    /// The platform does not take part.
    PlatformNotAdmitted,
    /// The platform's licence is over.
    #[allow(missing_docs)]
    LicenceExpired { valid_to: Date },
    /// The platform has no licence that covers the product now.
    #[allow(missing_docs)]
    LicenceDoesNotCover { legal_form: LegalForm },
    /// The application has a status in which this cannot be done.
    ApplicationState {
        /// What was tried, as a participle: `submitted`.
        action: &'static str,
        /// The status that it has.
        status: ApplicationStatus,
    },
    /// The request for an asset has a status in which this cannot be done.
    AssetRequestState {
        /// What was tried, as a participle: `accepted`.
        action: &'static str,
        /// The status that it has.
        status: AssetRequestStatus,
    },
    /// Nobody gets a statement of an entry that a custodian has for others.
    StatementOfCollectiveEntry,
    /// A register refuses an instruction.
    Instruction(InstructionRefusal),
    /// A register refuses a redemption or what follows it.
    Redemption(InstructionRefusal),
    /// The redemption is at a step at which this cannot be done.
    RedemptionState {
        /// What was tried, as a participle: `deleted`.
        action: &'static str,
        /// The step that it has reached.
        step: &'static str,
    },
}

/// Of which kind a refusal is; decides the status of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RefusalKind {
    /// The request itself is wrong (400).
    Invalid,
    /// The caller may not do this (403).
    Forbidden,
    /// The present state does not allow it (409).
    Conflict,
    /// A rule of the business forbids it (422).
    Business,
}

impl Refusal {
    /// Every code.
    pub const CODES: [&'static str; 62] = [
        "invalid_body",
        "accept_mandate_missing",
        "payment_mandate_missing",
        "investment_state",
        "conflict",
        "delivery_started",
        "us_tax_not_accepted",
        "units_below_minimum",
        "units_above_maximum",
        "units_off_step",
        "allocation_exceeded",
        "persons_exceeded",
        "campaign_not_open",
        "campaign_closed",
        "required_document_missing",
        "wallet_not_of_investor",
        "cancellation_period_over",
        "cancellation_refused",
        "legal_form_contradiction",
        "benefiting_person_not_applicable",
        "amount_overflow",
        "four_eyes_required",
        "decision_closed",
        "participation_state",
        "platform_suspended",
        "platform_not_admitted",
        "licence_expired",
        "licence_does_not_cover",
        "application_state",
        "asset_request_state",
        "statement_collective_entry",
        "r01_no_agreement",
        "r02_no_instruction",
        "r03_bad_auth",
        "r10_insufficient",
        "r14_unidentified",
        "r15_freeze",
        "r17_duplicate",
        "r19_lockup",
        "product_not_listed",
        "transfers_paused",
        "key_unknown",
        "key_revoked",
        "key_expired",
        "key_not_yet_valid",
        "authority_unproven",
        "authority_expired",
        "wrong_asset",
        "wrong_network",
        "wallet_unproven",
        "wallet_changing",
        "acquired_in_good_faith",
        "r04_known_not_entitled",
        "r05_third_party_must_instruct",
        "r06_no_beneficiary_assurance",
        "r07_company_consent",
        "r12_denomination",
        "r13_entry_type",
        "r16_terms_not_current",
        "r08_issuer_consent",
        "r18_not_final",
        "redemption_state",
    ];

    /// Every code, for tests that compare lists.
    #[must_use]
    pub const fn codes() -> &'static [&'static str] {
        &Self::CODES
    }

    /// A refusal of one field.
    #[must_use]
    pub fn field_error(error: FieldError) -> Self {
        let mut errors = FieldErrors::new();
        errors.push(error.field, error.code, error.message);
        Self::InvalidFields(errors)
    }

    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::InvalidFields(_) => "invalid_body",
            Self::AcceptMandateMissing => "accept_mandate_missing",
            Self::PaymentMandateMissing => "payment_mandate_missing",
            Self::InvestmentState { .. } => "investment_state",
            Self::DateAlreadyRecorded { .. } => "conflict",
            Self::DeliveryStarted => "delivery_started",
            Self::UsTaxNotAccepted => "us_tax_not_accepted",
            Self::UnitsBelowMinimum { .. } => "units_below_minimum",
            Self::UnitsAboveMaximum { .. } => "units_above_maximum",
            Self::UnitsOffStep { .. } => "units_off_step",
            Self::AllocationExceeded { .. } => "allocation_exceeded",
            Self::PersonsExceeded { .. } => "persons_exceeded",
            Self::CampaignNotOpen { .. } => "campaign_not_open",
            Self::CampaignClosed { .. } => "campaign_closed",
            Self::RequiredDocumentMissing { .. } => "required_document_missing",
            Self::WalletNotOfInvestor => "wallet_not_of_investor",
            Self::CancellationPeriodOver { .. } => "cancellation_period_over",
            Self::CancellationRefused { .. } => "cancellation_refused",
            Self::LegalFormContradiction { .. } => "legal_form_contradiction",
            Self::BenefitingPersonNotApplicable => "benefiting_person_not_applicable",
            Self::AmountOverflow => "amount_overflow",
            Self::FourEyesRequired => "four_eyes_required",
            Self::DecisionClosed { .. } => "decision_closed",
            Self::ParticipationState { .. } => "participation_state",
            Self::PlatformSuspended => "platform_suspended",
            Self::PlatformNotAdmitted => "platform_not_admitted",
            Self::LicenceExpired { .. } => "licence_expired",
            Self::LicenceDoesNotCover { .. } => "licence_does_not_cover",
            Self::ApplicationState { .. } => "application_state",
            Self::AssetRequestState { .. } => "asset_request_state",
            Self::Instruction(refusal) | Self::Redemption(refusal) => refusal.as_str(),
            Self::RedemptionState { .. } => "redemption_state",
            Self::StatementOfCollectiveEntry => "statement_collective_entry",
        }
    }

    /// Of which kind it is.
    #[must_use]
    pub const fn kind(&self) -> RefusalKind {
        match self {
            Self::InvalidFields(_) => RefusalKind::Invalid,
            Self::AcceptMandateMissing | Self::PaymentMandateMissing => RefusalKind::Forbidden,
            Self::InvestmentState { .. }
            | Self::DateAlreadyRecorded { .. }
            | Self::DeliveryStarted
            | Self::CancellationPeriodOver { .. }
            | Self::CancellationRefused { .. }
            | Self::FourEyesRequired
            | Self::DecisionClosed { .. }
            | Self::ParticipationState { .. }
            | Self::ApplicationState { .. }
            | Self::AssetRequestState { .. }
            | Self::RedemptionState { .. }
            | Self::Instruction(InstructionRefusal::Duplicate)
            | Self::Redemption(InstructionRefusal::Duplicate | InstructionRefusal::NotFinal) => {
                RefusalKind::Conflict
            }
            Self::UsTaxNotAccepted
            | Self::UnitsBelowMinimum { .. }
            | Self::UnitsAboveMaximum { .. }
            | Self::UnitsOffStep { .. }
            | Self::AllocationExceeded { .. }
            | Self::PersonsExceeded { .. }
            | Self::CampaignNotOpen { .. }
            | Self::CampaignClosed { .. }
            | Self::RequiredDocumentMissing { .. }
            | Self::WalletNotOfInvestor
            | Self::LegalFormContradiction { .. }
            | Self::BenefitingPersonNotApplicable
            | Self::StatementOfCollectiveEntry
            | Self::AmountOverflow
            | Self::PlatformSuspended
            | Self::PlatformNotAdmitted
            | Self::LicenceExpired { .. }
            | Self::LicenceDoesNotCover { .. }
            | Self::Instruction(_)
            | Self::Redemption(_) => RefusalKind::Business,
        }
    }

    /// The field that it is about, if it is about one alone.
    #[must_use]
    pub fn field(&self) -> Option<String> {
        let field = match self {
            Self::InvalidFields(errors) => match errors.as_slice() {
                [only] => only.field.as_str(),
                _ => return None,
            },
            Self::AcceptMandateMissing => "accepted_at",
            Self::PaymentMandateMissing => "paid_at",
            Self::DateAlreadyRecorded { field, .. } => field,
            Self::UsTaxNotAccepted => "natural_person.is_subject_to_us_tax",
            Self::UnitsBelowMinimum { .. }
            | Self::UnitsAboveMaximum { .. }
            | Self::UnitsOffStep { .. }
            | Self::AllocationExceeded { .. }
            | Self::AmountOverflow
            | Self::Redemption(InstructionRefusal::Insufficient) => "units",
            Self::PersonsExceeded { .. }
            | Self::CampaignNotOpen { .. }
            | Self::CampaignClosed { .. } => "campaign_id",
            Self::RequiredDocumentMissing { .. } => "signed_documents",
            Self::WalletNotOfInvestor => "wallet",
            Self::LegalFormContradiction { .. } => "legal_form",
            Self::Instruction(InstructionRefusal::Insufficient) => "amount",
            Self::InvestmentState { .. }
            | Self::DeliveryStarted
            | Self::CancellationPeriodOver { .. }
            | Self::CancellationRefused { .. }
            | Self::BenefitingPersonNotApplicable
            | Self::FourEyesRequired
            | Self::DecisionClosed { .. }
            | Self::ParticipationState { .. }
            | Self::PlatformSuspended
            | Self::PlatformNotAdmitted
            | Self::LicenceExpired { .. }
            | Self::LicenceDoesNotCover { .. }
            | Self::ApplicationState { .. }
            | Self::AssetRequestState { .. }
            | Self::RedemptionState { .. }
            | Self::StatementOfCollectiveEntry
            | Self::Instruction(_)
            | Self::Redemption(_) => return None,
        };
        Some(field.to_owned())
    }

    /// The fields that cannot be accepted, if that is what was refused.
    #[must_use]
    pub fn field_errors(&self) -> &[FieldError] {
        match self {
            Self::InvalidFields(errors) => errors.as_slice(),
            _ => &[],
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message())
    }
}

impl std::error::Error for Refusal {}

impl From<FieldErrors> for Refusal {
    fn from(errors: FieldErrors) -> Self {
        Self::InvalidFields(errors)
    }
}

#[cfg(test)]
mod tests;
