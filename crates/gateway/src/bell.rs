//! Wakes the desks for whose environments something was written, and no others: a look at the rows is work, and there may be a hundred.
//! Where one investor has news, his name is told too, and the desk need not look for him.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use uuid::Uuid;

/// More names than this are found by looking.
const MOST_NAMES: usize = 32;

/// One chime for each desk that ever listened; there are not more of them than environments.
#[derive(Default)]
pub(crate) struct Bell {
    chimes: Mutex<HashMap<Uuid, Arc<Chime>>>,
}

/// What the desk of one environment listens to.
#[derive(Default)]
pub(crate) struct Chime {
    heard: Mutex<Heard>,
    rung: Notify,
}

/// What a desk has not yet taken up.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Heard {
    /// Of whom there is news.
    pub(crate) investors: Vec<Uuid>,
    /// Whether there may be more, which a look at the rows shows.
    pub(crate) more: bool,
}

impl Bell {
    /// The chime of an environment's desk.
    pub(crate) fn of(&self, environment: Uuid) -> Arc<Chime> {
        Arc::clone(locked(&self.chimes).entry(environment).or_default())
    }

    /// There is news of an investor for these. Who does not listen yet looks at the rows when it begins to.
    pub(crate) fn ring(&self, environments: &[Uuid], investor: Uuid) {
        let chimes = locked(&self.chimes);
        for chime in environments.iter().filter_map(|one| chimes.get(one)) {
            chime.strike(Some(investor));
        }
    }

    /// There may be something for this one.
    pub(crate) fn ring_one(&self, environment: Uuid) {
        if let Some(chime) = locked(&self.chimes).get(&environment) {
            chime.strike(None);
        }
    }

    /// There may be something for everyone.
    pub(crate) fn ring_all(&self) {
        for chime in locked(&self.chimes).values() {
            chime.strike(None);
        }
    }
}

impl Chime {
    /// Everything since this was last asked.
    pub(crate) fn heard(&self) -> Heard {
        std::mem::take(&mut *locked(&self.heard))
    }

    /// Until it is struck; at once if it was since the last time.
    pub(crate) async fn rung(&self) {
        self.rung.notified().await;
    }

    fn strike(&self, investor: Option<Uuid>) {
        let mut heard = locked(&self.heard);
        match investor {
            Some(investor) if heard.investors.len() < MOST_NAMES => heard.investors.push(investor),
            _ => heard.more = true,
        }
        drop(heard);
        self.rung.notify_one();
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_those_whom_it_concerns_are_woken_and_hear_of_whom() {
        let bell = Bell::default();
        let [one, other, nobody, investor] = [1, 2, 3, 4].map(Uuid::from_u128);
        let [first, second] = [bell.of(one), bell.of(other)];
        let news = Heard {
            investors: vec![investor],
            more: false,
        };
        bell.ring(&[other, nobody], investor);
        second.rung().await;
        assert_eq!((first.heard(), second.heard()), (Heard::default(), news));
        assert_eq!(second.heard(), Heard::default(), "who asked has heard it");

        bell.ring_all();
        first.rung().await;
        assert!(first.heard().more && second.heard().more);
        let again = bell.of(one);
        bell.ring_one(one);
        assert!(again.heard().more, "a desk that begins anew");
        assert_eq!(second.heard(), Heard::default());
    }

    #[test]
    fn too_many_names_are_looked_for() {
        let bell = Bell::default();
        let environment = Uuid::from_u128(1);
        let chime = bell.of(environment);
        for number in 0..=MOST_NAMES {
            bell.ring(&[environment], Uuid::from_u128(number as u128));
        }
        let heard = chime.heard();
        assert!(heard.more && heard.investors.len() == MOST_NAMES);
    }
}
