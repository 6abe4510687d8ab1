//! All use of the EVM itself: a message or a transaction goes in, its ending and its changes come out.

use alloy::consensus::{Transaction as _, TxEnvelope, Typed2718 as _};
use alloy::primitives::{Address, Bytes, Log, TxKind, U256};
use revm::context::{BlockEnv, CfgEnv, Context, TxEnv};
use revm::context_interface::result::{EVMError, ExecutionResult, Output};
use revm::context_interface::transaction::AccessList;
use revm::database::CacheDB;
use revm::primitives::hardfork::SpecId;
use revm::state::EvmState;
use revm::{ExecuteEvm as _, MainBuilder as _, MainContext as _};

use super::state::StateReader;
use super::{ChainError, GAS_LIMIT};

pub(super) type State<'a> = CacheDB<StateReader<'a>>;

/// The block that something is executed in.
#[derive(Clone, Copy)]
pub(super) struct BlockContext {
    pub(super) chain_id: u64,
    pub(super) number: u64,
    pub(super) timestamp: u64,
}

/// A call that nobody signed.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) from: Address,
    pub(crate) to: TxKind,
    pub(crate) value: U256,
    pub(crate) data: Bytes,
    pub(crate) access_list: AccessList,
    pub(crate) gas_limit: u64,
}

/// How an execution ended.
#[derive(Clone, Debug)]
pub(crate) enum Ending {
    /// With what it returned.
    Success(Bytes),
    /// The contract said no, with its reason.
    Revert(Bytes),
    /// Out of gas or worse.
    Halt(String),
}

/// A transaction's execution.
pub(super) struct Execution {
    pub(super) succeeded: bool,
    pub(super) created: Option<Address>,
    pub(super) gas_used: u64,
    pub(super) logs: Vec<Log>,
    pub(super) state: EvmState,
}

/// Executes a signed transaction for good.
pub(super) fn execute(
    state: &mut State<'_>,
    block: BlockContext,
    sender: Address,
    transaction: &TxEnvelope,
) -> Result<Execution, ChainError> {
    let env = TxEnv {
        tx_type: transaction.ty(),
        caller: sender,
        gas_limit: transaction.gas_limit(),
        // Whatever is offered, gas costs nothing here: wallets that insist on a tip need no balance for it.
        gas_price: 0,
        gas_priority_fee: transaction.max_priority_fee_per_gas().map(|_| 0),
        kind: transaction.kind(),
        value: transaction.value(),
        data: transaction.input().clone(),
        nonce: transaction.nonce(),
        chain_id: transaction.chain_id(),
        access_list: transaction.access_list().cloned().unwrap_or_default(),
        ..TxEnv::default()
    };
    let (result, state) = transact(state, configuration(block), block, env)?;
    let succeeded = result.is_success();
    let gas_used = result.tx_gas_used();
    let (created, logs) = match result {
        ExecutionResult::Success {
            logs,
            output: Output::Create(_, created),
            ..
        } => (created, logs),
        ExecutionResult::Success { logs, .. } => (None, logs),
        _ => (None, Vec::new()),
    };
    Ok(Execution {
        succeeded,
        created,
        gas_used,
        logs,
        state,
    })
}

/// Executes messages on one view of the state, each as if the others had not been.
pub(super) struct Simulation<'a> {
    state: State<'a>,
    block: BlockContext,
}

impl<'a> Simulation<'a> {
    pub(super) fn new(state: State<'a>, block: BlockContext) -> Self {
        Self { state, block }
    }

    /// The ending and the gas that was spent before refunds.
    pub(super) fn run(
        &mut self,
        message: &Message,
        gas_limit: u64,
    ) -> Result<(Ending, u64), ChainError> {
        let env = TxEnv {
            caller: message.from,
            gas_limit,
            kind: message.to,
            value: message.value,
            data: message.data.clone(),
            access_list: message.access_list.clone(),
            tx_type: u8::from(!message.access_list.is_empty()),
            chain_id: Some(self.block.chain_id),
            ..TxEnv::default()
        };
        let mut configuration = configuration(self.block);
        configuration.disable_nonce_check = true;
        // What is asked and not kept is not bound by what a transaction may take (EIP-7825).
        configuration.tx_gas_limit_cap = Some(u64::MAX);
        let (result, _) = transact(&mut self.state, configuration, self.block, env)?;
        let spent = result.gas().total_gas_spent().max(result.tx_gas_used());
        let ending = match result {
            ExecutionResult::Success { output, .. } => Ending::Success(output.into_data()),
            ExecutionResult::Revert { output, .. } => Ending::Revert(output),
            ExecutionResult::Halt { reason, .. } => Ending::Halt(format!("{reason:?}")),
        };
        Ok((ending, spent))
    }
}

/// The smallest sufficient limit, to about one percent: calls keep back a 64th of the gas, so what was spent is not it.
pub(super) fn search_gas_limit(
    evm: &mut Simulation<'_>,
    message: &Message,
) -> Result<Result<u64, Ending>, ChainError> {
    let mut enough = message.gas_limit;
    let spent = match evm.run(message, enough)? {
        (Ending::Success(_), spent) => spent,
        (failed, _) => return Ok(Err(failed)),
    };
    let mut too_little = spent.saturating_sub(1);
    let mut candidate = spent.min(enough);
    while too_little + too_little / 100 + 1 < enough {
        // A limit below the intrinsic cost is an error, not an ending.
        match evm.run(message, candidate) {
            Ok((Ending::Success(_), _)) => enough = candidate,
            Ok(_) | Err(ChainError::Rejected(_)) => too_little = candidate,
            Err(error) => return Err(error),
        }
        // One level of calls keeps back a 64th, which is mostly all that is missing.
        let with_kept = spent + spent / 63 + 1;
        candidate = match too_little < with_kept && with_kept < enough {
            true => with_kept,
            false => too_little + (enough - too_little) / 2,
        };
        if candidate <= too_little {
            break;
        }
    }
    Ok(Ok(enough))
}

fn configuration(block: BlockContext) -> CfgEnv {
    let mut configuration = CfgEnv::new();
    // Not `set_spec`: that would leave the gas table of another fork.
    configuration.set_spec_and_mainnet_gas_params(SpecId::OSAKA);
    configuration.chain_id = block.chain_id;
    configuration
}

fn transact(
    state: &mut State<'_>,
    configuration: CfgEnv,
    block: BlockContext,
    env: TxEnv,
) -> Result<(ExecutionResult, EvmState), ChainError> {
    let block = BlockEnv {
        number: U256::from(block.number),
        timestamp: U256::from(block.timestamp),
        gas_limit: env.gas_limit.max(GAS_LIMIT),
        basefee: 0,
        ..BlockEnv::default()
    };
    let mut evm = Context::mainnet()
        .with_db(state)
        .with_cfg(configuration)
        .with_block(block)
        .build_mainnet();
    let executed = evm
        .transact(env)
        .map_err(|error: EVMError<ChainError>| ChainError::from(error))?;
    Ok((executed.result, executed.state))
}
