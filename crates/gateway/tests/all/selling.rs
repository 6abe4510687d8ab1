//! One URL, one credential, several assets: what the partner's application sees when everything works.

use database::testing::Backend;
use rstest::rstest;
use serde_json::{Value, json};
use testkit::people;

use crate::client::id;
use crate::stage::{Stage, Wanted, environment};

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn one_investor_buys_two_assets_and_moves_house_once(#[case] backend: Backend) {
    let stage = Stage::start(backend).await;
    let shop = &stage.partner;
    let customer = shop.customer(&stage.ago(86_400)).await;
    assert!(shop.places(&customer.investor).await.is_empty());

    let mut investments = Vec::new();
    for campaign in &stage.campaigns {
        let order = shop.order(&customer, campaign, &stage.ago(60)).await;
        let placed = shop.post("investments/", &order).await.expect(201);
        assert_eq!(placed["investor_id"], json!(customer.investor));
        assert_eq!(placed["wallet"], json!(customer.wallet));
        assert_eq!(
            placed["signed_documents"][0]["document_id"],
            order["signed_documents"][0]["document_id"]
        );
        investments.push(placed);
    }
    let moved =
        json!({"natural_person": {"street": "Neue Gasse 1", "city": "Kassel", "zip": "34117"}});
    let answer = shop
        .patch(&format!("investors/{}/", customer.investor), &moved)
        .await
        .expect(200);
    assert_eq!(answer["natural_person"]["city"], "Kassel");

    for (index, investment) in investments.iter().enumerate() {
        let place = stage.reaches(&customer.investor, index, "synced").await;
        assert_eq!(place["kyc_status"], "SUCCESS", "{place}");
        let there = stage.there(index, &customer.investor).await;
        assert_eq!(there["natural_person"]["city"], "Kassel");
        assert_eq!(
            there["natural_person"]["surname"],
            answer["natural_person"]["surname"]
        );
        let same = stage
            .session(index)
            .await
            .get(&format!("investments/{}/", id(investment)))
            .await
            .expect(200);
        assert_eq!(
            same["wallet_address"].as_str().unwrap().to_lowercase(),
            customer.address
        );
        // The investor, its protocol, identification, wallet, agreement, order and patch: each once.
        let taken = stage.proxies[index].asked();
        let writes = taken
            .iter()
            .filter(|asked| !asked.call.contains("webhook-endpoints"));
        assert_eq!(writes.count(), 7, "{taken:#?}");
    }
    let all = shop.get("investments/").await.expect(200);
    assert_eq!(all["count"], 2);
    let seen = shop.get(&format!("investors/{}/", customer.investor)).await;
    assert_eq!(seen.state.as_deref(), Some("synced"));
    assert!(seen.age.is_some());
    assert_eq!(seen.expect(200)["kyc_status"], "SUCCESS");
}

/// Another campaign for the same platform in an environment, out of half of what its first one had to sell.
async fn second_campaign(stage: &Stage, index: usize) -> String {
    let issuer = stage.app.issuer(index).await;
    let first = format!("campaigns/{}/", stage.campaigns[index]);
    let sold = issuer.get(&first).await.expect(200);
    let half = json!({"allocation": sold["allocation"].as_u64().unwrap() / 2});
    issuer.patch(&first, &half).await.expect(200);
    let campaign = json!({
        "product_id": sold["product_id"], "distribution_platform_id": sold["distribution_platform_id"], "name": "Autumn",
        "allocation": half["allocation"], "distributor_may_accept": true, "distributor_may_mark_paid": true,
    });
    id(&issuer.post("campaigns/", &campaign).await.expect(201))
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn two_campaigns_in_one_environment_share_its_investors(#[case] backend: Backend) {
    let stage = Stage::set(Wanted {
        backend,
        environments: 1,
        webhooks: true,
    })
    .await;
    let shop = &stage.partner;
    let customer = shop.customer(&stage.ago(86_400)).await;
    let second = second_campaign(&stage, 0).await;

    // A second entry for the same address is refused, and says where the campaign belongs.
    let access = stage.app.environment(0);
    let credentials = &access.distributor;
    let twice = environment(
        "again",
        &format!("{}/", stage.proxies[0].url),
        Some(&second),
        (&credentials.client_id, &credentials.client_secret),
    );
    let refused = gateway::apply_environment(&stage.gateway, twice).await;
    let refused = format!("{:?}", refused.unwrap_err());
    assert!(refused.contains("SameEnvironment"), "{refused}");
    let order = shop.order(&customer, &second, &stage.ago(60)).await;
    let unknown = shop.post("investments/", &order).await.expect(400);
    assert_eq!(unknown["errors"][0]["field"], "campaign_id");

    // Sold there too, both campaigns are ordered from by one investor, who is created there once.
    let name = stage.names[0].clone();
    let more = vec![second.parse().unwrap()];
    gateway::sell(&stage.gateway, name.clone(), more.clone())
        .await
        .unwrap();
    gateway::sell(&stage.gateway, name, more).await.unwrap();
    for campaign in [&stage.campaigns[0], &second] {
        let order = shop.order(&customer, campaign, &stage.ago(60)).await;
        let placed = shop.post("investments/", &order).await.expect(201);
        assert_eq!(placed["campaign_id"], json!(campaign));
    }
    let places = shop.places(&customer.investor).await;
    assert_eq!(places.len(), 1, "{places:?}");
    assert_eq!(places[0]["campaign_ids"].as_array().unwrap().len(), 2);
    let there = stage.session(0).await.get("investors/").await.expect(200);
    assert_eq!(there["count"], 1, "{there}");
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn the_same_intent_is_one_thing_and_references_find_it(#[case] backend: Backend) {
    let stage = Stage::start(backend).await;
    let shop = &stage.partner;
    let mut person = people::natural_person();
    person["reference"] = json!("customer-4711");
    let first = shop
        .post_with_key("investors/", "create-4711", &person)
        .await;
    let again = shop
        .post_with_key("investors/", "create-4711", &person)
        .await;
    assert!(again.replayed);
    let investor = id(&first.expect(201));
    assert_eq!(id(&again.body), investor);

    let twice = shop.post("investors/", &person).await.expect(409);
    assert_eq!(twice["resource_id"], json!(investor));
    let found = shop
        .get("investors/?reference=customer-4711")
        .await
        .expect(200);
    assert_eq!(
        (found["count"].clone(), id(&found["results"][0])),
        (json!(1), investor.clone())
    );

    let customer = shop.complete(&investor, &stage.ago(86_400)).await;
    let mut order = shop
        .order(&customer, &stage.campaigns[0], &stage.ago(60))
        .await;
    order["reference"] = json!("order-1");
    let first = shop
        .post_with_key("investments/", "order-1", &order)
        .await
        .expect(201);
    let again = shop.post_with_key("investments/", "order-1", &order).await;
    assert!(again.replayed);
    assert_eq!(id(&again.expect(201)), id(&first));
    order["units"] = json!(20);
    let other = shop
        .post_with_key("investments/", "order-1", &order)
        .await
        .expect(422);
    assert_eq!(other["code"], "idempotency_key_reused");
    let found = shop.get("investments/?reference=order-1").await.expect(200);
    assert_eq!(id(&found["results"][0]), id(&first));
    assert_eq!(
        stage.proxies[0].taken("POST /distributor/v2/investments/"),
        1
    );
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn the_catalogue_has_every_asset_once(#[case] backend: Backend) {
    let stage = Stage::start(backend).await;
    let shop = &stage.partner;

    let page = crate::stage::eventually("both campaigns are there", async || {
        let page = shop.get("campaigns/").await.expect(200);
        (page["count"] == 2).then_some(page)
    })
    .await;

    let mut offered: Vec<&Value> = page["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["environment"])
        .collect();
    offered.sort_by_key(|name| name.to_string());
    let mut names: Vec<Value> = stage.names.iter().map(|name| json!(name)).collect();
    names.sort_by_key(ToString::to_string);
    assert_eq!(offered, names.iter().collect::<Vec<_>>());
    let product = page["results"][0]["product_id"].as_str().unwrap();
    let product = shop.get(&format!("products/{product}/")).await;
    assert_eq!(product.state.as_deref(), Some("synced"));
    assert!(product.expect(200)["isin"].is_string());
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_company_is_created_with_its_papers_and_owners(#[case] backend: Backend) {
    let stage = Stage::start(backend).await;
    let shop = &stage.partner;
    let (identity, structure) = (
        shop.document("register extract").await,
        shop.document("owners").await,
    );
    let company = people::legal_person(&identity, &structure);
    let investor = id(&shop.post("investors/", &company).await.expect(201));
    let path = format!("investors/{investor}/benefiting-persons/");
    shop.post(&path, &people::benefiting_person())
        .await
        .expect(201);
    let customer = shop.complete(&investor, &stage.ago(86_400)).await;

    let order = shop
        .order(&customer, &stage.campaigns[0], &stage.ago(60))
        .await;
    shop.post("investments/", &order).await.expect(201);

    let there = stage.there(0, &investor).await;
    assert_eq!(
        there["legal_person"]["company_name"],
        "Rotdorn Beteiligungen GmbH"
    );
    // The papers have ids of their own there.
    assert_ne!(
        there["legal_person"]["company_identity_proof_id"],
        json!(identity)
    );
    let persons = shop.get(&path).await.expect(200);
    assert_eq!(persons["results"][0]["surname"], "Rotdorn");
    let ours = shop
        .get(&format!("investors/{investor}/"))
        .await
        .expect(200);
    assert_eq!(
        ours["legal_person"]["company_identity_proof_id"],
        json!(identity)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_is_refused_here() {
    let stage = Stage::start(Backend::Sqlite).await;
    let shop = &stage.partner;
    let mut person = people::natural_person();
    person["natural_person"]
        .as_object_mut()
        .unwrap()
        .remove("surname");
    let refused = shop.post("investors/", &person).await.expect(400);
    assert_eq!(refused["errors"][0]["field"], "natural_person.surname");

    let investor = id(&shop
        .post("investors/", &people::natural_person())
        .await
        .expect(201));
    let gone = json!({"natural_person": {"surname": null}});
    let refused = shop
        .patch(&format!("investors/{investor}/"), &gone)
        .await
        .expect(400);
    assert_eq!(refused["errors"][0]["field"], "natural_person.surname");
    let order = json!({"investor_id": investor, "campaign_id": uuid::Uuid::new_v4(), "units": 1, "signed_at": stage.ago(60)});
    let refused = shop.post("investments/", &order).await.expect(400);
    assert_eq!(refused["errors"][0]["field"], "campaign_id");
    let person = json!({"forename": "A", "surname": "B"});
    let refused = shop
        .post(
            &format!("investors/{investor}/benefiting-persons/"),
            &person,
        )
        .await
        .expect(422);
    assert_eq!(refused["code"], "benefiting_person_not_applicable");
    shop.get(&format!("investors/{}/", uuid::Uuid::new_v4()))
        .await
        .expect(404);
}
