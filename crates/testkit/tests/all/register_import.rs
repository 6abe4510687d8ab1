//! A register that goes to another registrar, on the other database, and back: it is the same everywhere, or nothing is taken at all.

use std::collections::BTreeMap;
use std::path::Path;

use registry::Request;
use registry::register_import::{Code, ImportError, Imported};
use rstest::rstest;
use serde_json::{Value, json};
use storage::register_origins::Standing;
use testkit::{Backend, Setup, TestApp};
use tlog::Key;

use crate::redemptions::some_redemption;
use crate::register_bundle::{Bundle, files_of, judged, lines, pack};
use crate::terms::changed;

/// The files of a bundle by their names.
type Files = BTreeMap<String, Vec<u8>>;

/// Files that are the same byte for byte, whoever exports.
const SAME: [&str; 6] = [
    "entries.jsonl",
    "holdings.jsonl",
    "instructions.jsonl",
    "redemptions.jsonl",
    "statements.jsonl",
    "terms.jsonl",
];

/// A network that was founded and has no assets.
async fn empty(backend: Backend) -> TestApp {
    let without = |file: &mut Value| {
        for part in ["assets", "issuers", "platforms"] {
            file[part] = json!([]);
        }
    };
    let setup = Setup::new(backend).network(without);
    setup.without_workers().start().await
}

/// The registrar's key as it is published.
async fn published_key(app: &TestApp) -> Key {
    let logs = app
        .stranger()
        .get("api/network/v1/registers/")
        .await
        .expect(200);
    let key = logs["results"][0]["public_key"].as_str().unwrap();
    key.parse().unwrap()
}

async fn import(
    app: &TestApp,
    bundle: &Path,
    (key, identity): (&Key, &age::x25519::Identity),
    standing: Option<Standing>,
) -> Result<Vec<Imported>, ImportError> {
    let request = Request::internal("eva", "register import");
    let source = cashlink::register::Source {
        bundle,
        key: key.clone(),
        identity: identity.clone(),
        standing,
    };
    cashlink::register::take_in_bundle(&app.app, &request, source).await
}

async fn refused(
    app: &TestApp,
    bundle: &Path,
    with: (&Key, &age::x25519::Identity),
) -> (&'static str, String) {
    match import(app, bundle, with, Some(Standing::Reading)).await {
        Err(ImportError::Refused { code, what }) => (code.as_str(), what),
        other => panic!("{other:?}"),
    }
}

async fn export(app: &TestApp, to: &Path, recipient: age::x25519::Recipient) {
    let request = Request::internal("eva", "register export");
    cashlink::register::write_bundle(&app.app, &request, (None, to), Some(recipient))
        .await
        .unwrap();
}

fn registers(files: &Files) -> Vec<String> {
    let manifest: Value = serde_json::from_slice(&files["manifest.json"]).unwrap();
    let named = manifest["registers"].as_array().unwrap();
    named
        .iter()
        .map(|isin| isin.as_str().unwrap().to_owned())
        .collect()
}

/// The second has what the first has, but for who signs.
fn assert_same(first: &Files, second: &Files) {
    assert_eq!(registers(first), registers(second));
    for isin in registers(first) {
        for name in SAME {
            let path = format!("registers/{isin}/{name}");
            assert!(first[&path] == second[&path], "{path} differs");
        }
        let about = |files: &Files| {
            let text = &files[&format!("registers/{isin}/register.json")];
            let mut about: Value = serde_json::from_slice(text).unwrap();
            about["public_key"].take();
            about
        };
        assert_eq!(about(first), about(second));
        let keys = |files: &Files| lines(&files[&format!("registers/{isin}/keys.jsonl")]);
        let (before, after) = (keys(first), keys(second));
        assert_eq!(after[..before.len()], before[..], "who has signed before");
        assert_eq!(after.len(), before.len() + 1);
        let documents = |files: &Files| {
            let folder = format!("registers/{isin}/documents/");
            let found = files.iter().filter(|(path, _)| path.starts_with(&folder));
            found
                .map(|(path, bytes)| (path.clone(), bytes.clone()))
                .collect::<Vec<_>>()
        };
        assert!(documents(first) == documents(second), "documents of {isin}");
    }
}

#[rstest]
#[case::sqlite_first(Backend::Sqlite, Backend::Postgres)]
#[case::postgres_first(Backend::Postgres, Backend::Sqlite)]
#[tokio::test(flavor = "multi_thread")]
async fn reg_33_a_register_goes_to_the_other_database_and_back_and_stays_the_same(
    #[case] first: Backend,
    #[case] second: Backend,
) {
    // Given a register that has had everything, with a redemption that waits and a person who was erased.
    let mut source = Bundle::written(first).await;
    let partner = source.app.partner(0).await;
    some_redemption(&source.app, &partner).await;
    let product = source.app.environment(0).product_id.clone();
    changed(&source.app, &product).await;
    source.app.settle().await;
    source.app.stop_workers().await;
    source.erase_somebody().await;
    let key = published_key(&source.app).await;
    export(
        &source.app,
        &source.path("first.tar"),
        source.identity.to_public(),
    )
    .await;
    let exported = files_of(&source.path("first.tar"));

    // When another registrar on the other database takes it, who reaches the same DLT network, and gives it to a third.
    let mut other = empty(second).await;
    other.app.ledger = source.app.app.ledger.clone();
    let with = (&key, &source.identity);
    let imported = import(&other, &source.path("first.tar"), with, None).await;
    assert_eq!(imported.unwrap().len(), 4);
    export(
        &other,
        &source.path("second.tar"),
        source.identity.to_public(),
    )
    .await;
    let mut third = empty(first).await;
    third.app.ledger = source.app.app.ledger.clone();
    let other_key = published_key(&other).await;
    assert_ne!(other_key.bytes(), key.bytes());
    let with = (&other_key, &source.identity);
    let imported = import(&third, &source.path("second.tar"), with, None).await;
    assert_eq!(imported.unwrap().len(), 4);
    export(
        &third,
        &source.path("third.tar"),
        source.identity.to_public(),
    )
    .await;

    // Then it is the same register everywhere, by its own check, by the independent one, and file by file.
    for app in [&other, &third] {
        let found = cashlink::register::verify(&app.app, None).await.unwrap();
        assert_eq!(found.len(), 4);
        for finding in found {
            assert_eq!(finding.difference, None, "{}", finding.isin);
            assert!(finding.at_block.is_some(), "compared with the chain");
        }
    }
    let rpc = format!("{}/dlt/rpc", source.app.url);
    for name in ["first.tar", "second.tar", "third.tar"] {
        let (code, said) = judged(&source.path(name), &["--rpc", &rpc]).await;
        assert_eq!(code, 0, "{name}: {said}");
    }
    let second = files_of(&source.path("second.tar"));
    assert_same(&exported, &second);
    assert_same(&second, &files_of(&source.path("third.tar")));
    let waiting = exported
        .iter()
        .filter(|(path, _)| path.ends_with("redemptions.jsonl"))
        .flat_map(|(_, bytes)| lines(bytes))
        .filter(|line| line["status"] == "awaiting_payment")
        .count();
    assert_eq!(waiting, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_whole_is_refused_by_its_own_code_and_nothing_is_taken() {
    let mut source = Bundle::written(Backend::Sqlite).await;
    source.app.stop_workers().await;
    let key = published_key(&source.app).await;
    let app = empty(Backend::Postgres).await;
    let whole = source.path("bundle.tar");
    let with = (&key, &source.identity);
    let isin = source.isin();
    let entries = format!("registers/{isin}/entries.jsonl");
    let mut codes = Vec::new();
    let mut expect = |found: (&'static str, String), code: &'static str| {
        assert_eq!(found.0, code, "{}", found.1);
        codes.push(code);
    };

    // No tar, another format, somebody else's, changed after the export.
    let spoiled = source.path("spoiled.tar");
    std::fs::write(&spoiled, b"no bundle at all").unwrap();
    expect(refused(&app, &spoiled, with).await, "bundle_unreadable");
    let mut files = source.files();
    let manifest = String::from_utf8(files["manifest.json"].clone()).unwrap();
    let newer = manifest.replace("register bundle 2", "register bundle 3");
    files.insert("manifest.json".to_owned(), newer.into_bytes());
    pack(&spoiled, &files);
    expect(refused(&app, &spoiled, with).await, "bundle_format_unknown");
    let forged = source.forged(|_| {});
    expect(refused(&app, &forged, with).await, "bundle_signer_unknown");
    let mut files = source.files();
    files.get_mut(&entries).unwrap()[40] ^= 1;
    pack(&spoiled, &files);
    expect(refused(&app, &spoiled, with).await, "bundle_changed");

    // What a registrar has signed itself, and yet is not whole.
    let own = |change: &dyn Fn(&mut Files)| source.signed_again(change);
    let less = own(&|files| {
        let kept: Vec<Value> = lines(&files[&entries]);
        let kept = kept.iter().filter(|line| line["sequence"] != 2);
        let text: String = kept.map(|line| format!("{line}\n")).collect();
        files.insert(entries.clone(), text.into_bytes());
    });
    expect(refused(&app, &less, with).await, "bundle_entry_missing");
    let other = own(&|files| {
        let holdings = files
            .get_mut(&format!("registers/{isin}/holdings.jsonl"))
            .unwrap();
        let text = String::from_utf8(holdings.clone()).unwrap();
        *holdings = text.replacen("\"units\":", "\"units\":1", 1).into_bytes();
    });
    let found = refused(&app, &other, with).await;
    assert!(found.1.contains("sum up to"), "{}", found.1);
    expect(found, "bundle_inconsistent");
    // The public files alone do not bring in what entries and records do not say.
    let other = own(&|files| {
        let statements = format!("registers/{isin}/statements.jsonl");
        files.insert(statements, Vec::new());
    });
    let (code, what) = refused(&app, &other, with).await;
    assert_eq!(code, "bundle_inconsistent");
    assert!(what.contains("statements.jsonl"), "{what}");
    let moving = own(&|files| {
        let queue = files
            .get_mut(&format!("registers/{isin}/instructions.jsonl"))
            .unwrap();
        let text = String::from_utf8(queue.clone()).unwrap();
        *queue = text
            .replacen("\"executed\"", "\"processing\"", 1)
            .into_bytes();
    });
    expect(refused(&app, &moving, with).await, "register_in_motion");

    // Without the persons, or with those of somebody else.
    let request = Request::internal("eva", "register export");
    let public = source.path("public.tar");
    cashlink::register::write_bundle(&source.app.app, &request, (None, &public), None)
        .await
        .unwrap();
    expect(refused(&app, &public, with).await, "bundle_persons_missing");
    let stranger = age::x25519::Identity::generate();
    let found = refused(&app, &whole, (&key, &stranger)).await;
    expect(found, "bundle_persons_unreadable");

    // On a chain that is not the token's, unless it is only to be read; then once.
    let elsewhere = import(&app, &whole, with, None).await;
    match elsewhere {
        Err(ImportError::Refused { code, what }) => {
            expect((code.as_str(), what), "register_on_other_network");
        }
        other => panic!("{other:?}"),
    }
    let nothing = cashlink::register::verify(&app.app, None).await.unwrap();
    assert!(nothing.is_empty(), "{nothing:?}");
    let taken = import(&app, &whole, with, Some(Standing::Reading)).await;
    assert_eq!(taken.unwrap().len(), 4);
    for finding in cashlink::register::verify(&app.app, None).await.unwrap() {
        assert_eq!(finding.difference, None, "{}", finding.isin);
        assert!(finding.standing.is_some() && finding.at_block.is_none());
    }
    expect(refused(&app, &whole, with).await, "register_exists");
    let own_assets = Setup::new(Backend::Sqlite).network(|file| {
        file["assets"] = json!([file["assets"][0]]);
    });
    let own_assets = own_assets.network(|file| {
        file["assets"][0]["isin"] = json!("DE000BASF111");
    });
    let own_assets = own_assets.without_workers().start().await;
    let found = refused(&own_assets, &whole, with).await;
    expect(found, "network_not_empty");

    // Each code was met.
    codes.sort_unstable();
    let mut all: Vec<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
    all.sort_unstable();
    assert_eq!(codes, all);
}
