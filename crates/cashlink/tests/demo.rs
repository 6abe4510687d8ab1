//! The executable as its user meets it: the demo plays the main job, its data is verified, copied, restored, continued.

#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

/// The executable, away from the configuration of whoever runs the tests.
fn cashlink(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cashlink"));
    command
        .args(arguments)
        .env_remove("CASHLINK_CONFIG")
        .env_remove("RUST_LOG");
    command
}

fn run(command: &mut Command) -> Output {
    command.output().unwrap()
}

fn text(output: &Output) -> String {
    let parts = [&output.stdout, &output.stderr];
    parts
        .map(|part| String::from_utf8_lossy(part).into_owned())
        .join("\n")
}

/// The demo on kept data; answers its credentials file.
fn play(data: &Path, more: &[&str]) -> Value {
    let credentials = data.with_extension("credentials.json");
    let mut command = cashlink(&["demo", "--exit", "--listen", "127.0.0.1:0"]);
    command
        .arg("--data")
        .arg(data)
        .arg("--credentials")
        .arg(&credentials)
        .args(more);
    let output = run(&mut command);
    assert!(output.status.success(), "{}", text(&output));
    if !more.contains(&"--no-story") {
        assert!(
            text(&output).contains("The API, the register and the chain agree"),
            "{}",
            text(&output)
        );
    }
    serde_json::from_slice(&std::fs::read(credentials).unwrap()).unwrap()
}

/// A command on the demo's data, as an operator would run it.
fn on(data: &Path, arguments: &[&str]) -> Command {
    let mut command = cashlink(arguments);
    command
        .env("CASHLINK__PUBLIC_URL", "http://127.0.0.1:8080")
        .env(
            "CASHLINK__DATABASE__URL",
            format!("sqlite:{}", data.join("cashlink.sqlite").display()),
        )
        .env("CASHLINK__DOCUMENTS__DIRECTORY", data.join("documents"))
        .env("CASHLINK__MASTER_KEY__FILE", data.join("master.key"))
        .env("CASHLINK__BACKUPS__KEYS", data.with_file_name("keys"));
    command
}

fn secrets(credentials: &Value) -> Vec<Value> {
    let environments = credentials["environments"].as_array().unwrap();
    environments
        .iter()
        .map(|environment| environment["distributor"]["client_secret"].clone())
        .collect()
}

#[test]
fn the_main_job_is_played_verified_copied_and_continued() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");

    // The story runs and everything agrees.
    let first = play(&data, &[]);
    assert_eq!(first["environments"].as_array().unwrap().len(), 4);
    assert_eq!(first["environments"][0]["name"], "havelkontor-anleihe-2031");
    assert!(
        first["environments"][3]["token_address"]
            .as_str()
            .unwrap()
            .starts_with("0x")
    );

    // The register proves itself from the outside.
    let output = run(&mut on(&data, &["register", "verify", "--json"]));
    assert!(output.status.success(), "{}", text(&output));
    let findings: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(
        findings
            .as_array()
            .unwrap()
            .iter()
            .all(|finding| finding["difference"].is_null())
    );

    // A backup can be restored into an empty place.
    let backup = folder.path().join("backup");
    let output = run(on(&data, &["backup", "--to"]).arg(&backup));
    assert!(output.status.success(), "{}", text(&output));
    assert!(text(&output).contains("NOT in the backup"));
    let restored = folder.path().join("restored");
    std::fs::create_dir(&restored).unwrap();
    std::fs::copy(data.join("master.key"), restored.join("master.key")).unwrap();
    let output = run(on(&restored, &["restore", "--from"]).arg(&backup));
    assert!(output.status.success(), "{}", text(&output));
    // The sample broker's gateway is among it.
    let gateways = std::fs::read_dir(restored.join("gateways")).unwrap();
    assert_eq!(gateways.count(), 1);

    // Kept data is continued: the same clients, and the story can be played again.
    std::fs::copy(data.join("clients.json"), restored.join("clients.json")).unwrap();
    let second = play(&restored, &[]);
    assert_eq!(secrets(&second), secrets(&first));
    assert_eq!(
        second["environments"][0]["token_address"],
        first["environments"][0]["token_address"]
    );
}

#[test]
fn a_restore_needs_the_master_key_of_the_backup() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    play(&data, &["--no-story"]);
    let backup = folder.path().join("backup");
    let output = run(on(&data, &["backup", "--to"]).arg(&backup));
    assert!(output.status.success(), "{}", text(&output));

    let other = folder.path().join("other");
    std::fs::create_dir(&other).unwrap();
    std::fs::write(other.join("master.key"), "00".repeat(32)).unwrap();
    let output = run(on(&other, &["restore", "--from"]).arg(&backup));

    assert!(!output.status.success());
    assert!(
        text(&output).contains("needs the master key"),
        "{}",
        text(&output)
    );
    assert!(!other.join("cashlink.sqlite").exists());
}

#[test]
fn a_rotated_master_key_opens_everything_and_the_old_one_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    play(&data, &["--no-story"]);
    let (new, registrar) = (data.join("new.key"), data.join("registrar.key"));
    std::fs::write(&new, "5a".repeat(32)).unwrap();
    let mut rotate = on(
        &data,
        &["admin", "--operator", "eva", "rotate-master-key", "--to"],
    );
    let output = run(rotate.arg(&new).arg("--keep-registrar-key").arg(&registrar));
    assert!(output.status.success(), "{}", text(&output));

    // The old key opens nothing any more.
    let output = run(&mut on(&data, &["register", "verify"]));
    assert!(
        text(&output).contains("is sealed with master key"),
        "{}",
        text(&output)
    );

    // The new one alone would be another registrar on the chain.
    let verify = || {
        let mut command = on(&data, &["register", "verify"]);
        command.env("CASHLINK__MASTER_KEY__FILE", &new);
        command
    };
    let output = run(&mut verify());
    assert!(
        text(&output).contains("set dlt.registrar_key"),
        "{}",
        text(&output)
    );

    let output = run(verify().env("CASHLINK__DLT__REGISTRAR_KEY__FILE", &registrar));
    assert!(output.status.success(), "{}", text(&output));
}

#[test]
fn a_wrong_configuration_is_refused_by_its_key() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(on(folder.path(), &["config"]).env("CASHLINK__WEBHOKS__CONCURRENCY", "3"));

    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output).contains("webhoks"), "{}", text(&output));
}

#[test]
fn the_document_is_openapi_3_1() {
    let output = run(&mut cashlink(&["openapi"]));
    assert!(output.status.success());
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["openapi"], "3.1.0");
}

/// A development node as anybody starts it, with its own accounts, which ends with its handle.
struct Node {
    url: String,
    process: std::process::Child,
}

impl Node {
    fn anvil(more: &[&str]) -> Self {
        let mut anvil = Command::new(std::env::var("CASHLINK_TEST_ANVIL").unwrap_or_else(missing));
        anvil.arg("--silent").args(more);
        Self::start(anvil, "--port")
    }

    fn ganache() -> Self {
        let mut ganache = Command::new("node");
        ganache
            .arg(std::env::var("CASHLINK_TEST_GANACHE").unwrap_or_else(missing))
            .args(["--server.host", "127.0.0.1", "--chain.hardfork", "shanghai"])
            .args(["--wallet.deterministic", "--logging.quiet"]);
        Self::start(ganache, "--server.port")
    }

    fn start(mut command: Command, port_option: &str) -> Self {
        let socket = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = socket.local_addr().unwrap();
        drop(socket);
        let process = command
            .args([port_option, &address.port().to_string()])
            .stdin(std::process::Stdio::null())
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap();
        let node = Self {
            url: format!("http://{address}"),
            process,
        };
        for _ in 0..600 {
            if std::net::TcpStream::connect(address).is_ok() {
                return node;
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        panic!("the node does not listen");
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        // It fails only if the node has ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn missing(_: std::env::VarError) -> String {
    panic!(
        "CASHLINK_TEST_ANVIL or CASHLINK_TEST_GANACHE is not set: run `cargo xtask test`, which brings the nodes"
    )
}

/// The same story as on the chain in the process, verified from outside, and continued.
fn plays_on(node: &Node, chain_id: u64) {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let first = play(&data, &["--dlt", &node.url]);
    assert_eq!(first["dlt"]["rpc_url"], node.url);
    assert_eq!(first["dlt"]["chain_id"], chain_id);

    let mut verify = on(&data, &["register", "verify", "--json"]);
    verify
        .env("CASHLINK__DLT__MODE", "rpc")
        .env("CASHLINK__DLT__URL", &node.url)
        .env("CASHLINK__DLT__CHAIN_ID", chain_id.to_string())
        .env("CASHLINK__DLT__FINALITY", "latest")
        .env(
            "CASHLINK__DLT__REGISTRAR_KEY__FILE",
            data.join("registrar.key"),
        );
    let output = run(&mut verify);
    assert!(output.status.success(), "{}", text(&output));
    let findings: Value = serde_json::from_slice(&output.stdout).unwrap();
    let findings = findings.as_array().unwrap();
    assert!(!findings.is_empty());
    assert!(findings.iter().all(|found| found["difference"].is_null()));

    let second = play(&data, &["--dlt", &node.url]);
    assert_eq!(secrets(&second), secrets(&first));
}

#[test]
fn the_story_runs_unchanged_on_a_real_node() {
    plays_on(&Node::anvil(&[]), 31_337);
}

/// An EVM that shares no code with ours.
#[test]
fn the_story_runs_unchanged_on_an_independent_evm() {
    plays_on(&Node::ganache(), 1337);
}

#[test]
fn the_demo_says_what_is_wrong_with_a_node() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let refused = |more: &[&str]| {
        let mut command = cashlink(&["demo", "--exit", "--no-story", "--listen", "127.0.0.1:0"]);
        let output = run(command.arg("--data").arg(&data).args(more));
        assert!(!output.status.success(), "{}", text(&output));
        text(&output)
    };
    // Nobody is there.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let nobody = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    let said = refused(&["--dlt", &nobody]);
    assert!(said.contains("no node answers at"), "{said}");
    assert!(refused(&["--dlt", "anvil"]).contains("is not an absolute URL"));

    // Where something is worth something nothing is played.
    let public = Node::anvil(&["--chain-id", "137"]);
    let said = refused(&["--dlt", &public.url]);
    assert!(
        said.contains("serves chain 137, which is none for development"),
        "{said}"
    );

    // What was begun on one network goes on there and nowhere else.
    let node = Node::anvil(&[]);
    play(&data, &["--no-story", "--dlt", &node.url]);
    let said = refused(&[]);
    assert!(said.contains("name its node with --dlt"), "{said}");
    drop(node);
    let anew = Node::anvil(&["--timestamp", "1700000000"]);
    let said = refused(&["--dlt", &anew.url]);
    assert!(said.contains("the node was started anew"), "{said}");
}
