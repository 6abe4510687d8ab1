//! All routes in one place: which operations each API has, and under which prefix.

use axum::Router;
use utoipa::openapi::{OpenApi, Tag};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::{
    Api, applications, asset_requests, assets, benefiting_persons, campaigns, catalogue, clients,
    company_authority, conversions, deadlines, decisions, delivery_costs, dlt_transactions,
    document, documents, feed, health, holders, identifications, inspections, instruction_keys,
    investments, investors, issued_campaigns, issued_investments, issued_redemptions, issuers,
    listings, network, oauth, participation, payout_lists, platforms, problems, products,
    reconciliation, redemption_notices, redemptions, register_log, register_past, register_rules,
    reregistrations, restrictions, statements, terms, transfer_consents, transfers, validations,
    wallets, webhook_endpoints,
};

/// Prefix of everything that belongs to one environment.
const ENVIRONMENT: &str = "/environments/{environment}/api/external";
/// Prefix of what an issuer owns in all environments.
const ISSUER: &str = "/api/external";
/// Prefix of the registrar's API.
const NETWORK: &str = "/api/network";

/// The routes and their documentation.
pub(crate) fn parts() -> (Router<Api>, OpenApi) {
    let router = OpenApiRouter::with_openapi(document::base())
        .nest(
            &format!("{ENVIRONMENT}/distributor/v2"),
            part("distributor", "Distributor", distributor()),
        )
        .nest(
            &format!("{ENVIRONMENT}/issuer/v2"),
            part(
                "environment_issuer",
                "Issuer (one environment)",
                issuer_in_environment(),
            ),
        )
        .nest(
            &format!("{ISSUER}/issuer/v2"),
            part("issuer", "Issuer", issuer()),
        )
        .nest(
            &format!("{NETWORK}/v1"),
            part("network", "Network", network()),
        )
        .merge(part("service", "Service", service()));
    let router = authorization_servers()
        .into_iter()
        .fold(router, |router, (name, prefix)| {
            let well_known = format!("{}{prefix}", oauth::WELL_KNOWN);
            router
                .nest(&prefix, part(name, "OAuth 2.0", oauth::endpoints()))
                .nest(&well_known, part(name, "OAuth 2.0", oauth::well_known()))
        });
    let (routes, mut openapi) = router.split_for_parts();
    document::complete(&mut openapi);
    (routes, openapi)
}

fn distributor() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(documents::upload_document))
        .routes(routes!(documents::get_document))
        .routes(routes!(
            investors::create_investor,
            investors::list_investors
        ))
        .routes(routes!(investors::get_investor, investors::update_investor))
        .routes(routes!(holders::create_holder_link))
        .routes(routes!(
            benefiting_persons::create_benefiting_person,
            benefiting_persons::list_benefiting_persons
        ))
        .routes(routes!(
            identifications::create_identification,
            identifications::list_identifications
        ))
        .routes(routes!(identifications::get_identification))
        .routes(routes!(wallets::create_generic_wallet))
        .routes(routes!(wallets::create_managed_wallet))
        .routes(routes!(wallets::list_wallets))
        .routes(routes!(wallets::get_wallet, wallets::update_wallet))
        .routes(routes!(wallets::create_wallet_challenge))
        .routes(routes!(wallets::create_wallet_proof))
        .routes(routes!(wallets::request_address_change))
        .routes(routes!(wallets::withdraw_address_change))
        .routes(routes!(
            company_authority::create_authority_proof,
            company_authority::list_authority_proofs
        ))
        .routes(routes!(instruction_keys::create_instruction_key))
        .routes(routes!(instruction_keys::create_instruction_key_proof))
        .merge(kept_keys())
        .routes(routes!(products::list_products))
        .routes(routes!(products::get_product))
        .routes(routes!(campaigns::list_campaigns))
        .routes(routes!(campaigns::get_campaign))
        .routes(routes!(
            investments::create_investment,
            investments::list_investments
        ))
        .routes(routes!(investments::create_investment_batch))
        .routes(routes!(
            investments::get_investment,
            investments::update_investment
        ))
        .routes(routes!(investments::cancel_investment))
        .routes(routes!(investments::add_signed_documents))
        .merge(registry_statements())
        .routes(routes!(
            transfers::create_transfer,
            transfers::list_transfers
        ))
        .routes(routes!(transfers::get_transfer))
        .routes(routes!(
            redemptions::create_redemption,
            redemptions::list_redemptions
        ))
        .routes(routes!(redemptions::get_redemption))
        .routes(routes!(redemptions::withdraw_redemption))
        .routes(routes!(feed::list_events))
        .routes(routes!(
            webhook_endpoints::create_webhook_endpoint,
            webhook_endpoints::list_webhook_endpoints
        ))
        .routes(routes!(
            webhook_endpoints::get_webhook_endpoint,
            webhook_endpoints::update_webhook_endpoint,
            webhook_endpoints::delete_webhook_endpoint
        ))
        .routes(routes!(webhook_endpoints::test_webhook_endpoint))
        .routes(routes!(webhook_endpoints::rotate_webhook_secret))
        .routes(routes!(webhook_endpoints::list_webhook_attempts))
        .routes(routes!(webhook_endpoints::replay_webhook_events))
}

/// All that an issuer owns; issuers and products are only brought here.
fn issuer() -> OpenApiRouter<Api> {
    issuer_anywhere()
        .routes(routes!(issuers::create_issuer, issuers::list_issuers))
        .routes(routes!(issuers::get_issuer, issuers::update_issuer))
        .routes(routes!(
            products::issued::create_product,
            products::issued::list_products
        ))
}

/// What an issuer owns in one environment.
fn issuer_in_environment() -> OpenApiRouter<Api> {
    issuer_anywhere()
        .routes(routes!(issuers::list_issuers))
        .routes(routes!(issuers::get_issuer))
        .routes(routes!(products::issued::list_products))
}

fn issuer_anywhere() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(documents::upload_document))
        .routes(routes!(documents::get_document))
        .routes(routes!(
            products::issued::get_product,
            products::issued::update_product
        ))
        .routes(routes!(platforms::list_distribution_platforms))
        .routes(routes!(platforms::get_distribution_platform))
        .routes(routes!(listings::create_listing, listings::list_listings))
        .routes(routes!(listings::get_listing))
        .routes(routes!(
            issued_campaigns::create_campaign,
            issued_campaigns::list_campaigns
        ))
        .routes(routes!(
            issued_campaigns::get_campaign,
            issued_campaigns::update_campaign
        ))
        .routes(routes!(issued_investments::list_investments))
        .routes(routes!(issued_investments::get_investment))
        .routes(routes!(issued_investments::accept_investment))
        .routes(routes!(issued_investments::reject_investment))
        .routes(routes!(issued_investments::mark_investment_paid))
        .routes(routes!(issued_investments::report_payment_missing))
        .routes(routes!(issued_investments::accept_investments))
        .routes(routes!(issued_investments::reject_investments))
        .routes(routes!(issued_investments::mark_investments_paid))
        .routes(routes!(issued_investments::report_payments_missing))
        .merge(settled_redemptions())
        .merge(given_consents())
}

/// What the issuer consents to, and the registrar records on its proof.
fn given_consents() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(
            transfer_consents::create_transfer_consent,
            transfer_consents::list_transfer_consents
        ))
        .routes(routes!(transfer_consents::get_transfer_consent))
        .routes(routes!(transfer_consents::withdraw_transfer_consent))
}

/// What the issuer does about redemptions, and the registrar on its proof.
fn settled_redemptions() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(issued_redemptions::list_redemptions))
        .routes(routes!(issued_redemptions::get_redemption))
        .routes(routes!(issued_redemptions::mark_redemption_paid))
        .routes(routes!(issued_redemptions::delete_redemption))
        .routes(routes!(
            redemption_notices::create_redemption_notice,
            redemption_notices::list_redemption_notices
        ))
        .routes(routes!(redemption_notices::get_redemption_notice))
        .routes(routes!(redemption_notices::execute_redemption_notice))
        .routes(routes!(redemption_notices::mark_redemption_notice_paid))
        .routes(routes!(redemption_notices::withdraw_redemption_notice))
}

/// What platforms and the registrar see of keys, and how they take them back.
fn kept_keys() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(instruction_keys::list_instruction_keys))
        .routes(routes!(instruction_keys::get_instruction_key))
        .routes(routes!(instruction_keys::revoke_instruction_key))
}

fn registry_statements() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(
            statements::list_registry_statements,
            statements::request_registry_statement
        ))
        .routes(routes!(statements::get_registry_statement))
        .routes(routes!(statements::get_registry_statement_document))
}

fn network() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .merge(settled_redemptions())
        .merge(given_consents())
        .merge(registry_statements())
        .merge(kept_keys())
        .routes(routes!(network::list_products))
        .routes(routes!(network::get_product))
        .routes(routes!(network::get_register))
        .routes(routes!(register_past::get_past_register))
        .routes(routes!(register_past::get_register_journal))
        .routes(routes!(reconciliation::list_reconciliations))
        .routes(routes!(reconciliation::list_incidents))
        .routes(routes!(reconciliation::get_incident))
        .routes(routes!(reconciliation::propose_incident_closure))
        .routes(routes!(reconciliation::list_reconciliation_reports))
        .routes(routes!(
            transfers::get_transfer_rules,
            transfers::set_transfer_rules
        ))
        .routes(routes!(catalogue::list_catalogue))
        .routes(routes!(catalogue::get_catalogue_asset))
        .routes(routes!(catalogue::get_catalogue_document))
        .routes(routes!(
            validations::open_account,
            validations::list_all_issuers
        ))
        .routes(routes!(validations::permit_platform))
        .routes(routes!(validations::list_validations))
        .routes(routes!(
            validations::get_validation,
            validations::propose_validation
        ))
        .routes(routes!(validations::reject_product))
        .routes(routes!(network::list_pending_identifications))
        .routes(routes!(network::get_identification))
        .routes(routes!(network::decide_identification))
        .routes(routes!(network::review_investment))
        .routes(routes!(network::get_health))
        .routes(routes!(register_log::list_registers))
        .routes(routes!(register_log::get_register_log))
        .routes(routes!(register_log::get_register_checkpoint))
        .routes(routes!(register_log::add_cosignatures))
        .routes(routes!(register_log::get_inclusion_proof))
        .routes(routes!(register_log::get_consistency_proof))
        .routes(routes!(register_rules::list_register_rules))
        .routes(routes!(terms::get_terms))
        .routes(routes!(terms::get_terms_version))
        .routes(routes!(terms::get_terms_document))
        .routes(routes!(terms::get_terms_file))
        .routes(routes!(terms::propose_terms_change))
        .routes(routes!(documents::upload_document))
        .routes(routes!(documents::get_document))
        .routes(routes!(applications::get_participation_criteria))
        .routes(routes!(
            applications::create_application,
            applications::list_applications
        ))
        .routes(routes!(
            applications::get_application,
            applications::update_application
        ))
        .routes(routes!(applications::verify_application_domain))
        .routes(routes!(applications::submit_application))
        .routes(routes!(applications::withdraw_application))
        .routes(routes!(
            applications::create_application_message,
            applications::list_application_messages
        ))
        .routes(routes!(applications::get_application_letter))
        .routes(routes!(applications::propose_application_answer))
        .routes(routes!(participation::propose_licence))
        .routes(routes!(clients::create_client, clients::list_clients))
        .routes(routes!(assets::list_assets))
        .routes(routes!(assets::get_asset))
        .routes(routes!(
            asset_requests::create_asset_request,
            asset_requests::list_asset_requests
        ))
        .routes(routes!(asset_requests::get_asset_request))
        .routes(routes!(asset_requests::withdraw_asset_request))
        .routes(routes!(asset_requests::accept_asset_request))
        .routes(routes!(asset_requests::refuse_asset_request))
        .routes(routes!(asset_requests::approve_asset_request))
        .routes(routes!(clients::get_client))
        .routes(routes!(clients::rotate_client))
        .routes(routes!(clients::revoke_client))
        .routes(routes!(clients::list_audit_lines))
        .routes(routes!(participation::get_participation))
        .routes(routes!(participation::list_platforms))
        .routes(routes!(participation::get_platform))
        .routes(routes!(participation::leave_network))
        .routes(routes!(inspections::request_inspection))
        .routes(routes!(inspections::list_inspections))
        .routes(routes!(inspections::get_inspection))
        .routes(routes!(inspections::refuse_inspection))
        .routes(routes!(inspections::get_inspection_extract))
        .routes(routes!(payout_lists::propose_payout_list))
        .routes(routes!(payout_lists::list_payout_lists))
        .routes(routes!(payout_lists::get_payout_list))
        .routes(routes!(payout_lists::list_payout_entries))
        .routes(routes!(payout_lists::get_payout_table))
        .routes(routes!(reregistrations::propose_reregistration))
        .routes(routes!(reregistrations::propose_reversal))
        .routes(routes!(reregistrations::list_reregistrations))
        .routes(routes!(reregistrations::get_reregistration))
        .routes(routes!(statements::get_registry_statement_deliveries))
        .routes(routes!(conversions::propose_conversion))
        .routes(routes!(conversions::list_conversions))
        .routes(routes!(restrictions::propose_restriction))
        .routes(routes!(restrictions::list_restrictions))
        .routes(routes!(restrictions::get_restriction))
        .routes(routes!(restrictions::propose_restriction_release))
        .routes(routes!(deadlines::list_deadlines))
        .routes(routes!(dlt_transactions::list_dlt_transactions))
        .routes(routes!(delivery_costs::get_dlt_costs))
        .routes(routes!(delivery_costs::get_delivery_estimate))
        .routes(routes!(
            delivery_costs::get_delivery_policy,
            delivery_costs::set_delivery_policy
        ))
        .routes(routes!(decisions::list_decisions))
        .routes(routes!(decisions::get_decision))
        .routes(routes!(decisions::confirm_decision))
        .routes(routes!(decisions::withdraw_decision))
        .routes(routes!(
            company_authority::get_company_authority,
            company_authority::set_company_authority
        ))
        .routes(routes!(participation::propose_suspension))
        .routes(routes!(participation::propose_readmission))
}

fn service() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(health::check_liveness))
        .routes(routes!(health::check_readiness))
        .routes(routes!(health::get_metrics))
        .routes(routes!(identifications::show_identification))
        .routes(routes!(problems::list_problem_codes))
        .routes(routes!(problems::get_problem_code))
}

/// Clients of every generation look for the token endpoint below their own base URL.
fn authorization_servers() -> [(&'static str, String); 7] {
    [
        ("environment", ENVIRONMENT.to_owned()),
        (
            "environment_distributor",
            format!("{ENVIRONMENT}/distributor"),
        ),
        ("environment_issuer", format!("{ENVIRONMENT}/issuer")),
        ("issuer", ISSUER.to_owned()),
        ("issuer_prefixed", format!("{ISSUER}/issuer")),
        ("network", format!("{NETWORK}/v1")),
        ("network_unversioned", NETWORK.to_owned()),
    ]
}

/// The routes of one API, their operation ids and tags with its name in front.
fn part(name: &str, title: &str, mut router: OpenApiRouter<Api>) -> OpenApiRouter<Api> {
    let openapi = router.get_openapi_mut();
    let mut tags: Vec<Tag> = Vec::new();
    for (_, _, operation) in document::operations_mut(openapi) {
        let id = operation.operation_id.take().unwrap_or_default();
        operation.operation_id = Some(format!("{name}_{id}"));
        for tag in operation.tags.iter_mut().flatten() {
            *tag = format!("{title}: {tag}");
            if !tags.iter().any(|known| known.name == *tag) {
                tags.push(Tag::new(&*tag));
            }
        }
    }
    openapi.tags = Some(tags);
    router
}
