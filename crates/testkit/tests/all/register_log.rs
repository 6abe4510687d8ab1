//! What anybody can hold the registrar to without a token: checkpoints, and proofs that they fit together.

use database::Tx;
use domain::ProductId;
use domain::register::Digest;
use registry::Error;
use rstest::rstest;
use sdk::register_log::{FollowError, Kept};
use sdk::{Client, Environment};
use serde_json::{Value, json};
use storage::register_entries::{self, EntryRecord};
use storage::{register, register_subtrees};
use testkit::client::{Session, id};
use testkit::{Backend, TestApp};
use tlog::follow::{Look, Split};
use tlog::merkle::{self, Frontier};
use tlog::{Checkpoint, Key, Note};

/// Reads one register's log as an auditor does, who has no account.
struct Auditor {
    api: Session,
    isin: String,
    key: Key,
}

impl Auditor {
    async fn of(app: &TestApp, index: usize) -> Self {
        let isin = app.register(index).await["isin"]
            .as_str()
            .unwrap()
            .to_owned();
        let api = app.stranger().at(format!("{}/api/network/v1", app.url));
        let log = api.get(&format!("registers/{isin}/")).await.expect(200);
        let key: Key = log["public_key"].as_str().unwrap().parse().unwrap();
        assert_eq!(log["origin"], key.name());
        Self { api, isin, key }
    }

    async fn checkpoint(&self) -> Checkpoint {
        let path = format!("registers/{}/checkpoint", self.isin);
        let note: Note = self.api.get(&path).await.text().parse().unwrap();
        Checkpoint::open(&note, &self.key).unwrap()
    }

    async fn proof(&self, path: &str) -> Value {
        let path = format!("registers/{}/{path}", self.isin);
        self.api.get(&path).await.expect(200)
    }

    /// Checks one entry against a checkpoint.
    async fn includes(&self, sequence: u64, checkpoint: &Checkpoint) -> bool {
        let path = format!("inclusion-proofs/{sequence}/?size={}", checkpoint.size);
        let proof = self.proof(&path).await;
        let (leaf, hashes) = (digest(&proof["leaf_hash"]), digests(&proof["hashes"]));
        merkle::verify_inclusion(
            &leaf,
            sequence - 1,
            checkpoint.size,
            &hashes,
            &checkpoint.root,
        )
    }

    /// Checks that one checkpoint's log is the beginning of the other's.
    async fn extends(&self, earlier: &Checkpoint, later: &Checkpoint) -> bool {
        let sizes = (earlier.size, later.size);
        let path = format!(
            "consistency-proof/?earlier_size={}&size={}",
            sizes.0, sizes.1
        );
        let proof = self.proof(&path).await;
        let hashes = digests(&proof["hashes"]);
        merkle::verify_consistency(sizes.0, sizes.1, &earlier.root, &later.root, &hashes)
    }
}

fn digest(text: &Value) -> Digest {
    let mut digest = [0; 32];
    hex::decode_to_slice(text.as_str().unwrap(), &mut digest).unwrap();
    digest
}

fn digests(list: &Value) -> Vec<Digest> {
    list.as_array().unwrap().iter().map(digest).collect()
}

async fn deliver(app: &TestApp) {
    let partner = app.partner(0).await;
    let customer = partner.customer().await;
    let paid = json!({"accepted_at": app.ago(30), "paid_at": app.ago(20)});
    let order = id(&partner.invest(&customer, 2, paid).await);
    partner.reaches(&order, "DELIVERED").await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn everybody_can_check_that_the_register_only_grows(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a checkpoint that an auditor kept.
    let app = TestApp::start(backend).await;
    deliver(&app).await;
    let auditor = Auditor::of(&app, 0).await;
    let earlier = auditor.checkpoint().await;
    assert_eq!(earlier.size, 2, "the issue and one delivery");

    // When the register grows,
    deliver(&app).await;

    // Then the later checkpoint extends the earlier one, and both hold every entry that they are said to hold.
    let later = auditor.checkpoint().await;
    assert_eq!(later.size, 3);
    let register = app.register(0).await;
    assert_eq!(digest(&register["root_hash"]), later.root);
    assert!(auditor.extends(&earlier, &later).await);
    for sequence in 1..=3 {
        assert!(auditor.includes(sequence, &later).await);
    }
    assert!(auditor.includes(2, &earlier).await);

    // And another log's checkpoint is not taken for it.
    let other = Auditor::of(&app, 1).await.checkpoint().await;
    assert_ne!(other.origin, later.origin);
    assert!(!auditor.includes(1, &Checkpoint { size: 3, ..other }).await);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_partner_follows_the_log_and_sees_it_rewritten(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let access = app.environment(0);
    let client = Client::new(Environment {
        url: access.url.clone(),
        client_id: access.distributor.client_id.clone(),
        client_secret: access.distributor.client_secret.clone(),
    });
    let logs = client.unwrap().register_logs().unwrap();
    let auditor = Auditor::of(&app, 0).await;
    let isin = auditor.isin.as_str();

    // Given a first look, at nothing but the issue.
    let first = logs.follow(isin, None).await.unwrap();
    assert_eq!((first.look, first.kept.checkpoint.size), (None, 1));
    assert_eq!(first.kept.key, auditor.key);
    let same = logs.follow(isin, Some(&first.kept)).await.unwrap();
    assert_eq!((same.look, &same.kept), (Some(Look::Same), &first.kept));

    // When it grows, it is seen to grow.
    deliver(&app).await;
    let grown = logs.follow(isin, Some(&first.kept)).await.unwrap();
    assert_eq!(
        (grown.look, grown.kept.checkpoint.size),
        (Some(Look::Grown), 2)
    );

    // And a history that was another, of fewer entries or of as many, is a split that names what was signed.
    for (kept, split) in [
        (
            first.kept,
            Split::Inconsistent {
                earlier: 1,
                later: 2,
            },
        ),
        (grown.kept, Split::Root { size: 2 }),
    ] {
        let mut checkpoint = kept.checkpoint;
        checkpoint.root[7] ^= 1;
        let kept = Kept { checkpoint, ..kept };
        let FollowError::Split { split: found, note } =
            logs.follow(isin, Some(&kept)).await.unwrap_err()
        else {
            panic!("another history is not followed");
        };
        assert_eq!(found, split);
        let signed: Note = note.parse().unwrap();
        assert_eq!(auditor.key.verify(&signed), Ok(()));
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_the_log_never_was_is_refused(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let auditor = Auditor::of(&app, 0).await;
    let path = |rest: &str| format!("registers/{}/{rest}", auditor.isin);
    for (rest, field) in [
        ("inclusion-proofs/2/", "sequence"),
        ("inclusion-proofs/0/", "sequence"),
        ("inclusion-proofs/1/?size=2", "size"),
        ("consistency-proof/?earlier_size=2", "earlier_size"),
        ("consistency-proof/?earlier_size=1&size=9", "size"),
    ] {
        let reply = auditor.api.get(&path(rest)).await;
        reply.refused_fields("invalid_body", &[(field, "out_of_range")]);
    }
    for rest in ["registers/DE000BASF111/", "registers/none/checkpoint"] {
        auditor.api.get(rest).await.refused("not_found");
    }
    let logs = auditor.api.get("registers/").await.expect(200);
    assert_eq!(logs["count"], 4);
}

/// Goes on with a journal by hand: entries that nothing but their hashes matters of.
fn lengthen(tx: &mut Tx, product: ProductId, entries: u64) -> Result<(), Error> {
    let mut head = register::lock_head(tx, product)?.unwrap();
    let from = head.sequence;
    let mut frontier = Frontier::from_bytes(from, &head.frontier).unwrap();
    for sequence in from + 1..=from + entries {
        let content = sequence.to_string().into_bytes();
        let leaf_hash = merkle::leaf_hash(&content);
        let mut kept = None;
        head.root_hash = frontier.append_and_tell(leaf_hash, |subtree, hash| {
            // The first is kept, as it is while a journal grows; the others are not, as in a journal that is older than the table.
            if (subtree.height, subtree.index) == (8, 0) {
                kept = Some(hash);
            }
        });
        let record = EntryRecord {
            sequence,
            kind: "delivery".to_owned(),
            content,
            leaf_hash,
            root_hash: head.root_hash,
            created_at: head.updated_at,
        };
        register_entries::insert(tx, product, &record)?;
        if let Some(hash) = kept {
            register_subtrees::insert(tx, product, (1, 0), &hash)?;
        }
    }
    head.sequence = from + entries;
    head.frontier = frontier.to_bytes();
    Ok(register::update_head(tx, from, &head)?)
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_long_journal_proves_what_a_short_one_does(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let auditor = Auditor::of(&app, 0).await;
    let first = auditor.checkpoint().await;
    let product = app.environment(0).product_id.parse().unwrap();
    let product = ProductId::from_uuid(product);
    let mut earlier = vec![first];
    for entries in [255, 300, 444] {
        let longer = app
            .app
            .registry
            .db
            .write(move |tx| lengthen(tx, product, entries));
        longer.await.unwrap();
        earlier.push(auditor.checkpoint().await);
    }
    let (last, earlier) = earlier.split_last().unwrap();
    assert_eq!(last.size, 1_000);
    for one in earlier {
        assert!(auditor.extends(one, last).await, "{}", one.size);
        assert!(auditor.includes(one.size, one).await, "{}", one.size);
    }
    for sequence in [1, 255, 256, 257, 512, 513, 999, 1_000] {
        assert!(auditor.includes(sequence, last).await, "{sequence}");
    }
}
