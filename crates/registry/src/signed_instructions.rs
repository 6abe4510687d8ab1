//! What a holder signs to instruct (EIP-712), and whether a signature is the holder's.

use alloy_core::primitives::{Address as EvmAddress, B256, Signature, U256};
use alloy_core::sol_types::{Eip712Domain, SolStruct};
use domain::{Address, InstructionRefusal, Timestamp, Units};
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

/// The hash that was signed, if the key of the wallet that gives signed exactly this and the deadline is not over.
pub(crate) fn check(
    facts: &Facts,
    signed: &Signed,
    now: Timestamp,
) -> Result<[u8; 32], InstructionRefusal> {
    check_of(facts, &[facts.from], signed, now).map(|(hash, _)| hash)
}

/// The same if one of these keys signed, and which one.
pub(crate) fn check_of(
    facts: &Facts,
    keys: &[Address],
    signed: &Signed,
    now: Timestamp,
) -> Result<([u8; 32], Address), InstructionRefusal> {
    if signed.deadline < now {
        return Err(InstructionRefusal::BadAuth);
    }
    let hash = hash(facts, signed).ok_or(InstructionRefusal::BadAuth)?;
    let signer = signer(&signed.signature, &hash).ok_or(InstructionRefusal::BadAuth)?;
    let key = keys.iter().find(|key| to_evm(**key) == signer);
    key.map(|key| (hash.0, *key))
        .ok_or(InstructionRefusal::BadAuth)
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
    match hash.and_then(|hash| signer(assurance, &hash)) {
        Some(signer) if signer == to_evm(facts.from) => Ok(()),
        _ => Err(InstructionRefusal::BadAuth),
    }
}

/// The hash to sign. Nothing if the nonce has more than 256 bits.
pub(crate) fn digest(facts: &Facts, nonce: &str, deadline: Timestamp) -> Option<[u8; 32]> {
    let unsigned = Signed {
        nonce: nonce.to_owned(),
        deadline,
        signature: [0; 65],
    };
    hash(facts, &unsigned).map(|hash| hash.0)
}

/// The address whose key signed this hash.
pub(crate) fn signer(signature: &[u8; 65], hash: &B256) -> Option<EvmAddress> {
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
