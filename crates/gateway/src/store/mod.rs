//! The gateway's own tables, one file a table or two; rows in, rows out.

pub(crate) mod campaigns;
pub(crate) mod catalogue;
pub(crate) mod changes;
pub(crate) mod checkpoints;
pub(crate) mod clients;
pub(crate) mod copies;
pub(crate) mod differences;
pub(crate) mod documents;
pub(crate) mod environments;
pub(crate) mod events;
pub(crate) mod inbox;
pub(crate) mod instructions;
pub(crate) mod investments;
pub(crate) mod investors;
pub(crate) mod orders;
pub(crate) mod parts;
pub(crate) mod refusals;
pub(crate) mod statements;

use database::{DatabaseError, FromValue, Micros, Row};

/// How far what an environment tells of one thing was passed on.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Heard {
    /// The last event, by the environment's count.
    pub(crate) theirs: i64,
    /// The same by ours.
    pub(crate) ours: i64,
    /// When that happened, µs; for environments that do not count.
    pub(crate) at: i64,
}

/// A row read from left to right.
pub(crate) struct Columns<'a> {
    row: &'a Row,
    next: usize,
}

impl<'a> Columns<'a> {
    pub(crate) fn of(row: &'a Row) -> Self {
        Self { row, next: 0 }
    }

    /// The next column.
    pub(crate) fn next<T: FromValue>(&mut self) -> Result<T, DatabaseError> {
        self.next += 1;
        self.row.get(self.next - 1)
    }

    /// The next column as a time.
    pub(crate) fn time(&mut self) -> Result<i64, DatabaseError> {
        Ok(self.next::<Micros>()?.0)
    }

    /// The next column as a time or null.
    pub(crate) fn opt_time(&mut self) -> Result<Option<i64>, DatabaseError> {
        Ok(self.next::<Option<Micros>>()?.map(|at| at.0))
    }

    /// The next column as a word that `parse` knows.
    pub(crate) fn parsed<T>(
        &mut self,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, DatabaseError> {
        let text: String = self.next()?;
        parse(&text).ok_or(DatabaseError::Type {
            column: self.next - 1,
            expected: std::any::type_name::<T>(),
        })
    }
}

/// One row of many, each read by the same function.
pub(crate) fn all<T>(
    rows: &[Row],
    read: impl Fn(&Row) -> Result<T, DatabaseError>,
) -> Result<Vec<T>, DatabaseError> {
    rows.iter().map(read).collect()
}
