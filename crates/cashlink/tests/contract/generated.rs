//! schemathesis against the running demo: requests made from the document, right and wrong ones, with the token of each API.
//! No answer is a 500, and none is outside the document.

use std::fs;
use std::path::Path;
use std::process::Command;

use rstest::rstest;
use serde_json::{Value, json};
use testkit::Session;

use crate::common::note;
use crate::demo::{Demo, customer, seconds_ago};
use crate::document::python;

const SEED: &str = "20261122";
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
                      response_headers_conformance,response_schema_conformance,negative_data_rejection";

/// One API, as its client calls it.
#[derive(Clone, Copy, Debug)]
enum Api {
    /// Investors with all that belongs to them.
    DistributorsInvestors,
    /// The rest of the Distributor API.
    Distributor,
    Issuer,
    /// The issuer over all environments.
    IssuerEverywhere,
    Network,
    /// What needs no token.
    Public,
}

impl Api {
    /// The paths of its operations.
    fn paths(self) -> &'static str {
        match self {
            Self::DistributorsInvestors => "^/environments/.+/distributor/v2/investors/",
            Self::Distributor => "^/environments/.+/distributor/v2/(?!investors/)",
            Self::Issuer => "^/environments/.+/issuer/v2/",
            Self::IssuerEverywhere => "^/api/external/issuer/v2/",
            Self::Network => "^/api/network/v1/(?!oauth|.well-known)",
            Self::Public => {
                "(oauth/token|oauth-authorization-server|^/(identifications|problems|healthz|readyz|metrics))"
            }
        }
    }

    /// The same operations a second time are only tried at random, except in the full suite.
    fn phases(self) -> &'static str {
        match self {
            Self::IssuerEverywhere if !is_full() => "fuzzing",
            _ => "examples,coverage,fuzzing,stateful",
        }
    }

    async fn token(self, demo: &Demo) -> Option<String> {
        match self {
            Self::DistributorsInvestors | Self::Distributor => demo.distributor(0).await.token,
            Self::Issuer => demo.issuer(0).await.token,
            Self::IssuerEverywhere => {
                let base = format!("{}/api/external", demo.url());
                let issuer = &demo.environment(0)["issuer"];
                crate::demo::sign_in(&base, issuer).await.token
            }
            Self::Network => demo.registrar().await.token,
            Self::Public => None,
        }
    }
}

fn is_full() -> bool {
    std::env::var_os("CASHLINK_FULL").is_some()
}

#[rstest]
#[case::distributors_investors(Api::DistributorsInvestors)]
#[case::distributor(Api::Distributor)]
#[case::issuer(Api::Issuer)]
#[case::issuer_everywhere(Api::IssuerEverywhere)]
#[case::network(Api::Network)]
#[case::public(Api::Public)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_answer_is_outside_the_document(#[case] api: Api) {
    let folder = tempfile::tempdir().unwrap();
    let mut demo = Demo::start(folder.path()).await;
    let known = things(&demo).await;
    let token = api.token(&demo).await;

    let (is_clean, report) = generate(folder.path(), &demo, api, &known, token.as_deref());

    assert!(is_clean, "{report}");
    let requests = report.lines().find(|line| line.contains(" generated"));
    let name = format!("generated requests {api:?}").to_lowercase();
    note(&name, requests.expect("a summary").trim());
    assert!(
        demo.process.end().is_none(),
        "the server has ended:\n{}",
        demo.process.printed()
    );
}

/// Several things of each kind, so that a request which ends one leaves others.
async fn things(demo: &Demo) -> Value {
    let api = demo.distributor(0).await;
    let api = api.at(format!("{}/v2", api.base));
    let environment = demo.environment(0);
    let mut known = json!({
        "campaign_id": [environment["campaign_id"]],
        "product_id": [environment["product_id"]],
    });
    for _ in 0..3 {
        let (investor, wallet, document) = customer(&api).await;
        let own = format!("investors/{}", investor["id"].as_str().unwrap());
        let identifications = api
            .get(&format!("{own}/identifications/"))
            .await
            .expect(200);
        let body = json!({"url": "http://127.0.0.1:9/hook"});
        let endpoint = api.post("webhook-endpoints/", &body).await.expect(201);
        for (name, thing) in [
            ("investor_id", &investor),
            ("wallet_id", &wallet),
            ("document_id", &document),
            ("identification_id", &identifications["results"][0]),
            ("endpoint_id", &endpoint),
        ] {
            add(&mut known, name, thing);
        }
        for more in [
            json!({}),
            json!({"accepted_at": seconds_ago(20)}),
            json!({"accepted_at": seconds_ago(20), "paid_at": seconds_ago(10)}),
        ] {
            add(
                &mut known,
                "investment_id",
                &order(&api, environment, &investor, &wallet, more).await,
            );
        }
    }
    known
}

async fn order(
    api: &Session,
    environment: &Value,
    investor: &Value,
    wallet: &Value,
    more: Value,
) -> Value {
    let mut body = json!({
        "investor_id": investor["id"], "campaign_id": environment["campaign_id"], "units": 2,
        "signed_at": seconds_ago(30), "signed_documents": [], "wallet": wallet["id"],
    });
    body.as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    api.post("investments/", &body).await.expect(201)
}

fn add(known: &mut Value, name: &str, thing: &Value) {
    if known[name].is_null() {
        known[name] = json!([]);
    }
    known[name]
        .as_array_mut()
        .unwrap()
        .push(thing["id"].clone());
}

/// Runs the generator; whether it found nothing, and what it said.
fn generate(
    folder: &Path,
    demo: &Demo,
    api: Api,
    known: &Value,
    token: Option<&str>,
) -> (bool, String) {
    let name = demo.environment(0)["name"].as_str().unwrap();
    // Any other environment is a 404 and nothing else.
    fs::write(
        folder.join("schemathesis.toml"),
        format!("[parameters]\nenvironment = '{name}'\n"),
    )
    .unwrap();
    let hooks = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/contract");
    let examples = if is_full() { "200" } else { "15" };
    let mut command = Command::new(python().with_file_name("schemathesis"));
    command
        .current_dir(folder)
        .arg("run")
        .arg(format!("{}/openapi.json", demo.url()));
    command.args(["--include-path-regex", api.paths(), "--checks", CHECKS]);
    command.args(["--phases", api.phases()]);
    command.args([
        "--max-examples",
        examples,
        "--seed",
        SEED,
        "--generation-database",
        "none",
    ]);
    command.args([
        "--continue-on-failure",
        "--suppress-health-check",
        "all",
        "--warnings",
        "off",
        "--no-color",
    ]);
    if let Some(token) = token {
        command.args(["--header", &format!("Authorization: Bearer {token}")]);
    }
    command
        .env("PYTHONPATH", hooks)
        .env("PYTHONDONTWRITEBYTECODE", "1");
    command
        .env("SCHEMATHESIS_HOOKS", "hooks")
        .env("CASHLINK_KNOWN", known.to_string());
    let output = command.output().expect("schemathesis runs");
    let said = String::from_utf8_lossy(&output.stdout).into_owned()
        + &String::from_utf8_lossy(&output.stderr);
    (output.status.success(), said)
}
