//! How a firm that nobody knows begins: the criteria, a form, and the page behind the link that is sent to its address.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use registry::applications;
use registry::invitations::NewPerson;
use registry::registrations;
use registry::sessions::Stage;
use wire::Problem;

use crate::Console;
use crate::form::{Fields, Posted};
use crate::layout;
use crate::page::{Access, Page};
use crate::parts::{self, Form};
use crate::refused::{Refused, refusal, status};
use crate::sign_in::path_segment;
use crate::visitor::{SignedIn, Visitor};

const PATH: &str = "/console/join";

pub(crate) fn pages() -> Vec<Page> {
    vec![
        Page::get(PATH, Access::Public, show),
        Page::post(PATH, Access::Public, ask),
        Page::get("/console/join/{token}", Access::Public, show_link),
        Page::post("/console/join/{token}", Access::Public, accept_as_new),
        Page::post("/console/join/{token}/accept", Access::SignedIn, accept),
    ]
}

async fn show(visitor: Visitor) -> Response {
    page(&visitor, &Fields::default(), None)
}

async fn ask(
    State(console): State<Console>,
    Posted { who, fields, .. }: Posted<Visitor>,
) -> Result<Response, Refused> {
    let (firm, email) = (fields.text("company_name"), fields.text("email"));
    let asked = registrations::ask(&console.registry, &who.origin, firm, email, who.language).await;
    match asked {
        Ok(()) => Ok(layout::done(PATH, "join-asked")),
        Err(error) => Ok(page(&who, &fields, Some(&refusal(&who, error)?))),
    }
}

fn page(visitor: &Visitor, fields: &Fields, problem: Option<&Problem>) -> Response {
    let form = Form {
        visitor,
        fields,
        problem,
    };
    let title = visitor.say("Become a partner", "Partner werden");
    let body = html! {
        h1 { (title) }
        (parts::problem(visitor, problem))
        article class="narrow" {
            h2 { (visitor.say("Begin", "Beginnen")) }
            p { (visitor.say(
                "We send a link to your address. Behind it you make your account and write your firm's application.",
                "Wir senden einen Link an Ihre Adresse. Dahinter legen Sie Ihr Konto an und schreiben den Antrag Ihrer Firma.",
            )) }
            form method="post" action=(PATH) {
                (parts::hidden(visitor))
                (form.input_with("company_name", visitor.say("Firm", "Firma"), "text", "organization"))
                (form.input_with("email", visitor.say("Your e-mail address", "Ihre E-Mail-Adresse"), "email", "email"))
                button type="submit" { (visitor.say("Send the link", "Link senden")) }
            }
            p { (visitor.say("You have an account? ", "Sie haben ein Konto? ")) a href="/console/sign-in" { (visitor.say("Sign in", "Anmelden")) } }
        }
        section lang="en" { (text(&applications::criteria().text)) }
    };
    let status = problem.map_or(StatusCode::OK, status);
    layout::open(visitor, status, title, &body)
}

async fn show_link(
    State(console): State<Console>,
    visitor: Visitor,
    Path(token): Path<String>,
) -> Result<Response, Refused> {
    render(&console, &visitor, &token, None, None).await
}

async fn accept_as_new(
    State(console): State<Console>,
    Path(token): Path<String>,
    Posted { who, fields, .. }: Posted<Visitor>,
) -> Result<Response, Refused> {
    let new = NewPerson {
        name: fields.text("name").to_owned(),
        email: String::new(),
        password: fields.raw("password").to_owned(),
        language: who.language,
    };
    let firm = fields.text("company_name");
    let registry = &console.registry;
    match registrations::accept_as_new(registry, &who.origin, &token, firm, new).await {
        Ok(started) => Ok(layout::done_with_token(
            &who,
            "/console/account/second-factor",
            &started.token,
        )),
        Err(error) => {
            let problem = refusal(&who, error)?;
            render(&console, &who, &token, Some(&fields), Some(&problem)).await
        }
    }
}

async fn accept(
    State(console): State<Console>,
    Path(token): Path<String>,
    Posted { who, fields, .. }: Posted<SignedIn>,
) -> Result<Response, Refused> {
    let SignedIn { visitor, session } = who;
    let firm = fields.text("company_name");
    let registry = &console.registry;
    match registrations::accept(registry, &session, &visitor.origin, &token, firm).await {
        Ok(started) => Ok(layout::done_with_token(
            &visitor,
            "/console/applications",
            &started.token,
        )),
        Err(error) => {
            let problem = refusal(&visitor, error)?;
            render(&console, &visitor, &token, Some(&fields), Some(&problem)).await
        }
    }
}

async fn render(
    console: &Console,
    visitor: &Visitor,
    token: &str,
    fields: Option<&Fields>,
    problem: Option<&Problem>,
) -> Result<Response, Refused> {
    let registration = registrations::get(&console.registry, token).await?;
    let said = Fields::known(vec![(
        "company_name".to_owned(),
        registration.company_name.clone(),
    )]);
    let form = Form {
        visitor,
        fields: fields.unwrap_or(&said),
        problem,
    };
    let path = format!("{PATH}/{}", path_segment(token));
    let session = visitor
        .session
        .as_ref()
        .filter(|session| session.stage == Stage::Full);
    let firm = form.input_with(
        "company_name",
        visitor.say("Firm", "Firma"),
        "text",
        "organization",
    );
    let body = html! {
        (parts::problem(visitor, problem))
        p { (visitor.say("Your address: ", "Ihre Adresse: ")) strong { (registration.email) } }
        @match session {
            Some(session) => {
                p { (visitor.say("You are signed in as ", "Sie sind angemeldet als ")) strong { (session.person.name) } "." }
                form method="post" action=(format!("{path}/accept")) {
                    (parts::hidden(visitor))
                    (firm)
                    button type="submit" { (visitor.say("Go on for this firm", "Für diese Firma weiter")) }
                }
            }
            None => {
                form method="post" action=(path) {
                    (parts::hidden(visitor))
                    (firm)
                    (form.input_with("name", visitor.say("Your name", "Ihr Name"), "text", "name"))
                    (form.input_with("password", visitor.say("Password (12 characters or more)", "Passwort (mindestens 12 Zeichen)"), "password", "new-password"))
                    (form.wrong_with("email"))
                    button type="submit" { (visitor.say("Create the account", "Konto anlegen")) }
                }
                p { (visitor.say("You have an account? Sign in first, then open the link again. ", "Sie haben ein Konto? Melden Sie sich zuerst an und öffnen Sie den Link dann erneut. ")) a href="/console/sign-in" { (visitor.say("Sign in", "Anmelden")) } }
            }
        }
    };
    let status = problem.map_or(StatusCode::OK, status);
    let title = visitor.say("Become a partner", "Partner werden");
    Ok(layout::narrow(visitor, status, title, &body))
}

/// The little Markdown that the criteria are written in: headings, paragraphs, numbered lists, bold beginnings.
fn text(markdown: &str) -> Markup {
    html! {
        @for block in markdown.split("\n\n") {
            @if let Some(heading) = block.strip_prefix("# ") { h2 { (heading) } }
            @else if block.starts_with("1. ") { ol { @for item in items(block) { li { (item) } } } }
            @else if let Some((bold, rest)) = block.strip_prefix("**").and_then(|block| block.split_once("**")) {
                p { strong { (bold) } (rest) }
            }
            @else { p { (block) } }
        }
    }
}

/// The items of a numbered list; lines that begin with blanks belong to the item above.
fn items(block: &str) -> Vec<String> {
    let mut items: Vec<String> = Vec::new();
    for line in block.lines() {
        match (line.split_once(". "), items.last_mut()) {
            (Some((number, item)), _) if number.bytes().all(|byte| byte.is_ascii_digit()) => {
                items.push(item.to_owned());
            }
            (_, Some(item)) => {
                item.push(' ');
                item.push_str(line.trim());
            }
            (_, None) => items.push(line.to_owned()),
        }
    }
    items
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_criteria_are_shown_as_they_are_written() {
        let shown = text(&applications::criteria().text).into_string();
        assert_eq!(shown.matches("<li>").count(), 6, "{shown}");
        assert!(shown.starts_with("<h2>Criteria"), "{shown}");
        assert!(shown.contains("<strong>Exit.</strong>"), "{shown}");
        assert!(!shown.contains("**") && !shown.contains("# "), "{shown}");
        // An item goes on over several lines.
        assert!(shown.contains("products: an institution"), "{shown}");
    }
}
