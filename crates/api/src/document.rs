//! What the OpenAPI document says beyond single operations: headers, refusals, security, and the events that webhooks carry.

use registry::caller::{DISTRIBUTOR_SCOPES, ISSUER_SCOPES, NETWORK_SCOPES, PLATFORM_SCOPES};
use utoipa::OpenApi as _;
use utoipa::openapi::path::{Operation, OperationBuilder, PathItem, Paths};
use utoipa::openapi::request_body::{RequestBody, RequestBodyBuilder};
use utoipa::openapi::response::ResponseBuilder;
use utoipa::openapi::schema::{OneOf, Type};
use utoipa::openapi::security::{
    ClientCredentials, Flow, HttpAuthScheme, HttpBuilder, OAuth2, Scopes, SecurityRequirement,
    SecurityScheme,
};
use utoipa::openapi::{
    Components, ContentBuilder, HttpMethod, OpenApi, Ref, RefOr, Required, Schema,
};
use wire::events::Event;
use wire::{FieldCode, FieldError, Problem, ProblemCode};

use crate::authorisation::{Access, access, granting_scopes};
use crate::route::ENVIRONMENT;
use crate::{headers, refusals};

/// Scheme for those who have a token already, such as the reader of the interactive documentation.
const BEARER: &str = "bearer";

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Cashlink network API",
        description = include_str!("description.md"),
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    servers((url = "/", description = "This server.")),
    components(schemas(Problem, ProblemCode, FieldError, FieldCode, Event)),
)]
struct Base;

/// The document before any operation is in it.
pub(crate) fn base() -> OpenApi {
    Base::openapi()
}

/// Every operation with its path and method.
pub(crate) fn operations(
    openapi: &OpenApi,
) -> impl Iterator<Item = (&str, &'static str, &Operation)> {
    openapi.paths.paths.iter().flat_map(|(path, item)| {
        [
            ("GET", &item.get),
            ("POST", &item.post),
            ("PUT", &item.put),
            ("PATCH", &item.patch),
            ("DELETE", &item.delete),
        ]
        .into_iter()
        .filter_map(|(method, operation)| Some((path.as_str(), method, operation.as_ref()?)))
    })
}

/// The same, to be changed.
pub(crate) fn operations_mut(
    openapi: &mut OpenApi,
) -> impl Iterator<Item = (&str, &'static str, &mut Operation)> {
    openapi.paths.paths.iter_mut().flat_map(|(path, item)| {
        [
            ("GET", &mut item.get),
            ("POST", &mut item.post),
            ("PUT", &mut item.put),
            ("PATCH", &mut item.patch),
            ("DELETE", &mut item.delete),
        ]
        .into_iter()
        .filter_map(|(method, operation)| Some((path.as_str(), method, operation.as_mut()?)))
    })
}

/// Adds to each operation what follows from its method, its path and its authorisation case.
pub(crate) fn complete(openapi: &mut OpenApi) {
    for (path, method, operation) in operations_mut(openapi) {
        let id = operation.operation_id.clone().unwrap_or_default();
        let case = access(&id).unwrap_or(Access::Public);
        operation.security = Some(security(path, case));
        describe_headers(operation, method, case);
        operation.request_body.iter_mut().for_each(optional_body);
    }
    for (path, item) in &mut openapi.paths.paths {
        if path.contains(&format!("{{{ENVIRONMENT}}}")) {
            item.parameters = Some(vec![headers::parameter(ENVIRONMENT)]);
        }
    }
    openapi.webhooks = Some(webhooks());
    let components = openapi.components.get_or_insert_with(Components::new);
    headers::define(components);
    components.responses.extend(refusals::components());
    for (name, scheme) in security_schemes() {
        components.add_security_scheme(name, scheme);
    }
}

fn describe_headers(operation: &mut Operation, method: &str, case: Access) {
    let (parameters, answered): (&[&str], &[&str]) = match (case, method) {
        (Access::Public, _) => (&[], headers::ALWAYS),
        (Access::Needs(_), "GET") => (headers::READ_PARAMETERS, headers::SUCCESS),
        (Access::Needs(_), _) => (headers::WRITE_PARAMETERS, headers::WRITTEN),
    };
    if !parameters.is_empty() {
        let references = parameters.iter().map(|name| headers::parameter(name));
        operation
            .parameters
            .get_or_insert_with(Vec::new)
            .extend(references);
    }
    for (status, response) in &mut operation.responses.responses {
        // Those behind a reference have theirs already.
        if let RefOr::T(response) = response {
            let status: u16 = status.parse().unwrap_or_default();
            match status {
                400.. => headers::add(response, &headers::of_refusal(status)),
                _ => headers::add(response, answered),
            }
        }
    }
}

/// A body that may be absent is documented by utoipa as one that may be `null`, which no operation takes.
fn optional_body(body: &mut RefOr<RequestBody>) {
    let RefOr::T(body) = body else { return };
    for content in body.content.values_mut() {
        let RefOr::T(content) = content else { continue };
        if let Some(RefOr::T(Schema::OneOf(choice))) = &content.schema
            && let Some(schema) = without_null(choice)
        {
            content.schema = Some(schema);
            body.required = Some(Required::False);
        }
    }
}

/// The other one of two choices of which one is `null`.
fn without_null(choice: &OneOf) -> Option<RefOr<Schema>> {
    let is_null = |schema: &RefOr<Schema>| matches!(schema, RefOr::T(Schema::Object(object)) if object.schema_type == Type::Null.into());
    match choice.items.as_slice() {
        [null, schema] | [schema, null] if is_null(null) => Some(schema.clone()),
        _ => None,
    }
}

/// One requirement for each scope that grants the right; any of them is enough.
fn security(path: &str, case: Access) -> Vec<SecurityRequirement> {
    let Access::Needs(right) = case else {
        return Vec::new();
    };
    let scheme = if path.contains(ENVIRONMENT) {
        "environment"
    } else if path.starts_with("/api/network") {
        "network"
    } else {
        "issuer"
    };
    granting_scopes(right)
        .into_iter()
        .flat_map(|scope| [scheme, BEARER].map(|name| SecurityRequirement::new(name, [scope])))
        .collect()
}

fn security_schemes() -> [(&'static str, SecurityScheme); 4] {
    let mut both = DISTRIBUTOR_SCOPES.to_vec();
    both.extend(
        ISSUER_SCOPES
            .iter()
            .filter(|scope| !DISTRIBUTOR_SCOPES.contains(scope)),
    );
    let network = [NETWORK_SCOPES, PLATFORM_SCOPES, ISSUER_SCOPES].concat();
    [
        (
            "environment",
            client_credentials(
                // Braces have no place in an address; the name of the environment goes there.
                "/environments/%7Benvironment%7D/api/external/oauth/token",
                "A client of one environment: a distribution platform's or an issuer's.",
                &both,
            ),
        ),
        (
            "issuer",
            client_credentials(
                "/api/external/oauth/token",
                "An issuer's client, for all that the issuer owns.",
                ISSUER_SCOPES,
            ),
        ),
        (
            "network",
            client_credentials(
                "/api/network/v1/oauth/token",
                "The registrar's client, a platform's over all its assets, or an issuer's.",
                &network,
            ),
        ),
        (
            BEARER,
            SecurityScheme::Http(
                HttpBuilder::new()
                    .scheme(HttpAuthScheme::Bearer)
                    .description(Some("An access token that was taken before."))
                    .build(),
            ),
        ),
    ]
}

fn client_credentials(token_url: &str, description: &str, scopes: &[&str]) -> SecurityScheme {
    let scopes = scopes.iter().map(|scope| (*scope, meaning(scope)));
    let flow = ClientCredentials::new(token_url, Scopes::from_iter(scopes));
    let flows = [Flow::ClientCredentials(flow)];
    SecurityScheme::OAuth2(OAuth2::with_description(flows, description))
}

/// What a scope allows.
fn meaning(scope: &str) -> &'static str {
    match scope {
        "documents:write" => "Upload documents and look at one's own.",
        "investors:read" => "Read investors, identifications, benefiting persons and wallets.",
        "investors:write" => {
            "Create and change investors, identifications, benefiting persons and wallets."
        }
        "investments:read" => "Read investments, statements, events and webhook endpoints.",
        "investments:write" => {
            "Create, change and decide about investments; manage webhook endpoints."
        }
        "issuers:read" => "Read issuers and their credentials.",
        "issuers:write" => "Create and change issuers; manage their credentials.",
        "products:read" => "Read products and listings.",
        "products:write" => "Create and change products and listings.",
        "partner:read" => "Read the platform's application, assets, credentials and the catalogue.",
        "partner:write" => "Apply, ask for assets and manage the platform's credentials.",
        "transfers:read" => "Read transfers.",
        "transfers:write" => "Instruct transfers.",
        "redemptions:read" => "Read redemptions.",
        "redemptions:write" => {
            "Instruct redemptions for investors; as an issuer, prove their payment and consent to the deletion."
        }
        "network:read" => "Read the whole network.",
        "network:write" => "Decide for the registrar.",
        _ => "",
    }
}

/// What the network sends to webhook endpoints.
fn webhooks() -> Paths {
    let event = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name("Event")))
        .build();
    let body = RequestBodyBuilder::new()
        .content("application/json", event)
        .required(Some(Required::True))
        .build();
    let received = ResponseBuilder::new()
        .description("Any status below 300 says that the event has arrived.")
        .build();
    let operation = OperationBuilder::new()
        .operation_id(Some("webhook_event"))
        .tag("Webhooks")
        .summary(Some("An event"))
        .description(Some(format!(
            "Sent by POST to every endpoint that wants events of this type, signed as in Standard Webhooks (headers `webhook-id`, \
             `webhook-timestamp`, `webhook-signature`), and repeated until it arrives. Events of one investment, transfer or redemption come in order. \
             Types: `{}`.",
            registry::events::TYPES.join("`, `")
        )))
        .request_body(Some(body))
        .response("200", received)
        .build();
    let mut webhooks = Paths::new();
    webhooks.paths.insert(
        "event".to_owned(),
        PathItem::new(HttpMethod::Post, operation),
    );
    webhooks
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
#[path = "document_tests.rs"]
mod tests;
