//! Real nodes on free ports, which end with their handles.

use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use crate::common::{Kind, NOW, evm, signers};
use alloy::primitives::Address;
use alloy::providers::{Provider as _, RootProvider};
use alloy::rpc::client::RpcClient;
use alloy::rpc::types::TransactionRequest;
use alloy::sol_types::SolCall as _;
use cashlink_dlt_evm::contracts::SecurityTokenFactory;
use cashlink_dlt_evm::{Connection, Finality, GasPrice};
use domain::Timestamp;
use serde_json::Value;
use tokio::process::{Child, Command};

const ANVIL: &str = "CASHLINK_TEST_ANVIL";
const GANACHE: &str = "CASHLINK_TEST_GANACHE";
const CHAIN_ID: u64 = 31_337;
/// The registrar's key with a thousand ether.
const FUNDED: &str =
    "0x4242424242424242424242424242424242424242424242424242424242424242,0x3635c9adc5dea00000";

pub struct Node {
    pub url: String,
    pub kind: Kind,
    _process: Child,
}

impl Node {
    pub fn provider(&self) -> RootProvider {
        RootProvider::new(RpcClient::new_http(self.url.parse().unwrap()))
    }

    /// How the adapter is told of it.
    pub fn connection(&self) -> Connection {
        connection(&self.url, self.kind)
    }
}

pub fn connection(url: &str, kind: Kind) -> Connection {
    let (finality, gas_price) = match kind {
        Kind::Ganache => (
            Finality::Depth(2),
            GasPrice::Market {
                at_most: 100_000_000_000,
            },
        ),
        Kind::Embedded | Kind::Anvil => (Finality::Finalized, GasPrice::Free),
    };
    Connection {
        name: format!("{kind:?}").to_lowercase(),
        url: url.parse().unwrap(),
        chain_id: CHAIN_ID,
        signers: signers(),
        finality,
        gas_price,
        compare_with: Vec::new(),
        patience: Connection::PATIENCE,
        timeout: Connection::TIMEOUT,
        accepted_code: Vec::new(),
        clock: Arc::new(|| Timestamp::from_seconds(NOW)),
    }
}

/// Anvil finds no blocks by itself, and what is to be final needs some on top.
pub async fn while_mining<T>(node: &Node, waiting: impl Future<Output = T>) -> T {
    let provider = node.provider();
    let mut waiting = std::pin::pin!(waiting);
    loop {
        tokio::select! {
            done = &mut waiting => return done,
            () = tokio::time::sleep(Duration::from_millis(25)) => {
                let mined = provider.raw_request::<_, Value>("anvil_mine".into(), ["0x1"]);
                mined.await.unwrap();
            }
        }
    }
}

/// The contract behind the tokens of a factory.
pub async fn implementation(provider: &RootProvider, factory: domain::Address) -> Address {
    let call = SecurityTokenFactory::implementationCall {};
    let request = TransactionRequest::default()
        .to(evm(factory))
        .input(call.abi_encode().into());
    let output = provider.call(request).await.unwrap();
    SecurityTokenFactory::implementationCall::abi_decode_returns(&output).unwrap()
}

/// Puts other code where a contract was.
pub async fn set_code(provider: &RootProvider, at: Address, code: &str) {
    let set = provider.raw_request::<_, Value>("anvil_setCode".into(), (at, code));
    set.await.unwrap();
}

/// revm behind a node's JSON-RPC, with the tags of a public network.
pub async fn start_anvil() -> Node {
    let anvil = program(ANVIL);
    let arguments = [
        "--hardfork",
        "prague",
        "--gas-price",
        "0",
        "--block-base-fee-per-gas",
        "0",
        "--disable-min-priority-fee",
        "--slots-in-an-epoch",
        "1",
        "--enable-tx-gas-limit",
        "--accounts",
        "1",
        "--silent",
    ];
    let mut command = Command::new(anvil);
    command.args(arguments);
    start(command, "--port", Kind::Anvil).await
}

/// EthereumJS with Shanghai's rules.
pub async fn start_ganache() -> Node {
    let mut command = Command::new("node");
    let chain = CHAIN_ID.to_string();
    command.arg(program(GANACHE)).args([
        "--server.host",
        "127.0.0.1",
        "--chain.chainId",
        &chain,
        "--chain.hardfork",
        "shanghai",
        "--wallet.accounts",
        FUNDED,
        "--logging.quiet",
    ]);
    start(command, "--server.port", Kind::Ganache).await
}

fn program(variable: &str) -> String {
    std::env::var(variable).unwrap_or_else(|_| {
        panic!("{variable} is not set: run `cargo xtask test`, which brings the node")
    })
}

async fn start(mut command: Command, port_option: &str, kind: Kind) -> Node {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let port = {
        let socket = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        socket.local_addr().unwrap().port()
    };
    let process = command
        .args([port_option, &port.to_string()])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .expect("the node starts");
    let node = Node {
        url: format!("http://127.0.0.1:{port}"),
        kind,
        _process: process,
    };
    let provider = node.provider();
    for _ in 0..600 {
        if provider.get_chain_id().await.is_ok() {
            return node;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the node does not answer");
}
