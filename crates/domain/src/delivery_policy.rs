//! How deliveries of a product are gathered: how long they wait for company, for a low price, and for how many of them; and what a delivery
//! will cost.

/// What the registrar prefers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pace {
    /// At once, in small batches, which blocks take up soonest.
    Urgent,
    /// At once, or within the window, in batches of the usual size.
    #[default]
    Normal,
    /// In the largest batches, after a window or when one is full, and while gas costs no more than the ceiling; at the latest after
    /// [`DEADLINE_SECONDS`].
    Cheap,
}

/// How deliveries of a product are gathered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DeliveryPolicy {
    /// What is preferred.
    pub pace: Pace,
    /// How long the oldest delivery waits for others, in seconds; none: what the pace says.
    pub window_seconds: Option<u32>,
    /// Wei per gas above which cheap deliveries wait; none: they wait for no price.
    pub ceiling_wei_per_gas: Option<u64>,
}

/// What waits to be delivered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    /// Deliveries.
    pub deliveries: u64,
    /// How long the oldest has waited, in seconds.
    pub oldest_seconds: i64,
}

/// No delivery waits longer than that for company or for a price: a day.
pub const DEADLINE_SECONDS: u32 = 24 * 60 * 60;
/// Deliveries that the worker puts together, unless it is configured otherwise.
pub const USUAL_BATCH: u32 = 100;
const CHEAP_WINDOW_SECONDS: u32 = 60 * 60;
const URGENT_BATCH: u32 = 10;
/// What one transaction of the token takes.
const LARGEST_BATCH: u32 = 500;

impl Pace {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Urgent, Self::Normal, Self::Cheap];

    /// As stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Urgent => "urgent",
            Self::Normal => "normal",
            Self::Cheap => "cheap",
        }
    }

    /// From what is stored.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|pace| pace.as_str() == text)
    }
}

impl DeliveryPolicy {
    /// How many deliveries go together at most, where the usual number is this.
    #[must_use]
    pub fn largest_batch(self, usual: u32) -> u32 {
        match self.pace {
            Pace::Urgent => usual.min(URGENT_BATCH),
            Pace::Normal => usual,
            Pace::Cheap => usual.max(LARGEST_BATCH),
        }
    }

    /// Whether nothing is ever waited for.
    #[must_use]
    pub fn is_immediate(self) -> bool {
        self.window() == 0 && self.ceiling().is_none()
    }

    /// Whether what waits goes now, where the usual number goes together and gas costs this much, if that is known.
    #[must_use]
    pub fn goes(self, waiting: Waiting, usual: u32, wei_per_gas: Option<u64>) -> bool {
        if waiting.oldest_seconds >= DEADLINE_SECONDS.into() {
            return true;
        }
        let is_full = waiting.deliveries >= self.largest_batch(usual).into();
        let has_waited = waiting.oldest_seconds >= self.window().into();
        let is_affordable = match (self.ceiling(), wei_per_gas) {
            (None, _) => true,
            (Some(ceiling), Some(price)) => price <= ceiling,
            (Some(_), None) => false,
        };
        (is_full || has_waited) && is_affordable
    }

    fn window(self) -> u32 {
        match (self.pace, self.window_seconds) {
            (Pace::Urgent, _) | (Pace::Normal, None) => 0,
            (Pace::Cheap, None) => CHEAP_WINDOW_SECONDS,
            (Pace::Normal | Pace::Cheap, Some(seconds)) => seconds,
        }
    }

    fn ceiling(self) -> Option<u64> {
        match self.pace {
            Pace::Cheap => self.ceiling_wei_per_gas,
            Pace::Urgent | Pace::Normal => None,
        }
    }
}

/// Gas of deliveries by the network's own token, on today's rules; measured, and committed in `crates/dlt-evm/contracts/gas.txt`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeliveryGas {
    /// Of each batch.
    pub batch: u64,
    /// Of each wallet that has none of the asset yet.
    pub new_wallet: u64,
    /// Of each wallet that has some.
    pub known_wallet: u64,
}

/// What deliveries take.
pub const DELIVERY_GAS: DeliveryGas = DeliveryGas {
    batch: 31_200,
    new_wallet: 24_510,
    known_wallet: 7_410,
};

/// What deliveries will take at least and at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Estimate {
    /// Transactions.
    pub batches: u64,
    /// Gas, if every wallet that may have units already has some.
    pub gas_low: u64,
    /// Gas, if every wallet is new.
    pub gas_high: u64,
}

impl DeliveryGas {
    /// What so many deliveries take in batches of at most so many, where some go to wallets that have units of the asset already.
    #[must_use]
    pub fn estimate(self, deliveries: u64, to_known_wallets: u64, largest_batch: u32) -> Estimate {
        let known = to_known_wallets.min(deliveries);
        let batches = deliveries.div_ceil(u64::from(largest_batch.max(1)));
        let fixed = batches.saturating_mul(self.batch);
        let each = |wallets: u64, gas: u64| wallets.saturating_mul(gas);
        Estimate {
            batches,
            gas_low: fixed
                .saturating_add(each(deliveries - known, self.new_wallet))
                .saturating_add(each(known, self.known_wallet)),
            gas_high: fixed.saturating_add(each(deliveries, self.new_wallet)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600;

    fn waiting(deliveries: u64, oldest_seconds: i64) -> Waiting {
        Waiting {
            deliveries,
            oldest_seconds,
        }
    }

    #[test]
    fn usually_nothing_is_waited_for() {
        let usual = DeliveryPolicy::default();
        assert!(usual.is_immediate());
        assert!(usual.goes(waiting(1, 0), 100, None));
        assert_eq!(usual.largest_batch(100), 100);
        let urgent = DeliveryPolicy {
            pace: Pace::Urgent,
            window_seconds: Some(60),
            ..DeliveryPolicy::default()
        };
        assert!(urgent.is_immediate());
        assert_eq!(urgent.largest_batch(100), 10);
    }

    #[test]
    fn a_window_ends_with_time_or_when_a_batch_is_full() {
        let windowed = DeliveryPolicy {
            window_seconds: Some(60),
            ..DeliveryPolicy::default()
        };
        assert!(!windowed.goes(waiting(99, 59), 100, None));
        assert!(windowed.goes(waiting(99, 60), 100, None));
        assert!(windowed.goes(waiting(100, 0), 100, None));
    }

    #[test]
    fn what_is_cheap_waits_for_the_price_but_not_for_ever() {
        let cheap = DeliveryPolicy {
            pace: Pace::Cheap,
            window_seconds: None,
            ceiling_wei_per_gas: Some(10),
        };
        assert!(!cheap.goes(waiting(499, HOUR - 1), 100, Some(10)));
        assert!(cheap.goes(waiting(1, HOUR), 100, Some(10)));
        assert!(cheap.goes(waiting(500, 0), 100, Some(9)));
        // Too dear, or nobody knows.
        assert!(!cheap.goes(waiting(500, HOUR), 100, Some(11)));
        assert!(!cheap.goes(waiting(500, HOUR), 100, None));
        assert!(cheap.goes(waiting(1, 24 * HOUR), 100, Some(11)));
    }

    #[test]
    fn an_estimate_is_between_known_and_new_wallets() {
        let estimate = DELIVERY_GAS.estimate(250, 50, 100);
        assert_eq!(estimate.batches, 3);
        assert_eq!(estimate.gas_high, 3 * 31_200 + 250 * 24_510);
        assert_eq!(estimate.gas_high - estimate.gas_low, 50 * (24_510 - 7_410));
        let none = DELIVERY_GAS.estimate(0, 0, 100);
        assert_eq!((none.batches, none.gas_low, none.gas_high), (0, 0, 0));
    }
}
