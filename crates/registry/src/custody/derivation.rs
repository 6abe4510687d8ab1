//! Keys from one seed (BIP-32), under the path that wallets of Ethereum use (BIP-44): who has the seed has every key, and one seed is all
//! that has to be kept.

use hmac::{Hmac, Mac};
use k256::ecdsa::SigningKey;
use k256::elliptic_curve::ff::PrimeField as _;
use k256::elliptic_curve::sec1::ToEncodedPoint as _;
use k256::{NonZeroScalar, PublicKey, Scalar};
use sha2::Sha512;
use zeroize::{Zeroize as _, Zeroizing};

/// From here on a child's key follows from the parent's private key alone.
const HARDENED: u32 = 1 << 31;
/// `m/44'/60'/0'/0`: Ethereum's first account, addresses that are given to others.
const PATH: [u32; 4] = [44 | HARDENED, 60 | HARDENED, HARDENED, 0];

/// The key of the wallet with this number. Nothing for one of about 2^127 numbers, which BIP-32 leaves out.
pub(super) fn key(seed: &[u8], number: u32) -> Option<SigningKey> {
    let path = PATH.into_iter().chain([number]);
    let node = path
        .into_iter()
        .try_fold(Node::master(seed)?, |node, index| node.child(index))?;
    Some(SigningKey::from(node.key))
}

/// What a key's children follow from; wiped as soon as they do.
struct Node {
    key: NonZeroScalar,
    chain_code: Half,
}

type Half = Zeroizing<[u8; 32]>;

impl Drop for Node {
    fn drop(&mut self) {
        self.key.zeroize();
    }
}

impl Node {
    fn master(seed: &[u8]) -> Option<Self> {
        let (left, chain_code) = halves(b"Bitcoin seed", &[seed]);
        let key = Option::from(NonZeroScalar::from_repr((*left).into()))?;
        Some(Self { key, chain_code })
    }

    fn child(&self, index: u32) -> Option<Self> {
        let number = index.to_be_bytes();
        let (left, chain_code) = if index >= HARDENED {
            let key = Zeroizing::new(<[u8; 32]>::from(self.key.to_repr()));
            halves(self.chain_code.as_slice(), &[&[0], key.as_slice(), &number])
        } else {
            let public = PublicKey::from_secret_scalar(&self.key).to_encoded_point(true);
            halves(self.chain_code.as_slice(), &[public.as_bytes(), &number])
        };
        let left: Option<Scalar> = Scalar::from_repr((*left).into()).into();
        let left = Zeroizing::new(left?);
        let key = Option::from(NonZeroScalar::new(*left + *self.key))?;
        Some(Self { key, chain_code })
    }
}

fn halves(key: &[u8], parts: &[&[u8]]) -> (Half, Half) {
    let mac = Hmac::<Sha512>::new_from_slice(key).expect("HMAC takes keys of any length");
    let mac = parts.iter().fold(mac, |mac, part| mac.chain_update(part));
    let hash = Zeroizing::new(<[u8; 64]>::from(mac.finalize().into_bytes()));
    let (mut left, mut right) = (Half::default(), Half::default());
    left.copy_from_slice(&hash[..32]);
    right.copy_from_slice(&hash[32..]);
    (left, right)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// Test vector 1 of BIP-32: hardened steps and others.
    #[test]
    fn keys_are_those_of_bip_32() {
        let seed = hex::decode("000102030405060708090a0b0c0d0e0f").unwrap();
        let mut node = Node::master(&seed).unwrap();
        let key = |node: &Node| hex::encode(node.key.to_repr());
        assert_eq!(
            key(&node),
            "e8f32e723decf4051aefac8e2c93c9c5b214313817cdb01a1494b917c8436b35"
        );
        node = node.child(HARDENED).unwrap();
        assert_eq!(
            key(&node),
            "edb2e14f9ee77d26dd93b4ecede8d16ed408ce149b6cd80b0715a2d911a0afea"
        );
        for index in [1, 2 | HARDENED, 2, 1_000_000_000] {
            node = node.child(index).unwrap();
        }
        assert_eq!(
            key(&node),
            "471b76e389e528d6de6d816857e012c5455051cad6660850e58372a6c3e6e7c8"
        );
    }

    /// The first two accounts that development nodes make of "test test test test test test test test test test test junk".
    #[test]
    fn wallets_are_where_others_look_for_them() {
        let seed = bip39("test test test test test test test test test test test junk");
        let key = |number| hex::encode(key(&seed, number).unwrap().to_bytes());
        assert_eq!(
            key(0),
            "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"
        );
        assert_eq!(
            key(1),
            "59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d"
        );
    }

    /// PBKDF2 with HMAC-SHA512, 2048 rounds, for one block.
    fn bip39(words: &str) -> [u8; 64] {
        let keyed = Hmac::<Sha512>::new_from_slice(words.as_bytes()).unwrap();
        let salt: &[u8] = b"mnemonic\0\0\0\x01";
        let mut round: [u8; 64] = keyed
            .clone()
            .chain_update(salt)
            .finalize()
            .into_bytes()
            .into();
        let mut seed = round;
        for _ in 1..2048 {
            round = keyed
                .clone()
                .chain_update(round)
                .finalize()
                .into_bytes()
                .into();
            seed.iter_mut()
                .zip(round)
                .for_each(|(byte, next)| *byte ^= next);
        }
        seed
    }
}
