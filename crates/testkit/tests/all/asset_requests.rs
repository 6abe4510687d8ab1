//! Choosing assets: a platform asks, the issuer answers, the registrar allows the pair, and the platform sells.

use rstest::rstest;
use serde_json::{Value, json};
use testkit::app::eventually;
use testkit::client::{Session, id};
use testkit::issuer::{network_client, partner_at};
use testkit::{Backend, Issuer, Setup, TestApp, people};

const FIRM: &str = "Speicherkai Projektentwicklung GmbH";
const APPLICANT: &str = "Mustermann & Söhne GmbH";

/// An issuer with a product that nobody sells, and a platform of the network.
pub(crate) struct World {
    pub(crate) app: TestApp,
    pub(crate) issuer: Issuer,
    /// The issuer at the network API.
    pub(crate) answers: Session,
    pub(crate) product: Value,
    pub(crate) platform: String,
    pub(crate) asks: Session,
}

impl World {
    async fn new(app: TestApp) -> Self {
        let issuer = Issuer::join(&app, FIRM).await;
        let company = issuer.company(FIRM).await;
        let network = app.app.ledger.network().name.clone();
        let body = people::product(&company, &network);
        let product = issuer.api.post("products/", &body).await.expect(201);
        let platform = issuer.platform("Spreeinvest").await;
        Self {
            answers: network_client(&app, &issuer.account).await,
            asks: app.platform(&platform).await,
            app,
            issuer,
            product,
            platform,
        }
    }

    pub(crate) fn wish(&self) -> Value {
        json!({
            "product_id": self.product["id"], "wanted_units": 500, "note": "We sell real estate in Northern Germany.",
        })
    }

    /// The platform asks; the path of its request.
    pub(crate) async fn asked(&self) -> String {
        let made = self.asks.post("asset-requests/", &self.wish()).await;
        format!("asset-requests/{}/", id(&made.expect(201)))
    }

    async fn active(&self, product: &Value) {
        let path = format!("products/{}/", product.as_str().unwrap());
        eventually("the product is entered", async || {
            let product = self.issuer.api.get(&path).await.expect(200);
            (product["status"] == "ACTIVE").then_some(())
        })
        .await;
    }

    /// What the audit log says was done to this, the newest first.
    async fn done_to(&self, target: &str) -> Vec<String> {
        let lines = self.app.registrar().await.get("audit/?page_size=200").await;
        let lines = lines.expect(200);
        lines["results"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|line| line["target"] == target)
            .map(|line| line["action"].as_str().unwrap().to_owned())
            .collect()
    }
}

pub(crate) async fn world(backend: Backend) -> World {
    World::new(TestApp::start(backend).await).await
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_platform_chooses_an_asset_and_sells_it(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a platform that finds an asset in the catalogue and asks for it.
    let world = world(backend).await;
    let registrar = world.app.registrar().await;
    let path = world.asked().await;
    let asked = world.asks.get(&path).await.expect(200);
    assert_eq!(
        (
            &asked["status"],
            &asked["is_allowed"],
            &asked["wanted_units"]
        ),
        (&json!("requested"), &json!(false), &json!(500))
    );
    assert_eq!(asked["note"], world.wish()["note"]);
    assert!(asked["sandbox"].is_null() && asked["production"].is_null());

    // When the issuer gives it some of what it wants, with a mandate.
    let waiting = world.answers.get("asset-requests/?status=requested").await;
    assert_eq!(waiting.expect(200)["results"][0]["id"], asked["id"]);
    let terms = json!({"allocation": 300, "distributor_may_accept": true, "distributor_may_mark_paid": true});
    let accepted = world.answers.post(&format!("{path}accept/"), &terms).await;
    let accepted = accepted.expect(200);
    assert_eq!(
        (&accepted["status"], &accepted["allocation"]),
        (&json!("accepted"), &json!(300))
    );

    // Then the sandbox is open at once: the platform makes its client there and sells.
    assert!(accepted["production"].is_null());
    let sandbox = &accepted["sandbox"];
    assert_eq!(sandbox["product_id"], world.product["sandbox_product_id"]);
    world.active(&sandbox["product_id"]).await;
    sells(&world, sandbox).await;
    let production = json!({"name": "shop", "environment": world.product["environment"]});
    world
        .asks
        .post("clients/", &production)
        .await
        .refused_fields("invalid_body", &[("environment", "not_found")]);

    // Once the registrar has seen the contract, so is the sale.
    let waiting = registrar.get("asset-requests/?status=accepted").await;
    assert_eq!(waiting.expect(200)["count"], 1);
    let live = registrar.post(&format!("{path}approve/"), &json!({})).await;
    let live = live.expect(200);
    assert_eq!(
        (&live["status"], &live["is_allowed"]),
        (&json!("live"), &json!(true))
    );
    assert_eq!(
        live["production"]["environment"],
        world.product["environment"]
    );
    world.active(&world.product["id"]).await;
    sells(&world, &live["production"]).await;
    let listings = world.issuer.api.get("listings/").await.expect(200);
    assert_eq!(listings["count"], 2);

    // A second request of the pair needs the issuer alone. What has happened is on record.
    let second = second_product(&world).await;
    let body = json!({"product_id": second, "wanted_units": 10});
    let request = id(&world.asks.post("asset-requests/", &body).await.expect(201));
    let accept = format!("asset-requests/{request}/accept/");
    let live = world.answers.post(&accept, &json!({})).await.expect(200);
    assert_eq!(
        (&live["status"], &live["allocation"]),
        (&json!("live"), &json!(10))
    );
    assert!(live["sandbox"]["campaign_id"].is_string());
    let done = world.done_to(asked["id"].as_str().unwrap()).await;
    assert_eq!(
        done,
        [
            "asset_request.approve",
            "asset_request.accept",
            "asset_request.create"
        ]
    );
}

/// The platform finds the asset with its four things, makes the last one itself, and sells.
async fn sells(world: &World, access: &Value) {
    let body = json!({"name": "shop", "environment": access["environment"]});
    let client = world.asks.post("clients/", &body).await.expect(201);
    assert!(client["client_secret"].is_string());
    let snippet = client["first_call"]["curl"].as_str().unwrap();
    assert!(snippet.contains(access["campaign_id"].as_str().unwrap()));
    let asset = format!("assets/{}/", access["product_id"].as_str().unwrap());
    let asset = world.asks.get(&asset).await.expect(200);
    assert_eq!(asset["environment_url"], access["environment_url"]);
    assert_eq!(asset["campaigns"][0]["id"], access["campaign_id"]);
    assert_eq!(asset["clients"][0]["client_id"], client["client_id"]);
    let product = json!({"id": access["product_id"], "environment": access["environment"]});
    let campaign = access["campaign_id"].as_str().unwrap();
    let partner = partner_at(&world.app, &product, &world.platform, campaign).await;
    let customer = partner.customer().await;
    let known = json!({"accepted_at": world.app.ago(30), "paid_at": world.app.ago(20)});
    let order = id(&partner.invest(&customer, 2, known).await);
    world.app.advance_days(15);
    partner.reaches(&order, "DELIVERED").await;
}

pub(crate) async fn second_product(world: &World) -> String {
    let network = world.app.app.ledger.network().name.clone();
    let issuer = world.product["issuer_id"].as_str().unwrap();
    let mut body = people::product(issuer, &network);
    body["isin"] = json!("DE000A4SPK25");
    body["name"] = json!("Speicherkai Genussrecht 2036");
    body["asset_code"] = json!("SPEICHER2");
    id(&world.issuer.api.post("products/", &body).await.expect(201))
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_refused_with_a_reason_and_asked_again(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = world(backend).await;
    let registrar = world.app.registrar().await;
    let path = world.asked().await;
    let refuse = format!("{path}refuse/");

    // The issuer says why; a refusal without reason is none.
    world
        .answers
        .post(&refuse, &json!({"reason": " "}))
        .await
        .refused_fields("invalid_body", &[("reason", "missing")]);
    let reason = json!({"reason": "The volume is sold."});
    world.answers.post(&refuse, &reason).await.expect(200);
    let refused = world.asks.get(&path).await.expect(200);
    assert_eq!(
        (&refused["status"], &refused["reason"]),
        (&json!("refused"), &reason["reason"])
    );

    // What is ended stays so, for everybody.
    for (who, step) in [
        (&world.answers, "accept"),
        (&world.asks, "withdraw"),
        (&registrar, "approve"),
    ] {
        let again = who.post(&format!("{path}{step}/"), &json!({})).await;
        again.refused("asset_request_state");
    }
    let again = world.answers.post(&refuse, &reason).await;
    again.refused("asset_request_state");

    // The platform asks again; this time the registrar does not allow the pair, after the sandbox was open.
    let path = world.asked().await;
    let accept = format!("{path}accept/");
    world.answers.post(&accept, &json!({})).await.expect(200);
    let reason = json!({"reason": "There is no contract between the two."});
    let refused = registrar.post(&format!("{path}refuse/"), &reason).await;
    let refused = refused.expect(200);
    assert!(refused["production"].is_null() && refused["sandbox"].is_object());
    let request = path.trim_matches('/').rsplit('/').next().unwrap();
    let done = world.done_to(request).await;
    assert_eq!(done[0], "asset_request.refuse");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_platform_asks_once_and_takes_it_back(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = world(backend).await;
    let path = world.asked().await;
    let again = world.asks.post("asset-requests/", &world.wish()).await;
    again.refused("asset_request_duplicate");

    // The same request repeated is the same request.
    let withdraw = format!("{path}withdraw/");
    let withdrawn = world.asks.post_with_key(&withdraw, "w-1", &json!({})).await;
    assert_eq!(withdrawn.expect(200)["status"], "withdrawn");
    let repeated = world.asks.post_with_key(&withdraw, "w-1", &json!({})).await;
    assert_eq!(repeated.expect(200)["status"], "withdrawn");
    let again = world.asks.post(&withdraw, &json!({})).await;
    again.refused("asset_request_state");

    // Then it may ask anew, until it has the asset.
    let path = world.asked().await;
    world.issuer.permitted(&world.app, &world.platform).await;
    let accept = format!("{path}accept/");
    let live = world.answers.post(&accept, &json!({})).await.expect(200);
    assert_eq!(live["status"], "live");
    let withdraw = format!("{path}withdraw/");
    let late = world.asks.post(&withdraw, &json!({})).await;
    late.refused("asset_request_state");
    let again = world.asks.post("asset-requests/", &world.wish()).await;
    again.refused("already_listed");
    // What was refused is on record too.
    let product = world.product["id"].as_str().unwrap();
    let refused = world.done_to(product).await;
    let refused = refused
        .iter()
        .filter(|action| *action == "asset_request.create.refused");
    assert_eq!(refused.count(), 2);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn nobody_sees_or_answers_what_is_not_his(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = world(backend).await;
    let path = world.asked().await;
    let other = world.issuer.platform("Alpenkapital").await;
    let other = world.app.platform(&other).await;
    let stranger = Issuer::join(&world.app, "Fremde Emission GmbH").await;
    let stranger = network_client(&world.app, &stranger.account).await;
    let reason = json!({"reason": "Because."});
    for session in [&other, &stranger] {
        session.get(&path).await.refused("not_found");
        assert_eq!(session.get("asset-requests/").await.expect(200)["count"], 0);
    }
    other
        .post(&format!("{path}withdraw/"), &json!({}))
        .await
        .refused("not_found");
    for (step, body) in [("accept", &json!({})), ("refuse", &reason)] {
        let answer = stranger.post(&format!("{path}{step}/"), body).await;
        answer.refused("not_found");
    }
    // A platform does not answer itself.
    let own = world.asks.post(&format!("{path}accept/"), &json!({})).await;
    own.refused("not_permitted");
    // What the catalogue does not show cannot be asked for: a twin, another circle's, what is not there.
    let network = world.app.app.ledger.network().name.clone();
    let mut restricted = people::product(world.product["issuer_id"].as_str().unwrap(), &network);
    restricted["isin"] = json!("DE000A4SPK25");
    restricted["asset_code"] = json!("CIRCLE");
    restricted["publication_restricted"] = json!(true);
    restricted["circle"] = json!([world.issuer.platform("Alpenkapital").await]);
    let restricted = world
        .issuer
        .api
        .post("products/", &restricted)
        .await
        .expect(201);
    let twin = world.product["sandbox_product_id"].clone();
    let nothing = json!("0198c5a2-7a43-7e11-b8f3-0d6c1f2a9b70");
    for hidden in [twin, restricted["id"].clone(), nothing] {
        let body = json!({"product_id": hidden, "wanted_units": 1});
        world
            .asks
            .post("asset-requests/", &body)
            .await
            .refused_fields("invalid_body", &[("product_id", "not_found")]);
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn wishes_and_answers_are_possible_ones(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = world(backend).await;
    for wanted in [0, 5_001] {
        let mut body = world.wish();
        body["wanted_units"] = json!(wanted);
        world
            .asks
            .post("asset-requests/", &body)
            .await
            .refused_fields("invalid_body", &[("wanted_units", "out_of_range")]);
    }
    let mut body = world.wish();
    body["note"] = json!("x".repeat(4_001));
    world
        .asks
        .post("asset-requests/", &body)
        .await
        .refused_fields("invalid_body", &[("note", "too_long")]);

    // The issuer gives what there is, and nothing is open before it does.
    let path = world.asked().await;
    let accept = format!("{path}accept/");
    let wrong = json!({"allocation": 0, "minimum_units": 0});
    world.answers.post(&accept, &wrong).await.refused_fields(
        "invalid_body",
        &[
            ("allocation", "out_of_range"),
            ("minimum_units", "out_of_range"),
        ],
    );
    let too_much = json!({"allocation": 5_001});
    world
        .answers
        .post(&accept, &too_much)
        .await
        .refused("allocation_exceeded");
    assert_eq!(
        world.asks.get("assets/").await.expect(200)["results"]
            .to_string()
            .matches("Speicherkai")
            .count(),
        0
    );

    // Units that are sold elsewhere before the registrar approves are not sold twice.
    world
        .answers
        .post(&accept, &json!({"allocation": 5_000}))
        .await
        .expect(200);
    let other = world.issuer.platform("Alpenkapital").await;
    world.issuer.permitted(&world.app, &other).await;
    let product = id(&world.product);
    world.issuer.sells(&product, &other, 1_000).await;
    let approve = format!("{path}approve/");
    let registrar = world.app.registrar().await;
    let late = registrar.post(&approve, &json!({})).await;
    late.refused("allocation_exceeded");
    let still = world.asks.get(&path).await.expect(200);
    assert_eq!(
        (&still["status"], &still["is_allowed"]),
        (&json!("accepted"), &json!(false))
    );
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn dis_01_only_who_may_sell_an_asset_asks_for_it(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a platform whose licence covers no participation rights from summer on.
    let licence = json!({
        "type": "wpig_15", "services": ["investment_brokerage"], "authority": "BaFin", "number": "10012345",
        "valid_from": "2024-01-01", "valid_to": "2026-06-30",
    });
    let setup = Setup::new(backend);
    let setup = setup.network(move |network| network["platforms"][0]["licence"] = licence);
    let world = World::new(setup.start().await).await;
    let applicant = world.app.applicant(APPLICANT).await;
    applicant
        .post("asset-requests/", &world.wish())
        .await
        .refused("platform_not_admitted");
    let path = world.asked().await;
    let accept = format!("{path}accept/");

    // When it is suspended, its issuer cannot let it in, and it cannot ask for more.
    suspended(&world, "suspension").await;
    let refused = world.answers.post(&accept, &json!({})).await;
    refused.refused("platform_suspended");
    let second = json!({"product_id": second_product(&world).await, "wanted_units": 1});
    let refused = world.asks.post("asset-requests/", &second).await;
    refused.refused("platform_suspended");
    suspended(&world, "readmission").await;
    world.answers.post(&accept, &json!({})).await.expect(200);

    // When its licence has ended before the registrar approves, nothing opens.
    world.app.advance_days(40);
    let registrar = world.app.registrar().await;
    let approve = format!("{path}approve/");
    let refused = registrar.post(&approve, &json!({})).await;
    refused.refused("licence_expired");
    let refused = world.asks.post("asset-requests/", &second).await;
    refused.refused("licence_expired");
}

async fn suspended(world: &World, step: &str) {
    let path = format!("platforms/{}/{step}/", world.platform);
    let reason = json!({"reason": "The authority has published a notice about the firm."});
    let registrar = world.app.registrar().await;
    let decision = id(&registrar.post(&path, &reason).await.expect(201));
    let confirm = format!("decisions/{decision}/confirm/");
    let other = world.app.other_registrar().await;
    other.post(&confirm, &json!({})).await.expect(200);
}
