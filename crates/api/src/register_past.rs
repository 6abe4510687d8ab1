//! The register of a product as it was, and its journal.

use axum::Json;
use axum::extract::State;
use domain::HolderId;
use http::PathParams;
use registry::register_journal;
use registry::registers::{self, Past};
use serde::Deserialize;
use utoipa::IntoParams;
use wire::network::{Journal, PastRegister};

use crate::Api;
use crate::caller::Reader;
use crate::error::Refused;
use crate::pages::Pages;
use crate::products::ProductPath;
use crate::refusals::ReadRefusals;

/// Which past is wanted; without a sequence and a time, that of now.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Moment {
    /// After this entry.
    #[serde(default)]
    sequence: Option<u64>,
    /// RFC 3339: after the last entry that was made before this time.
    #[serde(default)]
    at: Option<String>,
    /// Only this holder.
    #[param(value_type = Option<Uuid>)]
    #[serde(default)]
    holder_id: Option<HolderId>,
    /// Only holders that came into the register after this entry: `since` of the last holding before.
    #[serde(default)]
    after: Option<u64>,
}

/// Only the documentation of the size; the extractor of pages reads it.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code)]
pub(crate) struct Size {
    /// Holdings, or entries, at most.
    #[param(minimum = 1, maximum = 500, default = 50)]
    page_size: Option<u32>,
}

/// Get the register of a product as it was
///
/// Who held what after an entry, or at a time, with the root hash over the entries up to there: a checkpoint of then proves it.
#[utoipa::path(
    get, path = "/products/{product_id}/register/past/", tag = "Registers", params(ProductPath, Moment, Size),
    responses((status = 200, description = "The register as it was.", body = PastRegister), ReadRefusals),
)]
pub(crate) async fn get_past_register(
    State(api): State<Api>,
    Reader(caller): Reader,
    PathParams(path): PathParams<ProductPath>,
    pages: Pages<Moment>,
) -> Result<Json<PastRegister>, Refused> {
    let limit = pages.paging().limit;
    let asked = pages.filter;
    let wanted = Past {
        sequence: asked.sequence,
        at: asked.at,
        holder: asked.holder_id,
        after: asked.after.unwrap_or_default(),
        limit,
    };
    Ok(Json(
        registers::past(&api.registry, &caller, path.product_id, wanted).await?,
    ))
}

/// Behind which entry the stretch begins.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct AfterEntry {
    /// Only entries after this one.
    #[serde(default)]
    after: Option<u64>,
}

/// Get the journal of a product's register
///
/// Every entry as it was hashed, in order. Holders and beneficiaries are random identifiers in it.
#[utoipa::path(
    get, path = "/products/{product_id}/register/entries/", tag = "Registers", params(ProductPath, AfterEntry, Size),
    responses((status = 200, description = "A stretch of the journal.", body = Journal), ReadRefusals),
)]
pub(crate) async fn get_register_journal(
    State(api): State<Api>,
    Reader(caller): Reader,
    PathParams(path): PathParams<ProductPath>,
    pages: Pages<AfterEntry>,
) -> Result<Json<Journal>, Refused> {
    let stretch = (pages.filter.after.unwrap_or_default(), pages.paging().limit);
    let product = path.product_id;
    Ok(Json(
        register_journal::after(&api.registry, &caller, product, stretch).await?,
    ))
}
