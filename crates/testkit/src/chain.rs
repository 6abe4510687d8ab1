//! The chain as anybody sees it: over JSON-RPC, without our own code.

use serde_json::{Value, json};

use crate::TestApp;

/// `balanceOf(address)`.
const BALANCE_OF: &str = "70a08231";

/// The result of a method.
///
/// # Panics
/// If the chain refuses.
pub async fn rpc(app: &TestApp, method: &str, params: Value) -> Value {
    let body = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
    let call = app
        .stranger()
        .call(reqwest::Method::POST, "dlt/rpc")
        .json(&body);
    let answer = call.send_unchecked().await;
    assert!(answer.body["error"].is_null(), "{answer}");
    answer.body["result"].clone()
}

/// How many units an address holds of an environment's token.
///
/// # Panics
/// If the chain gives no number.
pub async fn balance(app: &TestApp, index: usize, address: &str) -> u64 {
    asked(app, index, BALANCE_OF, address).await
}

/// How many of its units an address cannot move on the chain.
///
/// # Panics
/// If the chain gives no number.
pub async fn frozen(app: &TestApp, index: usize, address: &str) -> u64 {
    let hash = alloy::primitives::keccak256("getFrozenTokens(address)");
    asked(app, index, &alloy::hex::encode(&hash[..4]), address).await
}

async fn asked(app: &TestApp, index: usize, function: &str, address: &str) -> u64 {
    let token = &app.environment(index).token_address;
    let padded = format!("{:0>64}", address.trim_start_matches("0x").to_lowercase());
    let call = json!([{"to": token, "data": format!("0x{function}{padded}")}, "latest"]);
    let result = rpc(app, "eth_call", call).await;
    let digits = result.as_str().expect("bytes").trim_start_matches("0x");
    u64::from_str_radix(digits, 16).expect("a number")
}
