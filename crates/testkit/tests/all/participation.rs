//! Taking part in the network (§ 18 eWpRV, REG-36): from the public criteria to the letter.

use axum::Router;
use axum::routing::get;
use rstest::rstest;
use serde_json::{Value, json};
use testkit::app::eventually;
use testkit::client::{Session, id};
use testkit::{Backend, TestApp, people};

pub(crate) const LEI: &str = "529900T8BM49AURSDO55";

/// An investment platform on this machine that shows the token at the well-known place.
pub(crate) async fn investment_platform(token: String) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/invest", listener.local_addr().unwrap());
    let page = get(move || std::future::ready(token.clone()));
    let router = Router::new().route("/.well-known/cashlink-platform", page);
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

/// Everything that an application says but the address of the platform.
async fn complete(applicant: &Session) -> Value {
    let mut documents = Vec::new();
    for kind in ["COMMERCIAL_REGISTER_EXTRACT", "LICENCE_EXTRACT"] {
        let uploaded = applicant
            .upload("paper.pdf", "application/pdf", &people::pdf(kind))
            .await;
        documents.push(json!({"document_id": id(&uploaded.expect(201)), "document_type": kind}));
    }
    json!({
        "company": {
            "name": "Mustermann & Söhne GmbH", "legal_form": "GmbH", "commercial_register": "Amtsgericht Potsdam",
            "commercial_register_number": "HRB 12345", "street": "Musterweg 1", "zip": "14467", "city": "Potsdam",
            "country": "DEU", "lei": LEI,
        },
        "licence": {
            "type": "wpig_15", "services": ["investment_brokerage"], "authority": "BaFin", "number": "10099999",
            "register_url": "https://portal.mvp.bafin.de/database/InstInfo/", "valid_from": "2025-01-01",
        },
        "contact_persons": [{"name": "Erika Mustermann", "role": "Compliance", "email": "erika@mustermann.example"}],
        "documents": documents,
    })
}

/// A complete draft whose domain is proven; its ID.
async fn proven(applicant: &Session, change: impl FnOnce(&mut Value)) -> String {
    let mut body = complete(applicant).await;
    change(&mut body);
    let draft = applicant.post("applications/", &body).await.expect(201);
    let path = format!("applications/{}/", id(&draft));
    let token = draft["domain_proof"]["token"].as_str().unwrap().to_owned();
    let url = investment_platform(token).await;
    let platform = json!({"platform": {"url": url, "business_model": "Sells securities to retail investors online."}});
    applicant.patch(&path, &platform).await.expect(200);
    let asked = applicant
        .post(&format!("{path}verify-domain/"), &json!({}))
        .await
        .expect(200);
    assert_eq!(asked["domain_proof"]["status"], "waiting");
    eventually("the domain is proven", async || {
        let application = applicant.get(&path).await.expect(200);
        (application["domain_proof"]["status"] == "proven").then_some(())
    })
    .await;
    id(&draft)
}

/// A submitted application; its path.
pub(crate) async fn submitted(applicant: &Session) -> String {
    let path = format!("applications/{}/", proven(applicant, |_| ()).await);
    let submitted = applicant
        .post(&format!("{path}submit/"), &json!({}))
        .await
        .expect(200);
    assert_eq!(submitted["status"], "submitted");
    path
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn reg_36_a_firm_applies_is_asked_and_is_admitted(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given the criteria, which anybody reads, and a firm that has registered.
    let app = TestApp::start(backend).await;
    let public = app.stranger().at(format!("{}/api/network/v1", app.url));
    let criteria = public.get("participation/criteria/").await.expect(200);
    assert!(criteria["text"].as_str().unwrap().contains("§ 18 eWpRV"));
    let applicant = app.applicant("Mustermann & Söhne GmbH").await;
    let own = async || applicant.get("participation/").await.expect(200)["standing"].clone();
    assert_eq!(own().await, "applying");

    // When it hands in an application, its time runs until the end of the day three months on, in Berlin.
    let path = submitted(&applicant).await;
    let application = applicant.get(&path).await.expect(200);
    assert_eq!(
        (&application["answer_due_at"], &application["is_overdue"]),
        (&json!("2026-09-01T22:00:00.000000Z"), &json!(false))
    );

    // The registrar finds it, asks, and gets an answer.
    let (one, two) = (app.registrar().await, app.other_registrar().await);
    let waiting = one.get("applications/?status=submitted").await.expect(200);
    assert_eq!(waiting["results"][0], application);
    let messages = format!("{path}messages/");
    let question = json!({"text": "Who identifies your investors?"});
    one.post(&messages, &question).await.expect(201);
    let answer = json!({"text": "We do, by POSTIDENT."});
    applicant.post(&messages, &answer).await.expect(201);
    let thread = applicant.get(&messages).await.expect(200);
    let sides: Vec<&Value> = thread["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|message| &message["side"])
        .collect();
    assert_eq!(sides, ["registrar", "platform"]);

    // When two of the registrar's say yes, it takes part, and has it in writing.
    let yes = json!({"decision": "admit", "reason": "Every criterion is met."});
    let decision = one.post(&format!("{path}answer/"), &yes).await.expect(201);
    let confirm = format!("decisions/{}/confirm/", id(&decision));
    one.post(&confirm, &json!({}))
        .await
        .refused("four_eyes_required");
    assert_eq!(own().await, "applying");
    applicant
        .get(&format!("{path}letter/"))
        .await
        .refused("not_found");
    two.post(&confirm, &json!({})).await.expect(200);
    assert_eq!(own().await, "admitted");
    let letter = applicant.get(&format!("{path}letter/")).await;
    assert!(letter.text().contains("Zulassung zur Teilnahme"));
    letter.expect(200);

    // Who takes part does not apply.
    applicant
        .post("applications/", &json!({}))
        .await
        .refused("participation_state");
    applicant
        .post(&format!("{path}withdraw/"), &json!({}))
        .await
        .refused("application_state");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn reg_36_a_refusal_without_reasons_is_blocked(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let applicant = app.applicant("Mustermann & Söhne GmbH").await;
    let path = submitted(&applicant).await;
    let (one, two) = (app.registrar().await, app.other_registrar().await);
    let answer = format!("{path}answer/");

    // When reasons or the analysis of risks are missing, there is no refusal.
    one.post(&answer, &json!({"decision": "refuse"}))
        .await
        .refused_fields(
            "invalid_body",
            &[("reason", "missing"), ("risk_analysis", "missing")],
        );
    one.post(&answer, &json!({"decision": "refuse", "reason": "No."}))
        .await
        .refused_fields("invalid_body", &[("risk_analysis", "missing")]);

    // With both, and two who decide, the applicant has the reasons in writing, and may complain and apply again.
    let reason = "Der Vertrieb erfolgt ohne dokumentierte Zielmarktprüfung.";
    let no = json!({"decision": "refuse", "reason": reason, "risk_analysis": "Probability and damage of mis-selling are high."});
    let decision = one.post(&answer, &no).await.expect(201);
    two.post(&format!("decisions/{}/confirm/", id(&decision)), &json!({}))
        .await
        .expect(200);
    let letter = applicant.get(&format!("{path}letter/")).await.text();
    assert!(
        letter.contains(reason) && letter.contains("BaFin"),
        "{letter}"
    );
    let standing = applicant.get("participation/").await.expect(200);
    assert_eq!(standing["standing"], "refused");
    applicant
        .post("applications/", &json!({}))
        .await
        .expect(201);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn reg_36_the_registrar_is_warned_before_and_after_three_months(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given an application of the first of June, of which nobody is warned at once.
    let app = TestApp::start(backend).await;
    let applicant = app.applicant("Mustermann & Söhne GmbH").await;
    let path = submitted(&applicant).await;
    let registrar = app.registrar().await;
    let warnings = async || {
        let lines = registrar.get("audit/?page_size=500").await.expect(200);
        lines["results"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|line| line["action"].as_str())
            .filter(|action| action.starts_with("application.answer_"))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(warnings().await, Vec::<String>::new());

    // When two weeks are left, it is warned; once more when the time is over; and not again.
    app.advance_days(79);
    eventually("it is warned", async || {
        (warnings().await == ["application.answer_due"]).then_some(())
    })
    .await;
    app.advance_days(14);
    eventually("it is warned again", async || {
        (warnings().await == ["application.answer_overdue", "application.answer_due"]).then_some(())
    })
    .await;
    let late = registrar.get(&path).await.expect(200);
    assert_eq!(late["is_overdue"], true);
    app.advance_days(30);
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    assert_eq!(warnings().await.len(), 2);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn reg_36_what_is_incomplete_wrong_or_there_twice_is_refused(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let applicant = app.applicant("Mustermann & Söhne GmbH").await;

    // An empty draft is refused by field, and nothing runs.
    let draft = applicant
        .post("applications/", &json!({}))
        .await
        .expect(201);
    let path = format!("applications/{}/", id(&draft));
    let submit = format!("{path}submit/");
    let refused = applicant.post(&submit, &json!({})).await;
    let refused = refused.refused("invalid_body");
    let fields: Vec<&str> = refused["errors"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|error| error["field"].as_str())
        .collect();
    for field in [
        "company.name",
        "company.lei",
        "platform.url",
        "licence",
        "contact_persons",
        "documents",
    ] {
        assert!(fields.contains(&field), "{field} is not in {fields:?}");
    }
    // One is open, and a domain without address is not looked at.
    applicant
        .post("applications/", &json!({}))
        .await
        .refused("application_duplicate");
    applicant
        .post(&format!("{path}verify-domain/"), &json!({}))
        .await
        .refused_fields("invalid_body", &[("platform.url", "missing")]);
    // Nobody else sees it: a draft is not even the registrar's business.
    let other = app.applicant("Muster Vertrieb AG").await;
    other.get(&path).await.refused("not_found");
    app.registrar().await.get(&path).await.refused("not_found");
    let file = applicant.upload("x.pdf", "application/pdf", b"MZ").await;
    file.refused("document_type_not_accepted");

    // A wrong LEI, an expired licence, and a document of somebody else's.
    let mut wrong = complete(&applicant).await;
    wrong["company"]["lei"] = json!("529900T8BM49AURSDO56");
    wrong["licence"]["valid_to"] = json!("2020-12-31");
    wrong["platform"] = json!({"url": "http://127.0.0.1:9/", "business_model": "Sells."});
    applicant.patch(&path, &wrong).await.expect(200);
    let refused = applicant.post(&submit, &json!({})).await;
    refused.refused_fields("invalid_body", &[("company.lei", "invalid_checksum")]);
    wrong["company"]["lei"] = json!(LEI);
    applicant.patch(&path, &wrong).await.expect(200);
    let refused = applicant.post(&submit, &json!({})).await;
    let expected = [
        ("licence.valid_to", "out_of_range"),
        ("licence.valid_to", "out_of_range"),
    ];
    refused.refused_fields("invalid_body", &expected);
    let mut right = complete(&applicant).await;
    right["documents"] = complete(&other).await["documents"].clone();
    applicant.patch(&path, &right).await.expect(200);
    let refused = applicant.post(&submit, &json!({})).await;
    let expected = [
        ("documents[0].document_id", "not_found"),
        ("documents[1].document_id", "not_found"),
    ];
    refused.refused_fields("invalid_body", &expected);
    // A domain that nobody answers at is not proven.
    let own = complete(&applicant).await;
    applicant.patch(&path, &own).await.expect(200);
    applicant
        .post(&submit, &json!({}))
        .await
        .refused("domain_not_proven");
    applicant
        .post(&format!("{path}verify-domain/"), &json!({}))
        .await
        .expect(200);
    let failed = eventually("the domain was looked for", async || {
        let application = applicant.get(&path).await.expect(200);
        (application["domain_proof"]["status"] == "failed").then_some(application)
    })
    .await;
    assert!(failed["domain_proof"]["error"].is_string());
    applicant
        .post(&format!("{path}withdraw/"), &json!({}))
        .await
        .expect(200);
    applicant
        .post(&submit, &json!({}))
        .await
        .refused("application_state");

    // The same firm under another name.
    submitted(&applicant).await;
    let second = proven(&other, |_| ()).await;
    other
        .post(&format!("applications/{second}/submit/"), &json!({}))
        .await
        .refused("application_duplicate");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn another_licence_counts_once_two_have_seen_it(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a platform that sells, when two put a licence on record that does not cover the asset, it sells no more.
    let app = TestApp::start(backend).await;
    let (one, two) = (app.registrar().await, app.other_registrar().await);
    let partner = app.partner(0).await;
    let customer = partner.customer().await;
    let platform = app.platform_ids(0).await.remove(0);
    let path = format!("platforms/{platform}/licence/");
    let body = json!({"reason": "The institution has given its licence back.", "licence": {
        "type": "gewo_34f", "services": ["open_funds"], "authority": "IHK Potsdam", "number": "D-1", "valid_from": "2026-01-01",
    }});
    let decision = id(&one.post(&path, &body).await.expect(201));
    let order = partner.order(&customer.investor, 1);
    partner.api.post("investments/", &order).await.expect(201);
    two.post(&format!("decisions/{decision}/confirm/"), &json!({}))
        .await
        .expect(200);
    partner
        .api
        .post("investments/", &order)
        .await
        .refused("licence_does_not_cover");
    // What contradicts itself is not even proposed.
    let mut wrong = body;
    wrong["licence"]["services"] = json!(["placement"]);
    let refused = one.post(&path, &wrong).await;
    refused.refused_fields("invalid_body", &[("licence.services[0]", "unknown_value")]);
}
