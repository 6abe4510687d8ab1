//! Acceptance and payment: by the issuer, by a distributor with the mandates, or not in time.

use rstest::rstest;
use serde_json::json;
use testkit::client::id;
use testkit::{Backend, TestApp, WebhookSink};

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn without_the_mandates_the_issuer_decides(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a campaign without mandates.
    let app = TestApp::start(backend).await;
    let partner = app.partner(1).await;
    let customer = partner.customer().await;
    let before = partner.available().await;

    // When the distributor reports anyway, at creation or later.
    for (more, code) in [
        (
            json!({"accepted_at": app.ago(10)}),
            "accept_mandate_missing",
        ),
        (json!({"paid_at": app.ago(10)}), "payment_mandate_missing"),
    ] {
        let mut order = partner.order(&customer.investor, 2);
        testkit::partner::add(&mut order, more);
        partner.api.post("investments/", &order).await.refused(code);
    }
    assert_eq!(partner.available().await, before);
    let order = id(&partner.invest(&customer, 2, json!({})).await);
    let path = format!("investments/{order}/");
    partner
        .api
        .patch(&path, &json!({"accepted_at": app.ago(10)}))
        .await
        .refused("accept_mandate_missing");
    partner
        .api
        .patch(&path, &json!({"paid_at": app.ago(10)}))
        .await
        .refused("payment_mandate_missing");
    assert_eq!(
        partner.investment(&order).await["status"],
        "WAITING_FOR_ACCEPTANCE"
    );

    // Then only the issuer moves it on, from the acceptance with a day to pay until.
    let issuer = app.issuer(1).await;
    let seen = issuer.get(&path).await.expect(200);
    assert_eq!(seen["id"], order);
    let accepted = issuer
        .post(
            &format!("{path}accept/"),
            &json!({"accepted_at": app.ago(5)}),
        )
        .await
        .expect(200);
    assert_eq!(
        (&accepted["status"], &accepted["payment"]["due_date"]),
        (&json!("ACCEPTED"), &json!("2026-06-22"))
    );
    issuer
        .post(&format!("{path}mark-paid/"), &json!({}))
        .await
        .expect(200);
    partner.reaches(&order, "DELIVERED").await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn repeating_what_is_in_effect_answers_200(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let (partner, issuer) = (app.partner(1).await, app.issuer(1).await);
    let customer = partner.customer().await;
    // Each action twice, without a key; the second changes nothing.
    for (before, action) in [
        (vec![], "accept"),
        (vec!["accept"], "mark-paid"),
        (vec![], "reject"),
        (vec!["accept"], "payment-missing"),
    ] {
        let order = id(&partner.invest(&customer, 2, json!({})).await);
        for step in before {
            issuer
                .post(&format!("investments/{order}/{step}/"), &json!({}))
                .await
                .expect(200);
        }
        let path = format!("investments/{order}/{action}/");
        let first = issuer.post(&path, &json!({})).await.expect(200);
        let second = issuer.post(&path, &json!({})).await.expect(200);
        if action != "mark-paid" {
            assert_eq!(first["changed_at"], second["changed_at"], "{action}");
            assert_eq!(first["status"], second["status"], "{action}");
        }
    }
    // What is not possible is refused by name.
    let order = id(&partner.invest(&customer, 2, json!({})).await);
    for action in ["mark-paid", "payment-missing"] {
        issuer
            .post(&format!("investments/{order}/{action}/"), &json!({}))
            .await
            .refused("investment_state");
    }
    issuer
        .post(&format!("investments/{order}/accept/"), &json!({}))
        .await
        .expect(200);
    issuer
        .post(&format!("investments/{order}/reject/"), &json!({}))
        .await
        .refused("investment_state");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_rejection_frees_the_units_and_says_why(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let (partner, issuer) = (app.partner(1).await, app.issuer(1).await);
    let customer = partner.customer().await;
    let before = partner.available().await;
    let order = id(&partner.invest(&customer, 10, json!({})).await);
    assert_eq!(partner.available().await, before - 10);

    let reason = json!({"reason": "the tranche is full"});
    issuer
        .post(&format!("investments/{order}/reject/"), &reason)
        .await
        .expect(200);

    let ended = partner.investment(&order).await;
    assert_eq!(
        (&ended["status"], &ended["reason"]),
        (&json!("REJECTION"), &reason["reason"])
    );
    assert_eq!(partner.available().await, before);
    let long = json!({"reason": "x".repeat(501)});
    let other = id(&partner.invest(&customer, 10, json!({})).await);
    issuer
        .post(&format!("investments/{other}/reject/"), &long)
        .await
        .refused_fields("invalid_body", &[("reason", "too_long")]);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_payment_that_does_not_come_ends_the_order(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given an accepted order that is to be paid within 21 days.
    let app = TestApp::start(backend).await;
    let (partner, issuer) = (app.partner(1).await, app.issuer(1).await);
    let sink = WebhookSink::start().await;
    partner.subscribe(&sink).await;
    let customer = partner.customer().await;
    let before = partner.available().await;
    let order = id(&partner.invest(&customer, 2, json!({})).await);
    let other = id(&partner.invest(&customer, 2, json!({})).await);
    issuer
        .post(&format!("investments/{order}/accept/"), &json!({}))
        .await
        .expect(200);

    // When the last day is not over yet, nothing happens; a day later the order ends by itself.
    app.advance_days(21);
    app.settle().await;
    assert_eq!(partner.investment(&order).await["status"], "ACCEPTED");
    app.advance_days(1);
    partner.reaches(&order, "PAYMENT_MISSING").await;
    sink.told(&order, "PAYMENT_MISSING").await;

    // Then its units are free, and what nobody accepted still waits.
    assert_eq!(
        partner.investment(&other).await["status"],
        "WAITING_FOR_ACCEPTANCE"
    );
    assert_eq!(partner.available().await, before - 2);
    issuer
        .post(&format!("investments/{order}/mark-paid/"), &json!({}))
        .await
        .refused("investment_state");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn dates_before_their_turn_are_kept_and_applied_in_order(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a payment that is reported before the acceptance.
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let customer = partner.customer().await;
    let order = partner
        .invest(&customer, 2, json!({"paid_at": app.ago(50)}))
        .await;
    assert_eq!(
        (&order["status"], &order["accepted_at"]),
        (&json!("WAITING_FOR_ACCEPTANCE"), &json!(null))
    );

    // When the acceptance comes, both apply.
    let path = format!("investments/{}/", id(&order));
    let accepted = partner
        .api
        .patch(&path, &json!({"accepted_at": app.ago(40)}))
        .await
        .expect(200);
    assert!(
        ["PAID", "DELIVERED"].contains(&accepted["status"].as_str().unwrap()),
        "{accepted}"
    );
    partner.reaches(&id(&order), "DELIVERED").await;

    // And what is recorded cannot be told differently, while the same again is fine.
    let refused = partner
        .api
        .patch(&path, &json!({"paid_at": app.ago(1)}))
        .await
        .refused("conflict");
    assert_eq!(refused["errors"][0]["field"], "paid_at");
    partner
        .api
        .patch(&path, &json!({"paid_at": order["paid_at"]}))
        .await
        .expect(200);
}
