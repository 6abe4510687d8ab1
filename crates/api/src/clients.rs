//! Credentials: platforms and issuers look after their own OAuth clients, the registrar after all.

use axum::Json;
use axum::extract::State;
use domain::ClientId;
use http::{JsonBody, OptionalJsonBody, PageQuery, PathParams};
use registry::{audit, clients};
use serde::Deserialize;
use utoipa::IntoParams;
use wire::Page;
use wire::clients::{Client, ClientCreate, ClientRotate};
use wire::investments::Nothing;
use wire::network::AuditLine;

use crate::Api;
use crate::answer::{Outcome, answered};
use crate::caller::Reader;
use crate::error::Refused;
use crate::pages::Pages;
use crate::refusals::{ReadRefusals, WriteRefusals};
use crate::request::Writer;

/// A path that names a client.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct ClientPath {
    /// The client's `id`, not its `client_id`.
    #[param(value_type = Uuid)]
    client_id: ClientId,
}

/// Make a client
///
/// The secret is in this answer and in no other. With a `public_key` there is no secret: the client signs (RFC 7523).
#[utoipa::path(
    post, path = "/clients/", tag = "Credentials", request_body = ClientCreate,
    responses((status = 201, description = "The client with its secret.", body = Client), WriteRefusals),
)]
pub(crate) async fn create_client(
    State(api): State<Api>,
    writer: Writer,
    body: JsonBody<ClientCreate>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    answered(clients::issue(&api.registry, &request, body.value).await)
}

/// List the clients
#[utoipa::path(
    get, path = "/clients/", tag = "Credentials", params(PageQuery),
    responses((status = 200, description = "A page of clients.", body = Page<Client>), ReadRefusals),
)]
pub(crate) async fn list_clients(
    State(api): State<Api>,
    Reader(caller): Reader,
    pages: Pages,
) -> Result<Json<Page<Client>>, Refused> {
    let listed = clients::page(&api.registry, &caller, pages.paging()).await?;
    Ok(pages.answer(listed))
}

/// Get a client
#[utoipa::path(
    get, path = "/clients/{client_id}/", tag = "Credentials", params(ClientPath),
    responses((status = 200, description = "The client.", body = Client), ReadRefusals),
)]
pub(crate) async fn get_client(
    State(api): State<Api>,
    Reader(caller): Reader,
    PathParams(path): PathParams<ClientPath>,
) -> Result<Json<Client>, Refused> {
    Ok(Json(
        clients::get(&api.registry, &caller, path.client_id).await?,
    ))
}

/// Replace secret or key
///
/// What was in force stays so for the overlap, so that a program can be changed over without a moment in which nothing works.
#[utoipa::path(
    post, path = "/clients/{client_id}/rotate/", tag = "Credentials", params(ClientPath),
    request_body = Option<ClientRotate>,
    responses((status = 200, description = "The client with its new secret.", body = Client), WriteRefusals),
)]
pub(crate) async fn rotate_client(
    State(api): State<Api>,
    writer: Writer,
    PathParams(path): PathParams<ClientPath>,
    body: OptionalJsonBody<ClientRotate>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    answered(clients::rotate(&api.registry, &request, path.client_id, body.value).await)
}

/// Revoke a client
///
/// It is refused at once; tokens that it has taken are worth nothing within a second.
#[utoipa::path(
    post, path = "/clients/{client_id}/revoke/", tag = "Credentials", params(ClientPath),
    request_body = Option<Nothing>,
    responses((status = 200, description = "The client as revoked.", body = Client), WriteRefusals),
)]
pub(crate) async fn revoke_client(
    State(api): State<Api>,
    writer: Writer,
    PathParams(path): PathParams<ClientPath>,
    body: OptionalJsonBody<Nothing>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    answered(clients::revoke(&api.registry, &request, path.client_id).await)
}

/// List the audit log
///
/// Newest first. A party sees what was done in its name, the registrar everything.
#[utoipa::path(
    get, path = "/audit/", tag = "Audit", params(PageQuery),
    responses((status = 200, description = "A page of the audit log.", body = Page<AuditLine>), ReadRefusals),
)]
pub(crate) async fn list_audit_lines(
    State(api): State<Api>,
    Reader(caller): Reader,
    pages: Pages,
) -> Result<Json<Page<AuditLine>>, Refused> {
    let listed = audit::page(&api.registry, &caller, pages.paging()).await?;
    Ok(pages.answer(listed))
}
