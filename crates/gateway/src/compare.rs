//! Two descriptions of one investor: in which fields they differ, whatever spelling each side prefers.

use serde_json::Value;

use crate::time;

/// What is compared: the sections of the published investor.
const SECTIONS: [&str; 7] = [
    "natural_person",
    "legal_person",
    "bank_account",
    "tax_information",
    "communication",
    "account_setup_accepted_at",
    "is_custodian_bank",
];

/// Every field in which the two differ, with both values; what an environment never shows is not missed.
pub(crate) fn differing(ours: &Value, theirs: &Value) -> Vec<(String, Value, Value)> {
    let mut found = Vec::new();
    for section in SECTIONS {
        collect(section, &ours[section], &theirs[section], &mut found);
    }
    found
}

fn collect(path: &str, ours: &Value, theirs: &Value, found: &mut Vec<(String, Value, Value)>) {
    match (ours, theirs) {
        (Value::Object(one), Value::Object(other)) => {
            let mut names: Vec<&String> = one.keys().chain(other.keys()).collect();
            names.sort();
            names.dedup();
            for name in names {
                let field = format!("{path}.{name}");
                collect(
                    &field,
                    one.get(name).unwrap_or(&Value::Null),
                    other.get(name).unwrap_or(&Value::Null),
                    found,
                );
            }
        }
        _ if same(ours, theirs) => {}
        _ => found.push((path.to_owned(), ours.clone(), theirs.clone())),
    }
}

/// Environments write the same thing in their own way: without blanks in an IBAN, with another offset in a time, false for nothing.
fn same(ours: &Value, theirs: &Value) -> bool {
    let bare = |text: &str| -> String {
        text.chars()
            .filter(|c| !c.is_whitespace())
            .flat_map(char::to_lowercase)
            .collect()
    };
    let nothing = |value: &Value| matches!(value, Value::Null | Value::Bool(false));
    match (ours, theirs) {
        (Value::String(one), Value::String(other)) => {
            one == other
                || bare(one) == bare(other)
                || matches!((time::parse(one), time::parse(other)), (Some(one), Some(other)) if one == other)
        }
        (one, other) => one == other || (nothing(one) && nothing(other)),
    }
}

/// `a.b` and a value as `{"a": {"b": value}}`.
pub(crate) fn nested(field: &str, value: Value) -> Value {
    field.rsplit('.').fold(value, |inner, name| {
        Value::Object([(name.to_owned(), inner)].into_iter().collect())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn other_spellings_are_no_difference() {
        let ours = json!({
            "bank_account": {"iban": "DE89 3704 0044 0532 0130 00", "currency": "EUR"},
            "account_setup_accepted_at": "2026-05-06T09:14:13+02:00", "natural_person": {"is_pep": false},
        });
        let theirs = json!({
            "bank_account": {"iban": "DE89370400440532013000", "currency": "EUR", "bank": null},
            "account_setup_accepted_at": "2026-05-06T07:14:13Z", "natural_person": {}, "is_custodian_bank": false,
            "kyc_status": "SUCCESS", "id": "x",
        });
        assert_eq!(differing(&ours, &theirs), []);
    }

    #[test]
    fn each_field_that_differs_is_named_with_both_values() {
        let ours = json!({"natural_person": {"city": "Kassel", "zip": "34117"}});
        let theirs = json!({"natural_person": {"city": "Fulda", "zip": "34117", "phone": "1"}});
        let found: Vec<String> = differing(&ours, &theirs)
            .into_iter()
            .map(|(field, ..)| field)
            .collect();
        assert_eq!(found, ["natural_person.city", "natural_person.phone"]);
        assert_eq!(nested("a.b", json!(1)), json!({"a": {"b": 1}}));
    }
}
