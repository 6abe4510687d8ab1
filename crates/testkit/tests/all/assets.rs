//! What a platform sells: it finds its four things, and the first call that it pastes works.

use std::process::Output;

use rstest::rstest;
use serde_json::{Value, json};
use testkit::{Backend, Setup, TestApp};
use tokio::process::Command;

use crate::python::{python, spoken};

/// The Rust snippet is part of this program, so that it compiles.
#[allow(dead_code, clippy::all, clippy::print_stdout)]
mod first_call {
    use sdk as cashlink_sdk;
    include!("../../../registry/src/first_call/first_call.rust");
}

async fn run(program: &std::path::Path, arguments: &[&str]) -> Output {
    Command::new(program)
        .args(arguments)
        .env("NO_PROXY", "127.0.0.1")
        .kill_on_drop(true)
        .output()
        .await
        .unwrap()
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_first_call_works_as_it_is_pasted(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a platform that makes a client for an asset of its own.
    let app = TestApp::start(backend).await;
    let own = app.platform(&app.platform_ids(0).await[0]).await;
    let body = json!({"name": "shop", "environment": app.environment(0).name});
    let client = own.post("clients/", &body).await.expect(201);
    let campaign = app.environment(0).campaign_id.clone();
    let snippet = |language: &str| client["first_call"][language].as_str().unwrap().to_owned();

    // When the snippets of that answer are pasted, each shows the campaign.
    let shell = run("sh".as_ref(), &["-c", &snippet("curl")]).await;
    let said = spoken(&shell);
    assert!(said.contains(&campaign), "{said}");
    let said = spoken(&run(&python(), &["-c", &snippet("python")]).await);
    assert!(said.contains(&campaign), "{said}");
    let module = ["--input-type=module", "--eval", &snippet("typescript")];
    let said = spoken(&run("node".as_ref(), &module).await);
    assert!(
        said.starts_with("200 ") && said.contains(&campaign),
        "{said}"
    );
    assert!(snippet("rust").contains(&campaign));

    // Everywhere else the secret's place is empty.
    let secret = client["client_secret"].as_str().unwrap();
    let asset = format!("assets/{}/", app.environment(0).product_id);
    let asset = own.get(&asset).await.expect(200);
    assert!(!asset.to_string().contains(secret));
    let curl = asset["first_call"]["curl"].as_str().unwrap();
    assert!(curl.contains("YOUR_CLIENT_SECRET") && curl.contains(&campaign));
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_platform_finds_its_four_things_in_one_place(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a broker under § 34f, who may sell the participation right and not the bond.
    let licence = json!({
        "type": "gewo_34f", "services": ["asset_investments"], "authority": "IHK Potsdam", "number": "D-1", "valid_from": "2024-01-01",
    });
    let setup = Setup::new(backend);
    let setup = setup.network(move |network| network["platforms"][0]["licence"] = licence);
    let app = setup.start().await;
    let platforms = app.platform_ids(0).await;
    let own = app.platform(&platforms[0]).await;
    let assets = own.get("assets/").await.expect(200);
    let found = |index: usize| {
        let id = &app.environment(index).product_id;
        let assets = assets["results"].as_array().unwrap();
        assets.iter().find(|asset| asset["id"] == **id).unwrap()
    };
    let (bond, right) = (found(0), found(1));
    assert_eq!(bond["environment_url"], app.environment(0).url);
    assert_eq!(bond["campaigns"][0]["id"], app.environment(0).campaign_id);
    let client_id = &app.environment(0).distributor.client_id;
    assert_eq!(bond["clients"][0]["client_id"], **client_id);
    assert_eq!(
        (&bond["refused_with"], &right["refused_with"], &bond["mode"]),
        (
            &json!("licence_does_not_cover"),
            &Value::Null,
            &json!("live")
        )
    );
    // The other platform has its own campaign there.
    let other = app.platform(&platforms[1]).await;
    let path = format!("assets/{}/", app.environment(0).product_id);
    let theirs = other.get(&path).await.expect(200);
    let campaign = &app.environment(0).other_distributors[0].campaign_id;
    assert_eq!(theirs["campaigns"][0]["id"], **campaign);
    // What is not listed for a platform is not there.
    let applicant = app.applicant("Mustermann & Söhne GmbH").await;
    applicant.get(&path).await.refused("not_found");
    assert_eq!(applicant.get("assets/").await.expect(200)["count"], 0);
}
