//! What is for sale, from when to when, and that no unit is sold twice.

use futures_util::future::join_all;
use rstest::rstest;
use serde_json::{Value, json};
use testkit::app::eventually;
use testkit::client::id;
use testkit::issuer::partner_at;
use testkit::{Backend, Issuer, Partner, Setup, TestApp, people};

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_sale_has_a_beginning_and_an_end(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given campaigns of which one opens tomorrow and one closes tomorrow.
    let change = |network: &mut Value| {
        network["assets"][0]["campaigns"][0]["opens_at"] = json!("2026-06-02T08:00:00Z");
        network["assets"][1]["campaigns"][0]["closes_at"] = json!("2026-06-02T08:00:00Z");
    };
    let app = Setup::new(backend).network(change).start().await;
    let (opening, closing) = (app.partner(0).await, app.partner(1).await);
    let (early, late) = (opening.customer().await, closing.customer().await);
    assert_eq!(
        opening.campaign().await["opens_at"],
        "2026-06-02T08:00:00.000000Z"
    );
    opening
        .api
        .post("investments/", &opening.order(&early.investor, 2))
        .await
        .refused("campaign_not_open");
    closing
        .api
        .post("investments/", &closing.order(&late.investor, 2))
        .await
        .expect(201);

    // When the day has come, it is the other way round.
    app.advance_days(1);
    opening
        .api
        .post("investments/", &opening.order(&early.investor, 2))
        .await
        .expect(201);
    closing
        .api
        .post("investments/", &closing.order(&late.investor, 2))
        .await
        .refused("campaign_closed");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_sold_before_the_issue_is_entered(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a network whose worker has not entered anything yet.
    let mut app = Setup::new(backend).without_workers().start().await;
    let partner = app.partner(0).await;
    let customer = partner.customer().await;
    let product = partner
        .api
        .get(&format!("products/{}/", partner.product_id))
        .await
        .expect(200);
    assert_eq!(product["status"], "ISSUING");
    let order = partner.order(&customer.investor, 1);
    partner
        .api
        .post("investments/", &order)
        .await
        .refused("campaign_not_open");

    // When it has, orders are taken.
    app.start_workers();
    app.settle().await;
    let product = partner
        .api
        .get(&format!("products/{}/", partner.product_id))
        .await
        .expect(200);
    assert_eq!(product["status"], "ACTIVE");
    partner.api.post("investments/", &order).await.expect(201);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_listing_that_is_withdrawn_ends_the_sale(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let customer = partner.customer().await;
    // The registrar forbids the pair of product and platform; there is no operation for it yet.
    let forbid = database::Sql("update listings set is_allowed = $1");
    let done = app
        .app
        .registry
        .db
        .write(move |tx| tx.execute(forbid, &[false.into()]));
    assert!(done.await.unwrap() > 0);
    partner
        .api
        .post("investments/", &partner.order(&customer.investor, 1))
        .await
        .refused("product_not_listed");
    assert_eq!(partner.api.get("products/").await.expect(200)["count"], 0);
    partner
        .api
        .get(&format!("products/{}/", partner.product_id))
        .await
        .refused("not_found");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn fifty_parallel_orders_never_exceed_the_allocation(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given 8,000 units and fifty orders of 500 at the same time.
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let customer = partner.customer().await;
    let order = partner.order(&customer.investor, 500);
    let replies = join_all((0..50).map(|_| partner.api.post("investments/", &order))).await;

    // Then sixteen are taken and the others are told that nothing is left.
    let taken: Vec<String> = replies
        .iter()
        .filter(|reply| reply.status == 201)
        .map(|reply| id(&reply.body))
        .collect();
    assert_eq!(taken.len(), 16);
    for reply in replies.into_iter().filter(|reply| reply.status != 201) {
        reply.refused("allocation_exceeded");
    }
    assert_eq!(partner.available().await, 0);

    // And what one gives back can be sold once more.
    partner
        .api
        .post(&format!("investments/{}/cancel/", taken[0]), &json!({}))
        .await
        .expect(200);
    assert_eq!(partner.available().await, 500);
    partner.api.post("investments/", &order).await.expect(201);
    partner
        .api
        .post("investments/", &partner.order(&customer.investor, 1))
        .await
        .refused("allocation_exceeded");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_sum_beyond_all_numbers_is_refused(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a unit that costs nearly all that money can count.
    let change = |network: &mut Value| {
        network["assets"][0]["nominal_value"]["amount"] = json!("9000000000000000000");
    };
    let app = Setup::new(backend).network(change).start().await;
    let partner = app.partner(0).await;
    let customer = partner.customer().await;
    partner
        .api
        .post("investments/", &partner.order(&customer.investor, 2))
        .await
        .refused("amount_overflow");
    assert_eq!(
        partner.api.get("investments/").await.expect(200)["count"],
        0
    );
}

/// A partner whose campaign is a private placement of twenty units with this many persons.
async fn placement(app: &TestApp, persons: u32) -> Partner {
    const FIRM: &str = "Speicherkai Projektentwicklung GmbH";
    let issuer = Issuer::join(app, FIRM).await;
    let company = issuer.company(FIRM).await;
    let body = people::product(&company, &app.app.ledger.network().name);
    let made = issuer.api.post("products/", &body).await.expect(201);
    let path = format!("products/{}/", id(&made));
    let product = eventually("the product is entered", async || {
        let product = issuer.api.get(&path).await.expect(200);
        (product["status"] == "ACTIVE").then_some(product)
    })
    .await;
    let platform = issuer.platform("Spreeinvest").await;
    issuer.permitted(app, &platform).await;
    let listing = json!({"product_id": product["id"], "distribution_platform_id": platform});
    issuer.api.post("listings/", &listing).await.expect(201);
    let campaign = json!({
        "product_id": product["id"], "distribution_platform_id": platform, "name": "Private", "allocation": 20,
        "offering_type": "PRIVATE_PLACEMENT_LIMITED_PERSONS", "maximum_persons": persons,
    });
    let campaign = issuer.api.post("campaigns/", &campaign).await.expect(201);
    partner_at(app, &product, &platform, &id(&campaign)).await
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_private_placement_takes_so_many_persons_and_no_more(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a private placement with two persons at most, and five who order at the same time.
    let app = TestApp::start(backend).await;
    let partner = placement(&app, 2).await;
    let mut orders = Vec::new();
    for _ in 0..5 {
        let customer = partner.customer().await;
        orders.push(partner.order(&customer.investor, 1));
    }
    let replies = join_all(
        orders
            .iter()
            .map(|order| partner.api.post("investments/", order)),
    )
    .await;

    // Then two are taken, and the others are told that nobody else can join.
    let (mut taken, mut refused) = (Vec::new(), Vec::new());
    for (order, reply) in orders.iter().zip(replies) {
        if reply.status == 201 {
            taken.push((order, id(&reply.body)));
        } else {
            let problem = reply.refused("persons_exceeded");
            assert_eq!(problem["errors"][0]["field"], "campaign_id");
            refused.push(order);
        }
    }
    assert_eq!((taken.len(), refused.len()), (2, 3));
    assert_eq!(partner.available().await, 18);

    // Whoever has invested may do so again; whoever gives back what he ordered was offered it all the same.
    let (again, investment) = &taken[0];
    partner.api.post("investments/", again).await.expect(201);
    let path = format!("investments/{investment}/cancel/");
    partner.api.post(&path, &json!({})).await.expect(200);
    partner
        .api
        .post("investments/", refused[0])
        .await
        .refused("persons_exceeded");
}
