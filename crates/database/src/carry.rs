//! Rows by the names of their columns: how they are carried to another database, whichever of the two it is.
//!
//! What only one engine tells apart is written in one way: times are microseconds since the Unix epoch, truth values 0 and 1, ids their bytes.

use std::collections::BTreeMap;

use crate::{DatabaseError, Engine, Row, Sql, Tx, Value};

/// What a column holds on either database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Carried {
    /// Nothing.
    Null,
    /// A number, a time or a truth value.
    Integer(i64),
    /// Text.
    Text(String),
    /// Bytes or an id.
    Bytes(Vec<u8>),
}

/// A row by the names of its columns.
pub type CarriedRow = BTreeMap<String, Carried>;

/// A table of which rows are carried.
pub struct Table {
    columns: Vec<(String, String)>,
    key: Vec<usize>,
    first: Sql,
    next: Sql,
    insert: Sql,
    insert_missing: Sql,
}

/// The place behind the last row that was read.
#[derive(Clone, Debug)]
pub struct Place(Vec<Value>);

const SQLITE_COLUMNS: Sql = Sql("select name, type from pragma_table_info($1) order by name");
const POSTGRES_COLUMNS: Sql = Sql(
    "select cast(column_name as text), cast(data_type as text) from information_schema.columns
where table_schema = current_schema()
and table_name = $1
order by column_name collate \"C\"",
);

impl Table {
    /// A table with the rows that a condition on `$1` takes, in the order of its primary key.
    ///
    /// The texts of its statements are kept as long as the process lives: they are as many as tables that were carried.
    ///
    /// # Errors
    /// As [`Tx::query`]; [`DatabaseError::NoRow`] if there is no such table, or it lacks a column of the key.
    pub fn open(
        tx: &mut Tx,
        name: &str,
        key: &[&str],
        condition: &str,
    ) -> Result<Self, DatabaseError> {
        let sql = match tx.engine() {
            Engine::Sqlite => SQLITE_COLUMNS,
            Engine::Postgres => POSTGRES_COLUMNS,
        };
        let rows = tx.query(sql, &[name.into()])?;
        let columns: Vec<(String, String)> = rows
            .iter()
            .map(|row| Ok((row.get(0)?, row.get::<String>(1)?.to_ascii_lowercase())))
            .collect::<Result<_, DatabaseError>>()?;
        let place = |wanted: &&str| columns.iter().position(|(column, _)| column == wanted);
        let missing = || DatabaseError::NoRow(format!("{name}: {}", key.join(", ")));
        let places = key
            .iter()
            .map(|wanted| place(wanted).ok_or_else(missing))
            .collect::<Result<_, _>>()?;
        let names: Vec<&str> = columns.iter().map(|(column, _)| column.as_str()).collect();
        let (list, keys) = (names.join(", "), key.join(", "));
        let numbered =
            |from: usize, count: usize| (from..from + count).map(|place| format!("${place}"));
        let behind: Vec<String> = numbered(3, key.len()).collect();
        let values: Vec<String> = numbered(1, columns.len()).collect();
        let select = format!("select {list} from {name} where ({condition})");
        let insert = format!("insert into {name} ({list}) values ({})", values.join(", "));
        Ok(Self {
            key: places,
            first: kept(format!("{select} order by {keys} limit $2")),
            next: kept(format!(
                "{select} and ({keys}) > ({}) order by {keys} limit $2",
                behind.join(", ")
            )),
            insert_missing: kept(format!("{insert} on conflict ({keys}) do nothing")),
            insert: kept(insert),
            columns,
        })
    }

    /// So many rows behind a place, or the first ones, and the place behind them; no place once there are no more.
    ///
    /// # Errors
    /// As [`Tx::query`].
    pub fn rows(
        &self,
        tx: &mut Tx,
        parameter: Value,
        after: Option<&Place>,
        limit: u32,
    ) -> Result<(Vec<CarriedRow>, Option<Place>), DatabaseError> {
        let mut parameters = vec![parameter, limit.into()];
        let sql = match after {
            None => self.first,
            Some(Place(key)) => {
                parameters.extend(key.iter().cloned());
                self.next
            }
        };
        let rows = tx.query(sql, &parameters)?;
        let place = rows.last().map(|row| self.place(row)).transpose()?;
        let carried = rows
            .iter()
            .map(|row| self.carried(row))
            .collect::<Result<_, _>>()?;
        Ok((carried, place))
    }

    /// Adds a row that must not be there; a column that it does not name is null.
    ///
    /// # Errors
    /// As [`Tx::later`], and [`DatabaseError::Type`] if a value is none of its column.
    pub fn insert(&self, tx: &mut Tx, row: &CarriedRow) -> Result<(), DatabaseError> {
        let values = self.values(row)?;
        tx.later(self.insert, &values)
    }

    /// Adds a row unless there is one with its key.
    ///
    /// # Errors
    /// As [`Table::insert`].
    pub fn insert_missing(&self, tx: &mut Tx, row: &CarriedRow) -> Result<(), DatabaseError> {
        let values = self.values(row)?;
        tx.later_any(self.insert_missing, &values)
    }

    fn place(&self, row: &Row) -> Result<Place, DatabaseError> {
        let key = self.key.iter().map(|column| row.get::<Value>(*column));
        key.collect::<Result<_, _>>().map(Place)
    }

    fn carried(&self, row: &Row) -> Result<CarriedRow, DatabaseError> {
        let columns = self.columns.iter().enumerate();
        columns
            .map(|(place, (name, _))| Ok((name.clone(), carried(row.get(place)?))))
            .collect()
    }

    fn values(&self, row: &CarriedRow) -> Result<Vec<Value>, DatabaseError> {
        let columns = self.columns.iter().enumerate();
        columns
            .map(|(column, (name, kind))| {
                let carried = row.get(name).unwrap_or(&Carried::Null);
                value(kind, carried).ok_or(DatabaseError::Type {
                    column,
                    expected: "a value of the column's type",
                })
            })
            .collect()
    }
}

fn kept(text: String) -> Sql {
    Sql(Box::leak(text.into_boxed_str()))
}

fn carried(value: Value) -> Carried {
    match value {
        Value::Null => Carried::Null,
        Value::Bool(value) => Carried::Integer(i64::from(value)),
        Value::I64(value) | Value::Time(value) => Carried::Integer(value),
        Value::Text(value) => Carried::Text(value),
        Value::Bytes(value) => Carried::Bytes(value),
        Value::Uuid(value) => Carried::Bytes(value.as_bytes().to_vec()),
    }
}

/// The value as a column of this type takes it.
fn value(kind: &str, carried: &Carried) -> Option<Value> {
    Some(match (carried, kind) {
        (Carried::Null, _) => Value::Null,
        (Carried::Integer(value), "boolean") => Value::Bool(match value {
            0 => false,
            1 => true,
            _ => return None,
        }),
        (Carried::Integer(value), "timestamp with time zone") => Value::Time(*value),
        (Carried::Integer(value), "bigint" | "integer") => Value::I64(*value),
        (Carried::Text(value), "text") => Value::Text(value.clone()),
        (Carried::Bytes(value), "uuid") => Value::Uuid(uuid::Uuid::from_slice(value).ok()?),
        (Carried::Bytes(value), "blob" | "bytea") => Value::Bytes(value.clone()),
        _ => return None,
    })
}
