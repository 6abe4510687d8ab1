//! Dated law on registers: rows that the migrations bring.

use database::{DatabaseError, Row, Sql, Tx};
use domain::Date;
use domain::register_rules::{RegisterRule, RegisterRules};

use crate::columns::Columns;

const ALL: Sql = Sql("select rule, valid_from, valid_to, value, source
from register_rules
order by rule, valid_from");

/// Every rule with its past and its future.
///
/// # Errors
/// Fails if the database does.
pub fn all(tx: &mut Tx) -> Result<RegisterRules, DatabaseError> {
    let rows = tx.query(ALL, &[])?;
    let rules = rows.iter().map(read).collect::<Result<_, _>>()?;
    Ok(RegisterRules::new(rules))
}

fn read(row: &Row) -> Result<RegisterRule, DatabaseError> {
    let mut columns = Columns::of(row);
    let rule = columns.next()?;
    let valid_from = columns.parsed(|text| Date::parse(text).ok())?;
    let valid_to: Option<String> = columns.next()?;
    let valid_to = valid_to
        .map(|text| Date::parse(&text))
        .transpose()
        .map_err(|_| DatabaseError::Type {
            column: 2,
            expected: "a day",
        })?;
    Ok(RegisterRule {
        rule,
        valid_from,
        valid_to,
        value: columns.next()?,
        source: columns.next()?,
    })
}
