//! The answer of a write as an HTTP response: its bytes are those of the operation, so that a repeat is the very same.

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use registry::Answer;

use crate::error::Refused;

/// Says that the answer is that of an earlier request with the same idempotency key.
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// What a handler of a write answers.
pub(crate) type Outcome = Result<Answered, Refused>;

/// The answer of a write.
pub(crate) struct Answered(Answer);

/// Renders what the operation answered.
pub(crate) fn answered(result: registry::Result<Answer>) -> Outcome {
    Ok(Answered(result?))
}

impl IntoResponse for Answered {
    fn into_response(self) -> Response {
        let Answer {
            status,
            body,
            replayed,
            ..
        } = self.0;
        let is_empty = body.is_empty();
        let mut response = Response::new(Body::from(body));
        *response.status_mut() =
            StatusCode::from_u16(status).expect("operations answer with statuses of HTTP");
        let headers = response.headers_mut();
        if !is_empty {
            let json = HeaderValue::from_static("application/json");
            headers.insert(header::CONTENT_TYPE, json);
        }
        if replayed {
            headers.insert(REPLAYED, HeaderValue::from_static("true"));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response(status: u16, body: &str, replayed: bool) -> Response {
        Answered(Answer {
            status,
            body: body.into(),
            replayed,
            resource: None,
        })
        .into_response()
    }

    #[test]
    fn a_first_answer_is_plain_json() {
        let response = response(201, "{}", false);
        assert_eq!(response.status(), 201);
        assert_eq!(response.headers()[header::CONTENT_TYPE], "application/json");
        assert!(!response.headers().contains_key(REPLAYED));
    }

    #[test]
    fn a_repeated_answer_says_so() {
        assert_eq!(
            response(201, "{}", true).headers()["idempotent-replayed"],
            "true"
        );
    }

    #[test]
    fn an_empty_answer_has_no_type() {
        let response = response(204, "", false);
        assert_eq!(response.status(), 204);
        assert!(!response.headers().contains_key(header::CONTENT_TYPE));
    }
}
