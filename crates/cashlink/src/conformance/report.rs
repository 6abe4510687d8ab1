//! What was checked and how it went: for people by the line, for programs as JSON.

use std::fmt::Display;

use serde_json::{Value, json};

use super::rules::{Rule, Weight};

/// How a check went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// As the reference has it.
    Passed,
    /// Otherwise; what was seen.
    Departed(String),
    /// Could not be checked; why.
    Skipped(String),
}

/// One check of a report.
#[derive(Clone, Debug)]
pub struct Checked {
    rule: &'static Rule,
    outcome: Outcome,
}

/// All checks of a run, in their order.
#[derive(Debug, Default)]
pub struct Report {
    checks: Vec<Checked>,
}

impl Report {
    /// Records a check; gives back what it found, for the checks that build on it.
    pub(super) fn record<T>(&mut self, rule: &'static Rule, found: Result<T, String>) -> Option<T> {
        let (outcome, found) = match found {
            Ok(found) => (Outcome::Passed, Some(found)),
            Err(seen) => (Outcome::Departed(seen), None),
        };
        self.checks.push(Checked { rule, outcome });
        found
    }

    /// Records that these could not be checked.
    pub(super) fn skip(&mut self, rules: &[&'static Rule], why: impl Display) {
        for rule in rules {
            let outcome = Outcome::Skipped(why.to_string());
            self.checks.push(Checked { rule, outcome });
        }
    }

    /// How the check of this name went.
    pub fn outcome(&self, id: &str) -> Option<&Outcome> {
        let check = self.checks.iter().find(|check| check.rule.id == id)?;
        Some(&check.outcome)
    }

    /// The names of the checks that must pass and did not.
    pub fn departures(&self) -> impl Iterator<Item = &'static str> {
        let failed = self.checks.iter().filter(|check| check.is_departure());
        failed.map(|check| check.rule.id)
    }

    /// The names of all checks.
    pub fn ids(&self) -> impl Iterator<Item = &'static str> {
        self.checks.iter().map(|check| check.rule.id)
    }

    /// A line a check, what departs with what was expected and seen, and the sum.
    pub fn lines(&self) -> Vec<String> {
        let mut lines: Vec<String> = self.checks.iter().map(Checked::line).collect();
        let count =
            |wanted: fn(&Checked) -> bool| self.checks.iter().filter(|check| wanted(check)).count();
        lines.push(format!(
            "{} passed, {} departed, {} departed where the reference leaves a choice, {} not checked",
            count(|check| check.outcome == Outcome::Passed),
            count(Checked::is_departure),
            count(|check| check.is_other() && !check.is_departure()),
            count(|check| matches!(check.outcome, Outcome::Skipped(_))),
        ));
        lines
    }

    /// The same for programs.
    pub fn json(&self) -> Value {
        let checks: Vec<Value> = self.checks.iter().map(Checked::json).collect();
        json!({"conforms": self.departures().next().is_none(), "checks": checks})
    }
}

impl Checked {
    fn is_other(&self) -> bool {
        matches!(self.outcome, Outcome::Departed(_))
    }

    fn is_departure(&self) -> bool {
        self.is_other() && self.rule.weight == Weight::Must
    }

    fn mark(&self) -> &'static str {
        match (&self.outcome, self.rule.weight) {
            (Outcome::Passed, _) => "passed",
            (Outcome::Departed(_), Weight::Must) => "departed",
            (Outcome::Departed(_), Weight::May) => "other",
            (Outcome::Skipped(_), _) => "skipped",
        }
    }

    fn line(&self) -> String {
        let Rule {
            id,
            section,
            expected,
            ..
        } = self.rule;
        let line = format!("{:8}  {id} ({section})", self.mark());
        match &self.outcome {
            Outcome::Passed => line,
            Outcome::Departed(seen) => {
                format!("{line}\n          expected: {expected}\n          seen:     {seen}")
            }
            Outcome::Skipped(why) => format!("{line}: {why}"),
        }
    }

    fn json(&self) -> Value {
        let mut check = json!({
            "id": self.rule.id,
            "section": self.rule.section,
            "expected": self.rule.expected,
            "outcome": self.mark(),
        });
        match &self.outcome {
            Outcome::Passed => {}
            Outcome::Departed(seen) => check["seen"] = json!(seen),
            Outcome::Skipped(why) => check["reason"] = json!(why),
        }
        check
    }
}
