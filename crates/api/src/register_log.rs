//! Registers as logs, for everybody: signed checkpoints and proofs.

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use http::{JsonBody, PageQuery, PathParams, QueryParams};
use registry::{register_cosignatures, register_log};
use serde::Deserialize;
use utoipa::IntoParams;
use wire::Page;
use wire::register_log::{
    ConsistencyProof, CosignaturesCreate, CosignedCheckpoint, InclusionProof, RegisterLog,
};

use crate::Api;
use crate::error::Refused;
use crate::pages::Pages;
use crate::refusals::{OpenRefusals, OpenWriteRefusals};

/// A path that names a register by its security.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct RegisterPath {
    /// ISO 6166.
    isin: String,
}

/// A path that names an entry of a register.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct EntryPath {
    /// ISO 6166.
    isin: String,
    /// The entry's place, from 1.
    sequence: u64,
}

/// Which log the entry is in.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct LogSize {
    /// Entries of the log; without it, that of now.
    size: Option<u64>,
}

/// Which logs are compared.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct LogSizes {
    /// Entries of the earlier log.
    earlier_size: u64,
    /// Entries of the later one; without it, that of now.
    size: Option<u64>,
}

/// List the registers' logs
///
/// Needs no token. Whoever keeps a checkpoint can prove later that nothing before it was changed.
#[utoipa::path(
    get, path = "/registers/", tag = "Proofs", params(PageQuery),
    responses((status = 200, description = "A page of logs.", body = Page<RegisterLog>), OpenRefusals),
)]
pub(crate) async fn list_registers(
    State(api): State<Api>,
    pages: Pages,
) -> Result<Json<Page<RegisterLog>>, Refused> {
    let listed = register_log::list(&api.registry, pages.paging()).await?;
    Ok(pages.answer(listed))
}

/// Get a register's log
#[utoipa::path(
    get, path = "/registers/{isin}/", tag = "Proofs", params(RegisterPath),
    responses((status = 200, description = "The log.", body = RegisterLog), OpenRefusals),
)]
pub(crate) async fn get_register_log(
    State(api): State<Api>,
    PathParams(path): PathParams<RegisterPath>,
) -> Result<Json<RegisterLog>, Refused> {
    Ok(Json(register_log::get(&api.registry, &path.isin).await?))
}

/// Get a register's signed checkpoint
///
/// Origin, number of entries and root hash, signed (C2SP `tlog-checkpoint`). Needs no token.
#[utoipa::path(
    get, path = "/registers/{isin}/checkpoint/", tag = "Proofs", params(RegisterPath),
    responses(
        (status = 200, description = "The checkpoint.", body = String, content_type = "text/plain"),
        OpenRefusals,
    ),
)]
pub(crate) async fn get_register_checkpoint(
    State(api): State<Api>,
    PathParams(path): PathParams<RegisterPath>,
) -> Result<impl IntoResponse, Refused> {
    let note = register_log::checkpoint(&api.registry, &path.isin).await?;
    let headers = [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, note))
}

/// Prove that an entry is in a register
#[utoipa::path(
    get, path = "/registers/{isin}/inclusion-proofs/{sequence}/", tag = "Proofs", params(EntryPath, LogSize),
    responses((status = 200, description = "The proof.", body = InclusionProof), OpenRefusals),
)]
pub(crate) async fn get_inclusion_proof(
    State(api): State<Api>,
    PathParams(path): PathParams<EntryPath>,
    QueryParams(query): QueryParams<LogSize>,
) -> Result<Json<InclusionProof>, Refused> {
    let EntryPath { isin, sequence } = path;
    Ok(Json(
        register_log::inclusion(&api.registry, &isin, sequence, query.size).await?,
    ))
}

/// Prove that a register only grew
#[utoipa::path(
    get, path = "/registers/{isin}/consistency-proof/", tag = "Proofs", params(RegisterPath, LogSizes),
    responses((status = 200, description = "The proof.", body = ConsistencyProof), OpenRefusals),
)]
pub(crate) async fn get_consistency_proof(
    State(api): State<Api>,
    PathParams(path): PathParams<RegisterPath>,
    QueryParams(query): QueryParams<LogSizes>,
) -> Result<Json<ConsistencyProof>, Refused> {
    let LogSizes { earlier_size, size } = query;
    Ok(Json(
        register_log::consistency(&api.registry, &path.isin, earlier_size, size).await?,
    ))
}

/// Take in what witnesses have signed of a register
///
/// A checkpoint of this log with signatures of witnesses whose keys the registrar has registered (C2SP `tlog-cosignature`, version 1).
/// They are shown with the log, and whoever checks the register checks them.
///
/// Needs no token: the signature says who it is, and what no registered witness has signed is refused before anything is looked up. What
/// was taken in before is answered again and changes nothing.
#[utoipa::path(
    post, path = "/registers/{isin}/checkpoint/cosignatures/", tag = "Proofs", params(RegisterPath),
    request_body = CosignaturesCreate,
    responses(
        (status = 200, description = "The checkpoint with all of its signatures.", body = CosignedCheckpoint),
        OpenWriteRefusals,
    ),
)]
pub(crate) async fn add_cosignatures(
    State(api): State<Api>,
    PathParams(path): PathParams<RegisterPath>,
    body: JsonBody<CosignaturesCreate>,
) -> Result<Json<CosignedCheckpoint>, Refused> {
    let taken = register_cosignatures::add(&api.registry, &path.isin, body.value).await?;
    Ok(Json(taken))
}
