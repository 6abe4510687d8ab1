//! The unit as a script of pgbench.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::{CLIENTS, ROUND};
use crate::unit::{Instance, Parameter, Statement, Unit, with_parameters};

/// Runs the unit; units per second.
pub fn run(
    (pgbench, folder): (&Path, &Path),
    url: &str,
    (unit, instances): (&Unit, &[Instance]),
    (round, time): (usize, Duration),
) -> Result<f64> {
    let file = folder.join("unit.sql");
    std::fs::write(&file, script(unit, instances)?)?;
    let mut command = Command::new(pgbench);
    command
        .args(["-n", "-M", "prepared", "-j", "2"])
        .args([
            "-c",
            &CLIENTS.to_string(),
            "-T",
            &time.as_secs().to_string(),
        ])
        // Rounds work on the same database and must not make the same ids.
        .args(["-D", &format!("i={}", round as u64 * ROUND)])
        .arg("-f")
        .arg(&file)
        .arg(url);
    let output = command.output().context("cannot start pgbench")?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let per_second = text.lines().find_map(|line| line.strip_prefix("tps = "));
    let per_second = per_second.and_then(|rest| rest.split_whitespace().next());
    match per_second {
        Some(figure) if output.status.success() => Ok(figure.parse()?),
        _ => bail!("pgbench: {text}{}", String::from_utf8_lossy(&output.stderr)),
    }
}

fn script(unit: &Unit, instances: &[Instance]) -> Result<String> {
    // Each client has campaigns of its own, as each connection to the server has.
    let each = instances.len().div_ceil(CLIENTS);
    let mut script = format!(
        "\\set i :i + 1\n\\set t 1 + (:client_id + {CLIENTS} * (:i % {each})) % {}\n\
         begin transaction isolation level read committed read write;\n",
        instances.len()
    );
    for statement in &unit.0 {
        let text = with_parameters(&statement.text, |number| {
            expression(statement, number, instances)
        })?;
        script.push_str(&text);
        script.push_str(";\n");
    }
    script.push_str("commit;\n");
    Ok(script)
}

fn expression(statement: &Statement, number: usize, instances: &[Instance]) -> Result<String> {
    let parameter = statement
        .parameters
        .get(number)
        .context("a parameter is missing in the log")?;
    let kind = &statement.types[number];
    Ok(match parameter {
        Parameter::Null => format!("null::{kind}"),
        Parameter::Now => "now()".to_owned(),
        Parameter::Constant(text) => format!("E'{}'::{kind}", escaped(text)),
        Parameter::Role(role) => {
            let ids: Vec<String> = instances
                .iter()
                .map(|instance| instance[*role].to_string())
                .collect();
            format!("('{{{}}}'::uuid[])[:t]", ids.join(","))
        }
        // The same ids as those of `new_id`.
        Parameter::NewId(number) => format!(
            "('f' || lpad(to_hex(cast(:i as bigint)), 15, '0') || lpad(to_hex({} + cast(:client_id as bigint)), 16, '0'))::uuid",
            number << 16
        ),
        Parameter::NewText(_, length) => {
            format!(
                "lpad(to_hex(cast(:i as bigint) * 32 + cast(:client_id as bigint)), {length}, 'z')"
            )
        }
    })
}

/// A colon would be a variable of pgbench.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('\'', "''")
        .replace(':', "\\x3a")
}
