//! OAuth 2.0: where clients take tokens, and the documents that say so (RFC 8414).

use std::net::IpAddr;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use axum::response::Response;
use domain::Timestamp;
use http::{
    Client, ClientDirectory, ClientIp, Fault, RequestContext, ServerMetadata, TokenAnswer,
    TokenIssuer, TokenRefusal, UsedAssertion,
};
use registry::caller::{DISTRIBUTOR_SCOPES, ISSUER_SCOPES, NETWORK_SCOPES, PLATFORM_SCOPES};
use registry::clients::{self, Audience};
use registry::{Error, Registry};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;
use wire::clients::PublicKey;

use crate::Api;
use crate::caller::require_environment;
use crate::error::Refused;
use crate::refusals::PublicRefusals;
use crate::route::Route;

/// Where RFC 8414 puts metadata.
pub(crate) const WELL_KNOWN: &str = "/.well-known/oauth-authorization-server";

/// Token endpoint and metadata, below the base URL that clients are given.
pub(crate) fn endpoints() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(take_token))
        .routes(routes!(describe_authorization))
}

/// The metadata where RFC 8414 section 3.1 looks for it: the well-known part first, the path of the server behind it.
pub(crate) fn well_known() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(find_authorization))
}

/// The form of a token request (RFC 6749 section 4.4.2).
#[derive(Deserialize, ToSchema)]
#[allow(dead_code)]
pub(crate) struct TokenRequest {
    /// Always `client_credentials`.
    #[schema(example = "client_credentials")]
    grant_type: String,
    /// Scopes separated by spaces; omitted: all that are granted to the client.
    scope: Option<String>,
    /// Unless the credentials are sent by HTTP Basic.
    client_id: Option<String>,
    /// Unless the credentials are sent by HTTP Basic.
    #[schema(format = Password)]
    client_secret: Option<String>,
    /// Instead of a secret: `urn:ietf:params:oauth:client-assertion-type:jwt-bearer`.
    client_assertion_type: Option<String>,
    /// A JWT that the client has signed for this endpoint, for five minutes at most and for one use (RFC 7523).
    client_assertion: Option<String>,
}

/// Take an access token
///
/// Client credentials grant. The secret comes in the form or by HTTP Basic, not both; or the client signs an assertion instead.
#[utoipa::path(
    post, path = "/oauth/token", tag = "Tokens",
    request_body(content = TokenRequest, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "A token.", body = TokenAnswer),
        (status = 400, description = "The request is malformed, or asks for what is not granted.", body = TokenRefusal),
        (status = 401, description = "The client is unknown here or its secret is wrong.", body = TokenRefusal),
        PublicRefusals,
    ),
)]
pub(crate) async fn take_token(
    State(api): State<Api>,
    route: Route,
    context: RequestContext,
    ClientIp(address): ClientIp,
    request: Request,
) -> Response {
    let endpoint = format!("{}{}", context.public_url(), route.path());
    let audience = route.audience();
    let name = audience.name();
    let issuer = TokenIssuer {
        directory: Arc::new(Directory {
            registry: api.registry,
            audience,
            address,
        }),
        tokens: api.tokens,
        endpoint,
    };
    http::token_endpoint(&issuer, &name, request).await
}

/// Metadata of the authorization server
#[utoipa::path(
    get, path = "/.well-known/oauth-authorization-server", tag = "Tokens",
    responses((status = 200, description = "The metadata (RFC 8414).", body = ServerMetadata), PublicRefusals),
)]
pub(crate) async fn describe_authorization(
    State(api): State<Api>,
    route: Route,
    context: RequestContext,
) -> Result<Json<ServerMetadata>, Refused> {
    require_environment(&api, &route.audience()).await?;
    Ok(Json(metadata(&route, context.public_url())))
}

/// Metadata of the authorization server, where RFC 8414 looks for it
#[utoipa::path(
    get, path = "/", tag = "Tokens",
    responses((status = 200, description = "The metadata (RFC 8414).", body = ServerMetadata), PublicRefusals),
)]
pub(crate) async fn find_authorization(
    State(api): State<Api>,
    route: Route,
    context: RequestContext,
) -> Result<Json<ServerMetadata>, Refused> {
    require_environment(&api, &route.audience()).await?;
    Ok(Json(metadata(&route, context.public_url())))
}

/// The issuer is the address without the well-known part, wherever that stands.
fn metadata(route: &Route, public_url: &str) -> ServerMetadata {
    let issuer = format!("{public_url}{}", route.path().replace(WELL_KNOWN, ""));
    let token_endpoint = format!("{issuer}/oauth/token");
    ServerMetadata::new(&issuer, &token_endpoint, &scopes(&route.audience()))
}

fn scopes(audience: &Audience) -> Vec<&'static str> {
    match audience {
        Audience::Environment(_) => {
            let mut scopes = DISTRIBUTOR_SCOPES.to_vec();
            let others = ISSUER_SCOPES.iter();
            scopes.extend(others.filter(|scope| !DISTRIBUTOR_SCOPES.contains(scope)));
            scopes
        }
        Audience::Issuer => ISSUER_SCOPES.to_vec(),
        Audience::Network => [NETWORK_SCOPES, PLATFORM_SCOPES, ISSUER_SCOPES].concat(),
    }
}

/// The registry's clients as the token endpoint of the kit looks them up.
struct Directory {
    registry: Registry,
    audience: Audience,
    address: Option<IpAddr>,
}

#[async_trait::async_trait]
impl ClientDirectory for Directory {
    async fn find(&self, _: &str, client_id: &str) -> Result<Option<Client>, Fault> {
        let found =
            clients::token_client(&self.registry, &self.audience, client_id, self.address).await;
        match found {
            Ok(found) => Ok(found.map(|(client, credentials)| presented(client, &credentials))),
            // Where there is no environment there are no clients.
            Err(Error::NotFound(_)) => Ok(None),
            Err(error) => Err(Fault::from(error)),
        }
    }

    async fn authenticated(
        &self,
        client: Uuid,
        assertion: Option<UsedAssertion>,
    ) -> Result<bool, Fault> {
        let assertion = assertion.map(|used| {
            let end = i64::try_from(used.expires_at).unwrap_or(i64::MAX);
            (used.id_hash, Timestamp::from_seconds(end))
        });
        let noted = clients::authenticated(&self.registry, client, assertion).await;
        noted.map_err(Fault::from)
    }
}

fn presented(client: clients::StoredClient, credentials: &[clients::StoredCredential]) -> Client {
    let mut presented = Client {
        id: client.id.uuid(),
        secret_hashes: Vec::new(),
        keys: Vec::new(),
        scopes: client.scopes,
    };
    for credential in credentials {
        match &credential.proof {
            clients::StoredProof::Secret(hash) => presented.secret_hashes.push(*hash),
            // What was checked when it was kept can be read again.
            clients::StoredProof::PublicKey(key) => {
                presented
                    .keys
                    .extend(serde_json::from_str::<PublicKey>(key));
            }
        }
    }
    presented
}
