//! Every operation of the OpenAPI document: without a token, with the wrong scope, with another kind of party's token, and with
//! that of a party of the same kind to whom the resource does not belong.

use std::collections::HashMap;

use api::{Access, Operation, operations};
use cashlink::demo::client::Credentials;
use domain::IssuerId;
use registry::Caller;
use registry::caller::{ISSUER_SCOPES, Party};
use reqwest::Method;
use rstest::rstest;
use serde_json::{Value, json};
use storage::clients::ClientKind;
use testkit::app::take_token;
use testkit::client::{Reply, Session, id};
use testkit::contract::Contract;
use testkit::{Backend, Issuer, TestApp, people};
use uuid::Uuid;

/// One of everything, made by the first partner at the first environment.
struct World {
    app: TestApp,
    /// By the name of the path parameter.
    ids: HashMap<&'static str, String>,
    /// Somebody's wallet address that is free.
    investment: String,
    /// Over all its assets: the platform that made everything, and the other one.
    platforms: [Credentials; 2],
}

impl World {
    async fn new(backend: Backend) -> Self {
        let app = TestApp::start(backend).await;
        let partner = app.partner(0).await;
        let customer = partner.customer().await;
        let document = partner.document("paper").await;
        let identification = id(&partner.identify(&customer.investor).await);
        let investment = id(&partner.invest(&customer, 2, json!({})).await);
        let endpoint = json!({"url": "https://example.org/hook"});
        let endpoint = id(&partner
            .api
            .post("webhook-endpoints/", &endpoint)
            .await
            .expect(201));
        let platforms = app.platform_ids(0).await;
        let reason = json!({"reason": "The authority has published a notice about the firm."});
        let decision = app
            .registrar()
            .await
            .post(&format!("platforms/{}/suspension/", platforms[1]), &reason)
            .await;
        let decision = id(&decision.expect(201));
        let client = json!({"name": "made by the platform"});
        let client = app
            .platform(&platforms[0])
            .await
            .post("clients/", &client)
            .await;
        let client = id(&client.expect(201));
        let application = app
            .applicant("Mustermann & Söhne GmbH")
            .await
            .post("applications/", &json!({}))
            .await;
        let application = id(&application.expect(201));
        let request = asset_request(&app, &platforms[0]).await;
        let listings = app.issuer(0).await.get("listings/").await.expect(200);
        let product = app.issuer(0).await.get("products/").await.expect(200);
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let transfer = crate::transfers::some_transfer(&app, &partner).await;
        let redemption = crate::redemptions::some_redemption(&app, &partner).await;
        let notice = crate::redemption_notices::announced(&app, json!({"units": 1})).await;
        let payout_list =
            crate::payout_lists::drawn_up(&app, &partner.product_id, "2026-01-31").await;
        let reregistration = crate::reregistrations::some_reregistration(&app, &partner).await;
        let restriction = crate::restrictions::some_restriction(&app, &partner).await;
        let statement = crate::statements::some_statement(&app, &partner).await;
        let inspection = crate::inspections::some_inspection(&app, &partner.product_id).await;
        let incident = crate::reconciliation::some_incident(&app, &partner.product_id).await;
        let key = crate::instruction_keys::first_key(&partner, &customer.investor).await;
        let ids = HashMap::from([
            ("incident_id", incident),
            ("inspection_id", inspection),
            ("statement_id", statement),
            ("transfer_id", transfer),
            ("redemption_id", redemption),
            ("redemption_notice_id", id(&notice)),
            ("transfer_consent_id", uuid::Uuid::nil().to_string()),
            ("payout_list_id", payout_list),
            ("reregistration_id", reregistration),
            ("restriction_id", restriction),
            ("platform_id", platforms[0].clone()),
            ("decision_id", decision),
            ("client_id", client),
            ("application_id", application),
            ("asset_request_id", request),
            ("sha256", "00".repeat(32)),
            ("sequence", "1".to_owned()),
            ("version", "1".to_owned()),
            ("isin", text(&product["results"][0]["isin"])),
            ("listing_id", id(&listings["results"][0])),
            (
                "distribution_platform_id",
                text(&listings["results"][0]["distribution_platform_id"]),
            ),
            ("issuer_id", text(&product["results"][0]["issuer_id"])),
            ("environment", app.environment(0).name.clone()),
            ("investor_id", customer.investor),
            ("wallet_id", customer.wallet),
            ("instruction_key_id", key),
            ("document_id", document),
            ("identification_id", identification),
            ("investment_id", investment.clone()),
            ("product_id", partner.product_id.clone()),
            ("campaign_id", partner.campaign_id.clone()),
            ("endpoint_id", endpoint),
        ]);
        let own = app.client(ClientKind::Platform, Some(&platforms[0])).await;
        let other = app.client(ClientKind::Platform, Some(&platforms[1])).await;
        Self {
            app,
            ids,
            investment,
            platforms: [own, other],
        }
    }

    fn path(&self, operation: &Operation) -> String {
        let mut path = operation.path.clone();
        for (name, value) in &self.ids {
            path = path.replace(&format!("{{{name}}}"), value);
        }
        assert!(!path.contains('{'), "no test has a value for {path}");
        path
    }

    /// The request of an operation, as right as can be.
    async fn send(&self, operation: &Operation, token: Option<&str>) -> Reply {
        let mut session = Session::anonymous(&self.app.url);
        session.token = token.map(str::to_owned);
        let method: Method = operation.method.parse().unwrap();
        let call = session.call(method, &self.path(operation));
        if operation.id.ends_with("upload_document") {
            return call
                .file("paper.pdf", "application/pdf", &people::pdf("x"))
                .send()
                .await;
        }
        match self.body(operation) {
            Some(body) => call.json(&body).send().await,
            None => call.send().await,
        }
    }

    fn body(&self, operation: &Operation) -> Option<Value> {
        if operation.method == "GET" || operation.method == "DELETE" {
            return None;
        }
        let partner_order = json!({
            "investor_id": self.ids["investor_id"], "campaign_id": self.ids["campaign_id"], "units": 1, "signed_at": self.app.ago(60),
        });
        let signed = json!([{"document_id": self.ids["document_id"], "document_type": "KID"}]);
        let name = operation
            .id
            .rsplit_once("distributor_")
            .or(operation.id.rsplit_once("issuer_"))
            .or(operation.id.rsplit_once("network_"));
        Some(match name.map_or(operation.id.as_str(), |(_, name)| name) {
            "create_investor" => people::natural_person(),
            "create_benefiting_person" => people::benefiting_person(),
            "create_generic_wallet" => json!({"address": people::wallet_address()}),
            "create_wallet_proof" => json!({
                "challenge_id": uuid::Uuid::nil(), "scheme": "eip191", "signature": format!("0x{}", "11".repeat(65)),
            }),
            "create_authority_proof" => json!({
                "basis": "register_extract", "document_id": self.ids["document_id"],
            }),
            "set_company_authority" => json!({"rests_on": "proof"}),
            "create_instruction_key" => json!({
                "type": "ed25519", "public_key": testkit::ed25519::Ed25519Key::random().public(),
            }),
            "create_instruction_key_proof" => {
                json!({"signature": format!("0x{}", "11".repeat(65))})
            }
            "revoke_instruction_key" => json!({"reason": "lost"}),
            "request_address_change" => json!({"address": people::wallet_address()}),
            "create_investment" => partner_order,
            "create_investment_batch" => json!({"investments": [partner_order]}),
            "add_signed_documents" => json!({"signed_documents": signed}),
            "create_transfer" => json!({
                "product": self.ids["product_id"], "source_wallet": self.ids["wallet_id"],
                "target_address": people::wallet_address(), "amount": 1,
            }),
            "propose_incident_closure" => json!({"reason": "Because."}),
            "request_inspection" => crate::inspections::body("legitimate_interest", None),
            "refuse_inspection" => json!({"reason": "Because."}),
            "propose_payout_list" => json!({"record_date": "2026-01-31", "reason": "Because."}),
            "propose_reregistration" => json!({
                "wallet_id": self.ids["wallet_id"], "target_wallet_id": self.ids["wallet_id"], "ground": "court_order",
                "legal_basis": "An order", "document_id": self.ids["document_id"], "reason": "Because.",
            }),
            "propose_reversal" => json!({
                "entry": 1, "cause": "no_instruction", "legal_basis": "A finding", "document_id": self.ids["document_id"],
                "reason": "Because.",
            }),
            "propose_conversion" => json!({
                "wallet_id": self.ids["wallet_id"], "entry_type": "collective", "document_id": self.ids["document_id"],
                "reason": "Because.",
            }),
            "propose_restriction" => json!({
                "wallet_id": self.ids["wallet_id"], "kind": "freeze", "authority": "court", "legal_basis": "An order",
                "beneficiary": {"name": "Amtsgericht Musterstadt", "seat": "Musterstadt"},
                "document_id": self.ids["document_id"], "reason": "Because.",
            }),
            "propose_restriction_release" => json!({
                "authority": "court", "legal_basis": "An order", "document_id": self.ids["document_id"], "reason": "Because.",
            }),
            "propose_terms_change" => json!({
                "legal_basis": "law", "reference": "A law", "evidence_document_id": self.ids["document_id"],
                "consent_reference": "A letter", "terms": [], "reason": "Because.",
            }),
            "create_redemption" => json!({
                "investor_id": self.ids["investor_id"], "product_id": self.ids["product_id"],
                "wallet_id": self.ids["wallet_id"], "units": 1,
            }),
            "create_redemption_notice" => json!({
                "product_id": self.ids["product_id"], "units": 1, "execution_date": "2099-12-31", "legal_basis": "§ 6 of the terms",
            }),
            "create_transfer_consent" => json!({
                "product_id": self.ids["product_id"], "source_address": people::wallet_address(),
                "target_address": people::wallet_address(), "units": 1, "consent_reference": "A letter",
            }),
            "mark_redemption_paid" | "mark_redemption_notice_paid" => {
                json!({"payment_reference": "E2E-1"})
            }
            "set_transfer_rules" => json!({"paused": false}),
            "set_delivery_policy" => json!({"pace": "NORMAL"}),
            "create_webhook_endpoint" => json!({"url": "https://example.org/hook"}),
            "replay_webhook_events" => json!({"since": self.app.ago(60)}),
            "accept_investments"
            | "reject_investments"
            | "mark_investments_paid"
            | "report_payments_missing" => {
                json!({"investment_ids": [self.investment]})
            }
            "create_issuer" => people::issuer(
                "Speicherkai GmbH",
                &self.ids["document_id"],
                &self.ids["document_id"],
            ),
            "create_product" => people::product(&self.ids["issuer_id"], "none"),
            "create_listing" => json!({
                "product_id": self.ids["product_id"], "distribution_platform_id": self.ids["distribution_platform_id"],
            }),
            "create_campaign" => json!({
                "product_id": self.ids["product_id"], "distribution_platform_id": self.ids["distribution_platform_id"],
                "name": "Campaign", "allocation": 1,
            }),
            "open_account" => json!({"company_name": "Speicherkai GmbH"}),
            "permit_platform" => json!({"is_allowed": true}),
            "propose_validation" | "reject_product" => json!({"reason": "Because."}),
            "decide_identification" => json!({"decision": "approve"}),
            "create_application_message" => json!({"text": "Is anything missing?"}),
            "propose_application_answer" => json!({"decision": "admit", "reason": "Because."}),
            "propose_licence" => json!({"reason": "Because.", "licence": {
                "type": "kwg_32", "services": ["placement"], "authority": "BaFin", "number": "1", "valid_from": "2026-01-01",
            }}),
            "create_asset_request" => {
                json!({"product_id": self.ids["product_id"], "wanted_units": 1})
            }
            "refuse_asset_request" => json!({"reason": "Because."}),
            "create_client" => json!({"name": "made for a test"}),
            "review_investment" => json!({"action": "require"}),
            "propose_suspension" | "propose_readmission" => json!({"reason": "Because."}),
            _ => json!({}),
        })
    }

    /// A token of the party that the operation is for, with these scopes.
    async fn token(
        &self,
        operation: &Operation,
        foreign: Foreign,
        scope: Option<&str>,
    ) -> Option<String> {
        let environment = self.app.environment(0);
        let api = format!("{}/api", self.app.url);
        let (base, client) = match (kind(operation), foreign) {
            ("distributor", Foreign::No) => (environment.url.clone(), &environment.distributor),
            ("distributor", Foreign::SameKind) => (
                environment.url.clone(),
                &environment.other_distributors[0].credentials,
            ),
            ("distributor", Foreign::OtherKind) => (environment.url.clone(), &environment.issuer),
            ("environment_issuer", Foreign::No) => (environment.url.clone(), &environment.issuer),
            ("environment_issuer", Foreign::OtherKind) => {
                (environment.url.clone(), &environment.distributor)
            }
            // Each of the sample's environments has one issuer.
            ("environment_issuer", Foreign::SameKind) => return None,
            ("issuer", Foreign::No) => (format!("{api}/external"), &environment.issuer),
            ("issuer", Foreign::SameKind) => {
                (format!("{api}/external"), &self.app.environment(1).issuer)
            }
            ("network", Foreign::No) => (
                format!("{api}/network/v1"),
                &self.app.access.network.credentials,
            ),
            // Issuers take tokens there too, for the catalogue.
            ("network" | "platform", Foreign::OtherKind) => {
                (format!("{api}/network/v1"), &environment.issuer)
            }
            ("network_issuer", Foreign::No) => (format!("{api}/network/v1"), &environment.issuer),
            ("network_issuer", Foreign::SameKind) => {
                (format!("{api}/network/v1"), &self.app.environment(1).issuer)
            }
            ("network_issuer", Foreign::OtherKind) => {
                (format!("{api}/network/v1"), &self.platforms[0])
            }
            ("platform", Foreign::No) => (format!("{api}/network/v1"), &self.platforms[0]),
            ("platform", Foreign::SameKind) => (format!("{api}/network/v1"), &self.platforms[1]),
            // Nobody else takes tokens there, and there is one registrar.
            ("issuer", Foreign::OtherKind) | ("network", Foreign::SameKind) => return None,
            (other, _) => panic!("{other} is no API of ours"),
        };
        let token = take_token(&Session::anonymous(base), client, scope)
            .await
            .expect(200);
        Some(token["access_token"].as_str().unwrap().to_owned())
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Foreign {
    No,
    SameKind,
    OtherKind,
}

/// The first platform's request for an asset that the first environment's issuer brings beside its own.
async fn asset_request(app: &TestApp, platform: &str) -> String {
    let known = app.issuer(0).await.get("issuers/").await.expect(200);
    let account = id(&known["results"][0]);
    let issuer = Issuer::sign_in(app, &account).await.api;
    let network = app.app.ledger.network().name.clone();
    let mut product = people::product(&account, &network);
    product["payment_account"] = json!({
        "account_holder": "Havelkontor", "iban": "DE53500105173569146251", "bic": "GENODEF1ERG",
    });
    let product = id(&issuer.post("products/", &product).await.expect(201));
    let body = json!({"product_id": product, "wanted_units": 100});
    let asked = app.platform(platform).await;
    id(&asked.post("asset-requests/", &body).await.expect(201))
}

/// The API of an operation, by the beginning of its id; platforms and issuers have their parts of the network API.
fn kind(operation: &Operation) -> &'static str {
    let kind = ["environment_issuer", "distributor", "issuer", "network"]
        .into_iter()
        .find(|kind| operation.id.starts_with(kind))
        .unwrap_or("none");
    let registrar = Caller::network("authorisation");
    match operation.access {
        Access::Needs(right) if kind == "network" && registrar.require(right).is_err() => {
            match is_for_issuers(operation) {
                true => "network_issuer",
                false => "platform",
            }
        }
        _ => kind,
    }
}

/// Whether issuers have the right that it demands.
fn is_for_issuers(operation: &Operation) -> bool {
    let issuer = Caller {
        party: Party::Issuer(None, IssuerId::from_uuid(Uuid::nil())),
        scopes: ISSUER_SCOPES
            .iter()
            .map(|scope| (*scope).to_owned())
            .collect(),
        ..Caller::network("authorisation")
    };
    matches!(operation.access, Access::Needs(right) if issuer.require(right).is_ok())
}

/// Those that need a token.
fn guarded() -> Vec<Operation> {
    let mut all = operations();
    all.retain(|operation| matches!(operation.access, Access::Needs(_)));
    assert!(all.len() > 60, "this is the whole surface: {}", all.len());
    all
}

/// The scopes that the document demands.
fn documented_scopes(operation: &Operation) -> Vec<String> {
    let document = Contract::of_this_program().document();
    let security = &document["paths"][&operation.path][operation.method.to_lowercase()]["security"];
    let mut scopes = Vec::new();
    for requirement in security.as_array().unwrap() {
        for (_, named) in requirement.as_object().unwrap() {
            scopes.extend(
                named
                    .as_array()
                    .unwrap()
                    .iter()
                    .filter_map(|scope| scope.as_str().map(str::to_owned)),
            );
        }
    }
    assert!(
        !scopes.is_empty(),
        "{} has no scope in the document",
        operation.id
    );
    scopes
}

/// All scopes of the API that are not among these.
fn other_scopes(operation: &Operation, documented: &[String]) -> String {
    use registry::caller::{DISTRIBUTOR_SCOPES, NETWORK_SCOPES, PLATFORM_SCOPES};
    let all = match kind(operation) {
        "distributor" => DISTRIBUTOR_SCOPES,
        "network" => NETWORK_SCOPES,
        "platform" => PLATFORM_SCOPES,
        _ => ISSUER_SCOPES,
    };
    let others: Vec<&str> = all
        .iter()
        .copied()
        .filter(|scope| !documented.iter().any(|known| known == scope))
        .collect();
    others.join(" ")
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn nobody_comes_in_without_a_token(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    for operation in guarded() {
        world.send(&operation, None).await.refused("token_missing");
        world
            .send(&operation, Some("AAAA"))
            .await
            .refused("token_invalid");
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn every_operation_demands_its_scope(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a token with every scope but those that the document names.
    let world = World::new(backend).await;
    let mut tokens = HashMap::new();
    for operation in guarded() {
        let scopes = other_scopes(&operation, &documented_scopes(&operation));
        let key = (kind(&operation), scopes.clone());
        if !tokens.contains_key(&key) {
            let token = world
                .token(&operation, Foreign::No, Some(&scopes))
                .await
                .unwrap();
            tokens.insert(key.clone(), token);
        }
        // Then it is refused, and says what is missing.
        let reply = world.send(&operation, Some(&tokens[&key])).await;
        let challenge = reply.header("www-authenticate").map(str::to_owned);
        reply.refused("insufficient_scope");
        assert!(
            challenge.unwrap().contains("insufficient_scope"),
            "{}",
            operation.id
        );
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_belongs_to_someone_else_is_not_there(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let mut tokens = HashMap::new();
    let mut looked_at = 0;
    for operation in guarded() {
        // Products are listed for both platforms: they are not somebody's own.
        // Platforms are there for every issuer.
        let is_shared = operation.id.ends_with("distributor_get_product")
            || operation.id == "network_get_asset"
            || operation.id.ends_with("get_distribution_platform");
        let names_a_resource = operation.path.contains("_id}");
        if is_shared {
            continue;
        }
        let kind = kind(&operation);
        if !tokens.contains_key(kind) {
            tokens.insert(kind, world.token(&operation, Foreign::SameKind, None).await);
        }
        let Some(token) = &tokens[kind] else { continue };
        if names_a_resource {
            world
                .send(&operation, Some(token))
                .await
                .refused("not_found");
        } else if operation.method == "GET" {
            // A list is empty, or has only what is the reader's own.
            let reply = world.send(&operation, Some(token)).await;
            let text = reply.text();
            reply.expect(200);
            let own = [
                &world.ids["investor_id"],
                &world.investment,
                &world.ids["endpoint_id"],
            ];
            assert!(
                own.iter().all(|id| !text.contains(id.as_str())),
                "{}: {text}",
                operation.id
            );
        } else if operation.id.ends_with("create_investment") {
            // What the body names is not there either.
            let fields = [("investor_id", "not_found")];
            world
                .send(&operation, Some(token))
                .await
                .refused_fields("invalid_body", &fields);
        } else if operation.path.contains("/investments/") {
            // Items of a batch have answers of their own.
            let reply = world.send(&operation, Some(token)).await.expect(200);
            let status = reply["results"][0]["status"].as_u64().unwrap();
            assert!([400, 404].contains(&status), "{}: {reply}", operation.id);
        }
        looked_at += 1;
    }
    assert!(looked_at > 40, "{looked_at}");
    // And nothing has happened to what was named.
    let partner = world.app.partner(0).await;
    assert_eq!(
        partner.investment(&world.investment).await["status"],
        "WAITING_FOR_ACCEPTANCE"
    );
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn another_kind_of_party_is_turned_away(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let mut tokens = HashMap::new();
    for operation in guarded() {
        let kind = kind(&operation);
        if !tokens.contains_key(kind) {
            tokens.insert(
                kind,
                world.token(&operation, Foreign::OtherKind, None).await,
            );
        }
        match &tokens[kind] {
            // Both upload documents, each its own.
            Some(token) if operation.id.ends_with("upload_document") => {
                _ = world.send(&operation, Some(token)).await.expect(201)
            }
            // Partners, issuers and the registrar look into one catalogue.
            Some(_) if operation.id.contains("_catalogue") => {}
            Some(token) if operation.id.ends_with("get_document") => {
                _ = world.send(&operation, Some(token)).await
            }
            // Part of the network API is for issuers too.
            Some(_) if ["network", "platform"].contains(&kind) && is_for_issuers(&operation) => {}
            Some(token) => {
                _ = world
                    .send(&operation, Some(token))
                    .await
                    .refused("not_permitted")
            }
            // A token that is meant for elsewhere.
            None => {
                let elsewhere = world.app.partner(0).await.api.token;
                world
                    .send(&operation, elsewhere.as_deref())
                    .await
                    .refused("token_invalid");
            }
        }
    }
}

/// What others need afterwards is ended last.
fn is_an_end(operation: &Operation) -> bool {
    let ends = [
        "leave", "revoke", "withdraw", "cancel", "delete", "refuse", "reject", "missing",
    ];
    ends.iter().any(|word| operation.id.contains(word))
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn ops_06_whatever_changes_something_leaves_a_line_with_actor_subject_and_time(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given one of everything, and each operation that changes something, those that end things last.
    let world = World::new(backend).await;
    let mut operations = guarded();
    operations.retain(|operation| operation.method != "GET");
    operations.sort_by_key(is_an_end);
    let registrar = world.app.registrar().await;
    let lines = async || {
        let page = registrar.get("audit/?page_size=500").await.expect(200);
        page["results"].as_array().unwrap().clone()
    };
    let (mut tokens, mut done, mut silent) = (HashMap::new(), Vec::new(), Vec::new());
    for operation in &operations {
        let kind = kind(operation);
        if !tokens.contains_key(kind) {
            tokens.insert(kind, world.token(operation, Foreign::No, None).await);
        }
        let before: Vec<Value> = lines()
            .await
            .iter()
            .map(|line| line["id"].clone())
            .collect();
        // When its request is taken.
        let reply = world.send(operation, tokens[kind].as_deref()).await;
        if !(200..300).contains(&reply.status) {
            continue;
        }
        // Then there is a new line about whoever asked, not only about the network's own clocks.
        let now = world.app.app.registry.clock.now().to_string();
        let is_about_it = |line: &&Value| {
            let own = |name: &str| line["actor"] != name;
            !before.contains(&line["id"]) && own("clock") && own("worker")
        };
        let all = lines().await;
        match all.iter().find(is_about_it) {
            Some(line) => {
                for field in ["actor", "action", "target"] {
                    assert_ne!(line[field], "", "{}: {line}", operation.id);
                }
                assert_eq!(line["at"], now.as_str(), "{}: {line}", operation.id);
            }
            None => silent.push(operation.id.clone()),
        }
        done.push(operation.id.clone());
    }
    assert_eq!(silent, Vec::<String>::new());
    assert!(done.len() > 50, "only {} were taken: {done:?}", done.len());
}
