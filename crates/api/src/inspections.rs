//! Inspection of the register by others than its participants.

use axum::Json;
use axum::extract::State;
use domain::InspectionId;
use http::{JsonBody, PageQuery, PathParams};
use registry::inspections;
use serde::Deserialize;
use utoipa::IntoParams;
use wire::Page;
use wire::inspections::{Inspection, InspectionCreate, InspectionExtract, InspectionRefusal};

use crate::Api;
use crate::answer::{Outcome, answered};
use crate::caller::Reader;
use crate::error::Refused;
use crate::pages::Pages;
use crate::products::{OfProduct, ProductPath};
use crate::refusals::{ReadRefusals, UnfinishedRefusals, WriteRefusals};
use crate::register_past::Size;
use crate::request::Writer;

/// A path that names an inspection.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct InspectionPath {
    /// The inspection.
    #[param(value_type = Uuid)]
    inspection_id: InspectionId,
}

/// Which stretch of the holders is wanted.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Stretch {
    /// Only holders that came into the register after this entry: `since` of the last holding before.
    #[serde(default)]
    after: Option<u64>,
}

/// Note that somebody asks for an inspection
///
/// The registrar has identified the person and looked at what shows the interest. Another actor grants it by confirming the decision.
#[utoipa::path(
    post, path = "/products/{product_id}/inspections/", tag = "Registers", params(ProductPath),
    request_body = InspectionCreate,
    responses((status = 201, description = "The inspection, which waits for a second actor.", body = Inspection), WriteRefusals),
)]
pub(crate) async fn request_inspection(
    State(api): State<Api>,
    writer: Writer,
    PathParams(path): PathParams<ProductPath>,
    body: JsonBody<InspectionCreate>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    answered(inspections::request(&api.registry, &request, path.product_id, body.value).await)
}

/// List inspections
///
/// The notes that § 10(5) eWpG asks for, oldest first. Each is destroyed after two years.
#[utoipa::path(
    get, path = "/inspections/", tag = "Registers", params(OfProduct, PageQuery),
    responses((status = 200, description = "A page of inspections.", body = Page<Inspection>), ReadRefusals),
)]
pub(crate) async fn list_inspections(
    State(api): State<Api>,
    Reader(caller): Reader,
    pages: Pages<OfProduct>,
) -> Result<Json<Page<Inspection>>, Refused> {
    let product = pages.filter.product_id;
    let listed = inspections::list(&api.registry, &caller, product, pages.paging()).await?;
    Ok(pages.answer(listed))
}

/// Get an inspection
#[utoipa::path(
    get, path = "/inspections/{inspection_id}/", tag = "Registers", params(InspectionPath),
    responses((status = 200, description = "The inspection.", body = Inspection), ReadRefusals),
)]
pub(crate) async fn get_inspection(
    State(api): State<Api>,
    Reader(caller): Reader,
    PathParams(path): PathParams<InspectionPath>,
) -> Result<Json<Inspection>, Refused> {
    Ok(Json(
        inspections::get(&api.registry, &caller, path.inspection_id).await?,
    ))
}

/// Refuse an inspection
#[utoipa::path(
    post, path = "/inspections/{inspection_id}/refuse/", tag = "Registers", params(InspectionPath),
    request_body = InspectionRefusal,
    responses((status = 200, description = "The refused inspection.", body = Inspection), WriteRefusals),
)]
pub(crate) async fn refuse_inspection(
    State(api): State<Api>,
    writer: Writer,
    PathParams(path): PathParams<InspectionPath>,
    body: JsonBody<InspectionRefusal>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    answered(inspections::refuse(&api.registry, &request, path.inspection_id, body.value).await)
}

/// Get what an inspection shows
///
/// The register as it was when the inspection was granted, or the one holder and who that is. Each look is a line in the audit log.
#[utoipa::path(
    get, path = "/inspections/{inspection_id}/extract/", tag = "Registers", params(InspectionPath, Stretch, Size),
    responses((status = 200, description = "The extract.", body = InspectionExtract), UnfinishedRefusals),
)]
pub(crate) async fn get_inspection_extract(
    State(api): State<Api>,
    Reader(caller): Reader,
    PathParams(path): PathParams<InspectionPath>,
    pages: Pages<Stretch>,
) -> Result<Json<InspectionExtract>, Refused> {
    let stretch = (pages.filter.after.unwrap_or_default(), pages.paging().limit);
    Ok(Json(
        inspections::extract(&api.registry, &caller, path.inspection_id, stretch).await?,
    ))
}
