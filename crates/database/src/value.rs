//! Statements, parameters and rows in one vocabulary for both databases.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use uuid::Uuid;

use crate::DatabaseError;

/// A statement: plain lower-case text with `$1` placeholders, the same for both databases.
///
/// The text must be static, because its address is the key of the statement caches. What only one database
/// understands or types differently is avoided: `sum` and `avg` of a `bigint` are numeric in PostgreSQL, so write
/// `cast(sum(x) as bigint)`; a parameter whose type shows nowhere is cast too. `for update` and `for update skip
/// locked` go on SQLite.
#[derive(Clone, Copy, Debug)]
pub struct Sql(pub &'static str);

impl Sql {
    pub(crate) fn key(self) -> (usize, usize) {
        (self.0.as_ptr() as usize, self.0.len())
    }

    /// The insert of one row, `insert into t (…) values ($1, …)`, as one of so many rows; nothing if it is no such text.
    ///
    /// A text is kept as long as the process lives: there are as many as statements that insert many rows.
    pub(crate) fn of_rows(self, count: usize) -> Option<Sql> {
        type Kept = BTreeMap<(&'static str, usize), Option<Sql>>;
        static KEPT: Mutex<Kept> = Mutex::new(BTreeMap::new());
        let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
        let make = || many_rows(self.0, count).map(|text| Sql(Box::leak(text.into_boxed_str())));
        *kept.entry((self.0, count)).or_insert_with(make)
    }
}

/// Repeats the tuple behind `values` with further parameters; what follows it may not name any.
fn many_rows(text: &str, count: usize) -> Option<String> {
    let (head, tuple) = text.split_once("values (")?;
    let (tuple, behind) = tuple.split_once(')')?;
    if behind.contains('$') {
        return None;
    }
    let columns: Vec<&str> = tuple.split(", ").collect();
    let place = |column: &str| column.strip_prefix('$')?.parse::<usize>().ok();
    let width = columns.iter().filter_map(|column| place(column)).max()?;
    let row = |row: usize| {
        let name = |column: &&str| match place(column) {
            Some(place) => format!("${}", row * width + place),
            None => (*column).to_owned(),
        };
        let names: Vec<String> = columns.iter().map(name).collect();
        format!("({})", names.join(", "))
    };
    let rows: Vec<String> = (0..count).map(row).collect();
    Some(format!("{head}values {}{behind}", rows.join(", ")))
}

/// A parameter or a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// SQL null.
    Null,
    /// `boolean`; 0 or 1 on SQLite.
    Bool(bool),
    /// `bigint`.
    I64(i64),
    /// `text`.
    Text(String),
    /// `bytea`; BLOB on SQLite.
    Bytes(Vec<u8>),
    /// `uuid`; a BLOB of 16 bytes on SQLite.
    Uuid(Uuid),
    /// `timestamptz` as microseconds since the Unix epoch, UTC; INTEGER on SQLite.
    Time(i64),
}

impl Value {
    /// A point in time, in microseconds since the Unix epoch.
    pub fn time(micros: i64) -> Value {
        Value::Time(micros)
    }

    /// A point in time or null.
    pub fn opt_time(micros: Option<i64>) -> Value {
        micros.map_or(Value::Null, Value::Time)
    }
}

/// A point in time in microseconds since the Unix epoch, as a column is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Micros(pub i64);

/// One row of an answer; columns are read by position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row(pub(crate) Vec<Value>);

impl Row {
    /// Reads a column.
    ///
    /// # Errors
    /// [`DatabaseError::Type`] if the column does not exist, is null, or holds another type.
    pub fn get<T: FromValue>(&self, column: usize) -> Result<T, DatabaseError> {
        self.0
            .get(column)
            .and_then(T::from_value)
            .ok_or(DatabaseError::Type {
                column,
                expected: std::any::type_name::<T>(),
            })
    }

    /// The number of columns.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether the row has no column.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// What a column can be read as. SQLite knows no booleans, ids and times, so integers and blobs stand for them.
pub trait FromValue: Sized {
    /// The value, or nothing if the column holds something else.
    fn from_value(value: &Value) -> Option<Self>;
}

impl FromValue for bool {
    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Bool(value) => Some(*value),
            Value::I64(0) => Some(false),
            Value::I64(1) => Some(true),
            _ => None,
        }
    }
}

impl FromValue for i64 {
    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::I64(value) | Value::Time(value) => Some(*value),
            Value::Bool(value) => Some(i64::from(*value)),
            _ => None,
        }
    }
}

/// The smaller integers are stored as `bigint` and must fit when they are read.
macro_rules! narrower_integers {
    ($($integer:ty),*) => {$(
        impl FromValue for $integer {
            fn from_value(value: &Value) -> Option<Self> {
                i64::from_value(value).and_then(|value| value.try_into().ok())
            }
        }
    )*};
}
narrower_integers!(i32, u8, u16, u32, u64, usize);

impl FromValue for String {
    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Text(value) => Some(value.clone()),
            _ => None,
        }
    }
}

impl FromValue for Vec<u8> {
    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Bytes(value) => Some(value.clone()),
            Value::Uuid(value) => Some(value.as_bytes().to_vec()),
            _ => None,
        }
    }
}

impl<const N: usize> FromValue for [u8; N] {
    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Bytes(value) => value.as_slice().try_into().ok(),
            _ => None,
        }
    }
}

impl FromValue for Uuid {
    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Uuid(value) => Some(*value),
            Value::Bytes(value) => Uuid::from_slice(value).ok(),
            _ => None,
        }
    }
}

impl FromValue for Micros {
    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Time(value) | Value::I64(value) => Some(Micros(*value)),
            _ => None,
        }
    }
}

impl FromValue for Value {
    fn from_value(value: &Value) -> Option<Self> {
        Some(value.clone())
    }
}

impl<T: FromValue> FromValue for Option<T> {
    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Null => Some(None),
            value => T::from_value(value).map(Some),
        }
    }
}

/// The conversions into a parameter, one line each.
macro_rules! parameters {
    ($($from:ty => |$name:ident| $value:expr),* $(,)?) => {$(
        impl From<$from> for Value {
            fn from($name: $from) -> Value {
                $value
            }
        }
    )*};
}
parameters! {
    bool => |value| Value::Bool(value),
    i64 => |value| Value::I64(value),
    i32 => |value| Value::I64(value.into()),
    u32 => |value| Value::I64(value.into()),
    u16 => |value| Value::I64(value.into()),
    u8 => |value| Value::I64(value.into()),
    &str => |value| Value::Text(value.to_owned()),
    &String => |value| Value::Text(value.clone()),
    String => |value| Value::Text(value),
    &[u8] => |value| Value::Bytes(value.to_vec()),
    &Vec<u8> => |value| Value::Bytes(value.clone()),
    Vec<u8> => |value| Value::Bytes(value),
    Uuid => |value| Value::Uuid(value),
    Micros => |value| Value::Time(value.0),
}

impl<const N: usize> From<[u8; N]> for Value {
    fn from(value: [u8; N]) -> Value {
        Value::Bytes(value.to_vec())
    }
}

impl<const N: usize> From<&[u8; N]> for Value {
    fn from(value: &[u8; N]) -> Value {
        Value::Bytes(value.to_vec())
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Value {
        value.map_or(Value::Null, Into::into)
    }
}

#[cfg(test)]
mod tests {
    use super::many_rows;

    #[test]
    fn a_row_is_repeated_with_parameters_of_its_own_and_its_constants() {
        let one = "insert into t (a, b, c)\nvalues ($1, 'x', $2)\non conflict (a) do update set c = t.c + excluded.c";
        let two = "insert into t (a, b, c)\nvalues ($1, 'x', $2), ($3, 'x', $4)\non conflict (a) do update set c = t.c + excluded.c";
        assert_eq!(many_rows(one, 2).as_deref(), Some(two));
    }

    #[test]
    fn what_is_more_than_a_row_of_values_is_not_repeated() {
        let selects = "insert into t (a) select $1 from u";
        let names_more = "insert into t (a) values ($1) on conflict (a) do update set a = $2";
        assert_eq!(many_rows(selects, 2), None);
        assert_eq!(many_rows(names_more, 2), None);
    }
}
