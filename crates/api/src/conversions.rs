//! How holders are entered, changed by two of the registrar on the holder's instruction.

use axum::Json;
use axum::extract::State;
use http::{JsonBody, PageQuery, PathParams};
use registry::conversions;
use wire::Page;
use wire::conversions::{Conversion, ConversionCreate};
use wire::decisions::Decision;

use crate::Api;
use crate::answer::{Outcome, answered};
use crate::caller::Reader;
use crate::error::Refused;
use crate::pages::Pages;
use crate::products::{OfProduct, ProductPath};
use crate::refusals::{ReadRefusals, WriteRefusals};
use crate::request::Writer;

/// Propose to enter a holder another way
///
/// A custodian or central securities depository collectively, with its licence, or singly again (§ 8 eWpG). Once another actor confirms it, it
/// takes its place in the product's queue of instructions. Of a collective entry there are no register statements.
#[utoipa::path(
    post, path = "/products/{product_id}/conversions/", tag = "Registers", params(ProductPath),
    request_body = ConversionCreate,
    responses((status = 201, description = "The decision that waits for a second actor.", body = Decision), WriteRefusals),
)]
pub(crate) async fn propose_conversion(
    State(api): State<Api>,
    writer: Writer,
    PathParams(path): PathParams<ProductPath>,
    body: JsonBody<ConversionCreate>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    answered(conversions::propose(&api.registry, &request, path.product_id, body.value).await)
}

/// List changes of how holders are entered
///
/// Whatever has become of them, oldest first.
#[utoipa::path(
    get, path = "/conversions/", tag = "Registers", params(OfProduct, PageQuery),
    responses((status = 200, description = "A page of conversions.", body = Page<Conversion>), ReadRefusals),
)]
pub(crate) async fn list_conversions(
    State(api): State<Api>,
    Reader(caller): Reader,
    pages: Pages<OfProduct>,
) -> Result<Json<Page<Conversion>>, Refused> {
    let product = pages.filter.product_id;
    let listed = conversions::list(&api.registry, &caller, product, pages.paging()).await?;
    Ok(pages.answer(listed))
}
