//! The frame of every page: who is signed in and for whom, the way to the other pages, and the headers that keep browsers strict.

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use domain::Language;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use registry::Right;
use registry::sessions::{Session, Stage};

use crate::flash::Flash;
use crate::parts;
use crate::visitor::Visitor;

/// Everything comes from here; nothing is inline. Pico draws its small pictures from data in its own style sheet.
const POLICY: &str = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
/// htmx neither evaluates text nor adds styles of its own.
const HTMX: &str = r#"{"allowEval":false,"includeIndicatorStyles":false,"selfRequestsOnly":true,"historyCacheSize":0}"#;

/// The way through the pages: who sees the entry, where it leads, and what it is called.
const NAVIGATION: &[(Right, &str, &str, &str)] = &[
    (
        Right::ReadNetwork,
        "/console/work",
        "Work list",
        "Arbeitsliste",
    ),
    (
        Right::ReadNetwork,
        "/console/decisions",
        "Decisions",
        "Entscheidungen",
    ),
    (
        Right::ReadNetwork,
        "/console/deadlines",
        "Deadlines",
        "Fristen",
    ),
    (
        Right::ReadNetwork,
        "/console/identifications",
        "Identifications",
        "Identifizierungen",
    ),
    (
        Right::ReadNetwork,
        "/console/reviews",
        "Reviews",
        "Prüfungen",
    ),
    (
        Right::ReadNetwork,
        "/console/validations",
        "Validations",
        "Validierungen",
    ),
    (
        Right::ReadNetwork,
        "/console/issuer-accounts",
        "Issuers",
        "Emittenten",
    ),
    (
        Right::ReadNetwork,
        "/console/commands",
        "DLT commands",
        "DLT-Befehle",
    ),
    (
        Right::ReadNetwork,
        "/console/registers",
        "Registers",
        "Register",
    ),
    (
        Right::ReadInspections,
        "/console/inspections",
        "Inspections",
        "Einsichtnahmen",
    ),
    (
        Right::ReadNetwork,
        "/console/audit",
        "Audit log",
        "Audit-Protokoll",
    ),
    (
        Right::ReadIssuedInvestments,
        "/console/issued/investments",
        "Investments",
        "Investments",
    ),
    (
        Right::ReadIssuedProducts,
        "/console/issued/products",
        "Products",
        "Produkte",
    ),
    (
        Right::ReadIssuers,
        "/console/issuers",
        "Issuers",
        "Emittenten",
    ),
    (
        Right::ReadCatalogue,
        "/console/catalogue",
        "Catalogue",
        "Katalog",
    ),
    (
        Right::ReadAssetRequests,
        "/console/requests",
        "Requests for assets",
        "Anfragen",
    ),
    (
        Right::ReadPlatform,
        "/console/environments",
        "Assets",
        "Assets",
    ),
    (
        Right::ReadApplications,
        "/console/applications",
        "Applications",
        "Anträge",
    ),
    (
        Right::ReadPlatform,
        "/console/participation",
        "Participation",
        "Teilnahme",
    ),
    (
        Right::ReadNetwork,
        "/console/platforms",
        "Platforms",
        "Plattformen",
    ),
    (
        Right::ReadClients,
        "/console/credentials",
        "Credentials",
        "Zugangsdaten",
    ),
    (
        Right::ReadPlatform,
        "/console/gateway",
        "Gateway",
        "Gateway",
    ),
    (
        Right::ManageMembers,
        "/console/members",
        "Members",
        "Mitglieder",
    ),
];

/// Pages whose address does not begin with that of the entry to which they belong.
const BELONGS: &[(&str, &str)] = &[
    ("/console/selling", "/console/environments"),
    ("/console/issued/campaigns", "/console/issued/products"),
];

/// A page of somebody who is signed in.
pub(crate) fn page(visitor: &Visitor, title: &str, body: &Markup) -> Response {
    page_with_status(visitor, StatusCode::OK, title, body)
}

/// The same with a status, for forms that were refused.
pub(crate) fn page_with_status(
    visitor: &Visitor,
    status: StatusCode,
    title: &str,
    body: &Markup,
) -> Response {
    let session = visitor.session.as_ref();
    let content = html! {
        div class="container-fluid frame" {
            aside {
                nav aria-label=(visitor.say("Pages", "Seiten")) {
                    ul {
                        @for (path, label) in session.into_iter().flat_map(|session| entries(visitor, session)) {
                            li { a href=(path) aria-current=[is_at(visitor, path).then_some("page")] { (label) } }
                        }
                    }
                }
            }
            main { (notice(visitor)) (body) }
        }
    };
    respond(visitor, status, &document(visitor, title, &content))
}

/// A page of somebody who is not signed in yet.
pub(crate) fn narrow(
    visitor: &Visitor,
    status: StatusCode,
    title: &str,
    body: &Markup,
) -> Response {
    let content = html! {
        main class="container" { article class="narrow" { h1 { (title) } (notice(visitor)) (body) } }
    };
    respond(visitor, status, &document(visitor, title, &content))
}

/// A page for everybody, with room for a text.
pub(crate) fn open(visitor: &Visitor, status: StatusCode, title: &str, body: &Markup) -> Response {
    let content = html! {
        main class="container" { (notice(visitor)) (body) }
    };
    respond(visitor, status, &document(visitor, title, &content))
}

/// A page that knows nobody, for problems.
pub(crate) fn plain(language: Language, title: &str, body: &Markup) -> Response {
    let markup = html! {
        (DOCTYPE)
        html lang=(language.code()) {
            (head(title))
            body { main class="container" { article class="narrow" { (body) } } }
        }
    };
    (strict(), Html(markup.into_string())).into_response()
}

/// The way to another page after a form, which says what was done.
pub(crate) fn done(path: &str, flash: &'static str) -> Response {
    let mut response = Redirect::to(path).into_response();
    debug_assert!(
        Flash::find(flash).is_some(),
        "{flash} is no sentence of ours"
    );
    response
        .headers_mut()
        .append(header::SET_COOKIE, flash_cookie(flash, 60));
    response
}

/// The same with a new token for the browser.
pub(crate) fn done_with_token(visitor: &Visitor, path: &str, token: &str) -> Response {
    let mut response = Redirect::to(path).into_response();
    response
        .headers_mut()
        .append(header::SET_COOKIE, visitor.cookie(token));
    response
}

fn respond(visitor: &Visitor, status: StatusCode, markup: &Markup) -> Response {
    let mut headers = strict();
    if visitor.is_new {
        headers.append(header::SET_COOKIE, visitor.cookie(&visitor.token));
    }
    if visitor.flash.is_some() {
        headers.append(header::SET_COOKIE, flash_cookie("", 0));
    }
    (status, headers, Html(markup.0.clone())).into_response()
}

fn strict() -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(
        HeaderName::from_static("content-security-policy"),
        HeaderValue::from_static(POLICY),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers
}

fn flash_cookie(code: &str, seconds: u32) -> HeaderValue {
    let text = format!(
        "{}={code}; Path=/console; Max-Age={seconds}; HttpOnly; SameSite=Lax",
        Flash::COOKIE
    );
    HeaderValue::from_str(&text).expect("codes are of our own list")
}

fn notice(visitor: &Visitor) -> Markup {
    html! {
        @if let Some(flash) = visitor.flash {
            p class="notice" role="status" data-flash=(flash.code) { (visitor.say(flash.english, flash.german)) }
        }
    }
}

fn head(title: &str) -> Markup {
    html! {
        head {
            meta charset="utf-8";
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="htmx-config" content=(PreEscaped(HTMX.replace('"', "&quot;")));
            title { (title) }
            link rel="stylesheet" href="/console/assets/pico.min.css";
            link rel="stylesheet" href="/console/assets/console.css";
            script src="/console/assets/htmx.min.js" defer {}
            script src="/console/assets/console.js" defer {}
        }
    }
}

fn document(visitor: &Visitor, title: &str, content: &Markup) -> Markup {
    let token = serde_json::json!({ "x-form-token": visitor.form_token }).to_string();
    html! {
        (DOCTYPE)
        html lang=(visitor.language.code()) {
            (head(&format!("{title} · {}", visitor.network_name)))
            body hx-headers=(token) {
                header class="container-fluid" {
                    nav {
                        ul {
                            li { strong { a href=(visitor.door.home()) { (visitor.network_name) } } }
                            @if let Some(path) = visitor.mailbox { li { a href=(path) { (visitor.say("Mailbox", "Postfach")) } } }
                        }
                        @if let Some(session) = visitor.session.as_ref().filter(|session| session.stage == Stage::Full) {
                            (whoami(visitor, session))
                        }
                    }
                }
                (content)
            }
        }
    }
}

fn whoami(visitor: &Visitor, session: &Session) -> Markup {
    let current = session.current.as_ref();
    html! {
        ul {
            @if let Some(current) = current {
                li data-organisation { (parts::organisation(visitor, current.organisation_name.as_deref())) }
            }
            li { a href="/console/account" { (session.person.name) } }
            li {
                form method="post" action="/console/sign-out" class="actions" {
                    (parts::hidden(visitor))
                    button type="submit" class="secondary outline" { (visitor.say("Sign out", "Abmelden")) }
                }
            }
        }
    }
}

fn is_at(visitor: &Visitor, entry: &str) -> bool {
    let own = BELONGS
        .iter()
        .find(|(start, _)| visitor.path.starts_with(start));
    own.map_or(visitor.path.as_str(), |(_, entry)| entry)
        .starts_with(entry)
}

/// The pages that this session may look at.
pub(crate) fn entries(visitor: &Visitor, session: &Session) -> Vec<(&'static str, &'static str)> {
    NAVIGATION
        .iter()
        .filter(|(right, _, _, _)| session.may(*right))
        .map(|(_, path, english, german)| (*path, visitor.say(english, german)))
        .collect()
}
