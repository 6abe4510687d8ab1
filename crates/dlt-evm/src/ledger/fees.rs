//! What a transaction offers for its gas, and what it offers when nobody takes it.

/// What a transaction offers for its gas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GasPrice {
    /// Nothing: permissioned networks without a fee.
    Free,
    /// Twice the base fee and the usual tip, but never more than this many wei per gas.
    Market {
        /// The cap in wei per gas, also for what is offered again.
        at_most: u128,
    },
}

/// Wei per gas (EIP-1559).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fees {
    pub(super) most: u128,
    pub(super) tip: u128,
}

impl Fees {
    /// What is paid in the next block if the network asks for this: the base fee once, where twice as much is offered for it, and the tip.
    pub(super) fn expected(self) -> u64 {
        let base = (self.most - self.tip.min(self.most)) / 2;
        u64::try_from(base + self.tip).unwrap_or(u64::MAX)
    }
}

impl GasPrice {
    /// What is offered first, given what the network asks for.
    pub(super) fn first(self, market: Fees) -> Fees {
        match self {
            Self::Free => Fees { most: 0, tip: 0 },
            Self::Market { at_most } => {
                let most = market.most.min(at_most);
                Fees {
                    most,
                    tip: market.tip.min(most),
                }
            }
        }
    }

    /// What replaces an offer: at least an eighth more on both, since nodes refuse less, and what the network asks for by
    /// now if that is more. Nothing if it would be more than the cap.
    pub(super) fn raised(self, offered: Fees, market: Fees) -> Option<Fees> {
        let Self::Market { at_most } = self else {
            return None;
        };
        let most = an_eighth_more(offered.most);
        if most > at_most {
            return None;
        }
        let most = most.max(market.most.min(at_most));
        let tip = an_eighth_more(offered.tip).max(market.tip);
        Some(Fees {
            most,
            tip: tip.min(most),
        })
    }
}

/// Rounded up, and never the same.
fn an_eighth_more(wei: u128) -> u128 {
    wei.saturating_add(wei.div_ceil(8)).max(wei + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MARKET: GasPrice = GasPrice::Market { at_most: 1_000 };

    fn fees(most: u128, tip: u128) -> Fees {
        Fees { most, tip }
    }

    #[test]
    fn a_replacement_offers_an_eighth_more_on_both() {
        let raised = MARKET
            .raised(fees(801, 9), fees(1, 1))
            .expect("below the cap");
        assert_eq!(raised, fees(902, 11));
        for wei in 0..2_000 {
            assert!(an_eighth_more(wei) * 8 >= wei * 9 && an_eighth_more(wei) > wei);
        }
    }

    #[test]
    fn a_replacement_follows_the_market_up_to_the_cap() {
        let raised = MARKET.raised(fees(100, 10), fees(5_000, 600));
        assert_eq!(raised, Some(fees(1_000, 600)));
    }

    #[test]
    fn beyond_the_cap_nothing_is_offered() {
        assert_eq!(MARKET.raised(fees(889, 1), fees(1, 1)), None);
        assert_eq!(GasPrice::Free.raised(fees(0, 0), fees(0, 0)), None);
    }

    #[test]
    fn the_price_is_the_base_fee_and_the_tip() {
        assert_eq!(fees(2 * 700 + 30, 30).expected(), 730);
        // Without a base fee there is one price.
        assert_eq!(fees(90, 90).expected(), 90);
    }

    #[test]
    fn the_first_offer_stays_below_the_cap() {
        assert_eq!(MARKET.first(fees(5_000, 2_000)), fees(1_000, 1_000));
        assert_eq!(GasPrice::Free.first(fees(7, 7)), fees(0, 0));
    }
}
