//! A network made for load: one issuer, one partner, and as many assets with a campaign each as are asked for.

use serde_json::{Value, json};

/// The partner that sells everything.
pub const PARTNER: &str = "Lastprobe Vermittlung GmbH";

/// Name of an asset's environment.
pub fn environment(number: usize) -> String {
    format!("bench-{number:02}")
}

/// The network file.
pub fn file(assets: usize) -> Value {
    let account = json!({
        "account_holder": "Lastprobe Emission GmbH",
        "iban": "DE89370400440532013000",
        "bic": "COBADEFFXXX",
    });
    json!({
        "network": {"name": "bench", "registrar": "Lastprobe Register GmbH"},
        "issuers": [{"key": "issuer", "name": "Lastprobe Emission GmbH", "bank_account": account}],
        "platforms": [{"key": "partner", "name": PARTNER, "identification_import": "trusted",
            "licence": {"type": "wpig_15", "services": ["investment_brokerage"], "authority": "BaFin", "number": "10012345", "valid_from": "2020-01-01"}}],
        "assets": (0..assets).map(asset).collect::<Vec<_>>(),
    })
}

fn asset(number: usize) -> Value {
    json!({
        "environment": environment(number),
        "issuer": "issuer",
        "name": format!("Lastprobe Anleihe {number}"),
        "symbol": format!("LAST{number:02}"),
        "product_type": "BOND",
        "ewpg": true,
        "isin": isin(number),
        "nominal_value": {"amount": "100000", "decimals": 2, "currency": "EUR"},
        "max_issuable_amount": 500_000_000,
        "step_size": 1,
        "payment_deadline": 14,
        "cancellation_deadline": 0,
        "terms": [],
        "campaigns": [{
            "platform": "partner",
            "name": format!("Kampagne {number}"),
            "allocation": 400_000_000,
            "minimum_units": 1,
        }],
    })
}

fn isin(number: usize) -> String {
    let body = format!("DE000BEN{number:03}");
    let check = check_digit(&body);
    format!("{body}{check}")
}

/// Letters become two digits, and every second digit from the right counts double.
fn check_digit(body: &str) -> u32 {
    let digits: String = body
        .chars()
        .filter_map(|letter| letter.to_digit(36))
        .map(|value| value.to_string())
        .collect();
    let sum: u32 = digits
        .chars()
        .rev()
        .filter_map(|digit| digit.to_digit(10))
        .enumerate()
        .map(|(place, digit)| match place % 2 {
            0 => digit * 2 / 10 + digit * 2 % 10,
            _ => digit,
        })
        .sum();
    (10 - sum % 10) % 10
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_digit_is_that_of_a_published_isin() {
        assert_eq!(check_digit("US037833100"), 5);
    }
}
