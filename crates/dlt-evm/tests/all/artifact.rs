//! The committed artifacts are those of the committed sources.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;
use sha2::{Digest as _, Sha256};

#[test]
fn artifacts_belong_to_the_sources() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("contracts");
    let mut sources = BTreeMap::new();
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "sol") {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            let hash = Sha256::digest(std::fs::read(&path).unwrap());
            sources.insert(name, Value::String(hex::encode(hash)));
        }
    }
    assert_eq!(sources.len(), 3, "this looks at the sources");
    let expected = Value::Object(sources.into_iter().collect());
    for name in ["SecurityToken", "SecurityTokenFactory"] {
        let text =
            std::fs::read_to_string(folder.join("out").join(format!("{name}.json"))).unwrap();
        let artifact: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(
            artifact["sourcesSha256"], expected,
            "out/{name}.json is older than the sources: run `node build.mjs` in crates/dlt-evm/contracts"
        );
        assert!(
            artifact["compiler"]
                .as_str()
                .unwrap()
                .starts_with("0.8.37+")
        );
        assert_eq!(artifact["settings"]["evmVersion"], "shanghai");
    }
}

/// Whatever a contract has, a test of the offices or of the acts names it.
#[test]
fn every_function_refusal_and_event_has_a_test() {
    let tests = [
        include_str!("contract.rs"),
        include_str!("contract_offices.rs"),
    ]
    .concat();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("contracts/out");
    let (mut seen, mut missing) = (0, Vec::new());
    for contract in ["SecurityToken", "SecurityTokenFactory"] {
        let text = std::fs::read_to_string(folder.join(format!("{contract}.json"))).unwrap();
        let artifact: Value = serde_json::from_str(&text).unwrap();
        for entry in artifact["abi"].as_array().unwrap() {
            let name = entry["name"].as_str().unwrap_or_default();
            let wanted = match entry["type"].as_str().unwrap() {
                "function" => format!("::{name}Call"),
                // The standard declares it; ours are more specific.
                "error" if name == "ERC7943CannotTransfer" => continue,
                "error" | "event" => format!("::{name}"),
                _ => continue,
            };
            if !tests.contains(&wanted) {
                missing.push(format!("{contract}.{name}"));
            }
            seen += 1;
        }
    }
    assert_eq!(missing, Vec::<String>::new(), "these have no test");
    assert!(seen > 80, "this looks at the contracts: {seen}");
}
