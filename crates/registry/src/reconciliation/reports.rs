//! The signed report of each day: how every register was compared, and which incidents were open.

use database::Tx;
use domain::Date;
use serde_json::json;
use storage::{incidents, reconciliations};
use tlog::{Note, Signer};
use wire::reconciliation::ReconciliationReport;

use super::incidents::{incident_shown, state_shown};
use crate::{Caller, Listed, Paging, Registry, Result, Right, register_log};

/// Registers in one report at most: more than a registrar can have.
const ALL: u32 = 1_000_000;

/// Writes the report of the day that is over, unless it is there.
///
/// # Errors
/// Fails if the database does.
pub async fn write_report(registry: &Registry) -> Result<()> {
    let day = registry.clock.now().berlin_date().add_days(-1);
    let last = registry
        .db
        .read(|tx| -> Result<_> { Ok(reconciliations::last_report(tx)?) })
        .await?;
    if last.is_some_and(|last| last >= day) {
        return Ok(());
    }
    let own = registry.clone();
    registry
        .db
        .write(move |tx| {
            let note = report(&own, tx, day)?;
            // Another process may have been faster.
            let now = own.clock.now();
            Ok(reconciliations::insert_report(tx, day, &note, now)?)
        })
        .await
}

fn report(registry: &Registry, tx: &mut Tx, day: Date) -> Result<String> {
    let (from, until) = (
        day.add_days(-1).end_of_day_berlin(),
        day.end_of_day_berlin(),
    );
    let (_, states) = reconciliations::list(tx, 0, ALL)?;
    let states = states.into_iter().map(|state| state_shown(tx, state));
    let registers = states.collect::<Result<Vec<_>>>()?;
    let open = incidents::between(tx, from, until)?;
    let open = open.into_iter().map(|one| incident_shown(tx, one));
    let incidents = open.collect::<Result<Vec<_>>>()?;
    let content = json!({
        "format": "cashlink reconciliation 1", "day": day.to_string(), "made_at": registry.clock.now().to_string(),
        "registers": registers, "incidents": incidents,
    });
    let signer = signer(registry)?;
    let text = format!("{content}\n");
    let signature = signer.sign(&text);
    let note = Note {
        text,
        signatures: vec![signature],
    };
    Ok(note.to_string())
}

/// The key of the registers' logs under the reports' own address.
fn signer(registry: &Registry) -> Result<Signer> {
    let public_url = &registry.settings.public_url;
    let address = format!("{public_url}/api/network/v1/reconciliation-reports");
    register_log::signer_at(registry, &address)
}

/// Reports, oldest first.
///
/// # Errors
/// Refuses callers other than the registrar.
pub async fn reports(
    registry: &Registry,
    caller: &Caller,
    paging: Paging,
) -> Result<Listed<ReconciliationReport>> {
    caller.require(Right::ReadNetwork)?;
    let public_key = signer(registry)?.public().to_string();
    registry
        .db
        .read(move |tx| {
            let (count, found) = reconciliations::reports(tx, paging.offset, paging.limit)?;
            let items = found.into_iter().map(|(day, note)| ReconciliationReport {
                day,
                note,
                public_key: public_key.clone(),
            });
            Ok(Listed {
                count,
                items: items.collect(),
            })
        })
        .await
}
