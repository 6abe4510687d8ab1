//! Bodies that cannot be: each gets its problem with a stable code, and nothing changes.

use reqwest::Method;
use rstest::rstest;
use serde_json::{Value, json};
use testkit::client::Session;
use testkit::{Backend, Setup, TestApp, people};
use uuid::Uuid;

/// How many there are of each thing that a partner can make.
async fn counts(api: &Session) -> Vec<u64> {
    let mut counts = Vec::new();
    for list in ["investors/", "investments/", "webhook-endpoints/"] {
        counts.push(api.get(list).await.expect(200)["count"].as_u64().unwrap());
    }
    counts.push(
        api.get("events/").await.expect(200)["results"]
            .as_array()
            .unwrap()
            .len() as u64,
    );
    counts
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn bytes_that_are_no_body_are_refused(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let api = app.partner(0).await.api;
    let post = async |media_type: &str, bytes: &[u8]| {
        api.call(Method::POST, "investors/")
            .bytes(media_type, bytes)
            .send()
            .await
    };
    let json = "application/json";
    post(json, b"{\"natural_person\": ")
        .await
        .refused("invalid_json");
    post(json, b"not json").await.refused("invalid_json");
    post(json, b"{} {}").await.refused("invalid_json");
    // A name that is there twice could mean either.
    post(
        json,
        b"{\"is_beneficiary\": true, \"is_beneficiary\": false}",
    )
    .await
    .refused("invalid_json");
    post(json, b"{\"natural_person\": \"\xff\xfe\"}")
        .await
        .refused("invalid_encoding");
    post(json, b"[]").await.refused("invalid_body");
    post(json, b"null").await.refused("invalid_body");
    post("text/plain", b"{}")
        .await
        .refused("unsupported_media_type");
    post("application/x-www-form-urlencoded", b"a=b")
        .await
        .refused("unsupported_media_type");
    post("application/json; charset=iso-8859-1", b"{}")
        .await
        .refused("unsupported_media_type");
    let zipped = api
        .call(Method::POST, "investors/")
        .header("Content-Encoding", "gzip");
    zipped
        .bytes(json, b"{}".to_vec())
        .send()
        .await
        .refused("unsupported_media_type");
    // Deep nesting ends in an answer, not in the stack.
    let deep = [b"[".repeat(100_000), b"]".repeat(100_000)].concat();
    post(json, &deep).await.refused("invalid_json");
    assert_eq!(counts(&api).await, [0, 0, 0, 0]);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_body_beyond_the_limit_is_refused(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a server that takes bodies of 10 kB.
    let app = Setup::new(backend)
        .config(|config| config.limits.body_bytes = 10_000)
        .start()
        .await;
    let api = app.partner(0).await.api;
    let mut body = people::natural_person();
    body["natural_person"]["street"] = json!("x".repeat(10_001));
    let refused = api
        .post("investors/", &body)
        .await
        .refused("body_too_large");
    assert!(refused["detail"].as_str().unwrap().contains("10000"));
    assert_eq!(counts(&api).await, [0, 0, 0, 0]);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn every_wrong_field_of_an_investor_is_named(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let api = app.partner(0).await.api;
    let document = Uuid::new_v4().to_string();
    let long = "x".repeat(256);
    let cases = [
        (
            "/natural_person/birth_date",
            json!("1990-02-30"),
            "natural_person.birth_date",
            "invalid_format",
        ),
        (
            "/natural_person/birth_date",
            json!("2026-06-02"),
            "natural_person.birth_date",
            "in_future",
        ),
        (
            "/natural_person/birth_date",
            json!(19900230),
            "natural_person.birth_date",
            "invalid_type",
        ),
        (
            "/natural_person/citizenship",
            json!("XYZ"),
            "natural_person.citizenship",
            "unknown_value",
        ),
        (
            "/natural_person/country",
            json!("DE"),
            "natural_person.country",
            "unknown_value",
        ),
        (
            "/natural_person/surname",
            json!(""),
            "natural_person.surname",
            "missing",
        ),
        (
            "/natural_person/surname",
            json!(long),
            "natural_person.surname",
            "too_long",
        ),
        (
            "/natural_person/surname",
            json!(["Parker"]),
            "natural_person.surname",
            "invalid_type",
        ),
        (
            "/natural_person/surname",
            Value::Null,
            "natural_person.surname",
            "invalid_type",
        ),
        (
            "/natural_person/is_pep",
            json!("no"),
            "natural_person.is_pep",
            "invalid_type",
        ),
        (
            "/natural_person/phone",
            json!("call me"),
            "natural_person.phone",
            "invalid_format",
        ),
        (
            "/bank_account/iban",
            json!("DE89370400440532013001"),
            "bank_account.iban",
            "invalid_checksum",
        ),
        (
            "/bank_account/iban",
            json!("my account"),
            "bank_account.iban",
            "invalid_format",
        ),
        (
            "/bank_account/bic",
            json!("COBA"),
            "bank_account.bic",
            "invalid_format",
        ),
        (
            "/bank_account/currency",
            json!("EURO"),
            "bank_account.currency",
            "unknown_value",
        ),
        (
            "/communication/email",
            json!("annegret"),
            "communication.email",
            "invalid_format",
        ),
        (
            "/tax_information",
            json!("none"),
            "tax_information",
            "invalid_type",
        ),
        (
            "/account_setup_accepted_at",
            json!("yesterday"),
            "account_setup_accepted_at",
            "invalid_format",
        ),
        (
            "/wallets",
            json!([{"address": "0x12"}]),
            "wallets[0].address",
            "invalid_format",
        ),
        (
            "/wallets",
            json!([{"address": "0x52908400098527886e0f7030069857D2E4169EE7"}]),
            "wallets[0].address",
            "invalid_checksum",
        ),
        (
            "/is_custodian_bank",
            json!(true),
            "is_custodian_bank",
            "out_of_range",
        ),
    ];
    for (pointer, value, field, code) in cases {
        let mut body = people::natural_person();
        set(&mut body, pointer, value.clone());
        let reply = api.post("investors/", &body).await;
        assert_eq!(reply.status, 400, "{pointer} {value}: {reply}");
        reply.refused_fields("invalid_body", &[(field, code)]);
    }
    // A document that is not there, twice, and a field that is missing.
    let company = people::legal_person(&document, &document);
    let proofs = [
        ("legal_person.company_identity_proof_id", "not_found"),
        ("legal_person.company_structure_proof_id", "not_found"),
    ];
    api.post("investors/", &company)
        .await
        .refused_fields("invalid_body", &proofs);
    let mut incomplete = people::natural_person();
    incomplete["natural_person"]
        .as_object_mut()
        .unwrap()
        .remove("surname");
    api.post("investors/", &incomplete)
        .await
        .refused_fields("invalid_body", &[("natural_person.surname", "missing")]);
    api.post("investors/", &json!({}))
        .await
        .refused_fields("invalid_body", &[("natural_person", "missing")]);
    // Several at once are all named.
    let mut wrong = people::natural_person();
    set(&mut wrong, "/natural_person/country", json!("XX"));
    set(&mut wrong, "/bank_account/iban", json!("DE00"));
    let reply = api.post("investors/", &wrong).await.refused("invalid_body");
    assert_eq!(reply["errors"].as_array().unwrap().len(), 2, "{reply}");
    assert_eq!(counts(&api).await, [0, 0, 0, 0]);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_investor_subject_to_us_tax_is_refused(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a person who says so, at creation or later.
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let mut body = people::natural_person();
    body["natural_person"]["is_subject_to_us_tax"] = json!(true);
    partner
        .api
        .post("investors/", &body)
        .await
        .refused("us_tax_not_accepted");
    let investor = partner.investor().await;
    let path = format!("investors/{investor}/");
    let change = json!({"natural_person": {"is_subject_to_us_tax": true}});
    partner
        .api
        .patch(&path, &change)
        .await
        .refused("us_tax_not_accepted");

    // Then nobody was created and nothing changed.
    assert_eq!(counts(&partner.api).await, [1, 0, 0, 0]);
    let shown = partner.api.get(&path).await.expect(200);
    assert_eq!(shown["natural_person"]["is_subject_to_us_tax"], false);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn wrong_identifications_are_refused(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let investor = partner.investor().await;
    let path = format!("investors/{investor}/identifications/");
    let protocol = partner.document("protocol").await;
    for (field, value, code) in [
        ("verified_at", json!("2026-06-02T08:00:00Z"), "in_future"),
        ("verified_at", json!("lately"), "invalid_format"),
        ("document_valid_to", json!("2021-01-01"), "out_of_range"),
        ("document_valid_from", json!("2026-06-02"), "in_future"),
        ("document_valid_from", json!("01.02.2022"), "invalid_format"),
        (
            "legitimation_protocol_id",
            json!(Uuid::new_v4()),
            "not_found",
        ),
        (
            "legitimation_protocol_id",
            json!("the PDF"),
            "invalid_format",
        ),
        ("document_type", json!(7), "invalid_type"),
    ] {
        let mut body = people::identification(&protocol, &app.days_ago(1));
        body[field] = value;
        partner
            .api
            .post(&path, &body)
            .await
            .refused_fields("invalid_body", &[(field, code)]);
    }
    assert_eq!(partner.api.get(&path).await.expect(200)["count"], 0);
    // Benefiting persons are of companies, and none is politically exposed.
    let persons = format!("investors/{investor}/benefiting-persons/");
    partner
        .api
        .post(&persons, &people::benefiting_person())
        .await
        .refused("benefiting_person_not_applicable");
    let company = partner.company().await;
    let persons = format!("investors/{company}/benefiting-persons/");
    let mut exposed = people::benefiting_person();
    exposed["is_pep"] = json!(true);
    partner
        .api
        .post(&persons, &exposed)
        .await
        .refused_fields("invalid_body", &[("is_pep", "out_of_range")]);
    let mut whole = people::benefiting_person();
    whole["share_basis_points"] = json!(10_001);
    partner
        .api
        .post(&persons, &whole)
        .await
        .refused_fields("invalid_body", &[("share_basis_points", "out_of_range")]);
    assert_eq!(partner.api.get(&persons).await.expect(200)["count"], 0);
}

/// Replaces what a pointer leads to, or adds it.
fn set(body: &mut Value, pointer: &str, value: Value) {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    body.pointer_mut(parent).unwrap()[name] = value;
}
