//! The network's errors in the register's words, and those of nodes in an operator's.

use alloy::primitives::Bytes;
use alloy::sol_types::SolInterface as _;
use alloy::transports::{RpcError, TransportError, TransportErrorKind};
use dlt::{LedgerError, Refusal};

use super::from_evm;
use crate::contracts::SecurityToken::SecurityTokenErrors;
use crate::contracts::SecurityTokenFactory::SecurityTokenFactoryErrors;
use crate::rpc::NOT_PRODUCER;

/// What nodes say when a transaction was tried and has no effect. Anything else that they say is about them or the account, and
/// nothing is refused for it.
const EXECUTION: [&str; 8] = [
    "revert",
    "execution failed",
    "out of gas",
    "gas required exceeds",
    "exceeds block gas limit",
    "intrinsic gas",
    "invalid opcode",
    "oversized data",
];
const KNOWN: [&str; 6] = [
    "already known",
    "already imported",
    "known transaction",
    "nonce too low",
    "correct nonce",
    "underpriced",
];
const EARLY: [&str; 2] = ["nonce too high", "nonce gap"];
const SHOWN_CHARACTERS: usize = 200;

/// What a node's no to a transaction means.
#[derive(Debug)]
pub(super) enum Answer {
    /// It has this one, or another one with its nonce.
    Known,
    /// It wants one before it first.
    Early(String),
    /// The account cannot pay for it.
    Unfunded(String),
    Other(LedgerError),
}

/// What a node says to a transaction.
pub(super) fn answer(error: TransportError) -> Answer {
    if let RpcError::ErrorResp(payload) = &error {
        let said = payload.message.to_lowercase();
        if KNOWN.iter().any(|words| said.contains(words)) {
            return Answer::Known;
        }
        if EARLY.iter().any(|words| said.contains(words)) {
            return Answer::Early(payload.message.to_string());
        }
        if is_about_funds(&said) {
            return Answer::Unfunded(shown(&payload.message));
        }
    }
    match ledger_error(error) {
        // It was simulated before, so that this is about how the node is set up.
        LedgerError::Refused(Refusal::Other(reason)) => Answer::Other(unavailable(
            "rejected",
            format!("the node takes no transaction: {reason}"),
        )),
        other => Answer::Other(other),
    }
}

/// What a failed request means.
pub(super) fn ledger_error(error: TransportError) -> LedgerError {
    match error {
        RpcError::ErrorResp(payload) if payload.code == NOT_PRODUCER => LedgerError::NotProducer,
        RpcError::ErrorResp(payload) => {
            if let Some(reason) = payload.as_revert_data() {
                return refusal(&reason).into();
            }
            let said = payload.message.to_lowercase();
            // Internal errors and rate limits pass.
            let passes = payload.code == -32603 || payload.is_retry_err();
            if !passes && EXECUTION.iter().any(|words| said.contains(words)) {
                return Refusal::Other(payload.message.into_owned()).into();
            }
            unavailable(
                "error",
                format!("the node answers: {}", shown(&payload.message)),
            )
        }
        RpcError::DeserError { text, .. } => unavailable("not_json", not_json(&text)),
        RpcError::Transport(TransportErrorKind::HttpError(error)) => {
            let what = format!(
                "the node answers HTTP {}: {}",
                error.status,
                shown(&error.body)
            );
            unavailable("http", what)
        }
        RpcError::NullResp => unavailable("error", "the node answers nothing".into()),
        other => unavailable("unreachable", shown(&other.to_string())),
    }
}

fn not_json(text: &str) -> String {
    let what = match text.trim_start().starts_with('<') {
        true => "HTML",
        false => "something",
    };
    format!(
        "the node answers {what} instead of JSON-RPC, is this its address (dlt.url)? {}",
        shown(text)
    )
}

/// One line that is not too long for a log.
fn shown(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars().take(SHOWN_CHARACTERS).collect()
}

fn is_about_funds(said: &str) -> bool {
    said.contains("insufficient funds") || said.contains("enough funds")
}

pub(super) fn unavailable(kind: &'static str, reason: String) -> LedgerError {
    metrics::counter!("dlt_node_errors_total", "kind" => kind).increment(1);
    LedgerError::Unavailable(reason)
}

/// Something that a person has to look at.
pub(super) fn fault(kind: &'static str, reason: String) -> LedgerError {
    metrics::counter!("dlt_node_errors_total", "kind" => kind).increment(1);
    LedgerError::Fault(reason)
}

/// The office is with another account than the configuration's.
pub(super) fn office(reason: String) -> LedgerError {
    metrics::counter!("dlt_node_errors_total", "kind" => "office").increment(1);
    LedgerError::Office(reason)
}

fn refusal(reason: &Bytes) -> Refusal {
    if let Ok(error) = SecurityTokenErrors::abi_decode(reason) {
        return token_refusal(error);
    }
    match SecurityTokenFactoryErrors::abi_decode(reason) {
        Ok(SecurityTokenFactoryErrors::AssetExists(error)) => {
            Refusal::AssetExists(from_evm(error.token))
        }
        Ok(SecurityTokenFactoryErrors::NotRegistrar(error)) => {
            Refusal::NotRegistrar(from_evm(error.caller))
        }
        Ok(SecurityTokenFactoryErrors::NotEnforcement(error)) => {
            Refusal::NotEnforcement(from_evm(error.caller))
        }
        Err(_) => Refusal::Other(format!("reverted with {reason}")),
    }
}

fn token_refusal(error: SecurityTokenErrors) -> Refusal {
    use SecurityTokenErrors as Error;
    match error {
        Error::NotRegistrar(error) => Refusal::NotRegistrar(from_evm(error.caller)),
        Error::BatchOutOfSequence(error) => Refusal::OutOfSequence {
            expected: error.expected,
            given: error.given,
        },
        Error::ERC7943CannotReceive(error) => Refusal::ReceiverRefused(from_evm(error.account)),
        Error::ERC7943CannotSend(error) => Refusal::SenderRefused(from_evm(error.account)),
        Error::ERC20InsufficientBalance(error) => Refusal::InsufficientUnits {
            available: error.balance.saturating_to(),
            needed: error.needed.saturating_to(),
        },
        Error::ERC7943InsufficientUnfrozenBalance(error) => Refusal::InsufficientUnits {
            available: error.unfrozen.saturating_to(),
            needed: error.amount.saturating_to(),
        },
        Error::TransfersArePaused(_) => Refusal::TransfersPaused,
        Error::TransfersAreLocked(_) => Refusal::TransfersPaused,
        Error::NotEnforcement(error) => Refusal::NotEnforcement(from_evm(error.caller)),
        Error::NotFactory(_) => Refusal::Other("only the factory initialises a token".into()),
        Error::TransfersAreNotPaused(_) => Refusal::Other("there is no pause to end".into()),
        Error::WalletInUse(error) => Refusal::ReceiverRefused(from_evm(error.wallet)),
        Error::TextTooLong(_) => Refusal::Other("the name or symbol is too long".into()),
        Error::MalformedBatch(_) => Refusal::Other("the batch is malformed".into()),
        Error::UnknownStatus(error) => {
            Refusal::Other(format!("there is no status {}", error.status))
        }
        Error::AmountTooLarge(error) => Refusal::Other(format!("{} is too much", error.amount)),
        Error::ERC20InsufficientAllowance(error) => Refusal::InsufficientUnits {
            available: error.allowance.saturating_to(),
            needed: error.needed.saturating_to(),
        },
        Error::ERC7943CannotTransfer(error) => Refusal::SenderRefused(from_evm(error.from)),
    }
}
