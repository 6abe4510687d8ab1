//! Merge patches (RFC 7396): applied to a document, and made from two of them.

use serde_json::{Map, Value};

/// The document with the patch applied: what is named is replaced, `null` removes.
pub(crate) fn apply(document: &Value, patch: &Value) -> Value {
    let Value::Object(changes) = patch else {
        return patch.clone();
    };
    let mut merged = document.as_object().cloned().unwrap_or_default();
    for (name, change) in changes {
        if change.is_null() {
            merged.remove(name);
        } else {
            let before = merged.get(name).unwrap_or(&Value::Null);
            let after = apply(before, change);
            merged.insert(name.clone(), after);
        }
    }
    Value::Object(merged)
}

/// The patch that turns one document into the other. An environment that refused a change gets it together with the next one.
pub(crate) fn difference(from: &Value, to: &Value) -> Value {
    let (Value::Object(before), Value::Object(after)) = (from, to) else {
        return to.clone();
    };
    let mut patch = Map::new();
    for name in before.keys().filter(|name| !after.contains_key(*name)) {
        patch.insert(name.clone(), Value::Null);
    }
    for (name, value) in after {
        match before.get(name) {
            Some(same) if same == value => {}
            Some(old) => {
                patch.insert(name.clone(), difference(old, value));
            }
            None => {
                patch.insert(name.clone(), value.clone());
            }
        }
    }
    Value::Object(patch)
}

/// Two patches as one, the second's nulls kept.
pub(crate) fn apply_keeping_nulls(first: &Value, second: &Value) -> Value {
    let (Value::Object(one), Value::Object(other)) = (first, second) else {
        return second.clone();
    };
    let mut both = one.clone();
    for (name, value) in other {
        let before = both.get(name).unwrap_or(&Value::Null);
        let after = apply_keeping_nulls(before, value);
        both.insert(name.clone(), after);
    }
    Value::Object(both)
}

/// Without members that are null: what was left out and what is null mean the same at a creation.
pub(crate) fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let kept = fields.into_iter().filter(|(_, value)| !value.is_null());
            Value::Object(
                kept.map(|(name, value)| (name, without_nulls(value)))
                    .collect::<Map<_, _>>(),
            )
        }
        Value::Array(items) => items.into_iter().map(without_nulls).collect(),
        plain => plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn what_is_named_is_replaced_and_null_removes() {
        let document = json!({"a": {"b": 1, "c": 2}, "d": [1, 2]});
        let patch = json!({"a": {"b": null, "e": {"f": null, "g": 3}}, "d": [3]});
        assert_eq!(
            apply(&document, &patch),
            json!({"a": {"c": 2, "e": {"g": 3}}, "d": [3]})
        );
    }

    #[test]
    fn a_creation_has_no_nulls() {
        let value = json!({"a": null, "b": {"c": null, "d": [{"e": null}]}});
        assert_eq!(without_nulls(value), json!({"b": {"d": [{}]}}));
    }

    fn documents() -> impl Strategy<Value = Value> {
        let tree = (0..3)
            .prop_map(Value::from)
            .prop_recursive(3, 12, 3, |inner| {
                prop::collection::btree_map("[abc]", inner, 0..3)
                    .prop_map(|fields| Value::Object(fields.into_iter().collect()))
            });
        prop::collection::btree_map("[abc]", tree, 0..3)
            .prop_map(|fields| Value::Object(fields.into_iter().collect()))
    }

    proptest! {
        #[test]
        fn a_difference_leads_from_one_document_to_the_other(from in documents(), to in documents()) {
            prop_assert_eq!(apply(&from, &difference(&from, &to)), to);
        }

        #[test]
        fn equal_documents_differ_in_nothing(document in documents()) {
            prop_assert_eq!(difference(&document, &document), json!({}));
        }
    }
}
