//! The partner's application: one URL, one credential, a few connections that are kept open.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use uuid::Uuid;
use wire::gateways::GatewayStatus;

use crate::client::{Answer, Connection};
use crate::environments::marker;

/// Access to the gateway.
#[derive(Clone)]
pub struct Application {
    address: SocketAddr,
    headers: String,
}

/// One of its connections.
pub struct Session {
    connection: Connection,
    headers: String,
}

impl Application {
    pub async fn sign_in(address: SocketAddr, id: &str, secret: &str) -> Result<Application> {
        let form = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
        let headers = "content-type: application/x-www-form-urlencoded\r\n";
        let mut connection = Connection::open(address).await?;
        let answer = connection
            .send("POST /oauth/token", headers, form.as_bytes())
            .await?
            .json()?;
        let token = answer["access_token"].as_str().context("no token")?;
        Ok(Application {
            address,
            headers: format!("authorization: Bearer {token}\r\ncontent-type: application/json\r\n"),
        })
    }

    pub async fn open(&self) -> Result<Session> {
        Ok(Session {
            connection: Connection::open(self.address).await?,
            headers: self.headers.clone(),
        })
    }
}

impl Session {
    /// The answer to a call that makes something.
    pub async fn post(&mut self, path: &str, body: &Value) -> Result<Value> {
        let answer = self.write("POST", path, body).await?;
        answer.json().with_context(|| format!("POST {path}"))
    }

    /// Changes where an investor lives, which names the update; how long the answer took.
    pub async fn update(&mut self, investor: Uuid, update: u64) -> Result<Duration> {
        let body = json!({"natural_person": {"street": marker(update)}});
        let begin = Instant::now();
        let answer = self
            .write("PATCH", &format!("investors/{investor}/"), &body)
            .await?;
        let took = begin.elapsed();
        answer.json().context("an update")?;
        Ok(took)
    }

    pub async fn status(&mut self) -> Result<GatewayStatus> {
        let line = "GET /distributor/v2/environments/";
        let answer = self.connection.send(line, &self.headers, b"").await?;
        Ok(serde_json::from_value(answer.json()?)?)
    }

    /// Waits until nothing waits for any environment, and requires that none has refused anything.
    pub async fn settled(&mut self, patience: Duration) -> Result<()> {
        let begin = Instant::now();
        loop {
            let status = self.status().await?;
            let sum = |of: fn(&wire::gateways::GatewayEnvironment) -> u64| -> u64 {
                status.environments.iter().map(of).sum()
            };
            let refused = sum(|one| one.refused);
            ensure!(refused == 0, "{refused} things were refused");
            let pending = sum(|one| one.pending);
            if pending == 0 && status.waiting_orders == 0 {
                return Ok(());
            }
            ensure!(begin.elapsed() < patience, "{pending} copies still wait");
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    async fn write(&mut self, method: &str, path: &str, body: &Value) -> Result<Answer> {
        let key = Uuid::new_v4();
        let headers = format!("{}x-idempotency-key: {key}\r\n", self.headers);
        let line = format!("{method} /distributor/v2/{path}");
        self.connection
            .send(&line, &headers, body.to_string().as_bytes())
            .await
    }
}
