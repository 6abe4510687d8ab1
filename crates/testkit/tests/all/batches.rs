//! Many at once: one answer per item, and each item stands for itself.

use rstest::rstest;
use serde_json::{Value, json};
use testkit::client::id;
use testkit::{Backend, TestApp};
use uuid::Uuid;

fn statuses(answer: &Value) -> Vec<u64> {
    let results = answer["results"].as_array().unwrap();
    results
        .iter()
        .map(|result| result["status"].as_u64().unwrap())
        .collect()
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn orders_in_a_batch_stand_for_themselves(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a batch of which two items are wrong.
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let customer = partner.customer().await;
    let nobody = Uuid::new_v4().to_string();
    let batch = json!({"investments": [
        partner.order(&customer.investor, 1),
        partner.order(&customer.investor, 501),
        partner.order(&nobody, 1),
        // As the middle generation wrote it.
        {"investor_id": customer.investor, "campaign_id": partner.campaign_id, "amount": 4, "signed_at": app.ago(10), "wallet_address": customer.address},
    ]});

    // When it is sent, twice with the same key.
    let answer = partner
        .api
        .post_with_key("investments/batch/", "batch-1", &batch)
        .await
        .expect(200);
    let again = partner
        .api
        .post_with_key("investments/batch/", "batch-1", &batch)
        .await;
    assert_eq!(again.header("idempotent-replayed"), Some("true"));

    // Then each has its answer, and each good one was made once.
    assert_eq!(statuses(&answer), [201, 422, 400, 201]);
    assert_eq!(
        answer["results"][1]["problem"]["code"],
        "units_above_maximum"
    );
    assert_eq!(
        answer["results"][2]["problem"]["errors"][0]["field"],
        "investor_id"
    );
    assert_eq!(answer["results"][3]["investment"]["units"], 4);
    assert_eq!(again.expect(200), answer);
    assert_eq!(
        partner.api.get("investments/").await.expect(200)["count"],
        2
    );
    // Another body with that key is refused, and so are too many items.
    let other = json!({"investments": [partner.order(&customer.investor, 2)]});
    partner
        .api
        .post_with_key("investments/batch/", "batch-1", &other)
        .await
        .refused("idempotency_key_reused");
    let many = json!({"investments": vec![partner.order(&customer.investor, 1); 101]});
    partner
        .api
        .post("investments/batch/", &many)
        .await
        .refused("too_many");
    assert_eq!(
        partner.api.get("investments/").await.expect(200)["count"],
        2
    );
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_issuer_decides_about_many(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given three orders, and an id that is nobody's.
    let app = TestApp::start(backend).await;
    let (partner, issuer) = (app.partner(1).await, app.issuer(1).await);
    let customer = partner.customer().await;
    let mut orders = Vec::new();
    for _ in 0..3 {
        orders.push(id(&partner.invest(&customer, 2, json!({})).await));
    }
    let nobody = Uuid::new_v4().to_string();

    // When they are decided about together.
    let ids = json!({"investment_ids": [orders[0], nobody, orders[1]], "accepted_at": app.ago(20)});
    let accepted = issuer.post("investments/accept/", &ids).await.expect(200);
    assert_eq!(statuses(&accepted), [200, 404, 200]);
    assert_eq!(accepted["results"][1]["problem"]["code"], "not_found");
    let ids = json!({"investment_ids": [orders[0], orders[2]], "paid_at": app.ago(10)});
    let paid = issuer
        .post("investments/mark-paid/", &ids)
        .await
        .expect(200);
    assert_eq!(statuses(&paid), [200, 409]);
    assert_eq!(paid["results"][1]["problem"]["code"], "investment_state");
    let ids = json!({"investment_ids": [orders[1]]});
    assert_eq!(
        statuses(
            &issuer
                .post("investments/payment-missing/", &ids)
                .await
                .expect(200)
        ),
        [200]
    );
    let ids = json!({"investment_ids": [orders[2]], "reason": "full"});
    assert_eq!(
        statuses(&issuer.post("investments/reject/", &ids).await.expect(200)),
        [200]
    );

    // Then each stands where it was led.
    partner.reaches(&orders[0], "DELIVERED").await;
    assert_eq!(
        partner.investment(&orders[1]).await["status"],
        "PAYMENT_MISSING"
    );
    assert_eq!(partner.investment(&orders[2]).await["reason"], "full");
    let many = json!({"investment_ids": vec![nobody; 501]});
    issuer
        .post("investments/accept/", &many)
        .await
        .refused("too_many");
}
