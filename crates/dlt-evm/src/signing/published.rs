//! Accounts whose keys everybody has. They are compared by address, so that it does not matter where the key comes from.

use alloy::primitives::{Address as EvmAddress, address};
use domain::Address;

use super::{PlainKey, Signer as _};
use crate::ledger::to_evm;

/// The accounts of "test test test test test test test test test test test junk", at m/44'/60'/0'/0/0 to 19.
const JUNK: [EvmAddress; 20] = [
    address!("f39fd6e51aad88f6f4ce6ab8827279cfffb92266"),
    address!("70997970c51812dc3a010c7d01b50e0d17dc79c8"),
    address!("3c44cdddb6a900fa2b585dd299e03d12fa4293bc"),
    address!("90f79bf6eb2c4f870365e785982e1f101e93b906"),
    address!("15d34aaf54267db7d7c367839aaf71a00a2c6a65"),
    address!("9965507d1a55bcc2695c58ba16fb37d819b0a4dc"),
    address!("976ea74026e726554db657fa54763abd0c3a0aa9"),
    address!("14dc79964da2c08b23698b3d3cc7ca32193d9955"),
    address!("23618e81e3f5cdf7f54c3d65f7fbc0abf5b21e8f"),
    address!("a0ee7a142d267c1f36714e4a8f75612f20a79720"),
    address!("bcd4042de499d14e55001ccbb24a551f3b954096"),
    address!("71be63f3384f5fb98995898a86b02fb2426c5788"),
    address!("fabb0ac9d68b0b445fb7357272ff202c5651694a"),
    address!("1cbd3b2770909d4e10f157cabc84c7264073c9ec"),
    address!("df3e18d64bc6a983f673ab319ccae4f1a57c7097"),
    address!("cd3b766ccdd6ae721141f452c550ca635964ce71"),
    address!("2546bcd3c84621e976d8185a91a922ae77ecec30"),
    address!("bda5747bfd65f08deb54cb465eb87d40e51b197e"),
    address!("dd2fd4581271e230360230f9337d5c0430bf44c0"),
    address!("8626f6940e2eb28930efb4cef49b2d1f2c9c1199"),
];

/// The accounts of "myth like bonus scare over problem client lizard pioneer submit female collect", at m/44'/60'/0'/0/0 to 9.
const MYTH: [EvmAddress; 10] = [
    address!("90f8bf6a479f320ead074411a4b0e7944ea8c9c1"),
    address!("ffcf8fdee72ac11b5c542428b35eef5769c409f0"),
    address!("22d491bde2303f2f43325b2108d26f1eaba1e32b"),
    address!("e11ba2b4d45eaed5996cd0823791e0c93114882d"),
    address!("d03ea8624c8c5987235048901fb614fdca89b117"),
    address!("95ced938f7991cd0dfcb48f0a06a40fa1af46ebc"),
    address!("3e5e9111ae8eb78fe1cc3bb8915d5d461f3ef9a9"),
    address!("28a8746e75304c0780e011bed21c72cd78cd535e"),
    address!("aca94ef8bd5ffee41947b4585a84bda5a3d3da6e"),
    address!("1df62f291b2e969fb0849d99d9ce41e2f137006e"),
];

/// Keys that people type: so many from 1 on.
const SMALL: u16 = 1_024;

/// Where everybody has this account's key from.
pub(super) fn origin(address: Address) -> Option<String> {
    if JUNK.contains(&to_evm(address)) {
        return Some("the mnemonic of anvil and hardhat".to_owned());
    }
    if MYTH.contains(&to_evm(address)) {
        return Some("the mnemonic of ganache".to_owned());
    }
    let small = (1..=SMALL).find(|number| is_of(address, &small(*number)));
    let repeated = || (1..=u8::MAX).find(|byte| is_of(address, &[*byte; 32]));
    small
        .map(|number| format!("the number {number}"))
        .or_else(|| repeated().map(|byte| format!("{byte:02x} repeated")))
}

fn small(number: u16) -> [u8; 32] {
    let mut key = [0; 32];
    key[30..].copy_from_slice(&number.to_be_bytes());
    key
}

/// Whether it is the account of a key; 32 bytes that are no key have none.
fn is_of(address: Address, key: &[u8; 32]) -> bool {
    PlainKey::new(key).is_ok_and(|key| key.address() == address)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::signing::{Signers, keystore};
    use rstest::rstest;
    use std::sync::Arc;

    /// The first and the last of each mnemonic by their keys as the programs print them, and keys that people type.
    #[rstest]
    #[case::first_of_anvil("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80")]
    #[case::last_of_anvil("df57089febbacf7ba0bc227dafbffa9fc08a93fdc68e1e42411a14efcf23656e")]
    #[case::first_of_ganache("4f3edf983ac636a65a842ce7c78d9aa706d3b113bce9c46f30d7d21715b23b1d")]
    #[case::last_of_ganache("b0057716d5917badaf911b193b12b910811c1497b5bada8d7711f758981c3773")]
    #[case::one("0000000000000000000000000000000000000000000000000000000000000001")]
    #[case::a_thousand("00000000000000000000000000000000000000000000000000000000000003e8")]
    #[case::repeated("4242424242424242424242424242424242424242424242424242424242424242")]
    fn a_key_that_everybody_has_signs_on_development_chains_alone(#[case] digits: &str) {
        let mut bytes = [0; 32];
        hex::decode_to_slice(digits, &mut bytes).unwrap();
        let published: Arc<dyn crate::signing::Signer> = Arc::new(PlainKey::new(&bytes).unwrap());
        let (own, _) = keystore::new_key().unwrap();
        let own: Arc<dyn crate::signing::Signer> = Arc::new(PlainKey::new(&own).unwrap());
        for (registry, enforcement, named) in [
            (&published, &own, "dlt.registry"),
            (&own, &published, "dlt.enforcement"),
        ] {
            let signers = Signers {
                registry: registry.clone(),
                enforcement: enforcement.clone(),
            };
            for development in [1_337, 31_337] {
                signers.check(development).unwrap();
            }
            for public in [1, 137, 20_261] {
                let refused = signers.check(public).unwrap_err();
                assert_eq!(refused.code(), "published_key");
                assert!(refused.to_string().contains(named), "{refused}");
            }
        }
    }

    #[test]
    fn a_key_that_nobody_knows_is_nobodys() {
        let (_, address) = keystore::new_key().unwrap();
        assert_eq!(origin(address), None);
    }
}
