//! The configuration page of a gateway that runs by itself: its environments, what waits and differs, and where the stream goes, for
//! whoever has its credential. Secrets are typed in and never shown again.

mod environments;
mod registers;
mod render;
mod session;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use maud::{Markup, html};
use uuid::Uuid;
use wire::webhook_endpoints::{WebhookEndpoint, WebhookEndpointCreate};

use crate::{Gateway, drift, endpoints, setup};
use render::Refused;
use session::{Posted, Sent, Visitor};

pub(super) const PATH: &str = "/configuration/";
pub(super) const SIGN_IN: &str = "/configuration/sign-in";
pub(super) const STYLE: &str = "/configuration/pico.min.css";
/// More differences fit no page; the rest is in the API.
const MOST_SHOWN: usize = 200;
const MOST_ENDPOINTS: u32 = 100;

type Answer = Result<Response, Refused>;

/// The pages; the frame of the HTTP kit goes around them.
pub(crate) fn routes(gateway: Gateway) -> Router {
    Router::new()
        .route(PATH, get(overview))
        .route(SIGN_IN, get(ask).post(sign_in))
        .route("/configuration/sign-out", post(sign_out))
        .route(STYLE, get(style))
        .route("/configuration/environments", post(apply))
        .route("/configuration/environments/{name}", get(one))
        .route("/configuration/environments/{name}/remove", post(remove))
        .route("/configuration/compare", post(compare))
        .route(
            "/configuration/registers/{environment}/{isin}/follow-anew",
            post(follow_anew),
        )
        .route("/configuration/endpoints", post(add_endpoint))
        .route(
            "/configuration/endpoints/{id}/remove",
            post(remove_endpoint),
        )
        .with_state(gateway)
}

async fn ask() -> Response {
    sign_in_page(StatusCode::OK, None)
}

async fn sign_in(State(gateway): State<Gateway>, Sent(fields): Sent) -> Answer {
    let (id, secret) = (fields.text("client_id"), fields.text("client_secret"));
    match session::sign_in(&gateway, id, secret).await? {
        Some(cookie) => Ok(([(header::SET_COOKIE, cookie)], Redirect::to(PATH)).into_response()),
        None => {
            let why = "Client ID or secret is not right.";
            Ok(sign_in_page(StatusCode::UNAUTHORIZED, Some(why)))
        }
    }
}

fn sign_in_page(status: StatusCode, why: Option<&str>) -> Response {
    let body = html! {
        @if let Some(why) = why { p role="alert" { (why) } }
        form method="post" action=(SIGN_IN) {
            label { "Client ID of the gateway" input name="client_id" autocomplete="username" required; }
            label { "Client secret" input type="password" name="client_secret" autocomplete="current-password" required; }
            button type="submit" { "Sign in" }
        }
    };
    render::page(status, "Sign in", None, &body)
}

async fn sign_out(State(gateway): State<Gateway>, _posted: Posted) -> Answer {
    let cookie = session::sign_out(&gateway)?;
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to(SIGN_IN)).into_response())
}

async fn overview(State(gateway): State<Gateway>, visitor: Visitor) -> Answer {
    shown(&gateway, &visitor, None).await
}

/// Everything on one page; with the secret of an endpoint that was just made.
async fn shown(gateway: &Gateway, visitor: &Visitor, made: Option<&WebhookEndpoint>) -> Answer {
    let status = crate::status::of(gateway).await?;
    let differences = drift::found(gateway).await?;
    let caller = visitor.caller();
    let (_, endpoints) = endpoints::list(gateway, &caller, (MOST_ENDPOINTS, 0)).await?;
    let body = html! {
        (environments::table(&status))
        details open[status.environments.is_empty()] {
            summary { "Add an environment" }
            (environments::form(visitor, None))
        }
        h2 { "Where environments hold other data" }
        @if differences.is_empty() { p { "Nowhere, as far as it was compared." } }
        @else {
            (render::table(&["Investor", "Environment", "Field", "Since", "State"], &html! {
                @for one in differences.iter().take(MOST_SHOWN) {
                    tr { td { code { (one.investor_id) } } td { (one.environment) } td { (one.field) } td { (render::moment(&one.since)) } td { (one.state) } }
                }
            }))
        }
        (render::button(visitor, "/configuration/compare", "Compare now"))
        h2 { "Registers of what is sold" }
        (registers::table(visitor, &crate::registers::followed(gateway).await?))
        h2 { "Where the stream goes" }
        (endpoints_of(visitor, &endpoints, made))
    };
    Ok(render::page(
        StatusCode::OK,
        "Configuration",
        Some(visitor),
        &body,
    ))
}

fn endpoints_of(
    visitor: &Visitor,
    endpoints: &[WebhookEndpoint],
    made: Option<&WebhookEndpoint>,
) -> Markup {
    html! {
        @if let Some(secret) = made.and_then(|made| made.secret.as_ref()) {
            p role="status" { "The secret of the new endpoint, shown this once: " code data-secret { (secret) } }
        }
        @if endpoints.is_empty() { p { "Nowhere yet: your application reads the feed, or add where it is to be told." } }
        @else {
            (render::table(&["URL", "State", ""], &html! {
                @for one in endpoints {
                    tr {
                        td { (one.url) }
                        td { (format!("{:?}", one.status).to_lowercase()) }
                        td { (render::button(visitor, &format!("/configuration/endpoints/{}/remove", one.id), "Remove")) }
                    }
                }
            }))
        }
        form method="post" action="/configuration/endpoints" {
            (render::hidden(visitor))
            label { "URL" input type="url" name="url" required; }
            button type="submit" { "Add an endpoint" }
        }
    }
}

async fn one(State(gateway): State<Gateway>, visitor: Visitor, Path(name): Path<String>) -> Answer {
    let known = setup::configured(&gateway, name.clone()).await?;
    let body = html! {
        (environments::form(&visitor, Some(&known)))
        (render::button(&visitor, &format!("/configuration/environments/{name}/remove"), "Remove"))
    };
    Ok(render::page(StatusCode::OK, &name, Some(&visitor), &body))
}

async fn apply(State(gateway): State<Gateway>, posted: Posted) -> Answer {
    let mut setup = environments::read(&posted.fields).map_err(Refused::Wrong)?;
    // Secrets are never shown again: what was left empty stays.
    if setup.client_secret.is_empty() || setup.webhook_bearer_token.is_none() {
        setup::keep_secrets(&gateway, &mut setup).await?;
    }
    setup::apply(&gateway, setup).await?;
    Ok(Redirect::to(PATH).into_response())
}

async fn remove(
    State(gateway): State<Gateway>,
    Path(name): Path<String>,
    _posted: Posted,
) -> Answer {
    setup::remove(&gateway, name).await?;
    Ok(Redirect::to(PATH).into_response())
}

async fn compare(State(gateway): State<Gateway>, posted: Posted) -> Answer {
    drift::ask(&gateway, &posted.visitor.caller()).await?;
    Ok(Redirect::to(PATH).into_response())
}

async fn follow_anew(
    State(gateway): State<Gateway>,
    Path((environment, isin)): Path<(String, String)>,
    _posted: Posted,
) -> Answer {
    crate::registers::follow_anew(&gateway, environment, isin).await?;
    Ok(Redirect::to(PATH).into_response())
}

async fn add_endpoint(State(gateway): State<Gateway>, posted: Posted) -> Answer {
    let body = WebhookEndpointCreate {
        url: posted.fields.text("url").to_owned(),
        bearer_token: None,
        oauth: None,
        event_types: None,
        secret: None,
        description: None,
    };
    let request = posted.request("page: add endpoint");
    let made = endpoints::create(&gateway, &request, body).await?;
    let made: WebhookEndpoint = serde_json::from_slice(&made.body).map_err(crate::Error::from)?;
    shown(&gateway, &posted.visitor, Some(&made)).await
}

async fn remove_endpoint(
    State(gateway): State<Gateway>,
    Path(id): Path<Uuid>,
    posted: Posted,
) -> Answer {
    let request = posted.request("page: remove endpoint");
    endpoints::delete(&gateway, &request, id).await?;
    Ok(Redirect::to(PATH).into_response())
}

async fn style() -> Response {
    let css: &[u8] = include_bytes!("../../../console/assets/pico.min.css");
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], css).into_response()
}
