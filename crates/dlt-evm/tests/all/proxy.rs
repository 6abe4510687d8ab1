//! A proxy in front of a node that does to requests what networks and providers do to them.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use alloy::providers::{Provider as _, RootProvider};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What happens to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The connection is cut before the node has it.
    CutBefore,
    /// The node has it, and the connection is cut before the answer.
    CutAfter,
    /// The answer comes when nobody waits any more.
    Late,
    /// A page about maintenance.
    Html,
    /// Half of an answer.
    Half,
    /// A balancer without a node behind it.
    Status502,
    /// Too many requests.
    Limited,
    /// A JSON-RPC error that says nothing.
    Internal,
    /// Another chain's number.
    OtherChain,
    /// What was long ago.
    Behind,
    /// A transaction is taken and forgotten.
    Forgotten,
    /// "already known", and it is.
    AlreadyKnown,
    /// "nonce too low", and the node does not have it.
    NonceTooLow,
    /// "replacement transaction underpriced", and the node does not have it.
    Underpriced,
    /// There are no receipts.
    NoReceipt,
    /// Receipts say the opposite.
    Liar,
    /// A network without a base fee: its blocks have none, and transactions of EIP-1559 are not taken.
    BeforeLondon,
}

/// Those after which the same request may succeed.
pub const PASSING: [Fault; 15] = [
    Fault::CutBefore,
    Fault::CutAfter,
    Fault::Late,
    Fault::Html,
    Fault::Half,
    Fault::Status502,
    Fault::Limited,
    Fault::Internal,
    Fault::OtherChain,
    Fault::Behind,
    Fault::Forgotten,
    Fault::AlreadyKnown,
    Fault::NonceTooLow,
    Fault::Underpriced,
    Fault::NoReceipt,
];

/// How long the adapter waits in these tests, and less than a late answer takes.
pub const TIMEOUT: Duration = Duration::from_millis(300);
const LATE: Duration = Duration::from_millis(450);
const HASH: &str = "0x1111111111111111111111111111111111111111111111111111111111111111";

pub struct Proxy {
    pub url: String,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

struct Shared {
    node: RootProvider,
    plan: Mutex<Plan>,
}

#[derive(Default)]
struct Plan {
    /// What happens to the next requests, one each.
    next: VecDeque<Option<Fault>>,
    /// What happens to all others.
    always: Option<Fault>,
    asked: usize,
}

impl Proxy {
    pub async fn before(node: RootProvider) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let shared = Arc::new(Shared {
            node,
            plan: Mutex::default(),
        });
        let serving = Arc::clone(&shared);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let shared = Arc::clone(&serving);
                tokio::spawn(async move { shared.serve(stream).await });
            }
        });
        Self { url, shared, task }
    }

    /// After so many requests that go well, one goes wrong.
    pub fn after(&self, requests: usize, fault: Fault) {
        let mut plan = self.shared.plan.lock().unwrap();
        plan.next = (0..requests).map(|_| None).collect();
        plan.next.push_back(Some(fault));
    }

    /// Every request goes wrong, until this says otherwise.
    pub fn always(&self, fault: Option<Fault>) {
        self.shared.plan.lock().unwrap().always = fault;
    }

    /// How many requests there were so far.
    pub fn asked(&self) -> usize {
        self.shared.plan.lock().unwrap().asked
    }

    /// How many requests there were, and what was planned and did not come to pass is forgotten.
    pub fn reset(&self) -> usize {
        let mut plan = self.shared.plan.lock().unwrap();
        plan.next.clear();
        std::mem::take(&mut plan.asked)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Shared {
    /// One request; the connection ends with it.
    async fn serve(&self, mut stream: TcpStream) {
        let Some(call) = read_call(&mut stream).await else {
            return;
        };
        let fault = {
            let mut plan = self.plan.lock().unwrap();
            plan.asked += 1;
            plan.next.pop_front().unwrap_or(plan.always)
        };
        if let Some((status, body)) = self.answer(&call, fault).await {
            let head = format!(
                "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                body.len()
            );
            let _ = stream.write_all(format!("{head}{body}").as_bytes()).await;
        }
        let _ = stream.shutdown().await;
    }

    async fn answer(&self, call: &Value, fault: Option<Fault>) -> Option<(&'static str, String)> {
        let method = call["method"].as_str().unwrap();
        let sends = method == "eth_sendRawTransaction";
        let refused = |message: &str| Some(("200 OK", error(call, -32000, message)));
        match fault {
            Some(Fault::CutBefore) => return None,
            Some(Fault::Html) => {
                let page = "<!doctype html><html><body>Wartung</body></html>";
                return Some(("200 OK", page.into()));
            }
            Some(Fault::Status502) => return Some(("502 Bad Gateway", "no node".into())),
            Some(Fault::Limited) => return Some(("429 Too Many Requests", "slower".into())),
            Some(Fault::Internal) => {
                return Some(("200 OK", error(call, -32603, "internal error")));
            }
            Some(Fault::OtherChain) if method == "eth_chainId" => {
                return Some(("200 OK", result(call, &json!("0x1"))));
            }
            Some(Fault::Behind) => match method {
                "eth_blockNumber" | "eth_getTransactionCount" => {
                    return Some(("200 OK", result(call, &json!("0x0"))));
                }
                "eth_getTransactionReceipt" | "eth_getBlockByNumber" => {
                    return Some(("200 OK", result(call, &Value::Null)));
                }
                "eth_call" | "eth_estimateGas" => return refused("header not found"),
                _ => {}
            },
            Some(Fault::NoReceipt) if method == "eth_getTransactionReceipt" => {
                return Some(("200 OK", result(call, &Value::Null)));
            }
            Some(Fault::Forgotten) if sends => {
                return Some(("200 OK", result(call, &json!(HASH))));
            }
            Some(Fault::BeforeLondon) if method == "eth_feeHistory" => {
                return Some(("200 OK", error(call, -32601, "the method does not exist")));
            }
            Some(Fault::BeforeLondon)
                if sends && call["params"][0].as_str().unwrap().starts_with("0x02") =>
            {
                return refused("transaction type not supported");
            }
            Some(Fault::NonceTooLow) if sends => return refused("nonce too low"),
            Some(Fault::Underpriced) if sends => {
                return refused("replacement transaction underpriced");
            }
            _ => {}
        }
        let mut answer = self.pass_on(call).await;
        match fault {
            Some(Fault::CutAfter) => return None,
            Some(Fault::AlreadyKnown) if sends => return refused("already known"),
            Some(Fault::Late) => tokio::time::sleep(LATE).await,
            Some(Fault::Half) => answer.truncate(answer.len() / 2),
            Some(Fault::Liar) if method == "eth_getTransactionReceipt" => {
                answer = answer.replace("\"status\":\"0x1\"", "\"status\":\"0x0\"");
            }
            Some(Fault::BeforeLondon) if method.starts_with("eth_getBlockBy") => {
                let mut whole: Value = serde_json::from_str(&answer).unwrap();
                if let Some(block) = whole["result"].as_object_mut() {
                    block.remove("baseFeePerGas");
                }
                answer = whole.to_string();
            }
            _ => {}
        }
        Some(("200 OK", answer))
    }

    async fn pass_on(&self, call: &Value) -> String {
        let method = call["method"].as_str().unwrap().to_owned();
        let params = RawValue::from_string(call["params"].to_string()).unwrap();
        let answered = self.node.raw_request_dyn(Cow::Owned(method), &params).await;
        match answered {
            Ok(answer) => result(call, &serde_json::from_str(answer.get()).unwrap()),
            Err(failed) => {
                let payload = failed.as_error_resp().expect("the node answers");
                let error = serde_json::to_value(payload).unwrap();
                json!({ "jsonrpc": "2.0", "id": call["id"], "error": error }).to_string()
            }
        }
    }
}

fn result(call: &Value, result: &Value) -> String {
    json!({ "jsonrpc": "2.0", "id": call["id"], "result": result }).to_string()
}

fn error(call: &Value, code: i64, message: &str) -> String {
    let error = json!({ "code": code, "message": message });
    json!({ "jsonrpc": "2.0", "id": call["id"], "error": error }).to_string()
}

/// The JSON in a request's body.
async fn read_call(stream: &mut TcpStream) -> Option<Value> {
    let mut received = Vec::new();
    let mut buffer = [0; 16 * 1024];
    loop {
        let read = stream.read(&mut buffer).await.ok()?;
        if read == 0 {
            return None;
        }
        received.extend_from_slice(&buffer[..read]);
        let Some(end) = received.windows(4).position(|four| four == b"\r\n\r\n") else {
            continue;
        };
        let head = String::from_utf8_lossy(&received[..end]).to_lowercase();
        let length: usize = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length:"))?
            .trim()
            .parse()
            .ok()?;
        if received.len() >= end + 4 + length {
            return serde_json::from_slice(&received[end + 4..]).ok();
        }
    }
}
