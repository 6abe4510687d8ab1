//! What the reader says of each kind of wrong field.
#![allow(clippy::unwrap_used, dead_code)]

use super::*;
use serde::Deserialize;
use serde_json::json;

#[derive(Debug, Deserialize)]
struct Order {
    id: Option<uuid::Uuid>,
    line: Line,
    #[serde(default)]
    lines: Vec<Line>,
    #[serde(default)]
    signed: bool,
    note: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Line {
    units: u8,
    kind: Option<Kind>,
    pair: Option<(u8, u8)>,
    amount: Option<i64>,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(rename_all = "UPPERCASE")]
enum Kind {
    Bond,
    Share,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Closed {
    inner: Option<Box<Closed>>,
}

fn refuses<T: DeserializeOwned + std::fmt::Debug>(value: Value, field: &str, code: &str) {
    let error = read_json::<T>(value.clone()).expect_err(&value.to_string());
    assert_eq!(
        (error.field.as_str(), error.code.as_str()),
        (field, code),
        "{value}"
    );
}

#[test]
fn each_kind_of_wrong_field_has_its_code_and_its_path() {
    refuses::<Order>(json!({}), "line", "missing");
    refuses::<Order>(json!({"line": {}}), "line.units", "missing");
    let second = json!({"line": {"units": 1}, "lines": [{"units": 1}, {}]});
    refuses::<Order>(second, "lines[1].units", "missing");
    refuses::<Order>(json!(3), "body", "invalid_type");
    refuses::<Order>(json!([]), "body", "invalid_type");
    refuses::<Order>(json!({"line": null}), "line", "invalid_type");
    refuses::<Order>(json!({"line": [1]}), "line", "invalid_type");
    refuses::<Order>(json!({"lines": {}}), "lines", "invalid_type");
    refuses::<Order>(json!({"lines": "x"}), "lines", "invalid_type");
    refuses::<Order>(json!({"signed": "true"}), "signed", "invalid_type");
    refuses::<Order>(json!({"note": 5}), "note", "invalid_type");
    refuses::<Order>(json!({"id": "x"}), "id", "invalid_format");
    refuses::<Closed>(json!({"inner": {"more": 1}}), "inner.more", "unknown_field");
    for (line, field, code) in [
        (json!({"units": "3"}), "line.units", "invalid_type"),
        (json!({"units": 1.5}), "line.units", "invalid_type"),
        (json!({"units": null}), "line.units", "invalid_type"),
        (json!({"units": 256}), "line.units", "out_of_range"),
        (json!({"units": -1}), "line.units", "out_of_range"),
        (json!({"units": 1e300}), "line.units", "out_of_range"),
        (json!({"kind": "LOAN"}), "line.kind", "unknown_value"),
        (json!({"kind": 5}), "line.kind", "invalid_type"),
        (json!({"pair": [1, 2, 3]}), "line.pair", "too_long"),
        (json!({"pair": [1]}), "line.pair", "invalid_format"),
        (json!({"amount": u64::MAX}), "line.amount", "out_of_range"),
    ] {
        refuses::<Order>(json!({"line": line}), field, code);
    }
}

#[test]
fn messages_are_for_people_and_bounded() {
    let message = |value| read_json::<Order>(value).unwrap_err().message;
    assert_eq!(
        message(json!({"line": {"kind": "LOAN"}})),
        "must be one of BOND, SHARE"
    );
    assert_eq!(
        message(json!({"line": {"units": "3"}})),
        "must be a whole number"
    );
    assert_eq!(message(json!({"line": 1})), "must be an object");
    let long = message(json!({"id": "x".repeat(5000)}));
    assert!(long.chars().count() <= LONGEST_MESSAGE + 1);
}

#[test]
fn unused_fields_are_listed_with_their_paths() {
    let sent = json!({
        "x": 1,
        "line": {"units": 1, "y": {"z": 1}},
        "lines": [{"units": 1}, {"units": 2, "w": 0}],
    });
    let (_, mut ignored) = read_json::<Order>(sent).unwrap();
    ignored.sort();
    assert_eq!(ignored, ["line.y", "lines[1].w", "x"]);
}

#[derive(Debug, Deserialize)]
struct Filter {
    id: Option<uuid::Uuid>,
    kind: Option<Kind>,
    #[serde(default)]
    kinds: Vec<Kind>,
    units: Option<i32>,
    all: Option<bool>,
}

#[test]
fn a_query_is_parsed_from_texts() {
    let sent = json!({"kind": "BOND", "kinds": ["BOND", "SHARE"], "units": "-5", "all": "True", "other": "1"});
    let (filter, ignored) = read_query::<Filter>(sent).unwrap();
    assert_eq!(
        (filter.kind, filter.units, filter.all),
        (Some(Kind::Bond), Some(-5), Some(true))
    );
    assert_eq!(filter.kinds, [Kind::Bond, Kind::Share]);
    assert_eq!(ignored, ["other"]);
    let (one, _) = read_query::<Filter>(json!({"kinds": "SHARE"})).unwrap();
    assert_eq!(one.kinds, [Kind::Share]);
}

#[test]
fn wrong_parameters_are_named() {
    for (sent, field, code) in [
        (json!({"id": "7"}), "id", "invalid_format"),
        (json!({"id": ""}), "id", "invalid_format"),
        (json!({"kind": "LOAN"}), "kind", "unknown_value"),
        (json!({"kind": ["BOND", "BOND"]}), "kind", "duplicate"),
        (
            json!({"kinds": ["BOND", "LOAN"]}),
            "kinds[1]",
            "unknown_value",
        ),
        (json!({"units": "x"}), "units", "invalid_format"),
        (json!({"units": ["1", "2"]}), "units", "duplicate"),
        (json!({"units": "99999999999"}), "units", "out_of_range"),
        (
            json!({"units": "99999999999999999999999"}),
            "units",
            "out_of_range",
        ),
        (json!({"all": "maybe"}), "all", "invalid_format"),
    ] {
        let error = read_query::<Filter>(sent).unwrap_err();
        assert_eq!((error.field.as_str(), error.code.as_str()), (field, code));
    }
}
