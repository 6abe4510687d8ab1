//! Restrictions of disposal and rights of third parties: who has them entered and released, whom they stop, and who sees them.

use rstest::rstest;
use serde_json::{Value, json};
use testkit::client::{Reply, id};
use testkit::holder::HolderKey;
use testkit::partner::add;
use testkit::{Backend, Partner, TestApp, chain};

use crate::transfers::{Holder, ended};

/// What an order, contract or certificate is kept as.
pub async fn document(app: &TestApp, text: &str) -> String {
    let bytes = testkit::people::pdf(text);
    let kept = app.registrar().await;
    id(&kept
        .upload("order.pdf", "application/pdf", &bytes)
        .await
        .expect(201))
}

async fn body(app: &TestApp, holder: &Holder, kind: &str, more: Value) -> Value {
    let mut body = json!({
        "wallet_id": holder.customer.wallet, "kind": kind, "authority": "holder",
        "beneficiary": {"name": "Sparkasse Musterstadt", "seat": "Musterstadt"},
        "legal_basis": "Pledge agreement of 2 November 2026",
        "document_id": document(app, kind).await, "reason": "The holder has presented it.",
    });
    add(&mut body, more);
    body
}

async fn propose(app: &TestApp, product: &str, body: &Value) -> Reply {
    let path = format!("products/{product}/restrictions/");
    app.registrar().await.post(&path, body).await
}

pub async fn confirm(app: &TestApp, decision: &str) {
    let path = format!("decisions/{decision}/confirm/");
    let other = app.other_registrar().await;
    other.post(&path, &json!({})).await.expect(200);
}

/// Proposed by one, confirmed by another; the restriction's id.
async fn restrict(
    app: &TestApp,
    (holder, product): (&Holder, &str),
    kind: &str,
    more: Value,
) -> String {
    let body = body(app, holder, kind, more).await;
    let decision = id(&propose(app, product, &body).await.expect(201));
    confirm(app, &decision).await;
    let path = format!("restrictions/?product_id={product}&page_size=500");
    let all = app.registrar().await.get(&path).await.expect(200);
    let mut all = all["results"].as_array().unwrap().iter();
    id(all
        .find(|one| one["decision_id"] == decision.as_str())
        .unwrap())
}

pub async fn reaches(app: &TestApp, restriction: &str, status: &str) -> Value {
    let what = format!("restriction {restriction} is {status}");
    testkit::app::eventually(&what, async || {
        let path = format!("restrictions/{restriction}/");
        let found = app.registrar().await.get(&path).await.expect(200);
        (found["status"] == status).then_some(found)
    })
    .await
}

pub async fn entered(
    app: &TestApp,
    (holder, product): (&Holder, &str),
    kind: &str,
    more: Value,
) -> String {
    let restriction = restrict(app, (holder, product), kind, more).await;
    reaches(app, &restriction, "entered").await;
    restriction
}

async fn propose_release(app: &TestApp, restriction: &str, more: Value) -> Reply {
    let mut body = json!({
        "authority": "third_party", "legal_basis": "Declaration of release of 3 December 2026",
        "document_id": document(app, "release").await, "reason": "The right has ended.",
    });
    add(&mut body, more);
    let path = format!("restrictions/{restriction}/release/");
    app.registrar().await.post(&path, &body).await
}

pub async fn release(app: &TestApp, restriction: &str, more: Value) {
    let proposed = propose_release(app, restriction, more).await;
    confirm(app, &id(&proposed.expect(201))).await;
}

/// A pledge of one of two units.
pub async fn some_restriction(app: &TestApp, partner: &Partner) -> String {
    let (holder, _) = Holder::of_units(app, partner, &[2]).await;
    let place = (&holder, partner.product_id.as_str());
    entered(app, place, "pledge", json!({"units": 1})).await
}

/// A pledge of two of three units, of which one is released again.
pub async fn some_release(app: &TestApp, partner: &Partner) {
    let (holder, _) = Holder::of_units(app, partner, &[3]).await;
    let place = (&holder, partner.product_id.as_str());
    let pledge = entered(app, place, "pledge", json!({"units": 2})).await;
    release(app, &pledge, json!({"units": 1})).await;
    left(app, &pledge, json!(1)).await;
}

pub async fn left(app: &TestApp, restriction: &str, units: Value) {
    let what = format!("{units} units are left of restriction {restriction}");
    testkit::app::eventually(&what, async || {
        let path = format!("restrictions/{restriction}/");
        let found = app.registrar().await.get(&path).await.expect(200);
        (found["units_left"] == units).then_some(())
    })
    .await;
}

pub async fn assert_in_order(app: &TestApp) {
    let verdicts = registry::register_check::verify(&app.app.registry, None).await;
    for verdict in verdicts.unwrap() {
        assert_eq!(verdict.problem, None, "{}", verdict.isin);
    }
}

/// § 17(3) eWpG: retrievable together only; eWpRV § 10(1) s. 2: not the issuer's concern.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn reg_09_a_holding_is_never_told_without_its_restrictions(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a holder of ten units.
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let (holder, orders) = Holder::of_units(&app, &partner, &[6, 4]).await;
    let place = (&holder, partner.product_id.as_str());

    // When one of the registrar proposes a pledge, nothing is entered before another confirms.
    let pledge = body(&app, &holder, "pledge", json!({"units": 4})).await;
    let decision = id(&propose(&app, &partner.product_id, &pledge)
        .await
        .expect(201));
    let path = format!("decisions/{decision}/confirm/");
    let registrar = app.registrar().await;
    registrar
        .post(&path, &json!({}))
        .await
        .refused("four_eyes_required");
    let all = registrar.get("restrictions/").await.expect(200);
    assert_eq!(all["count"], 0);
    confirm(&app, &decision).await;
    let all = registrar.get("restrictions/").await.expect(200);
    let pledge = reaches(&app, &id(&all["results"][0]), "entered").await;
    assert_eq!(
        (
            &pledge["units_left"],
            &pledge["instruction"],
            &pledge["entry"]
        ),
        (&json!(4), &json!(1), &json!(4))
    );
    assert_eq!(pledge["beneficiary"]["name"], "Sparkasse Musterstadt");
    let freeze = json!({"authority": "court", "legal_basis": "12 M 345/26"});
    entered(&app, place, "freeze", freeze).await;

    // Then whoever sees the holding in the register sees both with it, and the chain holds the units.
    let register = app.register(0).await;
    let holdings = register["holdings"].as_array().unwrap();
    let own = |held: &&Value| held["wallet_address"] == holder.customer.address.as_str();
    let holding = holdings.iter().find(own).unwrap();
    assert_eq!(holding["units"], 10);
    let restrictions = holding["restrictions"].as_array().unwrap();
    let told: Vec<_> = restrictions
        .iter()
        .map(|one| (one["kind"].as_str().unwrap(), one["units"].as_u64()))
        .collect();
    assert_eq!(told, [("pledge", Some(4)), ("freeze", None)]);
    assert_eq!(restrictions[0]["beneficiary_id"], pledge["beneficiary_id"]);
    let address = &holder.customer.address;
    assert_eq!(chain::balance(&app, 0, address).await, 10);
    assert!(chain::frozen(&app, 0, address).await >= 10);
    // Each investment of the holder has a statement of each change, which says what stands.
    for order in &orders {
        let path = format!("investments/{order}/registry-statements/");
        let statements = partner.api.get(&path).await.expect(200);
        let statements = statements["results"].as_array().unwrap();
        let reasons: Vec<_> = statements.iter().map(|one| &one["reason"]).collect();
        assert_eq!(reasons, ["entry", "change", "change"]);
        assert!(statements.iter().skip(1).all(|one| one["units"] == 10));
    }
    // The issuer sees holders' investments, and nothing of it.
    let issuer = app.issuer(0).await.get("investments/").await.expect(200);
    assert!(!issuer.to_string().contains("pledge"));
    // No name is in the journal.
    let contents = database::Sql("select content from register_entries order by sequence");
    let rows = app.app.registry.db.read(move |tx| tx.query(contents, &[]));
    for row in rows.await.unwrap() {
        let content: Vec<u8> = row.get(0).unwrap();
        assert!(!String::from_utf8(content).unwrap().contains("Sparkasse"));
    }
    assert_in_order(&app).await;
}

/// § 18(1) sentence 3 eWpG.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn reg_13_a_pledgee_takes_the_holders_place(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given ten units, of which four are pledged to somebody with a key.
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let (giver, _) = Holder::of_units(&app, &partner, &[10]).await;
    let receiver = Holder::new(&app, &partner).await;
    let (product, to) = (&partner.product_id, &receiver.customer.address);
    let pledgee = HolderKey::random();
    let more = json!({"units": 4, "key_address": pledgee.address()});
    let pledge = entered(&app, (&giver, product), "pledge", more).await;
    let address = &giver.customer.address;
    assert_eq!(chain::frozen(&app, 0, address).await, 4);

    // When the holder wants more than what is free, it is refused, as are its redemption and a second pledge.
    let by_holder = async |units| {
        let body = giver.signed(&app, product, to, units);
        partner.api.post("transfers/", &body).await
    };
    by_holder(7).await.refused("r05_third_party_must_instruct");
    let body = crate::redemptions::signed(&app, &giver, product, 7);
    let refused = partner.api.post("redemptions/", &body).await;
    refused.refused("r05_third_party_must_instruct");
    let second = self::body(&app, &giver, "pledge", json!({"units": 7})).await;
    let refused = propose(&app, product, &second).await;
    refused.refused("r05_third_party_must_instruct");
    let free = by_holder(5).await.expect(201);
    assert_eq!(ended(&partner, &id(&free)).await["status"], "succeeded");

    // When the pledgee signs in its place, it goes as far as its right does.
    let by_pledgee = async |units: u64| {
        let body = giver.signed(&app, product, to, units);
        let body = pledgee.sign_transfer(&app, address, body);
        partner.api.post("transfers/", &body).await
    };
    by_pledgee(5).await.refused("r02_no_instruction");
    let sold = by_pledgee(3).await.expect(201);
    // What it has said already counts before it is entered.
    by_pledgee(2).await.refused("r02_no_instruction");
    assert_eq!(ended(&partner, &id(&sold)).await["status"], "succeeded");
    assert_eq!(chain::balance(&app, 0, address).await, 2);
    left(&app, &pledge, json!(1)).await;
    assert_eq!(chain::frozen(&app, 0, address).await, 1);
    let audit = app.registrar().await.get("audit/").await.expect(200);
    let lines = audit["results"].as_array().unwrap().iter();
    let rights: Vec<_> = lines
        .filter(|line| line["action"] == "transfer.create")
        .map(|line| line["detail"]["authority"].clone())
        .collect();
    assert!(rights.contains(&json!("third_party")), "{rights:?}");

    // When the pledgee releases the rest by a document, the holder is free again, and the key says nothing more.
    propose_release(&app, &pledge, json!({"authority": "holder"}))
        .await
        .refused("r05_third_party_must_instruct");
    propose_release(&app, &pledge, json!({"units": 2}))
        .await
        .refused_fields("invalid_body", &[("units", "out_of_range")]);
    release(&app, &pledge, json!({})).await;
    reaches(&app, &pledge, "released").await;
    assert_eq!(chain::frozen(&app, 0, address).await, 0);
    propose_release(&app, &pledge, json!({}))
        .await
        .refused("conflict");
    by_pledgee(1).await.refused("r03_bad_auth");
    let last = by_holder(2).await.expect(201);
    assert_eq!(ended(&partner, &id(&last)).await["status"], "succeeded");
    assert_in_order(&app).await;
}

/// § 18(1) sentence 2 eWpG.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn reg_12_a_restriction_in_somebodys_favour_needs_the_assurance(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let (giver, _) = Holder::of_units(&app, &partner, &[10]).await;
    let receiver = Holder::new(&app, &partner).await;
    let (product, to) = (&partner.product_id, &receiver.customer.address);
    let beneficiary = json!({
        "forename": "Erika", "surname": "Mustermann", "birth_date": "1964-08-12", "residence": "Köln",
    });
    let more = json!({"units": 4, "beneficiary": beneficiary, "valid_until": "2027-12-31"});
    let lock = entered(&app, (&giver, product), "lock", more).await;

    // Without the holder's word, with somebody else's, and with a word about something else.
    let body = giver.signed(&app, product, to, 8);
    let post = async |body: &Value| partner.api.post("transfers/", body).await;
    post(&body).await.refused("r06_no_beneficiary_assurance");
    let redemption = crate::redemptions::signed(&app, &giver, product, 8);
    let refused = partner.api.post("redemptions/", &redemption).await;
    refused.refused("r06_no_beneficiary_assurance");
    let by_another = HolderKey::random().assure(&app, body.clone());
    post(&by_another).await.refused("r03_bad_auth");
    let mut about_another = body.clone();
    let other = giver.key.assure(&app, giver.signed(&app, product, to, 7));
    about_another["beneficiary_assurance"] = other["beneficiary_assurance"].clone();
    post(&about_another).await.refused("r03_bad_auth");
    let mut unknown = giver.key.assure(&app, body.clone());
    unknown["beneficiary_assurance"]["version"] = json!("2");
    let field = ("beneficiary_assurance.version", "unknown_value");
    post(&unknown)
        .await
        .refused_fields("invalid_body", &[field]);

    // With it the units go, and are the receiver's without the restriction.
    let assured = giver.key.assure(&app, body);
    let transfer = post(&assured).await.expect(201);
    assert_eq!(ended(&partner, &id(&transfer)).await["status"], "succeeded");
    left(&app, &lock, json!(2)).await;
    assert_eq!(chain::frozen(&app, 0, &giver.customer.address).await, 2);
    assert_eq!(chain::frozen(&app, 0, to).await, 0);

    // A release by the holder needs it too.
    let by_holder = |consents| json!({"authority": "holder", "beneficiary_consents": consents});
    propose_release(&app, &lock, by_holder(false))
        .await
        .refused("r06_no_beneficiary_assurance");
    release(&app, &lock, by_holder(true)).await;
    let lock = reaches(&app, &lock, "released").await;
    assert_eq!(lock["beneficiary"]["surname"], "Mustermann");
    assert_in_order(&app).await;
}

/// § 18(1) eWpG: holder, court, authority, nobody.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn reg_11_a_court_or_authority_is_obeyed_and_nobody_else_can_freeze(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let (giver, _) = Holder::of_units(&app, &partner, &[10]).await;
    let receiver = Holder::new(&app, &partner).await;
    let (product, to) = (&partner.product_id, &receiver.customer.address);
    for kind in ["freeze", "disentitlement", "attachment"] {
        let body = body(&app, &giver, kind, json!({})).await;
        let refused = propose(&app, product, &body).await;
        refused.refused("r02_no_instruction");
    }
    let post = async || {
        let body = giver.signed(&app, product, to, 1);
        partner.api.post("transfers/", &body).await
    };
    for (kind, authority, code) in [
        ("freeze", "administrative_act", "r15_freeze"),
        ("disentitlement", "court", "r04_known_not_entitled"),
        ("attachment", "court", "r05_third_party_must_instruct"),
    ] {
        let more = json!({"authority": authority, "legal_basis": "12 M 345/26"});
        let restriction = entered(&app, (&giver, product), kind, more).await;
        post().await.refused(code);
        let by_holder = json!({"authority": "holder", "beneficiary_consents": true});
        propose_release(&app, &restriction, by_holder)
            .await
            .refused(code);
        release(&app, &restriction, json!({"authority": authority})).await;
        reaches(&app, &restriction, "released").await;
    }
    let transfer = post().await.expect(201);
    assert_eq!(ended(&partner, &id(&transfer)).await["status"], "succeeded");

    // What is wrong with a proposal is named by its field.
    let mut wrong = body(&app, &giver, "mortgage", json!({"units": 0})).await;
    add(
        &mut wrong,
        json!({"authority": "nobody", "beneficiary": {"surname": "Mustermann"}, "legal_basis": ""}),
    );
    propose(&app, product, &wrong).await.refused_fields(
        "invalid_body",
        &[
            ("kind", "unknown_value"),
            ("units", "out_of_range"),
            ("authority", "unknown_value"),
            ("beneficiary.forename", "missing"),
            ("beneficiary.residence", "missing"),
            ("beneficiary.birth_date", "missing"),
            ("legal_basis", "missing"),
        ],
    );
    let unknown = uuid::Uuid::new_v4().to_string();
    for field in ["wallet_id", "document_id"] {
        let wrong = body(&app, &giver, "pledge", json!({field: unknown})).await;
        let refused = propose(&app, product, &wrong).await;
        refused.refused_fields("invalid_body", &[(field, "not_found")]);
    }
    let too_many = body(&app, &giver, "pledge", json!({"units": 11})).await;
    let refused = propose(&app, product, &too_many).await;
    refused.refused_fields("invalid_body", &[("units", "out_of_range")]);
    assert_in_order(&app).await;
}

/// § 18(3) eWpG: what is entered first counts for what comes after it, also where that was received before it was known.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn reg_11_an_order_stands_against_what_comes_after_it_in_the_queue(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given an order to freeze and a transfer behind it, while nothing is carried out.
    let mut app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let (giver, _) = Holder::of_units(&app, &partner, &[10]).await;
    let receiver = Holder::new(&app, &partner).await;
    let (product, to) = (&partner.product_id, &receiver.customer.address);
    app.stop_workers().await;
    let post = async |units| {
        let body = giver.signed(&app, product, to, units);
        let created = partner.api.post("transfers/", &body).await.expect(201);
        id(&created)
    };
    let before = post(3).await;
    let freeze = json!({"authority": "court"});
    let freeze = restrict(&app, (&giver, product), "freeze", freeze).await;
    let pledge = restrict(&app, (&giver, product), "pledge", json!({"units": 2})).await;
    let after = post(3).await;
    app.start_workers();

    // Then what came before it went, and what came after did not.
    assert_eq!(ended(&partner, &before).await["status"], "succeeded");
    reaches(&app, &freeze, "entered").await;
    let rejected = reaches(&app, &pledge, "rejected").await;
    assert_eq!(rejected["rejection"], "r15_freeze");
    let after = ended(&partner, &after).await;
    assert_eq!(after["reason"]["code"], "r15_freeze");
    assert_eq!(chain::balance(&app, 0, to).await, 3);
    assert_in_order(&app).await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn reg_09_a_changed_part_of_a_restriction_is_found(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    some_release(&app, &partner).await;
    assert_in_order(&app).await;
    // There is one of each, so that a column is changed and put right again.
    for (table, column, change) in [
        ("restrictions", "units", "units + 1"),
        ("restrictions", "kind", "'lock'"),
        ("restrictions", "entry_sequence", "null"),
        ("restrictions", "salt", "document_hash"),
        ("restrictions", "details_hash", "document_hash"),
        ("restrictions", "document_hash", "salt"),
        ("restrictions", "beneficiary_id", "holder_id"),
        ("restrictions", "sealed_details", "salt"),
        ("restriction_releases", "units", "null"),
        ("restriction_releases", "document_hash", "sealed_basis"),
        ("restriction_releases", "entry_sequence", "99"),
        ("restriction_releases", "entry_sequence", "null"),
    ] {
        let read = sql(format!("select {column} from {table}"));
        let before = app.app.registry.db.read(move |tx| {
            let row = tx.query_one(read, &[])?;
            row.get::<database::Value>(0)
        });
        let before = before.await.unwrap();
        execute(
            &app,
            &format!("update {table} set {column} = {change}"),
            vec![],
        )
        .await;
        assert!(has_problem(&app).await, "{table}.{column}");
        let undo = format!("update {table} set {column} = $1");
        execute(&app, &undo, vec![before]).await;
        assert_in_order(&app).await;
    }
    execute(&app, "delete from restriction_releases", vec![]).await;
    assert!(has_problem(&app).await);
}

/// A test makes its statements as it goes.
pub fn sql(text: String) -> database::Sql {
    database::Sql(Box::leak(text.into_boxed_str()))
}

pub async fn execute(app: &TestApp, text: &str, parameters: Vec<database::Value>) {
    let statement = sql(text.to_owned());
    let done = app
        .app
        .registry
        .db
        .write(move |tx| tx.execute(statement, &parameters));
    assert_eq!(done.await.unwrap(), 1, "{text}");
}

pub async fn has_problem(app: &TestApp) -> bool {
    let verdicts = registry::register_check::verify(&app.app.registry, None).await;
    let verdicts = verdicts.unwrap();
    verdicts.iter().any(|verdict| verdict.problem.is_some())
}
