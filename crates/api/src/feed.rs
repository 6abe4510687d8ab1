//! The feed: the events of the webhooks for who asks instead of being called.

use axum::Json;
use axum::extract::State;
use domain::EventId;
use registry::feed;
use serde::Deserialize;
use utoipa::IntoParams;
use wire::events::EventFeed;

use crate::Api;
use crate::caller::Reader;
use crate::error::Refused;
use crate::pages::Pages;
use crate::refusals::ReadRefusals;

/// Where to go on in the feed.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct After {
    /// The `last` of the answer before; omitted: from the beginning.
    #[param(value_type = Option<Uuid>)]
    #[serde(default)]
    after: Option<EventId>,
}

/// Only the documentation of the size; the extractor of pages reads it.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code)]
pub(crate) struct Size {
    /// Events at most.
    #[param(minimum = 1, maximum = 500, default = 50)]
    page_size: Option<u32>,
}

/// Read the events of the platform in this environment
///
/// The same events as the webhooks carry, in order. Keep `last` and hand it to `after` the next time.
#[utoipa::path(
    get, path = "/events/", tag = "Events", params(After, Size),
    responses((status = 200, description = "Events, oldest first.", body = EventFeed), ReadRefusals),
)]
pub(crate) async fn list_events(
    State(api): State<Api>,
    Reader(caller): Reader,
    pages: Pages<After>,
) -> Result<Json<EventFeed>, Refused> {
    let after = pages.filter.after;
    let limit = pages.paging().limit;
    Ok(Json(
        feed::feed(&api.registry, &caller, after, limit).await?,
    ))
}
