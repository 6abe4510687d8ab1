//! Products from their issuer's proposal to the first delivery: digital securities at once, crypto securities after validation.

use rstest::rstest;
use serde_json::{Value, json};
use testkit::app::eventually;
use testkit::client::{Session, id};
use testkit::issuer::partner_at;
use testkit::{Backend, Issuer, TestApp, people};

const FIRM: &str = "Speicherkai Projektentwicklung GmbH";

/// An issuer that has described itself, and the body of a digital security of its own.
async fn issuer(app: &TestApp) -> (Issuer, Value) {
    let issuer = Issuer::join(app, FIRM).await;
    let company = issuer.company(FIRM).await;
    let network = app.app.ledger.network().name.clone();
    (issuer, people::product(&company, &network))
}

/// The same as a crypto security.
fn crypto(mut product: Value) -> Value {
    product["ewpg"] = json!(true);
    product["product_type"] = json!("BOND");
    product["name"] = json!("Speicherkai Anleihe 2034");
    product
}

async fn active(issuer: &Issuer, product: &str) -> Value {
    let path = format!("products/{product}/");
    eventually("the product is entered", async || {
        let product = issuer.api.get(&path).await.expect(200);
        (product["status"] == "ACTIVE").then_some(product)
    })
    .await
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_digital_security_goes_live_and_is_sold_without_the_registrar(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given an issuer with the body that section 11.2 prints.
    let app = TestApp::start(backend).await;
    let (issuer, body) = issuer(&app).await;
    let made = issuer.api.post("products/", &body).await.expect(201);
    assert_eq!(made["status"], "ISSUING");
    assert_eq!(made["legal_form"], "asset_investment");
    assert_eq!(made["environment"], "speicherkai-de000a4spk17");
    assert_eq!(made["payment_account"]["iban"], "DE53500105173569146251");

    // When its issue is entered, its twin's is too, under a number that no country gives.
    let product = active(&issuer, &id(&made)).await;
    assert!(product["token_address"].is_string());
    let twin = active(&issuer, made["sandbox_product_id"].as_str().unwrap()).await;
    assert_eq!(twin["sandbox_of"], made["id"]);
    assert_eq!(twin["environment"], "sandbox-speicherkai-de000a4spk17");
    assert!(twin["isin"].as_str().unwrap().starts_with("ZZ000A4SPK1"));
    assert_ne!(twin["token_address"], product["token_address"]);

    // By default nobody may hold it; the registrar allows a platform first.
    let platform = issuer.platform("Spreeinvest").await;
    let listing = json!({"product_id": product["id"], "distribution_platform_id": platform});
    issuer
        .api
        .post("listings/", &listing)
        .await
        .refused("platform_not_allowed");
    issuer.permitted(&app, &platform).await;
    let campaign = issuer.sells(&id(&product), &platform, 1_000).await;
    issuer
        .api
        .post("listings/", &listing)
        .await
        .refused("already_listed");

    // Then the platform sells it in the new environment, and in the sandbox just the same.
    let campaigns = issuer.api.get("campaigns/").await.expect(200);
    let of_twin = campaigns["results"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["product_id"] == twin["id"]);
    let of_twin = id(of_twin.unwrap());
    for (product, campaign) in [(&twin, of_twin), (&product, campaign)] {
        let partner = partner_at(&app, product, &platform, &campaign).await;
        let customer = partner.customer().await;
        let known = json!({"accepted_at": app.ago(30), "paid_at": app.ago(20)});
        let order = id(&partner.invest(&customer, 2, known).await);
        app.advance_days(15);
        partner.reaches(&order, "DELIVERED").await;
        let path = format!("investments/{order}/");
        let seen = issuer.api.get(&path).await.expect(200);
        assert_eq!(seen["units"], 2);
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_crypto_security_waits_for_the_registrar(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let registrar = app.registrar().await;
    let (issuer, body) = issuer(&app).await;
    let made = issuer
        .api
        .post("products/", &crypto(body))
        .await
        .expect(201);
    let product = id(&made);
    assert_eq!(made["status"], "VALIDATION");
    assert!(made["environment"].is_null() && made["token_address"].is_null());

    // Its environment is not there for anybody, and nothing of it can be sold.
    let base = "environments/speicherkai-de000a4spk17/api/external";
    let path = format!("{base}/.well-known/oauth-authorization-server");
    Session::anonymous(&app.url).get(&path).await.expect(404);
    let platform = issuer.platform("Spreeinvest").await;
    issuer.permitted(&app, &platform).await;
    let listing = json!({"product_id": product, "distribution_platform_id": platform});
    issuer
        .api
        .post("listings/", &listing)
        .await
        .refused("product_state");

    // The registrar sees it in its list, and does not enter it before the terms are deposited (§ 5 eWpG).
    let waiting = registrar.get("validations/").await.expect(200);
    assert_eq!(waiting["results"][0]["id"], made["id"]);
    let approve = format!("products/{product}/validation/");
    let refuse = format!("products/{product}/rejection/");
    let checked = json!({"reason": "Terms, issuer and network are checked."});
    registrar
        .post(&approve, &checked)
        .await
        .refused("terms_not_deposited");
    registrar
        .post(&refuse, &json!({"reason": " "}))
        .await
        .refused_fields("invalid_body", &[("reason", "missing")]);

    // A refusal says why, and the issuer asks again with what was missing.
    let refusal = json!({"reason": "The terms are missing."});
    registrar.post(&refuse, &refusal).await.expect(200);
    let path = format!("products/{product}/");
    let refused = issuer.api.get(&path).await.expect(200);
    assert_eq!(refused["status"], "REJECTED");
    assert_eq!(refused["rejection_reason"], "The terms are missing.");
    registrar
        .post(&approve, &checked)
        .await
        .refused("product_state");
    let terms = issuer.document("terms").await;
    let patch = json!({
        "documents": [{"document_type": "TERMS", "document_id": terms}], "isin": "DE000A4SPK25",
    });
    let again = issuer.api.patch(&path, &patch).await.expect(200);
    assert_eq!(again["status"], "VALIDATION");
    assert_eq!(again["documents"][0]["version"], 1);
    let bound = again["terms"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(bound["name"], "terms_document_sha256");
    assert_eq!(bound["value"], again["documents"][0]["sha256"]);

    // Approved by two, it is issued like any other, in the environment that its ISIN names now.
    let decision = id(&registrar.post(&approve, &checked).await.expect(201));
    let confirm = format!("decisions/{decision}/confirm/");
    registrar
        .post(&confirm, &json!({}))
        .await
        .refused("four_eyes_required");
    let still = issuer.api.get(&path).await.expect(200);
    assert_eq!(still["status"], "VALIDATION");
    let other = app.other_registrar().await;
    other.post(&confirm, &json!({})).await.expect(200);
    let product = active(&issuer, &product).await;
    assert_eq!(product["environment"], "speicherkai-de000a4spk25");
    let register = registrar
        .get(&format!("products/{}/register/", id(&product)))
        .await
        .expect(200);
    assert_eq!(register["issue_volume"], 5_000);
    let validations = registrar.get("validations/").await.expect(200);
    assert_eq!(validations["count"], 0);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn reg_06_an_entry_is_complete_or_refused_with_the_field_named(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let registrar = app.registrar().await;
    let (issuer, body) = issuer(&app).await;
    let mut share = crypto(body);
    share["product_type"] = json!("DIGITAL_COMPANY_SHARE");
    share["mixed_stock"] = json!("One stock with DE000A4HVK12.");
    share["share"] = json!({
        "share_class": "ordinary", "paid_in_percent": "50", "votes_per_share": 1, "company_consent_required": true,
    });

    // What a body has to say is refused by its name when it is dropped, each in turn.
    for field in [
        "isin",
        "product_type",
        "max_issuable_amount",
        "nominal_value",
        "share",
        "share.share_class",
        "share.paid_in_percent",
        "share.votes_per_share",
        "share.company_consent_required",
    ] {
        let mut dropped = share.clone();
        let (parent, name) = field.split_once('.').map_or(("", field), |pair| pair);
        let parent = match parent {
            "" => dropped.as_object_mut(),
            parent => dropped[parent].as_object_mut(),
        };
        parent.unwrap().remove(name);
        let reply = issuer.api.post("products/", &dropped).await;
        reply.refused_fields("invalid_body", &[(field, "missing")]);
    }
    // Nothing else is a share.
    let mut bond = share.clone();
    bond["product_type"] = json!("BOND");
    let reply = issuer.api.post("products/", &bond).await;
    reply.refused_fields("invalid_body", &[("share", "out_of_range")]);

    // What the entry needs beside is looked at before two of the registrar enter it: whose seat, and how much of a bond.
    let stranger = Issuer::join(&app, "Fremde Emission AG").await;
    bond["issuer_id"] = json!(stranger.account);
    bond["share"] = Value::Null;
    bond["provide_nominal_value"] = json!(false);
    bond["issuance_price"] = bond["nominal_value"].take();
    bond["payment_account"] = json!({
        "account_holder": "Fremde Emission AG", "iban": "DE53500105173569146251", "bic": "GENODEF1ERG",
    });
    let terms = stranger.document("terms").await;
    bond["documents"] = json!([{"document_type": "TERMS", "document_id": terms}]);
    let bond = id(&stranger.api.post("products/", &bond).await.expect(201));
    let checked = json!({"reason": "Terms, issuer and network are checked."});
    registrar
        .post(&format!("products/{bond}/validation/"), &checked)
        .await
        .refused_fields(
            "invalid_body",
            &[("issuer.seat", "missing"), ("nominal_value", "missing")],
        );

    // Complete, it is entered, and the register says all of it together.
    share["isin"] = json!("DE000A4SPK25");
    let terms = issuer.document("articles").await;
    share["documents"] = json!([{"document_type": "TERMS", "document_id": terms}]);
    let made = issuer.api.post("products/", &share).await.expect(201);
    assert_eq!(made["share"], share["share"]);
    let path = format!("products/{}/validation/", id(&made));
    let decision = id(&registrar.post(&path, &checked).await.expect(201));
    let confirm = format!("decisions/{decision}/confirm/");
    let other = app.other_registrar().await;
    other.post(&confirm, &json!({})).await.expect(200);
    let product = active(&issuer, &id(&made)).await;
    let register = registrar
        .get(&format!("products/{}/register/", id(&product)))
        .await
        .expect(200);
    let content = &register["content"];
    assert_eq!(content["designation"], "Kryptowertpapier");
    assert_eq!(content["legal_form"], "ewpg_registered_share");
    assert_eq!(content["nominal_value"], share["nominal_value"]);
    assert_eq!(content["terms"]["version"], 1);
    assert_eq!(content["terms"]["sha256"], product["terms_sha256"]);
    assert_eq!(content["issuer"]["company_name"], FIRM);
    assert_eq!(content["issuer"]["seat"], "Lübeck");
    assert_eq!(content["entry"]["share"], share["share"]);
    assert_eq!(content["entry"]["mixed_stock"], share["mixed_stock"]);
    // Token and first entry commit to it with the terms, which nobody changes afterwards.
    let terms = product["terms"].as_array().unwrap();
    let paid = json!({"name": "section_17_paid_in_percent", "value": "50"});
    assert!(terms.contains(&paid), "{terms:?}");
    let patch = json!({"share": {"votes_per_share": 2}});
    issuer
        .api
        .patch(&format!("products/{}/", id(&product)), &patch)
        .await
        .refused_fields("invalid_body", &[("share", "immutable")]);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn once_issued_only_what_partners_are_told_changes(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let (issuer, mut body) = issuer(&app).await;
    let sheet = issuer.document("information sheet").await;
    body["documents"] = json!([{"document_type": "VIB", "document_id": sheet}]);
    body["issuance_document_id"] = json!(issuer.document("contract").await);
    let made = issuer.api.post("products/", &body).await.expect(201);
    let path = format!("products/{}/", id(&made));

    // Each field of the issue is refused by its name; the same value is no change.
    let patch = json!({
        "isin": "DE000A4SPK25", "max_issuable_amount": 6000, "terms": [{"name": "coupon", "value": "9 %"}],
        "issuance_document_id": null, "name": made["name"],
    });
    issuer.api.patch(&path, &patch).await.refused_fields(
        "invalid_body",
        &[
            ("isin", "immutable"),
            ("issuance_document_id", "immutable"),
            ("max_issuable_amount", "immutable"),
            ("terms", "immutable"),
        ],
    );
    // Terms cannot come in by the list of documents either.
    let terms = issuer.document("other terms").await;
    let patch = json!({"documents": [{"document_type": "TERMS", "document_id": terms}]});
    issuer
        .api
        .patch(&path, &patch)
        .await
        .refused_fields("invalid_body", &[("documents", "immutable")]);

    // What partners are told may change; a new sheet is the next version, and the old one is still the first.
    let newer = issuer.document("information sheet, updated").await;
    let patch = json!({
        "description": "A converted warehouse.", "documents": [{"document_type": "VIB", "document_id": newer}],
        "fees": {"entry_percent": "1.25", "commission_percent": "3"},
        "target_market": {
            "client_categories": ["RETAIL"], "knowledge": "INFORMED", "loss_capacity": "FULL", "horizon_years": 8,
        },
        "questions": [{"key": "years", "text": "For how many years do you invest?", "kind": "NUMBER", "required": true}],
    });
    let changed = issuer.api.patch(&path, &patch).await.expect(200);
    let sheets: Vec<&Value> = changed["documents"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|document| document["document_type"] == "VIB")
        .collect();
    assert_eq!(sheets.len(), 1);
    assert_eq!(sheets[0]["version"], 2);
    assert_eq!(changed["fees"]["entry_percent"], "1.25");
    assert_eq!(changed["terms_sha256"], made["terms_sha256"]);
    let back = json!({"documents": [{"document_type": "VIB", "document_id": sheet}]});
    let back = issuer.api.patch(&path, &back).await.expect(200);
    assert_eq!(
        back["documents"][0]["version"], 3,
        "versions have no gaps and are never used twice"
    );
    // The twin is told along.
    let twin = format!("products/{}/", made["sandbox_product_id"].as_str().unwrap());
    let twin_now = issuer.api.get(&twin).await.expect(200);
    assert_eq!(twin_now["description"], "A converted warehouse.");
    let own = json!({"description": "Another."});
    issuer.api.patch(&twin, &own).await.refused("product_state");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_product_is_named_field_by_field(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let (issuer, body) = issuer(&app).await;
    let with = |changes: Value| {
        let mut body = body.clone();
        for (name, value) in changes.as_object().unwrap() {
            body[name] = value.clone();
        }
        body
    };
    let nowhere = uuid::Uuid::new_v4().to_string();
    for (changes, fields) in [
        (
            json!({"isin": "DE000A4SPK18", "network": "ETH-MAINNET", "agio_percent": "2,5"}),
            &[
                ("agio_percent", "invalid_format"),
                ("isin", "invalid_checksum"),
                ("network", "unknown_value"),
            ][..],
        ),
        (
            json!({"provide_nominal_value": false}),
            &[("issuance_price", "missing")],
        ),
        (
            json!({"nominal_value": {"amount": "0", "decimals": 2, "currency": "EUR"}}),
            &[("nominal_value", "out_of_range")],
        ),
        (
            json!({"max_issuable_amount": 0, "calculation_factor": 2, "asset_code": "TOO-LONG-A-CODE"}),
            &[
                ("asset_code", "invalid_format"),
                ("calculation_factor", "out_of_range"),
                ("max_issuable_amount", "out_of_range"),
                ("step_size", "out_of_range"),
            ],
        ),
        (json!({"circle": [nowhere]}), &[("circle", "out_of_range")]),
        (
            json!({"publication_restricted": true, "circle": [nowhere]}),
            &[("circle[0]", "not_found")],
        ),
        (
            json!({"documents": [{"document_type": "WIB", "document_id": nowhere}]}),
            &[("documents[0].document_type", "out_of_range")],
        ),
        (
            json!({"documents": [{"document_type": "VIB", "document_id": nowhere}], "issuance_document_id": nowhere}),
            &[
                ("documents[0].document_id", "not_found"),
                ("issuance_document_id", "not_found"),
            ],
        ),
        (json!({"issuer_id": nowhere}), &[("issuer_id", "not_found")]),
        (json!({"isin": "DE000A4HVK12"}), &[("isin", "duplicate")]),
    ] {
        let reply = issuer.api.post("products/", &with(changes)).await;
        reply.refused_fields("invalid_body", fields);
    }
    // A loan or a right cannot be securitised under the eWpG.
    let contradiction = with(json!({"ewpg": true}));
    issuer
        .api
        .post("products/", &contradiction)
        .await
        .refused("legal_form_contradiction");
    // Without a bank account of its own an issuer names one.
    let stranger = Issuer::join(&app, "Fremde Emission GmbH").await;
    let other = with(json!({"issuer_id": stranger.account}));
    stranger
        .api
        .post("products/", &other)
        .await
        .refused_fields("invalid_body", &[("payment_account", "missing")]);
    // Nothing of all this was kept.
    assert_eq!(issuer.api.get("products/").await.expect(200)["count"], 0);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn campaigns_together_sell_no_more_than_there_is(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a product of 5000 units, listed on a platform.
    let app = TestApp::start(backend).await;
    let (issuer, body) = issuer(&app).await;
    let product = id(&issuer.api.post("products/", &body).await.expect(201));
    let platform = issuer.platform("Spreeinvest").await;
    issuer.permitted(&app, &platform).await;
    let campaign = |allocation: u64| {
        json!({
            "product_id": product, "distribution_platform_id": platform, "name": "Slice", "allocation": allocation,
        })
    };
    issuer
        .api
        .post("campaigns/", &campaign(1))
        .await
        .refused("product_not_listed");
    let listing = json!({"product_id": product, "distribution_platform_id": platform});
    issuer.api.post("listings/", &listing).await.expect(201);

    // When twelve campaigns of 1000 units are asked for at once,
    let body = campaign(1_000);
    let asked = (0..12).map(|_| issuer.api.post("campaigns/", &body));
    let replies = futures_util::future::join_all(asked).await;

    // then five are made, and the others are refused.
    let (made, refused): (Vec<_>, Vec<_>) =
        replies.into_iter().partition(|reply| reply.status == 201);
    assert_eq!(made.len(), 5);
    for reply in refused {
        reply.refused("allocation_exceeded");
    }
    let first = id(&made[0].body);
    let path = format!("campaigns/{first}/");
    // A smaller slice gives room to another one; a larger one finds none.
    let smaller =
        json!({"allocation": 400, "name": "Smaller", "closes_at": "2026-12-31T23:00:00Z"});
    let changed = issuer.api.patch(&path, &smaller).await.expect(200);
    assert_eq!(changed["allocation"], 400);
    assert_eq!(changed["closes_at"], "2026-12-31T23:00:00.000000Z");
    issuer
        .api
        .post("campaigns/", &campaign(600))
        .await
        .expect(201);
    issuer
        .api
        .patch(&path, &json!({"allocation": 401}))
        .await
        .refused("allocation_exceeded");
    let open = issuer
        .api
        .patch(&path, &json!({"closes_at": null}))
        .await
        .expect(200);
    assert!(open["closes_at"].is_null());
    // What else a campaign is does not change.
    issuer
        .api
        .patch(&path, &json!({"minimum_units": 5}))
        .await
        .refused_fields("invalid_body", &[("minimum_units", "immutable")]);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_campaign_stays_above_what_investments_hold(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let customer = partner.customer().await;
    partner.invest(&customer, 30, json!({})).await;
    let issuer = app.issuer(0).await;
    let path = format!("campaigns/{}/", partner.campaign_id);
    let before = issuer.get(&path).await.expect(200);
    assert_eq!(before["reserved"], 30);
    issuer
        .patch(&path, &json!({"allocation": 29}))
        .await
        .refused_fields("invalid_body", &[("allocation", "out_of_range")]);
    let now = issuer
        .patch(&path, &json!({"allocation": 30}))
        .await
        .expect(200);
    assert_eq!(now["available"], 0);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_offering_type_has_its_limits(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given 90,000 units of a hundred euros, with an information sheet of the right kind.
    let app = TestApp::start(backend).await;
    let (issuer, mut body) = issuer(&app).await;
    body["max_issuable_amount"] = json!(90_000);
    body["documents"] =
        json!([{"document_type": "VIB", "document_id": issuer.document("sheet").await}]);
    let product = id(&issuer.api.post("products/", &body).await.expect(201));
    let platform = issuer.platform("Spreeinvest").await;
    issuer.permitted(&app, &platform).await;
    let listing = json!({"product_id": product, "distribution_platform_id": platform});
    issuer.api.post("listings/", &listing).await.expect(201);
    let placed = |offering_type: &str, allocation: u64, more: Value| {
        let mut body = json!({
            "product_id": product, "distribution_platform_id": platform, "name": offering_type, "allocation": allocation,
            "offering_type": offering_type,
        });
        for (name, value) in more.as_object().unwrap() {
            body[name] = value.clone();
        }
        body
    };
    let none = json!({});
    for (body, field, code) in [
        (
            placed("WIB_UP_TO_1M", 10, none.clone()),
            "offering_type",
            "out_of_range",
        ),
        (
            placed("VIB", 60_001, none.clone()),
            "allocation",
            "out_of_range",
        ),
        (
            placed("BIB", 10, none.clone()),
            "offering_type",
            "out_of_range",
        ),
        (
            placed(
                "PRIVATE_PLACEMENT_MINIMUM_AMOUNT",
                5_000,
                json!({"minimum_units": 1_999}),
            ),
            "minimum_units",
            "out_of_range",
        ),
        (
            placed("PRIVATE_PLACEMENT_LIMITED_PERSONS", 20, none.clone()),
            "maximum_persons",
            "missing",
        ),
    ] {
        let reply = issuer.api.post("campaigns/", &body).await;
        let problem = reply.refused("invalid_body");
        let named = problem["errors"].as_array().unwrap();
        let is_named = named
            .iter()
            .any(|error| error["field"] == field && error["code"] == code);
        assert!(is_named, "{body}: {problem}");
    }
    // The volume is that of all campaigns of the type together.
    let first = placed("VIB", 40_000, none.clone());
    let made = issuer.api.post("campaigns/", &first).await.expect(201);
    assert_eq!(made["offering_type"], "VIB");
    let second = placed("VIB", 20_001, none);
    issuer
        .api
        .post("campaigns/", &second)
        .await
        .refused_fields("invalid_body", &[("allocation", "out_of_range")]);
}
