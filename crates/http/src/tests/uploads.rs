//! Uploads: exactly one file, within its limit.

use axum::body::Body;
use axum::http::Request;
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::testing::{Answer, ask, settings};
use crate::{MultipartFile, MultipartForm};

async fn upload(file: MultipartFile) -> Json<Value> {
    Json(json!({
        "name": file.file_name,
        "type": file.content_type,
        "length": file.bytes.len(),
        "sha256": hex::encode(file.sha256),
        "fingerprint": hex::encode(file.fingerprint),
    }))
}

fn part(disposition: &str, content_type: &str, content: &str) -> String {
    format!(
        "--XX\r\nContent-Disposition: form-data; {disposition}\r\nContent-Type: {content_type}\r\n\r\n{content}\r\n"
    )
}

fn file(name: &str, content: &str) -> String {
    part(
        &format!("name=\"file\"; filename=\"{name}\""),
        "application/PDF",
        content,
    )
}

fn form(body: impl Into<Body>) -> Request<Body> {
    Request::post("/documents")
        .header("content-type", "multipart/form-data; boundary=XX")
        .body(body.into())
        .unwrap()
}

async fn send(request: Request<Body>) -> Answer {
    let mut settings = settings();
    settings.limits.document_bytes = 1000;
    ask(
        Router::new().route("/documents", post(upload)),
        settings,
        request,
    )
    .await
}

async fn send_parts(parts: &[String]) -> Answer {
    send(form(format!("{}--XX--\r\n", parts.concat()))).await
}

#[tokio::test]
async fn a_file_arrives_with_its_hash() {
    let answer = send_parts(&[file("terms.pdf", "content")]).await;
    let seen = answer.json();
    assert_eq!(
        (seen["name"].as_str(), seen["type"].as_str()),
        (Some("terms.pdf"), Some("application/pdf"))
    );
    assert_eq!(seen["length"], 7);
    assert_eq!(seen["sha256"], hex::encode(Sha256::digest(b"content")));
}

#[tokio::test]
async fn the_fingerprint_covers_name_type_and_content() {
    let print = |answer: Answer| answer.json()["fingerprint"].clone();
    let one = print(send_parts(&[file("a.pdf", "x")]).await);
    let again = print(send_parts(&[file("a.pdf", "x")]).await);
    let renamed = print(send_parts(&[file("b.pdf", "x")]).await);
    let changed = print(send_parts(&[file("a.pdf", "y")]).await);
    let retyped = part("name=\"file\"; filename=\"a.pdf\"", "image/png", "x");
    let retyped = print(send_parts(&[retyped]).await);
    assert_eq!(one, again);
    for other in [renamed, changed, retyped] {
        assert_ne!(one, other);
    }
}

#[tokio::test]
async fn names_are_tamed() {
    for (name, kept) in [
        ("C:\\\\dir\\\\terms.pdf", "terms.pdf"),
        ("../../etc/passwd", "passwd"),
        ("", "file"),
        ("ä.pdf", "ä.pdf"),
    ] {
        assert_eq!(send_parts(&[file(name, "x")]).await.json()["name"], kept);
    }
}

#[tokio::test]
async fn anything_but_one_file_is_refused() {
    send_parts(&[])
        .await
        .field(400, "invalid_body", "file", "missing");
    let other = part("name=\"other\"", "text/plain", "x");
    send_parts(std::slice::from_ref(&other))
        .await
        .field(400, "invalid_body", "file", "missing");
    let two = [file("a", "x"), file("b", "y")];
    send_parts(&two)
        .await
        .field(400, "invalid_body", "file", "duplicate");
    let with_other = send_parts(&[other, file("a", "x")]).await;
    assert_eq!(with_other.header("x-ignored-fields"), "other");
}

#[tokio::test]
async fn a_large_file_is_refused_and_a_large_form_too() {
    send_parts(&[file("a", &"x".repeat(1001))])
        .await
        .problem(413, "body_too_large");
    let padding = part("name=\"padding\"", "text/plain", &"x".repeat(20_000));
    send_parts(&[padding, file("a", "x")])
        .await
        .problem(413, "body_too_large");
    assert_eq!(
        send_parts(&[file("a", &"x".repeat(1000))]).await.status,
        200
    );
}

#[tokio::test]
async fn a_broken_form_is_refused() {
    send(form(
        "--XX\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nx",
    ))
    .await
    .problem(400, "invalid_body");
    send(form("nonsense")).await.problem(400, "invalid_body");
    let json = Request::post("/documents").header("content-type", "application/json");
    send(json.body(Body::from("{}")).unwrap())
        .await
        .problem(415, "unsupported_media_type");
    let no_boundary = Request::post("/documents").header("content-type", "multipart/form-data");
    send(no_boundary.body(Body::empty()).unwrap())
        .await
        .problem(400, "invalid_body");
}

#[tokio::test]
async fn a_browsers_form_has_texts_and_perhaps_a_file() {
    let show = async |form: MultipartForm| {
        Json(json!({"fields": form.fields, "file": form.file.map(|file| file.file_name)}))
    };
    let send = async |parts: &[String]| {
        let body = format!("{}--XX--\r\n", parts.concat());
        let router = Router::new().route("/documents", post(show));
        ask(router, settings(), form(body)).await.json()
    };
    let text = part("name=\"kind\"", "text/plain", "extract");
    // A browser sends the part of a file that nobody chose, without name and bytes.
    let nothing = part(
        "name=\"file\"; filename=\"\"",
        "application/octet-stream",
        "",
    );
    assert_eq!(
        send(&[text.clone(), nothing]).await,
        json!({"fields": [["kind", "extract"]], "file": null})
    );
    assert_eq!(
        send(&[text, file("terms.pdf", "content")]).await,
        json!({"fields": [["kind", "extract"]], "file": "terms.pdf"})
    );
}
