//! The Distributor, Issuer and network API over HTTP: a handler extracts the request, calls its operation and renders the answer.
//!
//! Rules and sequences are in `registry`, status codes in the catalogue of `wire`, extractors in the HTTP kit. The files of resources are
//! named like those of `registry`; `surface` puts them together, `document` describes what all of them have in common.

mod answer;
mod applications;
mod asset_requests;
mod assets;
mod authorisation;
mod benefiting_persons;
mod caller;
mod campaigns;
mod catalogue;
mod clients;
mod company_authority;
mod conversions;
mod deadlines;
mod decisions;
mod delivery_costs;
mod dlt_transactions;
mod document;
mod documents;
mod error;
mod feed;
mod headers;
mod health;
mod holders;
mod html;
mod identifications;
mod inspections;
mod instruction_keys;
mod investments;
mod investors;
mod issued_campaigns;
mod issued_investments;
mod issued_redemptions;
mod issuers;
mod listings;
mod merge_patch;
mod network;
mod oauth;
mod pages;
mod participation;
mod paths;
mod payout_lists;
mod platforms;
mod problems;
mod products;
mod reconciliation;
mod redemption_notices;
mod redemptions;
mod refusals;
mod register_log;
mod register_past;
mod register_rules;
mod request;
mod reregistrations;
mod restrictions;
mod route;
mod statements;
mod surface;
mod terms;
mod transfer_consents;
mod transfers;
mod validations;
mod wallets;
mod webhook_endpoints;

use std::sync::Arc;

use axum::Router;
use http::{AccessTokens, Settings};
use registry::Registry;
use utoipa::openapi::OpenApi;
use utoipa_swagger_ui::{Config, SwaggerUi};

pub use authorisation::{Access, Operation, operations};

/// Where the interactive documentation is served.
pub const DOCUMENTATION_PATH: &str = "/docs/api";
/// Where the OpenAPI document is served.
pub const OPENAPI_PATH: &str = "/openapi.json";

/// Renders the metrics in the text format of Prometheus.
pub type RenderMetrics = Arc<dyn Fn() -> String + Send + Sync>;

/// What the handlers work with. Cheap to clone.
#[derive(Clone)]
pub struct Api {
    /// The operations.
    pub registry: Registry,
    /// Issues and verifies access tokens.
    pub tokens: AccessTokens,
    /// Called for `/metrics`.
    pub metrics: RenderMetrics,
}

/// The complete service: the APIs, their documentation and the other pages of the process, in the frame of the HTTP kit.
///
/// Of the settings, the rules for paths and the tokens are set here.
pub fn router(api: Api, settings: Settings, pages: Router) -> Router {
    let settings = Settings {
        paths: paths::rules(),
        tokens: Some(api.tokens.clone()),
        ..settings
    };
    let (routes, openapi) = surface::parts();
    let routes = routes
        .with_state(api)
        .merge(documentation(openapi))
        .merge(pages);
    http::frame(routes, settings)
}

/// Interactive, and served without asking any other server: the pages are part of the program, and the validator that they would
/// send the document to is switched off.
fn documentation(openapi: OpenApi) -> SwaggerUi {
    let offline = Config::default().validator_url("none");
    SwaggerUi::new(DOCUMENTATION_PATH)
        .url(OPENAPI_PATH, openapi)
        .config(offline)
}

/// The OpenAPI 3.1 document of the whole surface.
pub fn openapi() -> OpenApi {
    surface::parts().1
}
