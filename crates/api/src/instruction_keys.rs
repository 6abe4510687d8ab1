//! Keys with which an investor instructs. The Distributor API registers and proves them; the network API shows and revokes them too.

use axum::Json;
use axum::extract::State;
use domain::{InstructionKeyId, InvestorId};
use http::{JsonBody, PageQuery, PathParams};
use registry::instruction_keys;
use serde::Deserialize;
use utoipa::IntoParams;
use wire::Page;
use wire::instruction_keys::{
    InstructionKey, InstructionKeyCreate, InstructionKeyProofCreate, InstructionKeyRevocation,
};

use crate::Api;
use crate::answer::{Outcome, answered};
use crate::caller::Reader;
use crate::error::Refused;
use crate::investors::InvestorPath;
use crate::pages::Pages;
use crate::refusals::{ReadRefusals, WriteRefusals};
use crate::request::Writer;

/// A path that names a key of an investor.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct InstructionKeyPath {
    /// The investor.
    #[param(value_type = Uuid)]
    investor_id: InvestorId,
    /// The key.
    #[param(value_type = Uuid)]
    instruction_key_id: InstructionKeyId,
}

/// Register a key that instructs
///
/// The answer carries a challenge: what the key signs to prove its possession. Registering a key that was not proven gives a new challenge.
#[utoipa::path(
    post, path = "/investors/{investor_id}/instruction-keys/", tag = "Instruction keys", params(InvestorPath),
    request_body = InstructionKeyCreate,
    responses((status = 201, description = "The key with its challenge.", body = InstructionKey), WriteRefusals),
)]
pub(crate) async fn create_instruction_key(
    State(api): State<Api>,
    writer: Writer,
    PathParams(path): PathParams<InvestorPath>,
    body: JsonBody<InstructionKeyCreate>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    let investor = path.investor_id;
    answered(instruction_keys::create(&api.registry, &request, investor, body.value).await)
}

/// List an investor's keys
///
/// Those of its wallets are among them.
#[utoipa::path(
    get, path = "/investors/{investor_id}/instruction-keys/", tag = "Instruction keys", params(InvestorPath, PageQuery),
    responses((status = 200, description = "A page of keys.", body = Page<InstructionKey>), ReadRefusals),
)]
pub(crate) async fn list_instruction_keys(
    State(api): State<Api>,
    Reader(caller): Reader,
    PathParams(path): PathParams<InvestorPath>,
    pages: Pages,
) -> Result<Json<Page<InstructionKey>>, Refused> {
    let investor = path.investor_id;
    let listed = instruction_keys::list(&api.registry, &caller, investor, pages.paging()).await?;
    Ok(pages.answer(listed))
}

/// Get a key
#[utoipa::path(
    get, path = "/investors/{investor_id}/instruction-keys/{instruction_key_id}/", tag = "Instruction keys", params(InstructionKeyPath),
    responses((status = 200, description = "The key.", body = InstructionKey), ReadRefusals),
)]
pub(crate) async fn get_instruction_key(
    State(api): State<Api>,
    Reader(caller): Reader,
    PathParams(path): PathParams<InstructionKeyPath>,
) -> Result<Json<InstructionKey>, Refused> {
    let (investor, key) = (path.investor_id, path.instruction_key_id);
    let shown = instruction_keys::get(&api.registry, &caller, investor, key).await?;
    Ok(Json(shown))
}

/// Prove possession of a key
///
/// By its signature over the challenge, once. From here on it instructs.
#[utoipa::path(
    post, path = "/investors/{investor_id}/instruction-keys/{instruction_key_id}/proofs/", tag = "Instruction keys", params(InstructionKeyPath),
    request_body = InstructionKeyProofCreate,
    responses((status = 200, description = "The key as proven.", body = InstructionKey), WriteRefusals),
)]
pub(crate) async fn create_instruction_key_proof(
    State(api): State<Api>,
    writer: Writer,
    PathParams(path): PathParams<InstructionKeyPath>,
    body: JsonBody<InstructionKeyProofCreate>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    let (investor, key) = (path.investor_id, path.instruction_key_id);
    answered(instruction_keys::prove(&api.registry, &request, investor, key, body.value).await)
}

/// Revoke a key
///
/// It instructs nothing from now on, for good. What was received before keeps its place: a key is judged as of the receipt of what it has signed.
#[utoipa::path(
    post, path = "/investors/{investor_id}/instruction-keys/{instruction_key_id}/revoke/", tag = "Instruction keys", params(InstructionKeyPath),
    request_body = InstructionKeyRevocation,
    responses((status = 200, description = "The key as revoked.", body = InstructionKey), WriteRefusals),
)]
pub(crate) async fn revoke_instruction_key(
    State(api): State<Api>,
    writer: Writer,
    PathParams(path): PathParams<InstructionKeyPath>,
    body: JsonBody<InstructionKeyRevocation>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    let (investor, key) = (path.investor_id, path.instruction_key_id);
    answered(instruction_keys::revoke(&api.registry, &request, investor, key, body.value).await)
}
