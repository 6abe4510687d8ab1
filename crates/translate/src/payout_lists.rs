//! Payout lists.

use domain::{BankAccount, HolderId, InvestorId, Units};
use wire::payout_lists::{PayoutAccount, PayoutEntry};

const HEADING: &str = "holder_id,investor_id,units,account_holder,iban,bic\r\n";

/// A holder as the network answers it.
pub fn entry(
    (holder, investor): (HolderId, InvestorId),
    units: Units,
    account: Option<&BankAccount>,
) -> PayoutEntry {
    PayoutEntry {
        holder_id: holder.uuid(),
        investor_id: investor.uuid(),
        units: units.get(),
        bank_account: account.map(|account| PayoutAccount {
            account_holder: account.account_holder.clone(),
            iban: account.iban.to_string(),
            bic: account.bic.to_string(),
        }),
    }
}

/// The whole list as a table (RFC 4180); fields of an account are empty where there is none.
pub fn csv(entries: &[PayoutEntry]) -> String {
    let mut table = HEADING.to_owned();
    for entry in entries {
        let PayoutEntry {
            holder_id,
            investor_id,
            units,
            ..
        } = entry;
        let account = entry.bank_account.as_ref();
        let field = |read: fn(&PayoutAccount) -> &String| {
            account.map_or_else(String::new, |account| quoted(read(account)))
        };
        let (name, iban, bic) = (
            field(|account| &account.account_holder),
            field(|account| &account.iban),
            field(|account| &account.bic),
        );
        table.push_str(&format!(
            "{holder_id},{investor_id},{units},{name},{iban},{bic}\r\n"
        ));
    }
    table
}

/// A text that no spreadsheet takes for a formula or for two fields.
fn quoted(text: &str) -> String {
    let guard = match text.chars().next() {
        Some('=' | '+' | '-' | '@' | '\t' | '\r') => "'",
        _ => "",
    };
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn a_name_is_neither_a_formula_nor_two_fields() {
        let entry = |name: Option<&str>| PayoutEntry {
            holder_id: Uuid::from_u128(1),
            investor_id: Uuid::from_u128(2),
            units: 3,
            bank_account: name.map(|name| PayoutAccount {
                account_holder: name.to_owned(),
                iban: "DE89370400440532013000".to_owned(),
                bic: "COBADEFFXXX".to_owned(),
            }),
        };
        let table = csv(&[entry(Some("=1+1, \"x\"")), entry(None)]);
        let rows: Vec<&str> = table.split("\r\n").collect();
        assert_eq!(
            rows[1],
            "00000000-0000-0000-0000-000000000001,00000000-0000-0000-0000-000000000002,3,\"'=1+1, \"\"x\"\"\",\"DE89370400440532013000\",\"COBADEFFXXX\""
        );
        assert!(rows[2].ends_with(",3,,,"));
        assert_eq!((rows[0], rows.len()), (HEADING.trim_end(), 4));
    }
}
