//! The one stream: what environments tell, in order, once, under the partner's own ids.

use database::testing::Backend;
use rstest::rstest;
use serde_json::{Value, json};
use testkit::WebhookSink;
use uuid::Uuid;

use crate::client::{Application, id};
use crate::stage::{Stage, Wanted, environment, eventually};

async fn events(shop: &Application) -> Vec<Value> {
    let feed = shop.get("events/?page_size=500").await.expect(200);
    feed["results"].as_array().unwrap().clone()
}

#[rstest]
#[case::told_sqlite(Backend::Sqlite, true)]
#[case::told_postgres(Backend::Postgres, true)]
#[case::asked_sqlite(Backend::Sqlite, false)]
#[case::asked_postgres(Backend::Postgres, false)]
#[tokio::test(flavor = "multi_thread")]
async fn every_change_is_told_once_in_order_with_the_partners_references(
    #[case] backend: Backend,
    #[case] webhooks: bool,
) {
    let stage = Stage::set(Wanted {
        backend,
        environments: 2,
        webhooks,
    })
    .await;
    let shop = &stage.partner;
    let sink = WebhookSink::start().await;
    let endpoint = json!({"url": sink.url, "secret": sink.secret});
    let endpoint = id(&shop.post("webhook-endpoints/", &endpoint).await.expect(201));
    let customer = shop.customer(&stage.ago(86_400)).await;
    let mut placed = Vec::new();
    for (index, campaign) in stage.campaigns.iter().enumerate() {
        let mut order = shop.order(&customer, campaign, &stage.ago(60)).await;
        order["reference"] = json!(format!("order-{index}"));
        placed.push(id(&shop.post("investments/", &order).await.expect(201)));
    }
    for (index, investment) in placed.iter().enumerate() {
        let issuer = stage.app.issuer(index).await;
        issuer
            .post(&format!("investments/{investment}/accept/"), &json!({}))
            .await
            .expect(200);
        issuer
            .post(&format!("investments/{investment}/mark-paid/"), &json!({}))
            .await
            .expect(200);
    }

    for (index, investment) in placed.iter().enumerate() {
        sink.told(investment, "PAID").await;
        let told = sink.of_investment(investment);
        let sequences: Vec<u64> = told
            .iter()
            .map(|one| one.event["sequence"].as_u64().unwrap())
            .collect();
        assert_eq!(sequences, (1..=sequences.len() as u64).collect::<Vec<_>>());
        for one in &told {
            assert!(one.is_genuine(&sink.secret));
            assert_eq!(one.event["reference"], json!(format!("order-{index}")));
            assert_eq!(one.event["investor_id"], json!(customer.investor));
            assert_eq!(one.event["environment"], json!(stage.names[index]));
        }
        let ours = eventually("the investment was read again", async || {
            let seen = shop.get(&format!("investments/{investment}/")).await;
            (seen.body["paid_at"].is_string()).then_some(seen)
        })
        .await;
        assert!(ours.age.is_some());
    }
    let mut ids: Vec<String> = events(shop).await.iter().map(id).collect();
    let before = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), before, "an event is told once");

    // The application's endpoints answer as those of an environment do.
    let path = format!("webhook-endpoints/{endpoint}/");
    let attempts = shop.get(&format!("{path}attempts/")).await.expect(200);
    assert!(attempts["results"][0]["response_status"].is_number());
    let replay = json!({"event_id": ids[0]});
    let queued = shop.post(&format!("{path}replay/"), &replay).await;
    assert_eq!(queued.expect(202), json!({"queued": 1}));
}

#[tokio::test(flavor = "multi_thread")]
async fn forged_and_unknown_messages_change_nothing_and_repeats_are_taken_once() {
    let mut stage = Stage::set(Wanted {
        backend: Backend::Sqlite,
        environments: 1,
        webhooks: false,
    })
    .await;
    let shop = stage.partner.clone();
    let customer = shop.customer(&stage.ago(86_400)).await;
    let order = shop
        .order(&customer, &stage.campaigns[0], &stage.ago(60))
        .await;
    let investment = id(&shop.post("investments/", &order).await.expect(201));
    // An environment of the original's kind: a bearer token and no signature.
    let access = stage.app.environment(0).clone();
    let mut setup = environment(
        &access.name,
        &stage.proxies[0].url,
        Some(&access.campaign_id),
        (
            &access.distributor.client_id,
            &access.distributor.client_secret,
        ),
    );
    setup.webhook_bearer_token = Some("agreed by telephone".to_owned());
    gateway::apply_environment(&stage.gateway, setup)
        .await
        .unwrap();
    stage.kill_worker().await;

    let http = reqwest::Client::new();
    let url = format!("{}/webhooks/", stage.url);
    let tell = async |body: &Value, token: &str| {
        let sent = http
            .post(&url)
            .bearer_auth(token)
            .json(body)
            .send()
            .await
            .unwrap();
        sent.status().as_u16()
    };
    let changed = |status: &str, at: &str| json!({"investment_id": investment, "status": status, "changed_at": at});
    let accepted = changed("ACCEPTED", "2036-11-22T10:00:00Z");
    assert_eq!(tell(&accepted, "guessed").await, 401);
    let forged = http
        .post(&url)
        .header("webhook-id", "x")
        .header("webhook-timestamp", "1795000000");
    let forged = forged
        .header("webhook-signature", "v1,AAAA")
        .bearer_auth("agreed by telephone")
        .json(&accepted);
    assert_eq!(
        forged.send().await.unwrap().status(),
        401,
        "a wrong signature is not saved by a token"
    );
    for _ in 0..3 {
        assert_eq!(tell(&accepted, "agreed by telephone").await, 204);
    }
    assert_eq!(
        tell(
            &changed("PAID", "2036-11-22T12:00:00+01:00"),
            "agreed by telephone"
        )
        .await,
        204
    );
    let stranger = json!({"investment_id": Uuid::new_v4(), "status": "PAID", "changed_at": "2036-11-22T10:00:00Z"});
    assert_eq!(tell(&stranger, "agreed by telephone").await, 204);
    // What comes late is not told after what came later.
    let before = events(&shop).await.len();
    stage.start_worker();

    let told = eventually("both changes were told", async || {
        let told: Vec<Value> = events(&shop).await.split_off(before);
        let of_us: Vec<Value> = told
            .into_iter()
            .filter(|event| event["changed_at"].as_str().unwrap().starts_with("2036"))
            .collect();
        (of_us.len() >= 2).then_some(of_us)
    })
    .await;
    let statuses: Vec<&str> = told
        .iter()
        .map(|event| event["status"].as_str().unwrap())
        .collect();
    assert_eq!(statuses, ["ACCEPTED", "PAID"]);
    assert_eq!(told[1]["investor_id"], json!(customer.investor));
}
