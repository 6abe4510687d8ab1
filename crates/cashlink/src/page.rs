//! The page at `/`: what is here and how to go on. It loads nothing from elsewhere.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use dlt_evm::Embedded;
use domain::ProductStatus;
use http::Network;
use maud::{DOCTYPE, Markup, html};
use storage::products::ProductRecord;

use crate::config::is_among;
use crate::wiring::App;
use crate::{guides, inventory, mailbox};

const STYLE: &str = include_str!("page.css");
/// Where the stylesheet of the plain pages is.
pub(crate) const STYLE_PATH: &str = "/assets/page.css";
const POLICY: &str = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The start page, its stylesheet, and the chain's JSON-RPC if the chain is in this process.
pub fn routes(app: &App) -> Router {
    let page = Router::new()
        .route("/", get(start))
        .with_state(app.clone())
        .route(STYLE_PATH, get(style))
        .merge(guides::routes())
        .merge(mailbox::routes(app));
    match &app.chain {
        Some(chain) => page.merge(
            Router::new()
                .route("/dlt/rpc", post(rpc))
                .with_state(chain.clone()),
        ),
        None => page,
    }
}

/// Lets only the named networks read the metrics. Whoever comes through a proxy is not one of them.
pub fn guard_metrics(router: Router, readers: Vec<Network>) -> Router {
    router.layer(from_fn_with_state(Arc::new(readers), metrics_for_readers))
}

async fn metrics_for_readers(
    State(readers): State<Arc<Vec<Network>>>,
    request: Request,
    next: Next,
) -> Response {
    let is_about_metrics = request.uri().path().trim_end_matches('/') == "/metrics";
    if is_about_metrics && !is_reader(&readers, &request) {
        return StatusCode::NOT_FOUND.into_response();
    }
    next.run(request).await
}

/// Whether a request comes straight from one of the networks.
pub(crate) fn is_reader(readers: &[Network], request: &Request) -> bool {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let is_forwarded = request.headers().contains_key("x-forwarded-for");
    !is_forwarded && is_among(readers, peer.map(|peer| peer.0.ip()))
}

/// What a plain page may load: its stylesheet.
pub(crate) fn policy() -> [(HeaderName, HeaderValue); 1] {
    [(
        HeaderName::from_static("content-security-policy"),
        HeaderValue::from_static(POLICY),
    )]
}

async fn rpc(State(chain): State<Embedded>, request: Bytes) -> Response {
    let answer = chain.handle(&request).await;
    let json = [(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    )];
    (json, answer).into_response()
}

async fn style() -> Response {
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/css; charset=utf-8"),
        ),
        (
            header::CACHE_CONTROL,
            HeaderValue::from_static("max-age=3600"),
        ),
    ];
    (headers, STYLE).into_response()
}

/// One asset as the page shows it.
pub struct Asset {
    /// Its name.
    pub name: String,
    /// Firm of the issuer.
    pub issuer: String,
    /// ISO 6166.
    pub isin: String,
    /// Name of its environment.
    pub environment: String,
    /// Contract of its token, once it exists.
    pub token_address: Option<String>,
}

async fn start(State(app): State<App>) -> Response {
    let assets: Vec<Asset> = match inventory::public_assets(&app.registry).await {
        Ok(products) => products.into_iter().map(asset).collect(),
        Err(error) => {
            tracing::error!("the start page cannot be made: {error:#}");
            return StatusCode::SERVICE_UNAVAILABLE.into_response();
        }
    };
    (policy(), Html(page(&app, &assets).into_string())).into_response()
}

fn asset(record: ProductRecord) -> Asset {
    let is_entered = record.status == ProductStatus::Active;
    Asset {
        name: record.product.name,
        issuer: record.issuer_name,
        isin: record.product.isin.to_string(),
        environment: record.environment_name,
        token_address: is_entered.then(|| record.token_address.to_string()),
    }
}

fn page(app: &App, assets: &[Asset]) -> Markup {
    let url = &app.registry.settings.public_url;
    let network_name = app.network_name();
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (network_name) }
                link rel="stylesheet" href=(STYLE_PATH);
            }
            body {
                header {
                    h1 { (network_name) }
                    p { "A distribution network for tokenised securities: issuers bring assets, licensed brokers sell them to their investors, the registrar keeps the register and delivers the tokens." }
                    @if app.registry.networks.profile.is_demonstration() {
                        p { strong { "For demonstration:" } " the chain here has one operator, so that nothing on it is a security (§ 4(11) eWpG)." }
                    }
                }
                main {
                    (assets_table(url, assets))
                    (ways_on(app, url))
                    (walk_through(url, assets))
                }
                footer { "Version " (env!("CARGO_PKG_VERSION")) }
            }
        }
    }
}

fn assets_table(url: &str, assets: &[Asset]) -> Markup {
    html! {
        section {
            h2 { "Assets" }
            div class="scroll" {
                table {
                    thead { tr { th { "Asset" } th { "Issuer" } th { "ISIN" } th { "Environment" } th { "Token" } } }
                    tbody {
                        @for asset in assets {
                            tr {
                                td { (asset.name) }
                                td { (asset.issuer) }
                                td { code { (asset.isin) } }
                                td { code { (environment_url(url, &asset.environment)) } }
                                td {
                                    @match &asset.token_address {
                                        Some(address) => code { (address) },
                                        None => "being entered",
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn ways_on(app: &App, url: &str) -> Markup {
    let network = app.ledger.network();
    html! {
        section {
            h2 { "What is here" }
            ul {
                li { a href=(guides::PATH) { "Guides" } ": from the first token to going live, for partners, issuers and the registrar" }
                @if let Some(broker) = app.sample_broker() {
                    li { a href=(format!("{broker}/")) { "Sample broker" } ": invest as a customer; it knows one URL and one credential, those of its gateway" }
                }
                li { a href="/console/" { "Console" } ": pages for the registrar's, issuers' and brokers' people" }
                li { a href="/console/join" { "Become a partner" } ": what the network demands, and how a broker begins" }
                li { a href=(api::DOCUMENTATION_PATH) { "API documentation" } ", as " a href=(api::OPENAPI_PATH) { "OpenAPI 3.1" } }
                li { a href="/problems" { "Every problem that an answer can name" } }
                @if !app.mailbox_readers().is_empty() {
                    li { a href=(mailbox::PATH) { "Mailbox" } ": this network keeps its mails instead of sending them" }
                }
                li { a href="/healthz" { "Health" } " and " a href="/readyz" { "readiness" } }
                li {
                    "DLT network " strong { (network.name) } ", chain " code { (network.chain_id) }
                    @if app.chain.is_some() { ", JSON-RPC at " code { (url) "/dlt/rpc" } " for any Ethereum tool" }
                }
            }
        }
    }
}

fn walk_through(url: &str, assets: &[Asset]) -> Markup {
    let environment = assets
        .first()
        .map_or("ENVIRONMENT", |asset| asset.environment.as_str());
    let base = environment_url(url, environment);
    let token = format!(
        "BASE={base}\n\
         TOKEN=$(curl -s $BASE/oauth/token -d grant_type=client_credentials \\\n  \
           -d client_id=$CLIENT_ID -d client_secret=$CLIENT_SECRET | jq -r .access_token)\n\
         curl -s $BASE/distributor/v2/campaigns/ -H \"Authorization: Bearer $TOKEN\"\n\
         curl -s $BASE/distributor/v2/investments/ -H \"Authorization: Bearer $TOKEN\""
    );
    html! {
        section {
            h2 { "How to go on" }
            p { "Environment, campaign, client ID and secret of an asset are on its page in the console, where a platform's people make clients; a demo writes those of its sample into a file too (" code { "cashlink demo --credentials FILE" } ")." }
            pre { code { (token) } }
        }
    }
}

fn environment_url(url: &str, environment: &str) -> String {
    format!("{url}/environments/{environment}/api/external")
}
