//! The headers that many operations share, documented once: in components, to which operations refer.

use utoipa::openapi::header::{Header, HeaderBuilder};
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::response::Response;
use utoipa::openapi::schema::{Components, Object, ObjectBuilder, Type};
use utoipa::openapi::{Ref, RefOr, Required};

use crate::route::ENVIRONMENT;

/// Headers of every answer.
pub(crate) const ALWAYS: &[&str] = &["X-Request-Id"];
/// Headers of a success that used a token.
pub(crate) const SUCCESS: &[&str] = &["X-Request-Id", "X-Ignored-Fields", "Preference-Applied"];
/// Headers of a write's success.
pub(crate) const WRITTEN: &[&str] = &[
    "X-Request-Id",
    "X-Ignored-Fields",
    "Preference-Applied",
    "Idempotent-Replayed",
];

/// Parameters of every operation that needs a token, by the name of their component.
pub(crate) const READ_PARAMETERS: &[&str] = &["Prefer"];
/// Parameters of every operation that writes.
pub(crate) const WRITE_PARAMETERS: &[&str] = &["Prefer", "X-Idempotency-Key", "Idempotency-Key"];

/// Headers of a refusal with this status. What was ignored is said there too, as is that the caller was strict.
pub(crate) fn of_refusal(status: u16) -> Vec<&'static str> {
    let more: &[&str] = match status {
        401 | 403 => &["WWW-Authenticate"],
        405 => &["Allow"],
        409 | 429 | 503 => &["Retry-After"],
        _ => &[],
    };
    [SUCCESS, more].concat()
}

/// Refers to the headers in a response.
pub(crate) fn add(response: &mut Response, names: &[&str]) {
    for name in names {
        let reference = Ref::new(format!("#/components/headers/{name}"));
        response
            .headers
            .insert((*name).to_owned(), RefOr::Ref(reference));
    }
}

/// A reference to a shared parameter.
pub(crate) fn parameter(name: &str) -> RefOr<Parameter> {
    RefOr::Ref(Ref::new(format!("#/components/parameters/{name}")))
}

/// Puts all that is referred to into the components.
pub(crate) fn define(components: &mut Components) {
    for (name, description, example, schema) in [
        (
            "X-Request-Id",
            "Identity of the request: the one sent, or a new one.",
            "0198c5a2-7a43-7e11-b8f3-0d6c1f2a9b70",
            text(),
        ),
        (
            "X-Ignored-Fields",
            "Fields that were sent and not used, separated by commas. Absent if all were used.",
            "natural_person.title",
            text(),
        ),
        (
            "Preference-Applied",
            "`handling=strict` if the request preferred it.",
            "handling=strict",
            text(),
        ),
        (
            "Idempotent-Replayed",
            "`true` if this is the answer of an earlier request with the same key. Absent otherwise.",
            "true",
            text(),
        ),
        (
            "WWW-Authenticate",
            "How to authenticate (RFC 6750).",
            "Bearer error=\"invalid_token\"",
            text(),
        ),
        (
            "Allow",
            "The methods that the path has.",
            "GET,HEAD,POST",
            text(),
        ),
        (
            "Retry-After",
            "Seconds after which a repeat may succeed, where one may.",
            "1",
            text(),
        ),
    ] {
        let header: Header = HeaderBuilder::new()
            .schema(Some(schema))
            .description(Some(description))
            .example(Some(example.into()))
            .build();
        components.headers.insert(name.to_owned(), header.into());
    }
    for parameter in [
        key(
            "X-Idempotency-Key",
            "A key of the caller's own, such as a random UUID or the id of an order: a repeat with the same key and body gets the first answer and changes nothing.",
        ),
        key(
            "Idempotency-Key",
            "The same under the name of the IETF draft. Send one of the two.",
        ),
        in_header(
            "Prefer",
            "`handling=strict` refuses unknown fields and parameters, which are ignored otherwise (RFC 7240).",
            text(),
        ),
        environment(),
    ] {
        let name = parameter.name.clone();
        components.parameters.insert(name, parameter.into());
    }
}

fn text() -> Object {
    Object::with_type(Type::String)
}

fn key(name: &str, description: &str) -> Parameter {
    let schema = ObjectBuilder::new()
        .schema_type(Type::String)
        .min_length(Some(1))
        .max_length(Some(255))
        // Visible ASCII; a quote at the start begins the quoted form of RFC 8941.
        .pattern(Some("^[!#-~][!-~]{0,254}$"))
        .build();
    in_header(name, description, schema)
}

fn in_header(name: &str, description: &str, schema: Object) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(description))
        .schema(Some(schema))
        .build()
}

fn environment() -> Parameter {
    let schema = ObjectBuilder::new()
        .schema_type(Type::String)
        .min_length(Some(1))
        .max_length(Some(100))
        .build();
    ParameterBuilder::new()
        .name(ENVIRONMENT)
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .description(Some(
            "Name of the asset's environment, as in the URL handed out with the credentials.",
        ))
        .schema(Some(schema))
        .build()
}
