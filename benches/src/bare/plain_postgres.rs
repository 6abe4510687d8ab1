//! Where there is no pgbench: connections of the plain driver that await one statement after the other.

use std::error::Error;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use bytes::BytesMut;
use postgres_types::{Format, IsNull, ToSql, Type, to_sql_checked};
use tokio_postgres::NoTls;

use super::{CLIENTS, ROUND};
use crate::clock::days_ago;
use crate::unit::{Instance, Parameter, Turn, Unit, new_id, new_text};

/// A value in PostgreSQL's own spelling.
#[derive(Debug)]
struct Text(Option<String>);

impl ToSql for Text {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match &self.0 {
            Some(text) => {
                out.extend_from_slice(text.as_bytes());
                Ok(IsNull::No)
            }
            None => Ok(IsNull::Yes),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    fn encode_format(&self, _: &Type) -> Format {
        Format::Text
    }

    to_sql_checked!();
}

/// Runs the unit; units per second.
pub async fn run(
    url: &str,
    (unit, instances): (&Unit, &[Instance]),
    (round, time): (usize, Duration),
) -> Result<f64> {
    let begin = Instant::now();
    let clients =
        (0..CLIENTS).map(|number| client(url, (unit, instances), (round, number), begin + time));
    let done = futures_util::future::try_join_all(clients).await?;
    Ok(done.iter().sum::<u64>() as f64 / begin.elapsed().as_secs_f64())
}

async fn client(
    url: &str,
    (unit, instances): (&Unit, &[Instance]),
    (round, number): (usize, usize),
    until: Instant,
) -> Result<u64> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    let driver = tokio::spawn(connection);
    let mut statements = Vec::new();
    for statement in &unit.0 {
        statements.push(client.prepare(&statement.text).await.context("prepare")?);
    }
    let begin = client
        .prepare("begin transaction isolation level read committed read write")
        .await?;
    let commit = client.prepare("commit").await?;
    let mut done = 0;
    while Instant::now() < until {
        let turn = Turn {
            client: number as u64,
            number: round as u64 * ROUND + done,
        };
        let instance = &instances[(number + CLIENTS * (done as usize % 2)) % instances.len()];
        client.execute(&begin, &[]).await?;
        for (statement, prepared) in unit.0.iter().zip(&statements) {
            let values: Vec<Text> = statement
                .parameters
                .iter()
                .map(|parameter| Text(text(parameter, instance, turn)))
                .collect();
            let values: Vec<&(dyn ToSql + Sync)> = values.iter().map(|value| value as _).collect();
            client.query(prepared, &values).await?;
        }
        client.execute(&commit, &[]).await?;
        done += 1;
    }
    drop(client);
    driver.await??;
    Ok(done)
}

/// A parameter as text.
pub fn text(parameter: &Parameter, instance: &Instance, turn: Turn) -> Option<String> {
    Some(match parameter {
        Parameter::Null => return None,
        Parameter::Role(role) => instance[*role].to_string(),
        Parameter::NewId(number) => new_id(turn, *number).to_string(),
        Parameter::NewText(_, length) => new_text(turn, *length),
        Parameter::Now => days_ago(0).to_string(),
        Parameter::Constant(text) => text.clone(),
    })
}
