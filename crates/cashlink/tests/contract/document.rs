//! The OpenAPI document, committed and served, as a validator of others sees it.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::demo::Demo;

/// The variable with the interpreter that sees the Python tools.
const PYTHON: &str = "CASHLINK_TEST_PYTHON";

/// The Python of the tests.
///
/// # Panics
/// If nobody said where it is.
pub fn python() -> PathBuf {
    match std::env::var_os(PYTHON) {
        Some(python) => python.into(),
        None => {
            panic!("{PYTHON} is not set: run `cargo xtask test`, which brings the Python tools")
        }
    }
}

fn validate(document: &Path) {
    let mut command = Command::new(python());
    let output = command
        .args(["-m", "openapi_spec_validator"])
        .arg(document)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned()
        + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
}

#[test]
fn the_committed_document_is_valid() {
    validate(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../openapi.json"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_served_document_is_valid() {
    let folder = tempfile::tempdir().unwrap();
    let demo = Demo::start(folder.path()).await;
    let served = testkit::Session::anonymous(demo.url()).call(reqwest::Method::GET, "openapi.json");
    let served = served.send_unchecked().await;
    assert_eq!(served.status, 200);
    let file = folder.path().join("openapi.json");
    std::fs::write(&file, &served.bytes).unwrap();
    validate(&file);
}
