//! The demo as a process, and what a partner does with its credentials file.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use testkit::{Session, people};

use crate::common::{Process, cashlink};

/// A demo that is up.
pub struct Demo {
    pub process: Process,
    /// What its credentials file says.
    pub access: Value,
    pub credentials: PathBuf,
}

impl Demo {
    /// Sets the network up on this folder and serves it, without the story.
    pub async fn start(folder: &Path) -> Self {
        Self::start_with(folder, &["--no-story"]).await
    }

    /// The same with other flags.
    pub async fn start_with(folder: &Path, flags: &[&str]) -> Self {
        let credentials = folder.join("credentials.json");
        // What an earlier demo left here says nothing about this one.
        let _ = fs::remove_file(&credentials);
        let mut command = cashlink(&["demo", "--listen", "127.0.0.1:0"]);
        command.args(flags).arg("--data").arg(folder.join("data"));
        command.arg("--credentials").arg(&credentials);
        let mut process = Process::start(&mut command, &folder.join("demo.log"));
        let text = process
            .wait_for("writes its credentials", |process| {
                let end = process.end();
                assert!(
                    end.is_none(),
                    "it ended with {end:?}:\n{}",
                    process.printed()
                );
                fs::read(&credentials).ok()
            })
            .await;
        Self {
            process,
            access: serde_json::from_slice(&text).unwrap(),
            credentials,
        }
    }

    /// Where the network is reached.
    pub fn url(&self) -> &str {
        self.access["network"]["url"].as_str().unwrap()
    }

    /// One asset's environment.
    pub fn environment(&self, index: usize) -> &Value {
        &self.access["environments"][index]
    }

    /// `{url}/distributor` of an environment, with a token of its first broker.
    pub async fn distributor(&self, index: usize) -> Session {
        let environment = self.environment(index);
        let base = format!("{}/distributor", environment["url"].as_str().unwrap());
        sign_in(&base, &environment["distributor"]).await
    }

    /// `{url}/issuer` of an environment, with a token of its issuer.
    pub async fn issuer(&self, index: usize) -> Session {
        let environment = self.environment(index);
        let base = format!("{}/issuer", environment["url"].as_str().unwrap());
        sign_in(&base, &environment["issuer"]).await
    }

    /// The network API, with a token of the registrar.
    pub async fn registrar(&self) -> Session {
        let base = format!("{}/api/network/v1", self.url());
        sign_in(&base, &self.access["network"]).await
    }
}

/// Takes a token with everything that is granted.
pub async fn sign_in(base: &str, credentials: &Value) -> Session {
    let anonymous = Session::anonymous(base);
    let text = |field: &str| credentials[field].as_str().unwrap();
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", text("client_id")),
        ("client_secret", text("client_secret")),
    ];
    let call = anonymous
        .call(reqwest::Method::POST, "oauth/token")
        .form(&form);
    let answer = call.send().await.expect(200);
    anonymous.with_token(answer["access_token"].as_str().unwrap())
}

/// An identified investor with a wallet; both, and the document that proves it.
pub async fn customer(api: &Session) -> (Value, Value, Value) {
    let investor = api
        .post("investors/", &people::natural_person())
        .await
        .expect(201);
    let own = format!("investors/{}", investor["id"].as_str().unwrap());
    let upload = api
        .upload("protocol.pdf", "application/pdf", &people::pdf(&own))
        .await;
    let document = upload.expect(201);
    let protocol = document["id"].as_str().unwrap();
    let identification = people::identification(protocol, &seconds_ago(3 * 86_400));
    api.post(&format!("{own}/identifications/"), &identification)
        .await
        .expect(201);
    let body = json!({"address": people::wallet_address(), "receiving_enabled": true});
    let wallet = api
        .post(&format!("{own}/wallets/eth-generic/"), &body)
        .await
        .expect(201);
    (investor, wallet, document)
}

/// So many seconds before now.
pub fn seconds_ago(seconds: i64) -> String {
    let now = registry::clock::real_now().micros();
    domain::Timestamp::from_micros(now - seconds * 1_000_000).to_string()
}
