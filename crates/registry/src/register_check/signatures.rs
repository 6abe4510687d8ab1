//! What registered keys have signed: each signature is looked at again, with what is kept of the instruction and of the key.

use database::Tx;
use storage::Scope;
use storage::instruction_keys::{self, KeyUse};
use storage::products::ProductRecord;
use translate::instructions::Signed;

use super::stretch::PAGE;
use super::{Checked, Replay, differs, same};
use crate::signed_instructions::{self, Facts, Purpose};

impl Replay {
    /// Every instruction that a registered key has signed is still what it has signed.
    pub(super) fn check_signatures(&self, tx: &mut Tx) -> Checked {
        let Some(product) = storage::products::find(tx, &Scope::ALL, self.id)? else {
            return differs("the register has no product");
        };
        let (mut after, mut seen) = ([0; 32], 0);
        loop {
            let page = instruction_keys::uses(tx, self.id, &after, PAGE)?;
            let Some(last) = page.last() else { break };
            after = last.digest;
            seen += page.len() as u64;
            if let Some(wrong) = page.iter().find(|one| !is_signed(&product, one)) {
                let digest = hex::encode(wrong.digest);
                return differs(format!(
                    "the instruction {digest} is not what its registered key has signed"
                ));
            }
        }
        let noted = instruction_keys::count_uses(tx, self.id)?;
        same(&noted, &seen, || {
            "there are signatures of registered keys without an instruction".to_owned()
        })
    }
}

fn is_signed(product: &ProductRecord, one: &KeyUse) -> bool {
    let facts = Facts {
        chain_id: product.chain_id,
        token: product.token_address,
        from: one.source,
        units: one.units,
        purpose: one.target.map_or(Purpose::Redemption, Purpose::Transfer),
    };
    let signed = Signed {
        nonce: one.nonce.clone(),
        deadline: one.deadline,
        signature: one.signature.clone(),
        key: None,
    };
    signed_instructions::digest_by(one.kind, &facts, &signed) == Some(one.digest)
}
