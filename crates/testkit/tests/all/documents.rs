//! Documents: the type is read from the bytes, the size is limited, and only their owner names them.

use reqwest::Method;
use rstest::rstest;
use serde_json::json;
use testkit::client::id;
use testkit::{Backend, Setup, TestApp, people};

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_document_is_kept_as_what_it_is(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let bytes = people::pdf("terms");
    let kept = partner
        .api
        .upload("Prüfung.pdf", "application/pdf", &bytes)
        .await
        .expect(201);
    assert_eq!(
        (&kept["name"], &kept["content_type"]),
        (&json!("Prüfung.pdf"), &json!("application/pdf"))
    );
    assert_eq!(kept["size"], bytes.len());
    let path = format!("documents/{}/", id(&kept));
    assert_eq!(partner.api.get(&path).await.expect(200), kept);
    // Another platform and another environment do not see it; an issuer has documents of its own.
    app.other_partner(0)
        .await
        .api
        .get(&path)
        .await
        .refused("not_found");
    app.partner(1)
        .await
        .api
        .get(&path)
        .await
        .refused("not_found");
    let issuer = app.issuer(0).await;
    issuer.get(&path).await.refused("not_found");
    let own = issuer
        .upload("terms.pdf", "application/pdf", &bytes)
        .await
        .expect(201);
    issuer
        .get(&format!("documents/{}/", id(&own)))
        .await
        .expect(200);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_document_is_refused(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = Setup::new(backend)
        .config(|config| config.limits.document_bytes = 2_000)
        .start()
        .await;
    let api = app.partner(0).await.api;
    api.upload(
        "script.pdf",
        "application/pdf",
        b"<script>alert(1)</script>",
    )
    .await
    .refused("document_type_not_accepted");
    api.upload("page.html", "text/html", b"<!doctype html><html></html>")
        .await
        .refused("document_type_not_accepted");
    api.upload("picture.png", "image/png", &people::pdf("x"))
        .await
        .refused("document_type_not_accepted");
    api.upload(
        "large.pdf",
        "application/pdf",
        &people::pdf(&"x".repeat(2_000)),
    )
    .await
    .refused("body_too_large");
    let part = api.call(Method::POST, "documents/").part(
        "document",
        "a.pdf",
        "application/pdf",
        &people::pdf("x"),
    );
    part.send()
        .await
        .refused_fields("invalid_body", &[("file", "missing")]);
    let json = api
        .call(Method::POST, "documents/")
        .json(&json!({"file": "x"}));
    json.send().await.refused("unsupported_media_type");
    let broken = api.call(Method::POST, "documents/").bytes(
        "multipart/form-data; boundary=x",
        b"--x\r\nnot a part".to_vec(),
    );
    broken.send().await.refused("invalid_body");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_document_of_two_investors_is_erased_with_the_second(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a protocol that two investors' identifications name.
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let protocol = partner.document("protocol of a couple").await;
    let identify = async |investor: &str| {
        let body = people::identification(&protocol, &app.days_ago(3));
        let path = format!("investors/{investor}/identifications/");
        partner.api.post(&path, &body).await
    };
    let (first, second) = (partner.investor().await, partner.investor().await);
    identify(&first).await.expect(201);
    identify(&second).await.expect(201);
    let erase = async |investor: &str| {
        let (vault, owner) = (app.app.registry.vault.clone(), investor.parse().unwrap());
        let db = &app.app.registry.db;
        let erased = db.write(move |tx| vault.destroy_owner(tx, owner)).await;
        erased.unwrap()
    };
    let path = format!("documents/{protocol}/");

    // When the first one's keys are destroyed, the second one's document is still there.
    assert_eq!(erase(&first).await, 1, "its own key, not the document's");
    partner.api.get(&path).await.expect(200);

    // When the second one's are, it is gone, and nobody can name it any more.
    assert_eq!(erase(&second).await, 2);
    let third = partner.investor().await;
    identify(&third)
        .await
        .refused_fields("invalid_body", &[("legitimation_protocol_id", "not_found")]);
}
