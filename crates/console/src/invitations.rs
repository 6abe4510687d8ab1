//! The page behind the link of an invitation.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use registry::invitations::{self, NewPerson, Offer};
use registry::sessions::Stage;
use wire::Problem;

use crate::Console;
use crate::form::{Fields, Posted};
use crate::layout;
use crate::page::{Access, Page};
use crate::parts::{self, Form};
use crate::refused::{Refused, refusal, status};
use crate::roles::role_name;
use crate::sign_in::path_segment;
use crate::visitor::{SignedIn, Visitor};

pub(crate) fn pages() -> Vec<Page> {
    vec![
        Page::get("/console/invitations/{token}", Access::Public, show),
        Page::post(
            "/console/invitations/{token}",
            Access::Public,
            accept_as_new,
        ),
        Page::post(
            "/console/invitations/{token}/accept",
            Access::SignedIn,
            accept,
        ),
    ]
}

async fn show(
    State(console): State<Console>,
    visitor: Visitor,
    Path(token): Path<String>,
) -> Result<Response, Refused> {
    render(&console, &visitor, &token, &Fields::default(), None).await
}

async fn accept_as_new(
    State(console): State<Console>,
    Path(token): Path<String>,
    Posted { who, fields, .. }: Posted<Visitor>,
) -> Result<Response, Refused> {
    let new = NewPerson {
        name: fields.text("name").to_owned(),
        email: fields.text("email").to_owned(),
        password: fields.raw("password").to_owned(),
        language: who.language,
    };
    match invitations::accept_as_new(&console.registry, &who.origin, &token, new).await {
        Ok(started) => Ok(layout::done_with_token(
            &who,
            "/console/account/second-factor",
            &started.token,
        )),
        Err(error) => {
            render(
                &console,
                &who,
                &token,
                &fields,
                Some(&refusal(&who, error)?),
            )
            .await
        }
    }
}

async fn accept(
    State(console): State<Console>,
    Path(token): Path<String>,
    Posted { who, fields, .. }: Posted<SignedIn>,
) -> Result<Response, Refused> {
    let SignedIn { visitor, session } = who;
    match invitations::accept(&console.registry, &session, &visitor.origin, &token).await {
        Ok(started) => Ok(layout::done_with_token(
            &visitor,
            "/console/",
            &started.token,
        )),
        Err(error) => {
            render(
                &console,
                &visitor,
                &token,
                &fields,
                Some(&refusal(&visitor, error)?),
            )
            .await
        }
    }
}

async fn render(
    console: &Console,
    visitor: &Visitor,
    token: &str,
    fields: &Fields,
    problem: Option<&Problem>,
) -> Result<Response, Refused> {
    let offer = invitations::offer(&console.registry, token).await?;
    let path = format!("/console/invitations/{}", path_segment(token));
    let session = visitor
        .session
        .as_ref()
        .filter(|session| session.stage == Stage::Full);
    let body = html! {
        (parts::problem(visitor, problem))
        (offered(visitor, &offer))
        @match session {
            Some(session) => {
                p { (visitor.say("You are signed in as ", "Sie sind angemeldet als ")) strong { (session.person.name) } "." }
                (parts::button(visitor, &format!("{path}/accept"), visitor.say("Accept", "Annehmen"), ""))
            }
            None => {
                (new_person(&Form { visitor, fields, problem }, &path, &offer))
                p { (visitor.say("You have an account? Sign in first, then open the link again. ", "Sie haben ein Konto? Melden Sie sich zuerst an und öffnen Sie den Link dann erneut. ")) a href="/console/sign-in" { (visitor.say("Sign in", "Anmelden")) } }
            }
        }
    };
    let status = problem.map_or(StatusCode::OK, status);
    Ok(layout::narrow(
        visitor,
        status,
        visitor.say("Invitation", "Einladung"),
        &body,
    ))
}

fn offered(visitor: &Visitor, offer: &Offer) -> Markup {
    parts::facts(&[
        (
            visitor.say("Organisation", "Organisation"),
            parts::text(parts::organisation(
                visitor,
                offer.organisation_name.as_deref(),
            )),
        ),
        (
            visitor.say("Role", "Rolle"),
            parts::text(role_name(visitor, &offer.role)),
        ),
        (
            visitor.say("Open until", "Offen bis"),
            parts::moment(&offer.expires_at.to_string()),
        ),
    ])
}

fn new_person(form: &Form<'_>, path: &str, offer: &Offer) -> Markup {
    let visitor = form.visitor;
    html! {
        form method="post" action=(path) {
            (parts::hidden(visitor))
            (form.input_with("name", visitor.say("Your name", "Ihr Name"), "text", "name"))
            @match &offer.email {
                Some(email) => p { (visitor.say("E-mail address: ", "E-Mail-Adresse: ")) strong { (email) } },
                None => (form.input_with("email", visitor.say("E-mail address", "E-Mail-Adresse"), "email", "username")),
            }
            (form.input_with("password", visitor.say("Password (12 characters or more)", "Passwort (mindestens 12 Zeichen)"), "password", "new-password"))
            button type="submit" { (visitor.say("Create the account", "Konto anlegen")) }
        }
    }
}
