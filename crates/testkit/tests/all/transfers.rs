//! Transfers between investors, of one platform or of two: what has to be right, what moves, and who hears of it.

use rstest::rstest;
use serde_json::{Value, json};
use testkit::client::{Session, id};
use testkit::holder::HolderKey;
use testkit::partner::{Customer, add};
use testkit::{Backend, Partner, Setup, TestApp, chain};

/// A customer with the key of its wallet.
pub struct Holder {
    pub customer: Customer,
    pub key: HolderKey,
}

impl Holder {
    /// An identified natural person with a wallet of its own.
    pub async fn new(app: &TestApp, partner: &Partner) -> Self {
        let investor = partner.investor().await;
        let identification = partner.identify(&investor).await;
        // Not every platform's imports are trusted.
        if identification["status"] != "SUCCESS" {
            let path = format!("identifications/{}/decision/", id(&identification));
            let approve = json!({"decision": "approve"});
            app.registrar()
                .await
                .post(&path, &approve)
                .await
                .expect(200);
        }
        Self::with_wallet(partner, investor).await
    }

    pub async fn with_wallet(partner: &Partner, investor: String) -> Self {
        let key = HolderKey::random();
        let address = key.address();
        let wallet = id(&partner.wallet(&investor, &address).await);
        Self {
            customer: Customer {
                investor,
                wallet,
                address,
            },
            key,
        }
    }

    /// The same with so many delivered units.
    pub async fn of_units(app: &TestApp, partner: &Partner, units: &[u64]) -> (Self, Vec<String>) {
        let holder = Self::new(app, partner).await;
        let mut orders = Vec::new();
        for units in units {
            let paid = json!({"accepted_at": app.ago(30), "paid_at": app.ago(20)});
            let order = id(&partner.invest(&holder.customer, *units, paid).await);
            partner.reaches(&order, "DELIVERED").await;
            orders.push(order);
        }
        (holder, orders)
    }

    /// The body of a transfer, signed by this holder's key.
    pub fn signed(&self, app: &TestApp, product: &str, to: &str, amount: u64) -> Value {
        let deadline = app.app.registry.clock.now().seconds() + 600;
        let nonce = uuid::Uuid::new_v4().as_u128();
        let body = json!({
            "product": product, "source_wallet": self.customer.wallet, "target_address": to,
            "amount": amount, "nonce": nonce.to_string(), "deadline": deadline,
        });
        self.sign(app, body)
    }

    fn sign(&self, app: &TestApp, body: Value) -> Value {
        self.key.sign_transfer(app, &self.customer.address, body)
    }
}

/// A transfer of one unit between two new investors of a partner.
pub async fn some_transfer(app: &TestApp, partner: &Partner) -> String {
    let (giver, _) = Holder::of_units(app, partner, &[2]).await;
    let receiver = Holder::new(app, partner).await;
    let body = giver.signed(app, &partner.product_id, &receiver.customer.address, 1);
    id(&partner.api.post("transfers/", &body).await.expect(201))
}

/// Waits until a transfer has ended.
pub async fn ended(partner: &Partner, transfer: &str) -> Value {
    testkit::app::eventually(&format!("transfer {transfer} has ended"), async || {
        let path = format!("transfers/{transfer}/");
        let transfer = partner.api.get(&path).await.expect(200);
        (transfer["status"] != "processing").then_some(transfer)
    })
    .await
}

pub async fn say(app: &TestApp, partner: &Partner, rules: Value) {
    let path = format!("products/{}/transfer-rules/", partner.product_id);
    let registrar = app.registrar().await;
    let said = registrar.post(&path, &rules).await.expect(200);
    assert_eq!(said["paused"], rules["paused"]);
    assert_eq!(registrar.get(&path).await.expect(200), said);
}

pub async fn freeze(app: &TestApp, wallet: &str, frozen: bool) {
    let freeze = database::Sql("update wallets set frozen = $1 where id = $2");
    let wallet: uuid::Uuid = wallet.parse().unwrap();
    let done = app
        .app
        .registry
        .db
        .write(move |tx| tx.execute(freeze, &[frozen.into(), wallet.into()]));
    assert_eq!(done.await.unwrap(), 1);
}

/// REG-15 (stamps of receipt and change), REG-29 (§ 25 eWpG).
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn units_go_to_another_platforms_investor(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a holder with two investments, and an investor of another platform who has none.
    let app = TestApp::start(backend).await;
    let (partner, other) = (app.partner(0).await, app.other_partner(0).await);
    let (giver, orders) = Holder::of_units(&app, &partner, &[6, 4]).await;
    let receiver = Holder::new(&app, &other).await;
    let available = partner.available().await;

    // When eight units are transferred, twice with one key.
    let body = giver.signed(&app, &partner.product_id, &receiver.customer.address, 8);
    let post = async || {
        let reply = partner
            .api
            .post_with_key("transfers/", "transfer-1", &body)
            .await;
        reply.expect(201)
    };
    let transfer = post().await;
    assert_eq!(
        (
            &transfer["status"],
            &transfer["amount"],
            &transfer["sequence"]
        ),
        (&json!("processing"), &json!(8), &json!(1))
    );
    assert_eq!(post().await["id"], transfer["id"]);
    let transfer = ended(&partner, &id(&transfer)).await;
    assert_eq!(transfer["status"], "succeeded", "{transfer}");
    let stamp = |field: &str| transfer[field].as_str().unwrap().to_owned();
    assert!(stamp("received_at") <= stamp("ended_at"), "{transfer}");

    // Then the oldest investment gave first, and the recipient has a new one in its own environment and platform.
    let remaining = async |order: &str| partner.investment(order).await["remaining_units"].clone();
    assert_eq!(remaining(&orders[0]).await, 0);
    assert_eq!(remaining(&orders[1]).await, 2);
    let received = other.api.get("investments/").await.expect(200);
    assert_eq!(received["count"], 1, "{received}");
    let received = received["results"][0].clone();
    assert_eq!(
        (
            &received["status"],
            &received["units"],
            &received["remaining_units"]
        ),
        (&json!("DELIVERED"), &json!(8), &json!(8))
    );
    assert_eq!(received["investor_id"], receiver.customer.investor);
    assert_eq!(received["campaign_id"], other.campaign_id);
    assert_eq!(received["transaction_hash"], transfer["transaction_hash"]);
    assert_eq!(received["total"]["amount"], "0");
    // Nothing of a sale was used up.
    assert_eq!(partner.available().await, available);
    // The chain says the same, and the register proves itself.
    assert_eq!(chain::balance(&app, 0, &giver.customer.address).await, 2);
    assert_eq!(chain::balance(&app, 0, &receiver.customer.address).await, 8);
    for verdict in registry::register_check::verify(&app.app.registry, None)
        .await
        .unwrap()
    {
        assert_eq!(verdict.problem, None, "{}", verdict.isin);
    }
    // Each investment concerned has its statement about what its holder has now.
    for (partner, order, units) in [
        (&partner, &orders[0], 2),
        (&partner, &orders[1], 2),
        (&other, &id(&received), 8),
    ] {
        let path = format!("investments/{order}/registry-statements/");
        let statements = partner.api.get(&path).await.expect(200);
        let last = statements["results"].as_array().unwrap().last().unwrap();
        assert_eq!(last["units"], units, "{statements}");
    }
    // Both platforms hear of it: one of its transfer, the other of its new investment.
    let mine = partner.feed().await;
    let told = mine
        .iter()
        .find(|event| event["type"] == "transfer.status_changed")
        .unwrap();
    assert_eq!(told["transfer_id"], transfer["id"]);
    assert_eq!(
        (&told["status"], &told["previous_status"]),
        (&json!("succeeded"), &json!("processing"))
    );
    let theirs = other.feed().await;
    let told = theirs
        .iter()
        .find(|event| event["investment_id"] == received["id"])
        .unwrap();
    assert_eq!(told["status"], "DELIVERED");
    assert!(
        theirs
            .iter()
            .all(|event| event["type"] != "transfer.status_changed")
    );
    // And the audit log knows who instructed.
    let audit = app.registrar().await.get("audit/").await.expect(200);
    let lines = audit["results"].as_array().unwrap();
    let line = lines
        .iter()
        .find(|line| line["action"] == "transfer.create");
    assert_eq!(line.unwrap()["detail"]["authority"], "holder");

    // When the recipient gives some on, they come back as one more investment.
    let body = receiver.signed(&app, &partner.product_id, &giver.customer.address, 3);
    let back = other.api.post("transfers/", &body).await.expect(201);
    assert_eq!(ended(&other, &id(&back)).await["status"], "succeeded");
    assert_eq!(chain::balance(&app, 0, &giver.customer.address).await, 5);
    assert_eq!(
        partner.api.get("investments/").await.expect(200)["count"],
        3
    );
}

/// REG-19 (attributable, once).
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn only_the_holder_instructs_and_only_once(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let (giver, _) = Holder::of_units(&app, &partner, &[10]).await;
    let receiver = Holder::new(&app, &partner).await;
    let to = &receiver.customer.address;
    let post = async |body: &Value| partner.api.post("transfers/", body).await;
    let good = giver.signed(&app, &partner.product_id, to, 2);

    // Without a signature, with half of one, with another's, and with one over something else.
    let mut unsigned = good.clone();
    for field in ["nonce", "deadline", "signature"] {
        unsigned.as_object_mut().unwrap().remove(field);
    }
    post(&unsigned).await.refused("r02_no_instruction");
    let mut half = good.clone();
    half.as_object_mut().unwrap().remove("nonce");
    post(&half)
        .await
        .refused_fields("invalid_body", &[("nonce", "missing")]);
    let stranger = Holder {
        customer: giver.customer.clone(),
        key: HolderKey::random(),
    };
    post(&stranger.signed(&app, &partner.product_id, to, 2))
        .await
        .refused("r03_bad_auth");
    for (field, value) in [
        ("amount", json!(3)),
        ("nonce", json!("7")),
        ("deadline", json!(good["deadline"].as_i64().unwrap() + 1)),
        ("target_address", json!(giver.customer.address)),
    ] {
        let mut changed = good.clone();
        changed[field] = value;
        post(&changed).await.refused("r03_bad_auth");
    }
    let mut late = good.clone();
    late["deadline"] = json!(app.app.registry.clock.now().seconds() - 1);
    post(&giver.sign(&app, late)).await.refused("r03_bad_auth");
    let mut broken = good.clone();
    broken["signature"] = json!("0x1234");
    post(&broken)
        .await
        .refused_fields("invalid_body", &[("signature", "invalid_format")]);

    // The good one is taken once, with whatever key it comes again.
    let transfer = post(&good).await.expect(201);
    post(&good).await.refused("r17_duplicate");
    assert_eq!(ended(&partner, &id(&transfer)).await["status"], "succeeded");
    post(&good).await.refused("r17_duplicate");
    assert_eq!(partner.api.get("transfers/").await.expect(200)["count"], 1);
    assert_eq!(chain::balance(&app, 0, to).await, 2);
}

/// REG-20 (identified), REG-29 (the codes that can be met yet; ownership unchanged until registered).
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn every_condition_has_its_own_code(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let (giver, _) = Holder::of_units(&app, &partner, &[10]).await;
    let receiver = Holder::new(&app, &partner).await;
    let post = async |to: &str, amount: u64| {
        let body = giver.signed(&app, &partner.product_id, to, amount);
        partner.api.post("transfers/", &body).await
    };
    let to = receiver.customer.address.as_str();

    // The recipient: unknown, not identified, taking nothing, or frozen.
    post(&testkit::people::wallet_address(), 1)
        .await
        .refused("r14_unidentified");
    let unknown = Holder::with_wallet(&partner, partner.investor().await).await;
    post(&unknown.customer.address, 1)
        .await
        .refused("r14_unidentified");
    let wallet = format!(
        "investors/{}/wallets/{}/",
        receiver.customer.investor, receiver.customer.wallet
    );
    for (enabled, code) in [(false, Some("r01_no_agreement")), (true, None)] {
        let patch = json!({"receiving_enabled": enabled});
        partner.api.patch(&wallet, &patch).await.expect(200);
        if let Some(code) = code {
            post(to, 1).await.refused(code);
        }
    }
    for wallet in [&receiver.customer.wallet, &giver.customer.wallet] {
        freeze(&app, wallet, true).await;
        post(to, 1).await.refused("r15_freeze");
        freeze(&app, wallet, false).await;
    }
    // The registrar has stopped transfers.
    say(&app, &partner, json!({"paused": true})).await;
    post(to, 1).await.refused("transfers_paused");
    say(&app, &partner, json!({"paused": false})).await;
    // The recipient's platform does not offer the product.
    let other = app.other_partner(0).await;
    let elsewhere = Holder::new(&app, &other).await;
    let platforms = app.platform_ids(0).await;
    let list = async |is_allowed: bool| {
        let list = database::Sql(
            "update listings set is_allowed = $1 where product_id = $2 and platform_id = $3",
        );
        let product: uuid::Uuid = partner.product_id.parse().unwrap();
        let platform: uuid::Uuid = platforms[1].parse().unwrap();
        let parameters = [is_allowed.into(), product.into(), platform.into()];
        let done = app
            .app
            .registry
            .db
            .write(move |tx| tx.execute(list, &parameters));
        assert_eq!(done.await.unwrap(), 1);
    };
    list(false).await;
    post(&elsewhere.customer.address, 1)
        .await
        .refused("product_not_listed");
    list(true).await;
    // The amount: nothing, more than there is, or more than earlier instructions leave.
    post(to, 0)
        .await
        .refused_fields("invalid_body", &[("amount", "out_of_range")]);
    post(to, 11).await.refused("r10_insufficient");
    // The same investor's other wallet is no other holder.
    let twin = Holder::with_wallet(&partner, giver.customer.investor.clone()).await;
    post(&twin.customer.address, 1)
        .await
        .refused_fields("invalid_body", &[("target_address", "out_of_range")]);

    // Nothing of all that has entered the queue, and now all is well.
    assert_eq!(partner.api.get("transfers/").await.expect(200)["count"], 0);
    let transfer = post(to, 10).await.expect(201);
    assert_eq!(transfer["sequence"], 1);
    post(to, 1).await.refused("r10_insufficient");
    assert_eq!(ended(&partner, &id(&transfer)).await["status"], "succeeded");
    assert_eq!(chain::balance(&app, 0, to).await, 10);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn locked_up_units_stay_until_the_terms_release_them(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a product whose units cannot be passed on for ten days, and some that were delivered today.
    let lock_in = |network: &mut Value| network["assets"][0]["offer"]["lock_in_time"] = json!(10);
    let app = Setup::new(backend).network(lock_in).start().await;
    let partner = app.partner(0).await;
    let (giver, _) = Holder::of_units(&app, &partner, &[10]).await;
    let receiver = Holder::new(&app, &partner).await;
    let post = async || {
        let to = &receiver.customer.address;
        let body = giver.signed(&app, &partner.product_id, to, 4);
        partner.api.post("transfers/", &body).await
    };
    post().await.refused("r19_lockup");
    // When the days are over, they go.
    app.advance_seconds(12 * 86_400);
    let transfer = post().await.expect(201);
    assert_eq!(ended(&partner, &id(&transfer)).await["status"], "succeeded");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_yours_is_not_there(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a transfer of one platform.
    let app = TestApp::start(backend).await;
    let (partner, other) = (app.partner(0).await, app.other_partner(0).await);
    let (giver, _) = Holder::of_units(&app, &partner, &[10]).await;
    let receiver = Holder::new(&app, &other).await;
    let body = giver.signed(&app, &partner.product_id, &receiver.customer.address, 1);
    // The other one cannot bring it, though it has the holder's signature.
    let refused = other.api.post("transfers/", &body).await;
    refused.refused_fields("invalid_body", &[("source_wallet", "not_found")]);
    let transfer = id(&partner.api.post("transfers/", &body).await.expect(201));
    // Nor see it, though its investor receives.
    ended(&partner, &transfer).await;
    let path = format!("transfers/{transfer}/");
    other.api.get(&path).await.refused("not_found");
    assert_eq!(other.api.get("transfers/").await.expect(200)["count"], 0);
    // A product of another environment is not there either.
    let elsewhere = app.partner(1).await;
    let mut body = giver.signed(&app, &partner.product_id, &receiver.customer.address, 1);
    add(&mut body, json!({"product": elsewhere.product_id}));
    let refused = partner.api.post("transfers/", &body).await;
    refused.refused_fields("invalid_body", &[("product", "not_found")]);
}

/// The fourth asset as a share that moves with the company's consent.
fn bound_share(file: &mut Value) {
    file["assets"][3]["product_type"] = json!("DIGITAL_COMPANY_SHARE");
    file["assets"][3]["offer"]["share"] = json!({
        "share_class": "ordinary", "paid_in_percent": "100", "votes_per_share": 1, "company_consent_required": true,
    });
    file["assets"][3]["cancellation_deadline"] = json!(0);
    file["assets"][3]["campaigns"][0]["distributor_may_mark_paid"] = json!(true);
    file["assets"][3]["campaigns"][0]["required_document_types"] = json!([]);
}

/// The terms of an issue say how its units move: in which multiples, with whose consent, and in which version they are in force.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn reg_29_a_transfer_meets_the_terms_or_is_refused_with_their_code(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a bond whose units move in pairs, and a share that moves with the company's consent.
    let terms = |file: &mut Value| {
        file["assets"][0]["step_size"] = json!(2);
        file["assets"][0]["offer"]["denomination_units"] = json!(2);
        bound_share(file);
    };
    let app = Setup::new(backend).network(terms).start().await;
    let chain_id = app.app.ledger.network().chain_id;
    let refused = async |partner: &Partner, asset: usize, units: u64, more: Value, code: &str| {
        let (giver, orders) = Holder::of_units(&app, partner, &[8]).await;
        let receiver = Holder::new(&app, partner).await;
        let (from, to) = (&giver.customer.address, &receiver.customer.address);
        let body = giver.signed(&app, &partner.product_id, to, units);
        let token = app.environment(asset).token_address.to_string();
        let domain = (chain_id, token.as_str());
        let mut body = giver.key.sign_transfer_elsewhere(domain, from, body, &app);
        add(&mut body, more);
        let refused = partner.api.post("transfers/", &body).await;
        refused.refused(code);
        // Ownership has not changed (§ 25(1) eWpG).
        let order = partner.investment(&orders[0]).await;
        assert_eq!(order["remaining_units"], 8);
        (giver, receiver)
    };
    let bond = app.partner(0).await;
    refused(&bond, 0, 3, json!({}), "r12_denomination").await;
    let other = json!({"terms_version": 2});
    let (giver, receiver) = refused(&bond, 0, 4, other, "r16_terms_not_current").await;
    let share = app.partner(3).await;
    refused(&share, 3, 4, json!({}), "r07_company_consent").await;

    // What meets them goes.
    let to = &receiver.customer.address;
    let mut body = giver.signed(&app, &bond.product_id, to, 4);
    body["terms_version"] = json!(1);
    let made = bond.api.post("transfers/", &body).await.expect(201);
    let ended = ended(&bond, &id(&made)).await;
    assert_eq!(ended["status"], "succeeded", "{ended}");
}

/// A share that is bound to the company's consent moves as far as a consent covers it, once (§ 25(3) eWpG, § 68(2) AktG).
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn reg_29_a_bound_share_moves_as_far_as_the_companys_consent_covers_it(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = Setup::new(backend).network(bound_share).start().await;
    let chain_id = app.app.ledger.network().chain_id;
    let token = app.environment(3).token_address.to_string();
    let (partner, issuer, registrar) = (
        app.partner(3).await,
        app.issuer(3).await,
        app.registrar().await,
    );
    let (giver, orders) = Holder::of_units(&app, &partner, &[8]).await;
    let (receiver, other) = (
        Holder::new(&app, &partner).await,
        Holder::new(&app, &partner).await,
    );
    let from = &giver.customer.address;
    let transfer = async |to: &Holder, units: u64| {
        let body = giver.signed(&app, &partner.product_id, &to.customer.address, units);
        let domain = (chain_id, token.as_str());
        let body = giver.key.sign_transfer_elsewhere(domain, from, body, &app);
        partner.api.post("transfers/", &body).await
    };
    let consent = |units: u64| {
        json!({
            "product_id": partner.product_id, "source_address": from, "target_address": receiver.customer.address, "units": units,
        })
    };
    let give = async |units: u64| {
        let given = issuer.post("transfer-consents/", &consent(units)).await;
        given.expect(201)
    };
    let shown = async |given: &Value| {
        let path = format!("transfer-consents/{}/", id(given));
        issuer.get(&path).await.expect(200)
    };
    let withdraw = async |given: &Value| {
        let path = format!("transfer-consents/{}/withdraw/", id(given));
        issuer.post(&path, &json!({})).await
    };

    // Given the company's consent to three shares for one acquirer: nothing else moves by it.
    let first = give(3).await;
    assert_eq!(first["status"], "open");
    transfer(&receiver, 4).await.refused("r07_company_consent");
    transfer(&other, 3).await.refused("r07_company_consent");
    // When they move, they move once.
    let made = transfer(&receiver, 3).await.expect(201);
    let ended_as = ended(&partner, &id(&made)).await;
    assert_eq!(ended_as["status"], "succeeded", "{ended_as}");
    let used = shown(&first).await;
    assert_eq!(
        (&used["status"], &used["transfer_id"]),
        (&json!("used"), &made["id"])
    );
    withdraw(&first).await.refused("consent_used");
    transfer(&receiver, 1).await.refused("r07_company_consent");
    assert_eq!(partner.investment(&orders[0]).await["remaining_units"], 5);

    // What was taken back covers nothing, and stays so.
    let second = give(2).await;
    for _ in 0..2 {
        assert_eq!(withdraw(&second).await.expect(200)["status"], "withdrawn");
    }
    transfer(&receiver, 2).await.refused("r07_company_consent");

    // The registrar names where the company's declaration is kept; after its last day nothing rests on it.
    let mut body = consent(2);
    let refused = registrar.post("transfer-consents/", &body).await;
    refused.refused("r08_issuer_consent");
    let today = app.app.registry.clock.now().berlin_date().to_string();
    add(
        &mut body,
        json!({"consent_reference": "Letter of the board", "valid_until": today}),
    );
    let third = registrar
        .post("transfer-consents/", &body)
        .await
        .expect(201);
    assert_eq!(third["consent_reference"], "Letter of the board");
    app.advance_seconds(86_400);
    assert_eq!(shown(&third).await["status"], "expired");
    transfer(&receiver, 2).await.refused("r07_company_consent");

    // All of them can be read by both, and by no other issuer.
    let listed = async |who: &Session| who.get("transfer-consents/").await.expect(200);
    let of_issuer = listed(&issuer).await;
    assert_eq!(of_issuer["count"], 3);
    assert_eq!(of_issuer["results"], listed(&registrar).await["results"]);
    let foreign = app.issuer(0).await;
    assert_eq!(listed(&foreign).await["count"], 0);
    let path = format!("transfer-consents/{}/withdraw/", id(&third));
    foreign.post(&path, &json!({})).await.refused("not_found");
    let refused = foreign.post("transfer-consents/", &consent(1)).await;
    refused.refused_fields("invalid_body", &[("product_id", "not_found")]);

    // Where units move without one, none is taken; nor one that could cover nothing.
    let mut body = consent(1);
    body["product_id"] = json!(app.partner(0).await.product_id);
    let refused = foreign.post("transfer-consents/", &body).await;
    refused.refused_fields("invalid_body", &[("product_id", "out_of_range")]);
    let mut body = consent(0);
    add(
        &mut body,
        json!({"target_address": from, "valid_until": "2026-01-01"}),
    );
    let refused = issuer.post("transfer-consents/", &body).await;
    let wrong = [
        ("target_address", "out_of_range"),
        ("units", "out_of_range"),
        ("valid_until", "out_of_range"),
    ];
    refused.refused_fields("invalid_body", &wrong);
}
