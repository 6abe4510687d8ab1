//! The catalogue: who sees which asset, how it is searched, and how its documents come out again.

use reqwest::Method;
use rstest::rstest;
use serde_json::{Value, json};
use testkit::client::id;
use testkit::{Backend, Issuer, Session, TestApp, people};

const FIRM: &str = "Speicherkai Projektentwicklung GmbH";

/// An issuer's access to the network API.
async fn reader(app: &TestApp, account: &str) -> Session {
    testkit::issuer::network_client(app, account).await
}

async fn names(session: &Session, query: &str) -> Vec<String> {
    let page = session
        .get(&format!("catalogue/?{query}"))
        .await
        .expect(200);
    page["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|asset| asset["asset_code"].as_str().unwrap().to_owned())
        .collect()
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_catalogue_is_filtered_and_searched(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let registrar = app.registrar().await;
    for (query, found) in [
        ("", &["HAVEL31", "NORDW36", "ATELI33", "GLASF34"][..]),
        ("sector=art", &["ATELI33"]),
        ("legal_form=ewpg_bearer_bond", &["HAVEL31", "GLASF34"]),
        (
            "legal_form=ewpg_bearer_bond&sector=infrastructure",
            &["GLASF34"],
        ),
        ("search=bürgerenergie", &["NORDW36"]),
        ("search=de000a4atl38", &["ATELI33"]),
        ("search=Havel", &["HAVEL31"]),
        ("search=%25", &[]),
        (
            "status=ACTIVE&currency=EUR",
            &["HAVEL31", "NORDW36", "ATELI33", "GLASF34"],
        ),
        ("currency=CHF", &[]),
        ("minimum_up_to=250", &["ATELI33"]),
        ("matures_until=2033-12-31", &["HAVEL31", "ATELI33"]),
        ("matures_from=2034-01-01", &["NORDW36", "GLASF34"]),
    ] {
        assert_eq!(names(&registrar, query).await, found, "{query}");
    }
    for query in [
        "legal_form=share",
        "currency=eur",
        "status=SOLD",
        "matures_from=soon",
    ] {
        let field = query.split_once('=').unwrap().0;
        let reply = registrar.get(&format!("catalogue/?{query}")).await;
        let problem = reply.refused("invalid_body");
        assert_eq!(problem["errors"][0]["field"], field);
    }
    // Pages are those of every list, up to a thousand assets.
    let page = registrar.get("catalogue/?page_size=3").await.expect(200);
    assert_eq!(page["count"], 4);
    assert!(page["next"].as_str().unwrap().contains("page=2"));
    registrar.get("catalogue/?page_size=1000").await.expect(200);
    registrar
        .get("catalogue/?page_size=1001")
        .await
        .refused("invalid_parameter");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_asset_says_what_a_partner_needs(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given an order of 30 units, and an issuer's sheet.
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let customer = partner.customer().await;
    partner.invest(&customer, 30, json!({})).await;
    let registrar = app.registrar().await;
    let path = format!("catalogue/{}/", partner.product_id);

    let asset = registrar.get(&path).await.expect(200);
    assert_eq!(
        asset["issuer"]["company_name"],
        "Havelkontor Projektgesellschaft mbH"
    );
    assert_eq!(asset["coupon"]["rate_percent"], "5.25");
    assert_eq!(asset["matures_on"], "2031-11-01");
    assert_eq!(asset["max_issuable_amount"], 12_000);
    assert_eq!(asset["unallocated_units"], 0);
    assert_eq!(asset["unsold_units"], 11_970);
    assert_eq!(asset["minimum_amount"]["amount"], "100000");
    assert_eq!(asset["target_market"]["client_categories"][0], "RETAIL");
    assert!(asset["token_address"].is_string());

    // Its documents are handed out by their hash, in every version.
    let issuer = app.issuer(0).await;
    let mut hashes = Vec::new();
    for text in ["sheet", "sheet, updated"] {
        let bytes = people::pdf(text);
        let document = id(&issuer
            .upload("wib.pdf", "application/pdf", &bytes)
            .await
            .expect(201));
        let patch = json!({"documents": [{"document_type": "WIB", "document_id": document}]});
        let own = format!("products/{}/", partner.product_id);
        issuer.patch(&own, &patch).await.expect(200);
        let asset = registrar.get(&path).await.expect(200);
        let hash = asset["documents"][0]["sha256"].as_str().unwrap().to_owned();
        hashes.push((hash, bytes));
    }
    for (hash, bytes) in &hashes {
        let reply = registrar.get(&format!("{path}documents/{hash}/")).await;
        assert_eq!((reply.status, &reply.bytes), (200, bytes));
        assert_eq!(reply.header("content-type"), Some("application/pdf"));
    }
    for wrong in ["00".repeat(32), "sheet".to_owned()] {
        registrar
            .get(&format!("{path}documents/{wrong}/"))
            .await
            .refused("not_found");
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_restricted_is_seen_by_its_circle(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given an asset for one platform only, and a crypto security that waits.
    let app = TestApp::start(backend).await;
    let issuer = Issuer::join(&app, FIRM).await;
    let company = issuer.company(FIRM).await;
    let network = app.app.ledger.network().name.clone();
    let inside = issuer.platform("Spreeinvest").await;
    let outside = issuer.platform("Alpenkapital").await;
    let mut body = people::product(&company, &network);
    body["publication_restricted"] = json!(true);
    body["circle"] = json!([inside]);
    body["asset_code"] = json!("CIRCLE");
    let restricted = id(&issuer.api.post("products/", &body).await.expect(201));
    let mut body = people::product(&company, &network);
    body["ewpg"] = json!(true);
    body["product_type"] = json!("BOND");
    body["isin"] = json!("DE000A4SPK25");
    body["asset_code"] = json!("WAITS");
    issuer.api.post("products/", &body).await.expect(201);

    // Then its circle sees the one, its issuer and the registrar both, and nobody else any.
    let own = reader(&app, &issuer.account).await;
    let stranger = Issuer::join(&app, "Fremde Emission GmbH").await;
    let other = reader(&app, &stranger.account).await;
    let sees = async |session: &Session| {
        let all = names(session, "").await;
        ["CIRCLE", "WAITS"].map(|code| all.iter().any(|name| name == code))
    };
    assert_eq!(sees(&app.registrar().await).await, [true, true]);
    assert_eq!(sees(&own).await, [true, true]);
    assert_eq!(sees(&other).await, [false, false]);
    assert_eq!(sees(&app.platform(&inside).await).await, [true, false]);
    assert_eq!(sees(&app.platform(&outside).await).await, [false, false]);
    let path = format!("catalogue/{restricted}/");
    other.get(&path).await.refused("not_found");
    own.get(&path).await.expect(200);
    // The start page is for everybody.
    let page = app.stranger().call(Method::GET, "").send_unchecked().await;
    assert!(!page.text().contains("Speicherkai"));
    // The circle may change, and with it who sees.
    let patch = json!({"circle": [inside, outside]});
    let own_path = format!("products/{restricted}/");
    issuer.api.patch(&own_path, &patch).await.expect(200);
    assert_eq!(sees(&app.platform(&outside).await).await, [true, false]);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn twins_are_not_in_it(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let app = TestApp::start(backend).await;
    let issuer = Issuer::join(&app, FIRM).await;
    let company = issuer.company(FIRM).await;
    let network = app.app.ledger.network().name.clone();
    let body = people::product(&company, &network);
    let made: Value = issuer.api.post("products/", &body).await.expect(201);
    let registrar = app.registrar().await;
    let found = registrar
        .get("catalogue/?search=speicherkai")
        .await
        .expect(200);
    assert_eq!(found["count"], 1);
    assert_eq!(found["results"][0]["id"], made["id"]);
}
