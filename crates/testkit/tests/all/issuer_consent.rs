//! The issuer's consent (§ 18(2) eWpG) wherever something is changed that is not the holder's alone to change.

use rstest::rstest;
use serde_json::{Value, json};
use testkit::client::id;
use testkit::{Backend, TestApp};

use crate::redemption_notices::announced;
use crate::redemptions::reaches;
use crate::transfers::Holder;

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn reg_14_terms_and_volume_change_with_the_issuers_consent_alone(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let (holder, _) = Holder::of_units(&app, &partner, &[4]).await;
    let registrar = app.registrar().await;
    let product = async || {
        let path = format!("products/{}/register/", partner.product_id);
        registrar.get(&path).await.expect(200)
    };
    let before = product().await;

    // Terms: consent that is not named, or named with nothing, is none.
    let path = format!("products/{}/terms/", partner.product_id);
    let change = crate::terms::request_of(&app, "law").await;
    let mut without = change.clone();
    without.as_object_mut().unwrap().remove("consent_reference");
    let mut blank = change.clone();
    blank["consent_reference"] = json!(" ");
    for body in [&without, &blank] {
        registrar
            .post(&path, body)
            .await
            .refused("r08_issuer_consent");
    }
    registrar.post(&path, &change).await.expect(201);

    // Volume: what a whole notice deletes needs it as a single redemption does, and nothing is paid without it.
    let notice = announced(&app, json!({"percent": "100"})).await;
    let path = format!("redemption-notices/{}/", id(&notice));
    let issuer = app.issuer(0).await;
    let execute = format!("{path}execute/");
    issuer.post(&execute, &json!({})).await.expect(200);
    let pay = format!("{path}mark-paid/");
    let mut paid = json!({"payment_reference": "CALL-1", "delete": true});
    registrar
        .post(&pay, &paid)
        .await
        .refused("r08_issuer_consent");
    let listed = partner.api.get("redemptions/").await.expect(200);
    assert_eq!(listed["results"][0]["step"], "awaiting_payment");
    assert_eq!(product().await, before);

    // And later, where it was paid without deleting: the units stay until the issuer consents.
    let redemption = id(&listed["results"][0]);
    paid["delete"] = json!(false);
    registrar.post(&pay, &paid).await.expect(200);
    reaches(&partner, &redemption, "reregistered").await;
    let delete = format!("redemptions/{redemption}/delete/");
    registrar
        .post(&delete, &json!({}))
        .await
        .refused("r08_issuer_consent");
    let deleted = |register: &Value| register["deleted_units"].clone();
    assert_eq!(deleted(&product().await), deleted(&before));
    issuer.post(&delete, &json!({})).await.expect(200);
    reaches(&partner, &redemption, "deleted").await;
    assert_ne!(deleted(&product().await), deleted(&before));
    drop(holder);
}
