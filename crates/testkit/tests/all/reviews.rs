//! The registrar's review of investments.

use rstest::rstest;
use serde_json::json;
use testkit::client::id;
use testkit::{Backend, TestApp};

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_review_stops_and_releases(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given an order that the registrar wants to look at.
    let app = TestApp::start(backend).await;
    let (partner, registrar) = (app.partner(0).await, app.registrar().await);
    let customer = partner.customer().await;
    let order = id(&partner.invest(&customer, 2, json!({})).await);
    let review = format!("investments/{order}/review/");
    let required = registrar
        .post(&review, &json!({"action": "require"}))
        .await
        .expect(200);
    assert_eq!(required["status"], "REVIEW_PENDING");

    // When the distributor reports the acceptance meanwhile, it is kept.
    let path = format!("investments/{order}/");
    let kept = partner
        .api
        .patch(&path, &json!({"accepted_at": app.ago(10)}))
        .await
        .expect(200);
    assert_eq!(kept["status"], "REVIEW_PENDING");

    // Then the review's end lets it pass on.
    let passed = registrar
        .post(&review, &json!({"action": "approve"}))
        .await
        .expect(200);
    assert_eq!(passed["status"], "ACCEPTED");
    registrar
        .post(&review, &json!({"action": "require"}))
        .await
        .refused("investment_state");
    let statuses: Vec<String> = partner
        .feed()
        .await
        .iter()
        .filter(|event| event["investment_id"] == order)
        .map(|event| event["status"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(
        statuses,
        [
            "WAITING_FOR_ACCEPTANCE",
            "REVIEW_PENDING",
            "WAITING_FOR_ACCEPTANCE",
            "ACCEPTED"
        ]
    );
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_review_without_identification_leads_back_to_it(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let (partner, registrar) = (app.partner(0).await, app.registrar().await);
    let investor = partner.investor().await;
    let order = id(&partner
        .api
        .post("investments/", &partner.order(&investor, 2))
        .await
        .expect(201));
    let review = format!("investments/{order}/review/");
    registrar
        .post(&review, &json!({"action": "require"}))
        .await
        .expect(200);
    let passed = registrar
        .post(&review, &json!({"action": "approve"}))
        .await
        .expect(200);
    assert_eq!(passed["status"], "KYC_PENDING");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_review_can_end_an_order(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    // Given orders that the registrar gives up, with a reason.
    let app = TestApp::start(backend).await;
    let (partner, registrar) = (app.partner(0).await, app.registrar().await);
    let customer = partner.customer().await;
    let before = partner.available().await;
    for (actions, status) in [
        (vec!["require", "reject"], "REJECTION"),
        (vec!["kyc_insufficient"], "KYC_INSUFFICIENT"),
    ] {
        let order = id(&partner.invest(&customer, 2, json!({})).await);
        let mut last = json!(null);
        for action in actions {
            let body = json!({"action": action, "reason": "contradicting documents"});
            last = registrar
                .post(&format!("investments/{order}/review/"), &body)
                .await
                .expect(200);
        }
        // Then the partner sees how it ended and why, and the units are free.
        assert_eq!(last["status"], status);
        let ended = partner.investment(&order).await;
        assert_eq!(
            (&ended["status"], &ended["reason"]),
            (&json!(status), &json!("contradicting documents"))
        );
    }
    assert_eq!(partner.available().await, before);
    let order = id(&partner.invest(&customer, 2, json!({})).await);
    let review = format!("investments/{order}/review/");
    registrar
        .post(&review, &json!({"action": "sleep"}))
        .await
        .refused_fields("invalid_body", &[("action", "unknown_value")]);
    registrar
        .post(&review, &json!({"action": "reject"}))
        .await
        .refused("investment_state");
}
