//! What people upload and decide on pages: a file goes into the form, one of a wrong type is refused in words, and what needs two
//! people needs two.

use domain::{IssuerId, Permissions, Products, RegistrarRole, Role};
use rstest::rstest;
use serde_json::json;
use testkit::browser::{Browser, Human};
use testkit::client::id;
use testkit::{Backend, Issuer, TestApp, people};

const FIRM: &str = "Speicherkai Projektentwicklung GmbH";
const NEW: &str = "/console/issued/products/new";

/// Somebody of an issuer's who may do everything there, and the issuer's programs.
async fn issuer(app: &TestApp) -> (Browser, Issuer) {
    let account = Issuer::join(app, FIRM).await;
    let issuer: IssuerId = account.account.parse().unwrap();
    let role = Role::Issuer(issuer, Permissions::all());
    let human = Human::with_role(app, role, Products::All, "brings@example.com").await;
    (human.browser, account)
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_uploaded_with_a_form_and_stays_with_it(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let (mut browser, account) = issuer(&app).await;
    account.company(FIRM).await;
    browser.visit(NEW).await.ok().says("multipart/form-data");
    let typed = [
        ("name", "Speicherkai Genussrecht 2034"),
        ("new_type", "VIB"),
        ("new_title", "Information sheet"),
        ("step", "upload"),
    ];

    // A PDF is kept, and what was typed with it.
    let pdf = people::pdf("information sheet");
    let shown = browser.upload(NEW, &typed, ("sheet.pdf", &pdf)).await.ok();
    let shown = shown.says("Speicherkai Genussrecht 2034");
    let document = shown
        .between("name=\"documents[0].document_id\" value=\"", "\"")
        .unwrap();
    let kept = account.api.get(&format!("documents/{document}/")).await;
    assert_eq!(kept.expect(200)["id"], document.as_str());

    // What only calls itself a PDF is not, and the page says so in both languages.
    let program = b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff\x00\x00";
    let refused = browser.upload(NEW, &typed, ("sheet.pdf", program)).await;
    refused
        .refused("document_type_not_accepted")
        .says("The type of document is not accepted")
        .says("Speicherkai Genussrecht 2034");
    browser.visit("/console/account").await.ok();
    let german = [("name", "Erika Mustermann"), ("language", "de")];
    browser
        .submit("/console/account", &german)
        .await
        .leads_to("/console/account");
    browser.visit(NEW).await.ok();
    let refused = browser.upload(NEW, &typed, ("sheet.pdf", program)).await;
    refused
        .refused("document_type_not_accepted")
        .says("Diese Art von Datei wird nicht angenommen")
        .is_silent_about("The type of document");

    // A file from elsewhere is refused before anybody looks at it.
    browser.form_token = "made elsewhere".to_owned();
    let refused = browser.upload(NEW, &typed, ("sheet.pdf", &pdf)).await;
    refused
        .refused("form_expired")
        .says("Das Formular ist abgelaufen")
        .says("lang=\"de\"");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn two_of_the_registrars_validate_a_crypto_security_on_pages(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a crypto security that waits, and two of the registrar's people.
    let app = TestApp::start(backend).await;
    let (mut browser, account) = issuer(&app).await;
    let company = account.company(FIRM).await;
    let mut body = people::product(&company, &app.app.ledger.network().name);
    body["ewpg"] = json!(true);
    body["product_type"] = json!("BOND");
    let terms = account.document("terms").await;
    body["documents"] = json!([{"document_type": "TERMS", "document_id": terms}]);
    let product = id(&account.api.post("products/", &body).await.expect(201));
    let mut registrars = Vec::new();
    for email in ["one@example.com", "two@example.com"] {
        let role = Role::Registrar(RegistrarRole::Operator);
        let human = Human::with_role(&app, role, Products::All, email).await;
        registrars.push(human.browser);
    }
    let (mut two, mut one) = (registrars.remove(1), registrars.remove(0));

    // One finds it, and says why it can be entered; without a reason nothing is proposed.
    let path = format!("/console/validations/{product}");
    one.visit("/console/validations").await.ok().says(&path);
    one.visit(&path).await.ok().says("Propose the entry");
    let propose = format!("{path}/propose");
    one.submit(&propose, &[("reason", "")])
        .await
        .refused("invalid_body")
        .says("reason-wrong");
    one.submit(&propose, &[("reason", "The terms are complete.")])
        .await
        .leads_to("/console/validations");

    // It cannot confirm itself; nothing has happened yet.
    let listed = one.visit("/console/decisions").await.ok();
    let decision = listed.between("href=\"/console/decisions/", "\"").unwrap();
    let decision = format!("/console/decisions/{decision}");
    let confirm = format!("{decision}/confirm");
    one.visit(&decision).await.ok();
    one.submit(&confirm, &[])
        .await
        .refused("four_eyes_required");
    let status = async || {
        let product = account.api.get(&format!("products/{product}/")).await;
        product.expect(200)["status"].clone()
    };
    assert_eq!(status().await, "VALIDATION");

    // The other can, once.
    two.visit(&decision)
        .await
        .ok()
        .says("The terms are complete.");
    two.submit(&confirm, &[]).await.leads_to(&decision);
    assert_ne!(status().await, "VALIDATION");
    two.visit(&decision).await.ok();
    two.submit(&confirm, &[]).await.refused("decision_closed");
    one.visit("/console/validations")
        .await
        .ok()
        .is_silent_about(&path);
    browser
        .visit(&format!("/console/issued/products/{product}"))
        .await
        .ok()
        .is_silent_about("VALIDATION");
}
