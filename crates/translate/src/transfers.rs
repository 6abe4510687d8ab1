//! Transfers.

use domain::{
    Address, FieldCode, FieldErrors, Instruction, InstructionState, ProductId, Recipient,
    TransferRules, Units, WalletId,
};
use wire::transfers as out;

use crate::instructions::{self, Signed};

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
    /// The holder's signature over the assurance, if one was sent.
    pub assurance: Option<[u8; 65]>,
    /// The version of the terms that it was given under, if one was named.
    pub terms_version: Option<u32>,
}

/// Reads the body of creation.
///
/// # Errors
/// Every field that cannot be accepted.
pub fn create(body: &out::TransferCreate) -> Result<Ordered, FieldErrors> {
    let mut errors = FieldErrors::new();
    let target = errors.parse("target_address", &body.target_address);
    let units = instructions::units(&mut errors, "amount", body.amount);
    let signed = instructions::signed(
        &mut errors,
        (body.nonce.as_deref(), body.deadline),
        (body.signature.as_deref(), body.instruction_key),
    );
    let assurance = body.beneficiary_assurance.as_ref();
    let assurance = assurance.and_then(|given| self::assurance(&mut errors, given));
    let ordered = target.zip(units).map(|(target, units)| Ordered {
        product: ProductId::from_uuid(body.product),
        source_wallet: WalletId::from_uuid(body.source_wallet),
        target,
        units,
        signed,
        assurance,
        terms_version: body.terms_version,
    });
    errors.into_result(ordered)
}

/// Of the text that there is.
fn assurance(errors: &mut FieldErrors, given: &out::BeneficiaryAssurance) -> Option<[u8; 65]> {
    if given.version != domain::restriction::ASSURANCE_VERSION {
        let message = "There is one text to assure, version 1.";
        let field = "beneficiary_assurance.version";
        errors.push(field, FieldCode::UnknownValue, message);
    }
    instructions::signature(errors, "beneficiary_assurance.signature", &given.signature)
}

/// A transfer as the network answers it.
pub fn show(
    instruction: &Instruction,
    (source, target): (Recipient, Address),
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
        target_address: target.to_string(),
        amount: units.get(),
        status,
        reason,
        sequence: instruction.sequence,
        transaction_hash,
        received_at: instruction.received_at.to_string(),
        ended_at: ended_at.map(|at| at.to_string()),
        ground: None,
        reversed_by: None,
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
