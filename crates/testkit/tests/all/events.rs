//! Every event type has its payload written down; the list of snapshots and the list of types are the same.

use std::collections::BTreeSet;

use rstest::rstest;
use serde_json::{Value, json};
use testkit::contract::Contract;
use testkit::{Backend, TestApp};

use crate::transfers::{Holder, ended};

/// Values that differ from run to run, by their fields.
fn masked(event: &Value) -> Value {
    let mut event = event.clone();
    for (field, mask) in [
        ("id", "[event]"),
        ("investment_id", "[investment]"),
        ("investor_id", "[investor]"),
        ("transfer_id", "[transfer]"),
        ("redemption_id", "[redemption]"),
        ("registry_statement_id", "[statement]"),
        ("product_id", "[product]"),
        ("wallet_id", "[wallet]"),
    ] {
        if event[field].is_string() {
            event[field] = json!(mask);
        }
    }
    // Statements are printed in the background: what comes before and after them is not fixed.
    if event["sequence"].is_number() {
        event["sequence"] = json!("[sequence]");
    }
    event
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn every_type_of_event_has_its_payload(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a sale from the identification to the delivery, and units that go to another platform's investor.
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let customer = partner.customer().await;
    let known = json!({"accepted_at": app.ago(30), "paid_at": app.ago(20)});
    let order = testkit::client::id(&partner.invest(&customer, 2, known).await);
    partner.reaches(&order, "DELIVERED").await;
    let (giver, orders) = Holder::of_units(&app, &partner, &[2]).await;
    let receiver = Holder::new(&app, &app.other_partner(0).await).await;
    let body = giver.signed(&app, &partner.product_id, &receiver.customer.address, 2);
    let transfer = partner.api.post("transfers/", &body).await.expect(201);
    ended(&partner, &testkit::client::id(&transfer)).await;
    // And units that were given back to the issuer.
    let redemption = crate::redemptions::some_redemption(&app, &partner).await;
    crate::redemptions::pay(&app, &redemption, json!({"delete": true})).await;
    crate::redemptions::reaches(&partner, &redemption, "deleted").await;
    crate::statements::ready(&partner, &order, 1).await;
    crate::statements::ready(&partner, &orders[0], 2).await;

    // And a wallet whose control was proven.
    crate::wallet_proofs::proven(&partner, &giver).await;

    // And terms that were changed.
    crate::terms::changed(&app, &partner.product_id).await;

    // When its events are read, each is what the document says, and the last of each type is as written down.
    let feed = partner.feed().await;
    let mut seen = BTreeSet::new();
    for event in &feed {
        Contract::of_this_program()
            .check_value("Event", event)
            .unwrap();
    }
    for kind in registry::events::TYPES {
        let last = feed.iter().rev().find(|event| event["type"] == *kind);
        let event = last.unwrap_or_else(|| panic!("{kind} did not happen"));
        insta::assert_json_snapshot!(*kind, masked(event));
        seen.insert(*kind);
    }
    // Then there is no other type, and the document names them all.
    assert!(
        feed.iter()
            .all(|event| seen.contains(event["type"].as_str().unwrap()))
    );
    let documented = Contract::of_this_program().document()["webhooks"].to_string();
    for kind in seen {
        assert!(documented.contains(kind), "{kind} is not in the document");
    }
}
