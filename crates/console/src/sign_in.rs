//! Signing in and out, and the way back when the password is forgotten.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::html;
use registry::sessions::{Session, Stage};
use registry::{Right, accounts, participation, sign_in};
use wire::Problem;
use wire::participation::Standing;

use crate::Console;
use crate::applications;
use crate::form::{Fields, Posted};
use crate::layout;
use crate::page::{Access, Page};
use crate::parts::{self, Form};
use crate::refused::{Refused, refusal, status};
use crate::visitor::Visitor;

pub(crate) fn pages() -> Vec<Page> {
    vec![
        Page::get("/console", Access::Public, start),
        Page::get("/console/", Access::Public, start),
        Page::get("/console/sign-in", Access::Public, show),
        Page::post("/console/sign-in", Access::Public, password),
        Page::get("/console/sign-in/code", Access::SigningIn, show_code),
        Page::post("/console/sign-in/code", Access::SigningIn, code),
        Page::post("/console/sign-out", Access::Public, out),
        Page::get("/console/password", Access::Public, show_forgotten),
        Page::post("/console/password", Access::Public, forgotten),
        Page::get("/console/password/{token}", Access::Public, show_reset),
        Page::post("/console/password/{token}", Access::Public, reset),
    ]
}

/// The first page that this person has something to do on.
async fn start(State(console): State<Console>, visitor: Visitor) -> Result<Response, Refused> {
    let Some(session) = &visitor.session else {
        return Ok(Redirect::to("/console/sign-in").into_response());
    };
    let to = match session.stage {
        Stage::AwaitsCode => Redirect::to("/console/sign-in/code"),
        Stage::Enrols => Redirect::to("/console/account/second-factor"),
        Stage::Full if applies(&console, session).await? => Redirect::to(applications::PATH),
        Stage::Full => {
            let entries = layout::entries(&visitor, session);
            let first = entries.first().map(|(path, _)| *path);
            Redirect::to(first.unwrap_or("/console/account"))
        }
    };
    Ok(to.into_response())
}

/// A firm that has yet to be admitted has nothing to sell.
async fn applies(console: &Console, session: &Session) -> Result<bool, Refused> {
    if !session.may(Right::ReadPlatform) {
        return Ok(false);
    }
    let own = participation::get(&console.registry, &session.caller()?).await?;
    Ok(own.standing == Standing::Applying)
}

async fn show(visitor: Visitor) -> Response {
    form(&visitor, &Fields::default(), None)
}

async fn password(
    State(console): State<Console>,
    Posted { who, fields, .. }: Posted<Visitor>,
) -> Result<Response, Refused> {
    let (email, password) = (fields.text("email"), fields.raw("password"));
    let tried = sign_in::with_password(&console.registry, &who.origin, email, password).await;
    match tried {
        Ok(started) => {
            let next = match started.stage {
                Stage::Enrols => "/console/account/second-factor",
                _ => "/console/sign-in/code",
            };
            Ok(layout::done_with_token(&who, next, &started.token))
        }
        Err(error) => Ok(form(&who, &fields, Some(&refusal(&who, error)?))),
    }
}

fn form(visitor: &Visitor, fields: &Fields, problem: Option<&Problem>) -> Response {
    let form = Form {
        visitor,
        fields,
        problem,
    };
    let body = html! {
        (parts::problem(visitor, problem))
        form method="post" action="/console/sign-in" {
            (parts::hidden(visitor))
            (form.input_with("email", visitor.say("E-mail address", "E-Mail-Adresse"), "email", "username"))
            (form.input_with("password", visitor.say("Password", "Passwort"), "password", "current-password"))
            button type="submit" { (visitor.say("Sign in", "Anmelden")) }
        }
        p { a href="/console/password" { (visitor.say("Password forgotten?", "Passwort vergessen?")) } }
        p { (visitor.say("Your firm does not take part yet? ", "Ihre Firma nimmt noch nicht teil? ")) a href="/console/join" { (visitor.say("Become a partner", "Partner werden")) } }
    };
    let status = problem.map_or(StatusCode::OK, status);
    layout::narrow(visitor, status, visitor.say("Sign in", "Anmelden"), &body)
}

async fn show_code(visitor: Visitor) -> Response {
    match visitor.session.as_ref().map(|session| session.stage) {
        Some(Stage::AwaitsCode) => code_form(&visitor, None),
        _ => Redirect::to("/console/").into_response(),
    }
}

async fn code(
    State(console): State<Console>,
    Posted { who, fields, .. }: Posted<Visitor>,
) -> Result<Response, Refused> {
    let code = fields.text("code");
    match sign_in::with_code(&console.registry, &who.origin, &who.token, code).await {
        Ok(started) => Ok(layout::done_with_token(&who, "/console/", &started.token)),
        Err(error) => Ok(code_form(&who, Some(&refusal(&who, error)?))),
    }
}

fn code_form(visitor: &Visitor, problem: Option<&Problem>) -> Response {
    let fields = Fields::default();
    let form = Form {
        visitor,
        fields: &fields,
        problem,
    };
    let body = html! {
        (parts::problem(visitor, problem))
        p { (visitor.say("Type the code that your authenticator app shows, or a recovery code.", "Geben Sie den Code Ihrer Authenticator-App ein oder einen Wiederherstellungscode.")) }
        form method="post" action="/console/sign-in/code" {
            (parts::hidden(visitor))
            (form.input_with("code", "Code", "text", "one-time-code"))
            button type="submit" { (visitor.say("Go on", "Weiter")) }
        }
        (parts::button(visitor, "/console/sign-out", visitor.say("Start over", "Von vorn"), "secondary outline"))
    };
    let status = problem.map_or(StatusCode::OK, status);
    layout::narrow(
        visitor,
        status,
        visitor.say("Second factor", "Zweiter Faktor"),
        &body,
    )
}

async fn out(
    State(console): State<Console>,
    Posted { who, .. }: Posted<Visitor>,
) -> Result<Response, Refused> {
    sign_in::out(&console.registry, &who.token).await?;
    Ok(layout::done("/console/sign-in", "signed-out"))
}

async fn show_forgotten(visitor: Visitor) -> Response {
    forgotten_form(&visitor, None)
}

async fn forgotten(
    State(console): State<Console>,
    Posted { who, fields, .. }: Posted<Visitor>,
) -> Result<Response, Refused> {
    let email = fields.text("email");
    match accounts::forgot_password(&console.registry, &who.origin, email).await {
        // The same answer whether there is such an account; the link goes to its address only.
        Ok(()) => Ok(layout::done("/console/sign-in", "reset-requested")),
        Err(error) => Ok(forgotten_form(&who, Some(&refusal(&who, error)?))),
    }
}

fn forgotten_form(visitor: &Visitor, problem: Option<&Problem>) -> Response {
    let fields = Fields::default();
    let form = Form {
        visitor,
        fields: &fields,
        problem,
    };
    let body = html! {
        (parts::problem(visitor, problem))
        p { (visitor.say("We send a link to a new password to the address of your account. It is good for an hour.", "Wir senden einen Link für ein neues Passwort an die Adresse Ihres Kontos. Er gilt eine Stunde.")) }
        form method="post" action="/console/password" {
            (parts::hidden(visitor))
            (form.input_with("email", visitor.say("E-mail address", "E-Mail-Adresse"), "email", "username"))
            button type="submit" { (visitor.say("Send the link", "Link senden")) }
        }
    };
    let status = problem.map_or(StatusCode::OK, status);
    layout::narrow(
        visitor,
        status,
        visitor.say("Password forgotten", "Passwort vergessen"),
        &body,
    )
}

async fn show_reset(visitor: Visitor, Path(token): Path<String>) -> Response {
    reset_form(&visitor, &token, None)
}

async fn reset(
    State(console): State<Console>,
    Path(token): Path<String>,
    Posted { who, fields, .. }: Posted<Visitor>,
) -> Result<Response, Refused> {
    match accounts::reset_password(&console.registry, &token, fields.raw("password")).await {
        Ok(()) => Ok(layout::done("/console/sign-in", "password-reset")),
        Err(error) => Ok(reset_form(&who, &token, Some(&refusal(&who, error)?))),
    }
}

fn reset_form(visitor: &Visitor, token: &str, problem: Option<&Problem>) -> Response {
    let fields = Fields::default();
    let form = Form {
        visitor,
        fields: &fields,
        problem,
    };
    let body = html! {
        (parts::problem(visitor, problem))
        form method="post" action=(format!("/console/password/{}", path_segment(token))) {
            (parts::hidden(visitor))
            (form.input_with("password", visitor.say("New password", "Neues Passwort"), "password", "new-password"))
            button type="submit" { (visitor.say("Change the password", "Passwort ändern")) }
        }
    };
    let status = problem.map_or(StatusCode::OK, status);
    layout::narrow(
        visitor,
        status,
        visitor.say("New password", "Neues Passwort"),
        &body,
    )
}

/// Tokens are base64; whatever else stood in the address leads nowhere.
pub(crate) fn path_segment(token: &str) -> &str {
    let is_token = token
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    if is_token { token } else { "-" }
}
