//! The master key in AWS KMS, or where else it may be.

use std::process::Output;

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, put};
use serde_json::{Value, json};

use super::{Operator, Server, refused, said, text};

/// What `new-master-key` and `rotate-master-key` tell to be configured.
fn section(output: &Output) -> String {
    let said = said(output);
    let begin = said.find("[master_key").expect("a section");
    let end = said[begin..]
        .find("\nSet dlt")
        .map_or(said.len(), |end| begin + end);
    said[begin..end].to_owned()
}

#[test]
fn a_network_starts_with_a_key_that_only_the_kms_can_open() {
    // Given a key that the KMS made, whose file holds it wrapped.
    let server = Server::start();
    let operator = Operator::with_credentials(&server.says["network"]);
    let made = operator.new_key(&server, 0, "master.key.kms");
    operator.configure(&section(&made));
    let file = std::fs::read_to_string(operator.path("master.key.kms")).unwrap();
    assert!(file.trim().len() > 100, "wrapped: {file}");
    refused(
        &operator.new_key(&server, 0, "master.key.kms"),
        "exists already",
    );

    // When the network is made and opened again, the key opens it.
    said(&operator.configured(&["migrate"]));
    said(&operator.configured(&["register", "verify"]));
    said(&operator.configured(&["admin", "--operator", "erika", "list", "audit"]));

    // Then nobody else's credentials do, nor wrong ones, nor none, and it says why.
    let strangers = [
        (
            &server.says["stranger"],
            "is not authorized to perform: kms:Decrypt",
        ),
        (
            &json!({"id": server.says["network"]["id"], "secret": "x".repeat(40)}),
            "SignatureDoesNotMatch",
        ),
    ];
    for (user, reason) in strangers {
        let stranger = Operator {
            environment: Operator::with_credentials(user).environment,
            folder: tempfile::tempdir().unwrap(),
        };
        for name in ["cashlink.toml", "master.key.kms"] {
            std::fs::copy(operator.path(name), stranger.path(name)).unwrap();
        }
        let output = stranger.configured(&["migrate"]);
        let output = if output.status.success() {
            stranger.configured(&["config"])
        } else {
            output
        };
        refused(&output, reason);
    }
    let nobody = Operator {
        environment: Vec::new(),
        ..operator
    };
    refused(&nobody.configured(&["config"]), "set AWS_ACCESS_KEY_ID");
}

#[test]
fn another_key_and_a_silent_server_are_refused_clearly() {
    let server = Server::start();
    let operator = Operator::with_credentials(&server.says["network"]);
    let made = section(&operator.new_key(&server, 0, "master.key.kms"));
    operator.configure(&made);
    said(&operator.configured(&["config"]));

    // Another key of the same account did not wrap it.
    operator.configure(&made.replace(server.key(0), server.key(1)));
    refused(&operator.configured(&["config"]), "refused Decrypt");
    // What somebody changed is not opened.
    let file = operator.path("master.key.kms");
    let wrapped = std::fs::read_to_string(&file).unwrap();
    let changed: String = wrapped.chars().rev().collect();
    std::fs::write(&file, changed).unwrap();
    operator.configure(&made);
    refused(&operator.configured(&["config"]), "master_key.kms");
    std::fs::write(&file, wrapped).unwrap();
    // Without its file there is nothing to open.
    operator.configure(&made.replace("master.key.kms", "elsewhere.kms"));
    refused(&operator.configured(&["config"]), "elsewhere.kms");
    // Nobody listens any more.
    operator.configure(&made);
    drop(server);
    let begin = std::time::Instant::now();
    refused(&operator.configured(&["config"]), "does not answer");
    assert!(begin.elapsed().as_secs() < 15);
}

#[test]
fn a_key_moves_into_the_kms_within_it_and_out_again() {
    // Given a network whose key is a file.
    let server = Server::start();
    let operator = Operator::with_credentials(&server.says["network"]);
    let plain = operator.run(&["new-master-key", "--to", "master.key"]);
    let mut current = section(&plain);
    operator.configure(&current);
    said(&operator.configured(&["migrate"]));
    said(&operator.configured(&["register", "verify"]));
    let registrar = "[dlt]\nregistrar_key = { file = 'registrar.key' }\n";
    let wrapped_by = |key: usize| {
        let key = server.key(key).to_owned();
        let url = server.url().to_owned();
        [
            "--kms-key-id",
            &key,
            "--kms-region",
            "eu-central-1",
            "--kms-endpoint",
            &url,
        ]
        .map(str::to_owned)
    };

    // When it moves into the KMS, to another key there, and back into a file.
    for (step, key) in [Some(0), Some(1), None].into_iter().enumerate() {
        let file = format!("step-{step}");
        let options: Vec<String> = key.map(|key| wrapped_by(key).to_vec()).unwrap_or_default();
        let options: Vec<&str> = options.iter().map(String::as_str).collect();
        said(&operator.run(&[&["new-master-key", "--to", &file], options.as_slice()].concat()));
        let rotate = [
            "admin",
            "--operator",
            "erika",
            "rotate-master-key",
            "--to",
            &file,
        ];
        let keep = ["--keep-registrar-key", "registrar.key"];
        let keep = if step == 0 { &keep[..] } else { &[] };
        let rotated = operator.configured(&[&rotate, options.as_slice(), keep].concat());
        // Then the key before opens nothing any more, and the new one everything.
        let next = section(&rotated);
        operator.configure(&format!("{current}\n{registrar}"));
        refused(
            &operator.configured(&["register", "verify"]),
            "is sealed with master key",
        );
        operator.configure(&format!("{next}\n{registrar}"));
        said(&operator.configured(&["register", "verify"]));
        current = next;
    }
}

#[test]
fn a_key_is_read_from_the_variable_that_is_named() {
    let key = "5".repeat(64);
    let operator = Operator::new(vec![("NETWORK_KEY", key.clone())]);
    operator.configure("[master_key]\nenv = 'NETWORK_KEY'\n");
    let shown = said(&operator.configured(&["config"]));
    assert!(
        shown.contains("NETWORK_KEY") && !shown.contains(&key),
        "{shown}"
    );
    // Without it, or with half of it, nothing starts, and what stands there is not repeated.
    let without = Operator {
        environment: Vec::new(),
        ..operator
    };
    refused(
        &without.configured(&["config"]),
        "master_key.env: the variable NETWORK_KEY is not set",
    );
    let half = Operator {
        environment: vec![("NETWORK_KEY", key[..32].to_owned())],
        ..without
    };
    let output = half.configured(&["config"]);
    refused(&output, "master_key");
    assert!(!text(&output).contains(&key[..32]));
}

/// Stands in for the services next door that give a container or a machine its credentials.
async fn role(credentials: Value) -> String {
    let (of_container, of_machine) = (credentials.to_string(), credentials.to_string());
    let has = |headers: &HeaderMap, name: &str, value: &str| {
        if headers.get(name).is_some_and(|given| given == value) {
            Ok(())
        } else {
            Err(StatusCode::FORBIDDEN)
        }
    };
    let roles = "/latest/meta-data/iam/security-credentials/";
    let router = Router::new()
        .route(
            "/container",
            get(async move |headers: HeaderMap| {
                has(&headers, "authorization", "of-the-container").map(|()| of_container)
            }),
        )
        .route("/latest/api/token", put(async || "of-the-machine"))
        .route(
            roles,
            get(async move |headers: HeaderMap| {
                has(&headers, "x-aws-ec2-metadata-token", "of-the-machine").map(|()| "registrar")
            }),
        )
        .route(
            &format!("{roles}registrar"),
            get(async move |headers: HeaderMap| {
                has(&headers, "x-aws-ec2-metadata-token", "of-the-machine").map(|()| of_machine)
            }),
        );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_of_the_container_or_the_machine_is_enough() {
    let server = Server::start();
    let user = &server.says["network"];
    let credentials = json!({"AccessKeyId": user["id"], "SecretAccessKey": user["secret"]});
    let url = role(credentials).await;
    for environment in [
        vec![
            (
                "AWS_CONTAINER_CREDENTIALS_FULL_URI",
                format!("{url}/container"),
            ),
            (
                "AWS_CONTAINER_AUTHORIZATION_TOKEN",
                "of-the-container".to_owned(),
            ),
        ],
        vec![
            ("AWS_EC2_METADATA_SERVICE_ENDPOINT", url.clone()),
            ("AWS_EC2_METADATA_DISABLED", "false".to_owned()),
        ],
    ] {
        let operator = Operator::new(environment);
        said(&operator.new_key(&server, 0, "master.key.kms"));
    }
    let outsider = Operator::new(vec![(
        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
        format!("{url}/container"),
    )]);
    let output = outsider.new_key(&server, 0, "master.key.kms");
    refused(&output, "there are no credentials");
}
