//! Redemptions: what has to be right, what comes after what, what moves, and who hears of it.

use rstest::rstest;
use serde_json::{Value, json};
use testkit::client::id;
use testkit::holder::HolderKey;
use testkit::partner::add;
use testkit::{Backend, Partner, Setup, TestApp, chain};

use crate::transfers::{Holder, ended, freeze, say};

/// The body of a redemption, signed by this holder's key.
pub fn signed(app: &TestApp, holder: &Holder, product: &str, units: u64) -> Value {
    let deadline = app.app.registry.clock.now().seconds() + 600;
    let nonce = uuid::Uuid::new_v4().as_u128().to_string();
    let body = json!({
        "investor_id": holder.customer.investor, "product_id": product, "wallet_id": holder.customer.wallet,
        "units": units, "nonce": nonce, "deadline": deadline,
    });
    sign(app, holder, body)
}

fn sign(app: &TestApp, holder: &Holder, body: Value) -> Value {
    let from = &holder.customer.address;
    holder.key.sign_redemption(app, from, body)
}

/// A redemption of one of two units of a new investor.
pub async fn some_redemption(app: &TestApp, partner: &Partner) -> String {
    let (holder, _) = Holder::of_units(app, partner, &[2]).await;
    let body = signed(app, &holder, &partner.product_id, 1);
    id(&partner.api.post("redemptions/", &body).await.expect(201))
}

/// The issuer proves that it has paid.
pub async fn pay(app: &TestApp, redemption: &str, more: Value) -> Value {
    let mut body = json!({"paid_at": app.ago(5), "payment_reference": "REDEMPTION-2026-0001"});
    add(&mut body, more);
    let path = format!("redemptions/{redemption}/mark-paid/");
    app.issuer(0).await.post(&path, &body).await.expect(200)
}

/// Waits until a redemption has come to a step.
pub async fn reaches(partner: &Partner, redemption: &str, step: &str) -> Value {
    testkit::app::eventually(&format!("redemption {redemption} is {step}"), async || {
        let path = format!("redemptions/{redemption}/");
        let redemption = partner.api.get(&path).await.expect(200);
        (redemption["step"] == step).then_some(redemption)
    })
    .await
}

async fn assert_in_order(app: &TestApp) {
    let verdicts = registry::register_check::verify(&app.app.registry, None).await;
    for verdict in verdicts.unwrap() {
        assert_eq!(verdict.problem, None, "{}", verdict.isin);
    }
}

/// REG-31 (§ 29 eWpG: payment, re-registration, deletion, in this order), REG-32 (§ 4(9) eWpG: what is deleted stays readable, marked void).
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn reg_31_reg_32_units_go_back_against_payment_and_are_deleted(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a holder with two investments.
    let app = TestApp::start(backend).await;
    let (partner, issuer) = (app.partner(0).await, app.issuer(0).await);
    let (holder, orders) = Holder::of_units(&app, &partner, &[6, 4]).await;
    let (available, before) = (partner.available().await, app.register(0).await);

    // When it instructs that eight units go back, twice with one key, they are bound and nothing moves.
    let body = signed(&app, &holder, &partner.product_id, 8);
    let post = async || {
        let api = &partner.api;
        let reply = api
            .post_with_key("redemptions/", "redemption-1", &body)
            .await;
        reply.expect(201)
    };
    let redemption = post().await;
    assert_eq!(post().await["id"], redemption["id"]);
    assert_eq!(
        (
            &redemption["status"],
            &redemption["step"],
            &redemption["sequence"]
        ),
        (
            &json!("processing"),
            &json!("awaiting_payment"),
            &Value::Null
        )
    );
    let redemption = id(&redemption);
    app.settle().await;
    assert_eq!(app.register(0).await["sequence"], before["sequence"]);

    // The deletion is refused before the payment, and before the issuer is finally the holder; the registrar cannot consent for the issuer.
    let delete = format!("redemptions/{redemption}/delete/");
    issuer
        .post(&delete, &json!({}))
        .await
        .refused("redemption_state");

    // When the issuer proves the payment, it becomes the holder.
    let seen = id(&issuer.get("redemptions/").await.expect(200)["results"][0]);
    assert_eq!(seen, redemption);
    let paid = pay(&app, &redemption, json!({})).await;
    assert_eq!(
        (&paid["step"], &paid["sequence"]),
        (&json!("paid"), &json!(1))
    );
    let there = reaches(&partner, &redemption, "reregistered").await;
    assert_eq!(there["status"], "processing");
    let remaining = async |order: &str| partner.investment(order).await["remaining_units"].clone();
    assert_eq!(remaining(&orders[0]).await, 0);
    assert_eq!(remaining(&orders[1]).await, 2);
    assert_eq!(chain::balance(&app, 0, &holder.customer.address).await, 2);
    let token = &app.environment(0).token_address;
    let volume = before["issue_volume"].as_u64().unwrap();
    assert_eq!(chain::balance(&app, 0, token).await, volume - 2);
    assert_in_order(&app).await;

    // REG-14: nothing is deleted without the issuer's consent (§ 18(2) eWpG).
    let registrar = app.registrar().await;
    registrar
        .post(&delete, &json!({}))
        .await
        .refused("r08_issuer_consent");
    issuer.post(&delete, &json!({})).await.expect(200);
    issuer
        .post(&delete, &json!({}))
        .await
        .refused("redemption_state");
    let done = reaches(&partner, &redemption, "deleted").await;
    assert_eq!(done["status"], "succeeded");
    for field in ["reregistered_at", "deleted_at", "consented_at", "ended_at"] {
        assert!(done[field].is_string(), "{field}: {done}");
    }
    assert_ne!(done["transaction_hash"], done["deletion_transaction_hash"]);

    // Then the total stock is smaller, on the chain too, and the entries are there for ever.
    let after = app.register(0).await;
    assert_eq!(after["deleted_units"], 8);
    assert_eq!(after["issue_volume"], before["issue_volume"]);
    let sum: u64 = after["holdings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|holding| holding["units"].as_u64().unwrap())
        .sum();
    assert_eq!(sum, volume - 8);
    assert_eq!(chain::balance(&app, 0, token).await, volume - 10);
    assert_eq!(
        entries(&app, &partner.product_id).await,
        ["issue", "delivery", "delivery", "redemption", "deletion",]
    );
    assert_in_order(&app).await;
    // What was redeemed is not for sale again.
    assert_eq!(partner.available().await, available);
    // The holder has a statement for each investment that gave.
    for order in &orders {
        let path = format!("investments/{order}/registry-statements/");
        let statements = partner.api.get(&path).await.expect(200);
        let last = statements["results"].as_array().unwrap().last().unwrap();
        assert_eq!(last["units"], 2, "{statements}");
    }
    // The platform was told of the beginning and the end, and the audit log knows who did what.
    let told: Vec<Value> = partner
        .feed()
        .await
        .into_iter()
        .filter(|event| event["redemption_id"] == redemption.as_str())
        .map(|event| event["status"].clone())
        .collect();
    assert_eq!(told, ["processing", "succeeded"]);
    let audit = registrar.get("audit/?page_size=500").await.expect(200);
    for action in [
        "redemption.create",
        "redemption.mark_paid",
        "redemption.delete",
    ] {
        let lines = audit["results"].as_array().unwrap();
        assert!(
            lines.iter().any(|line| line["action"] == action),
            "{action}"
        );
    }
}

/// The words for the kinds of a product's entries, in their order.
async fn entries(app: &TestApp, product: &str) -> Vec<String> {
    let product = domain::ProductId::from_uuid(product.parse().unwrap());
    let read = move |tx: &mut database::Tx| storage::register_entries::after(tx, product, 0, 100);
    let found = app.app.registry.db.read(read).await.unwrap();
    for entry in &found {
        domain::Entry::from_canonical_bytes(&entry.content).unwrap();
    }
    found.into_iter().map(|entry| entry.kind).collect()
}

/// REG-31: a redemption that waits for its payment holds nobody up, and its units are nobody else's meanwhile.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn reg_31_who_waits_for_payment_holds_nobody_up(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let (holder, _) = Holder::of_units(&app, &partner, &[10]).await;
    let receiver = Holder::new(&app, &partner).await;
    let redeem = async |units: u64| {
        let body = signed(&app, &holder, &partner.product_id, units);
        partner.api.post("redemptions/", &body).await
    };
    let give = async |units: u64| {
        let to = &receiver.customer.address;
        let body = holder.signed(&app, &partner.product_id, to, units);
        partner.api.post("transfers/", &body).await
    };
    let waiting = id(&redeem(6).await.expect(201));
    // What it binds can neither be given away nor redeemed again; the rest can, and at once.
    give(5).await.refused("r10_insufficient");
    redeem(5).await.refused("r10_insufficient");
    let transfer = give(3).await.expect(201);
    assert_eq!(transfer["sequence"], 1);
    assert_eq!(ended(&partner, &id(&transfer)).await["status"], "succeeded");
    // Taken back, its units are free.
    let withdraw = format!("redemptions/{waiting}/withdraw/");
    let withdrawn = partner.api.post(&withdraw, &json!({})).await.expect(200);
    assert_eq!(
        (&withdrawn["status"], &withdrawn["reason"]["code"]),
        (&json!("failed"), &json!("withdrawn"))
    );
    partner
        .api
        .post(&withdraw, &json!({}))
        .await
        .refused("redemption_state");
    let path = format!("redemptions/{waiting}/mark-paid/");
    let body = json!({"payment_reference": "E2E-1"});
    app.issuer(0)
        .await
        .post(&path, &body)
        .await
        .refused("redemption_state");
    // The place in the queue is taken with the proof of payment, not before.
    let other = redeem(4).await.expect(201);
    let transfer = give(2).await.expect(201);
    assert_eq!(transfer["sequence"], 2);
    let paid = pay(&app, &id(&other), json!({"delete": true})).await;
    assert_eq!(paid["sequence"], 3);
    reaches(&partner, &id(&other), "deleted").await;
    assert_eq!(chain::balance(&app, 0, &holder.customer.address).await, 1);
    assert_in_order(&app).await;
}

/// REG-14 (§ 18(2) eWpG: the issuer's consent), where the registrar acts on documents.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn reg_14_the_registrar_names_the_issuers_consent(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let registrar = app.registrar().await;
    let redemption = some_redemption(&app, &partner).await;
    let path = format!("redemptions/{redemption}/mark-paid/");
    let mut body = json!({"payment_reference": "E2E-2", "delete": true});
    registrar
        .post(&path, &body)
        .await
        .refused("r08_issuer_consent");
    let unpaid = partner.api.get(&format!("redemptions/{redemption}/")).await;
    assert_eq!(unpaid.expect(200)["step"], "awaiting_payment");
    add(
        &mut body,
        json!({"consent_reference": "letter of 2026-11-20, file 17"}),
    );
    registrar.post(&path, &body).await.expect(200);
    reaches(&partner, &redemption, "deleted").await;
    assert_in_order(&app).await;
}

/// REG-31: no deletion while the re-registration is not final.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn reg_31_nothing_is_burned_before_the_issuer_is_finally_the_holder(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a payment that was proven while nobody works on the chain.
    let mut app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let redemption = some_redemption(&app, &partner).await;
    app.stop_workers().await;
    pay(&app, &redemption, json!({})).await;
    let delete = format!("redemptions/{redemption}/delete/");
    app.issuer(0)
        .await
        .post(&delete, &json!({}))
        .await
        .refused("r18_not_final");
    // When it is final, the consent is taken.
    app.start_workers();
    reaches(&partner, &redemption, "reregistered").await;
    app.issuer(0)
        .await
        .post(&delete, &json!({}))
        .await
        .expect(200);
    reaches(&partner, &redemption, "deleted").await;
}

/// REG-29's codes as far as they concern redemptions, and what is asked of the fields.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn reg_31_every_condition_has_its_code_and_field(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let (holder, _) = Holder::of_units(&app, &partner, &[10]).await;
    let post = async |body: &Value| partner.api.post("redemptions/", body).await;
    let good = signed(&app, &holder, &partner.product_id, 4);
    let with = |field: &str, value: Value| {
        let mut body = good.clone();
        body[field] = value;
        body
    };
    // The holder's signature: none, half of one, another's, over something else, over a transfer, or too late.
    let mut unsigned = good.clone();
    for field in ["nonce", "deadline", "signature"] {
        unsigned.as_object_mut().unwrap().remove(field);
    }
    post(&unsigned).await.refused("r02_no_instruction");
    post(&with("nonce", Value::Null))
        .await
        .refused_fields("invalid_body", &[("nonce", "missing")]);
    let stranger = Holder {
        customer: holder.customer.clone(),
        key: HolderKey::random(),
    };
    post(&signed(&app, &stranger, &partner.product_id, 4))
        .await
        .refused("r03_bad_auth");
    post(&with("units", json!(5))).await.refused("r03_bad_auth");
    let to = testkit::people::wallet_address();
    let transfer = holder.signed(&app, &partner.product_id, &to, 4);
    let mut other = good.clone();
    add(
        &mut other,
        json!({"nonce": transfer["nonce"], "deadline": transfer["deadline"], "signature": transfer["signature"]}),
    );
    post(&other).await.refused("r03_bad_auth");
    let late = with(
        "deadline",
        json!(app.app.registry.clock.now().seconds() - 1),
    );
    post(&sign(&app, &holder, late))
        .await
        .refused("r03_bad_auth");
    // What is named: unknown, or somebody else's.
    let nobody = json!(uuid::Uuid::new_v4());
    for field in ["investor_id", "product_id", "wallet_id"] {
        post(&with(field, nobody.clone()))
            .await
            .refused_fields("invalid_body", &[(field, "not_found")]);
    }
    let neighbour = Holder::new(&app, &partner).await;
    post(&with("wallet_id", json!(neighbour.customer.wallet)))
        .await
        .refused_fields("invalid_body", &[("wallet_id", "not_found")]);
    let elsewhere = app
        .other_partner(0)
        .await
        .api
        .post("redemptions/", &good)
        .await;
    elsewhere.refused_fields("invalid_body", &[("investor_id", "not_found")]);
    // The units: none, or more than there are.
    post(&with("units", json!(0)))
        .await
        .refused_fields("invalid_body", &[("units", "out_of_range")]);
    post(&signed(&app, &holder, &partner.product_id, 11))
        .await
        .refused_fields("r10_insufficient", &[("units", "out_of_range")]);
    // The holder: not identified, or frozen.
    let unknown = Holder::with_wallet(&partner, partner.investor().await).await;
    post(&signed(&app, &unknown, &partner.product_id, 1))
        .await
        .refused("r14_unidentified");
    freeze(&app, &holder.customer.wallet, true).await;
    post(&good).await.refused("r15_freeze");
    freeze(&app, &holder.customer.wallet, false).await;
    // Transfers that are stopped do not keep anybody from giving back.
    say(&app, &partner, json!({"paused": true})).await;
    assert_eq!(
        partner.api.get("redemptions/").await.expect(200)["count"],
        0
    );
    let redemption = id(&post(&good).await.expect(201));
    post(&good).await.refused("r17_duplicate");
    // The proof of payment: in the future, or without a reference that a bank knows.
    let issuer = app.issuer(0).await;
    let path = format!("redemptions/{redemption}/mark-paid/");
    let prove = async |body: Value| issuer.post(&path, &body).await;
    let tomorrow = (app.app.registry.clock.now().plus_seconds(86_400)).to_string();
    prove(json!({"payment_reference": "E2E", "paid_at": tomorrow}))
        .await
        .refused_fields("invalid_body", &[("paid_at", "in_future")]);
    for (reference, code) in [
        (String::new(), "missing"),
        ("a name and a purpose".to_owned(), "invalid_format"),
        ("1".repeat(36), "too_long"),
    ] {
        prove(json!({"payment_reference": reference}))
            .await
            .refused_fields("invalid_body", &[("payment_reference", code)]);
    }
    pay(&app, &redemption, json!({})).await;
    prove(json!({"payment_reference": "E2E"}))
        .await
        .refused("redemption_state");
    let withdraw = format!("redemptions/{redemption}/withdraw/");
    partner
        .api
        .post(&withdraw, &json!({}))
        .await
        .refused("redemption_state");
    reaches(&partner, &redemption, "reregistered").await;
}

/// What stands against it when its turn comes ends it, with the reason.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_frozen_wallet_gives_nothing_back(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let (holder, _) = Holder::of_units(&app, &partner, &[2]).await;
    let body = signed(&app, &holder, &partner.product_id, 2);
    let redemption = id(&partner.api.post("redemptions/", &body).await.expect(201));
    freeze(&app, &holder.customer.wallet, true).await;
    pay(&app, &redemption, json!({"delete": true})).await;
    let failed = reaches(&partner, &redemption, "failed").await;
    assert_eq!(
        (&failed["status"], &failed["reason"]["code"]),
        (&json!("failed"), &json!("r15_freeze"))
    );
    // The proof stays on record, nothing has moved, and the units are free again.
    assert!(failed["paid_at"].is_string());
    assert_eq!(chain::balance(&app, 0, &holder.customer.address).await, 2);
    freeze(&app, &holder.customer.wallet, false).await;
    let body = signed(&app, &holder, &partner.product_id, 2);
    partner.api.post("redemptions/", &body).await.expect(201);
    assert_in_order(&app).await;
}

/// Redeemed units cannot be issued again: what was sold out stays so.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_redeemed_is_not_issued_again(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a sale of twenty units, all of them sold.
    let few = |network: &mut Value| {
        network["assets"][0]["campaigns"][0]["allocation"] = json!(20);
    };
    let app = Setup::new(backend).network(few).start().await;
    let partner = app.partner(0).await;
    let available = partner.available().await;
    assert_eq!(available, 20);
    let (holder, _) = Holder::of_units(&app, &partner, &[available]).await;
    let body = signed(&app, &holder, &partner.product_id, available);
    let redemption = id(&partner.api.post("redemptions/", &body).await.expect(201));
    pay(&app, &redemption, json!({})).await;
    reaches(&partner, &redemption, "reregistered").await;
    // Although they lie with the issuer.
    let order = partner.order(&holder.customer.investor, 1);
    let again = partner.api.post("investments/", &order).await;
    again.refused("allocation_exceeded");
}
