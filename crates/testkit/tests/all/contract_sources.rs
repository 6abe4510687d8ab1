//! Whoever takes a register over can build its token's code from what is in the bundle (§ 14 eWpRV).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use sha2::{Digest, Sha256};
use testkit::Backend;

use crate::register_bundle::{Bundle, files_of};

const CONTRACTS: [&str; 2] = ["SecurityToken", "SecurityTokenFactory"];

fn run(folder: &Path, program: &str, arguments: &[&str]) -> Output {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .output();
    output.unwrap_or_else(|error| panic!("{program}: {error}"))
}

/// The compiler of the lock file, installed as `cargo xtask contracts` does.
fn compiler() -> PathBuf {
    let contracts = Path::new(env!("CARGO_MANIFEST_DIR")).join("../dlt-evm/contracts");
    let modules = contracts.join("node_modules");
    if !modules.join("solc").exists() {
        let options = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
        let installed = run(&contracts, "npm", &options);
        assert!(installed.status.success(), "{installed:?}");
    }
    modules.canonicalize().unwrap()
}

/// The hashes of both codes of each contract: what creates it, and what lies on the chain.
fn codes(artifacts: impl Fn(&str) -> Vec<u8>) -> BTreeMap<String, String> {
    let mut codes = BTreeMap::new();
    for name in CONTRACTS {
        let artifact: Value = serde_json::from_slice(&artifacts(name)).unwrap();
        for code in ["bytecode", "deployedBytecode"] {
            let text = artifact[code].as_str().unwrap().trim_start_matches("0x");
            let bytes = hex::decode(text).unwrap();
            assert!(bytes.len() > 1_000, "{name} {code}");
            let hash = hex::encode(Sha256::digest(&bytes));
            codes.insert(format!("{name} {code}"), hash);
        }
    }
    codes
}

#[tokio::test(flavor = "multi_thread")]
async fn reg_34_the_sources_in_a_bundle_give_the_code_in_it() {
    // Given an exported bundle, of which nothing is left but the sources, the script and the lock file of the compiler.
    let bundle = Bundle::written(Backend::Sqlite).await;
    let files = files_of(&bundle.path("bundle.tar"));
    let folder = tempfile::tempdir().unwrap();
    for (path, bytes) in &files {
        let inside = path.strip_prefix("contracts/");
        let Some(name) = inside.filter(|name| !name.contains('/')) else {
            continue;
        };
        std::fs::write(folder.path().join(name), bytes).unwrap();
    }
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("../dlt-evm/contracts");
    let lock = std::fs::read(own.join("package-lock.json")).unwrap();
    assert_eq!(files["contracts/package-lock.json"], lock);
    std::os::unix::fs::symlink(compiler(), folder.path().join("node_modules")).unwrap();
    let build = || {
        let built = run(folder.path(), "node", &["build.mjs"]);
        assert!(built.status.success(), "{built:?}");
        codes(|name| std::fs::read(folder.path().join(format!("out/{name}.json"))).unwrap())
    };

    // When they are compiled, then the code is that of the bundle.
    let given = codes(|name| files[&format!("contracts/out/{name}.json")].clone());
    assert_eq!(build(), given);

    // And other sources give another code.
    let source = folder.path().join("SecurityToken.sol");
    let text = std::fs::read_to_string(&source).unwrap();
    let changed = text.replacen("return true;", "return false;", 1);
    assert_ne!(changed, text);
    std::fs::write(&source, changed).unwrap();
    assert_ne!(build(), given);
}
