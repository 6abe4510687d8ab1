//! Joining on pages: a firm that nobody knows registers, applies, is asked, is admitted by two, and looks after its credentials.

use cashlink::demo::client::Credentials;
use domain::{Permission, Permissions, PlatformId, PlatformRole, Products, RegistrarRole, Role};
use rstest::rstest;
use testkit::app::{eventually, take_token};
use testkit::browser::{Browser, Human, PASSWORD, last_link};
use testkit::client::Session;
use testkit::{Backend, Setup, TestApp, people};

use crate::participation::{LEI, investment_platform};

const FIRM: &str = "Mustermann & Söhne GmbH";
const EMAIL: &str = "erika@mustermann.example";

/// What the form of a complete application says, but for the address of the platform.
const SAID: [(&str, &str); 18] = [
    ("company.name", FIRM),
    ("company.legal_form", "GmbH"),
    ("company.commercial_register", "Amtsgericht Potsdam"),
    ("company.commercial_register_number", "HRB 12345"),
    ("company.street", "Musterweg 1"),
    ("company.zip", "14467"),
    ("company.city", "Potsdam"),
    ("company.country", "DEU"),
    ("company.lei", LEI),
    ("platform.business_model", "Sells securities online."),
    ("licence.type", "wpig_15"),
    ("licence.services", "investment_brokerage"),
    ("licence.authority", "BaFin"),
    ("licence.number", "10099999"),
    ("licence.valid_from", "2025-01-01"),
    ("contact_persons[0].name", "Erika Mustermann"),
    ("contact_persons[0].role", "Compliance"),
    ("contact_persons[0].email", EMAIL),
];

async fn network(backend: Backend) -> TestApp {
    Setup::new(backend).without_workers().start().await
}

/// Two of the registrar's who decide.
async fn registrars(app: &TestApp) -> [Browser; 2] {
    let one = Human::first_operator(app).await;
    let role = Role::Registrar(RegistrarRole::Operator);
    let two = Human::with_role(app, role, Products::All, "two@example.com").await;
    [one.browser, two.browser]
}

/// Begins, fills in, proves the domain and uploads; the page of the application that is ready to be handed in.
async fn ready(applicant: &mut Browser) -> String {
    applicant.visit("/console/applications").await.ok();
    let begun = applicant.submit("/console/applications", &[]).await;
    let path = begun.location.expect("the page of the application");
    let draft = applicant.visit(&path).await.ok();
    // The firm was named before, and the page says what to put where once the address is known.
    draft.says("Mustermann &amp; Söhne GmbH");
    let mut said = SAID.to_vec();
    said.push(("platform.url", "http://127.0.0.1:9"));
    applicant.submit(&path, &said).await.leads_to(&path);
    let draft = applicant.visit(&path).await.ok();
    let token = draft
        .between("id=\"domain-token\"><code>", "<")
        .expect("the token");
    let url = investment_platform(token).await;
    *said.last_mut().unwrap() = ("platform.url", &url);
    applicant.submit(&path, &said).await.leads_to(&path);
    applicant
        .submit(&format!("{path}/domain"), &[])
        .await
        .leads_to(&path);
    eventually("the domain is proven", async || {
        let shown = applicant.look(&path).await.ok();
        shown.body.contains("data-domain=\"proven\"").then_some(())
    })
    .await;
    let documents = format!("{path}/documents");
    for kind in ["COMMERCIAL_REGISTER_EXTRACT", "LICENCE_EXTRACT"] {
        applicant
            .upload(
                &documents,
                &[("document_type", kind)],
                ("paper.pdf", &people::pdf(kind)),
            )
            .await
            .leads_to(&path);
    }
    path
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_becomes_a_partner_on_pages(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given somebody who knows the address of the network only.
    let app = TestApp::start(backend).await;
    let mut stranger = Browser::at(&app);
    stranger
        .visit("/")
        .await
        .ok()
        .says("href=\"/console/join\"");
    stranger
        .visit("/console/")
        .await
        .ok()
        .says("href=\"/console/join\"");
    stranger
        .visit("/console/join")
        .await
        .ok()
        .says("Criteria for taking part")
        .says("§ 18 eWpRV");

    // When the person registers, follows the link and signs in, the application is what there is to do.
    let mut applicant = Human::register(&app, FIRM, EMAIL).await.browser;
    applicant
        .look("/console/")
        .await
        .leads_to("/console/applications");
    applicant
        .visit("/console/participation")
        .await
        .ok()
        .says("data-status=\"applying\"");

    // An empty application is refused with a sentence at each field.
    applicant.visit("/console/applications").await.ok();
    let begun = applicant.submit("/console/applications", &[]).await;
    let path = begun.location.expect("the page of the application");
    applicant.visit(&path).await.ok();
    let refused = applicant.submit(&format!("{path}/submit"), &[]).await;
    refused
        .refused("invalid_body")
        .says("id=\"company.lei-wrong\"")
        .says("id=\"licence.type-wrong\"")
        .says("id=\"contact_persons-wrong\"")
        .says("id=\"documents-wrong\"");
    // What is no document is refused, and so is no file at all.
    let documents = format!("{path}/documents");
    let kind = [("document_type", "LICENCE_EXTRACT")];
    applicant
        .upload(&documents, &kind, ("paper.pdf", b"#!/bin/sh"))
        .await
        .refused("document_type_not_accepted");
    applicant
        .upload(&documents, &kind, ("", b""))
        .await
        .says("id=\"file-wrong\"");
    applicant
        .submit(&format!("{path}/withdraw"), &[])
        .await
        .leads_to(&path);

    // A complete one is handed in, once.
    let path = ready(&mut applicant).await;
    applicant
        .submit(&format!("{path}/submit"), &[])
        .await
        .leads_to(&path);
    let waiting = applicant.visit(&path).await.ok();
    waiting
        .says("data-status=\"submitted\"")
        .says("2026-09-01 22:00")
        .is_silent_about("name=\"company.lei\"");
    applicant
        .submit(&path, &SAID)
        .await
        .refused("application_state");
    applicant
        .submit("/console/applications", &[])
        .await
        .refused("application_duplicate");

    // The registrar finds it with the days that are left, reads its documents and asks.
    let [mut one, mut two] = registrars(&app).await;
    one.visit("/console/work")
        .await
        .ok()
        .says("Applications to answer");
    let listed = one.visit("/console/applications").await.ok();
    listed.says(&path).says("<td>92</td>");
    let shown = one.visit(&path).await.ok().says(LEI).says("paper.pdf");
    let files = shown.all_between(&format!("href=\"{path}/documents/"), "\"");
    let file = one
        .look(&format!("{path}/documents/{}", files[0]))
        .await
        .ok();
    assert_eq!(
        file.body.as_bytes(),
        people::pdf("COMMERCIAL_REGISTER_EXTRACT")
    );
    assert_eq!(file.headers["content-disposition"], "attachment");
    let messages = format!("{path}/messages");
    one.visit(&path).await.ok();
    one.submit(&messages, &[("text", " ")])
        .await
        .refused("invalid_body")
        .says("id=\"text-wrong\"");
    one.submit(&messages, &[("text", "Who identifies <your> investors?")])
        .await
        .leads_to(&path);
    let asked = applicant.visit(&path).await.ok();
    asked.says("Who identifies &lt;your&gt; investors?");
    applicant
        .submit(&messages, &[("text", "We do, by POSTIDENT.")])
        .await
        .leads_to(&path);
    two.visit(&path)
        .await
        .ok()
        .says("We do, by POSTIDENT.")
        .says("data-side=\"platform\"");

    // A refusal without an analysis of risks is none; an admission waits for another person, and the page says so.
    let answer = format!("{path}/answer");
    let refusal = [("decision", "refuse"), ("reason", "No.")];
    one.submit(&answer, &refusal)
        .await
        .refused("invalid_body")
        .says("id=\"risk_analysis-wrong\"");
    let admission = [("decision", "admit"), ("reason", "Every criterion is met.")];
    one.submit(&answer, &admission).await.leads_to(&path);
    let shown = one.visit(&path).await.ok();
    let decision = shown
        .between("href=\"/console/decisions/", "\"")
        .expect("the way to the decision");
    let decision = format!("/console/decisions/{decision}");
    let own = one.visit(&decision).await.ok();
    own.says("data-own")
        .says("Every criterion is met.")
        .is_silent_about(">Confirm<");
    let confirm = format!("{decision}/confirm");
    one.submit(&confirm, &[])
        .await
        .refused("four_eyes_required");
    two.visit("/console/decisions").await.ok().says(&decision);
    two.visit(&decision)
        .await
        .ok()
        .says(">Confirm<")
        .is_silent_about("data-own");
    two.submit(&confirm, &[]).await.leads_to(&decision);
    two.visit("/console/decisions?status=confirmed")
        .await
        .ok()
        .says(&decision);
    two.submit(&confirm, &[]).await.refused("decision_closed");

    // The applicant has it in writing, takes part, and goes to its assets.
    applicant
        .visit(&path)
        .await
        .ok()
        .says("data-status=\"admitted\"")
        .says("Zulassung zur Teilnahme");
    applicant
        .visit("/console/participation")
        .await
        .ok()
        .says("data-status=\"admitted\"")
        .says("Securities institution");
    let home = applicant.look("/console/").await.location;
    assert_ne!(home.as_deref(), Some("/console/applications"));
    // What was tried and done is in the audit log.
    let log = one.visit("/console/audit").await.ok();
    for action in [
        "platform.register",
        "application.submit",
        "decision.confirm.refused",
        "decision.confirm",
    ] {
        assert!(log.body.contains(action), "{action}");
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_registration_is_used_once_by_whom_it_was_sent_to(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = network(backend).await;
    let mut stranger = Browser::at(&app);
    stranger.visit("/console/join").await.ok();
    // What is no address is said at the field.
    stranger
        .submit(
            "/console/join",
            &[("company_name", FIRM), ("email", "erika")],
        )
        .await
        .refused("invalid_body")
        .says("id=\"email-wrong\"");
    let fields = [("company_name", FIRM), ("email", EMAIL)];
    // A later link replaces the one before, and ends after a day.
    stranger.submit("/console/join", &fields).await;
    let first = last_link(&app).await;
    stranger.submit("/console/join", &fields).await;
    let second = last_link(&app).await;
    stranger.look(&first).await.refused("link_invalid");
    stranger.look(&second).await.ok().says(EMAIL);
    app.advance_seconds(24 * 60 * 60);
    stranger.look(&second).await.refused("link_invalid");

    // A weak password is refused; then the link makes one account and one platform.
    stranger.submit("/console/join", &fields).await;
    let link = last_link(&app).await;
    let path = link.strip_prefix(&app.url).unwrap().to_owned();
    stranger.visit(&path).await.ok();
    let weak = [
        ("company_name", FIRM),
        ("name", "Erika Mustermann"),
        ("password", "short"),
    ];
    stranger
        .submit(&path, &weak)
        .await
        .refused("invalid_body")
        .says("id=\"password-wrong\"");
    let good = [weak[0], weak[1], ("password", PASSWORD)];
    stranger
        .submit(&path, &good)
        .await
        .leads_to("/console/account/second-factor");
    let mut late = Browser::at(&app);
    late.look(&path).await.refused("link_invalid");

    // A firm that is there already is not taken over by who registers its name anew.
    let mut other = Browser::at(&app);
    other.visit("/console/join").await.ok();
    let taken = [("company_name", FIRM), ("email", "max@example.com")];
    other
        .submit("/console/join", &taken)
        .await
        .leads_to("/console/join");
    let link = last_link(&app).await;
    let path = link.strip_prefix(&app.url).unwrap().to_owned();
    other.visit(&path).await.ok();
    other
        .submit(&path, &good)
        .await
        .refused("application_duplicate");
    // The name can be corrected, and the link is still good.
    let corrected = [("company_name", "Muster Vertrieb AG"), good[1], good[2]];
    other
        .submit(&path, &corrected)
        .await
        .leads_to("/console/account/second-factor");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn who_has_an_account_registers_another_firm_with_it(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = network(backend).await;
    let mut person = Human::register(&app, FIRM, EMAIL).await;
    let mut other = Human::register(&app, "Muster Vertrieb AG", "max@example.com").await;
    let second = "Mustermann Invest GmbH";
    let mut stranger = Browser::at(&app);
    stranger.visit("/console/join").await.ok();
    let fields = [("company_name", second), ("email", EMAIL)];
    stranger.submit("/console/join", &fields).await;
    let link = last_link(&app).await;
    let path = link.strip_prefix(&app.url).unwrap().to_owned();
    // Whoever has the link makes no second account of the address, and uses no other account.
    stranger.visit(&path).await.ok();
    let new = [
        ("company_name", second),
        ("name", "Erika"),
        ("password", PASSWORD),
    ];
    stranger
        .submit(&path, &new)
        .await
        .refused("invalid_body")
        .says("sign in, then open the link again");
    let accept = format!("{path}/accept");
    let firm = [("company_name", second)];
    other.browser.visit(&path).await.ok();
    other
        .browser
        .submit(&accept, &firm)
        .await
        .refused("invalid_body")
        .says("sent to another address");
    // Its owner goes on, in a new session that acts for the new firm.
    let before = person.browser.token().to_owned();
    person.browser.visit(&path).await.ok();
    person
        .browser
        .submit(&accept, &firm)
        .await
        .leads_to("/console/applications");
    assert_ne!(person.browser.token(), before);
    person
        .browser
        .visit("/console/participation")
        .await
        .ok()
        .says(second);
    person
        .browser
        .submit(&accept, &firm)
        .await
        .refused("link_invalid");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn registering_without_end_has_to_wait(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = network(backend).await;
    let mut stranger = Browser::at(&app);
    stranger.visit("/console/join").await.ok();
    let fields = [("company_name", FIRM), ("email", EMAIL)];
    for _ in 0..5 {
        stranger
            .submit("/console/join", &fields)
            .await
            .leads_to("/console/join");
    }
    stranger
        .submit("/console/join", &fields)
        .await
        .refused("sign_in_paused");
    // Somebody else's address is not in its way, and time heals.
    let other = [("company_name", FIRM), ("email", "max@example.com")];
    stranger
        .submit("/console/join", &other)
        .await
        .leads_to("/console/join");
    app.advance_seconds(2);
    stranger
        .submit("/console/join", &fields)
        .await
        .leads_to("/console/join");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn nobody_sees_another_firms_application(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = network(backend).await;
    let mut own = Human::register(&app, FIRM, EMAIL).await.browser;
    let mut other = Human::register(&app, "Muster Vertrieb AG", "max@example.com")
        .await
        .browser;
    let [mut registrar, _] = registrars(&app).await;
    own.visit("/console/applications").await.ok();
    let begun = own.submit("/console/applications", &[]).await;
    let path = begun.location.expect("the page of the application");
    let documents = format!("{path}/documents");
    own.visit(&path).await.ok();
    own.upload(
        &documents,
        &[("document_type", "OTHER")],
        ("plan.pdf", &people::pdf("plan")),
    )
    .await
    .leads_to(&path);
    let shown = own.visit(&path).await.ok().says("plan.pdf");
    let file = shown
        .between(&format!("href=\"{documents}/"), "\"")
        .expect("the document");
    let file = format!("{documents}/{file}");
    own.look(&file).await.ok();
    // A draft is nobody's business but the applicant's, and a document is seen with its application only.
    for stranger in [&mut other, &mut registrar] {
        stranger.look(&path).await.refused("not_found");
        stranger.look(&file).await.refused("not_found");
    }
    other.visit("/console/applications").await.ok();
    for action in ["submit", "withdraw", "domain", "messages", "documents"] {
        let sent = other
            .submit(&format!("{path}/{action}"), &[("text", "Let us in.")])
            .await;
        sent.refused("not_found");
    }
    // It is removed again, and seen no more.
    own.submit(&format!("{file}/remove"), &[])
        .await
        .leads_to(&path);
    own.look(&file).await.refused("not_found");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_platform_looks_after_its_credentials_on_pages(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = network(backend).await;
    let platform: PlatformId = app.platform_ids(0).await[0].parse().unwrap();
    let role = Role::Platform(platform, PlatformRole::Admin);
    let mut admin = Human::with_role(&app, role, Products::All, EMAIL)
        .await
        .browser;
    let reader = Role::Platform(platform, PlatformRole::Reader);
    let reader = Human::with_role(&app, reader, Products::All, "r@example.com").await;
    let mut reader = reader.browser;
    let list = "/console/credentials";
    let environment = app.environment(0).name.clone();
    admin.visit(list).await.ok().says(&environment);
    reader
        .visit(list)
        .await
        .ok()
        .is_silent_about("name=\"allowed_networks\"");

    // What is wrong is said at the field, and what was typed stays.
    let wrong = [
        ("name", "shop"),
        ("environment", environment.as_str()),
        ("allowed_networks", "everywhere"),
        ("expires_at", "2020-01-01"),
    ];
    admin
        .submit(list, &wrong)
        .await
        .refused("invalid_body")
        .says("id=\"allowed_networks-wrong\"")
        .says("id=\"expires_at-wrong\"")
        .says(">everywhere<");
    admin
        .submit(list, &[("name", "shop"), ("public_key", "-----BEGIN")])
        .await
        .says("id=\"public_key-wrong\"");

    // A client is made for an asset: its secret is shown this once, with the first call to paste.
    let new = [
        ("form_key", "of-this-form"),
        ("name", "shop"),
        ("environment", &environment),
        ("scopes", "investments:read"),
        ("allowed_networks", "127.0.0.0/8\r\n::1/128"),
    ];
    let made = admin.submit(list, &new).await.ok();
    let secret = |shown: &testkit::browser::Shown| {
        shown.between("<code data-secret>", "<").expect("a secret")
    };
    let first = secret(&made);
    assert!(first.starts_with("cl_live_"), "{first}");
    assert!(made.body.contains("first-call-python") && made.body.contains("first-call-curl"));
    // Sent twice, it is the same client.
    assert_eq!(secret(&admin.submit(list, &new).await.ok()), first);
    let client_id = made.between("<dt>Client ID</dt><dd><code>", "<").unwrap();
    let api_url = format!("{}/environments/{environment}/api/external", app.url);
    let door = Session::anonymous(&api_url);
    let works = async |secret: &str| {
        let credentials = Credentials {
            client_id: client_id.clone(),
            client_secret: secret.to_owned(),
        };
        take_token(&door, &credentials, None).await.status == 200
    };
    assert!(works(&first).await);
    let listed = admin.visit(list).await.ok();
    let row = listed
        .body
        .split("<tr>")
        .find(|row| row.contains(&client_id))
        .expect("it is listed");
    let id = row.split("/console/credentials/").nth(1).unwrap();
    let one = format!("{list}/{}", id.split('"').next().unwrap());
    let kept = admin.visit(&one).await.ok();
    kept.is_silent_about(&first)
        .says("investments:read")
        .says("127.0.0.0/8")
        .says("<time");

    // Rotated, both are good; ended at once, only the new one is; revoked, none.
    let rotated = admin.submit(&format!("{one}/rotate"), &[]).await.ok();
    let second = secret(&rotated);
    assert!(works(&first).await && works(&second).await);
    admin
        .submit(&format!("{one}/rotate"), &[("overlap_hours", "soon")])
        .await
        .says("id=\"overlap_hours-wrong\"");
    let rotate = format!("{one}/rotate");
    let rotated = admin.submit(&rotate, &[("overlap_hours", "0")]).await.ok();
    let third = secret(&rotated);
    assert!(!works(&first).await && !works(&second).await && works(&third).await);
    reader.visit(&one).await.ok().is_silent_about(">Revoke<");
    reader
        .submit(&format!("{one}/revoke"), &[])
        .await
        .refused("insufficient_scope");
    admin
        .submit(&format!("{one}/revoke"), &[])
        .await
        .leads_to(&one);
    assert!(!works(&third).await);
    admin
        .visit(&one)
        .await
        .ok()
        .says("data-status=\"revoked\"")
        .is_silent_about(">Revoke<");

    // With a key instead of a secret there is nothing to show.
    let key = r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
    let made = admin
        .submit(list, &[("name", "signs"), ("public_key", key)])
        .await
        .ok();
    made.is_silent_about("data-secret").says("public key");

    // Another platform finds none of it.
    let other: PlatformId = app.platform_ids(0).await[1].parse().unwrap();
    let role = Role::Platform(other, PlatformRole::Admin);
    let mut other = Human::with_role(&app, role, Products::All, "o@example.com")
        .await
        .browser;
    other.visit(list).await.ok().is_silent_about(&client_id);
    other.look(&one).await.refused("not_found");
    other
        .submit(&format!("{one}/rotate"), &[])
        .await
        .refused("not_found");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn two_of_the_registrars_suspend_readmit_and_relicense_on_pages(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = network(backend).await;
    let [mut one, mut two] = registrars(&app).await;
    let id = app.platform_ids(0).await.remove(0);
    let platform: PlatformId = id.parse().unwrap();
    let role = Role::Platform(platform, PlatformRole::Admin);
    let mut admin = Human::with_role(&app, role, Products::All, EMAIL)
        .await
        .browser;
    let page = format!("/console/platforms/{id}");
    one.visit("/console/platforms").await.ok().says(&page);
    one.visit(&page)
        .await
        .ok()
        .says("Propose a suspension")
        .is_silent_about("Propose a readmission");

    // Without reasons nothing is proposed; with them another person is waited for.
    let suspend = format!("{page}/suspension");
    one.submit(&suspend, &[])
        .await
        .refused("invalid_body")
        .says("id=\"reason-wrong\"");
    one.submit(&suspend, &[("reason", "Its licence was suspended.")])
        .await
        .leads_to(&page);
    two.visit(&page).await.ok();
    two.submit(&suspend, &[("reason", "The same.")])
        .await
        .refused("conflict");
    let confirm = async |from: &mut Browser| {
        let shown = from.visit(&page).await.ok();
        let decision = shown.between("href=\"/console/decisions/", "\"").unwrap();
        let path = format!("/console/decisions/{decision}");
        from.visit(&path).await.ok();
        from.submit(&format!("{path}/confirm"), &[])
            .await
            .leads_to(&path);
    };
    confirm(&mut two).await;
    admin
        .visit("/console/participation")
        .await
        .ok()
        .says("data-status=\"suspended\"");

    // Readmitted by the other way round; a proposal can be withdrawn instead.
    let readmit = format!("{page}/readmission");
    two.visit(&page).await.ok();
    two.submit(&readmit, &[("reason", "It is back.")])
        .await
        .leads_to(&page);
    let shown = two.visit(&page).await.ok();
    let decision = shown.between("href=\"/console/decisions/", "\"").unwrap();
    let decision = format!("/console/decisions/{decision}");
    two.visit(&decision).await.ok();
    two.submit(&format!("{decision}/withdraw"), &[])
        .await
        .leads_to(&decision);
    two.visit(&decision)
        .await
        .ok()
        .says("data-status=\"withdrawn\"");
    two.submit(&readmit, &[("reason", "It is back now.")])
        .await
        .leads_to(&page);
    confirm(&mut one).await;
    admin
        .visit("/console/participation")
        .await
        .ok()
        .says("data-status=\"admitted\"");

    // Another licence: what contradicts itself is refused at the field, what is right is shown to who confirms.
    let licence = format!("{page}/licence");
    let mut said = vec![
        ("licence.type", "gewo_34f"),
        ("licence.services", "placement"),
        ("licence.authority", "IHK Potsdam"),
        ("licence.number", "D-1"),
        ("licence.valid_from", "2026-01-01"),
        ("reason", "The institution has given its licence back."),
    ];
    one.visit(&page).await.ok();
    one.submit(&licence, &said)
        .await
        .refused("invalid_body")
        .says("id=\"licence.services-wrong\"");
    said[1] = ("licence.services", "open_funds");
    one.submit(&licence, &said).await.leads_to(&page);
    let shown = two.visit(&page).await.ok();
    let decision = shown.between("href=\"/console/decisions/", "\"").unwrap();
    two.visit(&format!("/console/decisions/{decision}"))
        .await
        .ok()
        .says("IHK Potsdam")
        .says("given its licence back");
    confirm(&mut two).await;
    admin
        .visit("/console/participation")
        .await
        .ok()
        .says("IHK Potsdam");

    // The platform leaves, if it means it.
    let exit = "/console/participation/exit";
    admin
        .submit(exit, &[])
        .await
        .refused("invalid_body")
        .says("id=\"confirm-wrong\"");
    admin
        .submit(exit, &[("confirm", "leave")])
        .await
        .leads_to("/console/participation");
    admin
        .visit("/console/participation")
        .await
        .ok()
        .says("data-status=\"left\"")
        .is_silent_about("/console/participation/exit");
    one.visit(&page)
        .await
        .ok()
        .says("data-status=\"left\"")
        .is_silent_about("Propose a suspension");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_issuers_person_hands_on_what_it_may_and_no_more(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given two people of an issuer: one may do everything, one looks after data and accepts, but has nothing to do with payments.
    let app = network(backend).await;
    let caller = registry::Caller::network("test");
    let inventory = cashlink::inventory::read(&app.app.registry, &caller).await;
    let issuer = inventory.unwrap().issuers[0].id;
    let list = "/console/credentials";
    let all = Role::Issuer(issuer, Permissions::all());
    let mut all = Human::with_role(&app, all, Products::All, EMAIL)
        .await
        .browser;
    let some = [Permission::ManageData, Permission::ManageApprovals];
    let some = Role::Issuer(issuer, Permissions::new(some));
    let some = Human::with_role(&app, some, Products::All, "some@example.com").await;
    let mut some = some.browser;

    // When each makes a client without choosing, it has what the person has.
    let box_of = |scope: &str| format!("name=\"scopes\" value=\"{scope}\"");
    all.visit(list)
        .await
        .ok()
        .says(&box_of("investments:write"));
    all.submit(list, &[("name", "books")])
        .await
        .ok()
        .says("investments:write")
        .says("<code data-secret>");
    some.visit(list)
        .await
        .ok()
        .says(&box_of("issuers:write"))
        .is_silent_about(&box_of("investments:write"));
    some.submit(list, &[("name", "data")])
        .await
        .ok()
        .says("issuers:write")
        .is_silent_about("investments:write");
    // And what it was not offered is refused.
    let more = [("name", "more"), ("scopes", "investments:write")];
    some.submit(list, &more).await.refused("not_permitted");
}
