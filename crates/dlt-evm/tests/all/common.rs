//! A chain to play on, and the suite's stage over any node.

use std::sync::Arc;
use std::time::Duration;

use alloy::consensus::{SignableTransaction as _, TxEip1559, TxEnvelope};
use alloy::eips::Encodable2718 as _;
use alloy::network::TxSignerSync as _;
use alloy::primitives::{Address, B256, Bytes, TxKind, address};
use alloy::providers::{Provider as _, RootProvider};
use alloy::rpc::client::RpcClient;
use alloy::rpc::types::{TransactionReceipt, TransactionRequest};
use alloy::signers::local::PrivateKeySigner;
use alloy::sol_types::{SolCall, SolError, SolInterface as _};
use async_trait::async_trait;
use cashlink_dlt_evm::contracts::SecurityToken::{SecurityTokenErrors, transferCall};
use cashlink_dlt_evm::signing::{PlainKey, Signers};
use cashlink_dlt_evm::{Embedded, EmbeddedOptions, EvmLedger, GAS_LIMIT, managed_wallet};
use database::testing::{Backend, fresh};
use database::{Component, Db};
use dlt::Ledger;
use dlt::conformance::{Stage, Wallet};
use domain::Timestamp;
use serde_json::json;
use uuid::Uuid;

pub use crate::machine::investor;

pub const COMPONENTS: &[Component] = &[database::COMPONENT, cashlink_dlt_evm::COMPONENT];
pub const REGISTRAR_KEY: [u8; 32] = [0x42; 32];
pub const ENFORCEMENT_KEY: [u8; 32] = [0x43; 32];
pub const NOBODY: Address = address!("00000000000000000000000000000000000a11ce");

/// Ganache begins at one gwei per gas.
const GANACHE_TIP: u128 = 2_000_000_000;

/// The time in tests, unless one sets it.
pub const NOW: i64 = 1_795_392_000;

pub fn options(process: u128) -> EmbeddedOptions {
    EmbeddedOptions::new(
        Arc::new(|| Timestamp::from_seconds(NOW)),
        Uuid::from_u128(process),
    )
}

pub async fn chain_on(backend: Backend) -> (Db, Embedded) {
    let db = fresh(backend, COMPONENTS).await;
    let chain = Embedded::open(&db, options(1)).await.unwrap();
    (db, chain)
}

/// One key for both offices.
pub fn signers() -> Signers {
    Signers::one(PlainKey::new(&REGISTRAR_KEY).unwrap())
}

/// A key for each.
pub fn two_signers() -> Signers {
    Signers {
        enforcement: Arc::new(PlainKey::new(&ENFORCEMENT_KEY).unwrap()),
        ..signers()
    }
}

pub fn registrar() -> PrivateKeySigner {
    PrivateKeySigner::from_bytes(&REGISTRAR_KEY.into()).unwrap()
}

/// Whoever sends transactions to a node.
#[derive(Clone)]
pub struct Player {
    pub provider: RootProvider,
    pub signer: PrivateKeySigner,
    /// Wei per gas that it offers; some wallets always offer one.
    pub tip: u128,
}

impl Player {
    pub fn new(provider: RootProvider, signer: PrivateKeySigner) -> Self {
        Self {
            provider,
            signer,
            tip: 0,
        }
    }

    pub fn on(chain: &Embedded, signer: PrivateKeySigner) -> Self {
        Self::new(
            RootProvider::new(RpcClient::new(chain.clone(), true)),
            signer,
        )
    }

    pub fn address(&self) -> Address {
        self.signer.address()
    }

    /// Its next nonce.
    pub async fn nonce(&self) -> u64 {
        let counted = self.provider.get_transaction_count(self.address());
        counted.await.unwrap()
    }

    /// What a contract answers this player.
    pub async fn view<C: SolCall>(&self, to: Address, call: C) -> C::Return {
        let output = self.provider.call(self.request(to, &call)).await.unwrap();
        C::abi_decode_returns(&output).unwrap()
    }

    /// Sends the call if it would succeed, else gives the contract's reason.
    pub async fn act<C: SolCall>(&self, to: Address, call: C) -> Result<TransactionReceipt, Bytes> {
        let request = self.request(to, &call);
        if let Err(error) = self.provider.call(request).await {
            return Err(error.as_error_resp().unwrap().as_revert_data().unwrap());
        }
        let raw = self
            .sign(TxKind::Call(to), call.abi_encode().into(), GAS_LIMIT)
            .await;
        let sent = self.provider.send_raw_transaction(&raw).await.unwrap();
        let receipt = self.receipt(*sent.tx_hash()).await;
        assert!(receipt.status(), "what was simulated happens");
        Ok(receipt)
    }

    /// A node may take a transaction before it has it in a block.
    async fn receipt(&self, hash: B256) -> TransactionReceipt {
        for _ in 0..500 {
            if let Some(receipt) = self.provider.get_transaction_receipt(hash).await.unwrap() {
                return receipt;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("{hash} is in no block");
    }

    /// The call must be refused with this error.
    pub async fn refused<C: SolCall, E: SolError>(&self, to: Address, call: C, error: E) {
        let reason = self.act(to, call).await.expect_err("it is refused");
        let shown = SecurityTokenErrors::abi_decode(&reason).map(|error| error.selector());
        assert_eq!(
            reason,
            Bytes::from(error.abi_encode()),
            "not {}: {shown:02x?}",
            E::SIGNATURE
        );
    }

    pub async fn sign(&self, to: TxKind, input: Bytes, gas_limit: u64) -> Vec<u8> {
        let nonce = self
            .provider
            .get_transaction_count(self.address())
            .await
            .unwrap();
        let chain_id = self.provider.get_chain_id().await.unwrap();
        let mut transaction = TxEip1559 {
            chain_id,
            nonce,
            gas_limit,
            to,
            input,
            max_fee_per_gas: self.tip,
            max_priority_fee_per_gas: self.tip,
            ..TxEip1559::default()
        };
        let signature = self.signer.sign_transaction_sync(&mut transaction).unwrap();
        TxEnvelope::from(transaction.into_signed(signature)).encoded_2718()
    }

    fn request<C: SolCall>(&self, to: Address, call: &C) -> TransactionRequest {
        TransactionRequest::default()
            .from(self.address())
            .to(to)
            .input(call.abi_encode().into())
    }
}

/// The suite on a ledger, with ordinary transfers through the same node.
pub struct EvmStage {
    pub ledger: EvmLedger,
    pub provider: RootProvider,
    pub kind: Kind,
}

/// Whose EVM it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Ours: a block is final at once.
    Embedded,
    /// revm in another program; a transaction is final three blocks later.
    Anvil,
    /// EthereumJS. Gas costs something here, so that holders need some money.
    Ganache,
}

#[async_trait]
impl Stage for EvmStage {
    fn ledger(&self) -> &dyn Ledger {
        &self.ledger
    }

    async fn advance(&self) {
        let (method, blocks) = match self.kind {
            Kind::Embedded => return,
            Kind::Anvil => ("anvil_mine", json!("0x3")),
            Kind::Ganache => ("evm_mine", json!({ "blocks": 3 })),
        };
        let mined = self
            .provider
            .raw_request::<_, serde_json::Value>(method.into(), [blocks]);
        mined.await.unwrap();
    }

    fn new_wallet(&self) -> Wallet {
        let (address, secret) = managed_wallet();
        Wallet { address, secret }
    }

    async fn transfer(
        &self,
        asset: domain::Address,
        from: &Wallet,
        to: domain::Address,
        units: u64,
    ) -> Result<(), String> {
        let signer = PrivateKeySigner::from_bytes(&from.secret.into()).unwrap();
        let mut player = Player::new(self.provider.clone(), signer);
        if self.kind == Kind::Ganache {
            player.tip = GANACHE_TIP;
            let ether = json!([player.address(), "0xde0b6b3a7640000"]);
            let method = "evm_setAccountBalance".into();
            let funded = self.provider.raw_request::<_, bool>(method, ether);
            assert!(funded.await.unwrap());
        }
        let call = transferCall {
            to: evm(to),
            amount: units.try_into().unwrap(),
        };
        player
            .act(evm(asset), call)
            .await
            .map(drop)
            .map_err(|reason| reason.to_string())
    }
}

pub fn evm(address: domain::Address) -> Address {
    address.bytes().into()
}

pub fn ours(address: Address) -> domain::Address {
    domain::Address::from_bytes(address.into_array())
}
