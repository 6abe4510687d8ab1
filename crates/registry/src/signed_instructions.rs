//! What a holder signs to instruct (EIP-712, or a text with Ed25519), and whether a signature is by a key.

use alloy_core::primitives::{Address as EvmAddress, B256, Signature, U256, eip191_hash_message};
use alloy_core::sol_types::{Eip712Domain, SolStruct};
use domain::{Address, InstructionRefusal, KeyKind, Timestamp, Units};
use ring::signature::{ED25519, UnparsedPublicKey};
use sha2::{Digest as _, Sha256};
use translate::instructions::Signed;

/// The types have to be named as wallets show them; the documentation of `TransferCreate` and `RedemptionCreate` repeats them.
#[allow(missing_docs, clippy::all)]
mod typed_data {
    alloy_core::sol! {
        struct Transfer {
            address from;
            address to;
            uint256 amount;
            uint256 nonce;
            uint256 deadline;
        }

        struct Redemption {
            address wallet;
            uint256 units;
            uint256 nonce;
            uint256 deadline;
        }

        struct BeneficiaryAssurance {
            address wallet;
            uint256 amount;
            uint256 nonce;
            uint256 deadline;
            string text;
        }
    }
}

/// The name and version of the signing domain.
pub(crate) const NAME: &str = "Cashlink Register";
pub(crate) const VERSION: &str = "1";

/// What leaves which wallet; a signature for one token or network says nothing for another.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Facts {
    pub(crate) chain_id: u64,
    pub(crate) token: Address,
    pub(crate) from: Address,
    pub(crate) units: Units,
    pub(crate) purpose: Purpose,
}

/// Where the units shall go.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Purpose {
    /// To another holder's wallet.
    Transfer(Address),
    /// To the issuer, against payment.
    Redemption,
}

/// The hash that was signed, and the address whose key signed it as typed data, whosever that is.
pub(crate) fn recovered(facts: &Facts, signed: &Signed) -> Option<([u8; 32], Address)> {
    let hash = hash(facts, signed)?;
    let signer = signer(&signed.signature, &hash)?;
    Some((hash.0, Address::from_bytes(signer.into_array())))
}

/// The hash that was signed, if this key has signed exactly this.
pub(crate) fn digest_by(key: KeyKind, facts: &Facts, signed: &Signed) -> Option<[u8; 32]> {
    match key {
        KeyKind::Eip712(address) => recovered(facts, signed)
            .filter(|(_, signer)| *signer == address)
            .map(|(hash, _)| hash),
        KeyKind::Ed25519(public) => {
            let text = text(facts, &public, signed)?;
            is_ed25519(&public, &text, &signed.signature)
                .then(|| Sha256::digest(text.as_bytes()).into())
        }
    }
}

/// Whether this key has signed a text: of a wallet's kind as `personal_sign` does (EIP-191).
pub(crate) fn is_text_signed(key: KeyKind, text: &str, signature: &[u8]) -> bool {
    match key {
        KeyKind::Eip712(address) => {
            signer(signature, &eip191_hash_message(text)) == Some(to_evm(address))
        }
        KeyKind::Ed25519(public) => is_ed25519(&public, text, signature),
    }
}

fn is_ed25519(public: &[u8; 32], text: &str, signature: &[u8]) -> bool {
    UnparsedPublicKey::new(&ED25519, public)
        .verify(text.as_bytes(), signature)
        .is_ok()
}

/// What an Ed25519 key signs: what typed data say, as lines, with the key itself. Nothing if the nonce has more than 256 bits.
fn text(facts: &Facts, public: &[u8; 32], signed: &Signed) -> Option<String> {
    let (nonce, deadline) = numbers(signed)?;
    let Facts {
        chain_id,
        token,
        from,
        units,
        purpose,
    } = facts;
    let units = units.get();
    let moves = match purpose {
        Purpose::Transfer(to) => format!("Transfer\nfrom: {from}\nto: {to}\namount: {units}"),
        Purpose::Redemption => format!("Redemption\nwallet: {from}\nunits: {units}"),
    };
    Some(format!(
        "{NAME} {VERSION}\nchainId: {chain_id}\nverifyingContract: {token}\n{moves}\nnonce: {nonce}\ndeadline: {deadline}\nkey: 0x{}",
        hex::encode(public)
    ))
}

/// Whether the holder has signed that a beneficiary consents to this instruction.
pub(crate) fn check_assurance(
    facts: &Facts,
    signed: &Signed,
    assurance: &[u8; 65],
) -> Result<(), InstructionRefusal> {
    let hash = numbers(signed).map(|(nonce, deadline)| {
        let said = typed_data::BeneficiaryAssurance {
            wallet: to_evm(facts.from),
            amount: U256::from(facts.units.get()),
            nonce,
            deadline,
            text: domain::restriction::ASSURANCE.to_owned(),
        };
        in_domain(facts, &said)
    });
    match hash.and_then(|hash| signer(assurance.as_slice(), &hash)) {
        Some(signer) if signer == to_evm(facts.from) => Ok(()),
        _ => Err(InstructionRefusal::BadAuth),
    }
}

/// The hash to sign. Nothing if the nonce has more than 256 bits.
pub(crate) fn digest(facts: &Facts, nonce: &str, deadline: Timestamp) -> Option<[u8; 32]> {
    let unsigned = Signed {
        nonce: nonce.to_owned(),
        deadline,
        signature: Vec::new(),
        key: None,
    };
    hash(facts, &unsigned).map(|hash| hash.0)
}

/// The address whose key signed this hash.
pub(crate) fn signer(signature: &[u8], hash: &B256) -> Option<EvmAddress> {
    let signature = Signature::from_raw(signature).ok()?;
    signature.recover_address_from_prehash(hash).ok()
}

/// Nothing if the nonce has more than 256 bits.
fn numbers(signed: &Signed) -> Option<(U256, U256)> {
    let nonce = U256::from_str_radix(&signed.nonce, 10).ok()?;
    let deadline = U256::from(u64::try_from(signed.deadline.seconds()).ok()?);
    Some((nonce, deadline))
}

fn hash(facts: &Facts, signed: &Signed) -> Option<B256> {
    let (nonce, deadline) = numbers(signed)?;
    let (from, units) = (to_evm(facts.from), U256::from(facts.units.get()));
    Some(match facts.purpose {
        Purpose::Transfer(to) => in_domain(
            facts,
            &typed_data::Transfer {
                from,
                to: to_evm(to),
                amount: units,
                nonce,
                deadline,
            },
        ),
        Purpose::Redemption => in_domain(
            facts,
            &typed_data::Redemption {
                wallet: from,
                units,
                nonce,
                deadline,
            },
        ),
    })
}

fn in_domain(facts: &Facts, said: &impl SolStruct) -> B256 {
    said.eip712_signing_hash(&Eip712Domain::new(
        Some(NAME.into()),
        Some(VERSION.into()),
        Some(U256::from(facts.chain_id)),
        Some(to_evm(facts.token)),
        None,
    ))
}

fn to_evm(address: Address) -> EvmAddress {
    EvmAddress::from(address.bytes())
}
