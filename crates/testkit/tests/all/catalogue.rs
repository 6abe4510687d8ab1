//! Every refusal of the catalogue is produced by a test, or it is said here why none produces it.

use std::path::Path;

use wire::ProblemCode;

/// What no request can bring about, with the reason.
const NOT_OVER_HTTP: &[(&str, &str)] = &[];

#[test]
fn every_refusal_is_produced_by_a_test() {
    // Given the sources of these tests, in which a refusal is asserted by its code.
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/all");
    let mut sources = String::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "rs")
            && !path.ends_with("catalogue.rs")
        {
            sources.push_str(&std::fs::read_to_string(path).unwrap());
        }
    }
    // When the catalogue is compared with them.
    let excepted = |code: &str| NOT_OVER_HTTP.iter().any(|(known, _)| *known == code);
    let is_asserted = |code: &str| sources.contains(&format!("\"{code}\""));
    for code in ProblemCode::ALL {
        let code = code.as_str();
        // Then each is in exactly one of the two lists.
        assert_ne!(
            is_asserted(code),
            excepted(code),
            "{code} is in none of the two lists, or in both"
        );
    }
    for (code, _) in NOT_OVER_HTTP {
        assert!(
            ProblemCode::find(code).is_some(),
            "{code} is not in the catalogue any more"
        );
    }
}
