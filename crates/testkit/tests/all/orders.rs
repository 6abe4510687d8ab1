//! Orders: what a campaign takes, and that its units are never sold twice.

use rstest::rstest;
use serde_json::{Value, json};
use testkit::client::id;
use testkit::partner::{AGREEMENT, add};
use testkit::{Backend, TestApp};
use uuid::Uuid;

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_order_says_what_to_pay_and_reserves_its_units(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a product at EUR 250 with an agio of 1.5 %.
    let app = TestApp::start(backend).await;
    let partner = app.partner(1).await;
    let customer = partner.customer().await;
    let before = partner.available().await;

    // When eight units are ordered.
    let order = partner.invest(&customer, 8, json!({})).await;

    // Then the sum is exact, the account is the issuer's, the reference is the order's own, and the units are taken.
    let total = json!({"amount": "203000", "decimals": 2, "currency": "EUR"});
    assert_eq!(
        (&order["total"], &order["payment"]["total"]),
        (&total, &total)
    );
    assert_eq!(order["payment"]["iban"], "DE75512108001245126199");
    assert_eq!(order["payment"]["due_date"], Value::Null);
    assert_eq!(order["status"], "WAITING_FOR_ACCEPTANCE");
    assert_eq!(
        (&order["units"], &order["remaining_units"]),
        (&json!(8), &json!(8))
    );
    assert_eq!(order["product_id"], partner.product_id);
    assert_eq!(partner.available().await, before - 8);
    let other = partner.invest(&customer, 2, json!({})).await;
    assert_ne!(order["payment"]["reference"], other["payment"]["reference"]);
    assert_eq!(partner.investment(&id(&order)).await, order);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn units_that_the_campaign_does_not_sell_are_refused(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let partner = app.partner(1).await;
    let customer = partner.customer().await;
    let before = partner.available().await;
    for (units, code) in [
        (json!(0), "units_below_minimum"),
        (json!(1), "units_below_minimum"),
        (json!(3), "units_off_step"),
        (json!(1_002), "units_above_maximum"),
    ] {
        let mut order = partner.order(&customer.investor, 2);
        order["units"] = units;
        let refused = partner.api.post("investments/", &order).await.refused(code);
        assert_eq!(refused["errors"][0]["field"], "units");
    }
    for (units, code) in [
        (json!(-2), "out_of_range"),
        (json!(2.5), "invalid_type"),
        (json!("2"), "invalid_type"),
        (json!(u64::MAX), "out_of_range"),
    ] {
        let mut order = partner.order(&customer.investor, 2);
        order["units"] = units.clone();
        let reply = partner.api.post("investments/", &order).await;
        let refused = reply.refused("invalid_body");
        assert_eq!(refused["errors"][0]["field"], "units", "{units}");
        assert!(
            [code, "invalid_type"].contains(&refused["errors"][0]["code"].as_str().unwrap()),
            "{units}: {refused}"
        );
    }
    assert_eq!(partner.available().await, before);
    assert_eq!(
        partner.api.get("investments/").await.expect(200)["count"],
        0
    );
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_an_order_names_must_be_the_partners_own(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given another platform's customer and campaign, and a second customer of the partner's own.
    let app = TestApp::start(backend).await;
    let (partner, other) = (app.partner(0).await, app.other_partner(0).await);
    let (customer, second) = (partner.customer().await, partner.customer().await);
    let theirs = other.investor().await;
    let nobody = Uuid::new_v4().to_string();
    let their_document = other.document("theirs").await;

    // When an order names what is not the partner's, it is as if it were not there.
    for (field, values) in [
        ("investor_id", [&theirs, &nobody]),
        ("campaign_id", [&other.campaign_id, &nobody]),
    ] {
        for value in values {
            let mut order = partner.order(&customer.investor, 1);
            order[field] = json!(value);
            partner
                .api
                .post("investments/", &order)
                .await
                .refused_fields("invalid_body", &[(field, "not_found")]);
        }
    }
    for wallet in [&second.wallet, &second.address, &nobody] {
        let mut order = partner.order(&customer.investor, 1);
        order["wallet"] = json!(wallet);
        partner
            .api
            .post("investments/", &order)
            .await
            .refused("wallet_not_of_investor");
    }
    let mut order = partner.order(&customer.investor, 1);
    order["wallet"] = json!("my wallet");
    partner
        .api
        .post("investments/", &order)
        .await
        .refused_fields("invalid_body", &[("wallet", "invalid_format")]);
    for document in [&their_document, &nobody] {
        let mut order = partner.order(&customer.investor, 1);
        order["signed_documents"] = json!([{"document_id": document, "document_type": "KID"}]);
        let field = "signed_documents[0].document_id";
        partner
            .api
            .post("investments/", &order)
            .await
            .refused_fields("invalid_body", &[(field, "not_found")]);
    }
    // And what is someone else's cannot be read, changed or found in a list.
    let placed = id(&partner.invest(&customer, 1, json!({})).await);
    other
        .api
        .get(&format!("investments/{placed}/"))
        .await
        .refused("not_found");
    other
        .api
        .patch(&format!("investments/{placed}/"), &json!({}))
        .await
        .refused("not_found");
    other
        .api
        .post(&format!("investments/{placed}/cancel/"), &json!({}))
        .await
        .refused("not_found");
    other
        .api
        .get(&format!("investors/{}/", customer.investor))
        .await
        .refused("not_found");
    other
        .api
        .get(&format!("investors/{}/wallets/", customer.investor))
        .await
        .refused("not_found");
    assert_eq!(other.api.get("investments/").await.expect(200)["count"], 0);
    let elsewhere = app.issuer(1).await;
    elsewhere
        .post(&format!("investments/{placed}/accept/"), &json!({}))
        .await
        .refused("not_found");
    assert_eq!(
        partner.investment(&placed).await["status"],
        "WAITING_FOR_ACCEPTANCE"
    );
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_required_document_is_refused_by_name(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a campaign that wants a signed agreement.
    let app = TestApp::start(backend).await;
    let partner = app.other_partner(0).await;
    let investor = partner.investor().await;
    let refused = partner
        .api
        .post("investments/", &partner.order(&investor, 5))
        .await
        .refused("required_document_missing");
    assert!(refused["detail"].as_str().unwrap().contains(AGREEMENT));
    assert_eq!(refused["errors"][0]["field"], "signed_documents");

    // When it is there, and further documents follow, all are on the investment.
    let mut order = partner.order(&investor, 5);
    let (agreement, costs) = (
        partner.document("signed").await,
        partner.document("costs").await,
    );
    order["signed_documents"] = json!([{"document_id": agreement, "document_type": AGREEMENT}]);
    let placed = partner.api.post("investments/", &order).await.expect(201);
    let added =
        json!({"signed_documents": [{"document_id": costs, "document_type": "COSTS_DOCUMENT"}]});
    let path = format!("investments/{}/signed-documents/", id(&placed));
    let shown = partner.api.post(&path, &added).await.expect(200);
    let types: Vec<&str> = shown["signed_documents"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["document_type"].as_str().unwrap())
        .collect();
    assert_eq!(types, [AGREEMENT, "COSTS_DOCUMENT"]);
    // Twice the same is refused, and so are more than an order can carry.
    let twice =
        json!({"signed_documents": [added["signed_documents"][0], added["signed_documents"][0]]});
    let field = "signed_documents[1].document_type";
    partner
        .api
        .post(&path, &twice)
        .await
        .refused_fields("invalid_body", &[(field, "duplicate")]);
    let many = vec![added["signed_documents"][0].clone(); 51];
    let many = json!({"signed_documents": many});
    partner
        .api
        .post(&path, &many)
        .await
        .refused_fields("invalid_body", &[("signed_documents", "too_long")]);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn dates_that_cannot_be_are_refused(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let customer = partner.customer().await;
    let tomorrow = app.days_ago(-1);
    let cases = [
        (json!({"signed_at": tomorrow}), "signed_at", "in_future"),
        (json!({"accepted_at": tomorrow}), "accepted_at", "in_future"),
        (json!({"paid_at": tomorrow}), "paid_at", "in_future"),
        (
            json!({"accepted_at": app.days_ago(1)}),
            "accepted_at",
            "out_of_range",
        ),
        (json!({"signed_at": "today"}), "signed_at", "invalid_format"),
        (
            json!({"signed_at": "2026-06-01T08:00:00"}),
            "signed_at",
            "invalid_format",
        ),
    ];
    for (more, field, code) in cases {
        let mut order = partner.order(&customer.investor, 1);
        add(&mut order, more);
        partner
            .api
            .post("investments/", &order)
            .await
            .refused_fields("invalid_body", &[(field, code)]);
    }
    let mut unsigned = partner.order(&customer.investor, 1);
    unsigned.as_object_mut().unwrap().remove("signed_at");
    partner
        .api
        .post("investments/", &unsigned)
        .await
        .refused_fields("invalid_body", &[("signed_at", "missing")]);
    assert_eq!(
        partner.api.get("investments/").await.expect(200)["count"],
        0
    );
}
