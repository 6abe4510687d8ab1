//! The figures side by side, as Markdown.

use crate::ours::{Figures, Kind};
use crate::quoted::Quoted;

/// Below this no contract comes that has a slot and a log for each new investor, and one slot for authority and supply.
#[derive(Clone, Copy)]
pub struct Floor;

impl Floor {
    /// Gas of a whole batch.
    pub fn of(self, investors: u64) -> u64 {
        26_000 + 24_248 * investors
    }
}

/// One token's figures.
pub struct Column {
    title: &'static str,
    figures: Vec<(String, u64)>,
}

impl Column {
    pub fn measured(title: &'static str, figures: Figures) -> Self {
        let figures = figures.into_iter().map(|(what, gas)| {
            let each = gas / investors(&what).unwrap_or(1);
            (what, each)
        });
        Self {
            title,
            figures: figures.collect(),
        }
    }

    pub fn quoted(title: &'static str, rows: &[Quoted], pick: fn(&Quoted) -> Option<u64>) -> Self {
        let figures = rows
            .iter()
            .filter_map(|row| Some((row.0.to_owned(), pick(row)?)));
        Self {
            title,
            figures: figures.collect(),
        }
    }

    fn find(&self, what: &str) -> Option<u64> {
        self.figures
            .iter()
            .find(|(name, _)| name == what)
            .map(|(_, gas)| *gas)
    }
}

/// How many investors a row is about, if it is about a batch.
fn investors(what: &str) -> Option<u64> {
    what.strip_prefix("batch of ")?
        .split(',')
        .next()?
        .parse()
        .ok()
}

/// Whether a batch of a hundred new investors stays below so many thousandths of the floor.
pub fn judge(figures: &Figures, kind: Kind, most: u64) -> bool {
    let name = match kind {
        Kind::Clone => "clone",
        Kind::Plain => "plain",
    };
    let (_, gas) = figures
        .iter()
        .find(|(what, _)| what == "batch of 100, new")
        .expect("it is measured");
    let thousandths = gas * 1_000 / Floor.of(100);
    let within = thousandths <= most;
    let verdict = if within { "within" } else { "MISSED, beyond" };
    println!(
        "{name}: a batch of 100 new investors costs {thousandths} thousandths of the floor, {verdict} {most}"
    );
    within
}

/// Whole transactions; rows about a batch are per investor.
pub fn print(title: &str, columns: &[Column], floor: Option<Floor>) {
    let titles: Vec<&str> = columns.iter().map(|column| column.title).collect();
    let ours = &columns[0];
    let (head, line) = match floor {
        Some(_) => (" floor | ours to the floor |", " ---: | ---: |"),
        None => ("", ""),
    };
    println!("\n### {title}\n");
    println!("| gas | {} |{head}", titles.join(" | "));
    println!("| --- |{}{line}", " ---: |".repeat(columns.len()));
    for (what, gas) in &ours.figures {
        let cells = columns
            .iter()
            .map(|column| column.find(what).map_or("–".to_owned(), grouped));
        let cells: Vec<String> = cells.collect();
        let floor = match (floor, investors(what)) {
            (Some(floor), Some(count)) if what.ends_with("new") => {
                let least = floor.of(count);
                let thousandths = (gas * count * 1_000 + least / 2) / least;
                format!(
                    " {} | {}.{:03} |",
                    grouped(least / count),
                    thousandths / 1_000,
                    thousandths % 1_000
                )
            }
            (Some(_), _) => " | |".to_owned(),
            (None, _) => String::new(),
        };
        println!("| {what} | {} |{floor}", cells.join(" | "));
    }
}

/// 1234567 as 1,234,567.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
