//! What the server really executes for one investment, read from PostgreSQL's own log of statements.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// A statement that was executed, with the texts of its parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Executed {
    pub text: String,
    pub parameters: Vec<Option<String>>,
}

/// The last transactions in the log that wrote into a table, without `begin` and `commit`.
pub fn transactions(folder: &Path, table: &str, count: usize) -> Result<Vec<Vec<Executed>>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        if path.extension().is_some_and(|end| end == "json") {
            found.extend(of_file(&fs::read_to_string(&path)?, table)?);
        }
    }
    if found.len() < count {
        bail!(
            "only {} transactions of {table} are in the log",
            found.len()
        );
    }
    Ok(found.split_off(found.len() - count))
}

fn of_file(log: &str, table: &str) -> Result<Vec<Vec<Executed>>> {
    let insert = format!("insert into {table}\n");
    let mut open: HashMap<i64, Vec<Executed>> = HashMap::new();
    let mut found = Vec::new();
    for line in log.lines() {
        let entry: Value = serde_json::from_str(line).context("a line of the log")?;
        let (Some(process), Some(message)) = (entry["pid"].as_i64(), entry["message"].as_str())
        else {
            continue;
        };
        let Some((kind, text)) = message.split_once(": ") else {
            continue;
        };
        if kind == "statement" && text.starts_with("begin") {
            open.insert(process, Vec::new());
        } else if kind == "statement" && text == "commit" {
            let done = open.remove(&process).unwrap_or_default();
            if done
                .iter()
                .any(|statement| statement.text.contains(&insert))
            {
                found.push(done);
            }
        } else if kind.starts_with("execute")
            && let Some(statements) = open.get_mut(&process)
        {
            statements.push(Executed {
                text: text.to_owned(),
                parameters: parameters(entry["detail"].as_str().unwrap_or_default())?,
            });
        }
    }
    Ok(found)
}

/// `Parameters: $1 = 'it''s', $2 = NULL`.
fn parameters(detail: &str) -> Result<Vec<Option<String>>> {
    let Some((_, mut rest)) = detail.split_once(": ") else {
        return Ok(Vec::new());
    };
    let mut values = Vec::new();
    while !rest.is_empty() {
        let (_, value) = rest
            .split_once(" = ")
            .context("a parameter without a value")?;
        if let Some(behind) = value.strip_prefix("NULL") {
            values.push(None);
            rest = behind.trim_start_matches(", ");
            continue;
        }
        let mut text = String::new();
        let mut quoted = value.strip_prefix('\'').context("a value without quotes")?;
        loop {
            let end = quoted.find('\'').context("a value without an end")?;
            text.push_str(&quoted[..end]);
            quoted = &quoted[end + 1..];
            match quoted.strip_prefix('\'') {
                Some(behind) => {
                    text.push('\'');
                    quoted = behind;
                }
                None => break,
            }
        }
        values.push(Some(text));
        rest = quoted.trim_start_matches(", ");
    }
    Ok(values)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_read_with_their_quotes_and_nulls() {
        let read = parameters("Parameters: $1 = 'it''s, $2 = ', $2 = NULL, $3 = ''").unwrap();
        assert_eq!(
            read,
            [Some("it's, $2 = ".to_owned()), None, Some(String::new())]
        );
    }

    #[test]
    fn a_transaction_is_found_by_the_table_it_writes() {
        let log = r#"{"pid":7,"message":"statement: begin transaction"}
{"pid":7,"message":"execute s1: insert into t\n(a) values ($1)","detail":"Parameters: $1 = '5'"}
{"pid":8,"message":"execute s2: select 1"}
{"pid":7,"message":"statement: commit"}"#;
        let found = of_file(log, "t").unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0][0].parameters, [Some("5".to_owned())]);
        assert!(of_file(log, "u").unwrap().is_empty());
    }
}
