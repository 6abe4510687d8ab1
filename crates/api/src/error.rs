//! From the error of an operation to a problem: the one place where the two meet.

use axum::response::{IntoResponse, Response};
use http::{ApiError, Fault};
use registry::Error;

/// A handler's refusal: of the kit, before the operation, or of the operation.
#[derive(Debug)]
pub(crate) struct Refused(ApiError);

impl From<ApiError> for Refused {
    fn from(error: ApiError) -> Self {
        Self(error)
    }
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self(match error {
            // Adds the challenge of RFC 6750.
            Error::InsufficientScope(scope) => ApiError::insufficient_scope(scope),
            // Logged once, where it is rendered: inside the span that carries the request's id.
            Error::Fault(source) => ApiError::fault(Fault::from(source)),
            Error::Unavailable(ref reason) => {
                tracing::warn!(error = %reason, "a request could not be served: {reason}");
                error.to_problem().into()
            }
            refusal => refusal.to_problem().into(),
        })
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        self.0.into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::header;
    use wire::ProblemCode;

    fn status_and_code(error: Error) -> (u16, String) {
        let Refused(error) = error.into();
        let problem = error.problem();
        (problem.status, problem.code.clone())
    }

    #[test]
    fn every_kind_of_error_has_its_status() {
        let io = std::io::Error::other("the disk is on fire");
        for (error, status, code) in [
            (Error::NotFound("investor"), 404, "not_found"),
            (Error::NotPermitted, 403, "not_permitted"),
            (Error::InFlight, 409, "idempotency_in_flight"),
            (Error::KeyReused(None), 422, "idempotency_key_reused"),
            (Error::Unavailable("x".to_owned()), 503, "unavailable"),
            (
                Error::Problem(ProblemCode::TokenInvalid, "x".to_owned()),
                401,
                "token_invalid",
            ),
            (Error::fault(io), 500, "internal"),
        ] {
            assert_eq!(status_and_code(error), (status, code.to_owned()));
        }
    }

    #[test]
    fn a_fault_tells_nothing_to_the_caller() {
        let Refused(error) = Error::fault(std::io::Error::other("secret path")).into();
        assert!(!error.problem().detail.contains("secret"));
    }

    #[test]
    fn a_missing_scope_is_named_in_the_challenge() {
        let refused: Refused = Error::InsufficientScope("investors:read").into();
        let response = refused.into_response();
        assert_eq!(response.status(), 403);
        let challenge = response.headers()[header::WWW_AUTHENTICATE].to_str();
        assert!(challenge.is_ok_and(|text| text.contains("scope=\"investors:read\"")));
    }
}
