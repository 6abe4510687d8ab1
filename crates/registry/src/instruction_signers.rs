//! By which key an instruction was signed, and whether that key may instruct for the holder at its receipt (§ 18(1) sentence 5 eWpG, § 11(6) eWpRV).

use database::Tx;
use domain::{Address, InstructionKeyId, InstructionRefusal, InvestorId, KeyKind, Timestamp};
use storage::instruction_keys;
use translate::instructions::Signed;

use crate::Result;
use crate::signed_instructions::{self, Facts};

/// Other assets that a signature may have been meant for; beyond them it is just wrong.
const MOST_OTHERS: u32 = 64;

/// Who has signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signer {
    /// The holder, by a key that is registered for it: its wallet's or another.
    Holder(Option<InstructionKeyId>),
    /// A third party whose right is entered, by its key.
    ThirdParty(Address),
}

/// The hash that was signed and by whom; why it is not taken otherwise.
pub(crate) fn authenticate(
    tx: &mut Tx,
    facts: &Facts,
    (holder, third_parties): (InvestorId, &[Address]),
    (signed, now): (&Signed, Timestamp),
) -> Result<std::result::Result<([u8; 32], Signer), InstructionRefusal>> {
    if signed.deadline < now {
        return Ok(Err(InstructionRefusal::BadAuth));
    }
    let named = match signed.key {
        Some(id) => match instruction_keys::find(tx, holder, id)? {
            Some(record) => Some(record.key),
            None => return Ok(Err(InstructionRefusal::KeyUnknown)),
        },
        None => None,
    };
    let by = |facts: &Facts| match &named {
        Some(key) => {
            signed_instructions::digest_by(key.kind, facts, signed).map(|digest| (digest, key.kind))
        }
        None => signed_instructions::recovered(facts, signed)
            .map(|(digest, signer)| (digest, KeyKind::Eip712(signer))),
    };
    let Some((digest, kind)) = by(facts) else {
        return elsewhere(tx, facts, |other| Ok(by(other).is_some()));
    };
    if let (None, KeyKind::Eip712(signer)) = (&named, kind)
        && signer != facts.from
        && third_parties.contains(&signer)
    {
        return Ok(Ok((digest, Signer::ThirdParty(signer))));
    }
    let own = |kind| kind == KeyKind::Eip712(facts.from);
    let key = match &named {
        Some(key) => Some(key.clone()),
        None => instruction_keys::find_by_public(tx, holder, kind)?.map(|record| record.key),
    };
    match key {
        Some(key) => Ok(key
            .may_instruct(now)
            .map(|()| (digest, Signer::Holder(Some(key.id))))),
        // A wallet from before keys were registered, or from another registrar, is its holder's all the same.
        None if own(kind) => Ok(Ok((digest, Signer::Holder(None)))),
        None => elsewhere(tx, facts, |other| {
            Ok(by(other).is_some_and(|(_, kind)| own(kind)))
        }),
    }
}

/// Whether a signature that is wrong here would be right for another asset or network, which tells its sender what to change.
fn elsewhere<T>(
    tx: &mut Tx,
    facts: &Facts,
    fits: impl Fn(&Facts) -> Result<bool>,
) -> Result<std::result::Result<T, InstructionRefusal>> {
    let others = instruction_keys::tokens(tx, MOST_OTHERS)?;
    for (chain_id, token) in others {
        for token in [token, facts.token] {
            let other = Facts {
                chain_id,
                token,
                ..*facts
            };
            let is_here = (chain_id, token) == (facts.chain_id, facts.token);
            if !is_here && fits(&other)? {
                return Ok(Err(if chain_id == facts.chain_id {
                    InstructionRefusal::WrongAsset
                } else {
                    InstructionRefusal::WrongNetwork
                }));
            }
        }
    }
    Ok(Err(InstructionRefusal::BadAuth))
}
