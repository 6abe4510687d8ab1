//! What is due by law on registers, in one list: gathered from what each deadline is about, and kept nowhere.

use database::Tx;
use domain::{DeadlineRule, DeadlineState, Timestamp};
use storage::deadlines::{self, DeadlineSubject, Window};
use wire::FieldCode;
use wire::deadlines::Deadline;

use crate::{Caller, Error, Listed, Paging, Registry, Result, Right};

/// Subjects of one rule that are told of.
const MOST: u32 = 500;
const DAY_S: i64 = 24 * 60 * 60;
/// So long what was met stays in the list.
const DONE_S: i64 = 90 * DAY_S;
/// So far ahead what everybody has is told of.
const AHEAD_S: i64 = 30 * DAY_S;

/// What is due, what is most urgent first; of one state if one is named.
///
/// # Errors
/// Refuses callers other than the registrar; a field error for a state that is none.
pub async fn list(
    registry: &Registry,
    caller: &Caller,
    state: Option<&str>,
    paging: Paging,
) -> Result<Listed<Deadline>> {
    caller.require(Right::ReadNetwork)?;
    let wanted = state.map(str::parse::<DeadlineState>).transpose();
    let wanted = wanted
        .map_err(|error| Error::Field("state", FieldCode::UnknownValue, error.to_string()))?;
    let mut found = all(registry).await?;
    found.retain(|one| wanted.is_none_or(|wanted| one.state == wanted));
    let skipped = usize::try_from(paging.offset).unwrap_or(usize::MAX);
    let page = found.iter().skip(skipped).take(paging.limit as usize);
    Ok(Listed {
        count: found.len() as u64,
        items: page.map(shown).collect(),
    })
}

/// How many of each rule are overdue, for whoever watches.
///
/// # Errors
/// Fails if the database does.
pub async fn overdue(registry: &Registry) -> Result<Vec<(DeadlineRule, usize)>> {
    let found = all(registry).await?;
    let of = |rule| {
        let overdue = found.iter().filter(|one| one.rule == rule);
        overdue
            .filter(|one| one.state == DeadlineState::Overdue)
            .count()
    };
    Ok(DeadlineRule::ALL.map(|rule| (rule, of(rule))).to_vec())
}

struct Found {
    rule: DeadlineRule,
    state: DeadlineState,
    due_at: Timestamp,
    subject: DeadlineSubject,
}

async fn all(registry: &Registry) -> Result<Vec<Found>> {
    let now = registry.clock.now();
    let mut found = registry.db.read(move |tx| gathered(tx, now)).await?;
    found.sort_by_key(|one| (one.state, one.due_at, one.rule, one.subject.id));
    Ok(found)
}

fn gathered(tx: &mut Tx, now: Timestamp) -> Result<Vec<Found>> {
    let window = Window {
        done_since: now.minus_seconds(DONE_S),
        ahead_until: now.plus_seconds(AHEAD_S),
        year: now.berlin_date().year(),
        limit: MOST,
    };
    let mut found = Vec::new();
    for rule in DeadlineRule::ALL {
        for subject in deadlines::of(tx, rule, &window)? {
            let since = match rule {
                // Each year anew.
                DeadlineRule::YearlyStatement => now,
                _ => subject.since,
            };
            let due_at = rule.due_at(since);
            found.push(Found {
                rule,
                state: rule.state(due_at, subject.done_at, now),
                due_at,
                subject,
            });
        }
    }
    Ok(found)
}

fn shown(one: &Found) -> Deadline {
    let DeadlineSubject {
        id,
        name,
        done_at,
        count,
        ..
    } = &one.subject;
    let (subject, page) = match one.rule {
        DeadlineRule::ApplicationAnswer => ("application", format!("/console/applications/{id}")),
        DeadlineRule::InspectionDestruction => ("inspection", "/console/inspections".to_owned()),
        DeadlineRule::Identification => ("investor", "/console/identifications".to_owned()),
        DeadlineRule::Reversal => ("product", format!("/console/registers/{id}/operations")),
        _ => ("product", format!("/console/registers/{id}")),
    };
    Deadline {
        rule: one.rule.as_str().to_owned(),
        source: one.rule.source().to_owned(),
        subject: subject.to_owned(),
        subject_id: *id,
        name: name.clone(),
        count: *count,
        state: one.state.as_str().to_owned(),
        due_at: one.due_at.to_string(),
        done_at: done_at.map(|at| at.to_string()),
        page,
    }
}
