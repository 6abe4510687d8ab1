//! A development node with nothing to wait for: every transaction has a block of its own at once, and costs nothing.

use std::fmt::Write as _;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::client::Connection;

/// How long a start may take before it counts as failed.
const PATIENCE: Duration = Duration::from_secs(30);
const LOOK: Duration = Duration::from_millis(50);

/// The node; it ends with its handle.
pub struct Node {
    process: Child,
    address: SocketAddr,
}

impl Node {
    /// Starts anvil and waits until it answers.
    pub async fn start(anvil: &Path) -> Result<Self> {
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let free = [
            "--gas-price",
            "0",
            "--block-base-fee-per-gas",
            "0",
            "--disable-min-priority-fee",
        ];
        let process = Command::new(anvil)
            .args(free)
            .args(["--hardfork", "prague", "--accounts", "1", "--silent"])
            // Neither the states nor the transactions of old blocks are asked for.
            .arg("--prune-history")
            .args(["--port", &address.port().to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .with_context(|| format!("cannot start {}", anvil.display()))?;
        let node = Self { process, address };
        let begin = Instant::now();
        while !node.answers().await {
            if begin.elapsed() > PATIENCE {
                bail!("the node did not answer within {} s", PATIENCE.as_secs());
            }
            tokio::time::sleep(LOOK).await;
        }
        Ok(node)
    }

    /// The section of the configuration that leads to it, with one key for both offices.
    pub fn section(&self, key: &Path) -> Result<String> {
        let (one, other) = (uuid::Uuid::new_v4(), uuid::Uuid::new_v4());
        std::fs::write(key, format!("{}{}", one.simple(), other.simple()))?;
        let mut text = String::new();
        writeln!(
            text,
            "[dlt]\nmode = \"rpc\"\nnetwork = \"ANVIL\"\nchain_id = 31337\nurl = \"http://{}\"\nfinality = \"latest\"\n\
             registrar_key = {{ file = {key:?} }}",
            self.address
        )?;
        Ok(text)
    }

    async fn answers(&self) -> bool {
        let question = br#"{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":[]}"#;
        let asked = async {
            let mut connection = Connection::open(self.address).await?;
            let headers = "content-type: application/json\r\n";
            connection.send("POST /", headers, question).await?.json()
        };
        asked.await.is_ok()
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
