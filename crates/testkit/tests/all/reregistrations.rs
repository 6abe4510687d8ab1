//! Re-registrations without the holder's signature: an heir, an order, a lost key, and the reversal of a wrong entry.

use domain::Address;
use rstest::rstest;
use serde_json::{Value, json};
use testkit::browser::Human;
use testkit::client::{Reply, id};
use testkit::partner::add;
use testkit::{Backend, Partner, TestApp, chain};

use crate::restrictions::{
    assert_in_order, confirm, document, entered, execute, has_problem, left,
};
use crate::restrictions::{reaches as restriction_reaches, sql};
use crate::transfers::{Holder, ended, freeze};

async fn body(app: &TestApp, (from, to): (&Holder, &Holder), more: Value) -> Value {
    let mut body = json!({
        "wallet_id": from.customer.wallet, "target_wallet_id": to.customer.wallet, "ground": "succession",
        "legal_basis": "Certificate of inheritance, Amtsgericht Musterstadt, 7 VI 123/26",
        "document_id": document(app, "certificate").await, "reason": "The heir has presented it.",
    });
    add(&mut body, more);
    body
}

async fn propose(app: &TestApp, product: &str, body: &Value) -> Reply {
    let path = format!("products/{product}/reregistrations/");
    app.registrar().await.post(&path, body).await
}

async fn reversal(app: &TestApp, product: &str, more: Value) -> Reply {
    let mut body = json!({
        "cause": "no_instruction", "legal_basis": "§ 18(5) eWpG, finding of 2 March 2026",
        "document_id": document(app, "finding").await, "reason": "Nobody had instructed it.",
    });
    add(&mut body, more);
    let path = format!("products/{product}/reversals/");
    app.registrar().await.post(&path, &body).await
}

/// What another confirms of what one has proposed; its id.
async fn decided(app: &TestApp, proposed: Reply) -> String {
    let decision = id(&proposed.expect(201));
    confirm(app, &decision).await;
    let registrar = app.registrar().await;
    let all = registrar.get("reregistrations/?page_size=500").await;
    let all = all.expect(200);
    let mut all = all["results"].as_array().unwrap().iter();
    id(all
        .find(|one| one["decision_id"] == decision.as_str())
        .unwrap())
}

async fn reaches(app: &TestApp, id: &str, status: &str) -> Value {
    let what = format!("re-registration {id} is {status}");
    testkit::app::eventually(&what, async || {
        let path = format!("reregistrations/{id}/");
        let found = app.registrar().await.get(&path).await.expect(200);
        (found["status"] == status).then_some(found)
    })
    .await
}

async fn remaining(partner: &Partner, order: &str) -> Value {
    partner.investment(order).await["remaining_units"].clone()
}

/// The first restriction on a wallet that is entered.
async fn on_wallet(app: &TestApp, address: &str) -> Value {
    let what = format!("something is entered for {address}");
    testkit::app::eventually(&what, async || {
        let registrar = app.registrar().await;
        let all = registrar.get("restrictions/?page_size=500").await;
        let all = all.expect(200);
        let mut all = all["results"].as_array().unwrap().iter();
        let own = all.find(|one| one["wallet_address"] == address && one["status"] == "entered");
        own.cloned()
    })
    .await
}

/// Two of three units go to an heir.
pub async fn some_reregistration(app: &TestApp, partner: &Partner) -> String {
    let (giver, _) = Holder::of_units(app, partner, &[3]).await;
    let heir = Holder::new(app, partner).await;
    let body = body(app, (&giver, &heir), json!({"units": 2})).await;
    let proposed = propose(app, &partner.product_id, &body).await;
    let id = decided(app, proposed).await;
    reaches(app, &id, "entered").await;
    id
}

/// One of each: to an heir and back, and to a new wallet after a lost key.
pub async fn some_of_each(app: &TestApp, partner: &Partner) {
    let product = partner.product_id.as_str();
    let wrong = some_reregistration(app, partner).await;
    let entry = reaches(app, &wrong, "entered").await["entry"].clone();
    let back = reversal(app, product, json!({"entry": entry})).await;
    reaches(app, &decided(app, back).await, "entered").await;
    let (holder, _) = Holder::of_units(app, partner, &[2]).await;
    let new = Holder::with_wallet(partner, holder.customer.investor.clone()).await;
    let lost = json!({"ground": "lost_key", "identified_on": "2026-01-05"});
    let body = body(app, (&holder, &new), lost).await;
    let id = decided(app, propose(app, product, &body).await).await;
    reaches(app, &id, "entered").await;
}

/// § 18(1) s. 1 no. 2 eWpG: an heir is entitled by law; § 1922 BGB: with everything that burdens the estate.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn reg_11_an_heir_is_entered_with_what_burdens_the_units(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a holder of ten units in two investments, four of them pledged, and an heir with another platform.
    let app = TestApp::start(backend).await;
    let (partner, other) = (app.partner(0).await, app.other_partner(0).await);
    let (giver, orders) = Holder::of_units(&app, &partner, &[6, 4]).await;
    let heir = Holder::new(&app, &other).await;
    let product = partner.product_id.as_str();
    let pledge = entered(&app, (&giver, product), "pledge", json!({"units": 4})).await;

    // When one of the registrar proposes it, nothing happens before another confirms.
    let wanted = body(&app, (&giver, &heir), json!({})).await;
    let decision = id(&propose(&app, product, &wanted).await.expect(201));
    let registrar = app.registrar().await;
    let path = format!("decisions/{decision}/confirm/");
    let alone = registrar.post(&path, &json!({})).await;
    alone.refused("four_eyes_required");
    let all = registrar.get("reregistrations/").await.expect(200);
    assert_eq!(all["count"], 0);
    confirm(&app, &decision).await;
    let all = registrar.get("reregistrations/").await.expect(200);
    let moved = reaches(&app, &id(&all["results"][0]), "entered").await;
    assert_eq!(
        (&moved["ground"], &moved["authority"], &moved["units"]),
        (&json!("succession"), &json!("law"), &json!(10))
    );
    assert_eq!(moved["legal_basis"], wanted["legal_basis"]);
    assert_eq!(moved["entry"], 5);

    // Then the heir has them in one investment of its own platform, and the holder has none.
    for order in &orders {
        assert_eq!(remaining(&partner, order).await, 0);
    }
    let received = other.api.get("investments/").await.expect(200);
    let received = received["results"][0].clone();
    assert_eq!(
        (&received["status"], &received["units"]),
        (&json!("DELIVERED"), &json!(10))
    );
    // It steps into the holder's place: what is locked up is so since then, not since now.
    let bought = partner.investment(&orders[1]).await["delivered_at"].clone();
    assert_eq!(received["delivered_at"], bought);
    assert_eq!(chain::balance(&app, 0, &giver.customer.address).await, 0);
    assert_eq!(chain::balance(&app, 0, &heir.customer.address).await, 10);

    // The pledge goes with the units: in favour of the same person, frozen on the chain, and the heir meets it.
    let next = on_wallet(&app, &heir.customer.address).await;
    let before = restriction_reaches(&app, &pledge, "released").await;
    for field in ["kind", "beneficiary_id", "beneficiary", "document_hash"] {
        assert_eq!(next[field], before[field], "{field}");
    }
    assert_eq!(next["units_left"], 4);
    assert_eq!(chain::frozen(&app, 0, &heir.customer.address).await, 4);
    assert_eq!(chain::frozen(&app, 0, &giver.customer.address).await, 0);
    let to = &giver.customer.address;
    let give = async |units| {
        let body = heir.signed(&app, product, to, units);
        other.api.post("transfers/", &body).await
    };
    give(7).await.refused("r05_third_party_must_instruct");
    give(6).await.expect(201);

    // Both platforms hear of it, and see on what it rests.
    let mine = partner.feed().await;
    let told = mine
        .iter()
        .find(|event| event["transfer_id"] == moved["id"])
        .unwrap();
    assert_eq!(told["status"], "succeeded");
    let path = format!("transfers/{}/", id(&moved));
    let seen = partner.api.get(&path).await.expect(200);
    assert_eq!(seen["ground"], "succession");
    other.api.get(&path).await.expect(404);
    let theirs = other.feed().await;
    assert!(
        theirs
            .iter()
            .any(|event| event["investment_id"] == received["id"])
    );
    for (partner, order, units) in [(&partner, &orders[0], 0), (&other, &id(&received), 10)] {
        let path = format!("investments/{order}/registry-statements/");
        let statements = partner.api.get(&path).await.expect(200);
        let of_it = statements["results"].as_array().unwrap().iter();
        let of_it = of_it.filter(|one| one["sequence"] == 5);
        let units_told: Vec<_> = of_it.map(|one| one["units"].clone()).collect();
        assert_eq!(units_told, [json!(units)], "{statements}");
    }
    let audit = registrar.get("audit/").await.expect(200);
    let mut lines = audit["results"].as_array().unwrap().iter();
    let line = lines.find(|line| line["action"] == "reregistration.instruct");
    assert_eq!(line.unwrap()["detail"]["ground"], "succession");
    assert_in_order(&app).await;
}

/// Holder, third party, court, nobody: § 18(1) eWpG.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn reg_11_an_order_overcomes_a_ban_and_a_succession_does_not(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let (giver, _) = Holder::of_units(&app, &partner, &[10]).await;
    let receiver = Holder::new(&app, &partner).await;
    let (product, pair) = (partner.product_id.as_str(), (&giver, &receiver));
    let court = json!({"authority": "court", "units": 8});
    let ban = entered(&app, (&giver, product), "freeze", court).await;
    let post = async |more: Value| propose(&app, product, &body(&app, pair, more).await).await;

    // What a court has frozen no heir gets; what is free it does.
    post(json!({})).await.refused("r15_freeze");
    post(json!({"units": 3})).await.refused("r15_freeze");
    let free = decided(&app, post(json!({"units": 2})).await).await;
    reaches(&app, &free, "entered").await;
    // Another order decides, and the ban ends for what moves.
    let order = json!({"ground": "court_order", "units": 3, "legal_basis": "12 M 345/26"});
    let moved = decided(&app, post(order).await).await;
    let moved = reaches(&app, &moved, "entered").await;
    assert_eq!(moved["authority"], "court");
    left(&app, &ban, json!(5)).await;
    assert_eq!(chain::frozen(&app, 0, &giver.customer.address).await, 5);
    assert_eq!(chain::frozen(&app, 0, &receiver.customer.address).await, 0);
    assert_eq!(chain::balance(&app, 0, &receiver.customer.address).await, 5);

    // What is wrong with a proposal is named by its field.
    let wrong = json!({"ground": "reversal", "units": 0, "legal_basis": ""});
    post(wrong).await.refused_fields(
        "invalid_body",
        &[
            ("ground", "unknown_value"),
            ("units", "out_of_range"),
            ("legal_basis", "missing"),
        ],
    );
    let unknown = uuid::Uuid::new_v4().to_string();
    for field in ["wallet_id", "target_wallet_id", "document_id"] {
        let refused = post(json!({field: unknown})).await;
        refused.refused_fields("invalid_body", &[(field, "not_found")]);
    }
    let same = json!({"target_wallet_id": giver.customer.wallet});
    let refused = post(same).await;
    refused.refused_fields("invalid_body", &[("target_wallet_id", "out_of_range")]);
    let many = json!({"ground": "administrative_act", "units": 6});
    let refused = post(many).await;
    refused.refused_fields("invalid_body", &[("units", "out_of_range")]);
    let stranger = Holder::with_wallet(&partner, partner.investor().await).await;
    let to_stranger =
        json!({"ground": "court_order", "target_wallet_id": stranger.customer.wallet});
    post(to_stranger).await.refused("r14_unidentified");
    let elsewhere = app.partner(1).await;
    let elsewhere = Holder::new(&app, &elsewhere).await;
    let refused = post(json!({"target_wallet_id": elsewhere.customer.wallet})).await;
    refused.refused_fields("invalid_body", &[("target_wallet_id", "not_found")]);
    assert_in_order(&app).await;
}

/// § 18(3) eWpG: in the order of the queue, and looked at again when its turn comes.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn reg_29_a_re_registration_keeps_its_place_and_is_checked_at_its_turn(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let mut app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let (giver, _) = Holder::of_units(&app, &partner, &[10]).await;
    let (heir, receiver) = (
        Holder::new(&app, &partner).await,
        Holder::new(&app, &partner).await,
    );
    let (product, to) = (partner.product_id.as_str(), &receiver.customer.address);
    app.stop_workers().await;
    let give = async |units| {
        let body = giver.signed(&app, product, to, units);
        partner.api.post("transfers/", &body).await
    };
    let first = id(&give(3).await.expect(201));
    let rest = body(&app, (&giver, &heir), json!({"units": 5})).await;
    let second = decided(&app, propose(&app, product, &rest).await).await;
    // What is instructed is bound, for the holder and for the next heir.
    give(3).await.refused("r10_insufficient");
    let last = body(&app, (&giver, &heir), json!({})).await;
    let last = decided(&app, propose(&app, product, &last).await).await;
    let refused = propose(&app, product, &rest).await;
    refused.refused_fields("invalid_body", &[("units", "out_of_range")]);
    app.start_workers();
    assert_eq!(ended(&partner, &first).await["status"], "succeeded");
    let second = reaches(&app, &second, "entered").await;
    let last = reaches(&app, &last, "entered").await;
    assert_eq!((&second["units"], &last["units"]), (&json!(5), &json!(2)));
    assert!(second["entry"].as_u64() < last["entry"].as_u64());

    // When the recipient is barred meanwhile, nothing moves and its platform hears why.
    app.stop_workers().await;
    let again = body(&app, (&heir, &receiver), json!({"ground": "court_order"})).await;
    let again = decided(&app, propose(&app, product, &again).await).await;
    freeze(&app, &receiver.customer.wallet, true).await;
    app.start_workers();
    let rejected = reaches(&app, &again, "rejected").await;
    assert_eq!(rejected["rejection"], "r15_freeze");
    let told = partner.api.get(&format!("transfers/{again}/")).await;
    assert_eq!(told.expect(200)["reason"]["code"], "r15_freeze");
    assert_eq!(chain::balance(&app, 0, &heir.customer.address).await, 7);
    assert_in_order(&app).await;
}

/// The holder stays, the wallet changes, and the lost key moves nothing any more.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn reg_11_a_lost_key_moves_all_to_the_holders_new_wallet(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a holder of ten units, of which some are pledged and all are frozen, with a new wallet.
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let (holder, orders) = Holder::of_units(&app, &partner, &[6, 4]).await;
    let new = Holder::with_wallet(&partner, holder.customer.investor.clone()).await;
    let stranger = Holder::new(&app, &partner).await;
    let product = partner.product_id.as_str();
    let place = (&holder, product);
    entered(&app, place, "pledge", json!({"units": 4})).await;
    let act = json!({"authority": "administrative_act"});
    entered(&app, place, "freeze", act).await;
    let before = app.register(0).await;
    let owner = |register: &Value, address: &str| {
        let mut held = register["holdings"].as_array().unwrap().iter();
        let own = held.find(|held| held["wallet_address"] == address);
        own.map(|held| held["holder_id"].clone())
    };

    // When it is proposed without the day of the identification, with a number, or to somebody else.
    let lost = json!({"ground": "lost_key", "identified_on": "2026-01-05"});
    let post =
        async |pair, more: Value| propose(&app, product, &body(&app, pair, more).await).await;
    let refused = post((&holder, &new), json!({"ground": "lost_key", "units": 1})).await;
    let fields = [("units", "out_of_range"), ("identified_on", "missing")];
    refused.refused_fields("invalid_body", &fields);
    let tomorrow = json!({"ground": "lost_key", "identified_on": "2099-01-01"});
    let refused = post((&holder, &new), tomorrow).await;
    refused.refused_fields("invalid_body", &[("identified_on", "out_of_range")]);
    let refused = post((&holder, &stranger), lost.clone()).await;
    refused.refused_fields("invalid_body", &[("target_wallet_id", "out_of_range")]);

    // Then all goes to the new wallet of the same holder, with everything that is entered for it.
    let moved = decided(&app, post((&holder, &new), lost).await).await;
    let moved = reaches(&app, &moved, "entered").await;
    assert_eq!(
        (&moved["units"], &moved["identified_on"]),
        (&json!(10), &json!("2026-01-05"))
    );
    let (old, address) = (&holder.customer.address, &new.customer.address);
    assert_eq!(chain::balance(&app, 0, old).await, 0);
    assert_eq!(chain::balance(&app, 0, address).await, 10);
    testkit::app::eventually("the freeze goes along", async || {
        (chain::frozen(&app, 0, address).await >= 10).then_some(())
    })
    .await;
    testkit::app::eventually("nothing is left of it at the old wallet", async || {
        (chain::frozen(&app, 0, old).await == 0).then_some(())
    })
    .await;
    let after = app.register(0).await;
    assert_eq!(owner(&after, address), owner(&before, old));
    assert_eq!(owner(&after, old), None);
    for order in &orders {
        assert_eq!(remaining(&partner, order).await, 0);
    }

    // The old wallet is barred, here and on the network.
    let token = &app.environment(0).token_address;
    let lost: Address = old.parse().unwrap();
    let barred = app
        .app
        .ledger
        .refused_receivers(token.parse().unwrap(), &[lost])
        .await;
    assert_eq!(barred.unwrap(), [lost]);
    let stolen = holder.signed(&app, product, &stranger.customer.address, 1);
    let refused = partner.api.post("transfers/", &stolen).await;
    refused.refused("r15_freeze");
    assert_in_order(&app).await;
}

/// § 18(5) eWpG, eWpRV § 15(2): what was wrong is put right, and stays readable.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn reg_18_a_wrong_transfer_is_reversed_and_stays_readable(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given eight of ten units that went to somebody of another platform.
    let app = TestApp::start(backend).await;
    let (partner, other) = (app.partner(0).await, app.other_partner(0).await);
    let (giver, orders) = Holder::of_units(&app, &partner, &[6, 4]).await;
    let receiver = Holder::new(&app, &other).await;
    let product = partner.product_id.as_str();
    let wrong = giver.signed(&app, product, &receiver.customer.address, 8);
    let wrong = id(&partner.api.post("transfers/", &wrong).await.expect(201));
    assert_eq!(ended(&partner, &wrong).await["status"], "succeeded");
    let entry = app.register(0).await["sequence"].clone();
    let content = read_entry(&app, &entry).await;

    // A mistake needs the consent of who loses the units; what moves nothing or is not there is not reversed.
    let post = async |more: Value| reversal(&app, product, more).await;
    let by_mistake = json!({"entry": entry, "cause": "mistake"});
    post(by_mistake).await.refused("r02_no_instruction");
    for nothing in [json!(1), json!(99)] {
        let refused = post(json!({"entry": nothing})).await;
        refused.refused_fields("invalid_body", &[("entry", "not_found")]);
    }
    let wrong_words =
        json!({"entry": entry, "cause": "regret", "legal_basis": "", "holder_consent": ""});
    post(wrong_words).await.refused_fields(
        "invalid_body",
        &[
            ("cause", "unknown_value"),
            ("holder_consent", "missing"),
            ("legal_basis", "missing"),
        ],
    );

    // When nobody had instructed it, nobody is asked.
    let back = decided(&app, post(json!({"entry": entry})).await).await;
    let back = reaches(&app, &back, "entered").await;
    assert_eq!(
        (&back["reverses"], &back["cause"], &back["units"]),
        (&entry, &json!("no_instruction"), &json!(8))
    );

    // Then everything is as it would be, in the same investments.
    assert_eq!(remaining(&partner, &orders[0]).await, 6);
    assert_eq!(remaining(&partner, &orders[1]).await, 4);
    let theirs = other.api.get("investments/").await.expect(200);
    let left: Vec<_> = theirs["results"].as_array().unwrap().iter().collect();
    let left: Vec<_> = left.iter().map(|one| &one["remaining_units"]).collect();
    assert_eq!(left, [&json!(0)]);
    assert_eq!(chain::balance(&app, 0, &giver.customer.address).await, 10);
    assert_eq!(chain::balance(&app, 0, &receiver.customer.address).await, 0);
    // The wrong entry is as it was, and is told as reversed wherever it is.
    assert_eq!(read_entry(&app, &entry).await, content);
    let path = format!("transfers/{wrong}/");
    let told = partner.api.get(&path).await.expect(200);
    assert_eq!(told["reversed_by"], back["entry"]);
    let path = format!("investments/{}/registry-statements/", orders[0]);
    let statements = partner.api.get(&path).await.expect(200);
    let told: Vec<_> = statements["results"].as_array().unwrap().iter().collect();
    let told: Vec<_> = told
        .iter()
        .map(|one| (&one["units"], &one["reversed_by"]))
        .collect();
    assert_eq!(
        told[1..],
        [(&json!(2), &back["entry"]), (&json!(10), &Value::Null)],
        "{statements}"
    );
    // Both sides hear of it.
    let heard = other.feed().await;
    assert!(
        heard
            .iter()
            .any(|event| event["transfer_id"] == back["id"] && event["status"] == "succeeded")
    );
    post(json!({"entry": entry})).await.refused("conflict");
    let refused = post(json!({"entry": back["entry"]})).await;
    refused.refused_fields("invalid_body", &[("entry", "not_found")]);
    assert_in_order(&app).await;
}

/// What was delivered goes back to the issuer, who consents to a mistake as well: § 18(2) eWpG.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn reg_14_a_delivery_by_mistake_goes_back_with_the_issuers_consent(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let (holder, orders) = Holder::of_units(&app, &partner, &[5]).await;
    let product = partner.product_id.as_str();
    let entry = app.register(0).await["sequence"].clone();
    let post = async |more: Value| {
        let mut body =
            json!({"entry": entry, "cause": "mistake", "holder_consent": "Letter of 3 March"});
        add(&mut body, more);
        reversal(&app, product, body).await
    };
    post(json!({})).await.refused("r08_issuer_consent");
    let consent = json!({"issuer_consent": "Letter of 4 March"});
    // A right of somebody else stands against it: the issuer's own holding is nobody's whom it could be against.
    let pledge = entered(&app, (&holder, product), "pledge", json!({"units": 1})).await;
    let refused = post(consent.clone()).await;
    refused.refused("r05_third_party_must_instruct");
    crate::restrictions::release(&app, &pledge, json!({})).await;
    restriction_reaches(&app, &pledge, "released").await;

    let back = decided(&app, post(consent).await).await;
    let back = reaches(&app, &back, "entered").await;
    let token = &app.environment(0).token_address;
    assert_eq!(back["target_address"], token.as_str());
    assert_eq!(back["issuer_consent"], "Letter of 4 March");
    assert_eq!(remaining(&partner, &orders[0]).await, 0);
    assert_eq!(chain::balance(&app, 0, &holder.customer.address).await, 0);
    let register = app.register(0).await;
    let holdings = register["holdings"].as_array().unwrap();
    assert_eq!(holdings.len(), 1, "{register}");
    assert_eq!(holdings[0]["units"], register["issue_volume"]);
    assert_in_order(&app).await;
}

/// § 26 eWpG: who has acquired in between may rely on the register.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn reg_18_who_acquired_in_between_stands_against_the_reversal(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let mut app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let (giver, _) = Holder::of_units(&app, &partner, &[10]).await;
    let (receiver, buyer) = (
        Holder::new(&app, &partner).await,
        Holder::new(&app, &partner).await,
    );
    let product = partner.product_id.as_str();
    let give = async |app: &TestApp, from: &Holder, to: &Holder, units| {
        let body = from.signed(app, product, &to.customer.address, units);
        partner.api.post("transfers/", &body).await
    };
    let moved = give(&app, &giver, &receiver, 5).await.expect(201);
    assert_eq!(ended(&partner, &id(&moved)).await["status"], "succeeded");
    let entry = app.register(0).await["sequence"].clone();

    // What is on its way to somebody is bound, and what is being reversed is too.
    app.stop_workers().await;
    let sold = give(&app, &receiver, &buyer, 1).await.expect(201);
    let refused = reversal(&app, product, json!({"entry": entry})).await;
    refused.refused("r10_insufficient");
    app.start_workers();
    assert_eq!(ended(&partner, &id(&sold)).await["status"], "succeeded");
    let refused = reversal(&app, product, json!({"entry": entry})).await;
    refused.refused("acquired_in_good_faith");

    // The buyer's own entry can be reversed, and then the one before it; nothing moves meanwhile.
    let second = app.register(0).await["sequence"].clone();
    app.stop_workers().await;
    let back = decided(
        &app,
        reversal(&app, product, json!({"entry": second})).await,
    )
    .await;
    let refused = give(&app, &buyer, &giver, 1).await;
    refused.refused("r10_insufficient");
    let again = reversal(&app, product, json!({"entry": second})).await;
    again.refused("conflict");
    app.start_workers();
    reaches(&app, &back, "entered").await;
    let first = decided(&app, reversal(&app, product, json!({"entry": entry})).await).await;
    reaches(&app, &first, "entered").await;
    assert_eq!(chain::balance(&app, 0, &giver.customer.address).await, 10);
    assert_in_order(&app).await;
}

/// The wrong heir: what had followed the units follows them back.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn reg_18_a_wrong_succession_is_reversed_with_what_burdens_the_units(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let (giver, orders) = Holder::of_units(&app, &partner, &[10]).await;
    let wrong = Holder::new(&app, &partner).await;
    let product = partner.product_id.as_str();
    entered(&app, (&giver, product), "pledge", json!({"units": 4})).await;
    let wanted = body(&app, (&giver, &wrong), json!({})).await;
    let moved = decided(&app, propose(&app, product, &wanted).await).await;
    let moved = reaches(&app, &moved, "entered").await;
    on_wallet(&app, &wrong.customer.address).await;
    // The registrar knows by now, and a court has not spoken.
    let known = json!({"authority": "law"});
    entered(&app, (&wrong, product), "disentitlement", known).await;

    let back = reversal(&app, product, json!({"entry": moved["entry"]})).await;
    let back = decided(&app, back).await;
    reaches(&app, &back, "entered").await;
    let told = reaches(&app, &id(&moved), "reversed").await;
    assert!(told["reversed_by"].is_u64(), "{told}");
    let pledge = on_wallet(&app, &giver.customer.address).await;
    assert_eq!(
        (&pledge["kind"], &pledge["units_left"]),
        (&json!("pledge"), &json!(4))
    );
    assert_eq!(remaining(&partner, &orders[0]).await, 10);
    testkit::app::eventually("nothing is entered for who was wrong", async || {
        (chain::frozen(&app, 0, &wrong.customer.address).await == 0).then_some(())
    })
    .await;
    assert_in_order(&app).await;
}

/// What `docs/operations.md` shows is done as it is written.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn reg_11_an_operator_does_what_the_document_shows(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a holder, an heir with a new wallet at hand, and the file of the document.
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let (holder, _) = Holder::of_units(&app, &partner, &[5]).await;
    let heir = Holder::new(&app, &partner).await;
    let new = Holder::with_wallet(&partner, heir.customer.investor.clone()).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("certificate.pdf");
    std::fs::write(&file, testkit::people::pdf("A certificate")).unwrap();
    let registrar = app.registrar().await;
    let products = registrar.get("products/?page_size=500").await.expect(200);
    let mut products = products["results"].as_array().unwrap().iter();
    let product = products.find(|one| one["id"] == partner.product_id.as_str());
    let isin = product.unwrap()["isin"].as_str().unwrap().to_owned();
    let text = include_str!("../../../../docs/operations.md");
    let mut lines = text
        .lines()
        .filter_map(|line| line.strip_prefix("cashlink admin "));

    // When the commands are given one after the other.
    let mut steps = 0;
    let mut done = async |line: &str| {
        let decisions = registrar.get("decisions/?status=proposed").await;
        let decision = &decisions.expect(200)["results"][0]["id"];
        let kept = database::Sql("select id from documents order by id desc limit 1");
        let kept = app.app.registry.db.read(move |tx| tx.query_one(kept, &[]));
        let kept: uuid::Uuid = kept.await.unwrap().get(0).unwrap();
        let all = registrar.get("reregistrations/?page_size=500").await;
        let all = all.expect(200);
        let succession = all["results"][0]["entry"].to_string();
        let known = [
            ("certificate.pdf", file.to_string_lossy().into_owned()),
            ("ISIN", isin.clone()),
            ("NEWWALLET", new.customer.wallet.clone()),
            ("WALLET", holder.customer.wallet.clone()),
            ("HEIR", heir.customer.wallet.clone()),
            ("DOCUMENT", kept.to_string()),
            ("DECISION", decision.as_str().unwrap_or_default().to_owned()),
            ("ENTRY", succession),
        ];
        let mut words = vec!["admin".to_owned()];
        for (index, part) in line.split('"').enumerate() {
            // Every second part stands between quotes.
            let parts: Vec<&str> = match index % 2 {
                0 => part.split_whitespace().collect(),
                _ => vec![part],
            };
            words.extend(parts.into_iter().map(|word| {
                let named = known.iter().find(|(name, _)| *name == word);
                named.map_or_else(|| word.to_owned(), |(_, value)| value.clone())
            }));
        }
        let found = cashlink::admin::operate(&app.app, &words).await;
        steps += 1;
        (words, found)
    };
    let (mut words, wrong) = loop {
        let line = lines.next().expect("a reversal at the end");
        let (words, found) = done(line).await;
        if line.contains("propose reversal") {
            // The heir has another wallet by now, so that the units of the succession have moved on: nothing is proposed.
            break (words, found.unwrap_err().to_string());
        }
        found.unwrap_or_else(|error| panic!("{words:?}: {error:#}"));
        if line.contains(" confirm ") {
            testkit::app::eventually("the queue is empty", async || {
                let health = registrar.get("health/").await.expect(200);
                (health["pending_commands"] == 0).then_some(())
            })
            .await;
        }
    };

    // Then each is in the register, and what has moved on is not reversed.
    assert!(wrong.contains("moved on"), "{wrong}");
    assert!(steps > 8, "{steps}");
    assert_eq!(chain::balance(&app, 0, &new.customer.address).await, 5);
    assert_eq!(chain::frozen(&app, 0, &new.customer.address).await, 2);
    let show = |id: &str| {
        let words = ["admin", "--operator", "Anna Berg", "operations", "show", id];
        words.map(str::to_owned)
    };
    let all = registrar.get("reregistrations/").await.expect(200);
    let restrictions = registrar.get("restrictions/").await.expect(200);
    for one in [&all["results"][0], &restrictions["results"][0]] {
        let shown = cashlink::admin::operate(&app.app, &show(&id(one))).await;
        shown.unwrap();
    }
    let (buyer, _) = Holder::of_units(&app, &partner, &[1]).await;
    let entry = words.iter().position(|word| word == "--entry").unwrap();
    words[entry + 1] = app.register(0).await["sequence"].to_string();
    cashlink::admin::operate(&app.app, &words).await.unwrap();
    let decisions = registrar.get("decisions/?status=proposed").await;
    confirm(&app, &id(&decisions.expect(200)["results"][0])).await;
    testkit::app::eventually("the delivery is reversed", async || {
        let balance = chain::balance(&app, 0, &buyer.customer.address).await;
        (balance == 0).then_some(())
    })
    .await;
    let nothing = uuid::Uuid::new_v4().to_string();
    let shown = cashlink::admin::operate(&app.app, &show(&nothing)).await;
    assert!(shown.is_err());
    assert_in_order(&app).await;
}

/// The same on the pages: one person proposes, another confirms, and both see how far it is.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn reg_18_pages_propose_and_show_what_is_entered_without_the_holder(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let (holder, _) = Holder::of_units(&app, &partner, &[3]).await;
    let heir = Holder::new(&app, &partner).await;
    let kept = document(&app, "certificate").await;
    let mut operator = Human::first_operator(&app).await;
    let browser = &mut operator.browser;
    let register = format!("/console/registers/{}", partner.product_id);
    let said = |shown: &str| shown.rsplit('/').next().unwrap().to_owned();
    let basis = [
        ("document_id", kept.as_str()),
        ("reason", "It was presented."),
    ];

    // What is wrong is said beside its field, and nothing is proposed.
    let form = format!("{register}/reregistration");
    browser.visit(&form).await.ok().says("Inheritance");
    let fields = [
        ("ground", "succession"),
        ("wallet_id", &holder.customer.wallet),
        ("target_wallet_id", &heir.customer.wallet),
    ];
    let nothing = [&fields[..], &basis[..]].concat();
    let refused = browser.submit(&form, &nothing).await;
    refused.refused("invalid_body").says("legal_basis");
    let all = [&nothing[..], &[("legal_basis", "7 VI 123/26")]].concat();
    let proposed = browser.submit(&form, &all).await;
    confirm(&app, &said(&proposed.location.unwrap())).await;
    let operations = format!("{register}/operations");
    let found = app.registrar().await.get("reregistrations/").await;
    let moved = reaches(&app, &id(&found.expect(200)["results"][0]), "entered").await;
    browser.visit(&operations).await.ok().says("Inheritance");
    let page = format!("/console/reregistrations/{}", id(&moved));
    browser.visit(&page).await.ok().says("7 VI 123/26");

    let form = format!("{register}/restriction");
    browser.visit(&form).await.ok().says("Pledge");
    let pledge = [
        ("kind", "pledge"),
        ("authority", "holder"),
        ("wallet_id", heir.customer.wallet.as_str()),
        ("units", "1"),
        ("beneficiary.name", "Sparkasse Musterstadt"),
        ("beneficiary.seat", "Musterstadt"),
        ("legal_basis", "Pledge agreement"),
    ];
    let pledge = [&pledge[..], &basis[..]].concat();
    let proposed = browser.submit(&form, &pledge).await;
    confirm(&app, &said(&proposed.location.unwrap())).await;
    let entered = on_wallet(&app, &heir.customer.address).await;
    let page = format!("/console/restrictions/{}", id(&entered));
    browser
        .visit(&page)
        .await
        .ok()
        .says("Sparkasse Musterstadt");

    let form = format!("{register}/reversal");
    browser.visit(&form).await.ok().says("mistake");
    let entry = moved["entry"].to_string();
    let reversal = [
        ("entry", entry.as_str()),
        ("cause", "no_instruction"),
        ("legal_basis", "Finding of 2 March"),
    ];
    let reversal = [&reversal[..], &basis[..]].concat();
    let proposed = browser.submit(&form, &reversal).await;
    confirm(&app, &said(&proposed.location.unwrap())).await;
    reaches(&app, &id(&moved), "reversed").await;
    browser.visit(&operations).await.ok().says("Reversal");
    assert_in_order(&app).await;
}

/// § 7(1) eWpG: what is kept beside the journal fits it.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn ops_04_a_changed_part_of_a_reversal_is_found(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    some_of_each(&app, &partner).await;
    assert_in_order(&app).await;
    for (column, change) in [
        ("ground", "'administrative_act'"),
        ("entry_sequence", "null"),
        ("salt", "document_hash"),
        ("details_hash", "document_hash"),
        ("document_hash", "salt"),
        ("sealed_details", "salt"),
    ] {
        let one = "instruction_id = (select min_id from (select instruction_id as min_id from reregistrations where ground = 'succession') as one)";
        changed(&app, ("reregistrations", column, change), one).await;
    }
    let reversal = "reverses is not null";
    changed(
        &app,
        ("reregistrations", "reverses", "reverses + 1"),
        reversal,
    )
    .await;
    let given_back = "reversed_by is not null";
    changed(&app, ("transfer_parts", "reversed_by", "null"), given_back).await;
}

/// A column is changed, which is found, and put right again.
async fn changed(app: &TestApp, (table, column, change): (&str, &str, &str), which: &str) {
    let select = sql(format!("select {column} from {table} where {which}"));
    let before = app.app.registry.db.read(move |tx| {
        let row = tx.query_one(select, &[])?;
        row.get::<database::Value>(0)
    });
    let before = before.await.unwrap();
    let key = sql(format!("select instruction_id from {table} where {which}"));
    let key = app.app.registry.db.read(move |tx| {
        let row = tx.query_one(key, &[])?;
        row.get::<uuid::Uuid>(0)
    });
    let key = key.await.unwrap();
    let update = format!("update {table} set {column} = {change} where {which}");
    execute(app, &update, vec![]).await;
    assert!(has_problem(app).await, "{table}.{column}");
    let undo = format!("update {table} set {column} = $1 where instruction_id = $2");
    execute(app, &undo, vec![before, key.into()]).await;
    assert_in_order(app).await;
}

async fn read_entry(app: &TestApp, sequence: &Value) -> Vec<u8> {
    let one = database::Sql("select content from register_entries where sequence = $1");
    let sequence = sequence.as_i64().unwrap();
    let row = app
        .app
        .registry
        .db
        .read(move |tx| tx.query_one(one, &[sequence.into()]));
    row.await.unwrap().get(0).unwrap()
}
