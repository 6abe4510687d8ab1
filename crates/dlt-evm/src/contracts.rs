//! The contracts as Rust types, from the committed artifacts. `contracts/build.mjs` makes them from the sources.

use alloy::primitives::{Address, B256, Bytes, hex, keccak256};
use alloy::sol_types::{SolCall as _, SolConstructor, SolEvent as _};
use dlt::Anchored;
use serde::Deserialize;

pub use bindings::{SecurityToken, SecurityTokenFactory};

#[allow(missing_docs, clippy::all)]
mod bindings {
    alloy::sol!(SecurityToken, "contracts/out/SecurityToken.json");
    alloy::sol!(
        SecurityTokenFactory,
        "contracts/out/SecurityTokenFactory.json"
    );
}

/// What deploys the factory, and with it the implementation that all tokens share.
#[must_use]
pub(crate) fn factory_creation(registrar: Address) -> Bytes {
    let arguments = SecurityTokenFactory::constructorCall {
        registrar_: registrar,
    }
    .abi_encode();
    [SecurityTokenFactory::BYTECODE.as_ref(), &arguments]
        .concat()
        .into()
}

/// The runtime code of a token: ERC-1167, everything is delegated to the implementation.
#[must_use]
pub(crate) fn clone_code(implementation: Address) -> Bytes {
    let before = hex!("363d3d373d3d3d363d73");
    let after = hex!("5af43d82803e903d91602b57fd5bf3");
    [&before[..], implementation.as_slice(), &after[..]]
        .concat()
        .into()
}

/// Where the factory puts the token with this ISIN.
#[must_use]
pub(crate) fn token_address(factory: Address, implementation: Address, isin: [u8; 12]) -> Address {
    let return_the_rest = hex!("3d602d80600a3d3981f3");
    let creation = [&return_the_rest[..], &clone_code(implementation)].concat();
    factory.create2(keccak256(isin), keccak256(creation))
}

/// The implementation's runtime code as committed, with its factory where the compiler leaves room for it.
///
/// # Panics
/// If the committed artifact does not say where.
#[must_use]
pub(crate) fn implementation_code(factory: Address) -> Bytes {
    #[derive(Deserialize)]
    struct Artifact {
        immutables: Vec<Immutable>,
    }
    #[derive(Deserialize)]
    struct Immutable {
        start: usize,
        length: usize,
    }
    let artifact: Artifact =
        serde_json::from_str(include_str!("../contracts/out/SecurityToken.json"))
            .expect("the artifact is committed with its immutables");
    let mut code = SecurityToken::DEPLOYED_BYTECODE.to_vec();
    for Immutable { start, length } in artifact.immutables {
        code[start..start + length].copy_from_slice(factory.into_word().as_slice());
    }
    code.into()
}

/// Whether an implementation's code has the function that writes a root down. What the compiler makes of a contract compares the call with each
/// function's four bytes, behind PUSH4.
#[must_use]
pub(crate) fn keeps_anchors(code: &[u8]) -> bool {
    const PUSH4: u8 = 0x63;
    let [a, b, c, d] = SecurityToken::anchorCheckpointCall::SELECTOR;
    code.windows(5).any(|five| five == [PUSH4, a, b, c, d])
}

/// What an auditor reads from a node without knowing contracts: how to ask a token for its ISIN and its registrar (the input of
/// `eth_call`), and what an event of it says.
#[derive(Clone, Copy, Debug)]
pub struct Audit;

impl Audit {
    /// Asks for the ISIN: 12 characters at the beginning of the answer.
    pub const ISIN: [u8; 4] = SecurityToken::isinCall::SELECTOR;
    /// Asks for the registrar: an address at the end of the answer.
    pub const REGISTRAR: [u8; 4] = SecurityToken::registrarCall::SELECTOR;

    /// The root that an event writes down; none if it is another event.
    #[must_use]
    pub fn anchored(topics: &[[u8; 32]], data: &[u8]) -> Option<Anchored> {
        let topics = topics.iter().map(B256::from);
        let event = SecurityToken::CheckpointAnchored::decode_raw_log(topics, data).ok()?;
        Some(anchored(&event))
    }
}

pub(crate) fn anchored(event: &SecurityToken::CheckpointAnchored) -> Anchored {
    Anchored {
        size: event.size,
        root: event.root.0,
        log_key: event.logKey.0,
    }
}
