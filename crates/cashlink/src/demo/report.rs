//! What happened, as two tables: who got what, and what the chain, the register and the API say about it.

use std::fmt::Write;
use std::time::Duration;

use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{CellAlignment, Table};

/// The end of the story.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// One per investment.
    pub delivered: Vec<Delivered>,
    /// One per wallet and asset.
    pub balances: Vec<Balance>,
    /// From the first request to the last.
    pub took: Duration,
}

/// One investment at its end.
#[derive(Clone, Debug)]
pub struct Delivered {
    /// Who.
    pub customer: &'static str,
    /// Where.
    pub environment: String,
    /// Units ordered.
    pub units: u64,
    /// Statuses heard by webhook, in order.
    pub steps: Vec<String>,
    /// Hash of the transaction that delivered.
    pub transaction: String,
    /// From the order to the webhook that says delivered.
    pub took: Duration,
}

/// What the sources say about one wallet and one asset.
#[derive(Clone, Debug)]
pub struct Balance {
    /// Who.
    pub customer: &'static str,
    /// Where.
    pub environment: String,
    /// Which wallet.
    pub wallet: String,
    /// Units ordered.
    pub ordered: u64,
    /// Units that the API says were delivered.
    pub in_api: u64,
    /// Units in the register.
    pub in_register: u64,
    /// Units on the chain.
    pub on_chain: u64,
}

impl Balance {
    fn agrees(&self) -> bool {
        [self.in_api, self.in_register, self.on_chain]
            .iter()
            .all(|units| *units == self.ordered)
    }
}

impl Report {
    /// Whether all sources say the same everywhere.
    pub fn agrees(&self) -> bool {
        !self.balances.is_empty() && self.balances.iter().all(Balance::agrees)
    }

    /// The tables.
    pub fn render(&self) -> String {
        let mut text = String::from("What happened\n");
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{}\n\nWho holds what", self.what_happened());
        let _ = writeln!(text, "{}\n", self.who_holds_what());
        let verdict = if self.agrees() {
            "The API, the register and the chain agree"
        } else {
            "The API, the register and the chain DO NOT AGREE"
        };
        let _ = writeln!(text, "{verdict}; the story took {}.", seconds(self.took));
        text
    }

    fn what_happened(&self) -> Table {
        let mut table = table(&[
            "Investor",
            "Environment",
            "Units",
            "Heard by webhook",
            "Transaction",
            "Order to token",
        ]);
        for row in &self.delivered {
            table.add_row([
                row.customer.to_owned(),
                row.environment.clone(),
                row.units.to_string(),
                row.steps.join("\n"),
                shortened(&row.transaction),
                seconds(row.took),
            ]);
        }
        right(&mut table, &[2, 5]);
        table
    }

    fn who_holds_what(&self) -> Table {
        let mut table = table(&[
            "Investor",
            "Environment",
            "Wallet",
            "API",
            "Register",
            "Chain",
            "",
        ]);
        for row in &self.balances {
            let verdict = if row.agrees() { "✓" } else { "differs" };
            table.add_row([
                row.customer.to_owned(),
                row.environment.clone(),
                shortened(&row.wallet),
                row.in_api.to_string(),
                row.in_register.to_string(),
                row.on_chain.to_string(),
                verdict.to_owned(),
            ]);
        }
        right(&mut table, &[3, 4, 5]);
        table
    }
}

fn table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED).set_header(header);
    table
}

fn right(table: &mut Table, columns: &[usize]) {
    for column in columns {
        if let Some(column) = table.column_mut(*column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
}

/// Enough of a hash or an address to find it again, and narrow enough for a terminal.
fn shortened(hash: &str) -> String {
    match (hash.get(..8), hash.get(hash.len().saturating_sub(6)..)) {
        (Some(start), Some(end)) if hash.len() > 16 => format!("{start}…{end}"),
        _ => hash.to_owned(),
    }
}

fn seconds(took: Duration) -> String {
    format!("{}.{:02} s", took.as_secs(), took.subsec_millis() / 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(on_chain: u64) -> Report {
        Report {
            delivered: vec![Delivered {
                customer: "Erika Mustermann",
                environment: "art".to_owned(),
                units: 12,
                steps: vec![
                    "ACCEPTED".to_owned(),
                    "PAID".to_owned(),
                    "DELIVERED".to_owned(),
                ],
                transaction: format!("0x{}", "ab".repeat(32)),
                took: Duration::from_millis(1234),
            }],
            balances: vec![Balance {
                customer: "Erika Mustermann",
                environment: "art".to_owned(),
                wallet: "0x52908400098527886E0F7030069857D2E4169EE7".to_owned(),
                ordered: 12,
                in_api: 12,
                in_register: 12,
                on_chain,
            }],
            took: Duration::from_secs(3),
        }
    }

    #[test]
    fn equal_balances_agree() {
        let text = report(12).render();
        assert!(text.contains("agree; the story took 3.00 s"), "{text}");
        assert!(
            text.contains("0xababab…ababab") && text.contains("1.23 s"),
            "{text}"
        );
    }

    #[test]
    fn one_source_that_differs_is_shown() {
        assert!(!report(11).agrees());
        let text = report(11).render();
        assert!(
            text.contains("DO NOT AGREE") && text.contains("differs"),
            "{text}"
        );
    }

    #[test]
    fn a_story_without_orders_proves_nothing() {
        assert!(!Report::default().agrees());
    }
}
