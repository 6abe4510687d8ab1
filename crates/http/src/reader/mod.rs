//! Reads a JSON value, or the parameters of a query, into a type, and says of each wrong field where it is and what is wrong.
//!
//! An own deserializer and not serde_json's: its error carries a code instead of a text to take apart, it takes no array for an
//! object (serde's derived types would read their fields in order), and it knows which fields nobody read.

mod access;
mod complaint;

use std::cell::RefCell;
use std::fmt;

use serde::de::{DeserializeOwned, Deserializer, IntoDeserializer, Visitor};
use serde_json::Value;
use wire::{FieldCode, FieldError};

use access::{Fields, Items};
use complaint::Complaint;

/// The longest text that goes into a message: some complaints quote what was sent.
const LONGEST_MESSAGE: usize = 200;

/// The value as `T` and the paths of the fields that `T` does not have.
pub(crate) fn read_json<T: DeserializeOwned>(value: Value) -> Result<(T, Vec<String>), FieldError> {
    read(value, Source::Json)
}

/// The same for the parameters of a query: an object of texts, and of lists of texts where a name is repeated.
pub(crate) fn read_query<T: DeserializeOwned>(
    value: Value,
) -> Result<(T, Vec<String>), FieldError> {
    read(value, Source::Query)
}

fn read<T: DeserializeOwned>(value: Value, source: Source) -> Result<(T, Vec<String>), FieldError> {
    let ignored = RefCell::new(Vec::new());
    let reader = Reader {
        value,
        source,
        path: &Path::Root,
        ignored: &ignored,
    };
    match T::deserialize(reader) {
        Ok(value) => Ok((value, ignored.into_inner())),
        Err(Complaint {
            path,
            code,
            message,
        }) => Err(FieldError::new(
            named(shortened(&path)),
            code,
            shortened(&message),
        )),
    }
}

/// A path and its next part: `a` and `b` give `a.b`, `a` and `[0]` give `a[0]`.
pub(crate) fn extend_path(path: &str, part: &str) -> String {
    if path.is_empty() || part.is_empty() || part.starts_with('[') {
        format!("{path}{part}")
    } else {
        format!("{path}.{part}")
    }
}

/// The path as partners see it; the body itself has a name too.
pub(crate) fn named(path: String) -> String {
    if path.is_empty() {
        "body".to_owned()
    } else {
        path
    }
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= LONGEST_MESSAGE {
        return text.to_owned();
    }
    let head: String = text.chars().take(LONGEST_MESSAGE).collect();
    format!("{head}…")
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Source {
    /// Values have types.
    Json,
    /// Everything is text and is parsed on demand.
    Query,
}

enum Path<'a> {
    Root,
    Name(&'a Path<'a>, &'a str),
    Index(&'a Path<'a>, usize),
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Path::Root => Ok(()),
            Path::Name(Path::Root, name) => f.write_str(name),
            Path::Name(parent, name) => write!(f, "{parent}.{name}"),
            Path::Index(parent, index) => write!(f, "{parent}[{index}]"),
        }
    }
}

struct Reader<'a> {
    value: Value,
    source: Source,
    path: &'a Path<'a>,
    ignored: &'a RefCell<Vec<String>>,
}

impl Reader<'_> {
    /// What a type asks for that reads whatever is there.
    fn anything<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Complaint> {
        match self.value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(value),
            Value::String(text) => visitor.visit_string(text),
            Value::Array(_) => self.list(visitor),
            Value::Object(_) => self.object(visitor),
            Value::Number(ref number) => match (number.as_u64(), number.as_i64()) {
                (Some(value), _) => visitor.visit_u64(value),
                (_, Some(value)) => visitor.visit_i64(value),
                _ => visitor.visit_f64(number.as_f64().unwrap_or(f64::NAN)),
            },
        }
    }

    fn integer<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Complaint> {
        match &self.value {
            Value::Number(number) if !number.is_f64() => self.anything(visitor),
            // Whole, and too large to be one of ours: the parser made integers of all others.
            Value::Number(number) if number.as_f64().is_some_and(|n| n.fract() == 0.0) => {
                Err(Complaint::new(FieldCode::OutOfRange, "is too large"))
            }
            Value::String(text) if self.source == Source::Query => {
                integer_of(text).and_then(|number| match number {
                    Integer::Negative(value) => visitor.visit_i64(value),
                    Integer::Natural(value) => visitor.visit_u64(value),
                })
            }
            other => Err(self.wrong_type(other, "a whole number")),
        }
    }

    fn float<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Complaint> {
        match &self.value {
            Value::Number(_) => self.anything(visitor),
            Value::String(text) if self.source == Source::Query => match text.parse() {
                Ok(value) => visitor.visit_f64(value),
                Err(_) => Err(Complaint::new(FieldCode::InvalidFormat, "must be a number")),
            },
            other => Err(self.wrong_type(other, "a number")),
        }
    }

    fn boolean<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Complaint> {
        match &self.value {
            Value::Bool(value) => visitor.visit_bool(*value),
            // Python's clients write True and False.
            Value::String(text) if self.source == Source::Query => match text.as_str() {
                "true" | "True" => visitor.visit_bool(true),
                "false" | "False" => visitor.visit_bool(false),
                _ => Err(Complaint::new(
                    FieldCode::InvalidFormat,
                    "must be true or false",
                )),
            },
            other => Err(self.wrong_type(other, "true or false")),
        }
    }

    fn text<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Complaint> {
        match self.value {
            Value::String(text) => visitor.visit_string(text),
            ref other => Err(self.wrong_type(other, "a text")),
        }
    }

    fn object<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Complaint> {
        match self.value {
            Value::Object(fields) => visitor.visit_map(Fields {
                rest: fields.into_iter(),
                next: None,
                source: self.source,
                path: self.path,
                ignored: self.ignored,
            }),
            ref other => Err(self.wrong_type(other, "an object")),
        }
    }

    fn list<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Complaint> {
        let items = match self.value {
            Value::Array(items) => items,
            // A parameter given once is a list of one.
            Value::String(_) if self.source == Source::Query => vec![self.value],
            ref other => return Err(self.wrong_type(other, "a list")),
        };
        let mut items = Items {
            rest: items.into_iter().enumerate(),
            source: self.source,
            path: self.path,
            ignored: self.ignored,
        };
        let value = visitor.visit_seq(&mut items)?;
        match items.rest.next() {
            None => Ok(value),
            Some(_) => Err(Complaint::new(FieldCode::TooLong, "has too many items")),
        }
    }

    fn wrong_type(&self, found: &Value, wanted: &str) -> Complaint {
        match (self.source, found) {
            (Source::Query, Value::Array(_)) => {
                Complaint::new(FieldCode::Duplicate, "is there twice")
            }
            _ => Complaint::new(FieldCode::InvalidType, format!("must be {wanted}")),
        }
    }
}

enum Integer {
    Negative(i64),
    Natural(u64),
}

fn integer_of(text: &str) -> Result<Integer, Complaint> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(Complaint::new(
            FieldCode::InvalidFormat,
            "must be a whole number",
        ));
    }
    let natural = text.parse().map(Integer::Natural);
    natural
        .or_else(|_| text.parse().map(Integer::Negative))
        .map_err(|_| Complaint::new(FieldCode::OutOfRange, "is out of range"))
}

impl<'de> Deserializer<'de> for Reader<'_> {
    type Error = Complaint;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Complaint> {
        self.anything(visitor)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Complaint> {
        self.boolean(visitor)
    }

    fn deserialize_i8<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Complaint> {
        self.integer(visitor)
    }

    fn deserialize_i16<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Complaint> {
        self.integer(visitor)
    }

    fn deserialize_i32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Complaint> {
        self.integer(visitor)
    }

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Complaint> {
        self.integer(visitor)
    }

    fn deserialize_u8<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Complaint> {
        self.integer(visitor)
    }

    fn deserialize_u16<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Complaint> {
        self.integer(visitor)
    }

    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Complaint> {
        self.integer(visitor)
    }

    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Complaint> {
        self.integer(visitor)
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Complaint> {
        self.float(visitor)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Complaint> {
        self.float(visitor)
    }

    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Complaint> {
        self.text(visitor)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Complaint> {
        self.text(visitor)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Complaint> {
        self.text(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Complaint> {
        match self.value {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Complaint> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Complaint> {
        self.list(visitor)
    }

    fn deserialize_tuple<V: Visitor<'de>>(
        self,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Complaint> {
        self.list(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Complaint> {
        self.list(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Complaint> {
        self.object(visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Complaint> {
        self.object(visitor)
    }

    /// Names only: the published API has no variants with content.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Complaint> {
        match self.value {
            Value::String(name) => visitor.visit_enum(name.into_deserializer()),
            ref other => Err(self.wrong_type(other, "a text")),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Complaint> {
        self.ignored.borrow_mut().push(self.path.to_string());
        visitor.visit_unit()
    }

    serde::forward_to_deserialize_any! { bytes byte_buf unit unit_struct identifier }
}

#[cfg(test)]
mod tests;
