//! An EVM in memory that says what a transaction costs.

use alloy::primitives::{Address, Bytes, TxKind, U256, keccak256};
use alloy::sol_types::SolCall;
use revm::context::{BlockEnv, CfgEnv, Context, TxEnv};
use revm::context_interface::result::{ExecutionResult, Output};
use revm::database::{CacheDB, EmptyDB};
use revm::primitives::hardfork::SpecId;
use revm::state::{AccountInfo, Bytecode};
use revm::{ExecuteCommitEvm as _, MainBuilder as _, MainContext as _};

/// The rules of today's networks.
pub const TODAY: SpecId = SpecId::OSAKA;

/// A copy is another world: what happens there leaves the first one as it is.
#[derive(Clone)]
pub struct Machine {
    state: CacheDB<EmptyDB>,
    fork: SpecId,
}

impl Machine {
    pub fn new(fork: SpecId) -> Self {
        Self {
            state: CacheDB::default(),
            fork,
        }
    }

    /// Creates a contract: its address and the gas of the transaction.
    pub fn deploy(&mut self, by: Address, code: impl Into<Bytes>) -> (Address, u64) {
        match self.transact(by, TxKind::Create, code.into()) {
            (Output::Create(_, Some(address)), gas) => (address, gas),
            (output, _) => panic!("created nothing: {output:?}"),
        }
    }

    /// Calls a contract: the gas of the transaction.
    pub fn act<C: SolCall>(&mut self, by: Address, to: Address, call: &C) -> u64 {
        self.transact(by, TxKind::Call(to), call.abi_encode().into())
            .1
    }

    /// What the call would cost, in a copy.
    pub fn price<C: SolCall>(&self, by: Address, to: Address, call: &C) -> u64 {
        self.clone().act(by, to, call)
    }

    /// Puts code at an account.
    pub fn give_code(&mut self, at: Address, code: Bytes) {
        let account = AccountInfo::default().with_code(Bytecode::new_raw(code));
        self.state.insert_account_info(at, account);
    }

    /// What a contract answers.
    pub fn ask<C: SolCall>(&self, to: Address, call: &C) -> C::Return {
        let (output, _) =
            self.clone()
                .transact(Address::ZERO, TxKind::Call(to), call.abi_encode().into());
        C::abi_decode_returns(&output.into_data()).expect("the contract speaks this language")
    }

    fn transact(&mut self, by: Address, kind: TxKind, data: Bytes) -> (Output, u64) {
        let mut rules = CfgEnv::new();
        rules.set_spec_and_mainnet_gas_params(self.fork);
        rules.disable_nonce_check = true;
        // Under the next fork some deployments go beyond the limit of one transaction; here only the price matters.
        rules.tx_gas_limit_cap = Some(u64::MAX);
        let block = BlockEnv {
            number: U256::from(1),
            timestamp: U256::from(1_795_392_000),
            gas_limit: u64::MAX,
            basefee: 0,
            ..BlockEnv::default()
        };
        let mut evm = Context::mainnet()
            .with_db(&mut self.state)
            .with_cfg(rules)
            .with_block(block)
            .build_mainnet();
        let transaction = TxEnv {
            caller: by,
            kind,
            data,
            gas_limit: 500_000_000,
            gas_price: 0,
            ..TxEnv::default()
        };
        let result = evm.transact_commit(transaction).expect("it is executed");
        let gas = result.tx_gas_used();
        match result {
            ExecutionResult::Success { output, .. } => (output, gas),
            other => panic!("refused: {other:?}"),
        }
    }
}

/// Investors as spread as real ones; always the same.
pub fn investor(number: u64) -> Address {
    Address::from_word(keccak256(number.to_be_bytes()))
}
