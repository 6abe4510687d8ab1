//! The yearly statement: every consumer who has a position gets one in each calendar year in Berlin (§ 19(2) no. 3 eWpG).

use database::Tx;
use domain::statement::yearly_for_deliveries_before;
use domain::{InvestmentId, StatementReason, Timestamp};
use storage::statement_making::{self, Position};
use storage::statements::NewStatement;
use uuid::Uuid;

use super::{investment, new};
use crate::{Registry, Result};

const PAGE: u32 = 100;

/// Notes the yearly statements that are due and not there. Returns how many; what is missing afterwards is an alarm.
///
/// # Errors
/// Fails if the database does; then the next call goes on.
pub async fn write_yearly(registry: &Registry) -> Result<usize> {
    let today = registry.clock.now().berlin_date();
    let due = (yearly_for_deliveries_before(today), today.year());
    let (mut after, mut written) = (InvestmentId::from_uuid(Uuid::nil()), 0);
    loop {
        let own = registry.clone();
        let (count, last) = registry
            .db
            .write(move |tx| write_page(&own, tx, due, after))
            .await?;
        written += count;
        match last {
            Some(last) => after = last,
            None => break,
        }
    }
    let missing = registry
        .db
        .read(move |tx| -> Result<_> { Ok(statement_making::yearly_missing(tx, due.0, due.1)?) })
        .await?;
    metrics::gauge!("registry_statements_annual_missing").set(missing as f64);
    Ok(written)
}

/// One page, and where the next one starts if there may be one.
fn write_page(
    registry: &Registry,
    tx: &mut Tx,
    due: (Timestamp, i16),
    after: InvestmentId,
) -> Result<(usize, Option<InvestmentId>)> {
    let positions = statement_making::yearly(tx, due, after, PAGE)?;
    let mut written = 0;
    for position in &positions {
        written += usize::from(write_one(registry, tx, position, due.1)?);
    }
    let last = positions.last().map(|position| position.investment);
    let is_full = positions.len() == PAGE as usize;
    Ok((written, last.filter(|_| is_full)))
}

fn write_one(registry: &Registry, tx: &mut Tx, position: &Position, year: i16) -> Result<bool> {
    let record = investment(tx, position.investment)?;
    let Some(statement) = new(tx, &record, registry.clock.now())? else {
        return Ok(false);
    };
    let statement = NewStatement {
        reason: StatementReason::Annual,
        year: Some(year),
        ..statement
    };
    storage::statements::insert(tx, &statement)?;
    Ok(true)
}
