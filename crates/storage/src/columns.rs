//! Reading columns as domain values; a stored text that the domain does not know is a fault of ours.

use database::{DatabaseError, FromValue, Micros, Row, Value};
use domain::{Address, Timestamp, TransactionHash, Units};
use uuid::Uuid;

/// A row read from left to right.
pub(crate) struct Columns<'a> {
    row: &'a Row,
    next: usize,
}

impl<'a> Columns<'a> {
    /// Starts at the first column.
    pub(crate) fn of(row: &'a Row) -> Self {
        Self { row, next: 0 }
    }

    /// Starts at this column.
    pub(crate) fn at(row: &'a Row, next: usize) -> Self {
        Self { row, next }
    }

    /// Starts behind so many columns.
    pub(crate) fn after(row: &'a Row, next: usize) -> Self {
        Self { row, next }
    }

    /// The next column.
    pub(crate) fn next<T: FromValue>(&mut self) -> Result<T, DatabaseError> {
        let column = self.next;
        self.next += 1;
        self.row.get(column)
    }

    /// The next column as an id.
    pub(crate) fn id<T>(&mut self, make: fn(Uuid) -> T) -> Result<T, DatabaseError> {
        self.next().map(make)
    }

    /// The next column as an id or null.
    pub(crate) fn opt_id<T>(&mut self, make: fn(Uuid) -> T) -> Result<Option<T>, DatabaseError> {
        Ok(self.next::<Option<Uuid>>()?.map(make))
    }

    /// The next column as a time.
    pub(crate) fn time(&mut self) -> Result<Timestamp, DatabaseError> {
        let Micros(micros) = self.next()?;
        Ok(Timestamp::from_micros(micros))
    }

    /// The next column as a time or null.
    pub(crate) fn opt_time(&mut self) -> Result<Option<Timestamp>, DatabaseError> {
        let micros: Option<Micros> = self.next()?;
        Ok(micros.map(|Micros(micros)| Timestamp::from_micros(micros)))
    }

    /// The next column as a number of units.
    pub(crate) fn units(&mut self) -> Result<Units, DatabaseError> {
        let column = self.next;
        let stored: i64 = self.next()?;
        Units::try_from(stored).map_err(|_| DatabaseError::Type {
            column,
            expected: "units",
        })
    }

    /// The next column as a number of units or null.
    pub(crate) fn opt_units(&mut self) -> Result<Option<Units>, DatabaseError> {
        let column = self.next;
        let stored: Option<i64> = self.next()?;
        let units = stored.map(Units::try_from).transpose();
        units.map_err(|_| DatabaseError::Type {
            column,
            expected: "units",
        })
    }

    /// The next column as an address of the DLT network.
    pub(crate) fn address(&mut self) -> Result<Address, DatabaseError> {
        self.next().map(Address::from_bytes)
    }

    /// The next column as an address or null.
    pub(crate) fn opt_address(&mut self) -> Result<Option<Address>, DatabaseError> {
        Ok(self.next::<Option<[u8; 20]>>()?.map(Address::from_bytes))
    }

    /// The next column as a transaction hash or null.
    pub(crate) fn opt_hash(&mut self) -> Result<Option<TransactionHash>, DatabaseError> {
        let bytes: Option<[u8; 32]> = self.next()?;
        Ok(bytes.map(TransactionHash::from_bytes))
    }

    /// The next column as a text that `parse` knows.
    pub(crate) fn parsed<T>(
        &mut self,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, DatabaseError> {
        let column = self.next;
        let text: String = self.next()?;
        parse(&text).ok_or(DatabaseError::Type {
            column,
            expected: std::any::type_name::<T>(),
        })
    }
}

/// A time as a parameter.
pub(crate) fn time(at: Timestamp) -> Value {
    Value::time(at.micros())
}

/// A time or null as a parameter.
pub(crate) fn opt_time(at: Option<Timestamp>) -> Value {
    Value::opt_time(at.map(Timestamp::micros))
}
