//! How it goes, environment by environment: for a page, for programs, and for whoever is called when something waits.

use database::Tx;
use wire::gateways::{GatewayEnvironment, GatewayStatus};

use crate::store::environments::{self, Environment};
use crate::store::{campaigns, checkpoints, copies, differences, inbox, orders, refusals};
use crate::{Error, Gateway, Result, time};

/// How it goes now.
///
/// # Errors
/// If the database fails.
pub async fn of(gateway: &Gateway) -> Result<GatewayStatus> {
    gateway
        .db
        .read(|tx| {
            let all = environments::list(tx)?;
            let environments = all
                .iter()
                .map(|one| of_environment(tx, one))
                .collect::<Result<_>>()?;
            Ok::<_, Error>(GatewayStatus {
                environments,
                waiting_orders: orders::waiting(tx, 0, 0)?.0,
                waiting_messages: inbox::count_waiting(tx)?,
            })
        })
        .await
}

fn of_environment(tx: &mut Tx, environment: &Environment) -> Result<GatewayEnvironment> {
    let id = environment.id;
    let (pending, pending_since) = copies::backlog(tx, id)?;
    let (registers, contradicted_registers) = checkpoints::count_followed(tx, id)?;
    Ok(GatewayEnvironment {
        name: environment.name.clone(),
        url: environment.url.clone(),
        campaign_ids: campaigns::of_environment(tx, id)?,
        unreachable_since: environment.unreachable_since.map(time::text),
        trouble: environment.trouble.clone(),
        investors: copies::count(tx, id)?,
        pending,
        pending_since: pending_since.map(time::text),
        refused: refusals::count(tx, id)?,
        differences: differences::count(tx, Some(id))?,
        heard_at: environment.heard_at.map(time::text),
        compared_at: environment.compared_at.map(time::text),
        registers,
        contradicted_registers,
        unknown_messages: inbox::count_unknown(tx, id)?,
    })
}
