//! What holds for every resource: pages, filters, request ids, and refusals of what is not there.

use reqwest::Method;
use rstest::rstest;
use serde_json::{Value, json};
use testkit::client::id;
use testkit::{Backend, TestApp};
use uuid::Uuid;

fn ids(page: &Value) -> Vec<String> {
    page["results"].as_array().unwrap().iter().map(id).collect()
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_followed_page_by_page(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given five investors.
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let mut made = Vec::new();
    for _ in 0..5 {
        made.push(partner.investor().await);
    }
    // When a client follows `next`.
    let (mut found, mut path) = (Vec::new(), "investors/?page_size=2".to_owned());
    loop {
        let page = partner.api.get(&path).await.expect(200);
        assert_eq!(page["count"], 5);
        found.extend(ids(&page));
        match page["next"].as_str() {
            Some(next) => path = next.strip_prefix(&partner.api.base).unwrap().to_owned(),
            None => break,
        }
    }
    // Then it has seen each of them once, oldest first, and can go back.
    assert_eq!(found, made);
    let last = partner.api.get(&path).await.expect(200);
    let previous = last["previous"]
        .as_str()
        .unwrap()
        .strip_prefix(&partner.api.base)
        .unwrap();
    assert_eq!(
        ids(&partner.api.get(previous).await.expect(200)),
        made[2..4]
    );
    // Behind the end there is nothing.
    let beyond = partner
        .api
        .get("investors/?page=9&page_size=500")
        .await
        .expect(200);
    assert_eq!(
        (&beyond["results"], &beyond["next"]),
        (&json!([]), &json!(null))
    );
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn investments_are_found_by_every_filter(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given three investments of two investors, one of them accepted later.
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let (one, two) = (partner.customer().await, partner.customer().await);
    let first = id(&partner.invest(&one, 1, json!({})).await);
    let second = id(&partner.invest(&two, 2, json!({})).await);
    let since = app.now();
    app.advance_seconds(3600);
    let third = id(&partner.invest(&two, 3, json!({})).await);
    let path = format!("investments/{first}/");
    partner
        .api
        .patch(&path, &json!({"accepted_at": app.ago(60)}))
        .await
        .expect(200);

    let find = async |query: &str| {
        ids(&partner
            .api
            .get(&format!("investments/?{query}"))
            .await
            .expect(200))
    };
    assert_eq!(
        find("").await,
        [first.clone(), second.clone(), third.clone()]
    );
    assert_eq!(
        find(&format!("investor_id={}", two.investor)).await,
        [second.clone(), third.clone()]
    );
    assert_eq!(
        find(&format!("campaign_id={}", partner.campaign_id))
            .await
            .len(),
        3
    );
    assert_eq!(
        find(&format!("product_id={}", partner.product_id))
            .await
            .len(),
        3
    );
    assert_eq!(
        find(&format!("product_id={}", Uuid::new_v4())).await.len(),
        0
    );
    assert_eq!(find("status=ACCEPTED").await, std::slice::from_ref(&first));
    assert_eq!(
        find(&format!("changed_after={since}")).await,
        [first.clone(), third.clone()]
    );
    assert_eq!(
        find(&format!(
            "status=WAITING_FOR_ACCEPTANCE&investor_id={}",
            two.investor
        ))
        .await,
        [second, third.clone()]
    );
    // The issuer has the same filters.
    let issuer = app.issuer(0).await;
    let page = issuer
        .get(&format!(
            "investments/?product_id={}&status=ACCEPTED",
            partner.product_id
        ))
        .await
        .expect(200);
    assert_eq!(ids(&page), [first]);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn products_campaigns_and_listings_are_read(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let (partner, issuer, registrar) = (
        app.partner(0).await,
        app.issuer(0).await,
        app.registrar().await,
    );
    let path = format!("products/{}/", partner.product_id);
    let product = partner.api.get(&path).await.expect(200);
    assert_eq!(
        (&product["isin"], &product["legal_form"]),
        (&json!("DE000A4HVK12"), &json!("ewpg_bearer_bond"))
    );
    assert_eq!(
        (&product["status"], &product["cancellation_deadline"]),
        (&json!("ACTIVE"), &json!(0))
    );
    let token = product["token_address"].as_str().unwrap();
    assert!(token.eq_ignore_ascii_case(&app.environment(0).token_address));
    // The same for whoever may see it; the registrar sees all.
    let issued = issuer.get(&path).await.expect(200);
    for (name, value) in product.as_object().unwrap() {
        assert!(
            issued.get(name).is_none_or(|own| own == value),
            "{name}: {issued}"
        );
    }
    assert_eq!(registrar.get(&path).await.expect(200), product);
    assert_eq!(registrar.get("products/").await.expect(200)["count"], 4);
    assert_eq!(
        partner.api.get("products/").await.expect(200)["results"],
        json!([product])
    );
    // A platform's own campaign with what can be bought.
    let campaigns = partner
        .api
        .get(&format!("campaigns/?product_id={}", partner.product_id))
        .await
        .expect(200);
    assert_eq!(ids(&campaigns), std::slice::from_ref(&partner.campaign_id));
    let campaign = &campaigns["results"][0];
    assert_eq!(
        (
            &campaign["allocation"],
            &campaign["available"],
            &campaign["maximum_units"]
        ),
        (&json!(8000), &json!(8000), &json!(500))
    );
    let other = app.other_partner(0).await;
    partner
        .api
        .get(&format!("campaigns/{}/", other.campaign_id))
        .await
        .refused("not_found");
    // The issuer sees through whom its product is sold.
    let listings = issuer
        .get(&format!("listings/?product_id={}", partner.product_id))
        .await
        .expect(200);
    assert_eq!(listings["count"], 2);
    assert!(
        listings["results"]
            .as_array()
            .unwrap()
            .iter()
            .all(|listing| listing["is_allowed"] == true)
    );
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_refused_in_the_same_shape(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let api = app.partner(0).await.api;
    let nobody = Uuid::new_v4();
    for path in [
        format!("investors/{nobody}/"),
        "investors/not-an-id/".to_owned(),
        format!("investments/{nobody}/"),
        format!("products/{nobody}/"),
        format!("campaigns/{nobody}/"),
        format!("documents/{nobody}/"),
        format!("webhook-endpoints/{nobody}/"),
        "invitations/".to_owned(),
    ] {
        let refused = api.get(&path).await.refused("not_found");
        assert!(
            refused["instance"]
                .as_str()
                .unwrap()
                .contains(path.trim_end_matches('/')),
            "{refused}"
        );
    }
    let wrong = api.call(Method::PUT, "investors/").send().await;
    assert!(wrong.header("allow").unwrap().contains("POST"));
    wrong.refused("method_not_allowed");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn every_answer_carries_the_request_id(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let api = app.partner(0).await.api;
    let named = api
        .call(Method::GET, "investors/")
        .header("X-Request-Id", "broker-4711")
        .send()
        .await;
    assert_eq!(named.header("x-request-id"), Some("broker-4711"));
    let refused = api
        .call(Method::GET, "nothing/")
        .header("X-Request-Id", "broker-4712")
        .send()
        .await;
    assert_eq!(refused.header("x-request-id"), Some("broker-4712"));
    assert_eq!(refused.refused("not_found")["request_id"], "broker-4712");
    assert!(api.get("investors/").await.header("x-request-id").is_some());
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_service_says_how_it_is(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let stranger = app.stranger();
    stranger.get("healthz").await.expect(200);
    stranger.get("readyz").await.expect(200);
    stranger.get("metrics").await.expect(200);
    let health = app.registrar().await.get("health/").await.expect(200);
    assert_eq!(
        (&health["status"], &health["pending_commands"]),
        (&json!("ok"), &json!(0))
    );
    let engine = if backend == Backend::Sqlite {
        "sqlite"
    } else {
        "postgres"
    };
    assert_eq!(health["database"], engine);
    // The catalogue of refusals is there for people.
    assert!(
        stranger
            .get("problems")
            .await
            .text()
            .contains("allocation_exceeded")
    );
    stranger
        .get("problems/allocation_exceeded")
        .await
        .expect(200);
    stranger
        .get("problems/of_tomorrow")
        .await
        .refused("not_found");
    // And the pages that are not part of the document.
    for page in ["", "docs/api/", "openapi.json"] {
        let shown = stranger.call(Method::GET, page).send_unchecked().await;
        assert_eq!(shown.status, 200, "{page}");
    }
}
