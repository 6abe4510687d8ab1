//! The page `/mailbox/`, for people `/console/mailbox/`: mails that nobody sends, in a demo or a sandbox. It shows one-time
//! links, so that only the networks of `mail.mailbox_networks` can read it, and there is none where a mail server is configured.

use axum::Router;
use axum::extract::{Query, Request, State};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use maud::{DOCTYPE, Markup, html};
use registry::mail::{self, Letter, MailStatus, MailView, Paragraph};
use registry::{Caller, Listed, Paging};
use serde::Deserialize;

use crate::page::{STYLE_PATH, is_reader, policy};
use crate::wiring::App;

/// Where the page is.
pub const PATH: &str = "/mailbox/";
/// Where it is among the pages for people, under the same guard.
pub const CONSOLE_PATH: &str = "/console/mailbox/";
/// Mails on one page.
const PAGE: u32 = 50;
/// The name under which the page reads.
const READER: &str = "mailbox page";

/// The page, if this network has one.
pub fn routes(app: &App) -> Router {
    if app.mailbox_readers().is_empty() {
        return Router::new();
    }
    Router::new()
        .route(PATH, get(show))
        .route(CONSOLE_PATH, get(show))
        .layer(from_fn_with_state(app.clone(), for_readers))
        .with_state(app.clone())
}

async fn for_readers(State(app): State<App>, request: Request, next: Next) -> Response {
    match is_reader(app.mailbox_readers(), &request) {
        true => next.run(request).await,
        false => StatusCode::NOT_FOUND.into_response(),
    }
}

#[derive(Deserialize)]
struct Which {
    /// From 1.
    page: Option<u32>,
}

async fn show(State(app): State<App>, Query(which): Query<Which>) -> Response {
    let number = which.page.unwrap_or(1).max(1);
    let paging = Paging {
        offset: u64::from(number - 1) * u64::from(PAGE),
        limit: PAGE,
    };
    let caller = Caller::network(READER);
    match mail::list(&app.registry, &caller, Some(MailStatus::Kept), paging).await {
        Ok(mails) => (policy(), Html(page(&mails, number).into_string())).into_response(),
        Err(error) => {
            tracing::error!(error = %error, "the mailbox cannot be read: {error}");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

fn page(mails: &Listed<MailView>, number: u32) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "Mailbox" }
                link rel="stylesheet" href=(STYLE_PATH);
            }
            body {
                header {
                    h1 { "Mailbox" }
                    p { "This network sends no mail. What it would have sent stands here, newest first." }
                    p { a href="/" { "Start page" } }
                }
                main {
                    @if mails.items.is_empty() { p { "There is no mail." } }
                    @for mail in &mails.items { (one(mail)) }
                    (ways_on(mails.count, number))
                }
            }
        }
    }
}

fn one(mail: &MailView) -> Markup {
    let recipient = mail
        .recipient
        .as_deref()
        .unwrap_or("somebody who was erased");
    html! {
        @if let Some(letter) = &mail.letter {
            section id=(mail.id) lang=(letter.language) {
                h2 { (letter.subject) }
                p lang="en" { "To " strong { (recipient) } ", " (mail.created_at) }
                (text(letter))
            }
        }
    }
}

fn text(letter: &Letter) -> Markup {
    html! {
        @for paragraph in &letter.paragraphs {
            @match paragraph {
                Paragraph::Text(text) => p { (text) },
                Paragraph::List(lines) => ul { @for line in lines { li { (line) } } },
                Paragraph::Link { label, url } => p { a href=(url) { (label) } },
            }
        }
    }
}

fn ways_on(count: u64, number: u32) -> Markup {
    let shown = u64::from(number) * u64::from(PAGE);
    html! {
        p {
            @if number > 1 { a href={ "?page=" (number - 1) } { "Newer" } " " }
            @if count > shown { a href={ "?page=" (number + 1) } { "Older" } }
        }
    }
}
