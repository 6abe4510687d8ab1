//! The answers that are not a success, documented once: one per status, with the codes of the catalogue that have it.

use std::collections::BTreeMap;

use utoipa::IntoResponses;
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::{ContentBuilder, Ref, RefOr};
use wire::ProblemCode;
use wire::problem::PROBLEM_MEDIA_TYPE;

use crate::headers;

/// Status, name among the components, and what it means.
const KINDS: &[(u16, &str, &str)] = &[
    (400, "InvalidRequest", "The request is malformed."),
    (
        401,
        "Unauthenticated",
        "The access token is missing or not good here.",
    ),
    (
        403,
        "Forbidden",
        "The client, or its token, may not do this.",
    ),
    (
        404,
        "NotFound",
        "There is no such environment or resource, or it belongs to someone else.",
    ),
    (
        405,
        "MethodNotAllowed",
        "The path does not have this method.",
    ),
    (408, "RequestTimeout", "The request took too long."),
    (
        409,
        "Conflict",
        "The state of the resource forbids this, or a request with the same key is running.",
    ),
    (
        410,
        "Gone",
        "The data of the person that this is about were erased.",
    ),
    (413, "TooLarge", "The body is too large."),
    (
        415,
        "UnsupportedMediaType",
        "The media type is not accepted.",
    ),
    (
        422,
        "Refused",
        "A rule of the network forbids this; nothing was changed.",
    ),
    (
        429,
        "TooManyRequests",
        "The client sends more requests than agreed.",
    ),
    (500, "Internal", "A fault on our side."),
    (
        503,
        "Unavailable",
        "A part of the network does not answer at the moment.",
    ),
];

/// Refusals of an operation that reads.
pub(crate) struct ReadRefusals;

/// Refusals of an operation that reads what has to be made or granted first.
pub(crate) struct UnfinishedRefusals;

/// Refusals of an operation that writes.
pub(crate) struct WriteRefusals;

/// Refusals of an operation that needs no token.
pub(crate) struct PublicRefusals;

/// What reading that takes parameters but no token may answer.
pub(crate) struct OpenRefusals;

/// What a writing operation that needs no token may answer.
pub(crate) struct OpenWriteRefusals;

impl IntoResponses for ReadRefusals {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        references(&[400, 401, 403, 404, 405, 408, 410, 429, 500, 503])
    }
}

impl IntoResponses for UnfinishedRefusals {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        references(&[400, 401, 403, 404, 405, 408, 409, 410, 429, 500, 503])
    }
}

impl IntoResponses for WriteRefusals {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let all: Vec<u16> = KINDS.iter().map(|(status, ..)| *status).collect();
        references(&all)
    }
}

impl IntoResponses for OpenRefusals {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        references(&[400, 404, 405, 408, 429, 500, 503])
    }
}

impl IntoResponses for OpenWriteRefusals {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        references(&[400, 404, 405, 408, 409, 413, 415, 422, 429, 500, 503])
    }
}

impl IntoResponses for PublicRefusals {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        references(&[404, 405, 408, 429, 500, 503])
    }
}

/// The responses that the references lead to.
pub(crate) fn components() -> impl Iterator<Item = (String, RefOr<Response>)> {
    KINDS
        .iter()
        .map(|(status, name, meaning)| ((*name).to_owned(), response(*status, meaning).into()))
}

fn references(statuses: &[u16]) -> BTreeMap<String, RefOr<Response>> {
    KINDS
        .iter()
        .filter(|(status, ..)| statuses.contains(status))
        .map(|(status, name, _)| {
            let reference = Ref::from_response_name(*name);
            (status.to_string(), RefOr::Ref(reference))
        })
        .collect()
}

fn response(status: u16, meaning: &str) -> Response {
    let problem = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name("Problem")))
        .build();
    let mut response = ResponseBuilder::new()
        .description(format!("{meaning} Codes: {}.", codes(status)))
        .content(PROBLEM_MEDIA_TYPE, problem)
        .build();
    headers::add(&mut response, &headers::of_refusal(status));
    response
}

/// Only pages answer with these; no operation of the document does.
const ON_PAGES: &[ProblemCode] = &[ProblemCode::LinkInvalid];

/// The catalogue's codes of the status.
fn codes(status: u16) -> String {
    let codes: Vec<String> = ProblemCode::ALL
        .iter()
        .filter(|code| code.status() == status && !ON_PAGES.contains(code))
        .map(|code| format!("`{}`", code.as_str()))
        .collect();
    codes.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_of_the_catalogue_is_documented_and_no_other() {
        for code in ProblemCode::ALL {
            if ON_PAGES.contains(code) {
                continue;
            }
            let is_documented = KINDS.iter().any(|(status, ..)| *status == code.status());
            assert!(is_documented, "{} has {}", code.as_str(), code.status());
        }
        for (status, ..) in KINDS {
            assert!(!codes(*status).is_empty(), "no code has {status}");
        }
    }
}
