//! What each kind of entry has to agree with: the product, the holders, commitments, instructions and statements.

use domain::register::{Digest, commitment};
use domain::{Address, Entry, HolderId, InvestmentId, Units};
use storage::register_entries::CommitmentRecord;

use super::{Beside, Checked, Replay, differs, same};

impl Replay {
    pub(super) fn replay_issue(&mut self, entry: &Entry) -> Checked {
        let Entry::Issue {
            holder,
            units,
            isin,
            terms_hash,
        } = entry
        else {
            return Ok(());
        };
        same(isin, &self.product.product.isin, || {
            "it is about another security".to_owned()
        })?;
        same(&Some(*terms_hash), &self.terms_hash, || {
            "the terms that it commits to were not deposited".to_owned()
        })?;
        same(&self.holders.investor(*holder), &Some(None), || {
            "its holder is not the issuer".to_owned()
        })?;
        self.issuer = Some(*holder);
        self.holders.enter(*holder);
        let place = (*holder, self.product.token_address);
        self.by_wallet.insert(place, units.get());
        Ok(())
    }

    pub(super) fn replay_delivery(
        &mut self,
        sequence: u64,
        entry: &Entry,
        beside: &Beside,
    ) -> Checked {
        let Entry::Delivery {
            from,
            to,
            units,
            investment,
            ..
        } = entry
        else {
            return Ok(());
        };
        same(&Some(*from), &self.issuer, || {
            "the units do not come from the issuer's holding".to_owned()
        })?;
        let tie = self.receive((sequence, *to), (*units, investment), beside)?;
        let concerned = [(tie.investment, *to)];
        self.take((*from, self.product.token_address), *units);
        self.check_statements(sequence, &concerned, beside)
    }

    pub(super) fn replay_transfer(
        &mut self,
        sequence: u64,
        entry: &Entry,
        beside: &Beside,
    ) -> Checked {
        let Entry::Transfer {
            from,
            to,
            units,
            investment,
            instruction,
            ..
        } = entry
        else {
            return Ok(());
        };
        let mut concerned = self.give((sequence, *from), (*units, *instruction), beside)?;
        let tie = self.receive((sequence, *to), (*units, investment), beside)?;
        concerned.push((tie.investment, *to));
        self.check_statements(sequence, &concerned, beside)
    }

    pub(super) fn replay_redemption(
        &mut self,
        sequence: u64,
        entry: &Entry,
        beside: &Beside,
    ) -> Checked {
        let Entry::Redemption {
            from,
            to,
            units,
            instruction,
            ..
        } = entry
        else {
            return Ok(());
        };
        same(&Some(*to), &self.issuer, || {
            "the units do not go to the issuer's holding".to_owned()
        })?;
        let concerned = self.give((sequence, *from), (*units, *instruction), beside)?;
        let place = (*to, self.product.token_address);
        *self.by_wallet.entry(place).or_default() += units.get();
        self.redeemed.insert(sequence, *units);
        self.redemptions += 1;
        self.check_statements(sequence, &concerned, beside)
    }

    pub(super) fn replay_deletion(
        &mut self,
        sequence: u64,
        entry: &Entry,
        beside: &Beside,
    ) -> Checked {
        let Entry::Deletion {
            holder,
            units,
            voids,
            instruction,
            ..
        } = entry
        else {
            return Ok(());
        };
        same(&Some(*holder), &self.issuer, || {
            "the units are not the issuer's".to_owned()
        })?;
        same(&self.redeemed.remove(voids), &Some(*units), || {
            "no redemption brought these units to the issuer, or they are void already".to_owned()
        })?;
        let Some(deletion) = beside.deletions.get(&sequence) else {
            return differs("its instruction is missing");
        };
        let instructed = (deletion.instruction, deletion.voids, deletion.units);
        same(&instructed, &(*instruction, Some(*voids), *units), || {
            "it is another instruction's".to_owned()
        })?;
        self.deletions += 1;
        self.take((*holder, self.product.token_address), *units);
        self.check_statements(sequence, &[], beside)
    }

    /// Units leave a holder's investments by an instruction; the investments concerned.
    pub(super) fn give(
        &mut self,
        (sequence, from): (u64, HolderId),
        (units, instruction): (Units, u64),
        beside: &Beside,
    ) -> Checked<Vec<(InvestmentId, HolderId)>> {
        let movements = beside.movements(sequence);
        if movements.is_empty() {
            return differs("its instruction is missing");
        }
        let Some(Some(giver)) = self.holders.investor(from) else {
            return differs("the holder who gives is not in the list of holders");
        };
        let mut moved = 0_u64;
        let mut concerned = Vec::new();
        for movement in movements {
            same(&movement.instruction, &instruction, || {
                "it is another instruction's".to_owned()
            })?;
            same(&movement.investor, &Some(giver), || {
                "the units come from another investor's investment".to_owned()
            })?;
            moved = moved.saturating_add(movement.units.get());
            concerned.push((movement.investment, from));
            self.take((from, movement.source), movement.units);
        }
        same(&moved, &units.get(), || {
            "the investments gave another number of units".to_owned()
        })?;
        Ok(concerned)
    }

    /// Units leave a wallet; what the journal allows was looked at before.
    fn take(&mut self, place: (HolderId, Address), units: Units) {
        let left = self.by_wallet.entry(place).or_default();
        *left = left.saturating_sub(units.get());
    }

    /// Units reach the wallet of the investment that the entry commits to.
    pub(super) fn receive<'a>(
        &mut self,
        (sequence, to): (u64, HolderId),
        (units, investment): (Units, &Digest),
        beside: &'a Beside,
    ) -> Checked<&'a CommitmentRecord> {
        let Some(tie) = beside.commitment(sequence) else {
            return differs("its commitment is missing");
        };
        same(&commitment(&tie.salt, tie.investment), investment, || {
            "its commitment does not open it".to_owned()
        })?;
        let Some(Some(investor)) = self.holders.investor(to) else {
            return differs("its holder is not in the list of holders");
        };
        same(&tie.investor, &Some(investor), || {
            "its holder is not the investor of the investment".to_owned()
        })?;
        let Some(wallet) = tie.wallet else {
            return differs("its investment has no delivery");
        };
        self.commitments += 1;
        self.holders.enter(to);
        *self.by_wallet.entry((to, wallet)).or_default() += units.get();
        Ok(tie)
    }

    /// Each investment concerned has one statement of the entry, about what its holder has then.
    pub(super) fn check_statements(
        &mut self,
        sequence: u64,
        concerned: &[(InvestmentId, HolderId)],
        beside: &Beside,
    ) -> Checked {
        let checks = beside.statements(sequence);
        if checks.is_empty() && !self.product.product.legal_form.is_registered() {
            return Ok(());
        }
        same(&checks.len(), &concerned.len(), || {
            "its statement is missing".to_owned()
        })?;
        for (investment, holder) in concerned {
            let check = checks.iter().find(|check| check.investment == *investment);
            let Some(check) = check else {
                return differs("its statement says something else");
            };
            let facts = (check.units, Some(check.kept));
            let expected = (self.holdings.of(*holder), check.place);
            same(&facts, &expected, || {
                "its statement says something else".to_owned()
            })?;
            self.statements += 1;
        }
        Ok(())
    }
}
