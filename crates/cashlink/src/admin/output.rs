//! What an operator's command answers: a table for people, JSON for programs.
use comfy_table::Table;
use comfy_table::presets::ASCII_MARKDOWN;
use serde_json::{Map, Value};

use crate::terminal::say;
/// A list with named columns.
pub struct Rows {
    header: &'static [&'static str],
    rows: Vec<Vec<Value>>,
}

impl Rows {
    /// An empty list.
    pub fn new(header: &'static [&'static str]) -> Self {
        Self {
            header,
            rows: Vec::new(),
        }
    }

    /// Adds a row; it has a value for each column.
    pub fn push(&mut self, row: impl IntoIterator<Item = Value>) {
        let row: Vec<Value> = row.into_iter().collect();
        debug_assert_eq!(row.len(), self.header.len(), "a value for each column");
        self.rows.push(row);
    }

    /// Prints the list.
    pub fn print(&self, json: bool) {
        if json {
            return print_json(&self.to_json());
        }
        let mut table = Table::new();
        table.load_style(ASCII_MARKDOWN).set_header(self.header);
        for row in &self.rows {
            table.add_row(row.iter().map(shown));
        }
        say(table);
    }

    fn to_json(&self) -> Value {
        let object = |row: &Vec<Value>| {
            let fields = self.header.iter().map(|name| (*name).to_owned());
            Value::Object(fields.zip(row.iter().cloned()).collect::<Map<_, _>>())
        };
        self.rows.iter().map(object).collect()
    }
}

/// Prints one thing: its fields one a line, or as JSON.
pub fn print_one(fields: &[(&str, Value)], json: bool) {
    if json {
        let object: Map<_, _> = fields
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect();
        return print_json(&Value::Object(object));
    }
    let width = fields
        .iter()
        .map(|(name, _)| name.len())
        .max()
        .unwrap_or_default();
    for (name, value) in fields {
        say(format!("{name:width$}  {}", shown(value)));
    }
}

/// Prints a value for programs.
pub fn print_json(value: &Value) {
    say(format!("{value:#}"));
}

/// Text without quotes, nothing for null.
fn shown(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn json_names_every_column() {
        let mut rows = Rows::new(&["id", "name"]);
        rows.push([json!(1), json!("Alpen")]);
        assert_eq!(rows.to_json(), json!([{"id": 1, "name": "Alpen"}]));
    }
}
