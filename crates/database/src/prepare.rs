//! Asks a database whether it understands a list of statements; the compiler cannot.

use crate::{DatabaseError, Db};

/// Prepares every text without executing it. On PostgreSQL the types of parameters and columns must have a place in
/// [`crate::Value`] too.
///
/// # Errors
/// [`DatabaseError::Statement`] for a single text that fails; for several, one that names all of them.
pub async fn prepare_all(db: &Db, texts: &[String]) -> Result<(), DatabaseError> {
    let mut failures = Vec::new();
    for text in texts {
        let text = text.clone();
        if let Err(failure) = db.read(move |tx| tx.prepare(&text)).await {
            failures.push(failure);
        }
    }
    if failures.len() > 1 {
        let lines: Vec<_> = failures.iter().map(ToString::to_string).collect();
        return Err(DatabaseError::Statement {
            sql: lines.join("\n"),
            message: format!("{} statements cannot be prepared", failures.len()),
        });
    }
    failures.pop().map_or(Ok(()), Err)
}
