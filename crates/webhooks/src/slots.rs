//! Who may be called next: a fair share for each endpoint, and a bound on what those that hang can hold.

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

/// What is in the air, and how much may be.
#[derive(Clone, Debug)]
pub(crate) struct Slots {
    total: usize,
    per_endpoint: usize,
    in_flight: HashMap<Uuid, usize>,
    /// Endpoints whose last attempt ran into the time-out. They get one slot each, and together at most half of all,
    /// so that however many hang, the others are served.
    slow: HashSet<Uuid>,
}

/// An endpoint with something due.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Due {
    pub(crate) endpoint: Uuid,
    /// Since when, µs.
    pub(crate) oldest: i64,
}

/// How many lanes to take for which endpoints.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    pub(crate) takes: Vec<(Uuid, usize)>,
    /// Whether somebody got less than its share because the slots were used up.
    pub(crate) cut_short: bool,
}

impl Slots {
    pub(crate) fn new(total: usize, per_endpoint: usize) -> Slots {
        Slots {
            total: total.max(2),
            per_endpoint: per_endpoint.max(1),
            in_flight: HashMap::new(),
            slow: HashSet::new(),
        }
    }

    pub(crate) fn free(&self) -> usize {
        self.total
            .saturating_sub(self.in_flight.values().sum::<usize>())
    }

    pub(crate) fn took(&mut self, endpoint: Uuid) {
        *self.in_flight.entry(endpoint).or_default() += 1;
    }

    pub(crate) fn gave_back(&mut self, endpoint: Uuid) {
        if let Some(count) = self.in_flight.get_mut(&endpoint) {
            *count -= 1;
            if *count == 0 {
                self.in_flight.remove(&endpoint);
            }
        }
    }

    pub(crate) fn is_slow(&mut self, endpoint: Uuid) {
        self.slow.insert(endpoint);
    }

    pub(crate) fn is_quick(&mut self, endpoint: Uuid) {
        self.slow.remove(&endpoint);
    }

    /// Hands the free slots out one by one: who has fewest in flight first, then who waits longest.
    pub(crate) fn plan(&self, due: &[Due]) -> Plan {
        let mut free = self.free();
        let mut free_for_slow = (self.total / 2).saturating_sub(
            self.slow
                .iter()
                .map(|endpoint| self.flying(*endpoint))
                .sum(),
        );
        let mut order: Vec<(usize, i64, Uuid)> = due
            .iter()
            .map(|due| (self.flying(due.endpoint), due.oldest, due.endpoint))
            .collect();
        order.sort_unstable();
        let mut takes: Vec<(Uuid, usize)> = Vec::new();
        let mut cut_short = false;
        for (flying, _, endpoint) in order.iter().copied() {
            let slow = self.slow.contains(&endpoint);
            let share = if slow { 1 } else { self.per_endpoint };
            let room = share.saturating_sub(flying);
            let bound = if slow { free_for_slow } else { usize::MAX };
            takes.push((endpoint, room.min(bound)));
            if slow {
                free_for_slow -= room.min(bound);
            }
        }
        let wanted: Vec<usize> = takes.iter().map(|(_, room)| *room).collect();
        takes.iter_mut().for_each(|(_, taken)| *taken = 0);
        for round in 0..self.per_endpoint {
            for (index, (_, taken)) in takes.iter_mut().enumerate() {
                if wanted[index] > round {
                    if free == 0 {
                        cut_short = true;
                    } else {
                        *taken += 1;
                        free -= 1;
                    }
                }
            }
        }
        takes.retain(|(_, taken)| *taken > 0);
        Plan { takes, cut_short }
    }

    fn flying(&self, endpoint: Uuid) -> usize {
        self.in_flight.get(&endpoint).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn due(endpoints: impl IntoIterator<Item = u128>) -> Vec<Due> {
        endpoints
            .into_iter()
            .map(|id| Due {
                endpoint: Uuid::from_u128(id),
                oldest: i64::try_from(id).unwrap_or(i64::MAX),
            })
            .collect()
    }

    fn takes(plan: &Plan) -> Vec<(u128, usize)> {
        plan.takes
            .iter()
            .map(|(endpoint, count)| (endpoint.as_u128(), *count))
            .collect()
    }

    #[test]
    fn everybody_gets_a_slot_before_anybody_gets_a_second() {
        let plan = Slots::new(4, 4).plan(&due(1..=3));
        assert_eq!(takes(&plan), [(1, 2), (2, 1), (3, 1)]);
        assert!(plan.cut_short);
    }

    #[test]
    fn an_endpoint_with_its_share_in_flight_gets_no_more() {
        let mut slots = Slots::new(10, 2);
        slots.took(Uuid::from_u128(1));
        slots.took(Uuid::from_u128(1));
        let plan = slots.plan(&due(1..=2));
        assert_eq!(takes(&plan), [(2, 2)]);
        assert!(!plan.cut_short);
        slots.gave_back(Uuid::from_u128(1));
        assert_eq!(takes(&slots.plan(&due(1..=1))), [(1, 1)]);
    }

    #[test]
    fn those_that_hang_never_hold_more_than_half() {
        let mut slots = Slots::new(8, 4);
        for id in 1..=20 {
            slots.is_slow(Uuid::from_u128(id));
        }
        let plan = slots.plan(&due(1..=20));
        assert_eq!(takes(&plan), [(1, 1), (2, 1), (3, 1), (4, 1)]);
        for (endpoint, _) in plan.takes {
            slots.took(endpoint);
        }
        assert_eq!(takes(&slots.plan(&due(5..=21))), [(21, 4)]);
        slots.is_quick(Uuid::from_u128(20));
        assert_eq!(takes(&slots.plan(&due(20..=20))), [(20, 4)]);
    }
}
