//! Managed wallets: what custody signs for their holders, and what has to be on record before a key is made.

use registry::network_file::NetworkFile;
use rstest::rstest;
use serde_json::{Value, json};
use testkit::client::id;
use testkit::partner::Customer;
use testkit::{Backend, Partner, Setup, TestApp, chain};

use crate::transfers::{Holder, ended};

/// An identified investor whose wallet is managed.
async fn managed(partner: &Partner) -> Customer {
    let investor = partner.investor().await;
    partner.identify(&investor).await;
    let path = format!("investors/{investor}/wallets/eth-managed/");
    let wallet = partner.api.post(&path, &json!({})).await.expect(201);
    Customer {
        investor,
        wallet: id(&wallet),
        address: wallet["address"].as_str().unwrap().to_owned(),
    }
}

async fn delivered(app: &TestApp, partner: &Partner, customer: &Customer, units: u64) {
    let paid = json!({"accepted_at": app.ago(30), "paid_at": app.ago(20)});
    let order = id(&partner.invest(customer, units, paid).await);
    partner.reaches(&order, "DELIVERED").await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn custody_signs_for_the_holder_of_a_managed_wallet(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given two investors with managed wallets, each with a key of its own, and one with a wallet outside.
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let (giver, receiver) = (managed(&partner).await, managed(&partner).await);
    assert_ne!(giver.address, receiver.address);
    delivered(&app, &partner, &giver, 5).await;

    // When the platform instructs as the published API has it, without a signature.
    let body = json!({
        "product": partner.product_id, "source_wallet": giver.wallet,
        "target_address": receiver.address, "amount": 2,
    });
    let transfer = partner.api.post("transfers/", &body).await.expect(201);

    // Then custody has signed, and the units move as by any instruction.
    let transfer = ended(&partner, &id(&transfer)).await;
    assert_eq!(transfer["status"], "succeeded", "{transfer}");
    assert_eq!(chain::balance(&app, 0, &giver.address).await, 3);
    assert_eq!(chain::balance(&app, 0, &receiver.address).await, 2);
    let redemption = json!({
        "investor_id": giver.investor, "product_id": partner.product_id, "wallet_id": giver.wallet, "units": 3,
    });
    let redemption = partner.api.post("redemptions/", &redemption).await;
    redemption.expect(201);

    // What stands against an instruction stands against this one too, and nobody else's key is asked for.
    partner
        .api
        .post("transfers/", &body)
        .await
        .refused("r10_insufficient");
    let outside = Holder::new(&app, &partner).await;
    let mut theirs = body.clone();
    theirs["source_wallet"] = json!(outside.customer.wallet);
    partner
        .api
        .post("transfers/", &theirs)
        .await
        .refused("r02_no_instruction");
    let other = app.other_partner(0).await;
    let foreign = other.api.post("transfers/", &body).await;
    foreign.refused_fields("invalid_body", &[("source_wallet", "not_found")]);
    // A key in custody has nothing to prove, and its address stays.
    let path = format!("investors/{}/wallets/{}/", giver.investor, giver.wallet);
    let challenge = partner
        .api
        .post(&format!("{path}challenges/"), &json!({}))
        .await;
    challenge.refused("conflict");
    let change = json!({"address": testkit::people::wallet_address()});
    let change = partner
        .api
        .post(&format!("{path}address-change/"), &change)
        .await;
    change.refused("conflict");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_terms_of_custody_are_accepted_before_a_key_is_made(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a network that names its terms of custody.
    let terms = |network: &mut Value| {
        network["network"]["custody"]["terms"] =
            json!({"version": "2026-01", "url": "https://example.org/custody"});
    };
    let app = Setup::new(backend).network(terms).start().await;
    let partner = app.partner(0).await;
    let investor = partner.investor().await;
    let path = format!("investors/{investor}/wallets/eth-managed/");
    let accepted = |version: &str, at: String| json!({"custody_terms": {"version": version, "accepted_at": at}});
    // When they were not accepted, or others were, or they will be, there is no wallet.
    for body in [json!({}), accepted("2025-07", app.ago(60))] {
        let refused = partner.api.post(&path, &body).await;
        refused.refused("custody_terms_not_accepted");
    }
    let early = partner
        .api
        .post(&path, &accepted("2026-01", app.ago(-60)))
        .await;
    early.refused_fields(
        "invalid_body",
        &[("custody_terms.accepted_at", "out_of_range")],
    );
    let list = format!("investors/{investor}/wallets/");
    assert_eq!(partner.api.get(&list).await.expect(200)["count"], 0);
    let keys = database::Sql("select count(*) from custody_wallets");
    let keys = app
        .app
        .registry
        .db
        .read(move |tx| tx.query_one(keys, &[])?.get(0));
    let keys: Result<u64, database::DatabaseError> = keys.await;
    assert_eq!(keys.unwrap(), 0);
    // When they were, there is one.
    let wallet = partner
        .api
        .post(&path, &accepted("2026-01", app.ago(60)))
        .await;
    assert_eq!(wallet.expect(201)["type"], "eth-managed");
}

#[test]
fn a_custody_licence_names_its_bearer() {
    for field in ["bearer", "licence"] {
        let mut network: Value = serde_json::from_str(cashlink::SAMPLE_NETWORK).unwrap();
        network["network"]["custody"][field] = json!(" ");
        let wrong = NetworkFile::parse(&network.to_string()).unwrap_err();
        assert_eq!(wrong.place, format!("network.custody.{field}"));
    }
}
