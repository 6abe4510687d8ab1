//! What cannot be shown or done: the page of a problem, or the way to where one has to go first.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use http::ApiError;
use maud::html;
use wire::{Problem, ProblemCode};

use crate::layout;
use crate::visitor::Visitor;

/// Why a page is not shown.
#[derive(Debug)]
pub(crate) enum Refused {
    /// Something else has to be done first.
    Elsewhere(&'static str),
    /// A refusal of the catalogue, or a fault, which was logged.
    Problem(Box<Problem>),
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        Self::Problem(Box::new(problem))
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
        error.to_problem().into()
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let problem = match self {
            Self::Elsewhere(path) => return Redirect::to(path).into_response(),
            Self::Problem(problem) => problem,
        };
        let body = html! {
            h1 { (problem.title) }
            p data-code=(problem.code) { (problem.detail) }
            p { a href="/console/" { "Back to the start" } }
        };
        let status = status(&problem);
        (status, layout::plain(&problem.title, &body)).into_response()
    }
}

/// A refusal that a form can show beside its fields. What is ours ends in a page of its own, and so does what the person may not do:
/// the form's page could be one that is not there.
pub(crate) fn refusal(error: registry::Error) -> Result<Problem, Refused> {
    match error {
        registry::Error::Fault(_)
        | registry::Error::Unavailable(_)
        | registry::Error::NotPermitted
        | registry::Error::InsufficientScope(_) => Err(error.into()),
        error => Ok(error.to_problem()),
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
