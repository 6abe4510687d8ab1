//! What is at an address, and what contracts say to signatures (EIP-1271), on our chain and on a node of others.

use alloy::primitives::{TxKind, keccak256};
use alloy::providers::{Provider as _, RootProvider};
use alloy::rpc::client::RpcClient;
use alloy::signers::SignerSync as _;
use alloy::signers::local::PrivateKeySigner;
use cashlink_dlt_evm::EvmLedger;
use database::testing::{Backend, fresh};
use dlt::Ledger as _;
use domain::{Address, AddressNature, ContractAnswer};

use crate::common::{COMPONENTS, Player, chain_on, ours, registrar, signers};
use crate::nodes::start_anvil;

/// Compares what `ecrecover` makes of the hash and the 65 bytes behind it with the owner.
const OWNED: [&str; 2] = [
    "6004355f5260a43560f81c6020526064356040526084356060526020608060805f60015afa5060805173",
    "1460505763ffffffff60e01b5f5260205ff35b631626ba7e60e01b5f5260205ff3",
];
const REVERTS: &str = "5f5ffd";
const MUMBLES: &str = "631626ba7e60e01b5f5260045ff3";
const BURNS: &str = "5b5f56";

/// Deploys this code: the first eleven bytes copy what is behind them.
async fn deploy(player: &Player, code: &str) -> Address {
    let code = hex::decode(code).unwrap();
    let length = u8::try_from(code.len()).unwrap();
    let mut init = vec![0x60, length, 0x80, 0x60, 0x0b, 0x5f, 0x39, 0x5f, 0xf3, 0, 0];
    init.extend(code);
    let raw = player.sign(TxKind::Create, init.into(), 500_000).await;
    let sent = player.provider.send_raw_transaction(&raw).await.unwrap();
    let hash = *sent.tx_hash();
    for _ in 0..500 {
        if let Some(receipt) = player.provider.get_transaction_receipt(hash).await.unwrap() {
            assert!(receipt.status());
            return ours(receipt.contract_address.unwrap());
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("{hash} is in no block");
}

async fn contracts_answer(ledger: &EvmLedger, provider: RootProvider) {
    let player = Player::new(provider, registrar());
    let owner = PrivateKeySigner::random();
    let digest = keccak256("a challenge");
    let signature = owner.sign_hash_sync(&digest).unwrap().as_bytes();
    let theirs = PrivateKeySigner::random();
    let theirs = theirs.sign_hash_sync(&digest).unwrap().as_bytes();
    let asked = async |address, signature: &[u8]| {
        let answer = ledger.accepts_signature(address, digest.0, signature);
        answer.await.unwrap()
    };

    let owned = OWNED.join(&hex::encode(owner.address()));
    let owned = deploy(&player, &owned).await;
    assert_eq!(ledger.nature(owned).await.unwrap(), AddressNature::Contract);
    assert_eq!(asked(owned, &signature).await, ContractAnswer::Accepts);
    assert_eq!(asked(owned, &theirs).await, ContractAnswer::Refuses);
    for code in [REVERTS, MUMBLES, BURNS] {
        let address = deploy(&player, code).await;
        assert_eq!(
            asked(address, &signature).await,
            ContractAnswer::Unusable,
            "{code}"
        );
    }
    let key = ours(owner.address());
    assert_eq!(asked(key, &signature).await, ContractAnswer::Nobody);
    assert_eq!(ledger.nature(key).await.unwrap(), AddressNature::Key);
    let factory = ledger.factory();
    assert_eq!(
        ledger.nature(factory).await.unwrap(),
        AddressNature::Network
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn contract_wallets_answer_on_our_chain() {
    let (_, chain) = chain_on(Backend::Sqlite).await;
    let ledger = EvmLedger::embedded(&chain, signers()).await.unwrap();
    let provider = RootProvider::new(RpcClient::new(chain, true));
    contracts_answer(&ledger, provider).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn contract_wallets_answer_on_a_real_node() {
    let node = start_anvil().await;
    let db = fresh(Backend::Sqlite, COMPONENTS).await;
    let ledger = EvmLedger::connect(&db, node.connection()).await.unwrap();
    contracts_answer(&ledger, node.provider()).await;
}
