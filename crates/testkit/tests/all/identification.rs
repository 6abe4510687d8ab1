//! From signing to acceptance stands the identification: imported, reviewed, expired, reopened.

use rstest::rstest;
use serde_json::json;
use testkit::client::id;
use testkit::partner::AGREEMENT;
use testkit::{Backend, Partner, TestApp, people};

/// The investor's status.
async fn kyc(partner: &Partner, investor: &str) -> String {
    let shown = partner
        .api
        .get(&format!("investors/{investor}/"))
        .await
        .expect(200);
    shown["kyc_status"].as_str().unwrap().to_owned()
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_order_waits_for_the_identification(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given an order of someone whom nobody has identified, with dates reported before their turn.
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let customer = partner.with_wallet(partner.investor().await).await;
    let known = json!({"accepted_at": app.ago(30), "paid_at": app.ago(20)});
    let order = partner.invest(&customer, 2, known).await;
    assert_eq!(
        (&order["status"], &order["blocked_by"]),
        (&json!("KYC_PENDING"), &json!(null))
    );

    // When the identification comes, it goes all the way, with one event per status passed.
    assert_eq!(
        partner.identify(&customer.investor).await["status"],
        "SUCCESS"
    );
    let delivered = partner.reaches(&id(&order), "DELIVERED").await;
    assert_eq!(delivered["accepted_at"], order["accepted_at"]);
    let events = partner.feed().await;
    let statuses: Vec<&str> = events
        .iter()
        .filter(|event| event["investment_id"] == order["id"])
        .filter_map(|event| event["status"].as_str())
        .collect();
    assert_eq!(
        statuses,
        [
            "KYC_PENDING",
            "WAITING_FOR_ACCEPTANCE",
            "ACCEPTED",
            "PAID",
            "DELIVERED"
        ]
    );
    let of_investor = events
        .iter()
        .find(|event| event["type"] == "investor.kyc_status_changed")
        .unwrap();
    assert_eq!(
        (&of_investor["status"], &of_investor["previous_status"]),
        (&json!("SUCCESS"), &json!("PENDING"))
    );
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_company_needs_a_benefiting_person(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given an identified company's order.
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let company = partner.company().await;
    partner.identify(&company).await;
    let order = id(&partner
        .api
        .post("investments/", &partner.order(&company, 5))
        .await
        .expect(201));
    assert_eq!(kyc(&partner, &company).await, "PENDING");
    assert_eq!(partner.investment(&order).await["status"], "KYC_PENDING");

    // When it says who owns it.
    let path = format!("investors/{company}/benefiting-persons/");
    let owner = partner
        .api
        .post(&path, &people::benefiting_person())
        .await
        .expect(201);

    // Then the order goes on; a further owner changes nothing.
    assert_eq!(owner["share_basis_points"], 7500);
    assert_eq!(kyc(&partner, &company).await, "SUCCESS");
    assert_eq!(
        partner.investment(&order).await["status"],
        "WAITING_FOR_ACCEPTANCE"
    );
    partner
        .api
        .post(&path, &json!({"forename": "Jonas", "surname": "Rotdorn"}))
        .await
        .expect(201);
    let listed = partner.api.get(&path).await.expect(200);
    assert_eq!(
        (&listed["count"], &listed["results"][0]),
        (&json!(2), &owner)
    );
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_old_identification_is_stored_and_asks_for_another(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let protocol = partner.document("protocol").await;
    // Given one that was made more than 24 months ago, and one whose document has run out.
    let aged = people::identification(&protocol, "2024-05-31T09:00:00Z");
    let mut expired = people::identification(&protocol, &app.days_ago(5));
    expired["document_valid_to"] = json!("2026-05-31");
    for body in [aged, expired] {
        let investor = partner.investor().await;
        let path = format!("investors/{investor}/identifications/");
        let stored = partner.api.post(&path, &body).await.expect(201);
        assert_eq!(stored["status"], "REVERIFICATION_REQUIRED");
        assert_eq!(kyc(&partner, &investor).await, "REVERIFICATION_REQUIRED");
        // When a new one comes, it counts.
        partner.identify(&investor).await;
        assert_eq!(kyc(&partner, &investor).await, "SUCCESS");
        assert_eq!(
            partner.api.get(&path).await.expect(200)["results"][0],
            stored
        );
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_identification_runs_out_by_the_clock(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given an investor whose identification is 24 months old next week.
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let investor = partner.investor().await;
    let protocol = partner.document("protocol").await;
    let body = people::identification(&protocol, "2024-06-06T09:00:00Z");
    partner
        .api
        .post(&format!("investors/{investor}/identifications/"), &body)
        .await
        .expect(201);
    assert_eq!(kyc(&partner, &investor).await, "SUCCESS");

    // When the week is over, its status changes by itself and is told.
    app.advance_days(7);
    testkit::app::eventually("it has run out", async || {
        (kyc(&partner, &investor).await == "REVERIFICATION_REQUIRED").then_some(())
    })
    .await;
    let last = partner.feed().await.pop().unwrap();
    assert_eq!(
        (&last["type"], &last["status"]),
        (
            &json!("investor.kyc_status_changed"),
            &json!("REVERIFICATION_REQUIRED")
        )
    );
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn another_name_reopens_the_identification_and_an_address_does_not(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    for (change, status) in [
        (json!({"street": "Elsewhere 1", "phone": null}), "SUCCESS"),
        (json!({"surname": "Möwe"}), "REVERIFICATION_REQUIRED"),
        (json!({"forename": "Anna"}), "REVERIFICATION_REQUIRED"),
        (
            json!({"birth_date": "1971-03-10"}),
            "REVERIFICATION_REQUIRED",
        ),
        (json!({"citizenship": "AUT"}), "REVERIFICATION_REQUIRED"),
    ] {
        let customer = partner.customer().await;
        let path = format!("investors/{}/", customer.investor);
        app.advance_seconds(1);
        let changed = partner
            .api
            .patch(&path, &json!({"natural_person": change}))
            .await
            .expect(200);
        assert_eq!(changed["kyc_status"], status, "{change}");
        let wallet = format!("{path}wallets/{}/", customer.wallet);
        assert_eq!(
            partner.api.get(&wallet).await.expect(200)["eligible"],
            status == "SUCCESS",
            "{change}"
        );
        // A new identification settles it.
        app.advance_seconds(1);
        partner.identify(&customer.investor).await;
        assert_eq!(
            kyc(&partner, &customer.investor).await,
            "SUCCESS",
            "{change}"
        );
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_merge_patch_replaces_and_removes(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let investor = partner.investor().await;
    let path = format!("investors/{investor}/");
    let patch = json!({"natural_person": {"phone": null, "city": "Mainz"}, "bank_account": null, "communication": {"email": "neu@example.org"}});
    let call = partner.api.call(reqwest::Method::PATCH, &path);
    let changed = call
        .bytes("application/merge-patch+json", patch.to_string())
        .send()
        .await
        .expect(200);
    let person = &changed["natural_person"];
    assert_eq!(
        (&person["phone"], &person["city"], &person["surname"]),
        (&json!(null), &json!("Mainz"), &json!("Vogelsang-Möwe"))
    );
    assert_eq!(changed["bank_account"], json!(null));
    assert_eq!(
        changed["communication"],
        json!({"email": "neu@example.org", "email_confirmed": true})
    );
    assert_eq!(partner.api.get(&path).await.expect(200), changed);
    // What is required cannot be removed, and what is wrong changes nothing.
    let removal = json!({"natural_person": {"surname": null}});
    partner
        .api
        .patch(&path, &removal)
        .await
        .refused_fields("invalid_body", &[("natural_person.surname", "missing")]);
    let wrong = json!({"bank_account": {"iban": "DE00", "bic": "COBADEFFXXX", "currency": "EUR", "account_holder": "A"}});
    partner
        .api
        .patch(&path, &wrong)
        .await
        .refused("invalid_body");
    assert_eq!(partner.api.get(&path).await.expect(200), changed);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn imports_of_a_reviewed_platform_wait_for_the_registrar(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a platform whose imports are reviewed, and an order that waits for one.
    let app = TestApp::start(backend).await;
    let (partner, registrar) = (app.other_partner(0).await, app.registrar().await);
    let investor = partner.investor().await;
    let mut order = partner.order(&investor, 5);
    order["signed_documents"] =
        json!([{"document_id": partner.document("signed").await, "document_type": AGREEMENT}]);
    let order = id(&partner.api.post("investments/", &order).await.expect(201));
    let imported = partner.identify(&investor).await;
    assert_eq!(imported["status"], "UNDER_REVIEW");
    assert_eq!(partner.investment(&order).await["status"], "KYC_PENDING");

    // When the registrar finds it among those that wait and approves it.
    let waiting = registrar.get("identifications/").await.expect(200);
    assert_eq!(waiting["count"], 1);
    let pending = &waiting["results"][0];
    assert_eq!(
        (&pending["id"], &pending["investor_id"]),
        (&imported["id"], &json!(investor))
    );
    let decide = format!("identifications/{}/decision/", id(&imported));
    registrar
        .post(&decide, &json!({"decision": "maybe"}))
        .await
        .refused_fields("invalid_body", &[("decision", "unknown_value")]);
    let decided = registrar
        .post(&decide, &json!({"decision": "approve"}))
        .await
        .expect(200);

    // Then the order goes on, and the decision stands.
    assert_eq!(decided["status"], "SUCCESS");
    assert_eq!(
        partner.investment(&order).await["status"],
        "WAITING_FOR_ACCEPTANCE"
    );
    registrar
        .post(&decide, &json!({"decision": "reject"}))
        .await
        .refused("conflict");
    assert_eq!(
        registrar.get("identifications/").await.expect(200)["count"],
        0
    );
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_rejected_identification_leaves_the_order_waiting(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let (partner, registrar) = (app.other_partner(0).await, app.registrar().await);
    let investor = partner.investor().await;
    let imported = id(&partner.identify(&investor).await);
    let decide = format!("identifications/{imported}/decision/");
    let reason = "the picture is somebody else's";
    let body = json!({"decision": "reject", "reason": reason});
    let decided = registrar.post(&decide, &body).await.expect(200);
    assert_eq!(
        (&decided["status"], &decided["reason"]),
        (&json!("REJECTED"), &json!(reason))
    );
    assert_eq!(kyc(&partner, &investor).await, "REJECTED");
    // The partner reads why, alone and in the list, and so does the registrar later.
    let path = format!("investors/{investor}/identifications/");
    let own = partner.api.get(&format!("{path}{imported}/")).await;
    assert_eq!(own.expect(200), decided);
    let listed = partner.api.get(&path).await.expect(200);
    assert_eq!(listed["results"][0], decided);
    let kept = registrar.get(&format!("identifications/{imported}/")).await;
    assert_eq!(kept.expect(200), decided);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_speaks_for_an_approval_stays_with_the_registrar(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let (partner, registrar) = (app.other_partner(0).await, app.registrar().await);
    let investor = partner.investor().await;
    let imported = id(&partner.identify(&investor).await);
    let path = format!("identifications/{imported}/");
    assert_eq!(
        registrar.get(&path).await.expect(200)["reason"],
        json!(null)
    );
    let body = json!({"decision": "approve", "reason": "seen in person in 2019"});
    registrar
        .post(&format!("{path}decision/"), &body)
        .await
        .expect(200);
    let kept = registrar.get(&path).await.expect(200);
    assert_eq!(
        (&kept["status"], &kept["reason"]),
        (&json!("SUCCESS"), &body["reason"])
    );
    let own = format!("investors/{investor}/{path}");
    assert_eq!(
        partner.api.get(&own).await.expect(200)["reason"],
        json!(null)
    );
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_empty_import_asks_the_registrar(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a request for an identification, with `{}`.
    let app = TestApp::start(backend).await;
    let (partner, registrar) = (app.partner(0).await, app.registrar().await);
    let investor = partner.investor().await;
    let path = format!("investors/{investor}/identifications/");
    let requested = partner.api.post(&path, &json!({})).await.expect(201);
    assert_eq!(requested["status"], "PENDING");

    // When its link is opened, the page names nobody and says where it stands.
    let url = requested["url"].as_str().unwrap();
    let page = app
        .stranger()
        .get(url.strip_prefix(&app.url).unwrap())
        .await;
    let text = page.text();
    page.expect(200);
    assert!(
        text.contains("PENDING") && !text.contains("Vogelsang"),
        "{text}"
    );

    // And the registrar's decision ends it.
    let decide = format!("identifications/{}/decision/", id(&requested));
    registrar
        .post(&decide, &json!({"decision": "approve"}))
        .await
        .expect(200);
    assert_eq!(kyc(&partner, &investor).await, "SUCCESS");
    let own = format!("{path}{}/", id(&requested));
    assert_eq!(partner.api.get(&own).await.expect(200)["status"], "SUCCESS");
    // An imported identification has no page.
    let imported = id(&partner.identify(&investor).await);
    app.stranger()
        .get(&format!("identifications/{imported}/"))
        .await
        .refused("not_found");
}
