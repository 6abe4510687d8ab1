//! Consents of companies to transfers of their shares.

use axum::Json;
use axum::extract::State;
use domain::TransferConsentId;
use http::{JsonBody, OptionalJsonBody, PageQuery, PathParams};
use registry::transfer_consents;
use serde::Deserialize;
use utoipa::IntoParams;
use wire::Page;
use wire::investments::Nothing;
use wire::transfer_consents::{TransferConsent, TransferConsentCreate};

use crate::Api;
use crate::answer::{Outcome, answered};
use crate::caller::Reader;
use crate::error::Refused;
use crate::pages::Pages;
use crate::products::OfProduct;
use crate::refusals::{ReadRefusals, WriteRefusals};
use crate::request::Writer;

/// A path that names a consent.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct ConsentPath {
    /// The consent.
    #[param(value_type = Uuid)]
    transfer_consent_id: TransferConsentId,
}

/// Consent to a transfer of shares
///
/// For shares that are transferred with the company's consent alone (`company_consent_required`). It covers one transfer from one wallet
/// to another of at most so many units; without it such a transfer is refused with `r07_company_consent`.
#[utoipa::path(
    post, path = "/transfer-consents/", tag = "Transfers", request_body = TransferConsentCreate,
    responses((status = 201, description = "The consent.", body = TransferConsent), WriteRefusals),
)]
pub(crate) async fn create_transfer_consent(
    State(api): State<Api>,
    writer: Writer,
    body: JsonBody<TransferConsentCreate>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    answered(transfer_consents::create(&api.registry, &request, body.value).await)
}

/// List consents to transfers
#[utoipa::path(
    get, path = "/transfer-consents/", tag = "Transfers", params(OfProduct, PageQuery),
    responses((status = 200, description = "A page of consents.", body = Page<TransferConsent>), ReadRefusals),
)]
pub(crate) async fn list_transfer_consents(
    State(api): State<Api>,
    Reader(caller): Reader,
    pages: Pages<OfProduct>,
) -> Result<Json<Page<TransferConsent>>, Refused> {
    let product = pages.filter.product_id;
    let listed = transfer_consents::list(&api.registry, &caller, product, pages.paging()).await?;
    Ok(pages.answer(listed))
}

/// Get a consent to a transfer
#[utoipa::path(
    get, path = "/transfer-consents/{transfer_consent_id}/", tag = "Transfers", params(ConsentPath),
    responses((status = 200, description = "The consent.", body = TransferConsent), ReadRefusals),
)]
pub(crate) async fn get_transfer_consent(
    State(api): State<Api>,
    Reader(caller): Reader,
    PathParams(path): PathParams<ConsentPath>,
) -> Result<Json<TransferConsent>, Refused> {
    let id = path.transfer_consent_id;
    Ok(Json(
        transfer_consents::get(&api.registry, &caller, id).await?,
    ))
}

/// Take a consent to a transfer back
///
/// As long as no transfer rests on it; afterwards `consent_used`.
#[utoipa::path(
    post, path = "/transfer-consents/{transfer_consent_id}/withdraw/", tag = "Transfers", params(ConsentPath),
    request_body = Option<Nothing>,
    responses((status = 200, description = "The consent.", body = TransferConsent), WriteRefusals),
)]
pub(crate) async fn withdraw_transfer_consent(
    State(api): State<Api>,
    writer: Writer,
    PathParams(path): PathParams<ConsentPath>,
    body: OptionalJsonBody<Nothing>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    let id = path.transfer_consent_id;
    answered(transfer_consents::withdraw(&api.registry, &request, id).await)
}
