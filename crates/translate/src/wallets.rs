//! Wallets.

use domain::wallet::{Standing, Wallet, WalletKind};
use domain::{Address, FieldErrors};
use wire::wallets as out;

/// Reads an address; `field` is its path in the body.
///
/// # Errors
/// The field, if it is not an address that can hold units.
pub fn address(field: &str, text: &str) -> Result<Address, FieldErrors> {
    let mut errors = FieldErrors::new();
    let address = errors.parse(field, text);
    errors.into_result(address)
}

/// A wallet as the network answers it.
pub fn show(wallet: &Wallet, standing: &Standing) -> out::Wallet {
    out::Wallet {
        id: wallet.id.uuid(),
        kind: match wallet.kind {
            WalletKind::Generic => out::WalletType::EthGeneric,
            WalletKind::Managed => out::WalletType::EthManaged,
        },
        address: wallet.address.to_string(),
        receiving_enabled: wallet.receiving_enabled,
        eligible: standing.is_eligible(),
        frozen: wallet.frozen,
    }
}
