//! The unit on SQLite: one connection, one commit per unit, `synchronous=full`.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use postgres_types::Type;
use rusqlite::Connection;
use rusqlite::config::DbConfig;
use rusqlite::types::Value;

use super::ROUND;
use crate::clock::days_ago;
use crate::unit::{
    Instance, Parameter, Turn, Unit, new_id, new_text, one_line, plain, with_parameters,
};

/// As the server opens its writer.
const PRAGMAS: &str = "
pragma journal_mode = wal;
pragma synchronous = full;
pragma foreign_keys = on;
pragma wal_autocheckpoint = 2000;
pragma temp_store = memory;
pragma cache_size = -32768;
";

/// Runs the unit; units per second.
pub fn run(
    file: &Path,
    unit: &Unit,
    instances: &[Instance],
    (round, time): (usize, Duration),
) -> Result<f64> {
    let connection = Connection::open(file)?;
    connection.execute_batch(PRAGMAS)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    let mut statements = Vec::new();
    for statement in &unit.0 {
        let text = with_parameters(&plain(&statement.text), |number| {
            Ok(format!("?{}", number + 1))
        })?;
        statements.push(connection.prepare(&text).with_context(|| one_line(&text))?);
    }
    let mut begin = connection.prepare("begin immediate")?;
    let mut commit = connection.prepare("commit")?;
    let started = Instant::now();
    let mut done = 0;
    while started.elapsed() < time {
        let turn = Turn {
            client: 0,
            number: round as u64 * ROUND + done,
        };
        let instance = &instances[done as usize % instances.len()];
        begin.execute([])?;
        for (statement, prepared) in unit.0.iter().zip(&mut statements) {
            let pairs = statement.parameters.iter().zip(&statement.types);
            for (index, (parameter, kind)) in (1..).zip(pairs) {
                prepared.raw_bind_parameter(index, value(parameter, kind, instance, turn)?)?;
            }
            let mut rows = prepared.raw_query();
            while let Some(row) = rows.next()? {
                std::hint::black_box(row.get_ref(0)?);
            }
        }
        commit.execute([])?;
        done += 1;
    }
    Ok(done as f64 / started.elapsed().as_secs_f64())
}

/// A parameter in SQLite's types.
fn value(parameter: &Parameter, kind: &Type, instance: &Instance, turn: Turn) -> Result<Value> {
    let id = |id: uuid::Uuid| Value::Blob(id.as_bytes().to_vec());
    Ok(match parameter {
        Parameter::Null => Value::Null,
        Parameter::Role(role) => id(instance[*role]),
        Parameter::NewId(number) => id(new_id(turn, *number)),
        Parameter::NewText(_, length) => Value::Text(new_text(turn, *length)),
        Parameter::Now => Value::Integer(days_ago(0).as_microsecond()),
        Parameter::Constant(text) => constant(text, kind)?,
    })
}

fn constant(text: &str, kind: &Type) -> Result<Value> {
    Ok(match *kind {
        Type::UUID => Value::Blob(text.parse::<uuid::Uuid>()?.as_bytes().to_vec()),
        Type::BYTEA => Value::Blob(hex::decode(text.trim_start_matches("\\x"))?),
        Type::BOOL => Value::Integer(i64::from(text == "t")),
        Type::INT8 | Type::INT4 | Type::INT2 => Value::Integer(text.parse()?),
        Type::TEXT | Type::VARCHAR => Value::Text(text.to_owned()),
        ref other => bail!("no place for the type {other}"),
    })
}
