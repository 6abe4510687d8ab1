//! Campaigns: in which environment each is sold.

use database::{DatabaseError, Sql, Tx};
use uuid::Uuid;

use super::all;

const LIST: Sql = Sql("
select id, environment
from gateway_campaigns
order by environment, id");
const OF_ENVIRONMENT: Sql = Sql("
select id
from gateway_campaigns
where environment = $1
order by id");
const FIND: Sql = Sql("
select environment
from gateway_campaigns
where id = $1");
const INSERT: Sql = Sql("
insert into gateway_campaigns (id, environment)
values ($1, $2)");
const FORGET: Sql = Sql("
delete from gateway_campaigns
where environment = $1");

/// Every campaign with the environment in which it is sold.
pub(crate) fn list(tx: &mut Tx) -> Result<Vec<(Uuid, Uuid)>, DatabaseError> {
    all(&tx.query(LIST, &[])?, |row| Ok((row.get(0)?, row.get(1)?)))
}

/// What is sold in an environment; nothing at a home.
pub(crate) fn of_environment(tx: &mut Tx, environment: Uuid) -> Result<Vec<Uuid>, DatabaseError> {
    let rows = tx.query(OF_ENVIRONMENT, &[environment.into()])?;
    all(&rows, |row| row.get(0))
}

/// Where a campaign is sold.
pub(crate) fn environment_of(tx: &mut Tx, campaign: Uuid) -> Result<Option<Uuid>, DatabaseError> {
    tx.query_opt(FIND, &[campaign.into()])?
        .map(|row| row.get(0))
        .transpose()
}

/// From now on these are sold in an environment, and nothing else.
pub(crate) fn set(tx: &mut Tx, environment: Uuid, campaigns: &[Uuid]) -> Result<(), DatabaseError> {
    tx.later_any(FORGET, &[environment.into()])?;
    for campaign in campaigns {
        tx.later(INSERT, &[(*campaign).into(), environment.into()])?;
    }
    Ok(())
}
