//! How it goes, environment by environment: for a page, for programs, and for whoever is called when something waits.

use database::Tx;
use serde::Serialize;
use uuid::Uuid;

use crate::store::environments::{self, Environment};
use crate::store::{copies, differences, inbox, orders, refusals};
use crate::{Error, Gateway, Result, time};

/// The whole gateway.
#[derive(Clone, Debug, Serialize)]
pub struct Status {
    /// Each environment, in the order in which they were added.
    pub environments: Vec<EnvironmentStatus>,
    /// Orders that wait for their environment.
    pub waiting_orders: u64,
    /// Messages of environments that are not passed on yet.
    pub waiting_messages: u64,
}

/// One environment.
#[derive(Clone, Debug, Serialize)]
pub struct EnvironmentStatus {
    /// The partner's name for it.
    pub name: String,
    /// Where it is.
    pub url: String,
    /// What is sold there; none at a home.
    pub campaign_id: Option<Uuid>,
    /// Since when it does not answer as it should.
    pub unreachable_since: Option<String>,
    /// What is wrong, for people.
    pub trouble: Option<String>,
    /// Investors that are or are to be there.
    pub investors: u64,
    /// Those of whom something is on its way.
    pub pending: u64,
    /// Since when the longest of them waits.
    pub pending_since: Option<String>,
    /// Things that it refused and that nothing newer has made good.
    pub refused: u64,
    /// Fields in which it holds other data than the gateway.
    pub differences: u64,
    /// When it last told something, or its feed was read.
    pub heard_at: Option<String>,
    /// When it was last compared with the gateway.
    pub compared_at: Option<String>,
    /// Messages about investments that were not made here.
    pub unknown_messages: u64,
}

/// How it goes now.
///
/// # Errors
/// If the database fails.
pub async fn of(gateway: &Gateway) -> Result<Status> {
    gateway
        .db
        .read(|tx| {
            let all = environments::list(tx)?;
            let environments = all
                .iter()
                .map(|one| of_environment(tx, one))
                .collect::<Result<_>>()?;
            Ok::<_, Error>(Status {
                environments,
                waiting_orders: orders::waiting(tx, 0, 0)?.0,
                waiting_messages: inbox::count_waiting(tx)?,
            })
        })
        .await
}

fn of_environment(tx: &mut Tx, environment: &Environment) -> Result<EnvironmentStatus> {
    let id = environment.id;
    let (pending, pending_since) = copies::backlog(tx, id)?;
    Ok(EnvironmentStatus {
        name: environment.name.clone(),
        url: environment.url.clone(),
        campaign_id: environment.campaign,
        unreachable_since: environment.unreachable_since.map(time::text),
        trouble: environment.trouble.clone(),
        investors: copies::count(tx, id)?,
        pending,
        pending_since: pending_since.map(time::text),
        refused: refusals::count(tx, id)?,
        differences: differences::count(tx, Some(id))?,
        heard_at: environment.heard_at.map(time::text),
        compared_at: environment.compared_at.map(time::text),
        unknown_messages: inbox::count_unknown(tx, id)?,
    })
}
