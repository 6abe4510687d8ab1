//! Flags, files, signals: what the README says about `cashlink demo`.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::Value;

use crate::common::{Process, cashlink};
use crate::demo::{Demo, sign_in};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_plays_the_story_says_what_happened_and_leaves() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = cashlink(&["demo", "--exit", "--listen", "127.0.0.1:0"]);
    command.current_dir(folder.path());

    let mut process = Process::start(&mut command, &folder.path().join("demo.log"));
    let end = process.ended().await;

    let printed = process.printed();
    assert!(end.success(), "{printed}");
    for word in [
        "What happened",
        "Who holds what",
        "Transaction",
        "DELIVERED",
    ] {
        assert!(printed.contains(word), "{word} is missing:\n{printed}");
    }
    assert!(
        printed.contains("The API, the register and the chain agree"),
        "{printed}"
    );
    // Nothing stays behind but what this test wrote itself.
    let left: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(left, ["demo.log"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn its_credentials_are_secret_and_open_every_door() {
    let folder = tempfile::tempdir().unwrap();
    let demo = Demo::start(folder.path()).await;

    let mode = fs::metadata(&demo.credentials)
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(keys(&demo.access), ["dlt", "environments", "network"]);
    assert_eq!(
        keys(&demo.access["network"]),
        ["client_id", "client_secret", "url"]
    );
    assert_eq!(keys(&demo.access["dlt"]), ["chain_id", "rpc_url"]);
    let environments = demo.access["environments"].as_array().unwrap();
    assert!(environments.len() >= 4);
    demo.registrar().await.get("health/").await.expect(200);
    for (index, environment) in environments.iter().enumerate() {
        let published = [
            "campaign_id",
            "distributor",
            "issuer",
            "name",
            "product_id",
            "token_address",
            "url",
        ];
        assert!(
            published.iter().all(|name| !environment[*name].is_null()),
            "{environment}"
        );
        let name = environment["name"].as_str().unwrap();
        assert_eq!(
            environment["url"],
            format!("{}/environments/{name}/api/external", demo.url())
        );

        let campaign = format!(
            "v2/campaigns/{}/",
            environment["campaign_id"].as_str().unwrap()
        );
        demo.distributor(index)
            .await
            .get(&campaign)
            .await
            .expect(200);
        let product = format!(
            "v2/products/{}/",
            environment["product_id"].as_str().unwrap()
        );
        demo.issuer(index).await.get(&product).await.expect(200);
        // The base itself has a token endpoint too, for either of them.
        let base = environment["url"].as_str().unwrap();
        sign_in(base, &environment["distributor"]).await;
        sign_in(base, &environment["issuer"]).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_continues_on_kept_data_and_stops_when_it_is_told() {
    let folder = tempfile::tempdir().unwrap();

    // Given a network whose story was played
    let mut demo = Demo::start_with(folder.path(), &[]).await;
    demo.process
        .wait_for("plays the story", |process| {
            process.printed().contains("stays up").then_some(())
        })
        .await;
    let before = registers(&demo).await;
    let sold = before
        .iter()
        .filter(|register| register["sequence"].as_u64() > Some(1));
    assert_eq!(sold.count(), 2, "{before:?}");

    // When it is told to stop, it ends well
    demo.process.terminate();
    let end = demo.process.ended().await;
    assert!(end.success(), "{end}:\n{}", demo.process.printed());

    // Then another one on the same data has the same balances and the same clients.
    let again = Demo::start(folder.path()).await;
    assert_eq!(registers(&again).await, before);
    assert_eq!(
        again.access["network"]["client_secret"],
        demo.access["network"]["client_secret"]
    );
    for (index, environment) in demo.access["environments"]
        .as_array()
        .unwrap()
        .iter()
        .enumerate()
    {
        assert_eq!(again.environment(index)["issuer"], environment["issuer"]);
        assert_eq!(
            again.environment(index)["token_address"],
            environment["token_address"]
        );
    }
}

/// The register of every asset.
/// What the registers say. Addresses are told without their base: a process that starts again has another port.
async fn registers(demo: &Demo) -> Vec<Value> {
    let registrar = demo.registrar().await;
    let mut registers = Vec::new();
    for environment in demo.access["environments"].as_array().unwrap() {
        let product = environment["product_id"].as_str().unwrap();
        let path = format!("products/{product}/register/");
        let mut register = registrar.get(&path).await.expect(200);
        let url = &mut register["content"]["terms"]["url"];
        let (_, path) = url.as_str().unwrap().split_once("/api/").unwrap();
        *url = path.into();
        registers.push(register);
    }
    registers
}

fn keys(object: &Value) -> Vec<&str> {
    let mut keys: Vec<&str> = object
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    keys.sort_unstable();
    keys
}
