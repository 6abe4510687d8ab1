//! Webhooks as they arrive: in order, until they are taken, and nobody waits for somebody else's dead endpoint.

use rstest::rstest;
use serde_json::{Value, json};
use testkit::app::eventually;
use testkit::client::id;
use testkit::{Backend, Behaviour, Setup, TestApp, WebhookSink};

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_feed_is_what_the_webhooks_say(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a partner that listens, with several orders on their way.
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let sink = WebhookSink::start().await;
    partner.subscribe(&sink).await;
    let customer = partner.customer().await;
    let mut orders = Vec::new();
    for units in 1..=4 {
        let known = json!({"accepted_at": app.ago(30), "paid_at": app.ago(20)});
        orders.push(id(&partner.invest(&customer, units, known).await));
    }
    for order in &orders {
        partner.reaches(order, "DELIVERED").await;
        crate::statements::ready(&partner, order, 1).await;
    }
    // When everything has arrived.
    let feed = partner.feed().await;
    sink.until("all events arrived", |sink| {
        sink.taken().len() >= feed.len()
    })
    .await;

    // Then each event of the feed came once, with the same content, and each order's came in order.
    let mut arrived: Vec<Value> = sink
        .taken()
        .iter()
        .map(|received| received.event.clone())
        .collect();
    assert_eq!(arrived.len(), feed.len());
    for order in &orders {
        let of = |events: &[Value]| -> Vec<Value> {
            events
                .iter()
                .filter(|event| event["investment_id"] == *order)
                .cloned()
                .collect()
        };
        assert_eq!(of(&arrived), of(&feed));
    }
    let key = |event: &Value| event["id"].as_str().unwrap().to_owned();
    let mut expected = feed;
    arrived.sort_by_key(key);
    expected.sort_by_key(key);
    assert_eq!(arrived, expected);
    // The id of the event is the id of the webhook, so that receivers can tell repeats.
    assert!(
        sink.taken()
            .iter()
            .all(|received| received.header("webhook-id") == received.text("id"))
    );
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_comes_again_in_order(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a receiver that fails.
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let sink = WebhookSink::start().await;
    let endpoint = id(&partner.subscribe(&sink).await);
    let customer = partner.customer().await;
    sink.until("the investor's event", |sink| sink.taken().len() == 1)
        .await;
    sink.behave(Behaviour::Fail(500));
    let order = id(&partner
        .invest(&customer, 2, json!({"accepted_at": app.ago(30)}))
        .await);
    let path = format!("webhook-endpoints/{endpoint}/attempts/");
    let listed = async |count: u64| {
        eventually("the attempts are listed", async || {
            let attempts = partner.api.get(&path).await.expect(200);
            (attempts["count"] == count).then_some(attempts)
        })
        .await
    };
    // The wait for the next attempt counts from when this one is recorded.
    listed(2).await;

    // When it works again, and time passes.
    sink.behave(Behaviour::Accept);
    app.advance_seconds(7);
    sink.told(&order, "ACCEPTED").await;

    // Then the order's events came in order, and the attempts tell of the failure.
    let statuses: Vec<String> = sink
        .of_investment(&order)
        .iter()
        .map(|received| received.text("status").to_owned())
        .collect();
    assert_eq!(statuses, ["WAITING_FOR_ACCEPTANCE", "ACCEPTED"]);
    let attempts = listed(4).await;
    let answers: Vec<&Value> = attempts["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|attempt| &attempt["response_status"])
        .collect();
    assert_eq!(answers, [204, 500, 204, 204]);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_dead_endpoint_delays_nobody(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given two endpoints, of which one never answers, and a second partner's.
    let app = Setup::new(backend)
        .config(|config| config.webhooks.timeout_s = 60)
        .start()
        .await;
    let (partner, other) = (app.partner(0).await, app.other_partner(0).await);
    let (dead, alive, theirs) = (
        WebhookSink::start().await,
        WebhookSink::start().await,
        WebhookSink::start().await,
    );
    dead.behave(Behaviour::Hang);
    partner.subscribe(&dead).await;
    partner.subscribe(&alive).await;
    other.subscribe(&theirs).await;
    let customer = partner.customer().await;

    // When twenty orders are delivered.
    let mut orders = Vec::new();
    for _ in 0..20 {
        let known = json!({"accepted_at": app.ago(30), "paid_at": app.ago(20)});
        orders.push(id(&partner.invest(&customer, 1, known).await));
    }
    let company = other.company().await;
    let identified = id(&other.identify(&company).await);
    let decide = format!("identifications/{identified}/decision/");
    app.registrar()
        .await
        .post(&decide, &json!({"decision": "approve"}))
        .await
        .expect(200);
    other
        .api
        .post(
            &format!("investors/{company}/benefiting-persons/"),
            &testkit::people::benefiting_person(),
        )
        .await
        .expect(201);

    // Then the others hear of everything while the dead one still hangs.
    for order in &orders {
        alive.told(order, "DELIVERED").await;
    }
    theirs
        .until("the other partner's event", |sink| !sink.taken().is_empty())
        .await;
    assert!(dead.taken().is_empty());
    let foreign = theirs.taken();
    assert!(
        foreign
            .iter()
            .all(|received| received.text("investor_id") == company)
    );
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_that_is_gone_is_switched_off(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a receiver that says it is gone for good.
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let sink = WebhookSink::start().await;
    sink.behave(Behaviour::Fail(410));
    let endpoint = id(&partner.subscribe(&sink).await);
    partner.customer().await;
    let path = format!("webhook-endpoints/{endpoint}/");
    eventually("it is switched off", async || {
        (partner.api.get(&path).await.expect(200)["status"] == "disabled").then_some(())
    })
    .await;
    // Its events stay in the feed, and can be had when it is back.
    assert_eq!(partner.feed().await.len(), 1);
    sink.behave(Behaviour::Accept);
    partner
        .api
        .patch(&path, &json!({"enabled": true}))
        .await
        .expect(200);
    let since = json!({"since": app.ago(60)});
    partner
        .api
        .post(&format!("{path}replay/"), &since)
        .await
        .expect(202);
    sink.until("it is back", |sink| !sink.taken().is_empty())
        .await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn after_a_week_the_endpoint_is_flagged_and_the_event_is_kept(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given an endpoint that fails for longer than a week.
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let sink = WebhookSink::start().await;
    sink.behave(Behaviour::Fail(503));
    let endpoint = id(&partner.subscribe(&sink).await);
    partner.customer().await;
    sink.until("a first attempt", |sink| !sink.all().is_empty())
        .await;
    let path = format!("webhook-endpoints/{endpoint}/");
    eventually("it is flagged", async || {
        app.advance_seconds(3 * 3600);
        (partner.api.get(&path).await.expect(200)["status"] == "failing").then_some(())
    })
    .await;
    // The event stays in the log, and comes when it is asked for; then the flag goes.
    assert_eq!(partner.feed().await.len(), 1);
    sink.behave(Behaviour::Accept);
    let event = partner.feed().await.remove(0);
    partner
        .api
        .post(&format!("{path}replay/"), &json!({"event_id": event["id"]}))
        .await
        .expect(202);
    sink.until("it came at last", |sink| !sink.taken().is_empty())
        .await;
    assert_eq!(sink.taken()[0].event, event);
    eventually("the flag is gone", async || {
        (partner.api.get(&path).await.expect(200)["status"] == "enabled").then_some(())
    })
    .await;
}
