//! A node that does not answer what is at the address of a wallet: nobody waits for it long, and no units go there until it has.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use database::Sql;
use rstest::rstest;
use serde_json::{Value, json};
use testkit::app::eventually;
use testkit::client::id;
use testkit::holder::HolderKey;
use testkit::{Backend, Partner, TestApp, people};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

use crate::remote_network::{Node, goes_on, network_on};
use crate::transfers::Holder;

/// Less than one question to a node may take (`dlt.timeout_ms`).
const PATIENCE: Duration = Duration::from_secs(15);
const OPEN: Sql = Sql("select count(*) from wallet_questions");

/// What stands between the network and its node, and lets no question through while it hangs.
struct Relay {
    url: String,
    hangs: Arc<AtomicBool>,
}

impl Relay {
    async fn before(node: &Node) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let hangs = Arc::new(AtomicBool::new(false));
        let (node, shared) = (node.url.clone(), Arc::clone(&hangs));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(pass_on(stream, node.clone(), Arc::clone(&shared)));
            }
        });
        Self { url, hangs }
    }

    fn hang(&self) {
        self.hangs.store(true, Ordering::Relaxed);
    }

    fn go_on(&self) {
        self.hangs.store(false, Ordering::Relaxed);
    }
}

async fn pass_on(asking: TcpStream, node: String, hangs: Arc<AtomicBool>) {
    let node = node.trim_start_matches("http://");
    let Ok(node) = TcpStream::connect(node).await else {
        return;
    };
    let ((mut questions, mut to_asking), (mut answers, mut to_node)) =
        (asking.into_split(), node.into_split());
    let back = tokio::spawn(async move { tokio::io::copy(&mut answers, &mut to_asking).await });
    let mut bytes = vec![0; 65_536];
    while let Ok(read @ 1..) = questions.read(&mut bytes).await {
        while hangs.load(Ordering::Relaxed) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        if to_node.write_all(&bytes[..read]).await.is_err() {
            break;
        }
    }
    back.abort();
}

async fn wallets(partner: &Partner, investor: &str) -> Vec<Value> {
    let path = format!("investors/{investor}/wallets/");
    let listed = partner.api.get(&path).await.expect(200);
    listed["results"].as_array().unwrap().clone()
}

async fn open(app: &TestApp) -> u64 {
    let db = &app.app.registry.db;
    let counted: Result<u64, database::DatabaseError> =
        db.read(|tx| tx.query_one(OPEN, &[])?.get(0)).await;
    counted.unwrap()
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_a_node_does_not_answer_in_time_is_asked_again_and_units_wait(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a network that demands no proof, a contract that nobody has, and a node that takes questions and answers none.
    let node = Node::start().await;
    let relay = Relay::before(&node).await;
    let app = network_on(&node, &relay.url, backend).await;
    let partner = app.partner(0).await;
    let before = Holder::new(&app, &partner).await;
    let investor = partner.investor().await;
    partner.identify(&investor).await;
    let contract = people::wallet_address();
    node.ask("anvil_setCode", json!([contract, "0x60006000fd"]))
        .await;
    relay.hang();

    // When wallets are registered, alone or with their investor, or are to have another address, nobody waits for the node.
    let address = people::wallet_address();
    let wallet = timeout(PATIENCE, partner.wallet(&investor, &address));
    let wallet = wallet
        .await
        .expect("the request does not wait for the node");
    assert_eq!(wallet["awaits_proof"], true);
    let mut several = people::natural_person();
    several["wallets"] = json!([{"address": contract}, {"address": people::wallet_address()}, {"address": people::wallet_address()}]);
    let created = timeout(PATIENCE, partner.api.post("investors/", &several));
    let created = created.await.expect("it waits once for all of them");
    let several = id(&created.expect(201));
    let next = HolderKey::random().address();
    let path = format!(
        "investors/{}/wallets/{}/address-change/",
        before.customer.investor, before.customer.wallet
    );
    let body = json!({"address": next});
    let asked = timeout(PATIENCE, partner.api.post(&path, &body)).await;
    let asked = asked.expect("nor does a change").expect(200);
    assert_eq!(asked["address_change"]["awaits_proof"], true);

    // Then nothing is delivered to what may be a contract.
    let paid = json!({"accepted_at": app.ago(30), "paid_at": app.ago(20), "wallet": wallet["id"]});
    let customer = testkit::Customer {
        investor: investor.clone(),
        wallet: id(&wallet),
        address: wallet["address"].as_str().unwrap().to_owned(),
    };
    let order = id(&partner.invest(&customer, 2, paid).await);
    assert_eq!(
        partner.investment(&order).await["blocked_by"],
        "wallet_unproven"
    );
    assert_eq!(open(&app).await, 5);

    // When the node answers again, what is nobody's code receives as any other, and a contract goes on waiting for its own word.
    relay.go_on();
    let blocks = goes_on(node.url.clone());
    eventually("each is answered", async || {
        (open(&app).await == 0).then_some(())
    })
    .await;
    partner.reaches(&order, "DELIVERED").await;
    let awaits = |wallet: &Value| wallet["awaits_proof"].as_bool().unwrap();
    assert!(!awaits(&wallets(&partner, &investor).await[0]));
    let several = wallets(&partner, &several).await;
    let waiting: Vec<&Value> = several.iter().filter(|one| awaits(one)).collect();
    assert_eq!((several.len(), waiting.len()), (3, 1));
    let shown = waiting[0]["address"].as_str().unwrap();
    assert!(shown.eq_ignore_ascii_case(&contract), "{shown}");
    let changed = wallets(&partner, &before.customer.investor).await;
    assert_eq!(changed[0]["address"], next);
    assert_eq!(changed[0]["address_change"], Value::Null);
    blocks.abort();
}
