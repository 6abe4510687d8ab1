//! Transfers through the gateway: instructed where the units are, told about in the one stream, and what they bring to another investor.

use database::testing::Backend;
use rstest::rstest;
use serde_json::{Value, json};
use testkit::holder::HolderKey;

use crate::client::{Customer, id};
use crate::stage::{Stage, eventually};

/// A customer whose wallet's key is here, with ten delivered units of the first asset.
async fn holder(stage: &Stage) -> (Customer, HolderKey) {
    let key = HolderKey::random();
    let shop = &stage.partner;
    let person = testkit::people::natural_person();
    let investor = id(&shop.post("investors/", &person).await.expect(201));
    let customer = shop
        .complete_at(&investor, &stage.ago(86_400), key.address())
        .await;
    let mut order = shop
        .order(&customer, &stage.campaigns[0], &stage.ago(60))
        .await;
    order["accepted_at"] = json!(stage.ago(50));
    order["paid_at"] = json!(stage.ago(40));
    let order = id(&shop.post("investments/", &order).await.expect(201));
    eventually("the units are delivered", async || {
        let order = shop.get(&format!("investments/{order}/")).await.expect(200);
        (order["status"] == "DELIVERED").then_some(())
    })
    .await;
    (customer, key)
}

fn transfer(stage: &Stage, (from, key): (&Customer, &HolderKey), to: &str, amount: u64) -> Value {
    let access = stage.app.environment(0);
    let network = (
        stage.app.app.ledger.network().chain_id,
        access.token_address.as_str(),
    );
    let deadline = stage.app.app.registry.clock.now().seconds() + 600;
    let nonce = uuid::Uuid::new_v4().as_u128();
    let body = json!({
        "product": access.product_id, "source_wallet": from.wallet, "target_address": to,
        "amount": amount, "nonce": nonce.to_string(), "deadline": deadline,
    });
    key.sign_transfer(network, body)
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn units_move_between_two_customers_and_both_are_told(#[case] backend: Backend) {
    let stage = Stage::start(backend).await;
    let shop = &stage.partner;
    let (giver, key) = holder(&stage).await;
    let (taker, _) = holder(&stage).await;
    // The catalogue has been read.
    eventually("the product is offered", async || {
        let products = shop.get("products/").await.expect(200);
        (products["count"].as_u64()? > 0).then_some(())
    })
    .await;

    let mut body = transfer(&stage, (&giver, &key), &taker.address, 4);
    body["reference"] = json!("gift-1");
    let made = shop.post_with_key("transfers/", "gift-1", &body).await;
    let made = made.expect(201);
    assert_eq!(made["source_wallet"], json!(giver.wallet));
    assert_eq!(made["reference"], "gift-1");
    // The same intent again is the same transfer.
    let again = shop.post_with_key("transfers/", "gift-1", &body).await;
    assert_eq!(id(&again.expect(201)), id(&made));
    let path = format!("transfers/{}/", id(&made));
    let ended = eventually("the transfer has succeeded", async || {
        let seen = shop.get(&path).await.expect(200);
        (seen["status"] == "succeeded" && !seen["transaction_hash"].is_null()).then_some(seen)
    })
    .await;
    assert_eq!(ended["source_wallet"], json!(giver.wallet));
    let listed = shop.get("transfers/?reference=gift-1").await.expect(200);
    assert_eq!(listed["count"], 1);

    // The recipient has a new investment here too, although nobody ordered it.
    let path = format!("investments/?investor_id={}", taker.investor);
    let brought = eventually("the recipient has what was given", async || {
        let all = shop.get(&path).await.expect(200);
        let all = all["results"].as_array()?.clone();
        all.into_iter().find(|one| one["units"] == 4)
    })
    .await;
    assert_eq!(brought["wallet"], json!(taker.wallet));
    let told = eventually("the stream tells both", async || {
        let feed = shop.get("events/?page_size=500").await.expect(200);
        let all = feed["results"].as_array()?.clone();
        let of = |field: &str, id: &str, status: &str| {
            let found = all
                .iter()
                .find(|event| event[field] == id && event["status"] == status);
            found.cloned()
        };
        let given = of("transfer_id", &id(&made), "succeeded")?;
        Some((given, of("investment_id", &id(&brought), "DELIVERED")?))
    })
    .await;
    assert_eq!(told.0["type"], "transfer.status_changed");
    assert_eq!(told.0["investor_id"], json!(giver.investor));
    assert_eq!(told.0["reference"], "gift-1");
    assert_eq!(told.1["investor_id"], json!(taker.investor));
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_transfer_that_cannot_be_is_refused_by_name(#[case] backend: Backend) {
    let stage = Stage::start(backend).await;
    let shop = &stage.partner;
    let (giver, key) = holder(&stage).await;
    eventually("the product is offered", async || {
        let products = shop.get("products/").await.expect(200);
        (products["count"].as_u64()? > 0).then_some(())
    })
    .await;
    let stranger = HolderKey::random().address();
    let fine = transfer(&stage, (&giver, &key), &stranger, 1);

    // What only the environment knows is its refusal.
    let refused = shop.post("transfers/", &fine).await;
    assert_eq!(refused.expect(422)["code"], "r14_unidentified");
    for (field, with) in [
        ("source_wallet", uuid::Uuid::new_v4().to_string()),
        ("product", uuid::Uuid::new_v4().to_string()),
    ] {
        let mut body = fine.clone();
        body[field] = json!(with);
        let refused = shop.post("transfers/", &body).await.expect(400);
        assert_eq!(refused["errors"][0]["field"], field, "{refused}");
    }
    // Where the investor is not, it holds nothing.
    let mut elsewhere = fine;
    elsewhere["product"] = json!(stage.app.environment(1).product_id);
    eventually("the other product is offered", async || {
        let refused = shop.post("transfers/", &elsewhere).await;
        (refused.body["code"] == "r10_insufficient").then_some(())
    })
    .await;
    assert_eq!(
        shop.get("transfers/").await.expect(200)["count"],
        0,
        "nothing is left behind"
    );
}
