//! Issuers: the account that the registrar opens, the company that mirrors a registry account, and what is refused.

use rstest::rstest;
use serde_json::json;
use testkit::client::id;
use testkit::{Backend, Issuer, TestApp, people};

const FIRM: &str = "Speicherkai Projektentwicklung GmbH";

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_issuer_describes_itself_as_the_quickstart_does(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given an account that the registrar has opened, with the firm alone.
    let app = TestApp::start(backend).await;
    let issuer = Issuer::join(&app, FIRM).await;
    let path = format!("issuers/{}/", issuer.account);
    let before = issuer.api.get(&path).await.expect(200);
    assert_eq!(before["company_name"], FIRM);
    assert!(before["natural_person"].is_null());

    // When it uploads its two documents and posts the body that section 11.1 prints,
    let identity = issuer.document("identity_proof").await;
    let structure = issuer.document("structure_proof").await;
    let body = people::issuer(FIRM, &identity, &structure);
    let made = issuer.api.post("issuers/", &body).await.expect(201);

    // then the account's own company is described, and no other is made.
    assert_eq!(id(&made), issuer.account);
    assert_eq!(made["mirrored"], false);
    assert_eq!(made["natural_person"]["surname"], "Smith");
    assert_eq!(made["legal_person"]["company_identity_proof_id"], identity);
    let all = issuer.api.get("issuers/").await.expect(200);
    assert_eq!(all["count"], 1);
    assert_eq!(all["results"][0], made);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_account_brings_several_issuers_and_sees_no_others(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let issuer = Issuer::join(&app, FIRM).await;
    issuer.company(FIRM).await;
    let other = issuer.company("Speicherkai Zwei GmbH").await;
    assert_ne!(other, issuer.account);
    assert_eq!(issuer.api.get("issuers/").await.expect(200)["count"], 2);

    // A firm is one issuer of the network.
    let (identity, structure) = (issuer.document("a").await, issuer.document("b").await);
    let again = people::issuer("Speicherkai Zwei GmbH", &identity, &structure);
    issuer
        .api
        .post("issuers/", &again)
        .await
        .refused("issuer_exists");

    // Somebody else's is not there, neither to read nor to change; the registrar sees all.
    let stranger = Issuer::join(&app, "Fremde Emission GmbH").await;
    let path = format!("issuers/{other}/");
    stranger.api.get(&path).await.refused("not_found");
    let patch = json!({"bank_account": {"iban": "DE89370400440532013000"}});
    stranger.api.patch(&path, &patch).await.refused("not_found");
    assert_eq!(stranger.api.get("issuers/").await.expect(200)["count"], 1);
    let all = app.registrar().await.get("issuers/").await.expect(200);
    assert_eq!(all["count"], 7, "four of the sample and three");

    // A client of one environment brings nothing new.
    let bound = app.issuer(0).await.at(&issuer.api.base);
    let token = testkit::app::take_token(
        &testkit::Session::anonymous(format!("{}/api/external", app.url)),
        &app.environment(0).issuer,
        None,
    )
    .await
    .expect(200);
    let bound = bound.with_token(token["access_token"].as_str().unwrap());
    bound
        .post("issuers/", &again)
        .await
        .refused("not_permitted");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_issuer_mirrors_the_registry_account_of_its_company(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a company with an account on a distribution platform.
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    partner.company().await;
    let company = people::legal_person("", "")["legal_person"].clone();
    let firm = company["company_name"].as_str().unwrap();

    // When an issuer names the same register entry, blanks and capitals aside, it mirrors that account.
    let issuer = Issuer::join(&app, firm).await;
    let (identity, structure) = (issuer.document("a").await, issuer.document("b").await);
    let mut body = people::issuer(firm, &identity, &structure);
    body["legal_person"]["commercial_register"] = json!("AMTSGERICHT Gelsenkirchen");
    body["legal_person"]["commercial_register_number"] = json!("HRB99871");
    let made = issuer.api.post("issuers/", &body).await.expect(201);
    assert_eq!(made["mirrored"], true);

    // Another firm under that entry is refused, by name and by a patch.
    let other = Issuer::join(&app, "Rotdorn Zwei GmbH").await;
    let (identity, structure) = (other.document("a").await, other.document("b").await);
    let mut body = people::issuer("Rotdorn Zwei GmbH", &identity, &structure);
    body["legal_person"]["commercial_register"] = company["commercial_register"].clone();
    body["legal_person"]["commercial_register_number"] =
        company["commercial_register_number"].clone();
    other
        .api
        .post("issuers/", &body)
        .await
        .refused("registry_account_mismatch");
    let patch = json!({"legal_person": {"company_name": "Rotdorn Drei GmbH"}});
    let path = format!("issuers/{}/", issuer.account);
    issuer
        .api
        .patch(&path, &patch)
        .await
        .refused("registry_account_mismatch");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_an_issuer_is_named_field_by_field(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let issuer = Issuer::join(&app, FIRM).await;
    let nowhere = uuid::Uuid::new_v4().to_string();
    let mut body = people::issuer(FIRM, &nowhere, &nowhere);
    body["bank_account"]["iban"] = json!("DE00500105173569146251");
    body["legal_person"]["country"] = json!("GER");
    body["natural_person"]["birth_date"] = json!("2999-01-01");
    issuer.api.post("issuers/", &body).await.refused_fields(
        "invalid_body",
        &[
            ("bank_account.iban", "invalid_checksum"),
            ("legal_person.country", "unknown_value"),
            ("natural_person.birth_date", "in_future"),
        ],
    );
    // Documents are looked for once the rest is right.
    let body = people::issuer(FIRM, &nowhere, &nowhere);
    issuer.api.post("issuers/", &body).await.refused_fields(
        "invalid_body",
        &[
            ("legal_person.company_identity_proof_id", "not_found"),
            ("legal_person.company_structure_proof_id", "not_found"),
        ],
    );
    // A patch of an issuer that has said nothing yet has to say everything.
    let path = format!("issuers/{}/", issuer.account);
    let patch = json!({"bank_account": {"iban": "DE89370400440532013000"}});
    issuer.api.patch(&path, &patch).await.refused_fields(
        "invalid_body",
        &[("bank_account.account_holder", "missing")],
    );
    // The older page names the documents beside the persons.
    let (identity, structure) = (issuer.document("a").await, issuer.document("b").await);
    let mut older = people::issuer(FIRM, &identity, &structure);
    let company = older["legal_person"].as_object_mut().unwrap();
    company.remove("company_identity_proof_id");
    company.remove("company_structure_proof_id");
    older["company_identity_proof_id"] = json!(identity);
    older["company_structure_proof_id"] = json!(structure);
    let made = issuer.api.post("issuers/", &older).await.expect(201);
    assert_eq!(
        made["legal_person"]["company_structure_proof_id"],
        structure
    );
    let changed = issuer.api.patch(&path, &patch).await.expect(200);
    assert_eq!(changed["bank_account"]["iban"], "DE89370400440532013000");
    assert_eq!(changed["natural_person"], made["natural_person"]);
}
