//! Wallets.

use domain::wallet::{ProofScheme, Standing, Wallet, WalletKind, WalletProof};
use domain::{Address, FieldCode, FieldErrors, Timestamp};
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
        awaits_proof: wallet.awaits_proof,
        proof: wallet.proof.map(proof),
        address_change: wallet.change.map(|change| out::AddressChange {
            address: change.address.to_string(),
            requested_at: change.requested_at.to_string(),
            effective_at: change.effective_at.to_string(),
            awaits_proof: change.awaits_proof,
            proof: change.proof.map(proof),
        }),
        cooling_until: wallet.cooling_until.map(|end| end.to_string()),
    }
}

/// Reads when the terms of custody were accepted.
///
/// # Errors
/// The field, if it is no time or is not over.
pub fn accepted_at(
    accepted: &out::CustodyAcceptance,
    now: Timestamp,
) -> Result<Timestamp, FieldErrors> {
    const FIELD: &str = "custody_terms.accepted_at";
    let mut errors = FieldErrors::new();
    let at: Option<Timestamp> = errors.parse(FIELD, &accepted.accepted_at);
    if at.is_some_and(|at| at > now) {
        let message = "What is to come has not been accepted yet.";
        errors.push(FIELD, FieldCode::OutOfRange, message);
    }
    errors.into_result(at)
}

/// The longest signature that a contract wallet is asked about.
const LONGEST_SIGNATURE: usize = 4_096;

/// Reads what was signed: how, and the bytes.
///
/// # Errors
/// Every field that cannot be accepted.
pub fn signed(body: &out::WalletProofCreate) -> Result<(ProofScheme, Vec<u8>), FieldErrors> {
    let mut errors = FieldErrors::new();
    let scheme: Option<ProofScheme> = errors.parse("scheme", &body.scheme);
    let digits = body.signature.strip_prefix("0x").unwrap_or_default();
    let bytes = hex::decode(digits).unwrap_or_default();
    let fits = match scheme {
        Some(ProofScheme::Contract) => (1..=LONGEST_SIGNATURE).contains(&bytes.len()),
        _ => matches!(bytes.len(), 64 | 65),
    };
    if !fits {
        let message = "A signature is 0x and 65 bytes in hexadecimal digits, or 64 in the form of EIP-2098; a contract wallet's has up to 4,096.";
        errors.push("signature", FieldCode::InvalidFormat, message);
    }
    errors.into_result(scheme.map(|scheme| (scheme, bytes)))
}

fn proof(proof: WalletProof) -> out::WalletProof {
    out::WalletProof {
        scheme: proof.scheme.to_string(),
        proven_at: proof.at.to_string(),
    }
}
