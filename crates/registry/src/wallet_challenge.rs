//! What the holder of a wallet's key signs to show it, and whether a signature is that.

use alloy_core::primitives::{Address as EvmAddress, B256, Signature, U256, eip191_hash_message};
use alloy_core::sol_types::{Eip712Domain, SolStruct};
use domain::{Address, ContractAnswer, InvestorId, ProofScheme};
use serde_json::{Value, json};
use storage::wallet_challenges::Challenge;
use wire::ProblemCode;

use crate::signed_instructions::{NAME, VERSION};
use crate::{Error, Result};

/// The type has to be named as wallets show it; the typed data that is handed out repeats it.
#[allow(missing_docs, clippy::all)]
mod typed_data {
    alloy_core::sol! {
        struct WalletProof {
            address wallet;
            string environment;
            string investor;
            bytes32 nonce;
            uint256 issuedAt;
            uint256 expiresAt;
        }
    }
}

/// A challenge with whom it is about: an answer says nothing about another investor, or the same one elsewhere.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) challenge: Challenge,
    /// The environment's name.
    pub(crate) environment: String,
    pub(crate) investor: InvestorId,
}

impl Asked {
    /// For `personal_sign` (EIP-191).
    pub(crate) fn message(&self) -> String {
        let Challenge {
            address,
            chain_id,
            nonce,
            issued_at,
            expires_at,
            ..
        } = &self.challenge;
        format!(
            "{NAME}: I control this wallet. Signing this moves nothing and costs nothing.\n\nWallet: {address}\nEnvironment: {}\nInvestor: {}\n\
             Chain ID: {chain_id}\nNonce: 0x{}\nIssued at: {issued_at}\nExpires at: {expires_at}",
            self.environment,
            self.investor,
            hex::encode(nonce)
        )
    }

    /// For `eth_signTypedData_v4` (EIP-712).
    pub(crate) fn typed_data(&self) -> Value {
        let field = |(name, kind): (&str, &str)| json!({"name": name, "type": kind});
        let said = [
            ("wallet", "address"),
            ("environment", "string"),
            ("investor", "string"),
            ("nonce", "bytes32"),
            ("issuedAt", "uint256"),
            ("expiresAt", "uint256"),
        ];
        let domain = [
            ("name", "string"),
            ("version", "string"),
            ("chainId", "uint256"),
        ];
        json!({
            "types": {"EIP712Domain": domain.map(field), "WalletProof": said.map(field)},
            "primaryType": "WalletProof",
            "domain": {"name": NAME, "version": VERSION, "chainId": self.challenge.chain_id},
            "message": {
                "wallet": self.challenge.address.to_string(),
                "environment": self.environment,
                "investor": self.investor.to_string(),
                "nonce": format!("0x{}", hex::encode(self.challenge.nonce)),
                "issuedAt": self.challenge.issued_at.seconds(),
                "expiresAt": self.challenge.expires_at.seconds(),
            },
        })
    }

    /// The hashes of typed data and text: a contract wallet may have been given either.
    pub(crate) fn digests(&self) -> [[u8; 32]; 2] {
        [self.typed_digest().0, self.text_digest().0]
    }

    fn text_digest(&self) -> B256 {
        eip191_hash_message(self.message())
    }

    fn typed_digest(&self) -> B256 {
        let Challenge {
            address,
            chain_id,
            nonce,
            issued_at,
            expires_at,
            ..
        } = &self.challenge;
        let seconds = |number: i64| U256::from(number.unsigned_abs());
        let said = typed_data::WalletProof {
            wallet: EvmAddress::from(address.bytes()),
            environment: self.environment.clone(),
            investor: self.investor.to_string(),
            nonce: B256::from(*nonce),
            issuedAt: seconds(issued_at.seconds()),
            expiresAt: seconds(expires_at.seconds()),
        };
        said.eip712_signing_hash(&Eip712Domain::new(
            Some(NAME.into()),
            Some(VERSION.into()),
            Some(U256::from(*chain_id)),
            None,
            None,
        ))
    }

    /// The hash that was signed, if it was this one's by this address. What a contract says was asked before.
    pub(crate) fn check(
        &self,
        scheme: ProofScheme,
        signature: &[u8],
        contract: Option<(ContractAnswer, [u8; 32])>,
    ) -> Result<[u8; 32]> {
        let digest = match (scheme, contract) {
            (ProofScheme::PersonalSign, _) => self.text_digest(),
            (ProofScheme::TypedData, _) => self.typed_digest(),
            (ProofScheme::Contract, Some((answer, digest))) => return said(answer, digest),
            (ProofScheme::Contract, None) => return Err(invalid("nobody was asked")),
        };
        let signer = signer(signature, &digest)?;
        if signer == self.challenge.address {
            Ok(digest.0)
        } else {
            let address = self.challenge.address;
            Err(invalid(&format!(
                "over what the challenge says it would be by {signer}, not by {address}"
            )))
        }
    }
}

/// Who signed. Only the one canonical form of a signature counts, so that it can stand as evidence once.
fn signer(signature: &[u8], digest: &B256) -> Result<Address> {
    let read = match *signature {
        [.., v] if signature.len() == 65 && !matches!(v, 0 | 1 | 27 | 28) => None,
        _ if signature.len() == 65 => Signature::from_raw(signature).ok(),
        _ => <[u8; 64]>::try_from(signature)
            .ok()
            .map(|compact| Signature::from_erc2098(&compact)),
    };
    let read = read.ok_or_else(|| invalid("its last byte is 0, 1, 27 or 28"))?;
    if read.normalize_s().is_some() {
        return Err(Error::Problem(
            ProblemCode::WalletSignatureMalleable,
            "The signature's s is in the upper half of the curve's order; sign with a library that makes canonical signatures."
                .to_owned(),
        ));
    }
    let signer = read.recover_address_from_prehash(digest);
    let signer = signer.map_err(|_| invalid("it is by no key at all"))?;
    Ok(Address::from_bytes(signer.into_array()))
}

fn said(answer: ContractAnswer, digest: [u8; 32]) -> Result<[u8; 32]> {
    let (code, detail) = match answer {
        ContractAnswer::Accepts => return Ok(digest),
        ContractAnswer::Refuses => return Err(invalid("the wallet's contract refuses it")),
        ContractAnswer::Unusable => (
            ProblemCode::WalletContractUnusable,
            "The contract at this address reverts, takes too much gas, or does not answer as EIP-1271 says.",
        ),
        ContractAnswer::Nobody => (
            ProblemCode::WalletNotAContract,
            "There is no contract at this address on the network; sign with eip191 or eip712.",
        ),
    };
    Err(Error::Problem(code, detail.to_owned()))
}

fn invalid(why: &str) -> Error {
    Error::Problem(
        ProblemCode::WalletProofInvalid,
        format!("The signature does not prove control of the address: {why}."),
    )
}
