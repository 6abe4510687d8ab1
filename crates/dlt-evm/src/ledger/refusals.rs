//! The network's errors in the register's words.

use alloy::primitives::{Address, Bytes};
use alloy::sol_types::SolInterface as _;
use alloy::transports::{RpcError, TransportError};
use dlt::{LedgerError, Refusal};

use super::from_evm;
use crate::contracts::SecurityToken::SecurityTokenErrors;
use crate::contracts::SecurityTokenFactory::SecurityTokenFactoryErrors;
use crate::rpc::NOT_PRODUCER;

/// What a failed request means.
pub(super) fn ledger_error(error: TransportError) -> LedgerError {
    match error {
        RpcError::ErrorResp(payload) if payload.code == NOT_PRODUCER => LedgerError::NotProducer,
        // Internal errors and rate limits pass; everything else is the node's answer to what was asked.
        RpcError::ErrorResp(payload) if payload.code == -32603 || payload.is_retry_err() => {
            LedgerError::Unavailable(payload.message.into_owned())
        }
        RpcError::ErrorResp(payload) => match payload.as_revert_data() {
            Some(reason) => refusal(&reason).into(),
            None => Refusal::Other(payload.message.into_owned()).into(),
        },
        other => LedgerError::Unavailable(other.to_string()),
    }
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
        Ok(SecurityTokenFactoryErrors::NotEnforcement(error)) => no_enforcement(error.caller),
        Err(_) => Refusal::Other(format!("reverted with {reason}")),
    }
}

fn no_enforcement(caller: Address) -> Refusal {
    Refusal::Other(format!("{caller} does not hold the office of enforcement"))
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
        Error::NotEnforcement(error) => no_enforcement(error.caller),
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
