//! What is shown of OAuth clients: the list with the form for a new one, and one with its secrets and keys.

use axum::http::StatusCode;
use axum::response::Response;
use domain::ClientId;
use maud::{Markup, html};
use registry::caller::Party;
use registry::{Right, clients, products};
use wire::Problem;
use wire::assets::FirstCall;
use wire::clients::{Client, ClientMode, CredentialMethod};

use crate::Console;
use crate::credentials::PATH;
use crate::form::Fields;
use crate::layout;
use crate::parts::{self, Form};
use crate::refused::{Refused, status};
use crate::visitor::{Member, Visitor};

pub(crate) async fn render_list(
    console: &Console,
    who: &Member,
    page: u64,
    fields: &Fields,
    problem: Option<&Problem>,
) -> Result<Response, Refused> {
    let visitor = &who.visitor;
    let listed = clients::page(&console.registry, &who.caller, parts::paging(page)).await?;
    let rows: Vec<Vec<Markup>> = listed.items.iter().map(|one| row(visitor, one)).collect();
    let head = [
        "Client ID",
        "Name",
        visitor.say("Works in", "Gilt für"),
        "Status",
        visitor.say("Last used", "Zuletzt benutzt"),
        visitor.say("Expires", "Läuft ab"),
    ];
    let form = Form {
        visitor,
        fields,
        problem,
    };
    let places = places(console, who).await?;
    let title = visitor.say("Credentials", "Zugangsdaten");
    let body = html! {
        h1 { (title) }
        (parts::problem(visitor, problem))
        (parts::table(visitor, &head, &rows))
        (parts::pager(visitor, PATH, page, listed.count))
        @if who.session.may(Right::WriteClients) { (new_client(&form, who, &places)) }
    };
    let status = problem.map_or(StatusCode::OK, status);
    Ok(layout::page_with_status(visitor, status, title, &body))
}

fn row(visitor: &Visitor, one: &Client) -> Vec<Markup> {
    vec![
        html! { a href=(format!("{PATH}/{}", one.id)) { code { (one.client_id) } } },
        parts::text(&one.name),
        place(visitor, one),
        state(visitor, one),
        moment(one.last_used_at.as_deref()),
        moment(one.expires_at.as_deref()),
    ]
}

/// Where a client of this party can work; none if any text is as good as another.
async fn places(console: &Console, who: &Member) -> Result<Vec<(String, String)>, Refused> {
    let visitor = &who.visitor;
    let Party::Platform(_) = who.caller.party else {
        return Ok(Vec::new());
    };
    let all = visitor.say(
        "All assets: catalogue, credentials, application",
        "Alle Assets: Katalog, Zugangsdaten, Antrag",
    );
    let mut places = vec![(String::new(), all.to_owned())];
    let first = parts::paging(1);
    let sold = products::list_sold(&console.registry, &who.caller, first).await?;
    places.extend(sold.items.into_iter().map(|sold| {
        let label = format!("{} ({})", sold.product.name, sold.environment);
        (sold.environment, label)
    }));
    Ok(places)
}

fn new_client(form: &Form<'_>, who: &Member, places: &[(String, String)]) -> Markup {
    let visitor = form.visitor;
    let scopes: Vec<(String, String)> = clients::can_hand_on(&who.caller)
        .into_iter()
        .map(|scope| (scope.to_owned(), scope.to_owned()))
        .collect();
    let environment = visitor.say("Works in", "Gilt für");
    html! {
        section id="new" {
            h2 { (visitor.say("New client", "Neuer Zugang")) }
            form method="post" action=(PATH) {
                (parts::hidden(visitor))
                (form.input("name", visitor.say("Name, for people: which program uses it", "Name, für Menschen: welches Programm ihn benutzt"), "text"))
                @match who.caller.party {
                    Party::Platform(_) => (form.select("environment", environment, places, "")),
                    Party::Issuer(..) => (form.input("environment", visitor.say("Works in this environment only (empty: in all)", "Gilt nur in dieser Umgebung (leer: in allen)"), "text")),
                    Party::Registrar | Party::Distributor(..) => {}
                }
                (form.boxes("scopes", visitor.say("Scopes (none ticked: all that it can have)", "Rechte (keines gewählt: alle, die er haben kann)"), &scopes, &[]))
                div class="two" {
                    (form.input("expires_at", visitor.say("Expires on (empty: never)", "Läuft ab am (leer: nie)"), "date"))
                    (form.area("allowed_networks", visitor.say("Only from these networks, such as 192.0.2.0/24 (empty: from everywhere)", "Nur aus diesen Netzen, etwa 192.0.2.0/24 (leer: von überall)"), 2))
                }
                (key_field(form))
                button type="submit" { (visitor.say("Make it", "Anlegen")) }
            }
        }
    }
}

fn key_field(form: &Form<'_>) -> Markup {
    let label = form.visitor.say(
        "Public key as JSON Web Key, instead of a secret (private_key_jwt, RFC 7523)",
        "Öffentlicher Schlüssel als JSON Web Key, statt eines Geheimnisses (private_key_jwt, RFC 7523)",
    );
    form.area("public_key", label, 3)
}

/// One client; `made` is what an operation has just answered, with a secret that is shown this once.
pub(crate) async fn render_one(
    console: &Console,
    who: &Member,
    id: ClientId,
    made: Option<&Client>,
    fields: &Fields,
    problem: Option<&Problem>,
) -> Result<Response, Refused> {
    let visitor = &who.visitor;
    let one = clients::get(&console.registry, &who.caller, id).await?;
    let form = Form {
        visitor,
        fields,
        problem,
    };
    let networks = match one.allowed_networks.is_empty() {
        true => visitor.say("from everywhere", "von überall").to_owned(),
        false => one.allowed_networks.join(", "),
    };
    let body = html! {
        (parts::back(PATH, visitor.say("Credentials", "Zugangsdaten")))
        h1 { (one.name) }
        (parts::problem(visitor, problem))
        @if let Some(made) = made { (just_made(visitor, made)) }
        (parts::facts(&[
            ("Client ID", parts::code(&one.client_id)),
            ("Status", state(visitor, &one)),
            (visitor.say("Works in", "Gilt für"), place(visitor, &one)),
            (visitor.say("Scopes", "Rechte"), parts::text(one.scopes.join(" "))),
            (visitor.say("Networks", "Netze"), parts::text(networks)),
            (visitor.say("Takes its token at", "Holt sein Token bei"), parts::code(&one.token_url)),
            (visitor.say("Base of the APIs", "Basis der APIs"), parts::code(&one.api_url)),
            (visitor.say("Made", "Angelegt"), parts::moment(&one.created_at)),
            (visitor.say("Expires", "Läuft ab"), moment(one.expires_at.as_deref())),
            (visitor.say("Last used", "Zuletzt benutzt"), moment(one.last_used_at.as_deref())),
        ]))
        h2 { (visitor.say("Secrets and keys in force", "Gültige Geheimnisse und Schlüssel")) }
        (secrets(visitor, &one))
        @if one.revoked_at.is_none() && who.session.may(Right::WriteClients) { (changes(&form, &format!("{PATH}/{id}"))) }
    };
    let status = problem.map_or(StatusCode::OK, status);
    Ok(layout::page_with_status(visitor, status, &one.name, &body))
}

fn secrets(visitor: &Visitor, one: &Client) -> Markup {
    let rows: Vec<Vec<Markup>> = one
        .credentials
        .iter()
        .map(|credential| {
            let method = match credential.method {
                CredentialMethod::ClientSecret => {
                    visitor.say("secret that ends in", "Geheimnis, endet auf")
                }
                CredentialMethod::PrivateKeyJwt => {
                    visitor.say("public key", "öffentlicher Schlüssel")
                }
            };
            vec![
                html! { (method) " " code { (credential.hint) } },
                parts::moment(&credential.created_at),
                moment(credential.expires_at.as_deref()),
            ]
        })
        .collect();
    let head = [
        visitor.say("What", "Was"),
        visitor.say("Made", "Angelegt"),
        visitor.say("In force until", "Gültig bis"),
    ];
    parts::table(visitor, &head, &rows)
}

fn changes(form: &Form<'_>, path: &str) -> Markup {
    let visitor = form.visitor;
    html! {
        h2 { (visitor.say("Rotate", "Wechseln")) }
        form method="post" action=(format!("{path}/rotate")) {
            (parts::hidden(visitor))
            (form.input("overlap_hours", visitor.say("What is in force now stays so for this many hours (empty: 24; 0 ends it at once)", "Was jetzt gilt, gilt noch so viele Stunden (leer: 24; 0 beendet es sofort)"), "number"))
            (key_field(form))
            button type="submit" { (visitor.say("Rotate", "Wechseln")) }
        }
        h2 { (visitor.say("Revoke", "Widerrufen")) }
        p { (visitor.say("It is refused from now on, and so are the tokens that it has.", "Der Zugang wird ab jetzt abgewiesen, und seine Tokens mit ihm.")) }
        (parts::button(visitor, &format!("{path}/revoke"), visitor.say("Revoke", "Widerrufen"), "secondary"))
    }
}

/// The secret and the first call, this once.
pub(crate) fn just_made(visitor: &Visitor, made: &Client) -> Markup {
    html! {
        @if let Some(secret) = &made.client_secret {
            div class="notice" role="status" {
                p { (visitor.say("The secret. It is shown this once; keep it where your programs find it.", "Das Geheimnis. Es wird nur jetzt gezeigt; bewahren Sie es auf, wo Ihre Programme es finden.")) }
                pre data-copy { code data-secret { (secret) } }
            }
        } @else {
            p class="notice" role="status" { (visitor.say("The public key is in force; sign with its private part.", "Der öffentliche Schlüssel gilt; signieren Sie mit seinem privaten Teil.")) }
        }
        @if let Some(call) = &made.first_call { (first_call(visitor, call)) }
    }
}

/// The first call in four languages, to be pasted.
pub(crate) fn first_call(visitor: &Visitor, call: &FirstCall) -> Markup {
    let languages = [
        ("curl", "curl", &call.curl),
        ("python", "Python", &call.python),
        ("typescript", "TypeScript", &call.typescript),
        ("rust", "Rust", &call.rust),
    ];
    html! {
        h2 { (visitor.say("The first call", "Der erste Aufruf")) }
        @for (index, (id, name, text)) in languages.into_iter().enumerate() {
            details open[index == 0] {
                summary { (name) }
                (parts::copyable(&format!("first-call-{id}"), text))
            }
        }
    }
}

fn place(visitor: &Visitor, one: &Client) -> Markup {
    let mode = match one.mode {
        ClientMode::Live => "live",
        ClientMode::Test => "test",
    };
    html! {
        @match &one.environment {
            Some(environment) => code { (environment) },
            None => (visitor.say("everywhere", "überall")),
        }
        " " (parts::status(mode))
    }
}

fn state(visitor: &Visitor, one: &Client) -> Markup {
    match one.revoked_at {
        Some(_) => parts::status(visitor.say("revoked", "widerrufen")),
        None => parts::status(visitor.say("in force", "gültig")),
    }
}

fn moment(at: Option<&str>) -> Markup {
    match at {
        Some(at) => parts::moment(at),
        None => parts::optional(None::<&str>),
    }
}
