//! Wallets that are contracts, put onto the embedded chain as if somebody had deployed them, each a few instructions long.

use alloy::primitives::{Address, keccak256};
use database::{Sql, Value};

use crate::TestApp;

const PUT_CODE: Sql = Sql("insert into chain_code
(hash, code)
values ($1, $2)
on conflict (hash) do nothing");

const PUT_ACCOUNT: Sql = Sql("insert into chain_account
(address, nonce, balance, code_hash)
values ($1, $2, $3, $4)");

/// What a contract does when it is asked about a signature (EIP-1271).
#[derive(Clone, Copy, Debug)]
pub enum Behaviour {
    /// It accepts the signatures of this key.
    Owned(Address),
    /// It reverts.
    Reverts,
    /// It answers four bytes where a word is due.
    Mumbles,
    /// It goes round in circles until its gas is gone.
    Burns,
}

impl Behaviour {
    /// The code of such a contract.
    pub fn code(self) -> Vec<u8> {
        let text = match self {
            // ecrecover over the hash and the 65 bytes behind it, compared with the owner.
            Self::Owned(owner) => format!(
                "6004355f5260a43560f81c6020526064356040526084356060526020608060805f60015afa5060805173{}1460505763ffffffff60e01b5f5260205ff3\
                 5b631626ba7e60e01b5f5260205ff3",
                alloy::hex::encode(owner)
            ),
            Self::Reverts => "5f5ffd".to_owned(),
            Self::Mumbles => "631626ba7e60e01b5f5260045ff3".to_owned(),
            Self::Burns => "5b5f56".to_owned(),
        };
        alloy::hex::decode(text).expect("hexadecimal digits")
    }
}

/// Puts a contract at a new address.
///
/// # Panics
/// If the chain's tables do not take it.
pub async fn put(app: &TestApp, behaviour: Behaviour) -> String {
    let random = crate::people::wallet_address();
    let address: Address = random.parse().expect("an address");
    let code = behaviour.code();
    let hash = Value::Bytes(keccak256(&code).to_vec());
    let account = [
        Value::Bytes(address.to_vec()),
        Value::I64(1),
        Value::Bytes(vec![0; 32]),
        hash.clone(),
    ];
    let put = app.app.registry.db.write(move |tx| {
        tx.execute(PUT_CODE, &[hash.clone(), Value::Bytes(code.clone())])?;
        tx.execute(PUT_ACCOUNT, &account)
    });
    let put: Result<_, database::DatabaseError> = put.await;
    put.expect("a contract");
    address.to_string()
}
