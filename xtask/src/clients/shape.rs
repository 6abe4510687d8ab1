//! The schemas of the document, as far as clients need them: what is not understood is anything.

use serde_json::Value;

const REFERENCE: &str = "#/components/schemas/";
const PAGE: &str = "Page_";

/// A named schema.
pub struct Schema {
    pub name: String,
    pub about: String,
    pub shape: Shape,
}

pub enum Shape {
    Object(Vec<Field>),
    /// Open-ended: servers may be newer.
    Names(Vec<String>),
    Other(Type),
}

pub struct Field {
    pub name: String,
    pub about: String,
    pub kind: Type,
    pub required: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Type {
    Text,
    Integer,
    Number,
    Boolean,
    Anything,
    Named(String),
    Page(String),
    List(Box<Type>),
    Nullable(Box<Type>),
}

impl Schema {
    pub fn read(name: &str, schema: &Value) -> Self {
        let shape = match (&schema["enum"], &schema["properties"]) {
            (Value::Array(names), _) => Shape::Names(
                names
                    .iter()
                    .filter_map(Value::as_str)
                    .map(str::to_owned)
                    .collect(),
            ),
            (_, Value::Object(properties)) => {
                let fields = properties.iter().map(|(name, field)| Field {
                    name: name.clone(),
                    about: about(field),
                    kind: Type::read(field),
                    required: contains(&schema["required"], name),
                });
                Shape::Object(fields.collect())
            }
            _ if schema["type"] == "object" => Shape::Object(Vec::new()),
            _ => Shape::Other(Type::read(schema)),
        };
        Self {
            name: name.to_owned(),
            about: text(schema, "description"),
            shape,
        }
    }

    /// The schemas it names.
    pub fn references(&self) -> Vec<&str> {
        match &self.shape {
            Shape::Object(fields) => fields
                .iter()
                .filter_map(|field| field.kind.name())
                .collect(),
            Shape::Names(_) => Vec::new(),
            Shape::Other(kind) => kind.name().into_iter().collect(),
        }
    }
}

impl Type {
    pub fn read(schema: &Value) -> Self {
        if let Some(name) = schema["$ref"].as_str() {
            let name = name.trim_start_matches(REFERENCE);
            return match name.strip_prefix(PAGE) {
                Some(entry) => Type::Page(entry.to_owned()),
                None => Type::Named(name.to_owned()),
            };
        }
        if let Some(choices) = schema["oneOf"].as_array().or(schema["anyOf"].as_array()) {
            return match choices.as_slice() {
                [one] => Type::read(one),
                [one, null] | [null, one] if null["type"] == "null" => Type::read(one).nullable(),
                _ => Type::Anything,
            };
        }
        let kinds: Vec<&str> = match &schema["type"] {
            Value::String(kind) => vec![kind],
            Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        let [kind] = kinds
            .iter()
            .filter(|kind| **kind != "null")
            .collect::<Vec<_>>()[..]
        else {
            return Type::Anything;
        };
        let plain = match *kind {
            "string" => Type::Text,
            "integer" => Type::Integer,
            "number" => Type::Number,
            "boolean" => Type::Boolean,
            "array" => Type::List(Box::new(Type::read(&schema["items"]))),
            _ => Type::Anything,
        };
        match kinds.contains(&"null") {
            true => plain.nullable(),
            false => plain,
        }
    }

    fn nullable(self) -> Self {
        Type::Nullable(Box::new(self))
    }

    /// The schema it names, within lists too.
    pub fn name(&self) -> Option<&str> {
        match self {
            Type::Named(name) | Type::Page(name) => Some(name),
            Type::List(inner) | Type::Nullable(inner) => inner.name(),
            _ => None,
        }
    }
}

/// Beside a reference that may be null, the description stands within the choice.
fn about(field: &Value) -> String {
    match text(field, "description") {
        own if own.is_empty() => text(&field["oneOf"][0], "description"),
        own => own,
    }
}

pub fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_default().trim().to_owned()
}

fn contains(list: &Value, name: &str) -> bool {
    list.as_array()
        .is_some_and(|list| list.iter().any(|entry| entry == name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_the_document_says_of_a_field_becomes_its_type() {
        let wallet = json!({"$ref": "#/components/schemas/Wallet"});
        let named = || Type::Named("Wallet".to_owned());
        for (schema, kind) in [
            (json!({"type": "string", "format": "uuid"}), Type::Text),
            (
                json!({"type": ["integer", "null"]}),
                Type::Integer.nullable(),
            ),
            (wallet.clone(), named()),
            (
                json!({"oneOf": [wallet, {"type": "null"}]}),
                named().nullable(),
            ),
            (
                json!({"type": "array", "items": wallet}),
                Type::List(Box::new(named())),
            ),
            (
                json!({"$ref": "#/components/schemas/Page_Wallet"}),
                Type::Page("Wallet".to_owned()),
            ),
            (
                json!({"oneOf": [{"type": "string"}, {"type": "integer"}]}),
                Type::Anything,
            ),
            (json!({}), Type::Anything),
        ] {
            assert_eq!(Type::read(&schema), kind, "{schema}");
        }
    }
}
