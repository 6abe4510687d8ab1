//! The registrar is held to what the logs of its registers signed: growth is followed, another history is an alert that stays.

use database::testing::Backend;
use rstest::rstest;
use serde_json::{Value, json};
use testkit::client::id;
use tlog::merkle::{self, Digest};
use tlog::note::Algorithm;
use tlog::{Checkpoint, Note, Signer};

use crate::proxy::Proxy;
use crate::stage::{Stage, eventually};

/// A register's log in other hands than the registrar's.
struct Log<'a> {
    proxy: &'a Proxy,
    isin: &'a str,
    origin: &'a str,
    signer: Signer,
}

impl Log<'_> {
    /// Shows so many entries of one of two histories, with the proof that they continue the first `earlier` of that history.
    fn show(&self, history: &str, entries: u64, earlier: u64) {
        let leaves: Vec<Digest> = (0..entries)
            .map(|index| merkle::leaf_hash(format!("{history} {index}").as_bytes()))
            .collect();
        let checkpoint = Checkpoint {
            origin: self.origin.to_owned(),
            size: entries,
            root: merkle::root(&leaves),
            extensions: Vec::new(),
        };
        let path = format!("/api/network/v1/registers/{}/", self.isin);
        let body = json!({
            "isin": self.isin, "origin": self.origin, "public_key": self.signer.public().to_string(),
            "checkpoint_url": "", "checkpoint": checkpoint.signed(&self.signer).to_string(),
            "size": entries, "root_hash": hex(&checkpoint.root),
        });
        self.proxy.answer(&path, body);
        let ranges = merkle::consistency_path(earlier, entries).unwrap_or_default();
        let proof: Vec<String> = ranges
            .into_iter()
            .map(|range| {
                hex(&merkle::root(
                    &leaves[range.start as usize..range.end as usize],
                ))
            })
            .collect();
        let body = json!({
            "isin": self.isin, "earlier_size": earlier, "size": entries,
            "earlier_root_hash": "", "root_hash": "", "hashes": proof,
        });
        self.proxy
            .answer(&format!("{path}consistency-proof/"), body);
    }
}

fn hex(digest: &Digest) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The register of the first environment's asset, once it is as it is waited for.
async fn register(stage: &Stage, what: &str, is_so: impl Fn(&Value) -> bool) -> Value {
    eventually(what, async || {
        let all = stage.partner.get("registers/").await.expect(200);
        let of_first = all.as_array().unwrap().iter();
        let mut of_first = of_first.filter(|one| one["environment"] == stage.names[0].as_str());
        of_first.find(|one| is_so(one)).cloned()
    })
    .await
}

async fn deliver(stage: &Stage) {
    let partner = stage.app.partner(0).await;
    let customer = partner.customer().await;
    let paid = json!({"accepted_at": stage.ago(30), "paid_at": stage.ago(20)});
    let order = id(&partner.invest(&customer, 2, paid).await);
    partner.reaches(&order, "DELIVERED").await;
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn what_a_log_signed_is_kept_while_it_grows(#[case] backend: Backend) {
    let stage = Stage::start(backend).await;
    let first = register(&stage, "the issue is seen", |one| {
        one["checkpoint"]["size"] == 1
    })
    .await;
    deliver(&stage).await;
    let grown = register(&stage, "the delivery is seen", |one| {
        one["checkpoint"]["size"] == 2
    })
    .await;
    assert_eq!(grown["contradictions"], json!([]));

    // What is kept is what the registrar signed, and each of them is.
    let own = stage.app.register(0).await;
    let note: Note = grown["checkpoint"]["note"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    let root = Checkpoint::parse(&note).unwrap().root;
    assert_eq!(own["root_hash"], hex(&root));
    let isin = grown["isin"].as_str().unwrap();
    let kept = stage
        .partner
        .get(&format!("registers/{isin}/checkpoints/"))
        .await
        .expect(200);
    assert_eq!(kept["count"], 2);
    assert_eq!(
        kept["results"][0]["note"], first["checkpoint"]["note"],
        "{kept}"
    );
    let status = stage.partner.get("environments/").await.expect(200);
    let environment = &status["environments"][0];
    assert_eq!(
        (
            &environment["registers"],
            &environment["contradicted_registers"]
        ),
        (&json!(1), &json!(0))
    );
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn another_history_is_an_alert_until_somebody_has_looked(#[case] backend: Backend) {
    let stage = Stage::start(backend).await;
    let honest = register(&stage, "the log is followed", |one| {
        one["checkpoint"]["size"] == 1
    })
    .await;
    let isin = honest["isin"].as_str().unwrap();
    let key = honest["checkpoint"]["public_key"].as_str().unwrap();
    let origin = key.split('+').next().unwrap();
    let foreign = Signer::new(origin, Algorithm::Ed25519, &[7; 32]).unwrap();
    let log = Log {
        proxy: &stage.proxies[0],
        isin,
        origin,
        signer: foreign,
    };
    let contradictions = async |count: usize| {
        register(&stage, &format!("{count} contradictions"), |one| {
            one["contradictions"].as_array().unwrap().len() == count
        })
        .await
    };

    // Something that the log's key did not sign is not taken for the log.
    log.show("a", 4, 1);
    let seen = contradictions(1).await;
    assert_eq!(
        seen["checkpoint"]["note"], honest["checkpoint"]["note"],
        "what was kept stays"
    );
    let path = format!(
        "registers/{isin}/environments/{}/follow-anew/",
        stage.names[0]
    );
    stage.partner.post(&path, &json!({})).await.expect(202);
    let anew = register(&stage, "the other key is followed", |one| {
        one["checkpoint"]["size"] == 4
    })
    .await;
    assert_eq!(anew["contradictions"], json!([]));
    assert_ne!(anew["checkpoint"]["public_key"], key);

    // The same history, longer, is growth; another of as many entries, or a longer other one, is not.
    log.show("a", 9, 4);
    register(&stage, "it grows", |one| one["checkpoint"]["size"] == 9).await;
    log.show("b", 9, 4);
    let split = contradictions(1).await;
    let reason = split["contradictions"][0]["contradiction"]
        .as_str()
        .unwrap();
    assert!(
        reason.contains("two different histories of 9 entries"),
        "{reason}"
    );
    log.show("b", 12, 9);
    let split = contradictions(2).await;
    assert_eq!(split["contradictions"][1]["size"], 12);
    assert_eq!(split["checkpoint"]["size"], 9);
    let status = gateway::status(&stage.gateway).await.unwrap();
    assert_eq!(status.environments[0].state(), "split_view");
    assert_eq!(status.environments[1].state(), "synced");

    // Back at the first history the proof of the other stays.
    log.show("a", 9, 4);
    let kept = contradictions(2).await;
    let history = format!("registers/{isin}/checkpoints/");
    let history = stage.partner.get(&history).await.expect(200);
    // The honest one, the foreign one twice (refused, then followed), two of growth's last, two contradictions.
    assert_eq!(history["count"], 6, "{history}");
    assert_eq!(kept["checkpoint"]["size"], 9);
    stage
        .partner
        .post(
            &format!("registers/{isin}/environments/none/follow-anew/"),
            &json!({}),
        )
        .await
        .expect(404);
}
