//! The holders of a register by its list, and what its entries say of each.

use std::collections::HashMap;

use domain::{HolderId, InvestorId};

/// All of them.
#[derive(Default)]
pub(super) struct Holders(HashMap<HolderId, Holder>);

struct Holder {
    /// None for the issuer.
    investor: Option<InvestorId>,
    /// Whether an entry has given it something.
    is_entered: bool,
    /// Whether a change of what it has was noted.
    is_noted: bool,
}

impl Holders {
    /// As listed.
    pub(super) fn new(listed: Vec<(HolderId, Option<InvestorId>)>) -> Self {
        let holder = |(id, investor)| {
            let (is_entered, is_noted) = (false, false);
            let holder = Holder {
                investor,
                is_entered,
                is_noted,
            };
            (id, holder)
        };
        Self(listed.into_iter().map(holder).collect())
    }

    /// Who a holder is; the inner option is none for the issuer.
    pub(super) fn investor(&self, id: HolderId) -> Option<Option<InvestorId>> {
        self.0.get(&id).map(|holder| holder.investor)
    }

    /// An entry gives it something.
    pub(super) fn enter(&mut self, id: HolderId) {
        if let Some(holder) = self.0.get_mut(&id) {
            holder.is_entered = true;
        }
    }

    /// A change of what it has is noted; whether that is the first. Who is not listed is found by what the entry has to agree with.
    pub(super) fn note(&mut self, id: HolderId) -> bool {
        let holder = self.0.get_mut(&id);
        holder.is_none_or(|holder| !std::mem::replace(&mut holder.is_noted, true))
    }

    /// Whether each of them came into the register by an entry.
    pub(super) fn are_entered(&self) -> bool {
        self.0.values().all(|holder| holder.is_entered)
    }
}
