//! JSON text to one normal value: no repeated names, whole numbers as integers, no NUL; and the fingerprint of that value.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use sha2::{Digest, Sha256};
use wire::{FieldCode, ProblemCode};

use crate::error::ApiError;
use crate::reader::{extend_path, named};

/// The value of a JSON text. Depth is bounded by the parser (128).
pub(crate) fn parse(bytes: &[u8]) -> Result<Value, ApiError> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let detail = format!(
            "The body is not UTF-8 from byte {} on.",
            error.valid_up_to()
        );
        ApiError::new(ProblemCode::InvalidEncoding, detail)
    })?;
    // RFC 8259 section 8.1 lets a reader ignore the byte order mark that some systems write.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let Normal(value) = serde_json::from_str(text).map_err(|error| {
        let detail = format!("The body is not JSON: {error}.");
        ApiError::new(ProblemCode::InvalidJson, detail)
    })?;
    refuse_nul(&value)?;
    Ok(value)
}

/// SHA-256 of the value written with sorted names and no spaces: two spellings of one request have one fingerprint.
pub fn fingerprint(value: &Value) -> [u8; 32] {
    let mut text = Vec::new();
    write_canonical(value, &mut text);
    Sha256::digest(&text).into()
}

fn write_canonical(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Object(fields) => {
            // Sorted here, whatever order the map of this build keeps.
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_unstable_by_key(|(name, _)| *name);
            out.push(b'{');
            for (i, (name, value)) in fields.into_iter().enumerate() {
                if i > 0 {
                    out.push(b',');
                }
                write_canonical(&Value::String(name.clone()), out);
                out.push(b':');
                write_canonical(value, out);
            }
            out.push(b'}');
        }
        Value::Array(items) => {
            out.push(b'[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push(b',');
                }
                write_canonical(item, out);
            }
            out.push(b']');
        }
        plain => out.extend(plain.to_string().as_bytes()),
    }
}

/// A number with a fraction of zero is the integer it says: 641.0 is 641 for JSON Schema, and so it is here.
fn number(value: f64) -> Value {
    /// Beyond 2^53 a float no longer says which integer was meant.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if value.fract() == 0.0 && value.abs() <= EXACT {
        return Value::from(value as i64);
    }
    Number::from_f64(value).map_or(Value::Null, Value::Number)
}

/// PostgreSQL text cannot hold NUL, and no honest field needs one.
fn refuse_nul(value: &Value) -> Result<(), ApiError> {
    match find_nul(value, &mut Vec::new()) {
        None => Ok(()),
        Some(field) => Err(ApiError::field(
            field,
            FieldCode::InvalidFormat,
            "must not contain the NUL character",
        )),
    }
}

/// Path of the first text with a NUL.
fn find_nul(value: &Value, path: &mut Vec<String>) -> Option<String> {
    match value {
        Value::String(text) if text.contains('\0') => Some(join(path)),
        Value::Array(items) => items.iter().enumerate().find_map(|(i, item)| {
            path.push(format!("[{i}]"));
            let found = find_nul(item, path);
            path.pop();
            found
        }),
        Value::Object(fields) => fields.iter().find_map(|(name, value)| {
            if name.contains('\0') {
                return Some(join(path));
            }
            path.push(name.clone());
            let found = find_nul(value, path);
            path.pop();
            found
        }),
        _ => None,
    }
}

fn join(path: &[String]) -> String {
    let joined = path
        .iter()
        .fold(String::new(), |all, part| extend_path(&all, part));
    named(joined)
}

struct Normal(Value);

impl<'de> Deserialize<'de> for Normal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NormalVisitor).map(Normal)
    }
}

struct NormalVisitor;

impl<'de> Visitor<'de> for NormalVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(number(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut all = Vec::new();
        while let Some(Normal(item)) = items.next_element()? {
            all.push(item);
        }
        Ok(Value::Array(all))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Value, A::Error> {
        let mut all = Map::new();
        while let Some(name) = fields.next_key::<String>()? {
            // Readers differ in which of two they take, so neither is safe.
            if all.contains_key(&name) {
                return Err(A::Error::custom("a field name is there twice"));
            }
            let Normal(value) = fields.next_value()?;
            all.insert(name, value);
        }
        Ok(Value::Object(all))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::json;

    fn code(text: &str) -> String {
        parse(text.as_bytes()).unwrap_err().problem().code.clone()
    }

    #[test]
    fn whole_numbers_become_integers() {
        let value = parse(br#"{"a": 641.0, "b": [1e3, -0.0, 1.5], "c": 1e300}"#).unwrap();
        assert_eq!(value, json!({"a": 641, "b": [1000, 0, 1.5], "c": 1e300}));
    }

    #[test]
    fn two_spellings_have_one_fingerprint() {
        let one = parse(br#"{"b": 1.0, "a": {"y": "\u00e4", "x": null}}"#).unwrap();
        let other = parse("{\"a\":{\"x\":null,\"y\":\"ä\"},\"b\":1}".as_bytes()).unwrap();
        let another = parse(br#"{"a": {"x": null, "y": "a"}, "b": 1}"#).unwrap();

        assert_eq!(fingerprint(&one), fingerprint(&other));
        assert_ne!(fingerprint(&one), fingerprint(&another));
    }

    #[test]
    fn structure_is_part_of_the_fingerprint() {
        let prints: std::collections::BTreeSet<_> = [
            json!([]),
            json!({}),
            json!([[]]),
            json!(["a", "b"]),
            json!(["a,b"]),
            json!("1"),
            json!(1),
            json!({"a": "b"}),
        ]
        .iter()
        .map(fingerprint)
        .collect();
        assert_eq!(prints.len(), 8);
    }

    #[test]
    fn broken_text_is_refused() {
        for text in [
            "",
            "{",
            "{\"a\":1,}",
            "{\"a\":1} x",
            "nul",
            "{\"a\":1,\"a\":2}",
            "\"\\ud800\"",
            "1e999",
        ] {
            assert_eq!(code(text), "invalid_json", "{text}");
        }
        let deep = "[".repeat(5000) + &"]".repeat(5000);
        assert_eq!(code(&deep), "invalid_json");
        let refusal = parse(b"{\"a\": \"\xff\"}").unwrap_err();
        assert_eq!(refusal.problem().code, "invalid_encoding");
        assert!(refusal.problem().detail.contains("byte 7"));
    }

    #[test]
    fn the_place_of_an_error_is_told() {
        let refusal = parse(b"{\n  \"a\": nope\n}").unwrap_err();
        assert!(refusal.problem().detail.contains("line 2 column"));
    }

    #[test]
    fn nul_is_refused_with_its_field() {
        for (text, field) in [
            (r#"{"a": {"b": ["x", "y\u0000"]}}"#, "a.b[1]"),
            (r#"{"a": {"b\u0000": 1}}"#, "a"),
            (r#"[{"a": "\u0000"}]"#, "[0].a"),
            (r#""\u0000""#, "body"),
        ] {
            let refusal = parse(text.as_bytes()).unwrap_err();
            assert_eq!(refusal.problem().errors[0].field, field);
            assert_eq!(refusal.problem().errors[0].code, "invalid_format");
        }
    }

    #[test]
    fn a_byte_order_mark_is_no_error() {
        assert_eq!(parse("\u{feff}{}".as_bytes()).unwrap(), json!({}));
    }
}
