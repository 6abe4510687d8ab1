//! Another address for a wallet: after a time in which it can be taken back, and only as long as nothing was entered for it.

use rstest::rstest;
use serde_json::{Value, json};
use testkit::app::eventually;
use testkit::client::{Reply, id};
use testkit::holder::HolderKey;
use testkit::{Backend, Partner, Setup, TestApp, people};

use crate::transfers::Holder;

const DAY_S: i64 = 24 * 3_600;

fn cooling(network: &mut Value) {
    network["network"]["wallets"] = json!({"address_change_cooling_hours": 24});
}

fn path(holder: &Holder) -> String {
    let customer = &holder.customer;
    format!(
        "investors/{}/wallets/{}/",
        customer.investor, customer.wallet
    )
}

async fn ask(partner: &Partner, holder: &Holder, address: &str) -> Reply {
    let path = format!("{}address-change/", path(holder));
    partner.api.post(&path, &json!({"address": address})).await
}

async fn withdraw(partner: &Partner, holder: &Holder) -> Reply {
    let path = format!("{}address-change/withdraw/", path(holder));
    partner.api.post(&path, &json!({})).await
}

async fn shown(partner: &Partner, holder: &Holder) -> Value {
    partner.api.get(&path(holder)).await.expect(200)
}

async fn has(partner: &Partner, holder: &Holder, address: &str) -> Value {
    eventually("the wallet has the other address", async || {
        let wallet = shown(partner, holder).await;
        (wallet["address"] == address).then_some(wallet)
    })
    .await
}

async fn told(partner: &Partner, holder: &Holder) -> Vec<String> {
    let events = partner.feed().await;
    let own = events
        .iter()
        .filter(|event| event["wallet_id"] == holder.customer.wallet);
    let told: Vec<&Value> = own.collect();
    for (index, event) in told.iter().enumerate() {
        assert_eq!(event["sequence"], index + 1);
    }
    told.iter()
        .map(|event| event["status"].as_str().unwrap().to_owned())
        .collect()
}

async fn paid(app: &TestApp, partner: &Partner, holder: &Holder) -> String {
    let paid = json!({"accepted_at": app.ago(30), "paid_at": app.ago(20)});
    id(&partner.invest(&holder.customer, 2, paid).await)
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_address_changes_after_the_cooling_period_and_what_comes_in_waits(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a network with a cooling period, and a wallet that is to have another address.
    let app = Setup::new(backend).network(cooling).start().await;
    let partner = app.partner(0).await;
    let holder = Holder::new(&app, &partner).await;
    let before = shown(&partner, &holder).await;
    let new = HolderKey::random().address();
    let asked = ask(&partner, &holder, &new).await.expect(200);
    assert_eq!(asked["address"], before["address"]);
    assert_eq!(asked["address_change"]["address"], new);
    assert_eq!(
        asked["address_change"]["effective_at"],
        "2026-06-02T08:00:00.000000Z"
    );

    // When units are paid for, they wait, as transfers do, and nobody else gets the address.
    let order = paid(&app, &partner, &holder).await;
    assert_eq!(
        partner.investment(&order).await["blocked_by"],
        "wallet_changing"
    );
    let (giver, _) = Holder::of_units(&app, &partner, &[1]).await;
    let body = giver.signed(&app, &partner.product_id, &holder.customer.address, 1);
    partner
        .api
        .post("transfers/", &body)
        .await
        .refused("wallet_changing");
    let other = Holder::new(&app, &partner).await;
    ask(&partner, &other, &new)
        .await
        .refused("wallet_address_taken");
    ask(&partner, &holder, &people::wallet_address())
        .await
        .refused("conflict");
    app.advance_seconds(DAY_S - 1);
    app.settle().await;
    assert_eq!(shown(&partner, &holder).await["address"], before["address"]);

    // Then the wallet has the address when the time is over, and what waited goes there.
    app.advance_seconds(1);
    let changed = has(&partner, &holder, &new).await;
    assert_eq!(changed["address_change"], Value::Null);
    let delivered = partner.reaches(&order, "DELIVERED").await;
    assert_eq!(delivered["wallet_address"], new);
    assert_eq!(testkit::chain::balance(&app, 0, &new).await, 2);
    let told = told(&partner, &holder).await;
    assert_eq!(told, ["address_change_requested", "address_changed"]);

    // From there on the register knows the address, and it stays.
    let refused = ask(&partner, &holder, &people::wallet_address()).await;
    refused.refused("wallet_in_use");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_names_a_further_wallet_waits_as_long(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a network with a cooling period, and a paid order to a wallet that nothing may come to for the moment.
    let app = Setup::new(backend).network(cooling).start().await;
    let partner = app.partner(0).await;
    let holder = Holder::new(&app, &partner).await;
    let investor = &holder.customer.investor;
    assert_eq!(
        shown(&partner, &holder).await["cooling_until"],
        Value::Null,
        "the first wallet takes nobody's place"
    );
    let closed = json!({"receiving_enabled": false});
    partner.api.patch(&path(&holder), &closed).await.expect(200);
    let order = paid(&app, &partner, &holder).await;

    // When the order is pointed to a further wallet, which anybody with the platform's client can register.
    let further = partner.wallet(investor, &people::wallet_address()).await;
    assert_eq!(further["cooling_until"], "2026-06-02T08:00:00.000000Z");
    let named = json!({"wallet": further["id"]});
    let patched = partner
        .api
        .patch(&format!("investments/{order}/"), &named)
        .await;
    assert_eq!(patched.expect(200)["blocked_by"], "wallet_cooling");

    // Then its units wait, and so do those of an order that names it from the first, until the period is over.
    let other =
        json!({"accepted_at": app.ago(30), "paid_at": app.ago(20), "wallet": further["id"]});
    let other = id(&partner.invest(&holder.customer, 1, other).await);
    app.advance_seconds(DAY_S - 1);
    app.settle().await;
    for waiting in [&order, &other] {
        let waiting = partner.investment(waiting).await;
        assert_eq!(waiting["blocked_by"], "wallet_cooling");
    }
    app.advance_seconds(1);
    for waiting in [&order, &other] {
        let delivered = partner.reaches(waiting, "DELIVERED").await;
        assert_eq!(delivered["wallet_address"], further["address"]);
    }
    let path = format!("investors/{investor}/wallets/{}/", id(&further));
    let cooled = partner.api.get(&path).await.expect(200);
    assert_eq!(cooled["cooling_until"], Value::Null);

    // The platform was told when the wallet came, in time to object.
    let events = partner.feed().await;
    let told = events
        .iter()
        .find(|event| event["wallet_id"] == further["id"]);
    assert_eq!(told.unwrap()["status"], "cooling");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_was_taken_back_never_happens(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = Setup::new(backend).network(cooling).start().await;
    let partner = app.partner(0).await;
    let holder = Holder::new(&app, &partner).await;
    withdraw(&partner, &holder).await.refused("conflict");
    ask(&partner, &holder, &app.environment(0).token_address)
        .await
        .refused("wallet_not_accepted");
    let new = HolderKey::random().address();
    ask(&partner, &holder, &new).await.expect(200);
    let order = paid(&app, &partner, &holder).await;

    // When the investor objects, what waited goes to the address that stays, and the other one is free.
    withdraw(&partner, &holder).await.expect(200);
    let delivered = partner.reaches(&order, "DELIVERED").await;
    assert_eq!(delivered["wallet_address"], holder.customer.address);
    app.advance_seconds(DAY_S);
    app.settle().await;
    assert_eq!(
        shown(&partner, &holder).await["address"],
        holder.customer.address
    );
    let told = told(&partner, &holder).await;
    assert_eq!(
        told,
        ["address_change_requested", "address_change_withdrawn"]
    );
    let other = Holder::new(&app, &partner).await;
    ask(&partner, &other, &new).await.expect(200);
    // A wallet that was stopped in the meantime keeps its address, and a managed one never changes.
    crate::transfers::freeze(&app, &other.customer.wallet, true).await;
    app.advance_seconds(DAY_S);
    eventually("the change has ended", async || {
        let wallet = shown(&partner, &other).await;
        wallet["address_change"].is_null().then_some(())
    })
    .await;
    assert_eq!(
        shown(&partner, &other).await["address"],
        other.customer.address
    );
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_new_address_is_proven_where_that_is_demanded(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a network that demands a proof and has no cooling period.
    let demanding = |network: &mut Value| {
        network["network"]["wallets"] = json!({"proof": "demanded"});
    };
    let app = Setup::new(backend).network(demanding).start().await;
    let partner = app.partner(0).await;
    let holder = Holder::new(&app, &partner).await;
    let key = HolderKey::random();
    let early = format!("{}challenges/", path(&holder));
    let early = partner.api.post(&early, &json!({})).await.expect(201);
    let asked = ask(&partner, &holder, &key.address()).await.expect(200);
    assert_eq!(asked["address_change"]["awaits_proof"], true);

    // When a challenge of the old address is answered, it counts no more; one of the new address does.
    let proofs = format!("{}proofs/", path(&holder));
    let late = holder.key.proof(&early, "eip191");
    partner
        .api
        .post(&proofs, &late)
        .await
        .refused("wallet_challenge_expired");
    let challenges = format!("{}challenges/", path(&holder));
    let challenge = partner.api.post(&challenges, &json!({})).await.expect(201);
    assert_eq!(challenge["address"], key.address());
    let theirs = holder.key.proof(&challenge, "eip712");
    partner
        .api
        .post(&proofs, &theirs)
        .await
        .refused("wallet_proof_invalid");
    let proof = key.proof(&challenge, "eip712");
    let proven = partner.api.post(&proofs, &proof).await.expect(200);

    // Then the wallet has the new address at once.
    assert_eq!(proven["address"], key.address());
    assert_eq!(proven["awaits_proof"], false);
    assert_eq!(proven["proof"]["scheme"], "eip712");
    assert_eq!(
        told(&partner, &holder).await,
        ["address_change_requested", "proven", "address_changed"]
    );
}
