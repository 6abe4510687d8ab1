//! Money objects.

use domain::Money;

/// As the published API writes it.
pub fn show(money: Money) -> wire::money::Money {
    wire::money::Money {
        amount: money.amount().to_string(),
        decimals: money.decimals(),
        currency: money.currency().to_string(),
    }
}
