//! Register statements of investments.

use domain::InvestmentId;
use storage::statements::StatementRecord;
use wire::events::RegistryStatement;

use crate::{Caller, Error, Listed, Paging, Registry, Result, Right};

/// The statements of an investment, oldest first. Only electronic securities have any.
///
/// # Errors
/// Not found if the investment is not the caller's.
pub async fn list(
    registry: &Registry,
    caller: &Caller,
    investment: InvestmentId,
    paging: Paging,
) -> Result<Listed<RegistryStatement>> {
    let scope = caller.require(Right::ReadInvestments)?;
    registry
        .db
        .read(move |tx| {
            let Paging { offset, limit } = paging;
            let found = storage::statements::of_investment(tx, &scope, investment, offset, limit)?;
            let (count, statements) = found.ok_or(Error::NotFound("investment"))?;
            let items = statements.iter().map(show).collect();
            Ok(Listed { count, items })
        })
        .await
}

fn show(statement: &StatementRecord) -> RegistryStatement {
    RegistryStatement {
        id: statement.id,
        sequence: statement.sequence,
        units: statement.units.get(),
        created_at: statement.created_at.to_string(),
    }
}
