//! What is due as one letter to each reader, with a line for each product that it sees.

use database::Tx;
use domain::{Date, IssuerId, Language, Organisation, PlatformId, ProductId, Timestamp};
use storage::reminders::{self, DueInvestments, Reminder};

use super::{About, Reader, last_day, links, readers};
use crate::mail::Letter;
use crate::mail::letters::Waiting;
use crate::{Registry, Result, Right};

/// One letter to each of the platforms' people about their own part of what is due.
pub(super) fn to_platforms(
    registry: &Registry,
    tx: &mut Tx,
    (reminder, now): (Reminder, Timestamp),
    due: &[DueInvestments],
    letter: impl Fn(Language, &[Waiting], &str) -> Letter,
) -> Result<usize> {
    let link = links::environments(registry);
    let mut written = 0;
    for platform in platforms(due) {
        let own: Vec<&DueInvestments> = due.iter().filter(|one| one.platform == platform).collect();
        let organisation = Organisation::Platform(platform);
        let readers = readers(registry, tx, organisation, Right::WriteInvestments)?;
        take_back_untold(tx, reminder, &readers, &own, now)?;
        let letter = |language, due: &[Waiting], _| letter(language, due, &link);
        written += digest(registry, tx, &readers, &own, last_day, letter)?;
    }
    Ok(written)
}

/// What none of the readers sees is as if it had not been noted, so that whoever joins later hears of it.
pub(super) fn take_back_untold(
    tx: &mut Tx,
    reminder: Reminder,
    readers: &[Reader],
    due: &[&DueInvestments],
    now: Timestamp,
) -> Result<()> {
    for one in due {
        let mut is_seen = false;
        for reader in readers {
            is_seen = is_seen || reader.sees(tx, About::Product(one.product))?;
        }
        if !is_seen {
            reminders::take_back(tx, reminder, one, now)?;
        }
    }
    Ok(())
}

/// One letter to each reader, with a line for each product that it sees; it leads to the first of them.
pub(super) fn digest(
    registry: &Registry,
    tx: &mut Tx,
    readers: &[Reader],
    due: &[&DueInvestments],
    day: impl Fn(Timestamp) -> Date,
    letter: impl Fn(Language, &[Waiting], ProductId) -> Letter,
) -> Result<usize> {
    let mut written = 0;
    for reader in readers {
        let mut lines: Vec<(ProductId, Waiting)> = Vec::new();
        for one in due {
            if !reader.sees(tx, About::Product(one.product))? {
                continue;
            }
            let day = day(one.first_at);
            // The rows of one product follow one another; an issuer's come from several platforms.
            match lines.last_mut() {
                Some((product, line)) if *product == one.product => {
                    line.investments += one.investments;
                    line.day = line.day.min(day);
                }
                _ => lines.push((
                    one.product,
                    Waiting {
                        asset: one.name.clone(),
                        investments: one.investments,
                        day,
                    },
                )),
            }
        }
        let Some((first, _)) = lines.first() else {
            continue;
        };
        let first = *first;
        let lines: Vec<Waiting> = lines.into_iter().map(|(_, line)| line).collect();
        let letter = letter(reader.person.language, &lines, first);
        reader.write(registry, tx, letter)?;
        written += 1;
    }
    Ok(written)
}

pub(super) fn of_account(due: &[DueInvestments], account: IssuerId) -> Vec<&DueInvestments> {
    due.iter().filter(|one| one.account == account).collect()
}

pub(super) fn accounts(due: &[DueInvestments]) -> Vec<IssuerId> {
    let mut accounts: Vec<IssuerId> = due.iter().map(|one| one.account).collect();
    accounts.sort_by_key(|account| account.uuid());
    accounts.dedup();
    accounts
}

fn platforms(due: &[DueInvestments]) -> Vec<PlatformId> {
    let mut platforms: Vec<PlatformId> = due.iter().map(|one| one.platform).collect();
    platforms.sort_by_key(|platform| platform.uuid());
    platforms.dedup();
    platforms
}
