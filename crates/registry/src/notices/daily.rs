//! The letters of a day: what waits for each organisation, and what ends soon.
//!
//! They are written in one transaction with the note that the day is done, in the morning in Berlin or as soon after as a worker
//! runs: all of them once, whoever notices first, and none if the process dies in between.

use database::Tx;
use domain::{
    Date, IssuerId, Language, Organisation, PlatformId, ProductId, ProductStatus, Timestamp,
};
use storage::reminders::{self, DueInvestments, Reminder};
use uuid::Uuid;

use super::moments::holder;
use super::{About, Reader, last_day, links, readers, tell};
use crate::mail::Letter;
use crate::mail::letters::{self, Waiting, Work};
use crate::{Registry, Result, Right};

/// The letters are there when people start to work. On the two days when the clocks change it is an hour off.
const MORNING_S: i64 = 7 * 3_600;
const DAY_S: i64 = 86_400;
/// How long before its end people hear of a payment deadline.
const PAYMENT_S: i64 = 3 * DAY_S;
/// How long before its end people hear of a cancellation period.
const CANCELLATION_S: i64 = 2 * DAY_S;
/// How long before its end people hear of a licence: an authority takes weeks.
const LICENCE_S: i64 = 30 * DAY_S;
/// How long before its end people hear of a client.
const CLIENT_S: i64 = 14 * DAY_S;
/// What was due so long ago is forgotten.
const KEPT_S: i64 = 90 * DAY_S;

/// Writes the letters of the day, if it is time and nobody has. Returns how many.
///
/// # Errors
/// Fails if the database does; then the next call tries again.
pub async fn write_daily(registry: &Registry) -> Result<usize> {
    let now = registry.clock.now();
    let today = now.berlin_date();
    let midnight = today.start_of_day_berlin();
    if now < midnight.plus_seconds(MORNING_S) {
        return Ok(0);
    }
    let is_done = registry
        .db
        .read(move |tx| reminders::is_noted(tx, Reminder::Day, Uuid::nil(), midnight))
        .await?;
    if is_done {
        return Ok(0);
    }
    // Reading goes over all investments, which is too long for a transaction that others wait for.
    let to_accept = registry.db.read(reminders::to_accept).await?;
    let own = registry.clone();
    let written = registry
        .db
        .write(move |tx| -> Result<_> {
            if !reminders::note(tx, Reminder::Day, Uuid::nil(), midnight, now)? {
                return Ok(0);
            }
            let mut written = acceptances(&own, tx, &to_accept)?;
            written += payments(&own, tx, now)?;
            written += cancellations(&own, tx, now)?;
            written += licences(&own, tx, now)?;
            written += clients(&own, tx, now)?;
            written += work(&own, tx)?;
            reminders::prune(tx, now.minus_seconds(KEPT_S))?;
            Ok(written)
        })
        .await?;
    tracing::info!("{written} letters of {today} are written");
    Ok(written)
}

fn acceptances(registry: &Registry, tx: &mut Tx, due: &[DueInvestments]) -> Result<usize> {
    let mut written = 0;
    for account in accounts(due) {
        let own = of_account(due, account);
        let readers = readers(
            registry,
            tx,
            Organisation::Issuer(account),
            Right::DecideInvestments,
        )?;
        let letter = |language, waiting: &[Waiting], first| {
            letters::acceptance_due(language, waiting, &links::to_accept(registry, first))
        };
        let since = |at: Timestamp| at.berlin_date();
        written += digest(registry, tx, &readers, &own, since, letter)?;
    }
    Ok(written)
}

fn payments(registry: &Registry, tx: &mut Tx, now: Timestamp) -> Result<usize> {
    let due = reminders::note_payments(tx, now, now.plus_seconds(PAYMENT_S))?;
    let mut written = 0;
    for account in accounts(&due) {
        let own = of_account(&due, account);
        let issuer = Organisation::Issuer(account);
        let readers = readers(registry, tx, issuer, Right::SettleInvestments)?;
        let letter = |language, due: &[Waiting], first| {
            letters::payments_due(language, due, &links::to_be_paid(registry, first))
        };
        written += digest(registry, tx, &readers, &own, last_day, letter)?;
    }
    for platform in platforms(&due) {
        let letter =
            |language, due: &[Waiting], link: &str| letters::payments_due(language, due, link);
        written += to_platform(registry, tx, platform, &due, letter)?;
    }
    Ok(written)
}

fn cancellations(registry: &Registry, tx: &mut Tx, now: Timestamp) -> Result<usize> {
    let due = reminders::note_cancellations(tx, now, now.plus_seconds(CANCELLATION_S))?;
    let mut written = 0;
    for platform in platforms(&due) {
        let letter =
            |language, due: &[Waiting], link: &str| letters::cancellations_end(language, due, link);
        written += to_platform(registry, tx, platform, &due, letter)?;
    }
    Ok(written)
}

fn licences(registry: &Registry, tx: &mut Tx, now: Timestamp) -> Result<usize> {
    let mut written = 0;
    let until = now.plus_seconds(LICENCE_S);
    for (platform, ends_at, standing) in storage::platforms::licences_ending(tx, now, until)? {
        if !reminders::note(tx, Reminder::Licence, platform.uuid(), ends_at, now)? {
            continue;
        }
        for (organisation, right) in [
            (Organisation::Platform(platform), Right::WritePlatform),
            (Organisation::Registrar, Right::WriteNetwork),
        ] {
            let link = links::participation(registry, organisation, platform);
            let (firm, last) = (&standing.name, last_day(ends_at));
            written += tell(
                registry,
                tx,
                (organisation, right),
                About::Organisation,
                |language| letters::licence_expires(language, firm, last, &link),
            )?;
        }
    }
    Ok(written)
}

fn clients(registry: &Registry, tx: &mut Tx, now: Timestamp) -> Result<usize> {
    // Clients end by real time.
    let real = registry.clock.outside();
    let mut written = 0;
    for client in storage::clients::ending(tx, real, real.plus_seconds(CLIENT_S))? {
        let Some(ends_at) = client.expires_at else {
            continue;
        };
        if !reminders::note(tx, Reminder::Client, client.id.uuid(), ends_at, now)? {
            continue;
        }
        let (name, day) = (&client.client_id, ends_at.berlin_date());
        let link = links::client(registry, client.id);
        written += tell(
            registry,
            tx,
            (holder(&client), Right::WriteClients),
            About::Organisation,
            |language| letters::client_expires(language, name, day, &link),
        )?;
    }
    Ok(written)
}

fn work(registry: &Registry, tx: &mut Tx) -> Result<usize> {
    let open = storage::decisions::Filter {
        status: Some("proposed".to_owned()),
        target: None,
    };
    let work = Work {
        identifications: storage::identifications::waiting(tx, 0, 1)?.0,
        reviews: storage::latest::in_review(tx, 0, 1)?.0,
        validations: storage::products::with_status(tx, ProductStatus::Validation, 0, 1)?.0,
        decisions: storage::decisions::list(tx, &open, 0, 1)?.0,
    };
    if work.is_none() {
        return Ok(0);
    }
    let link = links::work(registry);
    tell(
        registry,
        tx,
        (Organisation::Registrar, Right::WriteNetwork),
        About::Organisation,
        |language| letters::work_waits(language, &work, &link),
    )
}

/// One letter to each of a platform's people about its own part of what is due.
fn to_platform(
    registry: &Registry,
    tx: &mut Tx,
    platform: PlatformId,
    due: &[DueInvestments],
    letter: impl Fn(Language, &[Waiting], &str) -> Letter,
) -> Result<usize> {
    let own: Vec<&DueInvestments> = due.iter().filter(|one| one.platform == platform).collect();
    let link = links::environments(registry);
    let organisation = Organisation::Platform(platform);
    let readers = readers(registry, tx, organisation, Right::WriteInvestments)?;
    let letter = |language, due: &[Waiting], _| letter(language, due, &link);
    digest(registry, tx, &readers, &own, last_day, letter)
}

/// One letter to each reader, with a line for each product that it sees; it leads to the first of them.
fn digest(
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

fn of_account(due: &[DueInvestments], account: IssuerId) -> Vec<&DueInvestments> {
    due.iter().filter(|one| one.account == account).collect()
}

fn accounts(due: &[DueInvestments]) -> Vec<IssuerId> {
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
