//! What a schema says about a value, with its references unfolded.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::schema::{DEPTH, Document};

/// A schema with its references and `allOf` parts unfolded.
#[derive(Default)]
pub struct View<'a> {
    pub types: BTreeSet<&'a str>,
    pub values: BTreeSet<String>,
    pub properties: BTreeMap<&'a str, &'a Value>,
    pub required: BTreeSet<&'a str>,
    pub items: Option<&'a Value>,
    pub variants: Vec<&'a Value>,
}

impl<'a> View<'a> {
    pub fn of(document: Document<'a>, schema: &'a Value) -> View<'a> {
        let mut view = View::default();
        view.add(document, schema, DEPTH);
        view
    }

    fn add(&mut self, document: Document<'a>, schema: &'a Value, depth: usize) {
        if depth == 0 {
            return;
        }
        let schema = document.resolve(schema);
        match &schema["type"] {
            Value::String(one) => _ = self.types.insert(one),
            Value::Array(several) => self.types.extend(several.iter().filter_map(Value::as_str)),
            _ => {}
        }
        self.values.extend(
            schema["enum"]
                .as_array()
                .into_iter()
                .flatten()
                .map(Value::to_string),
        );
        self.values
            .extend(schema.get("const").map(Value::to_string));
        let properties = schema["properties"].as_object().into_iter().flatten();
        self.properties
            .extend(properties.map(|(field, schema)| (field.as_str(), schema)));
        self.required.extend(
            schema["required"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str),
        );
        if let Some(items) = schema.get("items") {
            self.items = Some(items);
        }
        for part in schema["allOf"].as_array().into_iter().flatten() {
            self.add(document, part, depth - 1);
        }
        for list in ["oneOf", "anyOf"] {
            let all = schema[list].as_array().into_iter().flatten();
            let (null, others): (Vec<&Value>, Vec<&Value>) =
                all.partition(|schema| is_null(schema));
            self.types.extend(null.first().map(|_| "null"));
            self.variants.extend(others);
        }
    }
}

/// The schema inside "null or this" and "all of just this", and whether null is among it.
pub fn unwrap(mut schema: &Value) -> (&Value, bool) {
    let mut nullable = false;
    for _ in 0..DEPTH {
        let lists = ["oneOf", "anyOf", "allOf"]
            .into_iter()
            .find_map(|list| schema.get(list)?.as_array());
        let (null, others): (Vec<&Value>, Vec<&Value>) =
            lists.into_iter().flatten().partition(|part| is_null(part));
        let [only] = others.as_slice() else { break };
        if schema.get("properties").is_some() {
            break;
        }
        nullable |= !null.is_empty();
        schema = only;
    }
    (schema, nullable)
}

fn is_null(schema: &Value) -> bool {
    schema["type"] == "null"
}
