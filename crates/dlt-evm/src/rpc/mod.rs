//! The embedded chain's JSON-RPC: the methods of `eth_`, `net_` and `web3_` that wallets, explorers and libraries use.

mod fault;
mod history;
mod params;
mod service;
mod state;

use futures_util::future::join_all;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::{ChainError, Embedded};
pub(crate) use fault::{Fault, NOT_PRODUCER};
use params::Params;

/// The largest request body that is read.
pub const MAXIMUM_REQUEST_BYTES: usize = 256 * 1024;
const MAXIMUM_CALLS: usize = 100;

/// Who asks.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Access {
    /// This process: it may do everything.
    Own,
    /// Anybody: transactions are limited in size and gas, so that the chain is no place to store things.
    Public,
}

#[derive(Deserialize)]
struct Call<'a> {
    #[serde(borrow, default)]
    id: Option<&'a RawValue>,
    method: String,
    #[serde(default)]
    params: Value,
}

#[derive(Serialize)]
struct Answer<'a> {
    jsonrpc: &'static str,
    id: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Fault>,
}

impl Embedded {
    /// Answers a JSON-RPC request, single or batch, of somebody outside. The answer is empty if there was nothing but
    /// notifications.
    pub async fn handle(&self, request: &[u8]) -> Vec<u8> {
        if request.len() > MAXIMUM_REQUEST_BYTES {
            return bytes(&refusal(Fault::invalid_request("the request is too large")));
        }
        if !request.trim_ascii_start().starts_with(b"[") {
            return match serde_json::from_slice::<Call<'_>>(request) {
                Ok(call) => self
                    .answer_call(call)
                    .await
                    .map(|answer| bytes(&answer))
                    .unwrap_or_default(),
                Err(error) => bytes(&refusal(Fault::unreadable(&error))),
            };
        }
        let calls = match serde_json::from_slice::<Vec<&RawValue>>(request) {
            Ok(calls) if calls.is_empty() => {
                return bytes(&refusal(Fault::invalid_request("an empty batch")));
            }
            Ok(calls) if calls.len() > MAXIMUM_CALLS => {
                return bytes(&refusal(Fault::invalid_request(
                    "too many calls in a batch",
                )));
            }
            Ok(calls) => calls,
            Err(error) => return bytes(&refusal(Fault::unreadable(&error))),
        };
        let answers =
            join_all(
                calls
                    .into_iter()
                    .map(async |call| match serde_json::from_str(call.get()) {
                        Ok(call) => self.answer_call(call).await,
                        Err(error) => Some(refusal(Fault::unreadable(&error))),
                    }),
            );
        let answers: Vec<_> = answers.await.into_iter().flatten().collect();
        if answers.is_empty() {
            Vec::new()
        } else {
            bytes(&answers)
        }
    }

    async fn answer_call<'a>(&self, call: Call<'a>) -> Option<Answer<'a>> {
        let outcome = self.answer(Access::Public, &call.method, call.params).await;
        call.id?;
        let (result, error) = match outcome {
            Ok(result) => (Some(result), None),
            Err(fault) => (None, Some(fault)),
        };
        Some(Answer {
            jsonrpc: "2.0",
            id: call.id,
            result,
            error,
        })
    }

    async fn answer(&self, access: Access, method: &str, params: Value) -> Result<Value, Fault> {
        let params = Params::new(params)?;
        match method {
            "eth_chainId" => Ok(quantity(self.chain_id())),
            "net_version" => Ok(Value::String(self.chain_id().to_string())),
            "net_listening" => Ok(Value::Bool(true)),
            "web3_clientVersion" => Ok(concat!("cashlink/", env!("CARGO_PKG_VERSION")).into()),
            "eth_syncing" => Ok(Value::Bool(false)),
            "eth_accounts" => Ok(json!([])),
            "eth_gasPrice" | "eth_maxPriorityFeePerGas" => Ok(quantity(0)),
            "eth_blockNumber" => self.block_number().await,
            "eth_feeHistory" => self.fee_history(&params).await,
            "eth_getBlockByNumber" => self.get_block_by_number(&params).await,
            "eth_getBlockByHash" => self.get_block_by_hash(&params).await,
            "eth_getBlockReceipts" => self.get_block_receipts(&params).await,
            "eth_getTransactionByHash" => self.get_transaction(&params).await,
            "eth_getTransactionReceipt" => self.get_receipt(&params).await,
            "eth_getLogs" => self.get_logs(&params).await,
            "eth_getTransactionCount" => self.get_transaction_count(&params).await,
            "eth_getBalance" => self.get_balance(&params).await,
            "eth_getCode" => self.get_code(&params).await,
            "eth_getStorageAt" => self.get_storage_at(&params).await,
            "eth_call" => self.eth_call(access, &params).await,
            "eth_estimateGas" => self.estimate_gas(&params).await,
            "eth_sendRawTransaction" => self.send_raw_transaction(access, &params).await,
            _ => Err(Fault::method_not_found(method)),
        }
    }
}

impl From<ChainError> for Fault {
    fn from(error: ChainError) -> Self {
        match error {
            ChainError::Rejected(reason) => Fault::server(reason),
            ChainError::NotProducer => Fault::not_producer(),
            ChainError::Database(error) => {
                tracing::warn!(%error, "the embedded chain's database failed");
                Fault::internal("the chain's database failed")
            }
            ChainError::Fault(error) => {
                tracing::error!(%error, "the embedded chain is damaged");
                Fault::internal("the chain is damaged")
            }
        }
    }
}

fn refusal(fault: Fault) -> Answer<'static> {
    Answer {
        jsonrpc: "2.0",
        id: None,
        result: None,
        error: Some(fault),
    }
}

fn bytes(answer: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(answer).expect("answers are made of serializable values")
}

fn quantity(number: u64) -> Value {
    Value::String(format!("{number:#x}"))
}

fn value(answer: impl Serialize) -> Result<Value, Fault> {
    serde_json::to_value(answer).map_err(|error| Fault::internal(&error.to_string()))
}
