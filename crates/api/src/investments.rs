//! Investments as a distribution platform makes and follows them.

use axum::Json;
use axum::extract::State;
use domain::{CampaignId, InvestmentId, InvestorId, ProductId, Status, Timestamp};
use http::{JsonBody, OptionalJsonBody, PageQuery, PathParams};
use registry::investments::{self, Filter};
use serde::{Deserialize, Deserializer};
use utoipa::IntoParams;
use wire::Page;
use wire::investments::{
    BatchAnswer, Investment, InvestmentBatch, InvestmentCreate, InvestmentPatch, InvestmentStatus,
    Nothing, SignedDocumentsAdd,
};

use crate::Api;
use crate::answer::{Outcome, answered};
use crate::caller::Reader;
use crate::error::Refused;
use crate::pages::Pages;
use crate::refusals::{ReadRefusals, WriteRefusals};
use crate::request::Writer;

/// A path that names an investment.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct InvestmentPath {
    /// The investment.
    #[param(value_type = Uuid)]
    pub(crate) investment_id: InvestmentId,
}

/// Which investments are wanted.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct InvestmentFilter {
    /// Only those of this investor.
    #[param(value_type = Option<Uuid>)]
    investor_id: Option<InvestorId>,
    /// Only those of this campaign.
    #[param(value_type = Option<Uuid>)]
    campaign_id: Option<CampaignId>,
    /// Only those of this product.
    #[param(value_type = Option<Uuid>)]
    product_id: Option<ProductId>,
    /// Only those in this status.
    status: Option<InvestmentStatus>,
    /// Only those that changed after this time (RFC 3339).
    #[param(value_type = Option<String>, format = DateTime)]
    #[serde(deserialize_with = "time_of_query")]
    changed_after: Option<Timestamp>,
}

impl From<&InvestmentFilter> for Filter {
    fn from(filter: &InvestmentFilter) -> Self {
        Self {
            investor: filter.investor_id,
            campaign: filter.campaign_id,
            product: filter.product_id,
            status: filter.status.map(stored_status),
            changed_after: filter.changed_after,
        }
    }
}

fn stored_status(status: InvestmentStatus) -> Status {
    let name = serde_json::to_value(status).ok();
    let name = name.as_ref().and_then(|name| name.as_str());
    let status = name.and_then(|name| name.parse().ok());
    status.expect("the published status is spelled like the domain's")
}

/// In a query `+` means a space; many clients forget to encode that of an offset.
fn time_of_query<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Timestamp>, D::Error> {
    let Some(text) = Option::<String>::deserialize(deserializer)? else {
        return Ok(None);
    };
    let time = Timestamp::parse(&text.replace(' ', "+"));
    time.map(Some).map_err(serde::de::Error::custom)
}

/// Create an investment
///
/// Reserves the units. `accepted_at` and `paid_at` need the campaign's mandates; given before their turn they are kept and applied in order.
#[utoipa::path(
    post, path = "/investments/", tag = "Investments", request_body = InvestmentCreate,
    responses((status = 201, description = "The investment.", body = Investment), WriteRefusals),
)]
pub(crate) async fn create_investment(
    State(api): State<Api>,
    writer: Writer,
    body: JsonBody<InvestmentCreate>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    answered(investments::create(&api.registry, &request, body.value).await)
}

/// Create several investments
///
/// Each item stands for itself: the answer has one result per item, in their order.
#[utoipa::path(
    post, path = "/investments/batch/", tag = "Investments", request_body = InvestmentBatch,
    responses((status = 200, description = "One result per item.", body = BatchAnswer), WriteRefusals),
)]
pub(crate) async fn create_investment_batch(
    State(api): State<Api>,
    writer: Writer,
    body: JsonBody<InvestmentBatch>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    answered(investments::create_batch(&api.registry, &request, body.value).await)
}

/// List the platform's investments
#[utoipa::path(
    get, path = "/investments/", tag = "Investments", params(InvestmentFilter, PageQuery),
    responses((status = 200, description = "A page of investments.", body = Page<Investment>), ReadRefusals),
)]
pub(crate) async fn list_investments(
    State(api): State<Api>,
    Reader(caller): Reader,
    pages: Pages<InvestmentFilter>,
) -> Result<Json<Page<Investment>>, Refused> {
    let filter = Filter::from(&pages.filter);
    let listed = investments::list(&api.registry, &caller, filter, pages.paging()).await?;
    Ok(pages.answer(listed))
}

/// Get an investment
#[utoipa::path(
    get, path = "/investments/{investment_id}/", tag = "Investments", params(InvestmentPath),
    responses((status = 200, description = "The investment.", body = Investment), ReadRefusals),
)]
pub(crate) async fn get_investment(
    State(api): State<Api>,
    Reader(caller): Reader,
    PathParams(path): PathParams<InvestmentPath>,
) -> Result<Json<Investment>, Refused> {
    Ok(Json(
        investments::get(&api.registry, &caller, path.investment_id).await?,
    ))
}

/// Change an investment
///
/// Reports acceptance or payment, where the campaign has the mandate, or names the wallet.
#[utoipa::path(
    patch, path = "/investments/{investment_id}/", tag = "Investments", params(InvestmentPath),
    request_body = InvestmentPatch,
    responses((status = 200, description = "The investment as changed.", body = Investment), WriteRefusals),
)]
pub(crate) async fn update_investment(
    State(api): State<Api>,
    writer: Writer,
    PathParams(path): PathParams<InvestmentPath>,
    body: JsonBody<InvestmentPatch>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    answered(investments::update(&api.registry, &request, path.investment_id, body.value).await)
}

/// Cancel an investment for the investor
///
/// Before acceptance an abortion, within the cancellation period a cancellation, afterwards refused.
#[utoipa::path(
    post, path = "/investments/{investment_id}/cancel/", tag = "Investments", params(InvestmentPath),
    request_body = Option<Nothing>,
    responses((status = 200, description = "The investment has ended.", body = Investment), WriteRefusals),
)]
pub(crate) async fn cancel_investment(
    State(api): State<Api>,
    writer: Writer,
    PathParams(path): PathParams<InvestmentPath>,
    body: OptionalJsonBody<Nothing>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    answered(investments::cancel(&api.registry, &request, path.investment_id).await)
}

/// Add signed documents to an investment
///
/// Those that are there already are listed in the investment.
#[utoipa::path(
    post, path = "/investments/{investment_id}/signed-documents/", tag = "Investments", params(InvestmentPath),
    request_body = SignedDocumentsAdd,
    responses((status = 200, description = "The investment with all its documents.", body = Investment), WriteRefusals),
)]
pub(crate) async fn add_signed_documents(
    State(api): State<Api>,
    writer: Writer,
    PathParams(path): PathParams<InvestmentPath>,
    body: JsonBody<SignedDocumentsAdd>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    let investment = path.investment_id;
    answered(
        investments::add_signed_documents(&api.registry, &request, investment, body.value).await,
    )
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::json;

    fn filter(value: serde_json::Value) -> Result<Filter, serde_json::Error> {
        serde_json::from_value::<InvestmentFilter>(value).map(|filter| Filter::from(&filter))
    }

    #[test]
    fn nothing_given_filters_nothing() {
        let filter = filter(json!({})).unwrap();
        assert!(filter.status.is_none() && filter.changed_after.is_none());
    }

    #[test]
    fn every_status_can_be_asked_for() {
        for status in Status::ALL {
            let filter = filter(json!({"status": status.as_str()})).unwrap();
            assert_eq!(filter.status, Some(status));
        }
    }

    #[test]
    fn an_offset_survives_a_plus_that_was_not_encoded() {
        let sent = filter(json!({"changed_after": "2026-11-22T16:00:00 01:00"})).unwrap();
        let meant = Timestamp::parse("2026-11-22T15:00:00Z").unwrap();
        assert_eq!(sent.changed_after, Some(meant));
        assert!(filter(json!({"changed_after": "yesterday"})).is_err());
    }
}
