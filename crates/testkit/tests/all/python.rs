//! The clients that partners use, as they come from the package registry, against a running network.

use std::path::{Path, PathBuf};
use std::process::Output;

use rstest::rstest;
use serde_json::json;
use testkit::client::id;
use testkit::{Backend, Setup, TestApp};
use tokio::process::Command;

/// The interpreter that sees the clients.
const PYTHON: &str = "CASHLINK_TEST_PYTHON";

/// Where the test suite keeps it; `cargo xtask test` names it.
pub fn python() -> PathBuf {
    match std::env::var_os(PYTHON) {
        Some(path) => path.into(),
        None => {
            panic!("{PYTHON} is not set: run `cargo xtask test`, which brings the Python clients")
        }
    }
}

/// Writes the credentials as the demo would.
pub fn credentials(app: &TestApp, folder: &Path) -> PathBuf {
    let path = folder.join("credentials.json");
    app.access.write(&path).unwrap();
    path
}

/// What a program said, if it ended well.
pub fn spoken(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (said, complained) = (text(&output.stdout), text(&output.stderr));
    assert!(
        output.status.success(),
        "{}\n{said}\n{complained}",
        output.status
    );
    said
}

async fn run(app: &TestApp, script: &str, more: &[(&str, String)]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python");
    let mut command = Command::new(python());
    command
        .arg(scripts.join(script))
        .env("CREDENTIALS", credentials(app, folder.path()));
    command.envs(more.iter().map(|(name, value)| (name, value)));
    // No proxy stands between the test and loopback.
    command
        .env("NO_PROXY", "127.0.0.1")
        .env("PYTHONDONTWRITEBYTECODE", "1");
    spoken(&command.kill_on_drop(true).output().await.unwrap())
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn oauth_clients_of_others_sell(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = Setup::new(backend).in_real_time().start().await;
    assert!(
        run(&app, "authlib_client.py", &[])
            .await
            .contains("content")
    );
    assert!(
        run(&app, "requests_oauthlib_client.py", &[])
            .await
            .contains("content")
    );
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn clients_sign_instead_of_sending_a_secret(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let platform = app.platform_ids(0).await.remove(0);
    let kind = storage::clients::ClientKind::Platform;
    let manager = app.client(kind, Some(&platform)).await;
    let more = [
        ("PLATFORM_CLIENT_ID", manager.client_id),
        ("PLATFORM_CLIENT_SECRET", manager.client_secret),
    ];
    let said = run(&app, "private_key_jwt.py", &more).await;
    assert!(said.contains("content"));
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn webhooks_are_believed_by_their_library(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = Setup::new(backend).in_real_time().start().await;
    assert!(
        run(&app, "webhook_receiver.py", &[])
            .await
            .contains("content")
    );
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_is_seen_by_web3(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let customer = partner.customer().await;
    let known = json!({"accepted_at": app.ago(30), "paid_at": app.ago(20)});
    let order = id(&partner.invest(&customer, 11, known).await);
    let delivered = partner.reaches(&order, "DELIVERED").await;
    let more = [
        ("HOLDER", customer.address.clone()),
        ("UNITS", "11".to_owned()),
        (
            "TRANSACTION",
            delivered["transaction_hash"].as_str().unwrap().to_owned(),
        ),
    ];
    assert!(
        run(&app, "chain_balance.py", &more)
            .await
            .contains("content")
    );
}
