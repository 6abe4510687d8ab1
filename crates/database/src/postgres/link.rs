//! The statements that one connection has prepared.

use std::collections::HashMap;

use tokio_postgres::{Client, Statement};

use super::flight::{Check, Step, failure, in_order};
use crate::dialect::OneRow;
use crate::{DatabaseError, Sql, Value};

/// A client and the statements that it has prepared.
pub(super) struct Link {
    pub(super) client: Client,
    statements: HashMap<Key, Statement>,
}

/// The address of the text, and whether it is the form that checks its own row count.
type Key = (usize, usize, Form);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Form {
    Plain,
    Checked,
}

/// A statement of the next flight before it is prepared.
pub(super) struct Planned<'a> {
    pub(super) sql: Sql,
    pub(super) params: &'a [Value],
    pub(super) check: Check,
}

impl Link {
    pub(super) fn new(client: Client) -> Link {
        Link {
            client,
            statements: HashMap::new(),
        }
    }

    /// Makes every statement be prepared again.
    pub(super) fn forget_statements(&mut self) {
        self.statements.clear();
    }

    /// The steps of a flight, with the statements prepared that this connection has not met before.
    pub(super) async fn prepare<'a>(
        &mut self,
        planned: Vec<Planned<'a>>,
    ) -> Result<Vec<Step<'a>>, DatabaseError> {
        let mut missing: Vec<(Key, &'static str, String)> = Vec::new();
        for plan in &planned {
            let key = plan.key();
            if !self.statements.contains_key(&key)
                && missing.iter().all(|(other, ..)| *other != key)
            {
                missing.push((key, plan.sql.0, plan.text()));
            }
        }
        let prepared = in_order(
            missing
                .iter()
                .map(|(_, _, text)| self.client.prepare(text))
                .collect(),
        )
        .await;
        for ((key, sql, _), statement) in missing.into_iter().zip(prepared) {
            let statement = statement.map_err(|error| failure(&error, sql))?;
            self.statements.insert(key, statement);
        }
        let steps = planned.into_iter().map(|plan| Step::Run {
            statement: self.statements[&plan.key()].clone(),
            sql: plan.sql.0,
            params: plan.params,
            check: plan.check,
        });
        Ok(steps.collect())
    }
}

impl Planned<'_> {
    fn key(&self) -> Key {
        let (start, length) = self.sql.key();
        let form = match self.check {
            Check::Divides(_) => Form::Checked,
            Check::Nothing | Check::OneRow(_) => Form::Plain,
        };
        (start, length, form)
    }

    fn text(&self) -> String {
        match (self.check, OneRow::of(self.sql.0)) {
            (Check::Divides(_), OneRow::Checked(text)) => text,
            _ => self.sql.0.to_owned(),
        }
    }
}
