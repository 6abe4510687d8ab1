//! The page of the gateway's state, for whoever looks from the machine itself: what waits, since when, and why. Nobody's data is on it.

use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use http::{ApiError, Network, RequestContext};
use maud::{DOCTYPE, Markup, html};
use std::sync::Arc;
use wire::gateways::{GatewayEnvironment, GatewayStatus};

use crate::{Gateway, status};

/// The page and its JSON, for these networks only.
pub(crate) fn routes(gateway: Gateway, readers: Vec<Network>) -> Router {
    Router::new()
        .route("/", get(page))
        .route("/status.json", get(json))
        .with_state(gateway)
        .layer(from_fn_with_state(Arc::new(readers), only))
}

async fn only(State(readers): State<Arc<Vec<Network>>>, request: Request, next: Next) -> Response {
    let from = request
        .extensions()
        .get::<RequestContext>()
        .and_then(RequestContext::client_ip);
    let is_reader =
        from.is_some_and(|address| readers.iter().any(|network| network.contains(address)));
    // Whoever comes through a proxy is none of them, wherever the proxy stands.
    let may = is_reader && !request.headers().contains_key("x-forwarded-for");
    if may {
        next.run(request).await
    } else {
        ApiError::not_found().into_response()
    }
}

async fn json(State(gateway): State<Gateway>) -> Result<Json<GatewayStatus>, ApiError> {
    Ok(Json(status::of(&gateway).await?))
}

async fn page(State(gateway): State<Gateway>) -> Result<Html<String>, ApiError> {
    let status = status::of(&gateway).await?;
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta http-equiv="refresh" content="10";
                title { "Gateway" }
            }
            body {
                h1 { "Gateway" }
                p { (status.waiting_orders) " orders wait for their environment, " (status.waiting_messages) " messages for the stream." }
                table border="1" cellpadding="6" {
                    thead {
                        tr {
                            @for title in ["Environment", "State", "Investors", "On their way", "Refused", "Differences", "Heard", "Compared"] {
                                th { (title) }
                            }
                        }
                    }
                    tbody { @for one in &status.environments { (row(one)) } }
                }
                p { a href="/configuration/" { "Change the configuration" } " · " a href="/status.json" { "The same as JSON" } }
            }
        }
    };
    Ok(Html(page.into_string()))
}

fn row(one: &GatewayEnvironment) -> Markup {
    html! {
        tr {
            td { (one.name) br; small { (one.url) } }
            td {
                @match &one.unreachable_since {
                    Some(since) => { strong { "unreachable" } " since " (since) br; (one.trouble.as_deref().unwrap_or_default()) }
                    None => { "answers" }
                }
            }
            td { (one.investors) }
            td { (one.pending) @if let Some(since) = &one.pending_since { br; small { "since " (since) } } }
            td { (one.refused) }
            td { (one.differences) }
            td { (one.heard_at.as_deref().unwrap_or("never")) }
            td { (one.compared_at.as_deref().unwrap_or("never")) }
        }
    }
}
