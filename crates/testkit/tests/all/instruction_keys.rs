//! The registry of keys (§ 11(6) eWpRV): registered with proof of possession, good for a time, revoked at once; what they sign and what is refused.

use rstest::rstest;
use serde_json::{Value, json};
use testkit::client::{Reply, id};
use testkit::ed25519::Ed25519Key;
use testkit::holder::HolderKey;
use testkit::{Backend, Partner, TestApp, chain};

use crate::transfers::{Holder, ended};

fn keys(investor: &str) -> String {
    format!("investors/{investor}/instruction-keys/")
}

/// The key that came with an investor's wallet.
pub async fn first_key(partner: &Partner, investor: &str) -> String {
    let listed = partner.api.get(&keys(investor)).await.expect(200);
    id(&listed["results"][0])
}

async fn register(partner: &Partner, investor: &str, body: &Value) -> Value {
    partner.api.post(&keys(investor), body).await.expect(201)
}

async fn prove(partner: &Partner, investor: &str, key: &str, signature: &str) -> Reply {
    let path = format!("{}{key}/proofs/", keys(investor));
    partner
        .api
        .post(&path, &json!({"signature": signature}))
        .await
}

async fn revoke(partner: &Partner, investor: &str, key: &str) -> Reply {
    let path = format!("{}{key}/revoke/", keys(investor));
    partner
        .api
        .post(&path, &json!({"reason": "compromised"}))
        .await
}

fn message(key: &Value) -> &str {
    key["challenge"]["message"].as_str().unwrap()
}

/// An Ed25519 key that may instruct, with its id.
async fn proven(partner: &Partner, investor: &str, more: Value) -> (Ed25519Key, String) {
    let key = Ed25519Key::random();
    let mut body = json!({"type": "ed25519", "public_key": key.public()});
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    let registered = register(partner, investor, &body).await;
    let proof = key.sign(message(&registered));
    let shown = prove(partner, investor, &id(&registered), &proof).await;
    assert!(shown.expect(200)["challenge"].is_null());
    (key, id(&registered))
}

/// Where the first asset's signatures are good.
fn here(app: &TestApp) -> (u64, String) {
    let token = app.environment(0).token_address.to_string();
    (app.app.ledger.network().chain_id, token)
}

/// A transfer that this key has signed, for this network and token.
fn signed(
    app: &TestApp,
    (key, key_id): (&Ed25519Key, &str),
    (giver, to, amount): (&Holder, &str, u64),
    domain: &(u64, String),
) -> Value {
    let mut body = giver.signed(app, "", to, amount);
    let text = key.text(
        (domain.0, &domain.1),
        &[
            ("Transfer", json!("")),
            ("from", json!(giver.customer.address)),
            ("to", json!(to)),
            ("amount", json!(amount)),
            ("nonce", body["nonce"].clone()),
            ("deadline", body["deadline"].clone()),
        ],
    );
    body["instruction_key"] = json!(key_id);
    body["signature"] = json!(key.sign(&text));
    body
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn reg_19_a_registered_key_instructs_and_others_are_refused_by_their_code(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a holder with a key of its own beside the wallet's.
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let (giver, _) = Holder::of_units(&app, &partner, &[20]).await;
    let receiver = Holder::new(&app, &partner).await;
    let investor = giver.customer.investor.as_str();
    let to = receiver.customer.address.as_str();
    let (key, key_id) = proven(&partner, investor, json!({})).await;
    let named = (&key, key_id.as_str());
    let here = here(&app);
    let post = async |mut body: Value| {
        body["product"] = json!(partner.product_id);
        partner.api.post("transfers/", &body).await
    };
    let refused = async |body: Value, code: &str| post(body).await.refused(code);

    // A key that nobody registered, or of which nobody has shown possession.
    let good = signed(&app, named, (&giver, to, 2), &here);
    let mut unknown = good.clone();
    unknown["instruction_key"] = json!(uuid::Uuid::new_v4());
    refused(unknown, "key_unknown").await;
    let idle = Ed25519Key::random();
    let body = json!({"type": "ed25519", "public_key": idle.public()});
    let idle_id = id(&register(&partner, investor, &body).await);
    let order = (&giver, to, 2);
    refused(signed(&app, (&idle, &idle_id), order, &here), "key_unknown").await;
    // Another investor's key, though it has signed everything right.
    let other = receiver.customer.investor.as_str();
    let (theirs, theirs_id) = proven(&partner, other, json!({})).await;
    refused(
        signed(&app, (&theirs, &theirs_id), order, &here),
        "key_unknown",
    )
    .await;

    // Another amount, another's signature, a signature of the wrong length, a deadline that is over.
    let mut changed = good.clone();
    changed["amount"] = json!(3);
    refused(changed, "r03_bad_auth").await;
    refused(
        signed(&app, (&theirs, &key_id), order, &here),
        "r03_bad_auth",
    )
    .await;
    let mut by_wallet = giver.signed(&app, &partner.product_id, to, 2);
    by_wallet["instruction_key"] = json!(key_id);
    refused(by_wallet, "r03_bad_auth").await;
    let mut broken = good.clone();
    broken["signature"] = json!("0x12");
    post(broken)
        .await
        .refused_fields("invalid_body", &[("signature", "invalid_format")]);

    // Another asset's token and another network's chain id, by this key and by the wallet's.
    let second = app.environment(1).token_address.to_string();
    let asset = (here.0, second.clone());
    refused(signed(&app, named, order, &asset), "wrong_asset").await;
    let elsewhere = async |domain: (u64, &str), code: &str| {
        let body = giver.signed(&app, &partner.product_id, to, 2);
        let address = giver.customer.address.as_str();
        let body = giver
            .key
            .sign_transfer_elsewhere(domain, address, body, &app);
        refused(body, code).await;
    };
    elsewhere((here.0, &second), "wrong_asset").await;
    let move_away = database::Sql("update products set chain_id = 777 where token_address = $1");
    let token: domain::Address = second.parse().unwrap();
    let moved = app
        .app
        .registry
        .db
        .write(move |tx| tx.execute(move_away, &[token.bytes().into()]));
    assert_eq!(moved.await.unwrap(), 1);
    for token in [&here.1, &second] {
        refused(
            signed(&app, named, order, &(777, token.clone())),
            "wrong_network",
        )
        .await;
        elsewhere((777, token), "wrong_network").await;
    }

    // A time that has not come or is over.
    let from = app.app.registry.clock.now().plus_seconds(60).to_string();
    let until = app.app.registry.clock.now().plus_seconds(120).to_string();
    let window = json!({"valid_from": from, "valid_until": until});
    let (timed, timed_id) = proven(&partner, investor, window).await;
    let timed = (&timed, timed_id.as_str());
    refused(signed(&app, timed, order, &here), "key_not_yet_valid").await;
    app.advance_seconds(90);
    let transfer = post(signed(&app, timed, order, &here)).await.expect(201);
    assert_eq!(ended(&partner, &id(&transfer)).await["status"], "succeeded");
    app.advance_seconds(60);
    refused(signed(&app, timed, order, &here), "key_expired").await;

    // Nothing of what was refused has entered the queue. The good one is taken once.
    let listed = partner.api.get("transfers/").await.expect(200);
    assert_eq!(listed["count"], 1);
    let good = signed(&app, named, (&giver, to, 3), &here);
    let transfer = post(good.clone()).await.expect(201);
    refused(good.clone(), "r17_duplicate").await;
    assert_eq!(ended(&partner, &id(&transfer)).await["status"], "succeeded");
    refused(good, "r17_duplicate").await;
    refused(
        signed(&app, named, (&giver, to, 16), &here),
        "r10_insufficient",
    )
    .await;

    // What came before the key was revoked keeps its place; what comes after is refused.
    let before = post(signed(&app, named, (&giver, to, 1), &here))
        .await
        .expect(201);
    revoke(&partner, investor, &key_id).await.expect(200);
    refused(signed(&app, named, (&giver, to, 1), &here), "key_revoked").await;
    assert_eq!(ended(&partner, &id(&before)).await["status"], "succeeded");
    assert_eq!(chain::balance(&app, 0, to).await, 6);
    // An auditor finds each signature right, and finds it if what was signed is not what is kept.
    let problem = async || {
        let verdicts = registry::register_check::verify(&app.app.registry, None).await;
        verdicts
            .unwrap()
            .into_iter()
            .find_map(|verdict| verdict.problem)
    };
    assert_eq!(problem().await, None);
    let raise = database::Sql("update transfers set nonce = nonce || '1'");
    let raised = app.app.registry.db.write(move |tx| tx.execute(raise, &[]));
    assert_eq!(raised.await.unwrap(), 3);
    let found = problem().await.unwrap_or_default();
    assert!(
        found.contains("is not what its registered key has signed"),
        "{found}"
    );
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn reg_19_the_key_of_a_wallet_is_registered_with_it_and_can_be_revoked(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let (giver, _) = Holder::of_units(&app, &partner, &[10]).await;
    let receiver = Holder::new(&app, &partner).await;
    let investor = giver.customer.investor.as_str();
    let post = async |body: &Value| partner.api.post("transfers/", body).await;
    let to = &receiver.customer.address;

    // It is there with the wallet, and the registrar sees it.
    let listed = partner.api.get(&keys(investor)).await.expect(200);
    let key = listed["results"][0].clone();
    assert_eq!(listed["count"], 1);
    assert_eq!(
        (&key["type"], &key["public_key"], &key["status"]),
        (
            &json!("eip712"),
            &json!(giver.customer.address),
            &json!("valid")
        )
    );
    let registrar = app.registrar().await;
    assert_eq!(registrar.get(&keys(investor)).await.expect(200), listed);

    // When the registrar revokes it, the wallet's signature instructs nothing, neither a transfer nor a redemption.
    let path = format!("{}{}/revoke/", keys(investor), id(&key));
    registrar
        .post(&path, &json!({"reason": "because"}))
        .await
        .refused_fields("invalid_body", &[("reason", "unknown_value")]);
    let revoked = registrar.post(&path, &json!({"reason": "lost"})).await;
    let revoked = revoked.expect(200);
    assert_eq!(
        (
            &revoked["status"],
            &revoked["revoked_by"],
            &revoked["revocation_reason"]
        ),
        (&json!("revoked"), &json!("registrar"), &json!("lost"))
    );
    revoke(&partner, investor, &id(&key))
        .await
        .refused("conflict");
    let body = giver.signed(&app, &partner.product_id, to, 1);
    post(&body).await.refused("key_revoked");
    let wallet = (partner.product_id.as_str(), giver.customer.wallet.as_str());
    let redemption = giver.key.redemption(&app, wallet, investor, 1);
    partner
        .api
        .post("redemptions/", &redemption)
        .await
        .refused("key_revoked");
    let audit = registrar.get("audit/").await.expect(200);
    let lines = audit["results"].as_array().unwrap();
    assert!(
        lines
            .iter()
            .any(|line| line["action"] == "instruction_key.revoke")
    );

    // Another wallet's key that is registered and proven instructs for the holder without being named.
    let person = HolderKey::random();
    let body = json!({"type": "eip712", "public_key": person.address()});
    let registered = register(&partner, investor, &body).await;
    let by_person = |units| {
        let body = giver.signed(&app, &partner.product_id, to, units);
        person.sign_transfer(&app, &giver.customer.address, body)
    };
    post(&by_person(2)).await.refused("key_unknown");
    let proof = person.sign_text(message(&registered));
    prove(&partner, investor, &id(&registered), &proof)
        .await
        .expect(200);
    let transfer = post(&by_person(2)).await.expect(201);
    assert_eq!(ended(&partner, &id(&transfer)).await["status"], "succeeded");

    // And an Ed25519 key gives units back.
    let (key, key_id) = proven(&partner, investor, json!({})).await;
    let mut body = redemption;
    let here = here(&app);
    let text = key.text(
        (here.0, &here.1),
        &[
            ("Redemption", json!("")),
            ("wallet", json!(giver.customer.address)),
            ("units", json!(1)),
            ("nonce", body["nonce"].clone()),
            ("deadline", body["deadline"].clone()),
        ],
    );
    body["instruction_key"] = json!(key_id);
    body["signature"] = json!(key.sign(&text));
    partner.api.post("redemptions/", &body).await.expect(201);
    partner
        .api
        .post("redemptions/", &body)
        .await
        .refused("r17_duplicate");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn reg_19_possession_is_proven_once_in_time_and_by_the_key_itself(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let (partner, other) = (app.partner(0).await, app.other_partner(0).await);
    let investor = partner.customer().await.investor;
    let key = Ed25519Key::random();
    let body = json!({"type": "ed25519", "public_key": key.public()});
    let registered = register(&partner, &investor, &body).await;
    let key_id = id(&registered);
    assert_eq!(registered["status"], "unproven");
    let text = message(&registered).to_owned();
    for part in [&app.environment(0).name, &investor, &key.public()] {
        assert!(text.contains(part.as_str()), "{text}");
    }

    // Not by another key, not over another text, not by another platform.
    let wrong = Ed25519Key::random().sign(&text);
    prove(&partner, &investor, &key_id, &wrong)
        .await
        .refused("key_proof_invalid");
    let wrong = key.sign(&format!("{text} "));
    prove(&partner, &investor, &key_id, &wrong)
        .await
        .refused("key_proof_invalid");
    let right = key.sign(&text);
    prove(&other, &investor, &key_id, &right)
        .await
        .refused("not_found");
    revoke(&other, &investor, &key_id)
        .await
        .refused("not_found");
    other.api.get(&keys(&investor)).await.refused("not_found");

    // Not after fifteen minutes; registering it again asks anew, and what was asked before counts no more.
    app.advance_seconds(15 * 60);
    prove(&partner, &investor, &key_id, &right)
        .await
        .refused("key_challenge_expired");
    let again = register(&partner, &investor, &body).await;
    assert_eq!(id(&again), key_id);
    prove(&partner, &investor, &key_id, &right)
        .await
        .refused("key_proof_invalid");
    let right = key.sign(message(&again));
    let shown = prove(&partner, &investor, &key_id, &right)
        .await
        .expect(200);
    assert_eq!(shown["status"], "valid");
    prove(&partner, &investor, &key_id, &right)
        .await
        .refused("conflict");

    // It is there once, and what was revoked does not come back.
    partner
        .api
        .post(&keys(&investor), &body)
        .await
        .refused("conflict");
    revoke(&partner, &investor, &key_id).await.expect(200);
    partner
        .api
        .post(&keys(&investor), &body)
        .await
        .refused("conflict");
    prove(&partner, &investor, &key_id, &right)
        .await
        .refused("key_revoked");
    // What is wrong is named by its field.
    for (field, code, value) in [
        ("public_key", "invalid_format", json!("0x12")),
        (
            "public_key",
            "out_of_range",
            json!(format!("0x{}", "00".repeat(32))),
        ),
        ("type", "unknown_value", json!("rsa")),
        ("valid_until", "out_of_range", json!(app.ago(60))),
        ("valid_from", "invalid_format", json!("tomorrow")),
    ] {
        let mut body = json!({"type": "ed25519", "public_key": Ed25519Key::random().public()});
        body[field] = value;
        let reply = partner.api.post(&keys(&investor), &body).await;
        reply.refused_fields("invalid_body", &[(field, code)]);
    }
}
