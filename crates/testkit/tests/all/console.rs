//! The console: each page for whom it is, and nobody sees or does there what the API would refuse.

use console::Access;
use domain::{
    IssuerId, Permission, Permissions, PlatformId, PlatformRole, ProductId, Products,
    RegistrarRole, Role,
};
use registry::caller::{Party, scopes_of};
use registry::{Caller, Right};
use rstest::rstest;
use serde_json::json;
use testkit::browser::{Browser, Human, Shown};
use testkit::client::id;
use testkit::{Backend, Setup, TestApp};

async fn network(backend: Backend) -> TestApp {
    Setup::new(backend).without_workers().start().await
}

/// The firms of the sample network: an issuer with its product, and the two platforms that sell it.
struct Parties {
    issuer: IssuerId,
    product: ProductId,
    platforms: [PlatformId; 2],
}

async fn parties(app: &TestApp) -> Parties {
    let caller = Caller::network("test");
    let inventory = cashlink::inventory::read(&app.app.registry, &caller)
        .await
        .unwrap();
    let product = &inventory.products[0];
    let sellers: Vec<_> = inventory
        .campaigns_of(product)
        .map(|one| one.platform)
        .collect();
    Parties {
        issuer: product.product.issuer_id,
        product: product.product.id,
        platforms: [sellers[0], sellers[1]],
    }
}

/// A path with values in it that nothing has, but for the environment.
fn path(app: &TestApp, pattern: &str) -> String {
    let nobody = "0198c5a2-7a43-7e11-b8f3-0d6c1f2a9b70";
    let mut path = pattern.replace("{environment}", &app.environment(0).name);
    for name in [
        "application_id",
        "client_id",
        "decision_id",
        "document_id",
        "platform_id",
        "product_id",
        "identification_id",
        "command_id",
        "membership_id",
        "invitation_id",
        "investment_id",
        "investor_id",
        "endpoint_id",
        "session_id",
        "asset_request_id",
        "issuer_id",
        "statement_id",
        "platform_id",
        "campaign_id",
        "reregistration_id",
        "restriction_id",
        "inspection_id",
        "holder_id",
    ] {
        path = path.replace(&format!("{{{name}}}"), nobody);
    }
    let path = path
        .replace("{token}", "nothing")
        .replace("{sha256}", "nothing")
        .replace("{action}", "test");
    assert!(!path.contains('{'), "no test has a value for {path}");
    path
}

/// What a form needs to be understood.
const FIELDS: [(&str, &str); 8] = [
    ("decision", "approve"),
    ("action", "approve"),
    ("role", "auditor"),
    ("investment", "0198c5a2-7a43-7e11-b8f3-0d6c1f2a9b70"),
    ("url", "https://example.org/hook"),
    ("since", "2026-06-01T00:00:00Z"),
    ("name", "Erika Mustermann"),
    ("reason", "test"),
];

/// Whether the rules grant this role the right, asked of the rules themselves.
fn grants(role: &Role, access: Access) -> bool {
    let nowhere = domain::EnvironmentId::from_uuid(uuid::Uuid::nil());
    let (party, right) = match (access, role) {
        (Access::Needs(right), Role::Registrar(_)) => (Party::Registrar, right),
        (Access::Needs(right), Role::Issuer(issuer, _)) => (Party::Issuer(None, *issuer), right),
        (Access::Needs(right), Role::Platform(platform, _)) => (Party::Platform(*platform), right),
        (Access::NeedsInside(right), Role::Platform(platform, _)) => {
            (Party::Distributor(nowhere, *platform), right)
        }
        (Access::NeedsInside(_) | Access::Holder, _) => return false,
        (Access::Public | Access::SigningIn | Access::SignedIn, _) => return true,
    };
    let caller = Caller {
        party,
        scopes: scopes_of(role),
        ..Caller::network("test")
    };
    caller.require(right).is_ok()
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn every_page_and_form_is_for_whom_its_case_says(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = network(backend).await;
    let firms = parties(&app).await;
    let entries = console::entries();
    assert!(entries.len() > 40, "{}", entries.len());

    // Whoever is not signed in sees what is for everybody, and is sent to the sign-in by everything else.
    let mut stranger = Browser::at(&app);
    stranger.visit("/console/sign-in").await.ok();
    for entry in &entries {
        let shown = send(&mut stranger, &app, entry).await;
        match entry.access {
            Access::Public => assert_ne!(shown.status, 403, "{entry:?}"),
            Access::SigningIn if shown.status == 401 => _ = shown.refused("session_ended"),
            _ => assert!(
                shown
                    .location
                    .as_deref()
                    .is_some_and(|to| to.starts_with("/console/") || to == "/holder/sign-in"),
                "{entry:?}: {}",
                shown.status
            ),
        }
    }

    // Everybody who is signed in gets exactly what the rules grant.
    let roles = [
        Role::Registrar(RegistrarRole::Admin),
        Role::Registrar(RegistrarRole::Operator),
        Role::Registrar(RegistrarRole::Auditor),
        Role::Registrar(RegistrarRole::Supervisor),
        Role::Issuer(firms.issuer, Permissions::new([Permission::ViewData])),
        Role::Issuer(
            firms.issuer,
            Permissions::new([Permission::ManageApprovals]),
        ),
        Role::Issuer(firms.issuer, Permissions::all()),
        Role::Platform(firms.platforms[0], PlatformRole::Reader),
        Role::Platform(firms.platforms[0], PlatformRole::Member),
        Role::Platform(firms.platforms[0], PlatformRole::Admin),
    ];
    let mut granted = 0;
    for (index, role) in roles.iter().enumerate() {
        let email = format!("person-{index}@example.com");
        let mut human = Human::with_role(&app, role.clone(), Products::All, &email).await;
        human.browser.visit("/console/account").await.ok();
        let guarded = entries
            .iter()
            .filter(|entry| matches!(entry.access, Access::Needs(_) | Access::NeedsInside(_)));
        for entry in guarded {
            let shown = send(&mut human.browser, &app, entry).await;
            let is_refused = shown.status == 403;
            assert_eq!(
                !is_refused,
                grants(role, entry.access),
                "{role}: {entry:?}: {} {}",
                shown.status,
                shown.body
            );
            granted += usize::from(!is_refused);
            if is_refused {
                let code = shown.between("data-code=\"", "\"").unwrap();
                assert!(
                    ["not_permitted", "insufficient_scope"].contains(&code.as_str()),
                    "{entry:?}: {code}"
                );
            }
        }
    }
    assert!(granted > 60, "{granted}");
}

async fn send(browser: &mut Browser, app: &TestApp, entry: &console::Entry) -> Shown {
    let path = path(app, entry.path);
    match entry.method {
        "GET" => browser.look(&path).await,
        _ => browser.submit(&path, &FIELDS).await,
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn no_form_is_taken_from_elsewhere(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = network(backend).await;
    let mut operator = Human::first_operator(&app).await;
    for entry in console::entries()
        .iter()
        .filter(|entry| entry.method == "POST")
    {
        let refused = operator
            .browser
            .submit_bare(&path(&app, entry.path), &FIELDS)
            .await;
        assert_eq!(refused.refused("form_expired").status, 403, "{entry:?}");
    }
    operator.browser.visit("/console/work").await.ok();
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn pages_are_strict_with_browsers(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = network(backend).await;
    let firms = parties(&app).await;
    let mut people = vec![Human::first_operator(&app).await];
    for (role, email) in [
        (
            Role::Issuer(firms.issuer, Permissions::all()),
            "issuer@example.com",
        ),
        (
            Role::Platform(firms.platforms[0], PlatformRole::Admin),
            "platform@example.com",
        ),
    ] {
        people.push(Human::with_role(&app, role, Products::All, email).await);
    }
    let mut looked_at = 0;
    for human in &mut people {
        for entry in console::entries()
            .iter()
            .filter(|entry| entry.method == "GET")
        {
            let shown = human.browser.look(&path(&app, entry.path)).await;
            if shown.location.is_some() {
                continue;
            }
            let policy = shown.headers["content-security-policy"].to_str().unwrap();
            assert!(
                policy.contains("default-src 'self'") && !policy.contains("unsafe"),
                "{policy}"
            );
            assert_eq!(shown.headers["cache-control"], "no-store");
            assert_eq!(shown.headers["x-frame-options"], "DENY");
            // Nothing inline, nothing from elsewhere.
            for word in [
                "<style",
                " style=",
                " onclick=",
                "javascript:",
                "<script>",
                "http://cdn",
                "https://",
            ] {
                assert!(
                    !shown.body.contains(word),
                    "{word} is on {}: {}",
                    entry.path,
                    shown.body
                );
            }
            looked_at += 1;
        }
    }
    assert!(looked_at > 30, "{looked_at}");
    // Style and script are of the program.
    let mut browser = Browser::at(&app);
    for (file, start) in [
        ("pico.min.css", "@charset"),
        ("console.css", ":root"),
        ("htmx.min.js", "var htmx"),
        ("console.js", "// A button"),
        ("wallet.js", "// Signing in"),
        ("LICENCES.txt", "htmx"),
    ] {
        let shown = browser.look(&format!("/console/assets/{file}")).await.ok();
        assert!(shown.body.starts_with(start), "{file}");
    }
    browser
        .look("/console/assets/secrets.txt")
        .await
        .refused("not_found");
    browser
        .look("/console/nothing/here")
        .await
        .refused("not_found");
    // The cookie is out of reach for scripts and other sites.
    let shown = Browser::at(&app).look("/console/sign-in").await;
    let cookie = shown.headers["set-cookie"].to_str().unwrap();
    assert!(
        cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && cookie.contains("Path=/"),
        "{cookie}"
    );
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_issuer_decides_on_pages(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given two orders that wait, and two people of the issuer: one accepts, one looks after the money.
    let mut app = TestApp::start(backend).await;
    let firms = parties(&app).await;
    let partner = app.partner(0).await;
    let customer = partner.customer().await;
    let first = id(&partner.invest(&customer, 1, json!({})).await);
    let second = id(&partner.invest(&customer, 2, json!({})).await);
    let role = |permission| Role::Issuer(firms.issuer, Permissions::new([permission]));
    let mut accepts = Human::with_role(
        &app,
        role(Permission::ManageApprovals),
        Products::All,
        "a@example.com",
    )
    .await;
    let mut settles = Human::with_role(
        &app,
        role(Permission::ManageIncomingPayments),
        Products::All,
        "s@example.com",
    )
    .await;

    // Both see the orders; only the first has the buttons to accept.
    let list = "/console/issued/investments";
    accepts
        .browser
        .visit(list)
        .await
        .ok()
        .says(&first)
        .says(&second)
        .says("Accept");
    settles
        .browser
        .visit(list)
        .await
        .ok()
        .says(&first)
        .is_silent_about(">Accept<");
    let both = [
        ("investment", first.as_str()),
        ("investment", second.as_str()),
    ];
    settles
        .browser
        .submit(&format!("{list}/accept"), &both)
        .await
        .refused("insufficient_scope");
    // A reason beside the field: the date lies in the future.
    let late = [both[0], ("at", "2027-01-01T00:00:00Z")];
    accepts
        .browser
        .submit(&format!("{list}/accept"), &late)
        .await
        .refused("invalid_body");
    accepts
        .browser
        .submit(&format!("{list}/accept"), &both)
        .await
        .leads_to(list);
    for one in [&first, &second] {
        assert_eq!(partner.investment(one).await["status"], "ACCEPTED");
    }
    // What was decided is not decided again, and the page says so for each.
    accepts
        .browser
        .visit(list)
        .await
        .ok()
        .says("data-flash=\"decided\"");
    accepts
        .browser
        .submit(&format!("{list}/reject"), &both)
        .await
        .refused("investment_state");

    // The money of one arrives, that of the other does not. Nothing is delivered before anybody has looked.
    app.stop_workers().await;
    let accepted = format!("{list}?status=ACCEPTED");
    settles
        .browser
        .visit(&accepted)
        .await
        .ok()
        .says(&first)
        .says("Mark as paid");
    settles
        .browser
        .submit(&format!("{list}/mark-paid"), &both[..1])
        .await
        .leads_to(list);
    settles
        .browser
        .submit(&format!("{list}/payment-missing"), &both[1..])
        .await
        .leads_to(list);
    assert_eq!(partner.investment(&first).await["status"], "PAID");
    assert_eq!(
        partner.investment(&second).await["status"],
        "PAYMENT_MISSING"
    );
    settles
        .browser
        .visit(&format!("{list}/{first}"))
        .await
        .ok()
        .says("PAID");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_is_sent_twice_counts_once(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = network(backend).await;
    let firms = parties(&app).await;
    let role = Role::Platform(firms.platforms[0], PlatformRole::Member);
    let mut seller = Human::with_role(&app, role, Products::All, "m@example.com").await;
    let path = format!("/console/environments/{}/webhooks", app.environment(0).name);
    seller.browser.visit(&path).await.ok();
    let fields = [
        ("form_key", "of-this-form"),
        ("url", "https://example.org/hook"),
    ];
    let first = seller.browser.submit(&path, &fields).await.ok();
    let again = seller.browser.submit(&path, &fields).await.ok();
    let secret = |shown: &Shown| shown.between("<code data-secret>", "<").unwrap();
    assert_eq!(secret(&first), secret(&again));
    let listed = seller.browser.visit(&path).await.ok();
    let ids = listed.all_between(&format!("<a href=\"{path}/"), "\"");
    assert_eq!(ids.len(), 1, "{ids:?}");

    // The secret is shown this once; the endpoint is tested, rotated, paused, resumed and deleted.
    let one = format!("{path}/{}", ids[0]);
    seller
        .browser
        .visit(&one)
        .await
        .ok()
        .is_silent_about(&secret(&first));
    seller
        .browser
        .submit(&format!("{one}/test"), &[])
        .await
        .leads_to(&one);
    let rotated = seller
        .browser
        .submit(&format!("{one}/rotate"), &[])
        .await
        .ok();
    assert_ne!(secret(&rotated), secret(&first));
    seller
        .browser
        .submit(&format!("{one}/pause"), &[])
        .await
        .leads_to(&one);
    seller
        .browser
        .visit(&one)
        .await
        .ok()
        .says("data-status=\"disabled\"")
        .says("Resume");
    seller
        .browser
        .submit(&format!("{one}/resume"), &[])
        .await
        .leads_to(&one);
    seller
        .browser
        .submit(&format!("{one}/replay"), &[("since", "yesterday")])
        .await
        .refused("invalid_body");
    seller
        .browser
        .submit(&format!("{one}/explode"), &[])
        .await
        .refused("not_found");
    seller
        .browser
        .submit(&format!("{one}/delete"), &[])
        .await
        .leads_to(&path);
    seller.browser.look(&one).await.refused("not_found");
    // An address that is none of ours is refused beside its field.
    seller.browser.visit(&path).await.ok();
    seller
        .browser
        .submit(&path, &[("url", "http://10.0.0.1/")])
        .await
        .refused("webhook_address_not_allowed");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_platform_sees_its_own_investors_only(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let firms = parties(&app).await;
    let partner = app.partner(0).await;
    let customer = partner.customer().await;
    let order = id(&partner.invest(&customer, 1, json!({})).await);
    let role = |platform| Role::Platform(platform, PlatformRole::Member);
    let mut own = Human::with_role(
        &app,
        role(firms.platforms[0]),
        Products::All,
        "own@example.com",
    )
    .await;
    let mut other = Human::with_role(
        &app,
        role(firms.platforms[1]),
        Products::All,
        "other@example.com",
    )
    .await;
    let environment = format!("/console/environments/{}", app.environment(0).name);

    own.browser
        .visit("/console/environments")
        .await
        .ok()
        .says(&app.environment(0).name);
    own.browser
        .visit(&format!("{environment}/investors"))
        .await
        .ok()
        .says(&customer.investor);
    let detail = own
        .browser
        .visit(&format!("{environment}/investors/{}", customer.investor))
        .await
        .ok();
    let detail = detail.says("data-status=\"SUCCESS\"").says(&order);
    assert!(
        detail
            .body
            .to_lowercase()
            .contains(&customer.address.to_lowercase())
    );
    own.browser
        .visit(&format!("{environment}/investments/{order}"))
        .await
        .ok()
        .says("WAITING_FOR_ACCEPTANCE");
    own.browser
        .visit(&format!("{environment}/events"))
        .await
        .ok();

    for list in ["investors", "investments", "events"] {
        let shown = other
            .browser
            .visit(&format!("{environment}/{list}"))
            .await
            .ok();
        shown
            .is_silent_about(&customer.investor)
            .is_silent_about(&order);
    }
    for one in [
        format!("investors/{}", customer.investor),
        format!("investments/{order}"),
    ] {
        other
            .browser
            .look(&format!("{environment}/{one}"))
            .await
            .refused("not_found");
    }
    let cancel = format!("{environment}/investments/{order}/cancel");
    other
        .browser
        .submit(&cancel, &[])
        .await
        .refused("not_found");
    other
        .browser
        .look("/console/environments/nowhere/investors")
        .await
        .refused("not_found");
    own.browser
        .submit(&cancel, &[])
        .await
        .leads_to(&format!("{environment}/investments/{order}"));
    assert_eq!(partner.investment(&order).await["status"], "ABORTION");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_membership_for_one_product_ends_there(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given an issuer with two products and an order in each.
    let setup = Setup::new(backend).network(|network| {
        network["assets"][1]["issuer"] = network["assets"][0]["issuer"].clone();
    });
    let app = setup.start().await;
    let firms = parties(&app).await;
    let mut orders = Vec::new();
    for index in [0, 1] {
        let partner = app.partner(index).await;
        let customer = partner.customer().await;
        orders.push(id(&partner.invest(&customer, 10, json!({})).await));
    }
    let other_product = app.environment(1).product_id.clone();
    let only = || Products::Only(vec![firms.product]);

    // The issuer's person for the first product sees and decides there only.
    let role = Role::Issuer(
        firms.issuer,
        Permissions::new([Permission::ManageApprovals]),
    );
    let mut limited = Human::with_role(&app, role, only(), "limited@example.com").await;
    let list = "/console/issued/investments";
    limited
        .browser
        .visit("/console/issued/products")
        .await
        .ok()
        .says(&firms.product.to_string())
        .is_silent_about(&other_product);
    limited
        .browser
        .look(&format!("/console/issued/products/{other_product}"))
        .await
        .refused("not_found");
    limited
        .browser
        .visit(&format!("{list}?product={other_product}"))
        .await
        .ok()
        .is_silent_about(&orders[1]);
    limited
        .browser
        .look(&format!("{list}/{}", orders[1]))
        .await
        .refused("not_found");
    limited.browser.visit(list).await.ok().says(&orders[0]);
    let both = [
        ("investment", orders[0].as_str()),
        ("investment", orders[1].as_str()),
    ];
    limited
        .browser
        .submit(&format!("{list}/accept"), &both)
        .await
        .refused("not_found");
    assert_eq!(
        app.partner(0).await.investment(&orders[0]).await["status"],
        "ACCEPTED"
    );
    assert_eq!(
        app.partner(1).await.investment(&orders[1]).await["status"],
        "WAITING_FOR_ACCEPTANCE"
    );

    // So does the platform's.
    let role = Role::Platform(firms.platforms[0], PlatformRole::Member);
    let mut limited = Human::with_role(&app, role, only(), "seller@example.com").await;
    let [here, elsewhere] = [0, 1].map(|index| app.environment(index).name.clone());
    limited
        .browser
        .visit("/console/environments")
        .await
        .ok()
        .says(&here)
        .is_silent_about(&elsewhere);
    limited
        .browser
        .visit(&format!("/console/environments/{here}/investors"))
        .await
        .ok();
    limited
        .browser
        .look(&format!("/console/environments/{elsewhere}/investors"))
        .await
        .refused("not_found");

    // Who manages members lifts the limit; until then the page shows it.
    let role = Role::Issuer(firms.issuer, Permissions::all());
    let mut manager = Human::with_role(&app, role, Products::All, "manager@example.com").await;
    let members = manager.browser.visit("/console/members").await.ok();
    let ids = members.all_between("<a href=\"/console/members/", "\"");
    let member = format!("/console/members/{}", ids[0]);
    manager
        .browser
        .visit(&member)
        .await
        .ok()
        .says(&format!("value=\"{}\" checked", firms.product));
    // A product of nobody here, or a limit for who manages members, is refused beside the field.
    let foreign = [
        ("role", "manage_approvals"),
        ("products", "0198c5a2-7a43-7e11-b8f3-0d6c1f2a9b70"),
    ];
    manager
        .browser
        .submit(&member, &foreign)
        .await
        .refused("invalid_body");
    let product = firms.product.to_string();
    let unlimited = [("role", "manage_members"), ("products", product.as_str())];
    manager
        .browser
        .submit(&member, &unlimited)
        .await
        .refused("invalid_body");
    manager
        .browser
        .submit(&member, &[("role", "manage_approvals")])
        .await
        .leads_to("/console/members");
    manager
        .browser
        .visit(&member)
        .await
        .ok()
        .is_silent_about(&format!("value=\"{}\" checked", firms.product));
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_person_acts_for_one_organisation_at_a_time(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = network(backend).await;
    let firms = parties(&app).await;
    let mut operator = Human::first_operator(&app).await;
    // Invited by an issuer, by address.
    let role = Role::Issuer(firms.issuer, Permissions::all());
    let mut manager = Human::with_role(&app, role, Products::All, "manager@example.com").await;
    manager.browser.visit("/console/members").await.ok();
    let fields = [
        ("email", operator.email.as_str()),
        ("role", "manage_approvals"),
    ];
    let made = manager
        .browser
        .submit("/console/members", &fields)
        .await
        .ok();
    let link = made.between("<code data-link>", "<").unwrap();
    // Somebody else can neither accept it nor make an account of that address.
    let path = link.strip_prefix(&app.url).unwrap().to_owned();
    manager.browser.visit(&path).await.ok();
    manager
        .browser
        .submit(&format!("{path}/accept"), &[])
        .await
        .refused("invalid_body");
    let mut stranger = Browser::at(&app);
    stranger.visit(&path).await.ok();
    let new = [("name", "Max"), ("password", "correct horse battery")];
    stranger.submit(&path, &new).await.refused("invalid_body");

    // The operator accepts and acts for the issuer from now on, in a new session.
    let before = operator.browser.token().to_owned();
    operator.browser.visit(&path).await.ok();
    operator
        .browser
        .submit(&format!("{path}/accept"), &[])
        .await
        .leads_to("/console/");
    assert_ne!(operator.browser.token(), before);
    operator
        .browser
        .visit("/console/")
        .await
        .ok()
        .says("data-organisation");
    operator
        .browser
        .look("/console/work")
        .await
        .refused("not_permitted");
    operator
        .browser
        .visit("/console/issued/products")
        .await
        .ok();
    // And goes back.
    let account = operator.browser.visit("/console/account").await.ok();
    let other = account.all_between("action=\"/console/account/memberships/", "\"");
    assert_eq!(other.len(), 1, "{other:?}");
    let foreign = "/console/account/memberships/0198c5a2-7a43-7e11-b8f3-0d6c1f2a9b70";
    operator
        .browser
        .submit(foreign, &[])
        .await
        .refused("not_found");
    operator
        .browser
        .submit(&format!("/console/account/memberships/{}", other[0]), &[])
        .await
        .leads_to("/console/");
    operator.browser.visit("/console/work").await.ok();
    // A member is not invited twice, and an invitation can be taken back.
    manager.browser.visit("/console/members").await.ok();
    let again = manager
        .browser
        .submit("/console/members", &fields)
        .await
        .ok();
    let link = again.between("<code data-link>", "<").unwrap();
    operator.browser.visit(&link).await.ok();
    let path = link.strip_prefix(&app.url).unwrap();
    operator
        .browser
        .submit(&format!("{path}/accept"), &[])
        .await
        .refused("conflict");
    let listed = manager.browser.visit("/console/members").await.ok();
    let open = listed.all_between("action=\"/console/members/invitations/", "\"");
    manager
        .browser
        .submit(&format!("/console/members/invitations/{}", open[0]), &[])
        .await
        .leads_to("/console/members");
    operator.browser.look(&link).await.refused("link_invalid");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_registrar_works_its_lists_off(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given an identification that was asked for and an investment in review.
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let investor = partner.investor().await;
    let asked = partner
        .api
        .post(
            &format!("investors/{investor}/identifications/"),
            &json!({}),
        )
        .await;
    let asked = id(&asked.expect(201));
    let customer = partner.customer().await;
    let order = id(&partner.invest(&customer, 1, json!({})).await);
    let review = format!("investments/{order}/review/");
    app.registrar()
        .await
        .post(&review, &json!({"action": "require"}))
        .await
        .expect(200);

    let mut operator = Human::first_operator(&app).await;
    operator
        .browser
        .visit("/console/identifications")
        .await
        .ok()
        .says(&asked);
    let decide = format!("/console/identifications/{asked}/decision");
    operator
        .browser
        .submit(&decide, &[("decision", "perhaps")])
        .await
        .refused("invalid_body");
    operator
        .browser
        .submit(&decide, &[("decision", "approve")])
        .await
        .leads_to("/console/identifications");
    operator
        .browser
        .submit(&decide, &[("decision", "reject")])
        .await
        .refused("conflict");
    let shown = partner
        .api
        .get(&format!("investors/{investor}/"))
        .await
        .expect(200);
    assert_eq!(shown["kyc_status"], "SUCCESS");

    operator
        .browser
        .visit("/console/reviews")
        .await
        .ok()
        .says(&order);
    let path = format!("/console/reviews/{order}");
    operator
        .browser
        .submit(&path, &[("action", "approve"), ("reason", "looked at")])
        .await
        .leads_to("/console/reviews");
    assert_eq!(
        partner.investment(&order).await["status"],
        "WAITING_FOR_ACCEPTANCE"
    );
    operator
        .browser
        .visit("/console/reviews")
        .await
        .ok()
        .is_silent_about(&order);

    let product = &app.environment(0).product_id;
    operator
        .browser
        .visit("/console/registers")
        .await
        .ok()
        .says(product);
    operator
        .browser
        .visit(&format!("/console/registers/{product}"))
        .await
        .ok()
        .says("Root hash");
    operator
        .browser
        .visit("/console/commands?status=confirmed")
        .await
        .ok()
        .says("issue");
    // Each of it is in the audit log, by the person's id.
    let log = operator.browser.visit("/console/audit").await.ok();
    log.says("identification.decide")
        .says("investment.review")
        .says("person ");
}

#[test]
fn every_right_of_a_page_is_one_that_somebody_has() {
    let issuer = IssuerId::from_uuid(uuid::Uuid::nil());
    let platform = PlatformId::from_uuid(uuid::Uuid::nil());
    let everybody = [
        Role::Registrar(RegistrarRole::Admin),
        Role::Registrar(RegistrarRole::Supervisor),
        Role::Issuer(issuer, Permissions::all()),
        Role::Platform(platform, PlatformRole::Admin),
    ];
    for entry in console::entries() {
        assert!(
            entry.access == Access::Holder
                || everybody.iter().any(|role| grants(role, entry.access)),
            "{entry:?}"
        );
    }
    assert!(
        console::entries()
            .iter()
            .any(|entry| entry.access == Access::Needs(Right::WriteNetwork))
    );
}
