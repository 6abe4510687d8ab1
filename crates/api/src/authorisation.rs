//! Which right each operation demands: the table that the documentation of scopes is made from and that tests compare with behaviour.
//!
//! The operations themselves demand the right; nothing here lets anybody in.

use domain::{ClientId, EnvironmentId, IssuerId, PlatformId};
use registry::caller::{DISTRIBUTOR_SCOPES, ISSUER_SCOPES, NETWORK_SCOPES, PLATFORM_SCOPES, Party};
use registry::{Caller, Right};
use uuid::Uuid;

use crate::document;

/// Who may call an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Everybody; no token is read.
    Public,
    /// A client with this right.
    Needs(Right),
}

/// An operation of the OpenAPI document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    /// `operationId`.
    pub id: String,
    /// In capitals.
    pub method: &'static str,
    /// With parameters in braces.
    pub path: String,
    /// Who may call it.
    pub access: Access,
}

/// Every operation of the surface with its case, in the order of the document.
pub fn operations() -> Vec<Operation> {
    let openapi = crate::openapi();
    document::operations(&openapi)
        .map(|(path, method, operation)| {
            let id = operation.operation_id.clone().unwrap_or_default();
            Operation {
                access: access(&id).expect("every operation has an authorisation case"),
                id,
                method,
                path: path.to_owned(),
            }
        })
        .collect()
}

/// The case of the operation; none if the table lacks it.
pub(crate) fn access(id: &str) -> Option<Access> {
    if PUBLIC.iter().any(|name| id.ends_with(name)) {
        return Some(Access::Public);
    }
    // The Issuer API of one environment has the operations of that of all, but for those that bring something new.
    let in_environment = id.strip_prefix("environment_");
    let (api, name) = in_environment.unwrap_or(id).split_once('_')?;
    let (cases, more) = match api {
        "distributor" => (DISTRIBUTOR, NONE),
        "issuer" if in_environment.is_some() => (ISSUER, NONE),
        "issuer" => (ISSUER, ISSUER_ACCOUNT),
        "network" => (NETWORK, NONE),
        _ => return None,
    };
    let mut all = cases.iter().chain(more);
    let (_, right) = all.find(|(case, _)| *case == name)?;
    Some(Access::Needs(*right))
}

/// The scopes of which one grants the right, asked of the rule itself.
pub(crate) fn granting_scopes(right: Right) -> Vec<&'static str> {
    let mut granting = Vec::new();
    for (party, scopes) in parties() {
        for scope in scopes {
            let caller = Caller {
                client: ClientId::from_uuid(Uuid::nil()),
                name: String::new(),
                party,
                scopes: vec![(*scope).to_owned()],
                person: None,
                limited_to: None,
            };
            if caller.require(right).is_ok() && !granting.contains(scope) {
                granting.push(*scope);
            }
        }
    }
    granting
}

fn parties() -> [(Party, &'static [&'static str]); 4] {
    let environment = EnvironmentId::from_uuid(Uuid::nil());
    let platform = PlatformId::from_uuid(Uuid::nil());
    let issuer = IssuerId::from_uuid(Uuid::nil());
    [
        (
            Party::Distributor(environment, platform),
            DISTRIBUTOR_SCOPES,
        ),
        (Party::Issuer(None, issuer), ISSUER_SCOPES),
        (Party::Platform(platform), PLATFORM_SCOPES),
        (Party::Registrar, NETWORK_SCOPES),
    ]
}

/// Operations that read no token, by the end of their id.
const PUBLIC: &[&str] = &[
    "take_token",
    "describe_authorization",
    "find_authorization",
    "check_liveness",
    "check_readiness",
    "get_metrics",
    "show_identification",
    "list_problem_codes",
    "get_problem_code",
    "get_participation_criteria",
    "list_registers",
    "get_register_log",
    "get_register_checkpoint",
    "add_cosignatures",
    "get_inclusion_proof",
    "get_consistency_proof",
    "list_register_rules",
    "get_terms",
    "get_terms_version",
    "get_terms_document",
    "get_terms_file",
];

const DISTRIBUTOR: &[(&str, Right)] = &[
    ("upload_document", Right::WriteDocuments),
    ("get_document", Right::WriteDocuments),
    ("create_investor", Right::WriteInvestors),
    ("list_investors", Right::ReadInvestors),
    ("get_investor", Right::ReadInvestors),
    ("update_investor", Right::WriteInvestors),
    ("create_benefiting_person", Right::WriteInvestors),
    ("create_holder_link", Right::WriteInvestors),
    ("list_benefiting_persons", Right::ReadInvestors),
    ("create_identification", Right::WriteInvestors),
    ("list_identifications", Right::ReadInvestors),
    ("get_identification", Right::ReadInvestors),
    ("create_generic_wallet", Right::WriteInvestors),
    ("create_managed_wallet", Right::WriteInvestors),
    ("list_wallets", Right::ReadInvestors),
    ("get_wallet", Right::ReadInvestors),
    ("update_wallet", Right::WriteInvestors),
    ("create_wallet_challenge", Right::WriteInvestors),
    ("create_wallet_proof", Right::WriteInvestors),
    ("create_authority_proof", Right::WriteInvestors),
    ("list_authority_proofs", Right::ReadInvestors),
    ("create_instruction_key", Right::WriteInvestors),
    ("create_instruction_key_proof", Right::WriteInvestors),
    ("list_instruction_keys", Right::ReadInstructionKeys),
    ("get_instruction_key", Right::ReadInstructionKeys),
    ("revoke_instruction_key", Right::RevokeInstructionKeys),
    ("request_address_change", Right::WriteInvestors),
    ("withdraw_address_change", Right::WriteInvestors),
    ("list_products", Right::ReadProducts),
    ("get_product", Right::ReadProducts),
    ("list_campaigns", Right::ReadProducts),
    ("get_campaign", Right::ReadProducts),
    ("create_investment", Right::WriteInvestments),
    ("create_investment_batch", Right::WriteInvestments),
    ("list_investments", Right::ReadInvestments),
    ("get_investment", Right::ReadInvestments),
    ("update_investment", Right::WriteInvestments),
    ("cancel_investment", Right::WriteInvestments),
    ("add_signed_documents", Right::WriteInvestments),
    ("list_registry_statements", Right::ReadStatements),
    ("request_registry_statement", Right::RequestStatements),
    ("get_registry_statement", Right::ReadStatements),
    ("get_registry_statement_document", Right::ReadStatements),
    ("create_transfer", Right::WriteTransfers),
    ("list_transfers", Right::ReadTransfers),
    ("get_transfer", Right::ReadTransfers),
    ("create_redemption", Right::WriteRedemptions),
    ("list_redemptions", Right::ReadRedemptions),
    ("get_redemption", Right::ReadRedemptions),
    ("withdraw_redemption", Right::WriteRedemptions),
    ("list_events", Right::ReadInvestments),
    ("create_webhook_endpoint", Right::WriteInvestments),
    ("list_webhook_endpoints", Right::ReadInvestments),
    ("get_webhook_endpoint", Right::ReadInvestments),
    ("update_webhook_endpoint", Right::WriteInvestments),
    ("delete_webhook_endpoint", Right::WriteInvestments),
    ("test_webhook_endpoint", Right::WriteInvestments),
    ("rotate_webhook_secret", Right::WriteInvestments),
    ("list_webhook_attempts", Right::ReadInvestments),
    ("replay_webhook_events", Right::WriteInvestments),
];

const NONE: &[(&str, Right)] = &[];

/// What is beside [`ISSUER`] in the Issuer API of all environments.
const ISSUER_ACCOUNT: &[(&str, Right)] = &[
    ("create_issuer", Right::WriteIssuers),
    ("update_issuer", Right::WriteIssuers),
    ("create_product", Right::WriteIssuedProducts),
];

const ISSUER: &[(&str, Right)] = &[
    ("list_issuers", Right::ReadIssuers),
    ("get_issuer", Right::ReadIssuers),
    ("update_product", Right::WriteIssuedProducts),
    ("list_distribution_platforms", Right::ReadIssuedProducts),
    ("get_distribution_platform", Right::ReadIssuedProducts),
    ("create_listing", Right::WriteIssuedProducts),
    ("get_listing", Right::ReadIssuedProducts),
    ("create_campaign", Right::WriteIssuedProducts),
    ("list_campaigns", Right::ReadIssuedProducts),
    ("get_campaign", Right::ReadIssuedProducts),
    ("update_campaign", Right::WriteIssuedProducts),
    ("upload_document", Right::WriteDocuments),
    ("get_document", Right::WriteDocuments),
    ("list_products", Right::ReadIssuedProducts),
    ("get_product", Right::ReadIssuedProducts),
    ("list_listings", Right::ReadIssuedProducts),
    ("list_investments", Right::ReadIssuedInvestments),
    ("get_investment", Right::ReadIssuedInvestments),
    ("accept_investment", Right::DecideInvestments),
    ("reject_investment", Right::DecideInvestments),
    ("mark_investment_paid", Right::SettleInvestments),
    ("report_payment_missing", Right::SettleInvestments),
    ("accept_investments", Right::DecideInvestments),
    ("reject_investments", Right::DecideInvestments),
    ("mark_investments_paid", Right::SettleInvestments),
    ("report_payments_missing", Right::SettleInvestments),
    ("list_redemptions", Right::ReadIssuedRedemptions),
    ("get_redemption", Right::ReadIssuedRedemptions),
    ("mark_redemption_paid", Right::SettleRedemptions),
    ("delete_redemption", Right::SettleRedemptions),
    ("create_redemption_notice", Right::SettleRedemptions),
    ("list_redemption_notices", Right::ReadIssuedRedemptions),
    ("get_redemption_notice", Right::ReadIssuedRedemptions),
    ("execute_redemption_notice", Right::SettleRedemptions),
    ("mark_redemption_notice_paid", Right::SettleRedemptions),
    ("withdraw_redemption_notice", Right::SettleRedemptions),
    ("create_transfer_consent", Right::GiveTransferConsents),
    ("list_transfer_consents", Right::ReadTransferConsents),
    ("get_transfer_consent", Right::ReadTransferConsents),
    ("withdraw_transfer_consent", Right::GiveTransferConsents),
];

const NETWORK: &[(&str, Right)] = &[
    ("get_company_authority", Right::ReadNetwork),
    ("set_company_authority", Right::WriteNetwork),
    ("list_instruction_keys", Right::ReadInstructionKeys),
    ("get_instruction_key", Right::ReadInstructionKeys),
    ("revoke_instruction_key", Right::RevokeInstructionKeys),
    ("list_products", Right::ReadNetwork),
    ("get_product", Right::ReadNetwork),
    ("get_register", Right::ReadNetwork),
    ("get_past_register", Right::ReadNetwork),
    ("list_reconciliations", Right::ReadNetwork),
    ("list_incidents", Right::ReadNetwork),
    ("get_incident", Right::ReadNetwork),
    ("propose_incident_closure", Right::WriteNetwork),
    ("list_reconciliation_reports", Right::ReadNetwork),
    ("list_dlt_transactions", Right::ReadNetwork),
    ("get_dlt_costs", Right::ReadNetwork),
    ("get_delivery_estimate", Right::ReadNetwork),
    ("get_delivery_policy", Right::ReadNetwork),
    ("set_delivery_policy", Right::WriteNetwork),
    ("get_transfer_rules", Right::ReadNetwork),
    ("set_transfer_rules", Right::WriteNetwork),
    ("list_redemptions", Right::ReadIssuedRedemptions),
    ("get_redemption", Right::ReadIssuedRedemptions),
    ("mark_redemption_paid", Right::SettleRedemptions),
    ("delete_redemption", Right::SettleRedemptions),
    ("create_redemption_notice", Right::SettleRedemptions),
    ("list_redemption_notices", Right::ReadIssuedRedemptions),
    ("get_redemption_notice", Right::ReadIssuedRedemptions),
    ("execute_redemption_notice", Right::SettleRedemptions),
    ("mark_redemption_notice_paid", Right::SettleRedemptions),
    ("withdraw_redemption_notice", Right::SettleRedemptions),
    ("create_transfer_consent", Right::GiveTransferConsents),
    ("list_transfer_consents", Right::ReadTransferConsents),
    ("get_transfer_consent", Right::ReadTransferConsents),
    ("withdraw_transfer_consent", Right::GiveTransferConsents),
    ("list_catalogue", Right::ReadCatalogue),
    ("get_catalogue_asset", Right::ReadCatalogue),
    ("get_catalogue_document", Right::ReadCatalogue),
    ("open_account", Right::WriteNetwork),
    ("list_all_issuers", Right::ReadNetwork),
    ("permit_platform", Right::WriteNetwork),
    ("list_validations", Right::ReadNetwork),
    ("get_validation", Right::ReadNetwork),
    ("propose_validation", Right::WriteNetwork),
    ("reject_product", Right::WriteNetwork),
    ("list_pending_identifications", Right::ReadNetwork),
    ("get_identification", Right::ReadNetwork),
    ("decide_identification", Right::WriteNetwork),
    ("review_investment", Right::WriteNetwork),
    ("list_registry_statements", Right::ReadStatements),
    ("request_registry_statement", Right::RequestStatements),
    ("get_registry_statement", Right::ReadStatements),
    ("get_registry_statement_document", Right::ReadStatements),
    ("get_health", Right::ReadNetwork),
    ("upload_document", Right::WriteDocuments),
    ("get_document", Right::WriteDocuments),
    ("create_application", Right::WritePlatform),
    ("list_applications", Right::ReadApplications),
    ("get_application", Right::ReadApplications),
    ("update_application", Right::WritePlatform),
    ("verify_application_domain", Right::WritePlatform),
    ("submit_application", Right::WritePlatform),
    ("withdraw_application", Right::WritePlatform),
    ("create_application_message", Right::WriteApplications),
    ("list_application_messages", Right::ReadApplications),
    ("get_application_letter", Right::ReadApplications),
    ("propose_application_answer", Right::WriteNetwork),
    ("propose_licence", Right::WriteNetwork),
    ("list_assets", Right::ReadPlatform),
    ("get_asset", Right::ReadPlatform),
    ("create_asset_request", Right::WritePlatform),
    ("list_asset_requests", Right::ReadAssetRequests),
    ("get_asset_request", Right::ReadAssetRequests),
    ("withdraw_asset_request", Right::WritePlatform),
    ("accept_asset_request", Right::AcceptAssetRequests),
    ("refuse_asset_request", Right::RefuseAssetRequests),
    ("approve_asset_request", Right::WriteNetwork),
    ("create_client", Right::WriteClients),
    ("list_clients", Right::ReadClients),
    ("get_client", Right::ReadClients),
    ("rotate_client", Right::WriteClients),
    ("revoke_client", Right::WriteClients),
    ("list_audit_lines", Right::ReadAudit),
    ("get_participation", Right::ReadPlatform),
    ("list_platforms", Right::ReadNetwork),
    ("get_platform", Right::ReadNetwork),
    ("leave_network", Right::WritePlatform),
    ("request_inspection", Right::WriteNetwork),
    ("refuse_inspection", Right::WriteNetwork),
    ("list_inspections", Right::ReadInspections),
    ("get_inspection", Right::ReadInspections),
    ("get_inspection_extract", Right::ReadInspections),
    ("propose_payout_list", Right::WriteNetwork),
    ("propose_terms_change", Right::WriteNetwork),
    ("list_payout_lists", Right::ReadNetwork),
    ("get_payout_list", Right::ReadNetwork),
    ("list_payout_entries", Right::ReadPayoutAccounts),
    ("get_payout_table", Right::ReadPayoutAccounts),
    ("propose_reregistration", Right::WriteNetwork),
    ("propose_reversal", Right::WriteNetwork),
    ("list_reregistrations", Right::ReadNetwork),
    ("get_reregistration", Right::ReadNetwork),
    ("get_registry_statement_deliveries", Right::ReadNetwork),
    ("propose_conversion", Right::WriteNetwork),
    ("list_conversions", Right::ReadNetwork),
    ("propose_restriction", Right::WriteNetwork),
    ("list_restrictions", Right::ReadNetwork),
    ("get_restriction", Right::ReadNetwork),
    ("propose_restriction_release", Right::WriteNetwork),
    ("list_deadlines", Right::ReadNetwork),
    ("get_register_journal", Right::ReadNetwork),
    ("list_decisions", Right::ReadNetwork),
    ("get_decision", Right::ReadNetwork),
    ("confirm_decision", Right::WriteNetwork),
    ("withdraw_decision", Right::WriteNetwork),
    ("propose_suspension", Right::WriteNetwork),
    ("propose_readmission", Right::WriteNetwork),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_and_cases_are_the_same_list() {
        let operations = operations();
        for (api, cases) in [
            ("distributor", DISTRIBUTOR),
            ("issuer", ISSUER),
            ("issuer", ISSUER_ACCOUNT),
            ("environment_issuer", ISSUER),
            ("network", NETWORK),
        ] {
            for (name, right) in cases {
                let id = format!("{api}_{name}");
                let found = operations.iter().find(|o| o.id == id);
                let access = found.map(|o| o.access);
                assert_eq!(access, Some(Access::Needs(*right)), "{id}");
            }
        }
        for name in PUBLIC {
            assert!(operations.iter().any(|o| o.id.ends_with(name)), "{name}");
        }
    }

    #[test]
    fn every_right_is_granted_by_some_scope() {
        assert_eq!(granting_scopes(Right::WriteInvestors), ["investors:write"]);
        assert_eq!(
            granting_scopes(Right::ReadProducts),
            ["investors:read", "investments:read"]
        );
        assert_eq!(
            granting_scopes(Right::WriteDocuments),
            ["documents:write", "partner:write", "network:write"]
        );
        assert_eq!(
            granting_scopes(Right::DecideInvestments),
            ["investments:write"]
        );
        assert_eq!(granting_scopes(Right::WriteNetwork), ["network:write"]);
    }
}
