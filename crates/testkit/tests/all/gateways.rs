//! A gateway that the network runs for a partner: switched on by itself or by the registrar, one URL and one credential in front of
//! everything that it sells, in a database of its own.

use std::path::Path;

use cashlink::demo::client::Credentials;
use domain::{PlatformId, PlatformRole, Products, Role};
use registry::gateways::{self, GatewayKind, Which};
use registry::{Caller, Request, clients};
use rstest::rstest;
use serde_json::{Value, json};
use testkit::app::eventually;
use testkit::browser::{Human, Shown};
use testkit::client::{Session, id};
use testkit::{Backend, Customer, Issuer, Setup, TestApp, people};
use wire::gateways::GatewayEnvironment;

/// What is in force for the partner's application.
struct Access {
    url: String,
    credentials: Credentials,
}

impl Access {
    /// From the page that has just made a credential.
    fn shown_by(page: &Shown) -> Self {
        let between = |before: &str| page.between(before, "<").unwrap();
        Self {
            url: between("data-url>"),
            credentials: Credentials {
                client_id: between("data-client-id>"),
                client_secret: between("data-secret>"),
            },
        }
    }

    async fn sign_in(&self) -> Session {
        let session = testkit::app::sign_in(&self.url, &self.credentials).await;
        session.at(format!("{}/distributor/v2", self.url))
    }
}

async fn network(backend: Backend) -> TestApp {
    let app = Setup::new(backend).in_real_time().start().await;
    app.start_gateways();
    app
}

/// The platforms of the sample: the first sells four assets, the second two.
async fn platforms(app: &TestApp) -> Vec<PlatformId> {
    let ids = app.platform_ids(0).await;
    ids.iter().map(|id| id.parse().unwrap()).collect()
}

async fn person_of(app: &TestApp, platform: PlatformId, email: &str) -> Human {
    let role = Role::Platform(platform, PlatformRole::Admin);
    Human::with_role(app, role, Products::All, email).await
}

async fn switch_on(human: &mut Human) -> Access {
    human.browser.visit("/console/gateway").await.ok();
    let form = [("kind", "production")];
    let on = human.browser.submit("/console/gateway/switch-on", &form);
    Access::shown_by(&on.await.ok())
}

/// The campaigns that a platform has in the registry.
async fn campaigns_of(app: &TestApp, platform: PlatformId) -> Vec<String> {
    let caller = Caller::network("test");
    let inventory = cashlink::inventory::read(&app.app.registry, &caller).await;
    let mut ids: Vec<String> = inventory
        .unwrap()
        .campaigns
        .iter()
        .filter(|one| one.platform == platform)
        .map(|one| one.campaign.id.to_string())
        .collect();
    ids.sort();
    ids
}

/// Waits until the gateway offers just these campaigns.
async fn offers(shop: &Session, expected: &[String]) -> Value {
    eventually("everything that the partner sells is offered", async || {
        let page = shop.get("campaigns/").await.expect(200);
        let mut ids: Vec<String> = page["results"].as_array()?.iter().map(id).collect();
        ids.sort();
        (ids == expected).then_some(page)
    })
    .await
}

/// An identified investor with a wallet, made through the gateway.
async fn customer(app: &TestApp, shop: &Session) -> Customer {
    let investor = shop.post("investors/", &people::natural_person()).await;
    let investor = id(&investor.expect(201));
    let protocol = people::pdf("protocol");
    let protocol = shop.upload("paper.pdf", "application/pdf", &protocol).await;
    let identification = people::identification(&id(&protocol.expect(201)), &app.days_ago(3));
    let path = format!("investors/{investor}/identifications/");
    shop.post(&path, &identification).await.expect(201);
    let address = people::wallet_address();
    let body = json!({"address": address, "receiving_enabled": true});
    let path = format!("investors/{investor}/wallets/eth-generic/");
    let wallet = id(&shop.post(&path, &body).await.expect(201));
    Customer {
        investor,
        wallet,
        address,
    }
}

fn order(app: &TestApp, customer: &Customer, campaign: &Value, units: u64) -> Value {
    json!({
        "investor_id": customer.investor, "campaign_id": campaign["id"], "units": units,
        "signed_at": app.ago(60), "signed_documents": [], "wallet": customer.wallet,
    })
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn one_url_and_one_credential_sell_everything(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a partner that sells four assets and switches its gateway on, which shows its credential this once.
    let app = network(backend).await;
    let platform = platforms(&app).await[0];
    let mut human = person_of(&app, platform, "partner@example.com").await;
    let access = switch_on(&mut human).await;
    let page = human.browser.visit("/console/gateway").await.ok();
    page.says(&access.credentials.client_id)
        .is_silent_about(&access.credentials.client_secret);

    // When its application takes a token and creates one investor, it can order every asset.
    let shop = access.sign_in().await;
    let offered = offers(&shop, &campaigns_of(&app, platform).await).await;
    let customer = customer(&app, &shop).await;
    let mut investments = Vec::new();
    for campaign in offered["results"].as_array().unwrap() {
        let mut order = order(&app, &customer, campaign, 10);
        for kind in campaign["required_document_types"].as_array().unwrap() {
            let paper = people::pdf("agreement");
            let paper = shop.upload("paper.pdf", "application/pdf", &paper).await;
            let signed = json!([{"document_id": id(&paper.expect(201)), "document_type": kind}]);
            order["signed_documents"] = signed;
        }
        investments.push(shop.post("investments/", &order).await.expect(201));
    }
    assert_eq!(investments.len(), 4);

    // Then a change of address is in every environment.
    let moved =
        json!({"natural_person": {"street": "Neue Gasse 1", "city": "Kassel", "zip": "34117"}});
    let path = format!("investors/{}/", customer.investor);
    shop.patch(&path, &moved).await.expect(200);
    let places = format!("investors/{}/environments/", customer.investor);
    eventually("it is everywhere", async || {
        let page = shop.get(&places).await.expect(200);
        let all = page["results"].as_array()?.clone();
        let synced = all
            .iter()
            .all(|place| place["state"] == "synced" && place["version"] == 8);
        (all.len() == 4 && synced).then_some(())
    })
    .await;
    for environment in [0, 1, 2] {
        let partner = app.partner(environment).await;
        let there = partner.api.get("investors/").await.expect(200);
        assert_eq!(there["count"], 1, "{there}");
        assert_eq!(there["results"][0]["natural_person"]["city"], "Kassel");
    }
    // And what the network tells arrives at the gateway: the first asset's partner may report payment itself.
    let first = id(&investments[0]);
    eventually("an investment is told about", async || {
        let feed = shop.get("events/").await.expect(200);
        let told = feed["results"].as_array()?.iter();
        told.map(|event| &event["investment_id"])
            .any(|investment| *investment == json!(first))
            .then_some(())
    })
    .await;
    let page = human.browser.visit("/console/gateway").await.ok();
    let page = page.says("data-status=\"synced\"");
    assert_eq!(page.all_between("data-environment=\"", "\"").len(), 4);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn each_partner_has_a_gateway_and_a_database_of_its_own(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = network(backend).await;
    let firms = platforms(&app).await;
    let mut one = person_of(&app, firms[0], "one@example.com").await;
    let mut other = person_of(&app, firms[1], "other@example.com").await;
    let (one, other) = (switch_on(&mut one).await, switch_on(&mut other).await);
    assert_ne!(one.url, other.url);
    let (ours, theirs) = (one.sign_in().await, other.sign_in().await);
    let investor = ours.post("investors/", &people::natural_person()).await;
    let investor = id(&investor.expect(201));

    // A credential is good at its own gateway alone, and what is there is nowhere else.
    let foreign = Access {
        url: other.url.clone(),
        credentials: one.credentials.clone(),
    };
    let session = Session::anonymous(&foreign.url);
    let taken = testkit::app::take_token(&session, &foreign.credentials, None).await;
    assert_eq!(taken.status, 401);
    theirs
        .get(&format!("investors/{investor}/"))
        .await
        .expect(404);
    // Nothing of it is in the network's own tables before an order, and its secrets are nowhere in the clear.
    let there = app.partner(0).await.api.get("investors/").await.expect(200);
    assert_eq!(there["count"], 0);
    if backend == Backend::Sqlite {
        let main = app.app.registry.db.sqlite_path().unwrap().to_owned();
        let folder = main.parent().unwrap().join("gateways");
        let files = databases_in(&folder);
        assert_eq!(files.len(), 2, "{files:?}");
        for file in files {
            let bytes = std::fs::read(&file).unwrap();
            for text in ["Hauptstr. 37", one.credentials.client_secret.as_str()] {
                assert!(!holds(&bytes, text), "{text} is in {}", file.display());
            }
        }
    }
}

fn databases_in(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap();
    let files = entries.map(|entry| entry.unwrap().path());
    files
        .filter(|path| path.extension().is_some_and(|end| end == "sqlite"))
        .collect()
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes
        .windows(text.len())
        .any(|part| part == text.as_bytes())
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_registrar_switches_a_partners_gateway_on_and_off(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = network(backend).await;
    let platform = platforms(&app).await[0];
    let mut operator = Human::first_operator(&app).await;
    let of_platform = format!("/console/platforms/{platform}");
    let path = format!("{of_platform}/gateway");
    operator.browser.visit(&of_platform).await.ok().says(&path);
    operator.browser.visit(&path).await.ok();
    let form = [("kind", "production")];
    let on = format!("{path}/switch-on");
    let on = operator.browser.submit(&on, &form).await.ok();
    let access = Access::shown_by(&on);
    access.sign_in().await;

    // The partner has it as its own, and nothing of the registrar's page.
    let mut human = person_of(&app, platform, "partner@example.com").await;
    let own = human.browser.visit("/console/gateway").await.ok();
    own.says(&access.credentials.client_id);
    human.browser.visit(&path).await.refused("not_permitted");
    let foreign = platforms(&app).await[1];
    let foreign = format!("/console/platforms/{foreign}/gateway/switch-on");
    let tried = human.browser.submit(&foreign, &form).await;
    tried.refused("not_permitted");

    let off = format!("{path}/switch-off");
    operator.browser.submit(&off, &form).await.leads_to(&path);
    operator.browser.visit(&path).await.ok().says("switch-on");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_credential_is_renewed_with_an_overlap_and_a_gateway_switched_off(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = network(backend).await;
    let platform = platforms(&app).await[0];
    let mut human = person_of(&app, platform, "partner@example.com").await;
    let first = switch_on(&mut human).await;
    let investor = first.sign_in().await;
    let investor = id(&investor
        .post("investors/", &people::natural_person())
        .await
        .expect(201));

    // A new credential leaves the former in force, unless it is told otherwise.
    let path = "/console/gateway/credential";
    let second = human.browser.submit(path, &[("kind", "production")]).await;
    let second = Access::shown_by(&second.ok());
    first.sign_in().await;
    let form = [("kind", "production"), ("overlap_hours", "0")];
    let third = Access::shown_by(&human.browser.submit(path, &form).await.ok());
    for gone in [&first, &second] {
        let session = Session::anonymous(&gone.url);
        let refused = testkit::app::take_token(&session, &gone.credentials, None).await;
        assert_eq!(refused.status, 401);
    }
    let far = [("kind", "production"), ("overlap_hours", "1000")];
    human
        .browser
        .submit(path, &far)
        .await
        .refused("invalid_body");

    // Switched off it answers nobody; switched on again everything is as it was.
    let form = [("kind", "production")];
    let off = human.browser.submit("/console/gateway/switch-off", &form);
    off.await.leads_to("/console/gateway");
    let session = Session::anonymous(&third.url);
    let gone = testkit::app::take_token(&session, &third.credentials, None).await;
    assert_eq!(gone.status, 404);
    human
        .browser
        .submit("/console/gateway/switch-off", &form)
        .await
        .refused("not_found");
    let on = human.browser.submit("/console/gateway/switch-on", &form);
    on.await.leads_to("/console/gateway");
    let shop = eventually("it answers again", async || {
        let taken = testkit::app::take_token(&session, &third.credentials, None).await;
        (taken.status == 200).then_some(())
    });
    shop.await;
    let shop = third.sign_in().await;
    shop.get(&format!("investors/{investor}/"))
        .await
        .expect(200);
    // Who did it is written down.
    let mut operator = Human::first_operator(&app).await;
    let log = operator.browser.visit("/console/audit").await.ok();
    log.says("gateway.switch_on")
        .says("gateway.switch_off")
        .says("gateway.renew_credential");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_registrar_switches_on_and_a_new_asset_appears_by_itself(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = network(backend).await;
    let platform = platforms(&app).await[1];
    let which = Which {
        platform: Some(platform),
        kind: GatewayKind::Production,
    };
    let request = Request::internal("test", "switch on");
    let registry = &app.app.registry;
    let made = gateways::switch_on(registry, &request, which)
        .await
        .unwrap();
    let made = made.expect("the first time it has a credential");
    assert!(
        gateways::switch_on(registry, &request, which)
            .await
            .is_err()
    );
    let shown = gateways::get(registry, &request.caller, which).await;
    let access = Access {
        url: shown.unwrap().unwrap().api_url,
        credentials: Credentials {
            client_id: made.client_id,
            client_secret: made.client_secret,
        },
    };
    let shop = access.sign_in().await;
    let before = campaigns_of(&app, platform).await;
    offers(&shop, &before).await;

    // A campaign in an environment where it had none.
    let account = account_of(&app, 1).await;
    let issuer = Issuer::sign_in(&app, &account).await;
    issuer.permitted(&app, &platform.to_string()).await;
    issuer
        .sells(&app.environment(1).product_id, &platform.to_string(), 100)
        .await;
    let after = campaigns_of(&app, platform).await;
    assert_eq!(after.len(), before.len() + 1);
    offers(&shop, &after).await;

    // Its client there is one of the partner's own list; revoked, the gateway enters anew.
    revoke_gateways_clients(&app, platform).await;
    let status = eventually("every environment is entered anew", async || {
        let shown = gateways::get(registry, &request.caller, which).await;
        let status = shown.unwrap()?.state?.status;
        let answers = |one: &GatewayEnvironment| one.unreachable_since.is_none();
        let running = gateways::list_running(registry, &request.caller).await;
        let places = gateways::places(registry, &request.caller, &running.unwrap()[0]).await;
        let entered = places.unwrap().iter().all(|place| place.has_client);
        (entered && status.environments.iter().all(answers)).then_some(status)
    })
    .await;
    assert_eq!(status.environments.len(), after.len());
    offers(&shop, &after).await;
}

/// The issuer's account of an asset of the sample.
async fn account_of(app: &TestApp, index: usize) -> String {
    let caller = Caller::network("test");
    let inventory = cashlink::inventory::read(&app.app.registry, &caller).await;
    let product = &app.environment(index).product_id;
    let inventory = inventory.unwrap();
    let mut products = inventory.products.iter();
    let found = products.find(|one| one.product.id.to_string() == *product);
    found.unwrap().product.issuer_id.to_string()
}

/// What the partner does with clients of its own that it does not know.
async fn revoke_gateways_clients(app: &TestApp, platform: PlatformId) {
    let registry = &app.app.registry;
    let request = Request::internal("test", "revoke");
    let all = clients::list(registry, &request.caller).await.unwrap();
    let is_its = |one: &&clients::StoredClient| {
        one.platform == Some(platform) && one.name == "Gateway" && one.revoked_at.is_none()
    };
    let its: Vec<_> = all.iter().filter(is_its).map(|one| one.id).collect();
    assert!(!its.is_empty());
    for id in its {
        clients::revoke(registry, &request, id).await.unwrap();
    }
}
