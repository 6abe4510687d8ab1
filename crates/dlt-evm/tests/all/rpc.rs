//! What wallets and libraries see at the JSON-RPC.

use crate::common::{Player, chain_on, evm, investor, ours, registrar, signers};
use alloy::primitives::{Bytes, TxKind};
use alloy::sol_types::SolCall as _;
use cashlink_dlt_evm::contracts::SecurityToken as token;
use cashlink_dlt_evm::{Embedded, EvmLedger, GAS_LIMIT, MAXIMUM_REQUEST_BYTES, Office};
use database::testing::Backend;
use dlt::{Command, Ledger as _};
use serde_json::{Value, json};

/// A chain with one asset and one delivery of two, in its last block.
struct Scene {
    chain: Embedded,
    ledger: EvmLedger,
    asset: domain::Address,
    delivered: String,
}

async fn scene() -> Scene {
    let (_, chain) = chain_on(Backend::Sqlite).await;
    let ledger = EvmLedger::embedded(&chain, signers()).await.unwrap();
    let isin = dlt::conformance::isin(1);
    let asset = ledger.asset_address(&isin);
    let (name, symbol) = ("Art".to_owned(), "ART".to_owned());
    let commands = [
        Command::CreateAsset {
            isin,
            name,
            symbol,
            issue_volume: 1_000,
            terms_hash: [1; 32],
        },
        Command::DeliverBatch {
            asset,
            sequence: 0,
            items: vec![(ours(investor(1)), 10), (ours(investor(2)), 20)],
        },
    ];
    let mut delivered = String::new();
    for command in commands {
        let submission = ledger.prepare(&command).await.unwrap();
        ledger.submit(&submission).await.unwrap();
        delivered = submission.id.to_string();
    }
    Scene {
        chain,
        ledger,
        asset,
        delivered,
    }
}

impl Scene {
    async fn ask(&self, method: &str, params: Value) -> Value {
        let request = json!({"jsonrpc": "2.0", "id": 7, "method": method, "params": params});
        let answer = self.chain.handle(request.to_string().as_bytes()).await;
        let answer: Value = serde_json::from_slice(&answer).unwrap();
        assert_eq!(answer["jsonrpc"], "2.0");
        assert_eq!(answer["id"], 7);
        answer
    }

    async fn result(&self, method: &str, params: Value) -> Value {
        let answer = self.ask(method, params).await;
        assert!(answer.get("error").is_none(), "{method}: {answer}");
        answer["result"].clone()
    }

    async fn error(&self, method: &str, params: Value) -> Value {
        let answer = self.ask(method, params).await;
        assert!(answer.get("result").is_none(), "{method}: {answer}");
        answer["error"].clone()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_chain_introduces_itself() {
    let scene = scene().await;
    for (method, expected) in [
        ("eth_chainId", json!("0x67932")),
        ("net_version", json!("424242")),
        (
            "web3_clientVersion",
            json!(concat!("cashlink/", env!("CARGO_PKG_VERSION"))),
        ),
        ("eth_blockNumber", json!("0x3")),
        ("eth_gasPrice", json!("0x0")),
        ("eth_maxPriorityFeePerGas", json!("0x0")),
        ("eth_syncing", json!(false)),
        ("eth_accounts", json!([])),
    ] {
        assert_eq!(scene.result(method, json!([])).await, expected, "{method}");
    }
    let history = scene
        .result("eth_feeHistory", json!(["0x2", "latest", [10.0]]))
        .await;
    assert_eq!(history["oldestBlock"], "0x2");
    assert_eq!(history["baseFeePerGas"], json!(["0x0", "0x0", "0x0"]));
    assert_eq!(history["reward"], json!([["0x0"], ["0x0"]]));
}

#[tokio::test(flavor = "multi_thread")]
async fn blocks_have_every_field_that_libraries_read() {
    let scene = scene().await;
    let block = scene
        .result("eth_getBlockByNumber", json!(["latest", false]))
        .await;
    for (field, bytes) in [
        ("hash", 32),
        ("parentHash", 32),
        ("sha3Uncles", 32),
        ("miner", 20),
        ("stateRoot", 32),
        ("transactionsRoot", 32),
        ("receiptsRoot", 32),
        ("logsBloom", 256),
        ("mixHash", 32),
        ("nonce", 8),
        ("extraData", 0),
        ("withdrawalsRoot", 32),
        ("parentBeaconBlockRoot", 32),
        ("requestsHash", 32),
    ] {
        let text = block[field]
            .as_str()
            .unwrap_or_else(|| panic!("{field} in {block}"));
        assert_eq!(text.len(), 2 + 2 * bytes, "{field}: {text}");
    }
    for field in [
        "number",
        "gasLimit",
        "gasUsed",
        "timestamp",
        "baseFeePerGas",
        "size",
        "difficulty",
        "totalDifficulty",
    ] {
        assert!(
            block[field]
                .as_str()
                .is_some_and(|text| text.starts_with("0x")),
            "{field} in {block}"
        );
    }
    assert_eq!(block["transactions"], json!([scene.delivered]));
    assert_eq!(block["uncles"], json!([]));

    let by_hash = scene
        .result("eth_getBlockByHash", json!([block["hash"], false]))
        .await;
    assert_eq!(by_hash, block);
    for tag in ["safe", "finalized", "pending", "0x3"] {
        assert_eq!(
            scene
                .result("eth_getBlockByNumber", json!([tag, false]))
                .await,
            block,
            "{tag}"
        );
    }
    let earliest = scene
        .result("eth_getBlockByNumber", json!(["earliest", true]))
        .await;
    assert_eq!(earliest["number"], "0x0");
    assert_eq!(earliest["transactions"], json!([]));
    assert_eq!(
        scene
            .result("eth_getBlockByNumber", json!(["0x99", true]))
            .await,
        Value::Null
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_is_seen_as_receipt_and_logs() {
    let scene = scene().await;
    let asset = scene.asset.to_string().to_lowercase();
    let receipt = scene
        .result("eth_getTransactionReceipt", json!([scene.delivered]))
        .await;
    assert_eq!(receipt["status"], "0x1");
    assert_eq!(receipt["to"], asset);
    assert_eq!(
        receipt["from"],
        scene
            .ledger
            .account(Office::Registry)
            .to_string()
            .to_lowercase()
    );
    assert_eq!(receipt["type"], "0x2");
    assert_eq!(receipt["effectiveGasPrice"], "0x0");
    assert_eq!(
        receipt["logs"].as_array().unwrap().len(),
        3,
        "two transfers and the batch"
    );
    let receipts = scene
        .result("eth_getBlockReceipts", json!(["latest"]))
        .await;
    assert_eq!(receipts, json!([receipt]));

    let transaction = scene
        .result("eth_getTransactionByHash", json!([scene.delivered]))
        .await;
    assert_eq!(transaction["blockHash"], receipt["blockHash"]);
    assert_eq!(transaction["transactionIndex"], "0x0");
    let full = scene
        .result("eth_getBlockByNumber", json!(["latest", true]))
        .await;
    assert_eq!(full["transactions"], json!([transaction]));

    let transfer = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef";
    let to = format!("0x{:0>64}", hex::encode(investor(2)));
    let filter = json!({"fromBlock": "earliest", "toBlock": "latest", "address": asset, "topics": [transfer, null, to]});
    let logs = scene.result("eth_getLogs", json!([filter])).await;
    assert_eq!(logs, json!([receipt["logs"][1]]));
    assert_eq!(logs[0]["data"], format!("0x{:064x}", 20));
    let at = json!({"blockHash": receipt["blockHash"]});
    assert_eq!(
        scene.result("eth_getLogs", json!([at])).await,
        receipt["logs"]
    );
    let all = scene
        .result(
            "eth_getLogs",
            json!([{"fromBlock": "0x0", "topics": [[transfer]]}]),
        )
        .await;
    assert_eq!(
        all.as_array().unwrap().len(),
        3,
        "the issue and two deliveries"
    );
    assert_eq!(
        scene.result("eth_getTransactionReceipt", json!([to])).await,
        Value::Null
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn state_and_calls_are_those_of_the_last_block() {
    let scene = scene().await;
    let asset = scene.asset.to_string();
    let call = token::balanceOfCall {
        account: investor(2),
    }
    .abi_encode();
    let call = json!({"to": asset, "data": Bytes::from(call)});
    for at in ["latest", "safe", "finalized", "pending", "0x3"] {
        let balance = scene.result("eth_call", json!([call, at])).await;
        assert_eq!(balance, format!("0x{:064x}", 20));
    }
    let old = scene.error("eth_call", json!([call, "0x2"])).await;
    assert_eq!(old["message"], "only the latest state is kept");
    assert_eq!(
        scene
            .result("eth_getBalance", json!([asset, "latest"]))
            .await,
        "0x0"
    );
    let registrar = scene.ledger.account(Office::Registry).to_string();
    assert_eq!(
        scene
            .result("eth_getTransactionCount", json!([registrar, "pending"]))
            .await,
        "0x3"
    );
    let code = scene.result("eth_getCode", json!([asset, "latest"])).await;
    assert_eq!(code.as_str().unwrap().len(), 2 + 2 * 45);
    assert_eq!(scene.result("eth_getCode", json!([registrar])).await, "0x");
    let head = scene
        .result("eth_getStorageAt", json!([asset, "0x0", "latest"]))
        .await;
    assert_eq!(
        head,
        format!(
            "0x{:08x}{:016x}{}",
            1,
            970,
            hex::encode(scene.ledger.account(Office::Registry).bytes())
        )
    );

    let refused = token::pauseCall {}.abi_encode();
    let call = json!({"from": evm(scene.asset), "to": asset, "data": Bytes::from(refused)});
    let call_from_nobody = json!({"to": call["to"], "data": call["data"]});
    let error = scene
        .error("eth_call", json!([call_from_nobody, "latest"]))
        .await;
    assert_eq!(
        (&error["code"], &error["message"]),
        (&json!(3), &json!("execution reverted"))
    );
    assert!(error["data"].as_str().unwrap().starts_with("0x"));
    let error = scene
        .error("eth_estimateGas", json!([call_from_nobody]))
        .await;
    assert_eq!(error["code"], 3);
    let plain = json!({"to": registrar});
    assert_eq!(
        scene.result("eth_estimateGas", json!([plain])).await,
        "0x5208"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_transfer_but_store_nothing() {
    let scene = scene().await;
    let mut stranger = Player::on(&scene.chain, registrar());
    stranger.tip = 1;
    let big = stranger
        .sign(TxKind::Call(investor(1)), vec![1; 5_000].into(), 900_000)
        .await;
    let hungry = stranger
        .sign(TxKind::Call(investor(1)), Bytes::new(), GAS_LIMIT)
        .await;
    let creation = stranger.sign(TxKind::Create, vec![0].into(), 900_000).await;
    for (raw, reason) in [
        (big, "oversized data"),
        (hungry, "exceeds the gas limit of 1000000"),
        (creation, "only the registrar creates contracts"),
        (vec![2, 3, 4], "the transaction cannot be decoded"),
    ] {
        let error = scene
            .error("eth_sendRawTransaction", json!([Bytes::from(raw)]))
            .await;
        assert_eq!(
            (&error["code"], &error["message"]),
            (&json!(-32000), &json!(reason))
        );
    }
    let raw = Bytes::from(
        stranger
            .sign(TxKind::Call(investor(1)), Bytes::new(), 30_000)
            .await,
    );
    let hash = scene.result("eth_sendRawTransaction", json!([raw])).await;
    let again = scene.result("eth_sendRawTransaction", json!([raw])).await;
    assert_eq!(again, hash, "a repeat is harmless");
    let receipt = scene
        .result("eth_getTransactionReceipt", json!([hash]))
        .await;
    assert_eq!(
        receipt["effectiveGasPrice"], "0x0",
        "nothing was taken of the tip"
    );
    assert_eq!(scene.result("eth_blockNumber", json!([])).await, "0x4");
}

#[tokio::test(flavor = "multi_thread")]
async fn nonsense_is_answered_in_kind() {
    let scene = scene().await;
    let answer = async |request: &[u8]| -> Value {
        let answer = scene.chain.handle(request).await;
        serde_json::from_slice(&answer).unwrap_or(Value::Null)
    };
    assert_eq!(answer(b"{").await["error"]["code"], -32700);
    assert_eq!(answer(b"\xff\xfe").await["error"]["code"], -32700);
    assert_eq!(answer(b"{}").await["error"]["code"], -32600);
    assert_eq!(answer(b"[]").await["error"]["code"], -32600);
    assert_eq!(answer(b"[1]").await[0]["error"]["code"], -32600);
    let large = vec![b' '; MAXIMUM_REQUEST_BYTES + 1];
    assert_eq!(answer(&large).await["error"]["code"], -32600);
    let many = json!(vec![json!({"id": 1, "method": "eth_chainId"}); 101]).to_string();
    assert_eq!(answer(many.as_bytes()).await["error"]["code"], -32600);
    assert_eq!(scene.error("eth_sign", json!([])).await["code"], -32601);
    assert_eq!(
        scene.error("eth_getBalance", json!([])).await["code"],
        -32602
    );
    assert_eq!(
        scene.error("eth_getBalance", json!(["0x12"])).await["code"],
        -32602
    );
    assert_eq!(
        scene.error("eth_getBalance", json!({"a": 1})).await["code"],
        -32602
    );
    let range = json!([{"fromBlock": "0x5", "toBlock": "0x1"}]);
    assert_ne!(scene.ask("eth_getLogs", range).await, Value::Null);

    let batch =
        br#"[{"id":1,"method":"eth_chainId"},{"method":"eth_chainId"},{"id":"x","method":"nope"}]"#;
    let answers = answer(batch).await;
    assert_eq!(
        answers.as_array().unwrap().len(),
        2,
        "a notification has no answer"
    );
    assert_eq!(
        (&answers[0]["id"], &answers[1]["id"]),
        (&json!(1), &json!("x"))
    );
    assert_eq!(
        scene.chain.handle(br#"{"method":"eth_chainId"}"#).await,
        b""
    );
}
