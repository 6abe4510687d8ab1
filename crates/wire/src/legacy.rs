//! Older generations of the published API: each body type says here how its older spellings become the present ones.

use serde_json::Value;

/// Implemented by every request body; most bodies never had another spelling.
pub trait Legacy {
    /// Rewrites older spellings in place, before the body is parsed. Must leave what it does not know.
    fn normalise(_: &mut Value) {}
}

impl Legacy for crate::investors::InvestorCreate {
    /// `pep_status` stood at top level, and one page of the reference calls the account `bank_account_information`.
    fn normalise(body: &mut Value) {
        investor(body);
    }
}

impl Legacy for crate::investor_patches::InvestorPatch {
    fn normalise(body: &mut Value) {
        investor(body);
    }
}

impl Legacy for crate::investments::InvestmentCreate {
    /// The middle generation said `amount` for units and `wallet_address` for the wallet.
    fn normalise(body: &mut Value) {
        investment(body);
    }
}

impl Legacy for crate::investments::InvestmentBatch {
    fn normalise(body: &mut Value) {
        if let Some(items) = body.get_mut("investments").and_then(Value::as_array_mut) {
            items.iter_mut().for_each(investment);
        }
    }
}

impl Legacy for crate::investments::InvestmentPatch {
    fn normalise(body: &mut Value) {
        rename(body, "wallet_address", "wallet");
    }
}

impl Legacy for crate::identifications::BenefitingPersonCreate {
    /// The reference does not print this body; clients that reuse their investor's block nest the person.
    fn normalise(body: &mut Value) {
        let nested = body
            .as_object_mut()
            .and_then(|b| b.remove("natural_person"));
        if let (Some(Value::Object(person)), Some(object)) = (nested, body.as_object_mut()) {
            for (name, value) in person {
                object.entry(name).or_insert(value);
            }
        }
    }
}

impl Legacy for crate::applications::ApplicationAnswer {}
impl Legacy for crate::asset_requests::AssetRequestAcceptance {}
impl Legacy for crate::asset_requests::AssetRequestCreate {}
impl Legacy for crate::applications::ApplicationDraft {}
impl Legacy for crate::applications::ApplicationMessageCreate {}
impl Legacy for crate::applications::LicenceChange {}
impl Legacy for crate::clients::ClientCreate {}
impl Legacy for crate::clients::ClientRotate {}
impl Legacy for crate::decisions::Reason {}
impl Legacy for crate::issuing::IssuerCreate {
    /// The page of the Issuer API names the two documents beside the persons, the investor's page inside the company.
    fn normalise(body: &mut Value) {
        issuer(body);
    }
}

impl Legacy for crate::issuing::IssuerPatch {
    fn normalise(body: &mut Value) {
        issuer(body);
    }
}

impl Legacy for crate::identifications::IdentificationCreate {}
impl Legacy for crate::investments::Accept {}
impl Legacy for crate::investments::InvestmentIds {}
impl Legacy for crate::investments::InvestmentsAccept {}
impl Legacy for crate::investments::InvestmentsMarkPaid {}
impl Legacy for crate::investments::InvestmentsReject {}
impl Legacy for crate::investments::MarkPaid {}
impl Legacy for crate::investments::Nothing {}
impl Legacy for crate::investments::Reject {}
impl Legacy for crate::investments::SignedDocumentsAdd {}
impl Legacy for crate::network::IdentificationDecision {}
impl Legacy for crate::transfer_consents::TransferConsentCreate {}
impl Legacy for crate::transfers::TransferCreate {}
impl Legacy for crate::transfers::TransferRules {}
impl Legacy for crate::delivery_costs::DeliveryPolicy {}
impl Legacy for crate::inspections::InspectionCreate {}
impl Legacy for crate::inspections::InspectionRefusal {}
impl Legacy for crate::payout_lists::PayoutListCreate {}
impl Legacy for crate::reconciliation::IncidentClosure {}
impl Legacy for crate::reregistrations::ReregistrationCreate {}
impl Legacy for crate::reregistrations::ReversalCreate {}
impl Legacy for crate::conversions::ConversionCreate {}
impl Legacy for crate::restrictions::RestrictionCreate {}
impl Legacy for crate::restrictions::RestrictionRelease {}
impl Legacy for crate::terms::TermsChangeCreate {}
impl Legacy for crate::register_log::CosignaturesCreate {}
impl Legacy for crate::redemption_notices::RedemptionNoticeCreate {}
impl Legacy for crate::redemptions::RedemptionCreate {}
impl Legacy for crate::redemptions::RedemptionPaid {}
impl Legacy for crate::redemptions::RedemptionDelete {}
impl Legacy for crate::statements::RegistryStatementRequest {}
impl Legacy for crate::issuing::CampaignCreate {}
impl Legacy for crate::issuing::CampaignPatch {}
impl Legacy for crate::issuing::IssuerAccountCreate {}
impl Legacy for crate::issuing::ListingCreate {}
impl Legacy for crate::issuing::PlatformPermission {}
impl Legacy for crate::issuing::ProductCreate {}
impl Legacy for crate::issuing::ProductPatch {}
impl Legacy for crate::network::ReviewDecision {}
impl Legacy for crate::wallets::ManagedWalletCreate {}
impl Legacy for crate::wallets::WalletCreate {}
impl Legacy for crate::wallets::WalletPatch {}
impl Legacy for crate::wallets::WalletProofCreate {}
impl Legacy for crate::company_authority::AuthorityProofCreate {}
impl Legacy for crate::company_authority::CompanyAuthorityCreate {}
impl Legacy for crate::instruction_keys::InstructionKeyCreate {}
impl Legacy for crate::instruction_keys::InstructionKeyProofCreate {}
impl Legacy for crate::instruction_keys::InstructionKeyRevocation {}
impl Legacy for crate::wallets::AddressChangeCreate {}
impl Legacy for crate::webhook_endpoints::Replay {}
impl Legacy for crate::webhook_endpoints::RotateSecret {}
impl Legacy for crate::webhook_endpoints::WebhookEndpointCreate {}
impl Legacy for crate::webhook_endpoints::WebhookEndpointPatch {}

fn investor(body: &mut Value) {
    rename(body, "bank_account_information", "bank_account");
    let Some(pep) = body.as_object_mut().and_then(|b| b.remove("pep_status")) else {
        return;
    };
    match body
        .get_mut("natural_person")
        .and_then(Value::as_object_mut)
    {
        Some(person) if !person.contains_key("is_pep") => {
            person.insert("is_pep".to_owned(), pep);
        }
        _ => {}
    }
}

fn issuer(body: &mut Value) {
    investor(body);
    for name in ["company_identity_proof_id", "company_structure_proof_id"] {
        let Some(beside) = body.as_object_mut().and_then(|b| b.remove(name)) else {
            continue;
        };
        if let Some(Value::Object(company)) = body.get_mut("legal_person") {
            company.entry(name).or_insert(beside);
        }
    }
}

fn investment(body: &mut Value) {
    rename(body, "amount", "units");
    rename(body, "wallet_address", "wallet");
}

/// The present spelling wins where both are given.
fn rename(body: &mut Value, old: &str, new: &str) {
    if let Some(object) = body.as_object_mut()
        && !object.contains_key(new)
        && let Some(value) = object.remove(old)
    {
        object.insert(new.to_owned(), value);
    }
}
