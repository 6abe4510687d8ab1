//! A person's own account: second factor, password, name and language, sessions, and the organisations it acts for.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::{MembershipId, SessionId};
use maud::{Markup, PreEscaped, html};
use qrcode::QrCode;
use qrcode::render::svg;
use registry::accounts::{self, Enrolled};
use registry::sessions::{self, ListedSession, Session, Stage};
use uuid::Uuid;
use wire::Problem;

use crate::Console;
use crate::form::{Fields, Posted};
use crate::layout;
use crate::page::{Access, Page};
use crate::parts::{self, Form};
use crate::refused::{Refused, refusal, status};
use crate::roles::role_name;
use crate::visitor::{SignedIn, Visitor};

pub(crate) fn pages() -> Vec<Page> {
    vec![
        Page::get("/console/account", Access::SignedIn, show),
        Page::post("/console/account", Access::SignedIn, change),
        Page::post(
            "/console/account/password",
            Access::SignedIn,
            change_password,
        ),
        Page::get(
            "/console/account/second-factor",
            Access::SigningIn,
            show_second_factor,
        ),
        Page::post(
            "/console/account/second-factor",
            Access::SigningIn,
            confirm_second_factor,
        ),
        Page::post(
            "/console/account/sessions/{session_id}/end",
            Access::SignedIn,
            end_session,
        ),
        Page::post(
            "/console/account/memberships/{membership_id}",
            Access::SignedIn,
            choose,
        ),
    ]
}

async fn show(State(console): State<Console>, who: SignedIn) -> Result<Response, Refused> {
    render(&console, &who, &Fields::default(), None).await
}

async fn change(
    State(console): State<Console>,
    Posted { who, fields, .. }: Posted<SignedIn>,
) -> Result<Response, Refused> {
    let language = fields
        .text("language")
        .parse()
        .unwrap_or(who.visitor.language);
    let name = fields.text("name");
    match accounts::change_person(&console.registry, &who.session, name, language).await {
        Ok(()) => Ok(layout::done("/console/account", "saved")),
        Err(error) => render(&console, &who, &fields, Some(&refusal(&who, error)?)).await,
    }
}

async fn change_password(
    State(console): State<Console>,
    Posted { who, fields, .. }: Posted<SignedIn>,
) -> Result<Response, Refused> {
    let (current, new) = (fields.raw("current_password"), fields.raw("password"));
    let changed = accounts::change_password(
        &console.registry,
        &who.session,
        &who.visitor.origin,
        current,
        new,
    );
    match changed.await {
        Ok(started) => {
            let mut response = layout::done("/console/account", "password-changed");
            let cookie = who.visitor.cookie(&started.token);
            response
                .headers_mut()
                .append(axum::http::header::SET_COOKIE, cookie);
            Ok(response)
        }
        Err(error) => render(&console, &who, &fields, Some(&refusal(&who, error)?)).await,
    }
}

async fn end_session(
    State(console): State<Console>,
    Path(id): Path<Uuid>,
    Posted { who, .. }: Posted<SignedIn>,
) -> Result<Response, Refused> {
    sessions::revoke(&console.registry, &who.session, SessionId::from_uuid(id)).await?;
    Ok(layout::done("/console/account", "session-ended"))
}

async fn choose(
    State(console): State<Console>,
    Path(id): Path<Uuid>,
    Posted { who, .. }: Posted<SignedIn>,
) -> Result<Response, Refused> {
    let SignedIn { visitor, session } = who;
    let id = MembershipId::from_uuid(id);
    let started = sessions::choose(&console.registry, &session, &visitor.origin, id).await?;
    Ok(layout::done_with_token(
        &visitor,
        "/console/",
        &started.token,
    ))
}

async fn render(
    console: &Console,
    who: &SignedIn,
    fields: &Fields,
    problem: Option<&Problem>,
) -> Result<Response, Refused> {
    let SignedIn { visitor, session } = who;
    let sessions = sessions::list(&console.registry, session).await?;
    let codes_left = accounts::recovery_codes_left(&console.registry, session).await?;
    let form = Form {
        visitor,
        fields,
        problem,
    };
    let body = html! {
        h1 { (visitor.say("Your account", "Ihr Konto")) }
        (parts::problem(visitor, problem))
        (organisations(visitor, session))
        (person(&form, session))
        (password(&form))
        section {
            h2 { (visitor.say("Second factor", "Zweiter Faktor")) }
            p { (visitor.say("Recovery codes left: ", "Übrige Wiederherstellungscodes: ")) strong { (codes_left) } }
            p { a href="/console/account/second-factor" { (visitor.say("Set up a new one, with new recovery codes", "Neu einrichten, mit neuen Wiederherstellungscodes")) } }
        }
        (listed_sessions(visitor, session, &sessions))
    };
    let status = problem.map_or(StatusCode::OK, status);
    let title = visitor.say("Your account", "Ihr Konto");
    Ok(layout::page_with_status(visitor, status, title, &body))
}

fn organisations(visitor: &Visitor, session: &Session) -> Markup {
    let current = session.current.as_ref().map(|current| current.id);
    let rows: Vec<Vec<Markup>> = session
        .memberships
        .iter()
        .map(|one| {
            vec![
                parts::text(parts::organisation(
                    visitor,
                    one.organisation_name.as_deref(),
                )),
                parts::text(role_name(visitor, &one.role)),
                match current == Some(one.id) {
                    true => parts::status(visitor.say("acting now", "gewählt")),
                    false => parts::button(
                        visitor,
                        &format!("/console/account/memberships/{}", one.id),
                        visitor.say("Act for it", "Wählen"),
                        "outline",
                    ),
                },
            ]
        })
        .collect();
    html! {
        section {
            h2 { (visitor.say("Organisations", "Organisationen")) }
            (parts::table(visitor, &[visitor.say("Organisation", "Organisation"), visitor.say("Role", "Rolle"), ""], &rows))
        }
    }
}

fn person(form: &Form<'_>, session: &Session) -> Markup {
    let visitor = form.visitor;
    let languages = [("en", "English"), ("de", "Deutsch")]
        .map(|(code, name)| (code.to_owned(), name.to_owned()));
    html! {
        section {
            h2 { (visitor.say("Name and language", "Name und Sprache")) }
            p { (session.person.email) }
            form method="post" action="/console/account" {
                (parts::hidden(visitor))
                label { "Name" input type="text" name="name" value=(session.person.name) autocomplete="name"; }
                (form.select("language", visitor.say("Language", "Sprache"), &languages, session.person.language.code()))
                button type="submit" { (visitor.say("Save", "Speichern")) }
            }
        }
    }
}

fn password(form: &Form<'_>) -> Markup {
    let visitor = form.visitor;
    html! {
        section {
            h2 { (visitor.say("Password", "Passwort")) }
            form method="post" action="/console/account/password" {
                (parts::hidden(visitor))
                (form.input_with("current_password", visitor.say("Present password", "Bisheriges Passwort"), "password", "current-password"))
                (form.input_with("password", visitor.say("New password", "Neues Passwort"), "password", "new-password"))
                button type="submit" { (visitor.say("Change the password", "Passwort ändern")) }
            }
        }
    }
}

fn listed_sessions(visitor: &Visitor, own: &Session, sessions: &[ListedSession]) -> Markup {
    let rows: Vec<Vec<Markup>> = sessions
        .iter()
        .map(|session| {
            vec![
                parts::moment(&session.created_at.to_string()),
                parts::moment(&session.seen_at.to_string()),
                parts::optional(session.network.as_deref()),
                parts::optional(session.browser.as_deref()),
                match session.id == own.id {
                    true => parts::status(visitor.say("this one", "diese")),
                    false => parts::button(
                        visitor,
                        &format!("/console/account/sessions/{}/end", session.id),
                        visitor.say("End", "Beenden"),
                        "outline",
                    ),
                },
            ]
        })
        .collect();
    let head = [
        visitor.say("Started", "Begonnen"),
        visitor.say("Last used", "Zuletzt benutzt"),
        visitor.say("Network", "Netz"),
        "Browser",
        "",
    ];
    html! {
        section { h2 { (visitor.say("Sessions", "Sitzungen")) } (parts::table(visitor, &head, &rows)) }
    }
}

async fn show_second_factor(
    State(console): State<Console>,
    visitor: Visitor,
) -> Result<Response, Refused> {
    offer(&console, &visitor, None).await
}

async fn confirm_second_factor(
    State(console): State<Console>,
    Posted { who, fields, .. }: Posted<Visitor>,
) -> Result<Response, Refused> {
    let session = who
        .session
        .as_ref()
        .ok_or(Refused::Elsewhere("/console/sign-in"))?;
    let confirmed =
        accounts::confirm_totp(&console.registry, session, &who.origin, fields.text("code"));
    match confirmed.await {
        Ok(enrolled) => Ok(recovery_codes(&who, &enrolled)),
        Err(error) => offer(&console, &who, Some(&refusal(&who, error)?)).await,
    }
}

async fn offer(
    console: &Console,
    visitor: &Visitor,
    problem: Option<&Problem>,
) -> Result<Response, Refused> {
    let Some(session) = &visitor.session else {
        return Ok(Redirect::to("/console/sign-in").into_response());
    };
    if session.stage == Stage::AwaitsCode {
        return Ok(Redirect::to("/console/sign-in/code").into_response());
    }
    let offer = accounts::offer_totp(&console.registry, session).await?;
    let fields = Fields::default();
    let form = Form {
        visitor,
        fields: &fields,
        problem,
    };
    let body = html! {
        (parts::problem(visitor, problem))
        p { (visitor.say("Scan this with an authenticator app, then type the code that it shows.", "Scannen Sie dies mit einer Authenticator-App und geben Sie den Code ein, den sie zeigt.")) }
        div class="qr" { (qr(&offer.uri)) }
        p { (visitor.say("Or type the secret: ", "Oder tippen Sie das Geheimnis: ")) code data-secret { (offer.secret) } }
        form method="post" action="/console/account/second-factor" {
            (parts::hidden(visitor))
            (form.input_with("code", "Code", "text", "one-time-code"))
            button type="submit" { (visitor.say("Confirm", "Bestätigen")) }
        }
    };
    let status = problem.map_or(StatusCode::OK, status);
    Ok(layout::narrow(
        visitor,
        status,
        visitor.say("Second factor", "Zweiter Faktor"),
        &body,
    ))
}

/// Shown once: only their hashes are kept.
fn recovery_codes(visitor: &Visitor, enrolled: &Enrolled) -> Response {
    let body = html! {
        p { (visitor.say("Keep these recovery codes where your telephone is not. Each signs you in once if you lose the app; they are not shown again.", "Bewahren Sie diese Wiederherstellungscodes getrennt vom Telefon auf. Jeder meldet Sie einmal an, falls die App verloren geht; sie werden nicht wieder gezeigt.")) }
        ul class="codes" { @for code in &enrolled.recovery_codes { li { code data-recovery { (code) } } } }
        p { a href="/console/" role="button" { (visitor.say("I have kept them", "Ich habe sie aufbewahrt")) } }
    };
    let title = visitor.say("Recovery codes", "Wiederherstellungscodes");
    let mut response = layout::narrow(visitor, StatusCode::OK, title, &body);
    let cookie = visitor.cookie(&enrolled.started.token);
    response
        .headers_mut()
        .append(axum::http::header::SET_COOKIE, cookie);
    response
}

fn qr(uri: &str) -> Markup {
    let Ok(code) = QrCode::new(uri.as_bytes()) else {
        return html! {};
    };
    let drawing = code
        .render::<svg::Color<'_>>()
        .min_dimensions(240, 240)
        .dark_color(svg::Color("#000"))
        .light_color(svg::Color("#fff"))
        .build();
    // What stands before the element is for files.
    let from = drawing.find("<svg").unwrap_or_default();
    PreEscaped(drawing[from..].to_owned())
}
