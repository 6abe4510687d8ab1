//! Transfers and redemptions through the gateway: instructed where the units are, told about in the one stream, and what they bring to
//! another investor.

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
    let product = &stage.app.environment(0).product_id;
    key.transfer(&stage.app, (product, &from.wallet), to, amount)
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

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn units_go_back_and_the_stream_tells_how_far_they_are(#[case] backend: Backend) {
    let stage = Stage::start(backend).await;
    let shop = &stage.partner;
    let (holder, key) = holder(&stage).await;
    eventually("the product is offered", async || {
        let products = shop.get("products/").await.expect(200);
        (products["count"].as_u64()? > 0).then_some(())
    })
    .await;
    let product = &stage.app.environment(0).product_id;
    let body = |units| {
        key.redemption(
            &stage.app,
            (product, &holder.wallet),
            &holder.investor,
            units,
        )
    };
    let first = shop.post("redemptions/", &body(3)).await.expect(201);
    assert_eq!(
        (&first["investor_id"], &first["wallet_id"], &first["step"]),
        (
            &json!(holder.investor),
            &json!(holder.wallet),
            &json!("awaiting_payment")
        )
    );
    let mut foreign = body(1);
    foreign["investor_id"] = json!(uuid::Uuid::new_v4());
    let refused = shop.post("redemptions/", &foreign).await.expect(400);
    assert_eq!(refused["errors"][0]["field"], "wallet_id");

    // One is taken back, the other one paid and deleted.
    let second = shop.post("redemptions/", &body(2)).await.expect(201);
    let path = format!("redemptions/{}/withdraw/", id(&second));
    let withdrawn = shop.post(&path, &json!({})).await.expect(200);
    assert_eq!(withdrawn["step"], "withdrawn");
    let paid = json!({"payment_reference": "REDEMPTION-2026-0001", "delete": true});
    let issuer = stage.app.issuer(0).await;
    let path = format!("redemptions/{}/mark-paid/", id(&first));
    issuer.post(&path, &paid).await.expect(200);
    let path = format!("redemptions/{}/", id(&first));
    let ended = eventually("the units are deleted", async || {
        let seen = shop.get(&path).await.expect(200);
        (seen["step"] == "deleted").then_some(seen)
    })
    .await;
    assert_eq!(
        (&ended["status"], &ended["wallet_id"]),
        (&json!("succeeded"), &json!(holder.wallet))
    );
    let path = format!("investments/?investor_id={}", holder.investor);
    eventually("seven of ten units are left", async || {
        let all = shop.get(&path).await.expect(200);
        (all["results"][0]["remaining_units"] == 7).then_some(())
    })
    .await;
    let told = eventually("the stream tells", async || {
        let feed = shop.get("events/?page_size=500").await.expect(200);
        let all = feed["results"].as_array()?.clone();
        let of =
            |event: &&Value| event["redemption_id"] == id(&first) && event["status"] == "succeeded";
        all.iter().find(of).cloned()
    })
    .await;
    assert_eq!(told["type"], "redemption.status_changed");
    assert_eq!(told["investor_id"], json!(holder.investor));
    assert_eq!(shop.get("redemptions/").await.expect(200)["count"], 2);
}
