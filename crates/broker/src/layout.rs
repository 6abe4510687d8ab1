//! The frame of every page. Style and script are the console's, part of the program: nothing is loaded from elsewhere.

use axum::extract::Path;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use maud::{DOCTYPE, Markup, html};

use crate::Broker;

const POLICY: &str = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
const HTMX: &str = r#"{"allowEval":false,"includeIndicatorStyles":false,"selfRequestsOnly":true,"historyCacheSize":0}"#;

pub(crate) fn page(broker: &Broker, title: &str, body: &Markup) -> Response {
    let markup = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="htmx-config" content=(HTMX);
                title { (title) " · " (broker.firm) }
                link rel="stylesheet" href="/assets/pico.min.css";
                script src="/assets/htmx.min.js" defer {}
            }
            body {
                header class="container" {
                    nav { ul { li { strong { a href="/" { (broker.firm) } } } } ul { li { a href="/" { "All assets" } } } }
                }
                main class="container" { h1 { (title) } (body) }
                footer class="container" {
                    small { "A sample. It knows one URL and one credential: those of its gateway. Nobody of these names is meant." }
                }
            }
        }
    };
    respond(&markup)
}

/// A part of a page, for itself.
pub(crate) fn respond(markup: &Markup) -> Response {
    let headers = [
        (
            HeaderName::from_static("content-security-policy"),
            HeaderValue::from_static(POLICY),
        ),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (headers, Html(markup.0.clone())).into_response()
}

pub(crate) async fn asset(Path(file): Path<String>) -> Response {
    let (kind, bytes): (&str, &[u8]) = match file.as_str() {
        "pico.min.css" => (
            "text/css; charset=utf-8",
            include_bytes!("../../console/assets/pico.min.css"),
        ),
        "htmx.min.js" => (
            "text/javascript; charset=utf-8",
            include_bytes!("../../console/assets/htmx.min.js"),
        ),
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    ([(header::CONTENT_TYPE, kind)], bytes).into_response()
}
