//! What is at an address, and what a contract wallet says to a signature (EIP-1271).

use alloy::primitives::{Address, B256, Bytes};
use alloy::rpc::types::TransactionRequest;
use alloy::sol_types::SolCall;
use dlt::LedgerError;
use domain::{AddressNature, ContractAnswer};

use super::node::Node;

alloy::sol! {
    function isValidSignature(bytes32 hash, bytes signature) external view returns (bytes4);
}

/// Enough for several owners and for curves that the network does not know; more is not paid for, but takes the node's time.
const GAS: u64 = 2_000_000;
/// What an account that signs by key has instead of code while it borrows a contract's (EIP-7702).
const DELEGATION: [u8; 3] = [0xef, 0x01, 0x00];

/// What the code at an address makes of it.
pub(super) async fn nature(node: &Node, address: Address) -> Result<AddressNature, LedgerError> {
    let code = node.code(address).await?;
    Ok(match code.is_empty() || code.starts_with(&DELEGATION) {
        true => AddressNature::Key,
        false => AddressNature::Contract,
    })
}

/// Asks the contract.
pub(super) async fn accepts_signature(
    node: &Node,
    address: Address,
    digest: [u8; 32],
    signature: &[u8],
) -> Result<ContractAnswer, LedgerError> {
    if node.code(address).await?.is_empty() {
        return Ok(ContractAnswer::Nobody);
    }
    let call = isValidSignatureCall {
        hash: B256::from(digest),
        signature: Bytes::copy_from_slice(signature),
    };
    let request = TransactionRequest::default()
        .to(address)
        .gas_limit(GAS)
        .input(call.abi_encode().into());
    match node.call(request).await {
        Ok(said) => Ok(read(&said)),
        Err(LedgerError::Refused(_)) => Ok(ContractAnswer::Unusable),
        // Some nodes say that as if it were their own fault.
        Err(LedgerError::Unavailable(said)) if is_out_of_gas(&said) => Ok(ContractAnswer::Unusable),
        Err(error) => Err(error),
    }
}

fn is_out_of_gas(said: &str) -> bool {
    let said = said.to_lowercase().replace(' ', "");
    said.contains("outofgas")
}

/// One word: the four bytes of EIP-1271 and zeros, or four others for no.
fn read(said: &[u8]) -> ContractAnswer {
    let Ok(word) = <&[u8; 32]>::try_from(said) else {
        return ContractAnswer::Unusable;
    };
    let (answer, rest) = word.split_at(4);
    if rest.iter().any(|byte| *byte != 0) {
        return ContractAnswer::Unusable;
    }
    match answer == isValidSignatureCall::SELECTOR {
        true => ContractAnswer::Accepts,
        false => ContractAnswer::Refuses,
    }
}
