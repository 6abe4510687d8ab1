//! The register as a file: complete, without persons in the clear, and judged by a program that shares nothing with the one that wrote it.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{Cursor, Read as _};
use std::path::{Path, PathBuf};

use registry::{Caller, Error, Request};
use rstest::rstest;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use testkit::{Backend, TestApp};
use tlog::note::{Algorithm, Note, Signer};
use tokio::process::Command;

use crate::entry_types::some_conversion;
use crate::python::python;
use crate::redemptions::{pay, reaches, some_redemption};
use crate::reregistrations::some_of_each;
use crate::restrictions::some_release;
use crate::transfers::{ended, some_transfer};

/// A network in which one unit went from one investor to another and one back to the issuer, and its registers in a file.
pub struct Bundle {
    pub app: TestApp,
    folder: tempfile::TempDir,
    pub identity: age::x25519::Identity,
}

impl Bundle {
    pub async fn written(backend: Backend) -> Self {
        let app = TestApp::start(backend).await;
        let partner = app.partner(0).await;
        let transfer = some_transfer(&app, &partner).await;
        assert_eq!(ended(&partner, &transfer).await["status"], "succeeded");
        let redemption = some_redemption(&app, &partner).await;
        pay(&app, &redemption, json!({"delete": true})).await;
        reaches(&partner, &redemption, "deleted").await;
        some_release(&app, &partner).await;
        some_of_each(&app, &partner).await;
        some_conversion(&app, &partner).await;
        let bundle = Self {
            app,
            folder: tempfile::tempdir().unwrap(),
            identity: age::x25519::Identity::generate(),
        };
        let request = Request::internal("eva", "register export");
        let recipient = Some(bundle.identity.to_public());
        let to = bundle.path("bundle.tar");
        let written =
            cashlink::register::write_bundle(&bundle.app.app, &request, (None, &to), recipient);
        assert_eq!(written.await.unwrap().len(), 4);
        bundle
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn files(&self) -> BTreeMap<String, Vec<u8>> {
        files_of(&self.path("bundle.tar"))
    }

    pub fn isin(&self) -> String {
        let manifest: Value = serde_json::from_slice(&self.files()["manifest.json"]).unwrap();
        let registers = manifest["registers"].as_array().unwrap();
        let files = self.files();
        let moved = registers.iter().map(|isin| isin.as_str().unwrap());
        let mut moved = moved.filter(|isin| {
            let entries = &files[&format!("registers/{isin}/entries.jsonl")];
            entries.iter().filter(|byte| **byte == b'\n').count() > 2
        });
        moved.next().unwrap().to_owned()
    }

    /// The same files with a change, under a manifest that fits, signed by somebody else.
    pub fn forged(&self, change: impl FnOnce(&mut BTreeMap<String, Vec<u8>>)) -> PathBuf {
        let signer = Signer::new("forger.example", Algorithm::Ed25519, &[7; 32]).unwrap();
        self.repacked(change, |sha256| {
            let text = format!("cashlink register bundle 2\n{}\n", hex::encode(sha256));
            let signatures = vec![signer.sign(&text)];
            let note = Note { text, signatures }.to_string();
            (signer.public().to_string(), note)
        })
    }

    /// The same, signed by the registrar itself.
    pub fn signed_again(&self, change: impl FnOnce(&mut BTreeMap<String, Vec<u8>>)) -> PathBuf {
        let registry = &self.app.app.registry;
        self.repacked(change, |sha256| {
            registry::register_export::sign_manifest(registry, sha256).unwrap()
        })
    }

    fn repacked(
        &self,
        change: impl FnOnce(&mut BTreeMap<String, Vec<u8>>),
        sign: impl Fn(&[u8; 32]) -> (String, String),
    ) -> PathBuf {
        let mut files = self.files();
        change(&mut files);
        let mut manifest: Value = serde_json::from_slice(&files["manifest.json"]).unwrap();
        manifest["public_key"] = json!(sign(&[0; 32]).0);
        let listed = files
            .iter()
            .filter(|(path, _)| !path.starts_with("manifest."));
        manifest["files"] = listed
            .map(|(path, bytes)| json!({"path": path, "sha256": hex::encode(Sha256::digest(bytes)), "bytes": bytes.len()}))
            .collect();
        let manifest = serde_json::to_vec(&manifest).unwrap();
        let (_, note) = sign(&Sha256::digest(&manifest).into());
        files.insert("manifest.json".to_owned(), manifest);
        files.insert("manifest.note".to_owned(), note.into_bytes());
        let path = self.path("forged.tar");
        pack(&path, &files);
        path
    }

    /// The data of one of the holders are erased.
    pub async fn erase_somebody(&self) {
        let registry = self.app.app.registry.clone();
        let db = registry.db.clone();
        let erased = db.write(move |tx| -> registry::Result<usize> {
            let product = storage::register::products(tx)?[0];
            let holders = storage::register::holders(tx, product)?;
            let somebody = holders.iter().find_map(|(_, investor)| *investor);
            Ok(registry.vault.destroy_owner(tx, somebody.unwrap().uuid())?)
        });
        assert!(erased.await.unwrap() > 0);
    }
}

pub fn files_of(path: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut tar = tar::Archive::new(File::open(path).unwrap());
    let mut files = BTreeMap::new();
    for entry in tar.entries().unwrap() {
        let mut entry = entry.unwrap();
        let path = entry.path().unwrap().to_string_lossy().into_owned();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        files.insert(path, bytes);
    }
    files
}

pub fn pack(to: &Path, files: &BTreeMap<String, Vec<u8>>) {
    let mut tar = tar::Builder::new(File::create(to).unwrap());
    for (path, bytes) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        tar.append_data(&mut header, path, bytes.as_slice())
            .unwrap();
    }
    tar.finish().unwrap();
}

/// What the independent verifier says, and with which exit code it ends.
pub async fn judged(bundle: &Path, more: &[&str]) -> (i32, String) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../verifier/verify_register.py");
    let mut command = Command::new(python());
    // Isolated: nothing but the standard library is there.
    command
        .args(["-I", "-S"])
        .arg(script)
        .arg(bundle)
        .args(more);
    command
        .env("NO_PROXY", "127.0.0.1")
        .env("PYTHONDONTWRITEBYTECODE", "1");
    let output = command.kill_on_drop(true).output().await.unwrap();
    let said =
        [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text).into_owned());
    (output.status.code().unwrap(), said.concat())
}

pub fn lines(bytes: &[u8]) -> Vec<Value> {
    let text = std::str::from_utf8(bytes).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn reg_33_the_bundle_says_what_the_register_and_the_chain_say(#[case] backend: Backend) {
    let bundle = Bundle::written(backend).await;
    let app = &bundle.app;
    let rpc = format!("{}/dlt/rpc", app.url);
    let (code, said) = judged(&bundle.path("bundle.tar"), &["--json", "--rpc", &rpc]).await;
    assert_eq!(code, 0, "{said}");
    let found: Value = serde_json::from_str(&said).unwrap();
    let own = cashlink::register::verify(&app.app, None).await.unwrap();
    assert_eq!(own.len(), 4);
    for (found, own) in found.as_array().unwrap().iter().zip(&own) {
        assert_eq!(found["isin"], own.isin.as_str());
        assert_eq!(found["entries"], own.entries);
        assert_eq!(found["root_hash"], own.root_hash.as_str());
        assert!(found["at_block"].as_u64().unwrap() > 0);
        assert!(own.difference.is_none() && found["difference"].is_null());
    }

    // Who held what before the last entry follows from the file alone.
    let isin = bundle.isin();
    let options = ["--isin", &isin, "--as-of", "2"];
    let (code, said) = judged(&bundle.path("bundle.tar"), &options).await;
    assert_eq!(code, 0, "{said}");
    let then: Value = serde_json::from_str(&said).unwrap();
    let held: Vec<u64> = then["holdings"]
        .as_object()
        .unwrap()
        .values()
        .map(|units| units.as_u64().unwrap())
        .collect();
    let entries = lines(&bundle.files()[&format!("registers/{isin}/entries.jsonl")]);
    let issue = entries[0]["content"].as_str().unwrap();
    let sum: u64 = held.iter().sum();
    assert!(issue.contains(&format!("\nunits: {sum}\n")), "{issue}");
    assert_eq!(
        held.iter().filter(|units| **units == 2).count(),
        1,
        "{then}"
    );
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn reg_35_every_file_follows_its_schema_and_no_person_is_in_the_clear(
    #[case] backend: Backend,
) {
    let bundle = Bundle::written(backend).await;
    let files = bundle.files();
    let isin = bundle.isin();
    for (path, bytes) in &files {
        let name = path.rsplit('/').next().unwrap();
        let kind = name.trim_end_matches(".jsonl").trim_end_matches(".json");
        let is_checked =
            name.ends_with(".jsonl") || path == "manifest.json" || name == "register.json";
        if !is_checked || path.starts_with("schemas/") {
            continue;
        }
        let schema: Value =
            serde_json::from_slice(&files[&format!("schemas/{kind}.json")]).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        let values = match name.ends_with(".jsonl") {
            true => lines(bytes),
            false => vec![serde_json::from_slice(bytes).unwrap()],
        };
        for value in values {
            let wrong: Vec<String> = validator
                .iter_errors(&value)
                .map(|error| error.to_string())
                .collect();
            assert!(wrong.is_empty(), "{path}: {wrong:?} in {value}");
        }
    }

    // The recipient reads who the holders are; nobody else does.
    let sealed = &files[&format!("registers/{isin}/persons.jsonl.age")];
    let decryptor = age::Decryptor::new(Cursor::new(sealed)).unwrap();
    let mut reader = decryptor
        .decrypt(std::iter::once(&bundle.identity as &dyn age::Identity))
        .unwrap();
    let mut persons = Vec::new();
    reader.read_to_end(&mut persons).unwrap();
    let persons = lines(&persons);
    let surname = testkit::people::natural_person()["natural_person"]["surname"].clone();
    let surname = surname.as_str().unwrap();
    assert!(
        persons
            .iter()
            .any(|line| line.to_string().contains(surname))
    );
    assert!(persons.iter().any(|line| line["salt"].is_string()));
    for (path, bytes) in &files {
        let found = bytes
            .windows(surname.len())
            .any(|part| part == surname.as_bytes());
        assert!(!found, "a person is in {path}");
    }
    let stranger = age::x25519::Identity::generate();
    let decryptor = age::Decryptor::new(Cursor::new(sealed)).unwrap();
    let identities = std::iter::once(&stranger as &dyn age::Identity);
    assert!(decryptor.decrypt(identities).is_err());

    // A commitment opens with its salt, and each holder of an entry is among the persons.
    let entries = lines(&files[&format!("registers/{isin}/entries.jsonl")]);
    let tie = persons.iter().find(|line| line["sequence"] == 2).unwrap();
    let id: uuid::Uuid = tie["investment_id"].as_str().unwrap().parse().unwrap();
    let opened = Sha256::new()
        .chain_update(b"cashlink investment 1\n")
        .chain_update(hex::decode(tie["salt"].as_str().unwrap()).unwrap())
        .chain_update(id.as_bytes())
        .finalize();
    let line = format!("investment: {}\n", hex::encode(opened));
    assert!(entries[1]["content"].as_str().unwrap().contains(&line));

    // Without a recipient there are no persons, and who exported is noted.
    let (app, to) = (&bundle.app, bundle.path("public.tar"));
    let request = Request::internal("eva", "register export");
    let one = Some(isin.parse().unwrap());
    let written = cashlink::register::write_bundle(&app.app, &request, (one, &to), None).await;
    assert_eq!(written.unwrap().len(), 1);
    let public = files_of(&to);
    assert!(public.keys().all(|path| !path.contains("persons")));
    let audit = app
        .registrar()
        .await
        .get("audit/?page_size=500")
        .await
        .expect(200);
    let noted = audit["results"].as_array().unwrap().iter();
    let noted = noted
        .filter(|record| record["action"] == "register.export")
        .count();
    assert_eq!(noted, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bundle_that_was_changed_is_refused_wherever_it_was() {
    let bundle = Bundle::written(Backend::Sqlite).await;
    let (isin, whole) = (bundle.isin(), fs::read(bundle.path("bundle.tar")).unwrap());
    let spoiled = bundle.path("spoiled.tar");
    // Any byte of any file.
    let mut tar = tar::Archive::new(Cursor::new(&whole));
    let places: Vec<(String, u64, u64)> = tar
        .entries()
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            let path = entry.path().unwrap().to_string_lossy().into_owned();
            (path, entry.raw_file_position(), entry.size())
        })
        .collect();
    for (path, begin, size) in places.iter().filter(|(_, _, size)| *size > 0) {
        let at = usize::try_from(begin + (begin * 31 + 7) % size).unwrap();
        let mut bytes = whole.clone();
        bytes[at] ^= 0x04;
        fs::write(&spoiled, bytes).unwrap();
        let (code, said) = judged(&spoiled, &[]).await;
        assert!(code != 0, "byte {at} of {path}: {said}");
    }

    // What a forger signs anew with a key of its own does not follow from the entries, and is not the registrar's.
    let entries = format!("registers/{isin}/entries.jsonl");
    let holdings = format!("registers/{isin}/holdings.jsonl");
    let about = format!("registers/{isin}/register.json");
    let terms = format!("registers/{isin}/terms.jsonl");
    let instructions = format!("registers/{isin}/instructions.jsonl");
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let without_line = |bytes: &[u8], index: usize| {
        let mut lines: Vec<String> = text(bytes)
            .lines()
            .map(|line| format!("{line}\n"))
            .collect();
        lines.remove(index);
        lines.concat().into_bytes()
    };
    type Change<'a> = Box<dyn FnOnce(&mut BTreeMap<String, Vec<u8>>) + 'a>;
    let changes: [(&str, Change); 8] = [
        (
            "entry 2: it is missing",
            Box::new(|files| {
                let less = without_line(&files[&entries], 1);
                files.insert(entries.clone(), less);
            }),
        ),
        (
            "its leaf hash is not that of its content",
            Box::new(|files| {
                let more = text(&files[&entries]).replacen("units: 2\\n", "units: 3\\n", 1);
                files.insert(entries.clone(), more.into_bytes());
            }),
        ),
        (
            "by the entries",
            Box::new(|files| {
                // Who has given all has a line that says so.
                let is_held = |line: &str| {
                    let line: Value = serde_json::from_str(line).unwrap();
                    line["units"] != 0
                };
                let held = text(&files[&holdings]).lines().position(is_held);
                let less = without_line(&files[&holdings], held.unwrap());
                files.insert(holdings.clone(), less);
            }),
        ),
        (
            "the terms in register.json do not have their hash",
            Box::new(|files| {
                let other = text(&files[&about]).replacen("\"value\": \"", "\"value\": \"not ", 1);
                files.insert(about.clone(), other.into_bytes());
            }),
        ),
        (
            "terms, version 1: its bytes do not have its hash",
            Box::new(|files| {
                let other = text(&files[&terms]).replacen("\\nisin: ", "\\nISIN: ", 1);
                files.insert(terms.clone(), other.into_bytes());
            }),
        ),
        (
            "the terms that the issue commits to were not deposited",
            Box::new(|files| {
                files.insert(terms.clone(), Vec::new());
            }),
        ),
        (
            "the head in register.json does not follow",
            Box::new(|files| {
                let last = text(&files[&entries]).lines().count() - 1;
                let less = without_line(&files[&entries], last);
                files.insert(entries.clone(), less);
            }),
        ),
        (
            "instruction 1 was not executed",
            Box::new(|files| {
                files.insert(instructions.clone(), Vec::new());
            }),
        ),
    ];
    for (expected, change) in changes {
        let (code, said) = judged(&bundle.forged(change), &["--isin", &isin]).await;
        assert_eq!(code, 1, "{expected}: {said}");
        assert!(said.contains(expected), "{expected}: {said}");
    }
    let forged = bundle.forged(|_| {});
    let about: Value = serde_json::from_slice(&bundle.files()[&about]).unwrap();
    let key = about["public_key"].as_str().unwrap();
    let (code, said) = judged(&forged, &["--key", key]).await;
    assert!(code == 1 && said.contains("another key"), "{said}");
    let (code, said) = judged(&bundle.path("bundle.tar"), &["--key", key]).await;
    assert_eq!(code, 0, "{said}");
    fs::write(&spoiled, b"no tar at all").unwrap();
    assert_eq!(judged(&spoiled, &[]).await.0, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_registrar_exports_and_only_what_there_is() {
    let app = TestApp::start(Backend::Sqlite).await;
    let folder = tempfile::tempdir().unwrap();
    let mut request = Request::internal("eva", "register export");
    let missing = Some("DE000BASF111".parse().unwrap());
    let to = folder.path().join("none.tar");
    let refused = cashlink::register::write_bundle(&app.app, &request, (missing, &to), None).await;
    let refused = refused.unwrap_err();
    assert!(
        matches!(refused.downcast_ref(), Some(Error::NotFound("register"))),
        "{refused}"
    );
    request.caller = Caller {
        scopes: vec!["network:read".to_owned()],
        ..request.caller
    };
    let refused = cashlink::register::write_bundle(&app.app, &request, (None, &to), None).await;
    assert!(refused.is_err());
    assert_eq!(
        fs::read_dir(folder.path()).unwrap().count(),
        0,
        "nothing is left"
    );
}
