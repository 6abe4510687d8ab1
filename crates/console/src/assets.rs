//! Style and script of the pages. They are part of the program: nothing is loaded from elsewhere.

use axum::extract::Path;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use wire::{Problem, ProblemCode};

use crate::refused::Refused;

/// Where they are.
pub(crate) const PATH: &str = "/console/assets/{file}";

/// Name, media type and content.
const FILES: [(&str, &str, &[u8]); 6] = [
    (
        "pico.min.css",
        "text/css; charset=utf-8",
        include_bytes!("../assets/pico.min.css"),
    ),
    (
        "console.css",
        "text/css; charset=utf-8",
        include_bytes!("../assets/console.css"),
    ),
    (
        "htmx.min.js",
        "text/javascript; charset=utf-8",
        include_bytes!("../assets/htmx.min.js"),
    ),
    (
        "console.js",
        "text/javascript; charset=utf-8",
        include_bytes!("../assets/console.js"),
    ),
    (
        "wallet.js",
        "text/javascript; charset=utf-8",
        include_bytes!("../assets/wallet.js"),
    ),
    (
        "LICENCES.txt",
        "text/plain; charset=utf-8",
        include_bytes!("../assets/LICENCES.txt"),
    ),
];

pub(crate) async fn get(Path(name): Path<String>) -> Result<Response, Refused> {
    let found = FILES.iter().find(|(file, _, _)| *file == name);
    let (_, media_type, content) = found.ok_or_else(|| {
        Refused::from(Problem::new(
            ProblemCode::NotFound,
            "There is no such file.",
        ))
    })?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(media_type)),
        (
            header::CACHE_CONTROL,
            HeaderValue::from_static("max-age=3600"),
        ),
    ];
    Ok((headers, *content).into_response())
}
