//! The sample broker: a customer buys several assets through pages, and the platform behind them knows one URL and one credential.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use broker::{Broker, Parts};
use database::prepare_all;
use database::schema::describe;
use database::testing::{fresh, statements_in};
use database::vault::{MasterKey, Vault};
use domain::PlatformId;
use registry::Request;
use registry::gateways::{self, GatewayKind, Which};
use rstest::rstest;
use sdk::Environment;
use testkit::app::eventually;
use testkit::{Backend, Setup, TestApp};

/// The network with the broker's pages in front of one partner's gateway.
struct Stage {
    app: TestApp,
    broker: Broker,
    url: String,
    http: reqwest::Client,
}

/// A page as its reader has it.
struct Shown {
    status: u16,
    location: Option<String>,
    text: String,
}

impl Stage {
    async fn set(backend: Backend) -> Self {
        let app = Setup::new(backend).in_real_time().start().await;
        app.start_gateways();
        let platform: PlatformId = app.platform_ids(0).await[0].parse().unwrap();
        let which = Which {
            platform: Some(platform),
            kind: GatewayKind::Production,
        };
        let (registry, request) = (&app.app.registry, Request::internal("test", "switch on"));
        let made = gateways::switch_on(registry, &request, which)
            .await
            .unwrap();
        let made = made.unwrap();
        let shown = gateways::get(registry, &request.caller, which).await;
        let server = http::Server::bind(([127, 0, 0, 1], 0).into(), None).await;
        let server = server.unwrap();
        let url = server.url();
        let db = fresh(backend, &broker::COMPONENTS).await;
        let vault = Vault::open(&db, MasterKey::generate().unwrap()).await;
        let broker = Broker::open(Parts {
            vault: vault.unwrap(),
            db,
            url: url.clone(),
            firm: "Spreeinvest".to_owned(),
            gateway: Environment {
                url: shown.unwrap().unwrap().api_url,
                client_id: made.client_id,
                client_secret: made.client_secret,
            },
            clock: Arc::new(|| registry::clock::real_now().micros()),
            poll: Duration::from_millis(100),
        });
        let broker = broker.await.unwrap();
        let router = broker::router(broker.clone());
        let endless = std::future::pending;
        tokio::spawn(server.run(router, endless(), Duration::ZERO));
        tokio::spawn(broker::run(broker.clone(), endless()));
        Self {
            app,
            broker,
            url,
            http: testkit::client::http_client(),
        }
    }

    async fn get(&self, path: &str) -> Shown {
        shown(self.http.get(format!("{}{path}", self.url))).await
    }

    async fn post(&self, path: &str, form: &[(&str, &str)]) -> Shown {
        shown(self.http.post(format!("{}{path}", self.url)).form(form)).await
    }

    /// The campaigns in which one can invest, in the order of the network file, once all of them are offered.
    async fn offers(&self) -> Vec<String> {
        let mut all: Vec<String> = [0, 1, 2]
            .map(|index| self.app.environment(index).campaign_id.clone())
            .to_vec();
        let last = eventually("every asset is offered", async || {
            let page = self.get("/").await;
            let mut links = between(&page.text, "href=\"/invest/", "\"");
            let count = links.len();
            links.retain(|campaign| !all.contains(campaign));
            (count == 4 && links.len() == 1).then(|| links.remove(0))
        });
        // The fourth asset has a campaign of another partner too, which comes first.
        let last = last.await;
        all.push(last);
        all
    }

    /// Waits until a customer's orders have these statuses, in the order in which they were placed.
    async fn reach(&self, own: &str, expected: &[&str]) {
        let mut page = String::new();
        for _ in 0..600 {
            page = self.get(&format!("{own}/orders")).await.text;
            if between(&page, "data-status=\"", "\"") == expected {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("the orders never are {expected:?}: {page}");
    }
}

async fn shown(request: reqwest::RequestBuilder) -> Shown {
    let answer = request.send().await.unwrap();
    let location = answer.headers().get("location");
    Shown {
        status: answer.status().as_u16(),
        location: location.map(|to| to.to_str().unwrap().to_owned()),
        text: answer.text().await.unwrap(),
    }
}

fn between(text: &str, before: &str, after: &str) -> Vec<String> {
    let parts = text.split(before).skip(1);
    parts
        .filter_map(|part| part.split_once(after))
        .map(|(inside, _)| inside.to_owned())
        .collect()
}

/// The form as the page fills it.
fn filled(page: &str, units: &str) -> Vec<(String, String)> {
    let inputs = between(page, "<input ", ">");
    let mut form: Vec<(String, String)> = inputs
        .iter()
        .filter_map(|input| {
            let part = |name: &str| between(input, &format!("{name}=\""), "\"").pop();
            Some((part("name")?, part("value")?))
        })
        .filter(|(name, _)| name != "units")
        .map(|(name, value)| (name, value.replace("&amp;", "&")))
        .collect();
    form.push(("units".to_owned(), units.to_owned()));
    form
}

fn borrowed(form: &[(String, String)]) -> Vec<(&str, &str)> {
    let pairs = form.iter();
    pairs
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect()
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_customer_buys_four_assets_and_moves_house(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given everything that the partner sells on one page.
    let stage = Stage::set(backend).await;
    let offers = stage.offers().await;

    // When a person invests in the first, and then in the others, on the way that the pages show.
    let page = stage.get(&format!("/invest/{}", offers[0])).await;
    assert!(page.text.contains("Erika"), "{}", page.text);
    let form = filled(&page.text, "10");
    let sent = stage
        .post(&format!("/invest/{}", offers[0]), &borrowed(&form))
        .await;
    assert_eq!(sent.status, 303, "{}", sent.text);
    let own = sent.location.unwrap();
    let token = own.rsplit('/').next().unwrap();
    for offer in &offers[1..] {
        let form = [("units", "10"), ("customer", token)];
        let sent = stage.post(&format!("/invest/{offer}"), &form).await;
        assert_eq!(sent.location.as_deref(), Some(own.as_str()));
    }
    // Then what the issuers left to the broker is accepted, the other waits, and the stream tells so.
    stage
        .reach(
            &own,
            &["ACCEPTED", "WAITING_FOR_ACCEPTANCE", "ACCEPTED", "ACCEPTED"],
        )
        .await;
    let page = stage.get(&own).await;
    let orders = between(&page.text, "data-order=\"", "\"");
    stage
        .post(&format!("{own}/orders/{}/paid", orders[0]), &[])
        .await;
    stage
        .reach(
            &own,
            &[
                "DELIVERED",
                "WAITING_FOR_ACCEPTANCE",
                "ACCEPTED",
                "ACCEPTED",
            ],
        )
        .await;

    // And a change of address is in every environment.
    let moved = [
        ("street", "Neue Gasse 1"),
        ("zip", "34117"),
        ("city", "Kassel"),
    ];
    let sent = stage.post(&format!("{own}/address"), &moved).await;
    assert_eq!(sent.status, 303, "{}", sent.text);
    for environment in [0, 1, 2] {
        let partner = stage.app.partner(environment).await;
        eventually("the address is there", async || {
            let there = partner.api.get("investors/").await.expect(200);
            assert_eq!(there["count"], 1, "{there}");
            (there["results"][0]["natural_person"]["city"] == "Kassel").then_some(())
        })
        .await;
    }
    // The fourth environment's own credential is another partner's here: the broker's page says how it stands.
    eventually("every environment is in step", async || {
        let page = stage.get(&format!("{own}/orders")).await;
        let places = between(&page.text, "data-place=\"", "\"");
        (places.len() == 4 && places.iter().all(|state| state == "synced")).then_some(())
    })
    .await;

    // What the broker keeps of people is sealed.
    if let Some(file) = stage.broker.db().sqlite_path() {
        let bytes = std::fs::read(file).unwrap();
        for text in ["Mustermann", "DE89370400440532013000", "Neue Gasse"] {
            let holds = bytes
                .windows(text.len())
                .any(|part| part == text.as_bytes());
            assert!(!holds, "{text} is in the clear");
        }
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_company_buys_with_its_papers(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let stage = Stage::set(backend).await;
    let offers = stage.offers().await;
    let path = format!("/invest/{}", offers[0]);
    let page = stage.get(&format!("{path}?kind=company")).await;
    let form = filled(&page.text, "5");
    let sent = stage.post(&path, &borrowed(&form)).await;
    let own = sent.location.unwrap();
    stage.reach(&own, &["ACCEPTED"]).await;
    let partner = stage.app.partner(0).await;
    let there = partner.api.get("investors/").await.expect(200);
    let company = &there["results"][0]["legal_person"];
    assert_eq!(
        company["company_name"], "Mustermann & Söhne GmbH",
        "{there}"
    );
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_makes_no_sense_is_told_and_what_is_forged_is_not_believed(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let stage = Stage::set(backend).await;
    let offers = stage.offers().await;
    let path = format!("/invest/{}", offers[0]);
    assert_eq!(stage.post(&path, &[("units", "-1")]).await.status, 400);
    assert_eq!(stage.post(&path, &[("units", "1")]).await.status, 400);
    let foreign = [("units", "1"), ("customer", "somebody")];
    assert_eq!(stage.post(&path, &foreign).await.status, 404);
    assert_eq!(stage.get("/customers/somebody").await.status, 404);
    let nowhere = "/invest/0198c5a2-7a43-7e11-b8f3-0d6c1f2a9b70";
    assert_eq!(stage.get(nowhere).await.status, 404);
    let forged = stage.http.post(format!("{}/webhooks/", stage.url));
    let forged = forged
        .header("webhook-id", "1")
        .header("webhook-timestamp", "1")
        .header("webhook-signature", "v1,AAAA")
        .body("{}");
    assert_eq!(shown(forged).await.status, 401);

    // What the environment refuses stands beside the order: more than the campaign lets one order.
    let page = stage.get(&path).await;
    let form = filled(&page.text, "100000");
    let sent = stage.post(&path, &borrowed(&form)).await;
    stage.reach(&sent.location.unwrap(), &["REFUSED"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn both_databases_have_the_brokers_tables_and_understand_it() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../broker/src");
    let statements = statements_in(&source).into_iter();
    let texts: Vec<String> = statements.map(|statement| statement.text).collect();
    assert!(texts.len() > 10);
    let mut schemas = Vec::new();
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let db = fresh(backend, &broker::COMPONENTS).await;
        prepare_all(&db, &texts).await.unwrap();
        schemas.push(describe(&db).await.unwrap());
    }
    assert_eq!(schemas[0], schemas[1]);
}
