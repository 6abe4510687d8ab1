//! The frame of the pages, and what is shown when something is refused. Nothing is loaded from elsewhere.

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use database::DatabaseError;
use http::ApiError;
use maud::{DOCTYPE, Markup, html};

use super::session::{TOKEN_FIELD, Visitor};
use super::{PATH, SIGN_IN, STYLE};
use crate::{Error, SetupRefusal};

const POLICY: &str = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// Why a page is not shown or a form not taken.
pub(crate) enum Refused {
    /// Nobody is signed in.
    SignIn,
    /// The form does not come from one of our pages, or its session has ended.
    Foreign,
    /// A sentence for whoever filled it in.
    Wrong(String),
    /// Anything else.
    Failed(Error),
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        match &error {
            Error::Refused(problem) => {
                let fields = problem.errors.iter();
                let fields: Vec<String> = fields
                    .map(|field| format!("{}: {}", field.field, field.message))
                    .collect();
                match fields.is_empty() {
                    true => Self::Wrong(problem.detail.clone()),
                    false => Self::Wrong(fields.join(" ")),
                }
            }
            Error::Fault(source) => match source.downcast_ref::<SetupRefusal>() {
                Some(refusal) => Self::Wrong(format!("{refusal}.")),
                None => Self::Failed(error),
            },
            Error::InsufficientScope(_) => Self::Failed(error),
        }
    }
}

impl From<DatabaseError> for Refused {
    fn from(error: DatabaseError) -> Self {
        Error::from(error).into()
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        match self {
            Self::SignIn => Redirect::to(SIGN_IN).into_response(),
            Self::Foreign => told(
                StatusCode::FORBIDDEN,
                "This form was not made for your present session. Load the page again and repeat what you did.",
            ),
            Self::Wrong(why) => told(StatusCode::BAD_REQUEST, &why),
            Self::Failed(error) => ApiError::from(error).into_response(),
        }
    }
}

fn told(status: StatusCode, why: &str) -> Response {
    let body = html! {
        p role="alert" { (why) }
        p { a href=(PATH) { "Back" } }
    };
    page(status, "That cannot be", None, &body)
}

pub(super) fn page(
    status: StatusCode,
    title: &str,
    visitor: Option<&Visitor>,
    body: &Markup,
) -> Response {
    let markup = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " · Gateway" }
                link rel="stylesheet" href=(STYLE);
            }
            body {
                header class="container" {
                    nav {
                        ul { li { strong { a href=(PATH) { "Gateway" } } } }
                        @if let Some(visitor) = visitor {
                            ul { li { (button(visitor, "/configuration/sign-out", "Sign out")) } }
                        }
                    }
                }
                main class="container" { h1 { (title) } (body) }
            }
        }
    };
    let mut headers = HeaderMap::new();
    headers.insert(
        HeaderName::from_static("content-security-policy"),
        HeaderValue::from_static(POLICY),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    (status, headers, Html(markup.into_string())).into_response()
}

/// A table that is wider than the page moves by itself.
pub(super) fn table(titles: &[&str], rows: &Markup) -> Markup {
    html! {
        div class="overflow-auto" {
            table {
                thead { tr { @for title in titles { th { (title) } } } }
                tbody { (rows) }
            }
        }
    }
}

/// A moment: the minute is for people, the rest for whoever points at it.
pub(super) fn moment(rfc3339: &str) -> Markup {
    let minute = rfc3339.get(..16).map(|text| text.replace('T', " "));
    html! { time datetime=(rfc3339) title=(rfc3339) { (minute.as_deref().unwrap_or(rfc3339)) " UTC" } }
}

/// A form of one button.
pub(super) fn button(visitor: &Visitor, action: &str, label: &str) -> Markup {
    html! {
        form method="post" action=(action) {
            (hidden(visitor))
            button type="submit" class="secondary" { (label) }
        }
    }
}

/// What every form carries.
pub(super) fn hidden(visitor: &Visitor) -> Markup {
    html! { input type="hidden" name=(TOKEN_FIELD) value=(visitor.form_token); }
}
