//! People: they join by a link, sign in with two factors, and are signed out when they should be.

use registry::{Caller, Request, mail, members};
use rstest::rstest;
use testkit::browser::{Browser, Human, PASSWORD, code};
use testkit::{Backend, Setup, TestApp};

const MINUTE: i64 = 60;

async fn network(backend: Backend) -> TestApp {
    Setup::new(backend).without_workers().start().await
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_first_operator_joins_signs_in_and_sees_the_work_list(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a new network and the link that it prints.
    let app = network(backend).await;
    let mut operator = Human::first_operator(&app).await;

    // Whoever joined is signed in and sees what waits.
    let page = operator.browser.visit("/console/").await.ok();
    page.says("Work list")
        .says("Identifications to decide")
        .says("Erika Mustermann");
    assert_eq!(operator.recovery_codes.len(), 10);

    // And signs in again from elsewhere.
    let mut other = operator.sign_in(&app).await;
    other.visit("/console/work").await.ok().says("Work list");
    // The audit log names the person by its id only.
    let log = other.visit("/console/audit").await.ok();
    let log = log
        .says("person.sign_in")
        .says("person.enrol_second_factor")
        .says("member.join");
    let table = log.between("<tbody>", "</tbody>").unwrap();
    assert!(
        !table.contains("Erika") && !table.contains("example.com"),
        "{table}"
    );

    // The link makes nobody else, and no second one is made.
    assert!(
        cashlink::founding::first_operator(&app.app, "test")
            .await
            .unwrap()
            .is_none()
    );
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_link_is_good_once(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let app = network(backend).await;
    let link = cashlink::founding::first_operator(&app.app, "test")
        .await
        .unwrap()
        .unwrap();
    // A later start replaces what nobody used.
    let second = cashlink::founding::first_operator(&app.app, "test")
        .await
        .unwrap()
        .unwrap();
    Browser::at(&app).look(&link).await.refused("link_invalid");

    Human::join(&app, &second, "erika@example.com").await;
    let mut late = Browser::at(&app);
    late.look(&second).await.refused("link_invalid");
    late.visit("/console/sign-in").await.ok();
    let path = second.strip_prefix(&app.url).unwrap();
    let fields = [
        ("name", "Max"),
        ("email", "max@example.com"),
        ("password", PASSWORD),
    ];
    late.submit(path, &fields).await.refused("link_invalid");

    // After a week it is too old.
    let request = Request::internal("test", "invite");
    let new = registry::invitations::NewInvitation {
        email: None,
        role: domain::Role::Registrar(domain::RegistrarRole::Auditor),
        products: domain::Products::All,
    };
    let old = registry::invitations::invite(&app.app.registry, &request, new)
        .await
        .unwrap();
    app.advance_days(8);
    late.look(&old.link.unwrap()).await.refused("link_invalid");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_not_told_apart_and_guessing_is_paused(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = network(backend).await;
    let operator = Human::first_operator(&app).await;
    let mut answers = Vec::new();
    for email in [operator.email.as_str(), "nobody@example.com"] {
        let mut guesser = Browser::at(&app);
        guesser.visit("/console/sign-in").await.ok();
        // Five guesses are answered alike for an account that exists and one that does not.
        for _ in 0..5 {
            let fields = [("email", email), ("password", "wrong horse battery")];
            let refused = guesser
                .submit("/console/sign-in", &fields)
                .await
                .refused("sign_in_refused");
            assert_eq!(refused.status, 401);
            answers.push(refused.between("data-code", "</div>").unwrap());
        }
        // The sixth is not tried, even with the right password.
        let fields = [("email", email), ("password", PASSWORD)];
        let paused = guesser
            .submit("/console/sign-in", &fields)
            .await
            .refused("sign_in_paused");
        assert_eq!(paused.status, 429);
    }
    assert!(
        answers.iter().all(|answer| *answer == answers[0]),
        "{answers:?}"
    );

    // The pause ends, and the right password and code end the counting.
    app.advance_seconds(2);
    let mut browser = operator.sign_in(&app).await;
    browser
        .visit("/console/audit")
        .await
        .says("person.sign_in.refused")
        .says("person.sign_in.paused");
    operator.sign_in(&app).await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_good_once(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let app = network(backend).await;
    let operator = Human::first_operator(&app).await;
    operator.sign_in(&app).await;

    // The same code again, in time: whoever looked over the shoulder gets nowhere.
    let mut onlooker = Browser::at(&app);
    onlooker.visit("/console/sign-in").await.ok();
    let fields = [("email", operator.email.as_str()), ("password", PASSWORD)];
    onlooker
        .submit("/console/sign-in", &fields)
        .await
        .leads_to("/console/sign-in/code");
    let seen = code(&app, &operator.secret);
    onlooker.visit("/console/sign-in/code").await.ok();
    onlooker
        .submit("/console/sign-in/code", &[("code", &seen)])
        .await
        .refused("sign_in_refused");
    // The password alone opens nothing.
    onlooker
        .look("/console/work")
        .await
        .leads_to("/console/sign-in/code");
    onlooker
        .look("/console/account/second-factor")
        .await
        .leads_to("/console/sign-in/code");

    // A recovery code signs in once.
    let recovery = operator.recovery_codes[3].to_uppercase();
    onlooker
        .submit("/console/sign-in/code", &[("code", &recovery)])
        .await
        .leads_to("/console/");
    onlooker
        .visit("/console/account")
        .await
        .ok()
        .says("<strong>9</strong>");
    let mut again = Browser::at(&app);
    again.visit("/console/sign-in").await.ok();
    again
        .submit("/console/sign-in", &fields)
        .await
        .leads_to("/console/sign-in/code");
    again.visit("/console/sign-in/code").await.ok();
    again
        .submit("/console/sign-in/code", &[("code", &recovery)])
        .await
        .refused("sign_in_refused");
    // Without the password no code is tried.
    let mut stranger = Browser::at(&app);
    stranger.visit("/console/sign-in").await.ok();
    stranger
        .submit("/console/sign-in/code", &[("code", "123456")])
        .await
        .refused("session_ended");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_planted_cookie_is_worth_nothing(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = network(backend).await;
    let operator = Human::first_operator(&app).await;
    app.advance_seconds(30);
    // Given a victim who signs in with a cookie that an attacker knows.
    let mut victim = Browser::at(&app);
    victim.visit("/console/sign-in").await.ok();
    let mut known = vec![victim.token().to_owned()];
    let fields = [("email", operator.email.as_str()), ("password", PASSWORD)];
    victim
        .submit("/console/sign-in", &fields)
        .await
        .leads_to("/console/sign-in/code");
    known.push(victim.token().to_owned());
    victim.visit("/console/sign-in/code").await.ok();
    let code = code(&app, &operator.secret);
    victim
        .submit("/console/sign-in/code", &[("code", &code)])
        .await
        .leads_to("/console/");
    known.push(victim.token().to_owned());
    victim.visit("/console/work").await.ok();
    // Each step has a new one, and the old ones lead to the sign-in.
    for (index, token) in known[..2].iter().enumerate() {
        assert_ne!(token, victim.token());
        victim
            .with_token(token)
            .look("/console/work")
            .await
            .leads_to("/console/sign-in");
        assert!(!known[index + 1..].contains(token));
    }
    // Changing the password is such a step too, and ends the other sessions.
    victim.visit("/console/account").await.ok();
    let fields = [
        ("current_password", PASSWORD),
        ("password", "another horse battery"),
    ];
    victim
        .submit("/console/account/password", &fields)
        .await
        .leads_to("/console/account");
    victim.visit("/console/account").await.ok();
    victim
        .with_token(&known[2])
        .look("/console/work")
        .await
        .leads_to("/console/sign-in");
    operator
        .browser
        .clone()
        .look("/console/work")
        .await
        .leads_to("/console/sign-in");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn sessions_end(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let app = network(backend).await;
    let mut operator = Human::first_operator(&app).await;

    // By signing out: the cookie is worth nothing any more.
    let mut first = operator.sign_in(&app).await;
    first.visit("/console/work").await.ok();
    let token = first.token().to_owned();
    first
        .submit("/console/sign-out", &[])
        .await
        .leads_to("/console/sign-in");
    first
        .with_token(&token)
        .look("/console/work")
        .await
        .leads_to("/console/sign-in");

    // By its owner from elsewhere.
    let mut second = operator.sign_in(&app).await;
    second.visit("/console/work").await.ok();
    let account = operator.browser.visit("/console/account").await.ok();
    let others = account.all_between("action=\"/console/account/sessions/", "\"");
    assert_eq!(others.len(), 1, "{others:?}");
    let end = format!("/console/account/sessions/{}", others[0]);
    operator
        .browser
        .submit(&end, &[])
        .await
        .leads_to("/console/account");
    second
        .look("/console/work")
        .await
        .leads_to("/console/sign-in");
    operator
        .browser
        .submit(&end, &[])
        .await
        .refused("not_found");

    // By not being used for half an hour.
    for _ in 0..3 {
        app.advance_seconds(29 * MINUTE);
        operator.browser.visit("/console/work").await.ok();
    }
    app.advance_seconds(31 * MINUTE);
    operator
        .browser
        .look("/console/work")
        .await
        .leads_to("/console/sign-in");

    // By twelve hours, used or not.
    let mut long = operator.sign_in(&app).await;
    for _ in 0..28 {
        long.visit("/console/work").await.ok();
        app.advance_seconds(25 * MINUTE);
    }
    long.visit("/console/work").await.ok();
    app.advance_seconds(19 * MINUTE);
    long.visit("/console/work").await.ok();
    app.advance_seconds(2 * MINUTE);
    long.look("/console/work")
        .await
        .leads_to("/console/sign-in");

    // By somebody who manages members; the last of those stays.
    let mut admin = operator.sign_in(&app).await;
    let role = domain::Role::Registrar(domain::RegistrarRole::Auditor);
    let mut auditor = Human::with_role(&app, role, domain::Products::All, "max@example.com").await;
    auditor.browser.visit("/console/work").await.ok();
    let listed = admin.visit("/console/members").await.ok();
    let ids = listed.all_between("<a href=\"/console/members/", "\"");
    assert_eq!(ids.len(), 2);
    admin
        .submit(&format!("/console/members/{}/remove", ids[1]), &[])
        .await
        .leads_to("/console/members");
    auditor
        .browser
        .look("/console/work")
        .await
        .leads_to("/console/sign-in");
    admin
        .submit(&format!("/console/members/{}/remove", ids[0]), &[])
        .await
        .refused("last_manager");
    admin
        .submit(
            &format!("/console/members/{}", ids[0]),
            &[("role", "auditor")],
        )
        .await
        .refused("last_manager");
    let caller = Caller::network("test");
    assert_eq!(
        members::list(&app.app.registry, &caller)
            .await
            .unwrap()
            .members
            .len(),
        1
    );
}

/// The links of the mails that were written, oldest first.
async fn links(app: &TestApp) -> Vec<String> {
    let paging = registry::Paging {
        offset: 0,
        limit: 50,
    };
    let caller = Caller::network("test");
    let mails = mail::list(&app.app.registry, &caller, None, paging)
        .await
        .unwrap();
    let mut links: Vec<(String, String)> = Vec::new();
    for one in mails.items {
        for paragraph in one.letter.into_iter().flat_map(|letter| letter.paragraphs) {
            if let mail::Paragraph::Link { url, .. } = paragraph {
                links.push((one.id.to_string(), url));
            }
        }
    }
    links.sort();
    links.into_iter().map(|(_, url)| url).collect()
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_forgotten_password_is_replaced_by_a_link(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = network(backend).await;
    let operator = Human::first_operator(&app).await;
    // The page answers alike whether there is such an account.
    let mut browser = Browser::at(&app);
    for email in [
        operator.email.as_str(),
        "nobody@example.com",
        operator.email.as_str(),
    ] {
        browser.visit("/console/password").await.ok();
        browser
            .submit("/console/password", &[("email", email)])
            .await
            .leads_to("/console/sign-in");
    }
    // Only the account's address is written to; its last link is good.
    let links = links(&app).await;
    assert_eq!(links.len(), 2, "{links:?}");
    let [older, path] =
        [&links[0], &links[1]].map(|link| link.strip_prefix(&app.url).unwrap().to_owned());
    browser.visit(&path).await.ok();
    // What is easily guessed is refused, and the older link is worth nothing.
    browser
        .submit(&path, &[("password", "mustermann12")])
        .await
        .refused("invalid_body");
    let fresh = "another horse battery";
    browser
        .submit(&older, &[("password", fresh)])
        .await
        .refused("link_invalid");
    browser
        .submit(&path, &[("password", fresh)])
        .await
        .leads_to("/console/sign-in");
    browser
        .submit(&path, &[("password", fresh)])
        .await
        .refused("link_invalid");
    // Every session has ended, the old password is none, and the second factor is still asked for.
    operator
        .browser
        .clone()
        .look("/console/work")
        .await
        .leads_to("/console/sign-in");
    browser.visit("/console/sign-in").await.ok();
    let fields = [("email", operator.email.as_str()), ("password", PASSWORD)];
    browser
        .submit("/console/sign-in", &fields)
        .await
        .refused("sign_in_refused");
    let fields = [("email", operator.email.as_str()), ("password", fresh)];
    browser
        .submit("/console/sign-in", &fields)
        .await
        .leads_to("/console/sign-in/code");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_form_is_good_in_the_session_it_was_made_for(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = network(backend).await;
    let mut operator = Human::first_operator(&app).await;
    let mut stranger = Browser::at(&app);
    stranger.visit("/console/sign-in").await.ok();
    operator.browser.visit("/console/account").await.ok();
    let fields = [("name", "Somebody else"), ("language", "de")];
    // Without a token, with another session's, and with one that was made before signing in.
    let refused = operator
        .browser
        .submit_bare("/console/account", &fields)
        .await;
    assert_eq!(refused.refused("form_expired").status, 403);
    let foreign = [
        ("form_token", stranger.form_token.as_str()),
        fields[0],
        fields[1],
    ];
    operator
        .browser
        .submit_bare("/console/account", &foreign)
        .await
        .refused("form_expired");
    operator
        .browser
        .visit("/console/account")
        .await
        .ok()
        .is_silent_about("Somebody else");
    // Signing in itself is protected: nobody is signed in by another site.
    let bare = [("email", operator.email.as_str()), ("password", PASSWORD)];
    Browser::at(&app)
        .submit_bare("/console/sign-in", &bare)
        .await
        .refused("form_expired");
    // With its own token it is done.
    operator
        .browser
        .submit("/console/account", &fields)
        .await
        .leads_to("/console/account");
    operator
        .browser
        .visit("/console/account")
        .await
        .ok()
        .says("Somebody else")
        .says("Sitzungen");
}
