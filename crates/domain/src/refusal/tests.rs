//! The list of refusals is complete and says what would be right.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use super::*;
use crate::FieldCode;

fn one_of_each() -> Vec<Refusal> {
    let moment = Timestamp::from_seconds(0);
    let units = Units::new(7).unwrap();
    let mut errors = FieldErrors::new();
    errors.push(
        "signed_at",
        FieldCode::InFuture,
        "The investor has signed by now.",
    );
    vec![
        Refusal::InvalidFields(errors),
        Refusal::AcceptMandateMissing,
        Refusal::PaymentMandateMissing,
        Refusal::InvestmentState {
            action: "accepted",
            status: Status::Rejection,
        },
        Refusal::DateAlreadyRecorded {
            field: "paid_at",
            recorded: moment,
        },
        Refusal::DeliveryStarted,
        Refusal::UsTaxNotAccepted,
        Refusal::UnitsBelowMinimum {
            units,
            minimum: units,
        },
        Refusal::UnitsAboveMaximum {
            units,
            maximum: units,
        },
        Refusal::UnitsOffStep {
            units,
            step_size: units,
        },
        Refusal::AllocationExceeded {
            units,
            available: units,
        },
        Refusal::PersonsExceeded { maximum: 149 },
        Refusal::CampaignNotOpen { opens_at: moment },
        Refusal::CampaignClosed { closes_at: moment },
        Refusal::RequiredDocumentMissing {
            document_type: "KID".to_owned(),
        },
        Refusal::WalletNotOfInvestor,
        Refusal::CancellationPeriodOver { until: moment },
        Refusal::CancellationRefused {
            status: Status::Delivered,
        },
        Refusal::LegalFormContradiction {
            ewpg: true,
            product_type: ProductType::SubordinatedLoan,
            given: None,
        },
        Refusal::BenefitingPersonNotApplicable,
        Refusal::AmountOverflow,
        Refusal::FourEyesRequired,
        Refusal::DecisionClosed { state: "confirmed" },
        Refusal::ParticipationState {
            action: "suspended",
            standing: Participation::Left,
        },
        Refusal::PlatformSuspended,
        Refusal::PlatformNotAdmitted,
        Refusal::LicenceExpired {
            valid_to: moment.berlin_date(),
        },
        Refusal::LicenceDoesNotCover {
            legal_form: LegalForm::SecurityToken,
        },
        Refusal::ApplicationState {
            action: "submitted",
            status: ApplicationStatus::Withdrawn,
        },
        Refusal::AssetRequestState {
            action: "accepted",
            status: AssetRequestStatus::Live,
        },
        Refusal::StatementOfCollectiveEntry,
        Refusal::Instruction(InstructionRefusal::NoAgreement),
        Refusal::Instruction(InstructionRefusal::NoInstruction),
        Refusal::Instruction(InstructionRefusal::BadAuth),
        Refusal::Instruction(InstructionRefusal::Insufficient),
        Refusal::Instruction(InstructionRefusal::Unidentified),
        Refusal::Instruction(InstructionRefusal::Freeze),
        Refusal::Instruction(InstructionRefusal::Duplicate),
        Refusal::Instruction(InstructionRefusal::Lockup),
        Refusal::Instruction(InstructionRefusal::ProductNotListed),
        Refusal::Instruction(InstructionRefusal::TransfersPaused),
        Refusal::Instruction(InstructionRefusal::KeyUnknown),
        Refusal::Instruction(InstructionRefusal::KeyRevoked),
        Refusal::Instruction(InstructionRefusal::KeyExpired),
        Refusal::Instruction(InstructionRefusal::KeyNotYetValid),
        Refusal::Instruction(InstructionRefusal::AuthorityUnproven),
        Refusal::Instruction(InstructionRefusal::AuthorityExpired),
        Refusal::Instruction(InstructionRefusal::WrongAsset),
        Refusal::Instruction(InstructionRefusal::WrongNetwork),
        Refusal::Instruction(InstructionRefusal::WalletUnproven),
        Refusal::Instruction(InstructionRefusal::WalletChanging),
        Refusal::Instruction(InstructionRefusal::AcquiredInGoodFaith),
        Refusal::Instruction(InstructionRefusal::KnownNotEntitled),
        Refusal::Instruction(InstructionRefusal::ThirdPartyMustInstruct),
        Refusal::Instruction(InstructionRefusal::NoBeneficiaryAssurance),
        Refusal::Instruction(InstructionRefusal::CompanyConsent),
        Refusal::Instruction(InstructionRefusal::Denomination),
        Refusal::Instruction(InstructionRefusal::EntryType),
        Refusal::Instruction(InstructionRefusal::TermsNotCurrent),
        Refusal::Redemption(InstructionRefusal::IssuerConsent),
        Refusal::Redemption(InstructionRefusal::NotFinal),
        Refusal::RedemptionState {
            action: "deleted",
            step: "awaiting_payment",
        },
    ]
}

#[test]
fn every_refusal_has_its_own_code_in_the_list() {
    let codes: Vec<_> = one_of_each().iter().map(Refusal::code).collect();
    assert_eq!(codes, Refusal::codes());
    assert_eq!(codes.iter().collect::<BTreeSet<_>>().len(), codes.len());
}

#[test]
fn every_refusal_is_a_sentence() {
    for refusal in one_of_each() {
        let message = refusal.to_string();
        assert!(
            message.starts_with(char::is_uppercase) || message.starts_with("paid_at"),
            "{message}"
        );
        assert!(
            message.ends_with('.') && !message.contains('{'),
            "{message}"
        );
    }
}

#[test]
fn a_single_wrong_field_speaks_for_itself() {
    let refusal = one_of_each().remove(0);
    assert_eq!(refusal.field().as_deref(), Some("signed_at"));
    assert_eq!(refusal.message(), "The investor has signed by now.");
    assert_eq!(refusal.kind(), RefusalKind::Invalid);
}

#[test]
fn a_contradiction_says_which_legal_form_would_do() {
    let message = |ewpg, product_type, given| {
        Refusal::LegalFormContradiction {
            ewpg,
            product_type,
            given,
        }
        .message()
    };
    assert_eq!(
        message(true, ProductType::SubordinatedLoan, None),
        "SUBORDINATED_LOAN cannot be issued under the eWpG; set ewpg to false or choose another type."
    );
    assert_eq!(
        message(true, ProductType::Aif, None),
        "AIF under the eWpG needs a legal_form: crypto_fund_unit."
    );
    assert_eq!(
        message(false, ProductType::Bond, Some(LegalForm::EwpgBearerBond)),
        "BOND outside of the eWpG has the legal form security_token, not ewpg_bearer_bond."
    );
}
