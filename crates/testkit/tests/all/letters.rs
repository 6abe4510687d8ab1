//! Who is written to when: the right people, each in his language, once, and only if it came true.

use std::collections::HashSet;

use console::{Access, Entry};
use domain::{
    Language, Permission, Permissions, PlatformRole, ProductId, Products, RegistrarRole, Role,
};
use registry::invitations::{self, NewInvitation, NewPerson};
use registry::mail::{self, MailView, Paragraph, plain_text};
use registry::people::Origin;
use registry::{Caller, Paging, Registry, Request, notices};
use rstest::rstest;
use serde_json::{Value, json};
use testkit::app::eventually;
use testkit::browser::PASSWORD;
use testkit::client::id;
use testkit::{Backend, Behaviour, Issuer, Setup, TestApp, WebhookSink, people};
use uuid::Uuid;

use crate::participation::submitted;

/// Which letter, to whom, in which language.
pub(crate) type Expected<'a> = (&'a str, &'a str, Language);

pub(crate) const DE: Language = Language::German;
pub(crate) const EN: Language = Language::English;

/// The mailbox of a network, as far as it was not looked at before.
pub(crate) struct Post {
    registry: Registry,
    seen: HashSet<Uuid>,
}

impl Post {
    /// What is there already is nobody's business.
    pub(crate) async fn of(app: &TestApp) -> Self {
        let mut post = Self {
            registry: app.app.registry.clone(),
            seen: HashSet::new(),
        };
        post.take().await;
        post
    }

    async fn peek(&self) -> Vec<MailView> {
        let paging = Paging {
            offset: 0,
            limit: 500,
        };
        let registrar = Caller::network("test");
        let all = mail::list(&self.registry, &registrar, None, paging).await;
        let mut new = all.unwrap().items;
        new.retain(|mail| !self.seen.contains(&mail.id));
        new
    }

    async fn take(&mut self) -> Vec<MailView> {
        let new = self.peek().await;
        self.seen.extend(new.iter().map(|mail| mail.id));
        new
    }

    /// These letters are new and no others.
    pub(crate) async fn brings(&mut self, expected: &[Expected<'_>]) -> Vec<MailView> {
        let new = self.take().await;
        let mut brought: Vec<Expected> = new
            .iter()
            .map(|mail| {
                let letter = mail.letter.as_ref().unwrap();
                let to = mail.recipient.as_deref().unwrap();
                (mail.template.as_str(), to, letter.language)
            })
            .collect();
        let mut expected = expected.to_vec();
        let order = |one: &Expected| (one.0.to_owned(), one.1.to_owned());
        brought.sort_by_key(order);
        expected.sort_by_key(order);
        assert_eq!(brought, expected);
        let entries = console::entries();
        for mail in &new {
            self.leads_to_a_page(&entries, mail);
        }
        new
    }

    /// The same, once the workers have come to it.
    pub(crate) async fn will_bring(&mut self, expected: &[Expected<'_>]) -> Vec<MailView> {
        let count = expected.len();
        eventually(&format!("{count} letters are written"), async || {
            (self.peek().await.len() >= count).then_some(())
        })
        .await;
        self.brings(expected).await
    }

    /// A letter without a page to go to would be a dead end.
    fn leads_to_a_page(&self, entries: &[Entry], mail: &MailView) {
        let links: Vec<&str> = mail
            .letter
            .iter()
            .flat_map(|letter| &letter.paragraphs)
            .filter_map(|paragraph| match paragraph {
                Paragraph::Link { url, .. } => Some(url.as_str()),
                _ => None,
            })
            .collect();
        assert_eq!(links.len(), 1, "{}", mail.template);
        let path = links[0]
            .strip_prefix(&self.registry.settings.public_url)
            .unwrap();
        let path = path.split('?').next().unwrap();
        let leads = entries.iter().any(|entry| {
            entry.method == "GET" && entry.access != Access::SigningIn && is_at(entry.path, path)
        });
        assert!(leads, "{} leads to {path}", mail.template);
    }
}

/// Whether a path is one of those that a page's path with braces stands for.
fn is_at(page: &str, path: &str) -> bool {
    let (page, path): (Vec<_>, Vec<_>) = (page.split('/').collect(), path.split('/').collect());
    page.len() == path.len()
        && page
            .iter()
            .zip(&path)
            .all(|(one, other)| one == other || one.starts_with('{') && !other.is_empty())
}

pub(crate) fn text(mail: &MailView) -> String {
    plain_text(mail.letter.as_ref().unwrap(), "Musterregister")
}

/// Lets somebody join.
pub(crate) async fn joins(app: &TestApp, role: Role, email: &str, language: Language) {
    joins_for(app, role, Products::All, email, language).await;
}

pub(crate) async fn joins_for(
    app: &TestApp,
    role: Role,
    products: Products,
    email: &str,
    language: Language,
) {
    let registry = &app.app.registry;
    let request = Request::internal("test", "invite");
    let new = NewInvitation {
        email: None,
        role,
        products,
    };
    let link = invitations::invite(registry, &request, new).await.unwrap();
    let link = link.link.unwrap();
    let person = NewPerson {
        name: "Erika Mustermann".to_owned(),
        email: email.to_owned(),
        password: PASSWORD.to_owned(),
        language,
    };
    let token = link.rsplit('/').next().unwrap();
    invitations::accept_as_new(registry, &Origin::default(), token, person)
        .await
        .unwrap();
}

/// The registrar's people: an operator who writes German, an administrator who writes English, and an auditor.
pub(crate) async fn registrars(app: &TestApp) {
    for (role, email, language) in [
        (RegistrarRole::Operator, "operator@registrar.example", DE),
        (RegistrarRole::Admin, "admin@registrar.example", EN),
        (RegistrarRole::Auditor, "auditor@registrar.example", DE),
    ] {
        joins(app, Role::Registrar(role), email, language).await;
    }
}

/// People of a platform: an administrator who writes English, somebody who sells, and somebody who only looks.
pub(crate) async fn sellers(app: &TestApp, platform: &str) {
    let platform = platform.parse().unwrap();
    for (role, email, language) in [
        (PlatformRole::Admin, "admin@platform.example", EN),
        (PlatformRole::Member, "member@platform.example", DE),
        (PlatformRole::Reader, "reader@platform.example", DE),
    ] {
        joins(app, Role::Platform(platform, role), email, language).await;
    }
}

/// The account that brings the asset of an environment.
async fn account(app: &TestApp, index: usize) -> domain::IssuerId {
    let name = app.environment(index).name.clone();
    let found = app.app.registry.db.read(move |tx| -> registry::Result<_> {
        let (_, products) = storage::products::list(tx, &storage::Scope::ALL, 0, 100)?;
        let product = products
            .into_iter()
            .find(|one| one.environment_name == name);
        let issuer = product.unwrap().product.issuer_id;
        let issuer = storage::issuers::find(tx, &storage::Scope::ALL, issuer)?;
        Ok(issuer.unwrap().account)
    });
    found.await.unwrap()
}

/// Who accepts and who looks after payments for the issuer of an environment's asset.
pub(crate) async fn issuers(app: &TestApp, index: usize) {
    let account = account(app, index).await;
    for (permission, email, language) in [
        (Permission::ManageApprovals, "accepts@issuer.example", EN),
        (
            Permission::ManageIncomingPayments,
            "payments@issuer.example",
            DE,
        ),
    ] {
        let role = Role::Issuer(account, Permissions::new([permission]));
        joins(app, role, email, language).await;
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_application_is_written_about_from_the_submission_to_the_answer(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given an applicant and the registrar, both with people.
    let app = TestApp::start(backend).await;
    let applicant = app.applicant("Mustermann & Söhne GmbH").await;
    let own = applicant.get("participation/").await.expect(200);
    let platform = own["platform_id"].as_str().unwrap();
    sellers(&app, platform).await;
    registrars(&app).await;
    let mut post = Post::of(&app).await;

    // When it hands in, whoever looks after applications hears of it on both sides.
    let path = submitted(&applicant).await;
    let received = post
        .brings(&[
            ("application_received", "admin@platform.example", EN),
            ("application_received", "admin@registrar.example", EN),
            ("application_received", "operator@registrar.example", DE),
        ])
        .await;
    let german = received
        .iter()
        .find(|mail| text(mail).contains("Guten Tag"));
    assert!(text(german.unwrap()).contains("Mustermann & Söhne GmbH"));
    assert!(text(german.unwrap()).contains("bis zum 01.09.2026"));

    // A question goes to the one side, the answer to the other; neither stands in the mail.
    let (one, two) = (app.registrar().await, app.other_registrar().await);
    let messages = format!("{path}messages/");
    let question = json!({"text": "Who identifies your investors?"});
    one.post(&messages, &question).await.expect(201);
    let asked = post
        .brings(&[("application_question", "admin@platform.example", EN)])
        .await;
    assert!(!text(&asked[0]).contains("identifies"));
    let answer = json!({"text": "We do, by POSTIDENT."});
    applicant.post(&messages, &answer).await.expect(201);
    post.brings(&[
        ("application_question", "admin@registrar.example", EN),
        ("application_question", "operator@registrar.example", DE),
    ])
    .await;

    // What is proposed waits for a second person; what is decided the applicant hears, and the reasons stand elsewhere.
    let no = json!({"decision": "refuse", "reason": "The licence covers none of it.", "risk_analysis": "High."});
    let proposed = one
        .post_with_key(&format!("{path}answer/"), "k-1", &no)
        .await;
    let decision = proposed.expect(201);
    post.brings(&[
        ("decision_waits", "admin@registrar.example", EN),
        ("decision_waits", "operator@registrar.example", DE),
    ])
    .await;
    // The same request again is the same proposal.
    one.post_with_key(&format!("{path}answer/"), "k-1", &no)
        .await
        .expect(201);
    post.brings(&[]).await;
    let confirm = format!("decisions/{}/confirm/", id(&decision));
    one.post(&confirm, &json!({}))
        .await
        .refused("four_eyes_required");
    post.brings(&[]).await;
    two.post(&confirm, &json!({})).await.expect(200);
    let refused = post
        .brings(&[("application_decided", "admin@platform.example", EN)])
        .await;
    assert!(text(&refused[0]).contains("was refused") && !text(&refused[0]).contains("covers"));
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_registrar_is_reminded_of_an_answer_that_is_due(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let applicant = app.applicant("Mustermann & Söhne GmbH").await;
    submitted(&applicant).await;
    joins(
        &app,
        Role::Registrar(RegistrarRole::Operator),
        "operator@registrar.example",
        DE,
    )
    .await;
    let mut post = Post::of(&app).await;
    // Two weeks before the end of the three months, and once more when they are over.
    for days in [80, 13] {
        app.advance_days(days);
        let due = post
            .will_bring(&[("application_due", "operator@registrar.example", DE)])
            .await;
        assert!(
            due[0]
                .letter
                .as_ref()
                .unwrap()
                .subject
                .contains("01.09.2026")
        );
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_platform_hears_of_its_standing(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let platform = app.platform_ids(0).await.remove(0);
    sellers(&app, &platform).await;
    let operator = Role::Registrar(RegistrarRole::Operator);
    joins(&app, operator, "operator@registrar.example", DE).await;
    let (one, two) = (app.registrar().await, app.other_registrar().await);
    let mut post = Post::of(&app).await;
    for (what, word) in [("suspension", "suspended"), ("readmission", "resumed")] {
        let path = format!("platforms/{platform}/{what}/");
        let body = json!({"reason": "The authority has published a notice."});
        let decision = id(&one.post(&path, &body).await.expect(201));
        post.brings(&[("decision_waits", "operator@registrar.example", DE)])
            .await;
        let confirm = format!("decisions/{decision}/confirm/");
        two.post(&confirm, &json!({})).await.expect(200);
        let told = post
            .brings(&[("standing_changed", "admin@platform.example", EN)])
            .await;
        let subject = &told[0].letter.as_ref().unwrap().subject;
        assert!(subject.contains(word), "{subject}");
    }
    // When it leaves, the registrar hears of it too.
    let own = app.platform(&platform).await;
    own.post("participation/exit/", &json!({}))
        .await
        .expect(200);
    post.brings(&[
        ("standing_changed", "admin@platform.example", EN),
        ("standing_changed", "operator@registrar.example", DE),
    ])
    .await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn credentials_are_written_about_and_never_their_secrets(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given two platforms with people.
    let app = TestApp::start(backend).await;
    let platforms = app.platform_ids(0).await;
    sellers(&app, &platforms[0]).await;
    let other = Role::Platform(platforms[1].parse().unwrap(), PlatformRole::Admin);
    joins(&app, other, "admin@other.example", DE).await;
    let own = app.platform(&platforms[0]).await;
    let mut post = Post::of(&app).await;

    // When one makes, renews and revokes a client, its administrators hear of each step.
    let told: &[Expected] = &[("client_changed", "admin@platform.example", EN)];
    let body = json!({"name": "shop", "environment": app.environment(0).name});
    let made = own.post("clients/", &body).await.expect(201);
    let first = post.brings(told).await;
    let path = format!("clients/{}/", id(&made));
    let rotate = format!("{path}rotate/");
    let rotated = own.post(&rotate, &json!({})).await.expect(200);
    let second = post.brings(told).await;
    let revoke = format!("{path}revoke/");
    own.post(&revoke, &json!({})).await.expect(200);
    post.brings(told).await;
    for (mail, client) in [(&first[0], &made), (&second[0], &rotated)] {
        let secret = client["client_secret"].as_str().unwrap();
        let name = client["client_id"].as_str().unwrap();
        assert!(!text(mail).contains(secret) && text(mail).contains(name));
    }
    // What is refused tells nobody.
    own.post(&rotate, &json!({})).await.refused("not_found");
    post.brings(&[]).await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn nobody_hears_of_what_was_rolled_back(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let platform = app.platform_ids(0).await.remove(0);
    sellers(&app, &platform).await;
    let own = app.platform(&platform).await;
    let body = json!({"name": "shop", "environment": app.environment(0).name});
    let made = own.post("clients/", &body).await.expect(201);
    let mut post = Post::of(&app).await;
    // Given a fault that shows at the end of the transaction.
    let gone = database::Sql("alter table audit_log rename to audit_log_away");
    let back = database::Sql("alter table audit_log_away rename to audit_log");
    let registry = &app.app.registry;
    registry
        .db
        .write(move |tx| tx.execute(gone, &[]))
        .await
        .unwrap();
    let revoke = format!("clients/{}/revoke/", id(&made));
    own.post(&revoke, &json!({})).await.refused("internal");
    registry
        .db
        .write(move |tx| tx.execute(back, &[]))
        .await
        .unwrap();
    // Then the client works, and there is no letter that says otherwise.
    post.brings(&[]).await;
    own.post(&revoke, &json!({})).await.expect(200);
    post.brings(&[("client_changed", "admin@platform.example", EN)])
        .await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_issuer_hears_what_became_of_its_crypto_security(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given an issuer whose crypto security waits, and one of its people who brings products.
    let app = TestApp::start(backend).await;
    let firm = "Speicherkai Projektentwicklung GmbH";
    let issuer = Issuer::join(&app, firm).await;
    let account = issuer.account.parse().unwrap();
    let brings = Permissions::new([Permission::ManageDistribution]);
    joins(
        &app,
        Role::Issuer(account, brings),
        "brings@issuer.example",
        DE,
    )
    .await;
    let accepts = Permissions::new([Permission::ManageApprovals]);
    joins(
        &app,
        Role::Issuer(account, accepts),
        "accepts@issuer.example",
        EN,
    )
    .await;
    let network = app.app.ledger.network().name.clone();
    let mut body = people::product(&issuer.company(firm).await, &network);
    body["ewpg"] = json!(true);
    body["product_type"] = json!("BOND");
    body["documents"] =
        json!([{"document_type": "TERMS", "document_id": issuer.document("terms").await}]);
    let product = id(&issuer.api.post("products/", &body).await.expect(201));
    let mut post = Post::of(&app).await;

    // When it is refused, and after a change entered by two.
    let (one, two) = (app.registrar().await, app.other_registrar().await);
    let reason = json!({"reason": "Page 3 of the terms is missing."});
    let path = format!("products/{product}/");
    one.post(&format!("{path}rejection/"), &reason)
        .await
        .expect(200);
    let told: &[Expected] = &[("product_decided", "brings@issuer.example", DE)];
    let refused = post.brings(told).await;
    assert!(
        text(&refused[0]).contains("nicht eingetragen") && !text(&refused[0]).contains("Page 3")
    );
    let change = json!({"description": "With page 3."});
    issuer.api.patch(&path, &change).await.expect(200);
    let decision = one.post(&format!("{path}validation/"), &reason).await;
    let confirm = format!("decisions/{}/confirm/", id(&decision.expect(201)));
    two.post(&confirm, &json!({})).await.expect(200);
    let entered = post.brings(told).await;
    assert!(text(&entered[0]).contains("hat Speicherkai Genussrecht 2034 geprüft"));
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_waits_is_written_about_once_a_day_to_those_who_see_it(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given two orders that wait for the issuer, and an identification that waits for the registrar.
    let mut app = TestApp::start(backend).await;
    issuers(&app, 1).await;
    let elsewhere = Role::Issuer(
        account(&app, 1).await,
        Permissions::new([Permission::ManageApprovals]),
    );
    let foreign: ProductId = app.environment(0).product_id.parse().unwrap();
    let own: ProductId = app.environment(1).product_id.parse().unwrap();
    let limited = async |products, email| {
        let role = elsewhere.clone();
        let registry = &app.app.registry;
        joins_for(&app, role, Products::All, email, DE).await;
        limit(registry, email, products).await;
    };
    limited(vec![foreign], "elsewhere@issuer.example").await;
    limited(vec![own], "here@issuer.example").await;
    registrars(&app).await;
    let partner = app.partner(1).await;
    for units in [2, 4] {
        let customer = partner.customer().await;
        partner.invest(&customer, units, json!({})).await;
    }
    let other = app.other_partner(0).await;
    let waiting = other.investor().await;
    other.identify(&waiting).await;
    let mut post = Post::of(&app).await;

    // When the next day begins, nothing is written at night.
    app.advance_seconds(15 * 3_600);
    app.stop_workers().await;
    assert_eq!(notices::write_daily(&app.app.registry).await.unwrap(), 0);
    // In the morning it is, by whichever of many workers is first.
    app.advance_seconds(7 * 3_600);
    let mut written = 0;
    let looks = (0..6).map(|_| {
        let registry = app.app.registry.clone();
        tokio::spawn(async move { notices::write_daily(&registry).await.unwrap() })
    });
    for look in looks.collect::<Vec<_>>() {
        written += look.await.unwrap();
    }
    assert_eq!(written, 4);
    let letters = post
        .brings(&[
            ("acceptance_due", "accepts@issuer.example", EN),
            ("acceptance_due", "here@issuer.example", DE),
            ("work_waits", "admin@registrar.example", EN),
            ("work_waits", "operator@registrar.example", DE),
        ])
        .await;
    let english = |template: &str| {
        let is_it = |mail: &&MailView| {
            mail.template == template && mail.letter.as_ref().unwrap().language == EN
        };
        text(letters.iter().find(is_it).unwrap())
    };
    let line = "- Nordwind Genussrecht 2026/2036: 2 investments, since 1 June 2026\n";
    assert!(english("acceptance_due").contains(line));
    assert!(english("work_waits").contains("- Identifications to decide: 1\n"));
    // A worker that starts later that day has nothing to say.
    app.start_workers();
    app.advance_seconds(3_600);
    app.stop_workers().await;
    assert_eq!(notices::write_daily(&app.app.registry).await.unwrap(), 0);
    post.brings(&[]).await;
    // The next day it still waits.
    app.advance_days(1);
    assert_eq!(notices::write_daily(&app.app.registry).await.unwrap(), 4);
}

/// Limits somebody to these products, as whoever manages members does.
pub(crate) async fn limit(registry: &Registry, email: &str, products: Vec<ProductId>) {
    let hash = registry
        .people
        .tag("email", email.trim().to_lowercase().as_bytes());
    let limited = registry.db.write(move |tx| -> registry::Result<()> {
        let person = storage::people::find_by_email(tx, &hash)?.unwrap();
        let membership = storage::memberships::of_person(tx, person.id)?.remove(0);
        let only = Products::Only(products.clone());
        storage::memberships::update(tx, membership.id, &membership.role, &only)?;
        Ok(())
    });
    limited.await.unwrap();
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_day_that_was_begun_and_not_ended_begins_anew(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given an order that waits, and a fault in what comes after the issuers' letters.
    let mut app = TestApp::start(backend).await;
    issuers(&app, 1).await;
    let partner = app.partner(1).await;
    let customer = partner.customer().await;
    partner.invest(&customer, 2, json!({})).await;
    let mut post = Post::of(&app).await;
    app.stop_workers().await;
    app.advance_days(1);
    let registry = &app.app.registry;
    let gone = database::Sql("alter table decisions rename to decisions_away");
    let back = database::Sql("alter table decisions_away rename to decisions");
    registry
        .db
        .write(move |tx| tx.execute(gone, &[]))
        .await
        .unwrap();
    notices::write_daily(registry).await.unwrap_err();
    post.brings(&[]).await;
    // When it is away, the letters are written once.
    registry
        .db
        .write(move |tx| tx.execute(back, &[]))
        .await
        .unwrap();
    assert_eq!(notices::write_daily(registry).await.unwrap(), 1);
    assert_eq!(notices::write_daily(registry).await.unwrap(), 0);
    post.brings(&[("acceptance_due", "accepts@issuer.example", EN)])
        .await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_deadline_is_written_about_once_before_it_ends(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given an accepted order that has 14 days to be paid, and as many to be cancelled.
    let app = TestApp::start(backend).await;
    let platform = app.platform_ids(2).await.remove(0);
    sellers(&app, &platform).await;
    issuers(&app, 2).await;
    let partner = app.partner(2).await;
    let customer = partner.customer().await;
    let accepted = json!({"accepted_at": app.ago(30)});
    let order = id(&partner.invest(&customer, 5, accepted).await);
    let mut post = Post::of(&app).await;

    // Three days before the payment is due, everybody hears of it who can do something about it.
    app.advance_days(10);
    app.advance_days(2);
    let near = post
        .will_bring(&[
            ("payments_due", "payments@issuer.example", DE),
            ("payments_due", "admin@platform.example", EN),
            ("payments_due", "member@platform.example", DE),
        ])
        .await;
    let english = near.iter().map(text).find(|said| said.contains("Hello,"));
    let english = english.unwrap();
    let line = "- Atelier Beteiligung Moderne 2033: 1 investment, first due on 15 June 2026\n";
    assert!(english.contains(line), "{english}");
    assert!(!near.iter().any(|mail| text(mail).contains("Vogelsang")));
    // Two days before it can be cancelled no longer, its platform does; and of the payment nobody again.
    app.advance_days(1);
    let told: &[Expected] = &[
        ("cancellations_end", "admin@platform.example", EN),
        ("cancellations_end", "member@platform.example", DE),
    ];
    let near = post.will_bring(told).await;
    let line = "1 Investment, erste Frist am 15.06.2026\n";
    assert!(near.iter().any(|mail| text(mail).contains(line)));
    // And not again, whatever happens to the order.
    let paid = json!({"paid_at": app.ago(1)});
    let path = format!("investments/{order}/");
    partner.api.patch(&path, &paid).await.expect(200);
    app.advance_days(1);
    assert_eq!(notices::write_daily(&app.app.registry).await.unwrap(), 0);
    app.advance_days(1);
    partner.reaches(&order, "DELIVERED").await;
    post.brings(&[]).await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_ends_is_written_about_in_time(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a licence that ends in September, and a client that ends some weeks from now by the machine's clock.
    let setup = Setup::new(backend).network(|network| {
        network["platforms"][0]["licence"]["valid_to"] = json!("2026-09-15");
    });
    let app = setup.start().await;
    let platform = app.platform_ids(0).await.remove(0);
    sellers(&app, &platform).await;
    let operator = Role::Registrar(RegistrarRole::Operator);
    joins(&app, operator, "operator@registrar.example", DE).await;
    let ends = registry::clock::real_now().berlin_date().add_days(40);
    // At noon, so that the round of the day that is looked at below has come.
    let ends = ends.start_of_day_berlin().plus_seconds(12 * 3_600);
    let own = app.platform(&platform).await;
    let body = json!({
        "name": "shop", "environment": app.environment(0).name, "expires_at": ends.to_string(),
    });
    own.post("clients/", &body).await.expect(201);
    let mut post = Post::of(&app).await;

    // When the licence's last month begins, its platform and the registrar hear of it, once.
    app.advance_days(80);
    let told = post
        .will_bring(&[
            ("licence_expires", "admin@platform.example", EN),
            ("licence_expires", "operator@registrar.example", DE),
        ])
        .await;
    let said = told.iter().map(text).collect::<String>();
    assert!(said.contains("bis zum 15.09.2026") && said.contains("until 15 September 2026"));
    app.advance_days(2);

    // When two weeks of the client are left, its platform hears of it, once.
    let left = ends.seconds_since(app.app.registry.clock.now()) - 13 * 86_400;
    app.advance_seconds(left);
    let told = post
        .will_bring(&[("client_expires", "admin@platform.example", EN)])
        .await;
    let name = own.get("clients/").await.expect(200)["results"].clone();
    let names: Vec<Value> = name.as_array().unwrap().clone();
    let newest = names.iter().find(|one| one["name"] == "shop").unwrap();
    assert!(text(&told[0]).contains(newest["client_id"].as_str().unwrap()));
    app.advance_days(2);
    assert_eq!(notices::write_daily(&app.app.registry).await.unwrap(), 0);
    post.brings(&[]).await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_dead_endpoint_is_written_about_once_an_outage(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a platform whose receiver says that it is gone.
    let app = TestApp::start(backend).await;
    let platform = app.platform_ids(0).await.remove(0);
    sellers(&app, &platform).await;
    let partner = app.partner(0).await;
    let sink = WebhookSink::start().await;
    sink.behave(Behaviour::Fail(410));
    let endpoint = id(&partner.subscribe(&sink).await);
    let mut post = Post::of(&app).await;
    let customer = partner.customer().await;
    partner.invest(&customer, 1, json!({})).await;

    // Then those hear of it who can put it right.
    let told: &[Expected] = &[
        ("endpoint_dead", "admin@platform.example", EN),
        ("endpoint_dead", "member@platform.example", DE),
    ];
    let dead = post.will_bring(told).await;
    assert!(text(&dead[0]).contains(&app.environment(0).name));
    app.advance_days(3);
    partner.invest(&customer, 1, json!({})).await;
    notices::write_about_dead(&app.app.registry).await.unwrap();
    post.brings(&[]).await;

    // When it is put right and dies again, they hear of it again.
    let path = format!("webhook-endpoints/{endpoint}/");
    let on = json!({"enabled": true});
    app.advance_seconds(60);
    partner.api.patch(&path, &on).await.expect(200);
    post.will_bring(told).await;
}
