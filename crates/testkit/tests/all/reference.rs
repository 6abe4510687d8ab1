//! Every body that the published reference prints, and its call sequences, with only URL, IDs and credentials replaced.

use reqwest::Method;
use rstest::rstest;
use serde_json::{Value, json};
use testkit::app::{sign_in, take_token};
use testkit::client::{Session, id};
use testkit::{Backend, TestApp, people};

const ALL_SCOPES: &str =
    "investors:write investors:read investments:write investments:read documents:write";

/// Section 6.1, older generation, as printed.
fn older_investor() -> Value {
    serde_json::from_str(
        r#"{
  "natural_person": {"salutation":"MR","forename":"Peter","surname":"Parker","birth_date":"2020-08-10",
     "birth_place":"New York","citizenship":"DEU","street":"Hauptstr. 37","city":"Frankfurt","zip":"60316",
     "country":"DEU","phone":"+49 123 456 789"},
  "bank_account": {"account_holder":"Peter Parker","iban":"DE53500105173569146251","bic":"GENODEF1ERG",
     "bank":"Commerzbank Frankfurt","country":"DEU","currency":"EUR"},
  "tax_information": {"tax_identification_number":"12345678","non_assessment_certificate":true},
  "is_beneficiary": true,
  "pep_status": false,
  "account_setup_accepted_at": "2021-05-06T07:14:13.630308+00:00"
}"#,
    )
    .unwrap()
}

/// Section 6.1, newer generation; the printed example breaks off within the account.
fn newer_investor() -> Value {
    serde_json::from_str(
        r#"{
  "natural_person": {"salutation":"MR","forename":"Peter","surname":"Parker","birth_date":"2000-08-10",
     "birth_place":"New York","citizenship":"DEU","street":"Hauptstr. 37","city":"Frankfurt","zip":"60316",
     "country":"DEU","phone":"+49 123 456 789","is_pep":false,"is_subject_to_us_tax":false},
  "bank_account": {"account_holder":"Peter Parker","iban":"DE53500105173569146251","bic":"GENODEF1ERG",
     "bank":"Commerzbank Frankfurt","country":"DEU","currency":"EUR"}
}"#,
    )
    .unwrap()
}

/// Section 6.2, with the natural person who acts for the company.
fn legal_person(identity_proof: &str, structure_proof: &str) -> Value {
    let mut body = newer_investor();
    body["legal_person"] = json!({"city":"string","commercial_register":"Amtsgericht München","commercial_register_number":"HRB 12344",
      "company_identity_proof_id": identity_proof,"company_name":"Test GmbH","company_structure_proof_id": structure_proof,
      "country":"DEU","phone":"0173 2093790","street":"string","zip":"string"});
    body
}

/// Section 6.4, as printed.
fn identification(protocol: &str) -> Value {
    json!({"document_type":"IDCARD","document_id":"ID123456","document_issuer":"Buergeramt Frankfurt",
     "document_valid_from":"2020-08-10","document_valid_to":"2025-08-10","identity_provider":"POSTIDENT",
     "legitimation_process_id":"string","legitimation_protocol_id": protocol,"verified_at":"2020-08-10T14:06:22.134Z"})
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_older_guide_runs_as_published(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given the environment's URL and nothing of the newer prefixes (14.1).
    let app = TestApp::start(backend).await;
    let environment = app.environment(0);
    let base = Session::anonymous(&environment.url);
    let token = take_token(&base, &environment.distributor, Some(ALL_SCOPES))
        .await
        .expect(200);
    let api = base.with_token(token["access_token"].as_str().unwrap());

    // When the script runs.
    let investor = id(&api
        .post("v2/investors/", &older_investor())
        .await
        .expect(201));
    let upload = api
        .call(Method::POST, "v2/documents/")
        .key("0a1b2c3d4e5f6071");
    let protocol = upload
        .file("protocol.pdf", "application/pdf", &people::pdf("protocol"))
        .send()
        .await;
    let protocol = id(&protocol.expect(201));
    let path = format!("v2/investors/{investor}/identifications/");
    let identified = api
        .post(&path, &identification(&protocol))
        .await
        .expect(201);
    let address = people::wallet_address();
    let path = format!("v2/investors/{investor}/wallets/eth-generic/");
    let wallet = api
        .post(&path, &json!({"address": address}))
        .await
        .expect(201);
    let shown = api
        .get(&format!("v2/investors/{investor}/"))
        .await
        .expect(200);

    // Then the flag at top level is the person's, and the old document asks for another identification without being refused.
    assert_eq!(shown["natural_person"]["is_pep"], false);
    assert_eq!(identified["status"], "REVERIFICATION_REQUIRED");
    assert_eq!(shown["kyc_status"], "REVERIFICATION_REQUIRED");
    assert_eq!(wallet["receiving_enabled"], true);
    assert_eq!(wallet["eligible"], false);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_middle_guide_runs_as_published(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given the Distributor API's own prefix (14.5).
    let app = TestApp::start(backend).await;
    let environment = app.environment(0);
    let base = Session::anonymous(format!("{}/distributor", environment.url));
    let token = take_token(&base, &environment.distributor, Some(ALL_SCOPES))
        .await
        .expect(200);
    let api = base.with_token(token["access_token"].as_str().unwrap());

    // When investor, identification and a managed wallet (no body at all, only headers) are created.
    let investor = id(&api
        .post("v2/investors/", &newer_investor())
        .await
        .expect(201));
    let protocol = api.call(Method::POST, "v2/documents/").file(
        "protocol.pdf",
        "application/pdf",
        &people::pdf("protocol"),
    );
    let protocol = id(&protocol.send().await.expect(201));
    let path = format!("v2/investors/{investor}/identifications/");
    api.post(&path, &identification(&protocol))
        .await
        .expect(201);
    let path = format!("v2/investors/{investor}/wallets/eth-managed/");
    let wallet = api
        .call(Method::POST, &path)
        .key("5f6071a1b2c3d4e0")
        .send()
        .await
        .expect(201);

    // Then an investment goes in as the middle generation names things: amount, and a wallet's address.
    assert_eq!(wallet["type"], "eth-managed");
    let order = json!({
        "investor_id": investor, "campaign_id": environment.campaign_id, "amount": 3,
        "wallet_address": wallet["address"], "signed_at": app.ago(60), "accepted_at": app.ago(30),
    });
    let investment = api.post("v2/investments/", &order).await.expect(201);
    assert_eq!(investment["units"], 3);
    assert_eq!(investment["wallet"], wallet["id"]);
    assert_eq!(investment["status"], "KYC_PENDING");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_newer_quickstart_runs_as_published(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a token with the three scopes of the quickstart (14.6).
    let app = TestApp::start(backend).await;
    let environment = app.environment(0);
    let base = Session::anonymous(&environment.url);
    let scope = Some("investors:write investors:read documents:write");
    let token = take_token(&base, &environment.distributor, scope)
        .await
        .expect(200);
    let api = base.with_token(token["access_token"].as_str().unwrap());

    // When two proofs are uploaded and the company is created with them.
    let mut proofs = Vec::new();
    for name in ["identity_proof.pdf", "structure_proof.pdf"] {
        let upload = api.call(Method::POST, "distributor/v2/documents/").file(
            name,
            "application/pdf",
            &people::pdf(name),
        );
        proofs.push(id(&upload.send().await.expect(201)));
    }
    let body = legal_person(&proofs[0], &proofs[1]);
    let company = api
        .post("distributor/v2/investors/", &body)
        .await
        .expect(201);

    // Then it is there with both.
    let legal = &company["legal_person"];
    assert_eq!(legal["company_name"], "Test GmbH");
    assert_eq!(legal["company_identity_proof_id"], proofs[0]);
    assert_eq!(legal["company_structure_proof_id"], proofs[1]);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn older_paths_and_slashes_lead_to_the_same(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given tokens from every place where a client may look for the endpoint.
    let app = TestApp::start(backend).await;
    let environment = app.environment(0);
    for base in ["", "/distributor", "/issuer"] {
        for slash in ["", "/"] {
            let session = Session::anonymous(format!("{}{base}", environment.url));
            let credentials = match base {
                "/issuer" => &environment.issuer,
                _ => &environment.distributor,
            };
            let form = [
                ("grant_type", "client_credentials"),
                ("client_id", credentials.client_id.as_str()),
                ("client_secret", credentials.client_secret.as_str()),
            ];
            session
                .call(Method::POST, &format!("oauth/token{slash}"))
                .form(&form)
                .send()
                .await
                .expect(200);
        }
    }
    // When the same list is read under each prefix, with and without a slash.
    let session = sign_in(&environment.url, &environment.distributor).await;
    let lists = [
        "v2/campaigns/",
        "v2/campaigns",
        "distributor/v2/campaigns/",
        "distributor/v2/campaigns",
        "/distributor//v2/campaigns/",
    ];
    for path in lists {
        let page = session.get(path).await.expect(200);
        // Then it is the same one.
        assert_eq!(page["results"][0]["id"], environment.campaign_id, "{path}");
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_newer_account_name_and_a_patched_address_are_taken(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given the name that the newest page's text has for the account.
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let mut body = newer_investor();
    let account = body
        .as_object_mut()
        .unwrap()
        .remove("bank_account")
        .unwrap();
    body["bank_account_information"] = account;

    // When it is sent, nothing of it is ignored.
    let created = partner.api.post("investors/", &body).await;
    assert_eq!(created.header("x-ignored-fields"), None);
    let investor = created.expect(201);
    assert_eq!(investor["bank_account"]["bic"], "GENODEF1ERG");

    // And the PATCH of the web-based subscription (7.5) is taken.
    let mail = json!({"communication": {"email": "peter@example.org", "email_confirmed": true}});
    let path = format!("investors/{}/", id(&investor));
    let patched = partner.api.patch(&path, &mail).await.expect(200);
    assert_eq!(patched["communication"], mail["communication"]);
}
