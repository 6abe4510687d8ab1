//! The brake on guessing: each attempt is counted before it is tried, by account and by address; from a number on, waiting doubles.
//!
//! Accounts are counted whether they exist or not, so that a pause does not tell either.

use database::Tx;
use domain::Timestamp;
use storage::sign_in_failures::{self, Failures};
use wire::ProblemCode;

use crate::people::{Keys, Origin};
use crate::{Error, Result};

/// Attempts at an account that cost nothing.
const FREE_FOR_ACCOUNT: u32 = 5;
/// Attempts from one address that cost nothing; a firm shares one.
const FREE_FOR_ADDRESS: u32 = 50;
/// The longest pause.
const LONGEST_PAUSE_S: i64 = 15 * 60;
/// After so long without an attempt the count starts anew.
const FORGOTTEN_AFTER_S: i64 = 24 * 60 * 60;

/// Whose attempts are counted together.
#[derive(Clone, Debug)]
pub(crate) struct Subjects {
    account: [u8; 32],
    address: Option<[u8; 32]>,
}

impl Subjects {
    /// Passwords tried at an account, by the hash of its e-mail address.
    pub(crate) fn for_passwords(keys: &Keys, email_hash: &[u8; 32], origin: &Origin) -> Self {
        Self::new(keys, "passwords at account", email_hash, origin)
    }

    /// Codes tried at an account whose password was right.
    pub(crate) fn for_codes(keys: &Keys, email_hash: &[u8; 32], origin: &Origin) -> Self {
        Self::new(keys, "codes at account", email_hash, origin)
    }

    /// Links asked for.
    pub(crate) fn for_resets(keys: &Keys, email_hash: &[u8; 32], origin: &Origin) -> Self {
        Self::new(keys, "resets of account", email_hash, origin)
    }

    /// Registrations of firms under an address.
    pub(crate) fn for_registrations(keys: &Keys, email_hash: &[u8; 32], origin: &Origin) -> Self {
        Self::new(keys, "registrations under address", email_hash, origin)
    }

    fn new(keys: &Keys, purpose: &str, email_hash: &[u8; 32], origin: &Origin) -> Self {
        let address = origin.subscriber().map(|address| address.to_string());
        Self {
            account: keys.tag(purpose, email_hash),
            address: address.map(|address| keys.tag("attempts from address", address.as_bytes())),
        }
    }

    /// Counts an attempt, or refuses it.
    pub(crate) fn claim(&self, tx: &mut Tx, now: Timestamp) -> Result<()> {
        let counted = [
            (Some(self.account), FREE_FOR_ACCOUNT),
            (self.address, FREE_FOR_ADDRESS),
        ];
        for (subject, free) in counted {
            let Some(subject) = subject else { continue };
            let known = sign_in_failures::find(tx, &subject)?;
            if let Some(until) = known.and_then(|known| known.paused_until)
                && until > now
            {
                return Err(paused(until.seconds_since(now).max(1)));
            }
            let count = 1 + known
                .filter(|known| now.seconds_since(known.changed_at) < FORGOTTEN_AFTER_S)
                .map_or(0, |known| known.count);
            let failures = Failures {
                count,
                paused_until: pause_s(count, free).map(|seconds| now.plus_seconds(seconds)),
                changed_at: now,
            };
            sign_in_failures::note(tx, &subject, &failures)?;
        }
        Ok(())
    }

    /// A success ends the counting at the account and takes back its own attempt from the address.
    pub(crate) fn succeeded(&self, tx: &mut Tx, now: Timestamp) -> Result<()> {
        sign_in_failures::forget(tx, &self.account)?;
        if let Some(address) = &self.address
            && let Some(known) = sign_in_failures::find(tx, address)?
        {
            let failures = Failures {
                count: known.count.saturating_sub(1),
                paused_until: None,
                changed_at: now,
            };
            sign_in_failures::note(tx, address, &failures)?;
        }
        Ok(())
    }
}

/// How long the next attempt has to wait after so many.
fn pause_s(count: u32, free: u32) -> Option<i64> {
    let beyond = count.checked_sub(free)?;
    // Two to the tenth is more than the longest pause.
    Some((1_i64 << beyond.min(10)).min(LONGEST_PAUSE_S))
}

fn paused(seconds: i64) -> Error {
    Error::Problem(
        ProblemCode::SignInPaused,
        format!("There were too many attempts. Try again in {seconds} s."),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_doubles_and_has_an_end() {
        let pauses: Vec<_> = (1..=9).map(|count| pause_s(count, 5)).collect();
        assert_eq!(
            pauses,
            [
                None,
                None,
                None,
                None,
                Some(1),
                Some(2),
                Some(4),
                Some(8),
                Some(16)
            ]
        );
        for count in [20, 68, 69, 70, u32::MAX] {
            assert_eq!(pause_s(count, 5), Some(LONGEST_PAUSE_S), "{count}");
        }
    }
}
