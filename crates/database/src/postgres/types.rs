//! Our values in PostgreSQL's binary format.

use std::error::Error;

use bytes::{BufMut, BytesMut};
use postgres_types::{FromSql, IsNull, ToSql, Type, to_sql_checked};
use uuid::Uuid;

use crate::Value;

/// PostgreSQL counts microseconds from 2000-01-01, we from 1970-01-01.
const EPOCH: i64 = 946_684_800_000_000;

type Refusal = Box<dyn Error + Sync + Send>;

impl ToSql for Value {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Refusal> {
        match (self, kind) {
            (Value::Null, _) => return Ok(IsNull::Yes),
            (Value::Bool(value), &Type::BOOL) => out.put_u8(u8::from(*value)),
            (Value::I64(value), &Type::INT8) => out.put_i64(*value),
            (Value::I64(value), &Type::INT4) => out.put_i32(i32::try_from(*value)?),
            (Value::I64(value), &Type::INT2) => out.put_i16(i16::try_from(*value)?),
            (Value::Time(value), &Type::TIMESTAMPTZ) => {
                out.put_i64(value.checked_sub(EPOCH).ok_or("the time is out of range")?);
            }
            (Value::Uuid(value), &Type::UUID) => out.put_slice(value.as_bytes()),
            (Value::Bytes(value), &Type::BYTEA) => out.put_slice(value),
            (Value::Uuid(value), &Type::BYTEA) => out.put_slice(value.as_bytes()),
            (Value::Text(value), &Type::JSONB) => {
                out.put_u8(1);
                out.put_slice(value.as_bytes());
            }
            (Value::Text(value), kind) if is_text(kind) => out.put_slice(value.as_bytes()),
            (value, kind) => {
                return Err(format!("a parameter of type {kind} was given {}", name(value)).into());
            }
        }
        Ok(IsNull::No)
    }

    /// Whether a value fits shows when it is written, because it depends on the variant.
    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

/// A column in our words.
pub(super) struct Column(pub(super) Value);

impl<'a> FromSql<'a> for Column {
    fn from_sql(kind: &Type, raw: &'a [u8]) -> Result<Column, Refusal> {
        Ok(Column(match *kind {
            Type::BOOL => Value::Bool(raw.first().is_some_and(|byte| *byte != 0)),
            Type::INT8 => Value::I64(i64::from_be_bytes(raw.try_into()?)),
            Type::INT4 => Value::I64(i32::from_be_bytes(raw.try_into()?).into()),
            Type::INT2 => Value::I64(i16::from_be_bytes(raw.try_into()?).into()),
            Type::TIMESTAMPTZ => {
                Value::Time(i64::from_be_bytes(raw.try_into()?).saturating_add(EPOCH))
            }
            Type::UUID => Value::Uuid(Uuid::from_slice(raw)?),
            Type::BYTEA => Value::Bytes(raw.to_vec()),
            Type::JSONB => Value::Text(String::from_utf8(
                raw.get(1..).unwrap_or_default().to_vec(),
            )?),
            Type::VOID => Value::Null,
            _ => Value::Text(String::from_utf8(raw.to_vec())?),
        }))
    }

    fn from_sql_null(_: &Type) -> Result<Column, Refusal> {
        Ok(Column(Value::Null))
    }

    fn accepts(kind: &Type) -> bool {
        is_column(kind)
    }
}

/// Whether a result may have a column of this type. `sum(bigint)` is numeric: write `cast(sum(x) as bigint)`.
pub(super) fn is_column(kind: &Type) -> bool {
    is_parameter(kind) || *kind == Type::VOID
}

/// Whether a statement may have a parameter of this type.
pub(super) fn is_parameter(kind: &Type) -> bool {
    is_text(kind)
        || matches!(
            *kind,
            Type::BOOL
                | Type::INT8
                | Type::INT4
                | Type::INT2
                | Type::TIMESTAMPTZ
                | Type::UUID
                | Type::BYTEA
                | Type::JSONB
        )
}

fn is_text(kind: &Type) -> bool {
    matches!(
        *kind,
        Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::NAME | Type::JSON | Type::UNKNOWN
    )
}

fn name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::I64(_) => "an integer",
        Value::Text(_) => "a text",
        Value::Bytes(_) => "bytes",
        Value::Uuid(_) => "a uuid",
        Value::Time(_) => "a time",
    }
}
