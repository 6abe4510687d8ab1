//! Four eyes: what one actor proposes takes effect when another confirms it, and not before.

use rstest::rstest;
use serde_json::{Value, json};
use testkit::client::{Session, id};
use testkit::{Backend, TestApp};

/// Proposes; the ID of the decision.
async fn propose(registrar: &Session, platform: &str, what: &str) -> String {
    let body = json!({"reason": "The authority has published a notice about the firm."});
    let decision = registrar
        .post(&format!("platforms/{platform}/{what}/"), &body)
        .await
        .expect(201);
    assert_eq!(
        (&decision["status"], &decision["decided_by"]),
        (&json!("proposed"), &Value::Null)
    );
    id(&decision)
}

async fn decide(registrar: &Session, decision: &str, what: &str) -> testkit::client::Reply {
    registrar
        .post(&format!("decisions/{decision}/{what}/"), &json!({}))
        .await
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_suspension_needs_two_and_stops_new_investments_only(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a platform with an investment that runs.
    let app = TestApp::start(backend).await;
    let (one, two) = (app.registrar().await, app.other_registrar().await);
    let partner = app.partner(0).await;
    let platform = app.platform_ids(0).await.remove(0);
    let customer = partner.customer().await;
    let running = id(&partner.invest(&customer, 1, json!({})).await);
    let order = partner.order(&customer.investor, 1);

    // When one of the registrar's proposes its suspension, nothing happens yet, and the same one cannot confirm it.
    let decision = propose(&one, &platform, "suspension").await;
    partner.api.post("investments/", &order).await.expect(201);
    decide(&one, &decision, "confirm")
        .await
        .refused("four_eyes_required");
    let lines = storage_audit(&app).await;
    let refused = ("decision.confirm.refused".to_owned(), decision.clone());
    assert!(lines.contains(&refused), "{lines:?}");

    // When another one confirms, new investments are refused.
    let confirmed = decide(&two, &decision, "confirm").await.expect(200);
    assert_eq!(confirmed["status"], "confirmed");
    assert_ne!(confirmed["decided_by"], confirmed["proposed_by"]);
    partner
        .api
        .post("investments/", &order)
        .await
        .refused("platform_suspended");
    let own = app.platform(&platform).await;
    assert_eq!(
        own.get("participation/").await.expect(200)["standing"],
        "suspended"
    );
    // Reading goes on, and so does what runs.
    let paid = json!({"accepted_at": app.ago(30), "paid_at": app.ago(20)});
    let path = format!("investments/{running}/");
    partner.api.patch(&path, &paid).await.expect(200);
    let wallet = json!({"wallet": customer.wallet});
    partner.api.patch(&path, &wallet).await.expect(200);
    partner.reaches(&running, "DELIVERED").await;

    // And the way back needs two as well.
    let back = propose(&two, &platform, "readmission").await;
    decide(&two, &back, "confirm")
        .await
        .refused("four_eyes_required");
    decide(&one, &back, "confirm").await.expect(200);
    partner.api.post("investments/", &order).await.expect(201);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_decision_is_open_once_and_closed_for_good(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let (one, two) = (app.registrar().await, app.other_registrar().await);
    let platform = app.platform_ids(0).await.remove(0);
    let path = format!("platforms/{platform}/suspension/");
    let body = json!({"reason": "Because."});

    // Given a proposal, the same cannot be proposed beside it.
    let first = propose(&one, &platform, "suspension").await;
    two.post(&path, &body).await.refused("conflict");
    let open = one.get("decisions/?status=proposed").await.expect(200);
    assert_eq!(
        (&open["count"], &id(&open["results"][0])),
        (&json!(1), &first)
    );

    // When who proposed it withdraws it, it is over.
    let withdrawn = decide(&one, &first, "withdraw").await.expect(200);
    assert_eq!(withdrawn["status"], "withdrawn");
    decide(&two, &first, "confirm")
        .await
        .refused("decision_closed");
    decide(&two, &first, "withdraw")
        .await
        .refused("decision_closed");
    let kept = one.get(&format!("decisions/{first}/")).await.expect(200);
    assert_eq!(kept, withdrawn);

    // And another may be proposed, also by two at the same moment: one of them is told of the other's.
    let (left, right) = tokio::join!(one.post(&path, &body), two.post(&path, &body));
    let mut statuses = [left.status, right.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409]);
    let about = format!("decisions/?target_id={platform}");
    assert_eq!(one.get(&about).await.expect(200)["count"], 2);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_decided_is_refused_at_once(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let registrar = app.registrar().await;
    let platform = app.platform_ids(0).await.remove(0);
    // Without a reason nobody could check it.
    for (body, code) in [
        (json!({}), "missing"),
        (json!({"reason": "  "}), "missing"),
        (json!({"reason": "a".repeat(4001)}), "too_long"),
    ] {
        registrar
            .post(&format!("platforms/{platform}/suspension/"), &body)
            .await
            .refused_fields("invalid_body", &[("reason", code)]);
    }
    // Only who is suspended comes back, and only who is there can be suspended.
    let body = json!({"reason": "Because."});
    registrar
        .post(&format!("platforms/{platform}/readmission/"), &body)
        .await
        .refused("participation_state");
    let nobody = uuid::Uuid::new_v4();
    registrar
        .post(&format!("platforms/{nobody}/suspension/"), &body)
        .await
        .refused("not_found");
    decide(&registrar, &nobody.to_string(), "confirm")
        .await
        .refused("not_found");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_platform_that_has_left_takes_no_new_investments(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a platform with a customer.
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let customer = partner.customer().await;
    let platform = app.platform_ids(0).await.remove(0);
    let own = app.platform(&platform).await;
    assert_eq!(
        own.get("participation/").await.expect(200)["standing"],
        "admitted"
    );

    // When it leaves.
    let left = own
        .post("participation/exit/", &json!({}))
        .await
        .expect(200);
    assert_eq!(left["standing"], "left");

    // Then it sells no more, cannot leave again, and reads on.
    let order = partner.order(&customer.investor, 1);
    partner
        .api
        .post("investments/", &order)
        .await
        .refused("platform_not_admitted");
    own.post("participation/exit/", &json!({}))
        .await
        .refused("participation_state");
    assert_eq!(partner.api.get("investors/").await.expect(200)["count"], 1);
}

/// Action and target of the newest lines of the audit log.
async fn storage_audit(app: &TestApp) -> Vec<(String, String)> {
    let lines = app
        .app
        .registry
        .db
        .read(|tx| storage::audit::latest(tx, 20))
        .await
        .unwrap();
    lines
        .into_iter()
        .map(|line| (line.action, line.target))
        .collect()
}
