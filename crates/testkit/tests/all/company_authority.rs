//! Who acts for a company (§ 11 eWpRV): by a proof that its platform has verified, or by the platform's recorded mandate.

use rstest::rstest;
use serde_json::{Value, json};
use testkit::client::id;
use testkit::{Backend, Partner, TestApp, chain, people};

use crate::transfers::{Holder, ended};

/// An identified company with a wallet of its own and so many delivered units.
async fn company(app: &TestApp, partner: &Partner, units: u64) -> Holder {
    let investor = partner.company().await;
    let path = format!("investors/{investor}/benefiting-persons/");
    let owner = people::benefiting_person();
    partner.api.post(&path, &owner).await.expect(201);
    let identification = partner.identify(&investor).await;
    if identification["status"] != "SUCCESS" {
        let path = format!("identifications/{}/decision/", id(&identification));
        let approve = json!({"decision": "approve"});
        let registrar = app.registrar().await;
        registrar.post(&path, &approve).await.expect(200);
    }
    let holder = Holder::with_wallet(partner, investor).await;
    let paid = json!({"accepted_at": app.ago(30), "paid_at": app.ago(20)});
    let order = id(&partner.invest(&holder.customer, units, paid).await);
    partner.reaches(&order, "DELIVERED").await;
    holder
}

/// On what a transfer's authority rested, as the audit log says.
async fn acted_by(app: &TestApp, transfer: &Value) -> String {
    let path = "audit/?page_size=500";
    let audit = app.registrar().await.get(path).await.expect(200);
    let mut lines = audit["results"].as_array().unwrap().iter();
    let line = lines.find(|line| line["target"] == transfer["id"]).unwrap();
    line["detail"]["acting"].as_str().unwrap().to_owned()
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn reg_20_a_company_instructs_by_proof_of_authority_or_its_platforms_mandate(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a company and a natural person with units.
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let giver = company(&app, &partner, 20).await;
    let (person, _) = Holder::of_units(&app, &partner, &[5]).await;
    let registrar = app.registrar().await;
    let to = person.customer.address.as_str();
    let post = async |units: u64| {
        let body = giver.signed(&app, &partner.product_id, to, units);
        partner.api.post("transfers/", &body).await
    };

    // Without more, the mandate of its platform covers it, and the audit log says so.
    let setting = format!(
        "platforms/{}/company-authority/",
        app.platform_ids(0).await[0]
    );
    let said = registrar.get(&setting).await.expect(200);
    assert_eq!(
        (&said["rests_on"], &said["set_at"]),
        (&json!("mandate"), &Value::Null)
    );
    let transfer = post(1).await.expect(201);
    assert_eq!(ended(&partner, &id(&transfer)).await["status"], "succeeded");
    assert_eq!(acted_by(&app, &transfer).await, "mandate");

    // When the registrar wants a proof for each company, the company's instructions are refused, and a natural person's are not.
    registrar
        .post(&setting, &json!({"rests_on": "mandate"}))
        .await
        .refused_fields("invalid_body", &[("reference", "missing")]);
    registrar
        .post(&setting, &json!({"rests_on": "trust"}))
        .await
        .refused_fields("invalid_body", &[("rests_on", "unknown_value")]);
    let said = registrar
        .post(&setting, &json!({"rests_on": "proof"}))
        .await;
    assert_eq!(said.expect(200)["rests_on"], "proof");
    post(1).await.refused("authority_unproven");
    let wallet = (partner.product_id.as_str(), giver.customer.wallet.as_str());
    let redemption = giver
        .key
        .redemption(&app, wallet, &giver.customer.investor, 1);
    let redeem = async || partner.api.post("redemptions/", &redemption).await;
    redeem().await.refused("authority_unproven");
    let body = person.signed(&app, &partner.product_id, &giver.customer.address, 1);
    let transfer = partner.api.post("transfers/", &body).await.expect(201);
    assert_eq!(ended(&partner, &id(&transfer)).await["status"], "succeeded");

    // What is no proof is refused by its field, and a natural person needs none.
    let proofs =
        |holder: &Holder| format!("investors/{}/authority-proofs/", holder.customer.investor);
    let document = partner.document("extract of the commercial register").await;
    let last_day = app.app.registry.clock.now().berlin_date().add_days(10);
    let good = json!({
        "basis": "register_extract", "document_id": document, "valid_until": last_day.to_string(),
    });
    for (field, code, value) in [
        ("basis", "unknown_value", json!("word of honour")),
        ("valid_until", "out_of_range", json!("2020-01-01")),
        ("document_id", "not_found", json!(uuid::Uuid::new_v4())),
    ] {
        let mut body = good.clone();
        body[field] = value;
        let reply = partner.api.post(&proofs(&giver), &body).await;
        reply.refused_fields("invalid_body", &[(field, code)]);
    }
    let reply = partner.api.post(&proofs(&person), &good).await;
    reply.refused("authority_not_applicable");
    let other = app.other_partner(0).await;
    other
        .api
        .post(&proofs(&giver), &good)
        .await
        .refused("not_found");
    post(1).await.refused("authority_unproven");

    // With a proof it instructs, until the proof's last day is over.
    let proof = partner.api.post(&proofs(&giver), &good).await.expect(201);
    assert!(
        proof["verified_at"].is_string() && proof["verified_by"].is_string(),
        "{proof}"
    );
    let listed = partner.api.get(&proofs(&giver)).await.expect(200);
    assert_eq!(listed["results"], json!([proof]));
    let transfer = post(2).await.expect(201);
    assert_eq!(ended(&partner, &id(&transfer)).await["status"], "succeeded");
    assert_eq!(
        acted_by(&app, &transfer).await,
        format!("proof {}", id(&proof))
    );
    app.advance_seconds(12 * 86_400);
    post(1).await.refused("authority_expired");
    let forever = json!({"basis": "power_of_attorney", "document_id": document});
    partner
        .api
        .post(&proofs(&giver), &forever)
        .await
        .expect(201);
    let transfer = post(1).await.expect(201);
    assert_eq!(ended(&partner, &id(&transfer)).await["status"], "succeeded");

    // A proof says nothing of another person who acts for the company.
    let company = format!("investors/{}/", giver.customer.investor);
    let another = json!({"natural_person": {"forename": "Erika", "surname": "Beispiel"}});
    app.advance_seconds(1);
    partner.api.patch(&company, &another).await.expect(200);
    app.advance_seconds(1);
    let identification = partner.identify(&giver.customer.investor).await;
    if identification["status"] != "SUCCESS" {
        let path = format!("identifications/{}/decision/", id(&identification));
        registrar
            .post(&path, &json!({"decision": "approve"}))
            .await
            .expect(200);
    }
    post(1).await.refused("authority_unproven");

    // The platform's mandate, with where its confirmation is kept, covers it again.
    let mandate = json!({"rests_on": "mandate", "reference": "Letter of 3 March"});
    let said = registrar.post(&setting, &mandate).await.expect(200);
    assert_eq!(said["reference"], "Letter of 3 March");
    let transfer = post(1).await.expect(201);
    assert_eq!(ended(&partner, &id(&transfer)).await["status"], "succeeded");
    assert_eq!(acted_by(&app, &transfer).await, "mandate");
    assert_eq!(chain::balance(&app, 0, &giver.customer.address).await, 16);
}
