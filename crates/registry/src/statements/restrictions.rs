//! What a statement says of restrictions and third parties' rights: as they were after the entry that it states.

use database::Tx;
use domain::{HolderId, InvestorId, RestrictionKind};
use storage::restrictions::RestrictionRecord;
use storage::statements::StatementRecord;

use crate::Result;

/// As many wallets of a holder are looked at.
const MOST_WALLETS: u32 = 1_000;

/// The three kinds of lines that a statement has for it.
pub(super) struct Restricted {
    pub(super) restrictions: Vec<String>,
    pub(super) rights: Vec<String>,
    pub(super) capacity: Vec<String>,
}

/// All that is entered for a holder, and wallets that were stopped.
pub(super) fn of_holder(
    tx: &mut Tx,
    record: &StatementRecord,
    (investor, holder): (InvestorId, HolderId),
) -> Result<Restricted> {
    let (_, wallets) = storage::wallets::of_investor(tx, investor, 0, MOST_WALLETS)?;
    let language = record.language.unwrap_or_default();
    let frozen = wallets.iter().filter(|wallet| wallet.frozen);
    let frozen = frozen.map(|wallet| statement::frozen_wallet(&wallet.address, language));
    let mut said = Restricted {
        restrictions: frozen.collect(),
        rights: Vec::new(),
        capacity: Vec::new(),
    };
    let entered = storage::restrictions::entered(tx, record.product, Some(record.sequence))?;
    for one in entered.iter().filter(|one| one.holder == holder) {
        let lines = match one.kind {
            RestrictionKind::Disentitlement => &mut said.capacity,
            kind if kind.is_right() => &mut said.rights,
            _ => &mut said.restrictions,
        };
        lines.extend(line(one, language));
    }
    Ok(said)
}

/// Persons are not named: the register names them by their identifiers.
fn line(one: &RestrictionRecord, language: domain::Language) -> Option<String> {
    let entered = one.entered()?;
    let place = (&one.wallet.address, one.beneficiary);
    Some(statement::restriction(&entered, place, language))
}
