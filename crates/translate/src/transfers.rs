//! Transfers.

use domain::{
    Address, FieldCode, FieldErrors, Instruction, InstructionState, ProductId, Recipient,
    Timestamp, TransferRules, Units, WalletId,
};
use wire::transfers as out;

/// The longest decimal number of 256 bits.
const LONGEST_NONCE: usize = 78;
const SIGNATURE_BYTES: usize = 65;

/// A transfer as it was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ordered {
    /// What moves.
    pub product: ProductId,
    /// Where it leaves.
    pub source_wallet: WalletId,
    /// Where it goes.
    pub target: Address,
    /// How many units.
    pub units: Units,
    /// The holder's signature, if one was sent.
    pub signed: Option<Signed>,
}

/// A holder's signature with what only the holder has chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// Decimal digits.
    pub nonce: String,
    /// Until when it is good.
    pub deadline: Timestamp,
    /// As it was sent.
    pub signature: [u8; SIGNATURE_BYTES],
}

/// Reads the body of creation.
///
/// # Errors
/// Every field that cannot be accepted.
pub fn create(body: &out::TransferCreate) -> Result<Ordered, FieldErrors> {
    let mut errors = FieldErrors::new();
    let target = errors.parse("target_address", &body.target_address);
    let units = match Units::new(body.amount) {
        Ok(units) if !units.is_zero() => Some(units),
        Ok(_) => {
            errors.push("amount", FieldCode::OutOfRange, "At least one unit moves.");
            None
        }
        Err(error) => {
            errors.push("amount", FieldCode::OutOfRange, error.to_string());
            None
        }
    };
    let signed = signed(&mut errors, body);
    let ordered = target.zip(units).map(|(target, units)| Ordered {
        product: ProductId::from_uuid(body.product),
        source_wallet: WalletId::from_uuid(body.source_wallet),
        target,
        units,
        signed,
    });
    errors.into_result(ordered)
}

/// The three fields belong together: a signature says nothing without what was signed.
fn signed(errors: &mut FieldErrors, body: &out::TransferCreate) -> Option<Signed> {
    if body.nonce.is_none() && body.deadline.is_none() && body.signature.is_none() {
        return None;
    }
    let nonce = present(errors, "nonce", body.nonce.as_deref())?;
    let signature = present(errors, "signature", body.signature.as_deref())?;
    let Some(deadline) = body.deadline else {
        errors.missing("deadline");
        return None;
    };
    let digits = nonce.bytes().all(|byte| byte.is_ascii_digit());
    if nonce.is_empty() || nonce.len() > LONGEST_NONCE || !digits {
        let message = "A nonce is a decimal number of at most 256 bits.";
        errors.push("nonce", FieldCode::InvalidFormat, message);
    }
    let mut bytes = [0; SIGNATURE_BYTES];
    let hexadecimal = signature.strip_prefix("0x").unwrap_or(signature);
    if hex::decode_to_slice(hexadecimal, &mut bytes).is_err() {
        let message = "A signature is 0x and 130 hexadecimal digits.";
        errors.push("signature", FieldCode::InvalidFormat, message);
    }
    Some(Signed {
        nonce: nonce.to_owned(),
        deadline: Timestamp::from_seconds(deadline),
        signature: bytes,
    })
}

fn present<'a>(errors: &mut FieldErrors, field: &str, text: Option<&'a str>) -> Option<&'a str> {
    if text.is_none() {
        errors.missing(field);
    }
    text
}

/// A transfer as the network answers it.
pub fn show(
    instruction: &Instruction,
    (source, target): (Recipient, Recipient),
    units: Units,
) -> out::Transfer {
    let (status, reason) = outcome(instruction.state());
    let (transaction_hash, ended_at) = match *instruction.state() {
        InstructionState::Processing => (None, None),
        InstructionState::Executed {
            at,
            transaction_hash,
        } => (Some(transaction_hash.to_string()), Some(at)),
        InstructionState::Rejected { at, .. } | InstructionState::Withdrawn { at } => {
            (None, Some(at))
        }
    };
    out::Transfer {
        id: instruction.id.uuid(),
        product: instruction.product.uuid(),
        source_wallet: source.wallet_id.uuid(),
        target_address: target.address.to_string(),
        amount: units.get(),
        status,
        reason,
        sequence: instruction.sequence,
        transaction_hash,
        received_at: instruction.received_at.to_string(),
        ended_at: ended_at.map(|at| at.to_string()),
    }
}

/// What partners are told of how far an instruction is, and why it failed.
pub fn outcome(state: &InstructionState) -> (out::TransferStatus, Option<out::TransferFailure>) {
    match state {
        InstructionState::Processing => (out::TransferStatus::Processing, None),
        InstructionState::Executed { .. } => (out::TransferStatus::Succeeded, None),
        InstructionState::Rejected { code, .. } => (
            out::TransferStatus::Failed,
            Some(out::TransferFailure {
                code: code.as_str().to_owned(),
                message: code.message().to_owned(),
            }),
        ),
        InstructionState::Withdrawn { .. } => (
            out::TransferStatus::Failed,
            Some(out::TransferFailure {
                code: "withdrawn".to_owned(),
                message: "The instruction was withdrawn before it was carried out.".to_owned(),
            }),
        ),
    }
}

/// What the registrar says about transfers.
pub fn rules(body: &out::TransferRules) -> TransferRules {
    TransferRules {
        paused: body.paused,
    }
}

/// The same as the network answers it.
pub fn show_rules(rules: &TransferRules) -> out::TransferRules {
    out::TransferRules {
        paused: rules.paused,
    }
}
