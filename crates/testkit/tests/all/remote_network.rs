//! A node elsewhere on its worst day: it drops, reorganises and lets somebody else use the account. Each order ends as on any other.

use std::process::Stdio;
use std::time::Duration;

use database::Sql;
use rstest::rstest;
use serde_json::{Value, json};
use testkit::app::eventually;
use testkit::client::id;
use testkit::setup::Setup;
use testkit::{Backend, TestApp};
use tokio::process::{Child, Command};

use crate::transfers::{Holder, ended};

const ANVIL: &str = "CASHLINK_TEST_ANVIL";
const KEY: &str = "4242424242424242424242424242424242424242424242424242424242424242";
/// The account of that key.
const REGISTRAR: &str = "0x17c5185167401eD00cF5F5b2fc97D9BBfDb7D025";
/// `balanceOf(address)`.
const BALANCE_OF: &str = "70a08231";

/// Submissions whose nonce is used and that no node has.
const GONE: Sql = Sql("select count(*) from chain_submission where gone_at is not null");

pub struct Node {
    pub url: String,
    _process: Child,
}

impl Node {
    /// It makes a block for each transaction, and a block is final with two on top of it.
    pub async fn start() -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let anvil = std::env::var(ANVIL).unwrap_or_else(|_| {
            panic!("{ANVIL} is not set: run `cargo xtask test`, which brings the node")
        });
        let port = {
            let socket = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
            socket.local_addr().unwrap().port().to_string()
        };
        let arguments = [
            "--port",
            &port,
            "--hardfork",
            "prague",
            "--gas-price",
            "0",
            "--block-base-fee-per-gas",
            "0",
            "--disable-min-priority-fee",
            "--enable-tx-gas-limit",
            "--accounts",
            "1",
            "--silent",
        ];
        let process = Command::new(anvil)
            .args(arguments)
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let node = Self {
            url: format!("http://127.0.0.1:{port}"),
            _process: process,
        };
        eventually("the node answers", async || {
            node.try_ask("eth_chainId", json!([])).await
        })
        .await;
        node
    }

    async fn try_ask(&self, method: &str, params: Value) -> Option<Value> {
        let body = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
        let asked = reqwest::Client::new().post(&self.url).json(&body).send();
        let answer: Value = asked.await.ok()?.json().await.ok()?;
        assert!(answer["error"].is_null(), "{method}: {answer}");
        Some(answer["result"].clone())
    }

    pub async fn ask(&self, method: &str, params: Value) -> Value {
        self.try_ask(method, params).await.unwrap()
    }

    async fn mine(&self, blocks: u32) {
        self.ask("anvil_mine", json!([blocks])).await;
    }

    /// The one transaction that waits to be in a block.
    async fn waiting(&self) -> String {
        eventually("a transaction waits", async || {
            let content = self.ask("txpool_content", json!([])).await;
            let accounts = content["pending"].as_object()?.clone();
            let (_, transactions) = accounts.into_iter().next()?;
            let (_, first) = transactions.as_object()?.iter().next()?;
            first["hash"].as_str().map(str::to_owned)
        })
        .await
    }

    /// As if the registrar's key had been at work outside of this house.
    async fn outside(&self) {
        let count = self.ask("eth_getTransactionCount", json!([REGISTRAR, "latest"]));
        let count = count.await;
        let digits = count.as_str().unwrap().trim_start_matches("0x");
        let next = u64::from_str_radix(digits, 16).unwrap() + 1;
        let params = json!([REGISTRAR, format!("{next:#x}")]);
        self.ask("anvil_setNonce", params).await;
    }

    async fn balance(&self, token: &str, wallet: &str) -> u64 {
        let padded = format!("{:0>64}", wallet.trim_start_matches("0x").to_lowercase());
        let call = json!([{"to": token, "data": format!("0x{BALANCE_OF}{padded}")}, "latest"]);
        let result = self.ask("eth_call", call).await;
        let digits = result.as_str().unwrap().trim_start_matches("0x");
        u64::from_str_radix(digits, 16).unwrap()
    }
}

/// Where the transaction of an order is said to be; it is said before anything counts.
async fn is_seen(app: &TestApp, order: &str, state: &str) -> Value {
    let registrar = app.registrar().await;
    let path = format!("dlt-transactions/?subject_id={order}");
    eventually(state, async || {
        let listed = registrar.get(&path).await.expect(200);
        let newest = listed["results"][0].clone();
        (newest["state"] == state).then_some(newest)
    })
    .await
}

/// The sample network with its tokens on the node, which it reaches at its own address or by way of another.
pub async fn network_on(node: &Node, url: &str, backend: Backend) -> TestApp {
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("registrar.key");
    std::fs::write(&key, KEY).unwrap();
    let dlt = json!({
        "mode": "rpc",
        "network": "ANVIL",
        "chain_id": 31_337,
        "url": url,
        "finality": 2,
        "registrar_key": {"file": key},
        "operators": ["Betreiber A GmbH", "Betreiber B GmbH"],
        "control": "Each operates a validator; both confirm a block.",
    });
    let dlt = serde_json::from_value(dlt).unwrap();
    let starting = Setup::new(backend).config(move |config| config.dlt = dlt);
    // Nothing is final unless blocks go on.
    let mut starting = std::pin::pin!(starting.start());
    loop {
        tokio::select! {
            app = &mut starting => return app,
            () = tokio::time::sleep(Duration::from_millis(200)) => node.mine(1).await,
        }
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_order_survives_a_node_on_its_worst_day(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a paid order whose transaction waits to be in a block.
    let node = Node::start().await;
    let mut app = network_on(&node, &node.url, backend).await;
    let partner = app.partner(0).await;
    let customer = partner.customer().await;
    node.ask("evm_setAutomine", json!([false])).await;
    let paid = json!({"accepted_at": app.ago(30), "paid_at": app.ago(20)});
    let order = id(&partner.invest(&customer, 2, paid).await);
    let first = node.waiting().await;
    let seen = is_seen(&app, &order, "PENDING").await;
    assert_eq!(seen["transaction_hash"], first);
    assert_eq!(seen["block"], Value::Null);
    let told = partner.investment(&order).await;
    assert_eq!(told["dlt_transaction"]["state"], "PENDING", "{told}");
    assert_eq!(told["dlt_transaction"]["transaction_hash"], first);

    // When the node drops it, the next process hands the same one in again.
    node.ask("anvil_dropTransaction", json!([first])).await;
    app.stop_workers().await;
    app.start_workers();
    assert_eq!(node.waiting().await, first);

    // When it is in a block, that is not the end yet: the chain is reorganised, and it is in none.
    node.mine(1).await;
    let seen = is_seen(&app, &order, "CONFIRMED").await;
    assert!(
        seen["block"].is_u64() && seen["gas_used"].is_null(),
        "{seen}"
    );
    app.stop_workers().await;
    let told = partner.investment(&order).await;
    assert_eq!(told["status"], "PAID");
    assert_eq!(told["transaction_hash"], Value::Null);
    assert_eq!(told["dlt_transaction"]["state"], "CONFIRMED");
    assert_eq!(told["dlt_transaction"]["block"], seen["block"]);
    let listed = partner.api.get("investments/").await.expect(200);
    let listed = listed["results"].as_array().unwrap();
    let listed = listed.iter().find(|one| one["id"] == json!(order)).unwrap();
    assert_eq!(listed["dlt_transaction"], told["dlt_transaction"]);
    node.ask("anvil_reorg", json!([1, []])).await;

    // When somebody else uses its nonce meanwhile, it can never be in one again, and another one is signed, but only once that is certain.
    node.outside().await;
    node.mine(3).await;
    app.start_workers();
    eventually("it is seen to be gone", async || {
        let count = app
            .app
            .registry
            .db
            .read(|tx| tx.query_one(GONE, &[])?.get(0));
        let count: Result<u64, database::DatabaseError> = count.await;
        (count.unwrap() == 1).then_some(())
    })
    .await;
    is_seen(&app, &order, "PENDING").await;
    let told = partner.investment(&order).await;
    assert_eq!(told["status"], "PAID");
    assert_eq!(told["dlt_transaction"]["state"], "PENDING");
    assert_eq!(told["dlt_transaction"]["block"], Value::Null);
    let content = node.ask("txpool_content", json!([])).await;
    assert_eq!(content["pending"], json!({}), "nothing is signed yet");
    app.advance_seconds(180);
    let second = node.waiting().await;
    assert_ne!(second, first);
    node.mine(3).await;
    let delivered = partner.reaches(&order, "DELIVERED").await;

    // Then it was delivered once, and register and network agree.
    assert_eq!(delivered["units"], 2);
    let seen = is_seen(&app, &order, "FINAL").await;
    assert_eq!(seen["transaction_hash"], delivered["transaction_hash"]);
    assert_eq!(
        (&seen["kind"], &seen["units"]),
        (&json!("delivery"), &json!(2))
    );
    assert!(seen["gas_used"].as_u64().unwrap() > 50_000, "{seen}");
    let told = &delivered["dlt_transaction"];
    assert_eq!(told["state"], "FINAL");
    assert_eq!(told["transaction_hash"], delivered["transaction_hash"]);
    assert_eq!(told["block"], seen["block"]);
    assert_eq!(seen["fee_wei"], "0");

    // And what it has cost can be asked for.
    let product = &app.environment(0).product_id;
    let costs = app.registrar().await;
    let costs = costs.get(&format!("products/{product}/dlt-costs/")).await;
    let costs = costs.expect(200);
    let acts = costs["acts"].as_array().unwrap();
    let delivery = acts.iter().find(|act| act["kind"] == "delivery").unwrap();
    assert_eq!(delivery["gas_used"], seen["gas_used"]);
    assert_eq!(delivery["gas_per_command"], seen["gas_used"]);
    assert_eq!(
        (&delivery["transactions"], &delivery["units"]),
        (&json!(1), &json!(2))
    );
    let token = &app.environment(0).token_address;
    assert_eq!(node.balance(token, &customer.address).await, 2);
    for finding in cashlink::register::verify(&app.app, None).await.unwrap() {
        assert_eq!(finding.difference, None, "{}", finding.isin);
    }
}

/// § 18(1), (4) eWpG: what the holder's wallet sends on the network is entered with its block, before what is instructed after it.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn reg_11_a_holders_own_transaction_is_entered_before_its_next_instruction(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given two holders, one of whom sends a unit to the other with its wallet.
    let node = Node::start().await;
    let app = network_on(&node, &node.url, backend).await;
    let partner = app.partner(0).await;
    let goes_on = goes_on(node.url.clone());
    let (giver, _) = Holder::of_units(&app, &partner, &[3]).await;
    let (receiver, _) = Holder::of_units(&app, &partner, &[1]).await;
    let (from, to) = (&giver.customer.address, &receiver.customer.address);
    let token = app.environment(0).token_address.clone();
    let padded = format!("{:0>64}", to.trim_start_matches("0x").to_lowercase());
    let sent = json!([{"from": from, "to": token, "gas": "0x30000", "gasPrice": "0x0", "data": format!("0xa9059cbb{padded}{:064x}", 1)}]);
    node.ask("anvil_impersonateAccount", json!([from])).await;
    let transaction = node.ask("eth_sendTransaction", sent).await;
    let transaction = transaction.as_str().unwrap();

    // When it instructs another transfer here.
    let body = giver.signed(&app, &partner.product_id, to, 1);
    let instructed = id(&partner.api.post("transfers/", &body).await.expect(201));
    let ended = ended(&partner, &instructed).await;
    assert_eq!(ended["status"], "succeeded", "{ended}");

    // Then both are transfers, the wallet's own with its transaction and the time of its block.
    let listed = partner.api.get("transfers/").await.expect(200);
    let own = listed["results"].as_array().unwrap();
    let own = own.iter().find(|one| one["id"] != json!(instructed));
    let own = own.expect("it is listed");
    assert_eq!(own["status"], "succeeded");
    assert_eq!(own["transaction_hash"], transaction);
    assert_eq!(
        (
            node.balance(&token, from).await,
            node.balance(&token, to).await
        ),
        (1, 3)
    );
    for finding in cashlink::register::verify(&app.app, None).await.unwrap() {
        assert_eq!(finding.difference, None, "{}", finding.isin);
    }
    goes_on.abort();
}

/// Blocks go on without anybody's doing.
pub fn goes_on(url: String) -> tokio::task::JoinHandle<()> {
    tokio::spawn(async move {
        let body = json!({"jsonrpc": "2.0", "id": 1, "method": "anvil_mine", "params": [1]});
        loop {
            tokio::time::sleep(Duration::from_millis(200)).await;
            let mined = reqwest::Client::new().post(&url).json(&body).send().await;
            if mined.is_err() {
                return;
            }
        }
    })
}
