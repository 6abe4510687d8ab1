//! Documents that were signed for an investment.

use database::{DatabaseError, Sql, Tx};
use domain::{DocumentId, InvestmentId};

use crate::columns::Columns;

const INSERT: Sql = Sql("insert into signed_documents
(investment_id, position, document_id, document_type)
values ($1, $2, $3, $4)");

const OF_INVESTMENT: Sql = Sql("select document_id, document_type
from signed_documents
where investment_id = $1
order by position");

/// A document and what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedDocument {
    /// The document.
    pub document: DocumentId,
    /// Open list, such as `COSTS_DOCUMENT`.
    pub document_type: String,
}

/// Adds documents behind those that are there.
///
/// # Errors
/// Fails if the database does.
pub fn insert(
    tx: &mut Tx,
    investment: InvestmentId,
    first_position: usize,
    documents: &[SignedDocument],
) -> Result<(), DatabaseError> {
    for (index, signed) in documents.iter().enumerate() {
        let position = i64::try_from(first_position + index).unwrap_or(i64::MAX);
        let parameters = [
            investment.uuid().into(),
            position.into(),
            signed.document.uuid().into(),
            signed.document_type.as_str().into(),
        ];
        tx.later(INSERT, &parameters)?;
    }
    Ok(())
}

/// The documents of an investment in their order.
///
/// # Errors
/// Fails if the database does.
pub fn of_investment(
    tx: &mut Tx,
    investment: InvestmentId,
) -> Result<Vec<SignedDocument>, DatabaseError> {
    let rows = tx.query(OF_INVESTMENT, &[investment.uuid().into()])?;
    rows.iter()
        .map(|row| {
            let mut columns = Columns::of(row);
            Ok(SignedDocument {
                document: columns.id(DocumentId::from_uuid)?,
                document_type: columns.next()?,
            })
        })
        .collect()
}
