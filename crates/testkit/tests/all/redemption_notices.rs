//! Redemptions that the issuer begins: announced, fixed on their day for every holder, paid, and then like any other.

use rstest::rstest;
use serde_json::{Value, json};
use testkit::client::id;
use testkit::partner::add;
use testkit::{Backend, TestApp, chain};

use crate::redemptions::{reaches, signed};
use crate::transfers::{Holder, ended, freeze};

/// What the first environment's issuer announces for today.
pub async fn announced(app: &TestApp, more: Value) -> Value {
    let mut body = json!({
        "product_id": app.environment(0).product_id, "legal_basis": "§ 6(2) of the terms",
        "execution_date": app.app.registry.clock.now().berlin_date().to_string(),
    });
    add(&mut body, more);
    let issuer = app.issuer(0).await;
    issuer.post("redemption-notices/", &body).await.expect(201)
}

/// REG-31 for all holders at once: notification, execution, payment (reference section 7.8).
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn reg_31_an_issuer_takes_a_share_of_everything_back(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given three holders of two platforms, one with two investments, and units of which some wait to be redeemed.
    let app = TestApp::start(backend).await;
    let (partner, other) = (app.partner(0).await, app.other_partner(0).await);
    let (one, orders) = Holder::of_units(&app, &partner, &[3, 9]).await;
    let (seller, _) = Holder::of_units(&app, &partner, &[5]).await;
    let two = Holder::new(&app, &other).await;
    let sold = seller.signed(&app, &partner.product_id, &two.customer.address, 5);
    let sold = id(&partner.api.post("transfers/", &sold).await.expect(201));
    ended(&partner, &sold).await;
    let (three, _) = Holder::of_units(&app, &partner, &[4]).await;
    let body = signed(&app, &three, &partner.product_id, 2);
    partner.api.post("redemptions/", &body).await.expect(201);
    let (issuer, before) = (app.issuer(0).await, app.register(0).await);

    // When the issuer announces that it takes half of everything back, nothing is bound; executed, each holder has its part.
    let notice = announced(&app, json!({"percent": "50"})).await;
    assert_eq!(notice["status"], "notified");
    let path = format!("redemption-notices/{}/", id(&notice));
    let paid = json!({"payment_reference": "CALL-2026", "delete": true});
    let pay = format!("{path}mark-paid/");
    issuer.post(&pay, &paid).await.refused("redemption_state");
    let execute = format!("{path}execute/");
    let executed = issuer.post(&execute, &json!({})).await.expect(200);
    // Free are 12, 5 and 2 of 19; half of it is 9 units: 5.68, 2.37 and 0.95.
    assert_eq!(
        (
            &executed["status"],
            &executed["redeemed_units"],
            &executed["awaiting_payment"],
            &executed["sequence"]
        ),
        (
            &json!("executed"),
            &json!(9),
            &json!(3),
            &before["sequence"]
        )
    );
    issuer
        .post(&execute, &json!({}))
        .await
        .refused("redemption_state");
    let of = async |holder: &Holder, partner: &testkit::Partner| -> Value {
        let listed = partner
            .api
            .get("redemptions/?page_size=100")
            .await
            .expect(200);
        let found = listed["results"].as_array().unwrap().iter();
        found
            .clone()
            .find(|one| {
                one["investor_id"] == holder.customer.investor.as_str()
                    && one["notice_id"] == notice["id"]
            })
            .unwrap()
            .clone()
    };
    let parts = [
        of(&one, &partner).await,
        of(&two, &other).await,
        of(&three, &partner).await,
    ];
    assert_eq!(parts.clone().map(|part| part["units"].clone()), [6, 2, 1]);
    // A platform cannot take back what the issuer has announced.
    let withdraw = format!("redemptions/{}/withdraw/", id(&parts[0]));
    partner
        .api
        .post(&withdraw, &json!({}))
        .await
        .refused("not_permitted");

    // When it has paid, each part goes its way, the oldest investment first, and each platform hears of its own.
    let settled = issuer.post(&pay, &paid).await.expect(200);
    assert_eq!(settled["awaiting_payment"], 0);
    reaches(&partner, &id(&parts[0]), "deleted").await;
    reaches(&other, &id(&parts[1]), "deleted").await;
    reaches(&partner, &id(&parts[2]), "deleted").await;
    let remaining = async |order: &str| partner.investment(order).await["remaining_units"].clone();
    assert_eq!(remaining(&orders[0]).await, 0);
    assert_eq!(remaining(&orders[1]).await, 6);
    assert_eq!(chain::balance(&app, 0, &two.customer.address).await, 3);
    assert_eq!(app.register(0).await["deleted_units"], 9);
    for verdict in registry::register_check::verify(&app.app.registry, None)
        .await
        .unwrap()
    {
        assert_eq!(verdict.problem, None, "{}", verdict.isin);
    }
    let told = other.feed().await;
    let told: Vec<_> = told
        .iter()
        .filter(|event| event["redemption_id"] == parts[1]["id"])
        .map(|event| event["status"].clone())
        .collect();
    assert_eq!(told, ["processing", "succeeded"]);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_notice_names_its_wallets_and_can_be_taken_back(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let (partner, issuer) = (app.partner(0).await, app.issuer(0).await);
    let (one, _) = Holder::of_units(&app, &partner, &[4]).await;
    let (two, _) = Holder::of_units(&app, &partner, &[4]).await;
    let wallets = json!({"wallet_addresses": [one.customer.address]});
    let execute = async |notice: &Value| {
        let path = format!("redemption-notices/{}/execute/", id(notice));
        issuer.post(&path, &json!({})).await
    };
    // More than the named wallet has, or nothing because it is frozen.
    let mut more = wallets.clone();
    add(&mut more, json!({"units": 5}));
    let refused = execute(&announced(&app, more).await).await;
    refused.refused("r10_insufficient");
    let mut some = wallets;
    add(&mut some, json!({"units": 3}));
    let notice = announced(&app, some).await;
    freeze(&app, &one.customer.wallet, true).await;
    execute(&notice).await.refused("r10_insufficient");
    freeze(&app, &one.customer.wallet, false).await;
    // Executed, the units of the named wallet are bound, and only those.
    execute(&notice).await.expect(200);
    let redeem = async |holder: &Holder, units: u64| {
        let body = signed(&app, holder, &partner.product_id, units);
        partner.api.post("redemptions/", &body).await
    };
    redeem(&one, 2).await.refused("r10_insufficient");
    redeem(&two, 4).await.expect(201);
    // Taken back, they are free.
    let path = format!("redemption-notices/{}/", id(&notice));
    let withdraw = format!("{path}withdraw/");
    let withdrawn = issuer.post(&withdraw, &json!({})).await.expect(200);
    assert_eq!(withdrawn["status"], "withdrawn");
    issuer
        .post(&withdraw, &json!({}))
        .await
        .refused("redemption_state");
    redeem(&one, 4).await.expect(201);
    // The registrar sees it, another issuer does not.
    let registrar = app.registrar().await;
    assert_eq!(registrar.get(&path).await.expect(200)["id"], notice["id"]);
    app.issuer(1).await.get(&path).await.refused("not_found");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_notice_says_how_much_when_and_why(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let issuer = app.issuer(0).await;
    let day = |days: i64| {
        app.app
            .registry
            .clock
            .now()
            .berlin_date()
            .add_days(days)
            .to_string()
    };
    let good = json!({
        "product_id": partner.product_id, "units": 1, "execution_date": day(2), "legal_basis": "§ 6(2) of the terms",
    });
    let post = async |more: Value| {
        let mut body = good.clone();
        add(&mut body, more);
        issuer.post("redemption-notices/", &body).await
    };
    for (more, field, code) in [
        (json!({"units": null}), "units", "missing"),
        (json!({"units": 0}), "units", "out_of_range"),
        (json!({"percent": "5"}), "percent", "duplicate"),
        (
            json!({"units": null, "percent": "0"}),
            "percent",
            "out_of_range",
        ),
        (
            json!({"units": null, "percent": "101"}),
            "percent",
            "invalid_format",
        ),
        (
            json!({"execution_date": day(-1)}),
            "execution_date",
            "out_of_range",
        ),
        (json!({"legal_basis": " "}), "legal_basis", "missing"),
        (
            json!({"wallet_addresses": ["0x1"]}),
            "wallet_addresses[0]",
            "invalid_format",
        ),
        (
            json!({"product_id": app.environment(1).product_id}),
            "product_id",
            "not_found",
        ),
    ] {
        post(more)
            .await
            .refused_fields("invalid_body", &[(field, code)]);
    }
    // Before its day it is not executed.
    let notice = id(&post(json!({})).await.expect(201));
    let (holder, _) = Holder::of_units(&app, &partner, &[2]).await;
    let execute = format!("redemption-notices/{notice}/execute/");
    issuer
        .post(&execute, &json!({}))
        .await
        .refused("redemption_state");
    app.advance_days(2);
    let issuer = app.issuer(0).await;
    issuer.post(&execute, &json!({})).await.expect(200);
    let listed = app
        .partner(0)
        .await
        .api
        .get("redemptions/")
        .await
        .expect(200);
    let part = &listed["results"][0];
    assert_eq!(part["investor_id"], holder.customer.investor);
    assert_eq!(
        (&part["units"], &part["notice_id"]),
        (&json!(1), &json!(notice))
    );
}
