//! Parameters of query and path, with problems for answers.

use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use wire::{FieldCode, ProblemCode};

use crate::context::RequestContext;
use crate::error::{ApiError, Fault};
use crate::json::settle_ignored;
use crate::paging::{PAGE, PAGE_SIZE};
use crate::reader::read_query;

/// The parameters of the query as `T`. A value that is not possible is 400; a name that `T` does not have is listed like an
/// unknown field (those of paging excepted). A field of type `Vec` takes a name given several times.
#[derive(Debug, Clone)]
pub struct QueryParams<T>(
    /// The parameters.
    pub T,
);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for QueryParams<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let context = RequestContext::of(parts)?;
        let sent = object(pairs(parts)?);
        let (value, mut ignored) = read_query(sent)
            .map_err(|error| ApiError::about(ProblemCode::InvalidParameter, vec![error]))?;
        ignored.retain(|name| name != PAGE && name != PAGE_SIZE);
        settle_ignored(ignored, &context)?;
        Ok(Self(value))
    }
}

/// The parameters of the query, decoded, in order.
pub(crate) fn pairs(parts: &Parts) -> Result<Vec<(String, String)>, ApiError> {
    let query = parts.uri.query().unwrap_or_default();
    let decoded = url::form_urlencoded::parse(query.as_bytes()).into_owned();
    decoded
        .map(|(name, value)| {
            let is_text = !name.contains(['\0', '\u{fffd}']) && !value.contains(['\0', '\u{fffd}']);
            if is_text {
                return Ok((name, value));
            }
            let name = name.replace('\0', "");
            let message = "must be text in UTF-8 without NUL";
            Err(ApiError::parameter(name, FieldCode::InvalidFormat, message))
        })
        .collect()
}

/// One object; a name given several times has a list.
fn object(pairs: Vec<(String, String)>) -> Value {
    let mut object = Map::new();
    for (name, value) in pairs {
        match object.get_mut(&name) {
            None => {
                object.insert(name, Value::String(value));
            }
            Some(Value::Array(values)) => values.push(Value::String(value)),
            Some(first) => *first = Value::Array(vec![first.take(), Value::String(value)]),
        }
    }
    Value::Object(object)
}

/// The parameters of the path as `T`. What cannot be parsed cannot exist: 404.
#[derive(Debug, Clone)]
pub struct PathParams<T>(
    /// The parameters.
    pub T,
);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for PathParams<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        // No identifier holds a NUL, and no database text could.
        if parts.uri.path().contains("%00") {
            return Err(ApiError::not_found());
        }
        match Path::<T>::from_request_parts(parts, state).await {
            Ok(Path(value)) => Ok(Self(value)),
            Err(PathRejection::MissingPathParams(rejection)) => {
                Err(ApiError::fault(Fault::from(rejection)))
            }
            Err(_) => Err(ApiError::not_found()),
        }
    }
}
