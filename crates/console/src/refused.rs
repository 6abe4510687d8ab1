//! What cannot be shown or done: the page of a problem, or the way to where one has to go first.

use axum::extract::{FromRequestParts, Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use domain::Language;
use http::ApiError;
use maud::html;
use wire::{Problem, ProblemCode};

use crate::visitor::{Door, Visitor};
use crate::{Console, german, layout, text};

/// Why a page is not shown.
#[derive(Debug)]
pub(crate) enum Refused {
    /// Something else has to be done first.
    Elsewhere(&'static str),
    /// A refusal of the catalogue, or a fault, which was logged.
    Problem(Box<Said>),
}

/// A problem in both languages: who asks is known to the request alone, see [`in_own_language`].
#[derive(Clone, Debug)]
pub(crate) struct Said {
    english: Problem,
    german: Problem,
}

impl Said {
    fn show(&self, language: Language, door: Door) -> Response {
        let problem = match language {
            Language::English => &self.english,
            Language::German => &self.german,
        };
        let back = text::say(language, "Back to the start", "Zurück zum Anfang");
        let body = html! {
            h1 { (problem.title) }
            p data-code=(problem.code) { (problem.detail) }
            p { a href=(door.home()) { (back) } }
        };
        (
            status(problem),
            layout::plain(language, &problem.title, &body),
        )
            .into_response()
    }
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        Self::Problem(Box::new(Said {
            german: german::problem(&problem),
            english: problem,
        }))
    }
}

impl From<ApiError> for Refused {
    fn from(error: ApiError) -> Self {
        error.problem().clone().into()
    }
}

impl From<registry::Error> for Refused {
    fn from(error: registry::Error) -> Self {
        match &error {
            registry::Error::Fault(source) => {
                tracing::error!(error = %source, "a page met a fault: {source}");
            }
            registry::Error::Unavailable(reason) => {
                tracing::warn!(error = %reason, "a page could not be served: {reason}");
            }
            _ => {}
        }
        Self::Problem(Box::new(Said {
            german: german::error(&error),
            english: error.to_problem(),
        }))
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let said = match self {
            Self::Elsewhere(path) => return Redirect::to(path).into_response(),
            Self::Problem(said) => said,
        };
        let mut response = said.show(Language::English, Door::Console);
        response.extensions_mut().insert(*said);
        response
    }
}

/// Shows the page of a problem in the language of whoever asked.
pub(crate) async fn in_own_language(
    State(console): State<Console>,
    request: Request,
    next: Next,
) -> Response {
    let (mut parts, body) = request.into_parts();
    let request = Request::from_parts(parts.clone(), body);
    let mut response = next.run(request).await;
    let Some(said) = response.extensions_mut().remove::<Said>() else {
        return response;
    };
    match Visitor::from_request_parts(&mut parts, &console).await {
        Ok(visitor) => said.show(visitor.language, visitor.door),
        // Where not even the session can be read, English will do.
        Err(_) => response,
    }
}

/// A refusal that a form can show beside its fields, in the language of its page. What is ours ends in a page of its own, and so does
/// what the person may not do: the form's page could be one that is not there.
pub(crate) fn refusal(
    who: &impl AsRef<Visitor>,
    error: registry::Error,
) -> Result<Problem, Refused> {
    match error {
        registry::Error::Fault(_)
        | registry::Error::Unavailable(_)
        | registry::Error::NotPermitted
        | registry::Error::InsufficientScope(_) => Err(error.into()),
        error => Ok(match who.as_ref().language {
            Language::English => error.to_problem(),
            Language::German => german::error(&error),
        }),
    }
}

/// The status that goes with a problem.
pub(crate) fn status(problem: &Problem) -> StatusCode {
    StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// There is no such page.
pub(crate) async fn nothing_here(_: Visitor) -> Refused {
    Problem::new(ProblemCode::NotFound, "There is no such page.").into()
}
