//! Commands as calls of the contracts.

use alloy::primitives::{Address, Bytes, U256};
use alloy::sol_types::SolCall as _;
use dlt::{Command, LedgerError};
use domain::Isin;

use super::{Office, to_evm};
use crate::contracts::{SecurityToken, SecurityTokenFactory};

/// Wallets in one batch. 682 new ones fit a transaction's gas; fewer are taken up by blocks more easily.
pub const MAXIMUM_BATCH: usize = 500;
const MAXIMUM_NAME_BYTES: usize = 255;

const ADMITTED: u16 = 1;
const BARRED: u16 = 2;

/// What a transaction is for, as costs are told later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Purpose {
    pub(super) act: &'static str,
    pub(super) asset: Option<Address>,
    /// That move by it.
    pub(super) units: u64,
    pub(super) wallets: usize,
}

impl Purpose {
    /// What moves nothing.
    pub(super) fn of(act: &'static str) -> Self {
        Self {
            act,
            asset: None,
            units: 0,
            wallets: 0,
        }
    }
}

/// Which contract is called with what.
pub(super) fn encode(command: &Command, factory: Address) -> Result<(Address, Bytes), LedgerError> {
    match command {
        Command::CreateAsset {
            isin,
            name,
            symbol,
            issue_volume,
            terms_hash,
        } => {
            if *issue_volume == 0 || i64::try_from(*issue_volume).is_err() {
                return invalid("an issue volume is between 1 and 2^63 - 1");
            }
            if name.len() > MAXIMUM_NAME_BYTES || symbol.len() > MAXIMUM_NAME_BYTES {
                return invalid("a name or symbol is too long");
            }
            let call = SecurityTokenFactory::createCall {
                isin: isin_bytes(isin).into(),
                issueVolume: *issue_volume,
                termsHash: terms_hash.into(),
                name: name.clone(),
                symbol: symbol.clone(),
            };
            Ok((factory, call.abi_encode().into()))
        }
        Command::DeliverBatch {
            asset,
            sequence,
            items,
        } => {
            if items.is_empty() || items.len() > MAXIMUM_BATCH {
                return invalid("a batch has between 1 and 500 items");
            }
            if items.iter().any(|(_, units)| *units == 0) {
                return invalid("a delivery of no units");
            }
            let words = items
                .iter()
                .flat_map(|(wallet, units)| item(to_evm(*wallet), *units));
            let items = words.collect::<Vec<u8>>().into();
            let call = SecurityToken::batchDeliverCall {
                sequence: *sequence,
                items,
            };
            Ok((to_evm(*asset), call.abi_encode().into()))
        }
        Command::Transfer {
            asset,
            from,
            to,
            units,
        } => {
            if *units == 0 {
                return invalid("a transfer of no units");
            }
            let call = SecurityToken::transferByInstructionCall {
                from: to_evm(*from),
                to: to_evm(*to),
                amount: U256::from(*units),
            };
            Ok((to_evm(*asset), call.abi_encode().into()))
        }
        Command::TakeBack { asset, from, units } => {
            if *units == 0 {
                return invalid("a return of no units");
            }
            let call = SecurityToken::takeBackCall {
                from: to_evm(*from),
                amount: U256::from(*units),
            };
            Ok((to_evm(*asset), call.abi_encode().into()))
        }
        Command::Burn { asset, units } => {
            if *units == 0 {
                return invalid("a deletion of no units");
            }
            // Undelivered units, and those that came back, lie with the token contract itself.
            let call = SecurityToken::burnCall {
                from: to_evm(*asset),
                amount: U256::from(*units),
            };
            Ok((to_evm(*asset), call.abi_encode().into()))
        }
        Command::Freeze {
            asset,
            wallet,
            units,
        } => {
            let call = SecurityToken::setFrozenTokensCall {
                account: to_evm(*wallet),
                amount: U256::from(*units),
            };
            Ok((to_evm(*asset), call.abi_encode().into()))
        }
        Command::Admit { asset, wallet } => Ok(status(to_evm(*asset), to_evm(*wallet), ADMITTED)),
        Command::Bar { asset, wallet } => Ok(status(to_evm(*asset), to_evm(*wallet), BARRED)),
        Command::Anchor {
            asset,
            size,
            root,
            log_key,
        } => {
            let call = SecurityToken::anchorCheckpointCall {
                size: *size,
                root: root.into(),
                logKey: log_key.into(),
            };
            Ok((to_evm(*asset), call.abi_encode().into()))
        }
    }
}

/// Whose key a command needs.
pub(super) fn office(command: &Command) -> Office {
    match command {
        Command::Freeze { .. } | Command::Bar { .. } => Office::Enforcement,
        _ => Office::Registry,
    }
}

/// How enforcement does what the registry may not: units that are frozen move by its hand alone, and so does a bar end. What is taken back
/// it cannot do; the register lifts the freeze first.
pub(super) fn by_enforcement(command: &Command) -> Option<(Address, Bytes)> {
    match command {
        Command::Transfer {
            asset,
            from,
            to,
            units,
        } => {
            let call = SecurityToken::forcedTransferCall {
                from: to_evm(*from),
                to: to_evm(*to),
                amount: U256::from(*units),
            };
            Some((to_evm(*asset), call.abi_encode().into()))
        }
        Command::Admit { asset, wallet } => Some(status(to_evm(*asset), to_evm(*wallet), ADMITTED)),
        _ => None,
    }
}

/// What a command is told as when costs are.
pub(super) fn purpose(command: &Command) -> Purpose {
    let (act, asset, units, wallets) = match command {
        Command::CreateAsset { .. } => ("issue", None, 0, 0),
        Command::DeliverBatch { asset, items, .. } => {
            let units = items.iter().map(|(_, units)| *units);
            let units = units.fold(0, u64::saturating_add);
            ("delivery", Some(asset), units, items.len())
        }
        Command::Transfer { asset, units, .. } => ("transfer", Some(asset), *units, 1),
        Command::TakeBack { asset, units, .. } => ("take_back", Some(asset), *units, 1),
        Command::Burn { asset, units } => ("burn", Some(asset), *units, 0),
        Command::Freeze { asset, .. } => ("freeze", Some(asset), 0, 1),
        Command::Bar { asset, .. } => ("bar", Some(asset), 0, 1),
        Command::Admit { asset, .. } => ("admit", Some(asset), 0, 1),
        Command::Anchor { asset, .. } => ("anchor", Some(asset), 0, 0),
    };
    Purpose {
        act,
        asset: asset.copied().map(to_evm),
        units,
        wallets,
    }
}

/// Who gets something by a command, or may from then on.
pub(super) fn receivers(command: &Command) -> Vec<domain::Address> {
    match command {
        Command::DeliverBatch { items, .. } => items.iter().map(|(wallet, _)| *wallet).collect(),
        Command::Transfer { to, .. } => vec![*to],
        Command::Admit { wallet, .. } => vec![*wallet],
        _ => Vec::new(),
    }
}

/// The twelve characters of an ISIN, which is how the contracts know it.
pub(super) fn isin_bytes(isin: &Isin) -> [u8; 12] {
    isin.as_str()
        .as_bytes()
        .try_into()
        .expect("an ISIN has twelve characters")
}

/// The contract's item: the wallet's 20 bytes, then the units as 12 bytes.
fn item(wallet: Address, units: u64) -> [u8; 32] {
    let mut word = [0; 32];
    word[..20].copy_from_slice(wallet.as_slice());
    word[24..].copy_from_slice(&units.to_be_bytes());
    word
}

fn status(asset: Address, account: Address, status: u16) -> (Address, Bytes) {
    (
        asset,
        SecurityToken::setStatusCall { account, status }
            .abi_encode()
            .into(),
    )
}

fn invalid<T>(reason: &str) -> Result<T, LedgerError> {
    Err(LedgerError::Invalid(reason.into()))
}
