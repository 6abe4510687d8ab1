//! A register that goes to another registrar: on a ground, by two, and then nothing is entered here any more.

use std::collections::BTreeSet;

use domain::HolderId;
use domain::handover::HandoverGround;
use registry::register_handover::{Handover, propose};
use registry::{Error, Request};
use rstest::rstest;
use serde_json::json;
use testkit::app::eventually;
use testkit::client::id;
use testkit::{Backend, TestApp};

use crate::transfers::Holder;

async fn proposed(
    app: &TestApp,
    ground: HandoverGround,
    consented: BTreeSet<HolderId>,
) -> registry::Result<()> {
    let isin = app.register(0).await["isin"].as_str().unwrap().to_owned();
    let request = Request::internal("eva", "register hand-over");
    let handover = Handover {
        ground,
        reference: "Resolution of 3 March, folder 7".to_owned(),
        consented,
        reason: "The issuer has named another registrar.".to_owned(),
    };
    let answer = propose(&app.app.registry, &request, isin.parse().unwrap(), handover).await;
    answer.map(|_| ())
}

/// What comes of a proposal once the root behind the last entry has been written too.
async fn at_rest(
    app: &TestApp,
    ground: HandoverGround,
    consented: &BTreeSet<HolderId>,
) -> registry::Result<()> {
    eventually("nothing is on its way", async || {
        let made = proposed(app, ground, consented.clone()).await;
        let moves = matches!(&made, Err(Error::Problem(code, _)) if code.as_str() == "conflict");
        (!moves).then_some(made)
    })
    .await
}

/// Everybody who holds units, but for the issuer.
async fn holders(app: &TestApp) -> Vec<HolderId> {
    let db = app.app.registry.db.clone();
    let product = app.environment(0).product_id.parse().unwrap();
    let held = db.read(move |tx| -> registry::Result<_> {
        let head = storage::register::head(tx, product)?.unwrap();
        let holdings = storage::register::holdings(tx, product)?;
        let others = holdings
            .iter()
            .filter(|held| held.holder != head.issuer_holder && !held.units.is_zero())
            .map(|held| held.holder);
        Ok(others.collect())
    });
    held.await.unwrap()
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn reg_33_a_register_is_handed_over_on_a_ground_by_two_and_nothing_is_entered_after_it(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given two holders, and an order that is on its way.
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let (holder, _) = Holder::of_units(&app, &partner, &[2]).await;
    let (other, _) = Holder::of_units(&app, &partner, &[1]).await;
    app.settle().await;
    let customer = partner.customer().await;
    let accepted = json!({"accepted_at": app.ago(30)});
    let order = id(&partner.invest(&customer, 1, accepted).await);

    // When not every holder has consented, or something moves, then it stays here.
    let refused = proposed(&app, HandoverGround::Supervisor, BTreeSet::new()).await;
    assert!(
        matches!(&refused, Err(Error::Problem(code, _)) if code.as_str() == "conflict"),
        "{refused:?}"
    );
    let path = format!("investments/{order}/");
    let paid = json!({"paid_at": app.ago(20)});
    partner.api.patch(&path, &paid).await.expect(200);
    partner.reaches(&order, "DELIVERED").await;
    app.settle().await;
    let all: BTreeSet<HolderId> = holders(&app).await.into_iter().collect();
    assert_eq!(all.len(), 3);
    let almost: BTreeSet<_> = all.iter().copied().take(2).collect();
    let refused = at_rest(&app, HandoverGround::Holders, &almost).await;
    assert!(
        matches!(&refused, Err(Error::Field("consents", _, message)) if message.contains("1 of 3")),
        "{refused:?}"
    );

    // When all have, one of the registrar proposes and another one confirms.
    let made = at_rest(&app, HandoverGround::Holders, &all).await;
    made.unwrap();
    let registrar = app.registrar().await;
    let waiting = registrar
        .get("decisions/?status=proposed")
        .await
        .expect(200);
    let decision = &waiting["results"][0];
    assert_eq!(decision["kind"], "register_handover");
    let confirm = format!("decisions/{}/confirm/", id(decision));
    registrar.post(&confirm, &json!({})).await.expect(200);

    // Then nothing is sold, instructed or decided about units here, and the register is whole.
    let to = &other.customer.address;
    let body = holder.signed(&app, &partner.product_id, to, 1);
    let transfer = partner.api.post("transfers/", &body).await;
    transfer.refused("register_handed_over");
    let body = partner.order(&customer.investor, 1);
    let investment = partner.api.post("investments/", &body).await;
    investment.refused("campaign_closed");
    let again = proposed(&app, HandoverGround::Issuer, BTreeSet::new()).await;
    assert!(
        matches!(&again, Err(Error::Problem(code, _)) if code.as_str() == "register_handed_over"),
        "{again:?}"
    );
    let found = cashlink::register::verify(&app.app, None).await.unwrap();
    let handed_over = found.iter().filter(|finding| finding.standing.is_some());
    assert_eq!(handed_over.count(), 1);
    assert!(found.iter().all(|finding| finding.difference.is_none()));
}
