//! A statement is the same bytes for the same content, says all that it is documented to say, and not a byte of it can be changed.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use domain::{Language, StatementKind, StatementReason};
use serde_json::Value;
use tlog::Signer;
use tlog::note::Algorithm;

use crate::{Field, Press, Refusal, Statement, sample, verify};

fn printed(statement: &Statement) -> Vec<u8> {
    let press = Press::new().unwrap();
    press.print(statement, &sample::signer().unwrap()).unwrap()
}

fn usual() -> Statement {
    sample::statement(StatementKind::RegisterStatement, Language::German)
}

/// The names of all values, with those within objects behind a point.
fn paths(value: &Value, prefix: &str, into: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) if !fields.contains_key("currency") => {
            for (name, value) in fields {
                let prefix = match prefix {
                    "" => name.clone(),
                    prefix => format!("{prefix}.{name}"),
                };
                paths(value, &prefix, into);
            }
        }
        _ => {
            into.insert(prefix.to_owned());
        }
    }
}

#[test]
fn reg_23_printed_fields_schema_and_documentation_are_the_same() {
    let mut schema = BTreeSet::new();
    paths(&serde_json::to_value(usual()).unwrap(), "", &mut schema);
    // The language is what the document is written in.
    assert!(schema.remove("language"));
    let fields = Field::ALL.iter();
    let printed: BTreeSet<String> = fields.map(|field| field.path().to_owned()).collect();
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/statements.md");
    let page = std::fs::read_to_string(page).unwrap();
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `"));
    let documented: BTreeSet<String> = rows
        .filter_map(|row| row.split_once("` |"))
        .map(|(path, _)| path.to_owned())
        .filter(|path| !path.starts_with("statement_"))
        .collect();
    assert_eq!(printed, schema);
    assert_eq!(documented, schema);
    for field in Field::ALL {
        for language in [Language::German, Language::English] {
            let label = field.label(language);
            assert!(page.contains(label), "{} is not described", field.path());
        }
    }
}

#[test]
fn reg_22_the_same_content_gives_the_same_bytes() {
    let first = printed(&usual());
    assert_eq!(first, printed(&usual()));
    let other = Statement {
        number: 1_235,
        ..usual()
    };
    assert_ne!(first, printed(&other));
}

#[test]
fn a_checkpoint_without_an_anchor_says_so() {
    let mut statement = usual();
    statement.proof.anchor = None;
    let said = Field::ProofAnchorHash.lines(&statement).join(" ");
    assert!(said.starts_with("nicht verankert"), "{said}");
    assert!(Field::ProofAnchorBlock.lines(&statement).is_empty());
    let signer = sample::signer().unwrap();
    assert_eq!(verify(&printed(&statement), signer.public()), Ok(statement));
}

#[test]
fn what_is_sealed_is_read_back() {
    for kind in [
        StatementKind::RegisterStatement,
        StatementKind::HoldingConfirmation,
    ] {
        for language in [Language::German, Language::English] {
            let statement = sample::statement(kind, language);
            let signer = sample::signer().unwrap();
            let read = verify(&printed(&statement), signer.public());
            assert_eq!(read, Ok(statement));
        }
    }
}

#[test]
fn a_changed_byte_is_found_wherever_it_is() {
    let file = printed(&usual());
    let signer = sample::signer().unwrap();
    let seal = b"cashlink statement seal 1\n";
    let seal = file
        .windows(seal.len())
        .position(|window| window == seal)
        .unwrap();
    // Every place of the seal, and others all over the file.
    let places = (0..file.len()).step_by(61).chain(seal..seal + 220);
    for place in places {
        let mut changed = file.clone();
        changed[place] ^= 1;
        let refusal = verify(&changed, signer.public()).unwrap_err();
        let codes = [
            "statement_tampered",
            "statement_unreadable",
            "statement_key_unknown",
        ];
        assert!(codes.contains(&refusal.code()), "byte {place}: {refusal}");
    }
    let longer = [file.as_slice(), b"\n"].concat();
    assert_eq!(verify(&longer, signer.public()), Err(Refusal::Tampered));
}

#[test]
fn every_refusal_has_its_case() {
    let signer = sample::signer().unwrap();
    let refused = |statement: &Statement| verify(&printed(statement), signer.public()).unwrap_err();
    let name = signer.public().name();

    assert_eq!(
        verify(b"%PDF-1.7", signer.public()),
        Err(Refusal::Unreadable)
    );

    let other = Signer::new("elsewhere.example/log", Algorithm::Ed25519, &[7; 32]).unwrap();
    let unknown = verify(&printed(&usual()), other.public()).unwrap_err();
    assert_eq!(unknown.code(), "statement_key_unknown");

    // Somebody else's key under the same name.
    let forger = Signer::new(name, Algorithm::Ed25519, &[8; 32]).unwrap();
    let forged = Press::new().unwrap().print(&usual(), &forger).unwrap();
    assert_eq!(verify(&forged, signer.public()), Err(Refusal::Tampered));

    let mut unsigned = usual();
    unsigned.proof.checkpoint = unsigned.proof.checkpoint.replace("\n300\n", "\n301\n");
    assert_eq!(refused(&unsigned).code(), "statement_checkpoint_refused");

    let mut elsewhere = usual();
    elsewhere.proof.sequence += 1;
    assert_eq!(refused(&elsewhere), Refusal::NotIncluded);

    let mut more = usual();
    more.holding.units += 1;
    assert_eq!(refused(&more), Refusal::Mismatch("holding.units_before"));
    let mut whose = usual();
    whose.holder.id = "0198c5a2-7a43-7e11-b8f3-0d6c1f2a9b70".to_owned();
    assert_eq!(refused(&whose), Refusal::Mismatch("holder.id"));
    let mut when = usual();
    when.transaction.as_mut().unwrap().block += 1;
    assert_eq!(refused(&when), Refusal::Mismatch("transaction.block"));
}

#[test]
fn a_long_statement_has_more_pages_and_odd_names_are_printed() {
    let mut long = usual();
    long.restrictions = (0..200)
        .map(|number| format!("{number}: {}", "Pfandrecht ".repeat(20)))
        .collect();
    long.holder.name =
        "日本 \u{202e} Ångström \"quoted\" {\"format\":\"cashlink statement 1\"".to_owned();
    long.reason = StatementReason::Annual;
    long.holding.units_before = None;
    let file = printed(&long);
    let signer = sample::signer().unwrap();
    assert_eq!(verify(&file, signer.public()), Ok(long));
}
