//! The letters of a day: what waits for each organisation, and what ends soon.
//!
//! They are written in one transaction with the note that the day is done, in the morning in Berlin or as soon after as a worker
//! runs: all of them once, whoever notices first, and none if the process dies in between.

use database::Tx;
use domain::{Organisation, ProductStatus, Timestamp};
use storage::reminders::{self, DueInvestments, Reminder};
use uuid::Uuid;

use super::digest::{accounts, digest, of_account, take_back_untold, to_platforms};
use super::moments::holder;
use super::{About, last_day, links, readers, tell};
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
    let until = now.plus_seconds(PAYMENT_S);
    let due = reminders::note_payments(tx, Reminder::Payment, now, until)?;
    let mut written = 0;
    for account in accounts(&due) {
        let own = of_account(&due, account);
        let issuer = Organisation::Issuer(account);
        let readers = readers(registry, tx, issuer, Right::SettleInvestments)?;
        take_back_untold(tx, Reminder::Payment, &readers, &own, now)?;
        let letter = |language, due: &[Waiting], first| {
            letters::payments_due(language, due, &links::to_be_paid(registry, first))
        };
        written += digest(registry, tx, &readers, &own, last_day, letter)?;
    }
    let due = reminders::note_payments(tx, Reminder::PaymentToPlatform, now, until)?;
    let letter = |language, due: &[Waiting], link: &str| letters::payments_due(language, due, link);
    written += to_platforms(
        registry,
        tx,
        (Reminder::PaymentToPlatform, now),
        &due,
        letter,
    )?;
    Ok(written)
}

fn cancellations(registry: &Registry, tx: &mut Tx, now: Timestamp) -> Result<usize> {
    let due = reminders::note_cancellations(tx, now, now.plus_seconds(CANCELLATION_S))?;
    let letter =
        |language, due: &[Waiting], link: &str| letters::cancellations_end(language, due, link);
    to_platforms(registry, tx, (Reminder::Cancellation, now), &due, letter)
}

fn licences(registry: &Registry, tx: &mut Tx, now: Timestamp) -> Result<usize> {
    let mut written = 0;
    let until = now.plus_seconds(LICENCE_S);
    for (platform, ends_at, standing) in storage::platforms::licences_ending(tx, now, until)? {
        for (reminder, organisation, right) in [
            (
                Reminder::Licence,
                Organisation::Platform(platform),
                Right::WritePlatform,
            ),
            (
                Reminder::LicenceToRegistrar,
                Organisation::Registrar,
                Right::WriteNetwork,
            ),
        ] {
            let link = links::participation(registry, organisation, platform);
            let (firm, last) = (&standing.name, last_day(ends_at));
            let object = (reminder, platform.uuid(), ends_at);
            written += once(tx, object, now, |tx| {
                tell(
                    registry,
                    tx,
                    (organisation, right),
                    About::Organisation,
                    |language| letters::licence_expires(language, firm, last, &link),
                )
            })?;
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
        let (name, day) = (&client.client_id, ends_at.berlin_date());
        let link = links::client(registry, client.id);
        let object = (Reminder::Client, client.id.uuid(), ends_at);
        written += once(tx, object, now, |tx| {
            tell(
                registry,
                tx,
                (holder(&client), Right::WriteClients),
                About::Organisation,
                |language| letters::client_expires(language, name, day, &link),
            )
        })?;
    }
    Ok(written)
}

/// Tells of a thing unless it was told. While there is nobody to be told it is not noted, so that whoever joins later hears of it.
fn once(
    tx: &mut Tx,
    (reminder, object, due_at): (Reminder, Uuid, Timestamp),
    now: Timestamp,
    tell: impl FnOnce(&mut Tx) -> Result<usize>,
) -> Result<usize> {
    if reminders::is_noted(tx, reminder, object, due_at)? {
        return Ok(0);
    }
    let told = tell(tx)?;
    if told > 0 {
        reminders::note(tx, reminder, object, due_at, now)?;
    }
    Ok(told)
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
