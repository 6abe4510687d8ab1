//! Who is written to about requests for assets, and that what was due before anybody was there reaches the first who joins.

use domain::{Permission, Permissions, PlatformRole, ProductId, Products, RegistrarRole, Role};
use registry::notices;
use rstest::rstest;
use serde_json::json;
use testkit::app::eventually;
use testkit::client::id;
use testkit::{Backend, Behaviour, Setup, TestApp, WebhookSink};

use crate::asset_requests::{second_product, world};
use crate::letters::{
    DE, EN, Expected, Post, issuers, joins, joins_for, limit, registrars, sellers, text,
};

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_request_for_an_asset_is_written_about_at_each_step(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given people on all three sides, of whom some have nothing to do with requests, or with this asset.
    let world = world(backend).await;
    let second = second_product(&world).await;
    registrars(&world.app).await;
    sellers(&world.app, &world.platform).await;
    let account = world.issuer.account.parse().unwrap();
    let may = |permission| Role::Issuer(account, Permissions::new([permission]));
    let brings = may(Permission::ManageDistribution);
    joins(&world.app, brings.clone(), "brings@issuer.example", DE).await;
    let accepts = may(Permission::ManageApprovals);
    joins(&world.app, accepts, "accepts@issuer.example", EN).await;
    let elsewhere = "elsewhere@issuer.example";
    joins_for(&world.app, brings, Products::All, elsewhere, EN).await;
    let other: ProductId = second.parse().unwrap();
    limit(&world.app.app.registry, elsewhere, vec![other]).await;
    let mut post = Post::of(&world.app).await;

    // When the platform asks, whoever answers for this asset hears of it, once for a request that is sent twice.
    let asked = world
        .asks
        .post_with_key("asset-requests/", "a-1", &world.wish())
        .await;
    world
        .asks
        .post_with_key("asset-requests/", "a-1", &world.wish())
        .await
        .expect(201);
    let path = format!("asset-requests/{}/", id(&asked.expect(201)));
    let letters = post
        .brings(&[("asset_requested", "brings@issuer.example", DE)])
        .await;
    assert!(text(&letters[0]).contains("möchte Speicherkai Genussrecht 2034 vertreiben"));
    assert!(!text(&letters[0]).contains("Northern Germany"));

    // When the issuer agrees, the platform has its sandbox and the registrar work.
    let accept = format!("{path}accept/");
    world
        .answers
        .post(&accept, &json!({"allocation": 300}))
        .await
        .expect(200);
    let letters = post
        .brings(&[
            ("asset_request_accepted", "admin@platform.example", EN),
            ("asset_request_accepted", "admin@registrar.example", EN),
            ("asset_request_accepted", "operator@registrar.example", DE),
        ])
        .await;
    assert!(
        letters
            .iter()
            .any(|mail| text(mail).contains("Die Testumgebung ist offen"))
    );

    // When the registrar allows the pair, the platform can sell. What is refused tells nobody.
    let registrar = world.app.registrar().await;
    let approve = format!("{path}approve/");
    registrar.post(&approve, &json!({})).await.expect(200);
    registrar
        .post(&approve, &json!({}))
        .await
        .refused("asset_request_state");
    let told: &[Expected] = &[("asset_request_decided", "admin@platform.example", EN)];
    let letters = post.brings(told).await;
    assert!(text(&letters[0]).contains("You can sell Speicherkai Genussrecht 2034."));

    // Of the second asset both of the issuer's hear; a refusal keeps its reason to the page.
    let wish = json!({"product_id": second, "wanted_units": 500});
    let made = world.asks.post("asset-requests/", &wish).await;
    let path = format!("asset-requests/{}/", id(&made.expect(201)));
    let asked: &[Expected] = &[
        ("asset_requested", "brings@issuer.example", DE),
        ("asset_requested", elsewhere, EN),
    ];
    post.brings(asked).await;
    let reason = json!({"reason": "The volume is sold."});
    world
        .answers
        .post(&format!("{path}refuse/"), &reason)
        .await
        .expect(200);
    let letters = post.brings(told).await;
    assert!(!text(&letters[0]).contains("volume"));

    // What the platform takes back it knows. Where the pair is allowed, the issuer's word opens the sale.
    let made = world.asks.post("asset-requests/", &wish).await;
    let path = format!("asset-requests/{}/", id(&made.expect(201)));
    post.brings(asked).await;
    world
        .asks
        .post(&format!("{path}withdraw/"), &json!({}))
        .await
        .expect(200);
    post.brings(&[]).await;
    let made = world.asks.post("asset-requests/", &wish).await;
    let path = format!("asset-requests/{}/", id(&made.expect(201)));
    post.brings(asked).await;
    world
        .answers
        .post(&format!("{path}accept/"), &json!({}))
        .await
        .expect(200);
    post.brings(told).await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_due_reaches_the_first_who_joins(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a licence about to end and an accepted order, of a platform and an issuer without people; the registrar has some.
    let setup = Setup::new(backend).network(|network| {
        for platform in network["platforms"].as_array_mut().unwrap() {
            platform["licence"]["valid_to"] = json!("2026-07-10");
        }
    });
    let mut app = setup.start().await;
    let platforms = app.platform_ids(2).await;
    let operator = Role::Registrar(RegistrarRole::Operator);
    joins(&app, operator, "operator@registrar.example", DE).await;
    let partner = app.partner(2).await;
    let customer = partner.customer().await;
    let accepted = json!({"accepted_at": app.ago(30)});
    partner.invest(&customer, 5, accepted).await;
    app.stop_workers().await;
    let mut post = Post::of(&app).await;
    let registry = app.app.registry.clone();
    app.advance_days(12);
    let of_registrar = ("licence_expires", "operator@registrar.example", DE);
    let written = notices::write_daily(&registry).await.unwrap();
    assert!(written > 0);
    post.brings(&vec![of_registrar; written]).await;

    // When people join, they hear of it the next day, though the registrar was told already.
    sellers(&app, &platforms[0]).await;
    issuers(&app, 2).await;
    post.brings(&[]).await;
    app.advance_days(1);
    notices::write_daily(&registry).await.unwrap();
    post.brings(&[
        ("licence_expires", "admin@platform.example", EN),
        ("payments_due", "payments@issuer.example", DE),
        ("payments_due", "admin@platform.example", EN),
        ("payments_due", "member@platform.example", DE),
        ("cancellations_end", "admin@platform.example", EN),
        ("cancellations_end", "member@platform.example", DE),
    ])
    .await;
    // And once.
    app.advance_days(1);
    notices::write_daily(&registry).await.unwrap();
    post.brings(&[]).await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_dead_endpoint_waits_for_somebody_to_be_told(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a platform without people whose receiver says that it is gone.
    let mut app = TestApp::start(backend).await;
    let platform = app.platform_ids(0).await.remove(0);
    let partner = app.partner(0).await;
    let sink = WebhookSink::start().await;
    sink.behave(Behaviour::Fail(410));
    let endpoint = id(&partner.subscribe(&sink).await);
    let customer = partner.customer().await;
    partner.invest(&customer, 1, json!({})).await;
    let path = format!("webhook-endpoints/{endpoint}/");
    eventually("the endpoint is flagged", async || {
        let found = partner.api.get(&path).await.expect(200);
        (found["status"] != "enabled").then_some(())
    })
    .await;
    app.stop_workers().await;
    let registry = app.app.registry.clone();
    let mut post = Post::of(&app).await;
    assert_eq!(notices::write_about_dead(&registry).await.unwrap(), 0);

    // When the first joins, it hears of it, once.
    let role = Role::Platform(platform.parse().unwrap(), PlatformRole::Admin);
    joins(&app, role, "admin@platform.example", EN).await;
    assert_eq!(notices::write_about_dead(&registry).await.unwrap(), 1);
    assert_eq!(notices::write_about_dead(&registry).await.unwrap(), 0);
    post.brings(&[("endpoint_dead", "admin@platform.example", EN)])
        .await;
}
