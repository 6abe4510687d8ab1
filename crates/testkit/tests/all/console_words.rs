//! What pages say in place of codes and IDs, and which button the enter key presses.

use domain::{IssuerId, Permissions, Products, RegistrarRole, Role};
use rstest::rstest;
use serde_json::json;
use testkit::browser::{Browser, Human};
use testkit::client::id;
use testkit::{Backend, Issuer, TestApp, people};

const FIRM: &str = "Speicherkai Projektentwicklung GmbH";

async fn person(app: &TestApp, role: Role, email: &str) -> Browser {
    Human::with_role(app, role, Products::All, email)
        .await
        .browser
}

async fn speaks_german(browser: &mut Browser) {
    browser.visit("/console/account").await.ok();
    let said = [("name", "Erika Mustermann"), ("language", "de")];
    browser
        .submit("/console/account", &said)
        .await
        .leads_to("/console/account");
}

/// A crypto security that waits for the registrar; its ID.
async fn brings(app: &TestApp, issuer: &Issuer) -> String {
    let company = issuer.company(FIRM).await;
    let mut product = people::product(&company, &app.app.ledger.network().name);
    product["ewpg"] = json!(true);
    product["product_type"] = json!("BOND");
    product["name"] = json!("Speicherkai Anleihe 2034");
    product["documents"] =
        json!([{"document_type": "TERMS", "document_id": issuer.document("terms").await}]);
    id(&issuer.api.post("products/", &product).await.expect(201))
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn decisions_lead_to_what_they_are_about_by_its_name(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a product whose entry is proposed, and a platform whose suspension is.
    let app = TestApp::start(backend).await;
    let issuer = Issuer::join(&app, FIRM).await;
    let product = brings(&app, &issuer).await;
    let platform = app.platform_ids(0).await.remove(0);
    let operator = Role::Registrar(RegistrarRole::Operator);
    let mut registrar = person(&app, operator, "r@example.com").await;
    for path in [
        format!("/console/validations/{product}"),
        format!("/console/platforms/{platform}"),
    ] {
        registrar.visit(&path).await.ok();
        let (step, next) = match path.contains("platforms") {
            true => ("suspension", path.clone()),
            false => ("propose", "/console/validations".to_owned()),
        };
        registrar
            .submit(&format!("{path}/{step}"), &[("reason", "Looked through.")])
            .await
            .leads_to(&next);
    }

    // Then the list and the pages name both and lead there.
    let listed = registrar.visit("/console/decisions").await.ok();
    let links = [
        format!("<a href=\"/console/validations/{product}\">Speicherkai Anleihe 2034</a>"),
        format!(
            "<a href=\"/console/platforms/{platform}\">Spreeinvest Wertpapiervermittlung GmbH</a>"
        ),
    ];
    for link in &links {
        assert!(listed.body.contains(link), "{link}: {}", listed.body);
    }
    let pages = listed.all_between("<a href=\"/console/decisions/", "\"");
    assert_eq!(pages.len(), 2);
    for page in pages {
        let path = format!("/console/decisions/{page}");
        let shown = registrar.visit(&path).await.ok();
        assert!(
            links.iter().any(|link| shown.body.contains(link)),
            "{}",
            shown.body
        );
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn states_and_amounts_are_written_in_the_readers_language(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let issuer = Issuer::join(&app, FIRM).await;
    let product = brings(&app, &issuer).await;
    let account: IssuerId = issuer.account.parse().unwrap();
    let role = Role::Issuer(account, Permissions::all());
    let mut reader = person(&app, role, "i@example.com").await;
    let path = format!("/console/issued/products/{product}");
    reader
        .visit(&path)
        .await
        .ok()
        .says(">waits for validation<")
        .says("100.00 EUR");
    speaks_german(&mut reader).await;
    reader
        .visit(&path)
        .await
        .ok()
        .says("data-status=\"VALIDATION\"")
        .says(">wartet auf Validierung<")
        .says("100,00 EUR")
        .says("lang=\"de\"");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_enter_key_saves_and_what_was_uploaded_has_its_name(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let issuer = Issuer::join(&app, FIRM).await;
    let account: IssuerId = issuer.account.parse().unwrap();
    let role = Role::Issuer(account, Permissions::all());
    let mut person = person(&app, role, "i@example.com").await;
    let own = format!("/console/issuers/{account}");
    for path in [own.as_str(), "/console/issued/products/new"] {
        let page = person.visit(path).await.ok();
        // The first button that sends a form is the one that the enter key presses (HTML, implicit submission).
        let form = page.between("enctype=\"multipart/form-data\"", "</form>");
        let form = form.expect("a form with files");
        let (_, first) = form.split_once("<button").expect("a button");
        assert!(
            first.starts_with(" type=\"submit\" name=\"step\" value=\"save\""),
            "{first}"
        );
    }
    let pdf = people::pdf("register extract");
    let kept = person
        .upload(
            &own,
            &[("step", "upload"), ("proof", "identity")],
            ("extract.pdf", &pdf),
        )
        .await
        .ok();
    kept.says("<strong>extract.pdf</strong>");
    // What is no document is refused in a sentence, and the page stays.
    person
        .upload(
            &own,
            &[("step", "upload"), ("proof", "identity")],
            ("program.pdf", b"MZ"),
        )
        .await
        .refused("document_type_not_accepted")
        .says("The bytes of the file are none of");
}
