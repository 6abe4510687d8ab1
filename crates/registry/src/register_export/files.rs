//! JSON Lines: one object a line.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use serde_json::Value;

use crate::{Error, Result};

/// A file that grows line by line.
pub(super) struct Lines {
    file: BufWriter<File>,
}

impl Lines {
    /// A new one; what was there is gone.
    pub(super) fn create(path: &Path) -> Result<Self> {
        let file = BufWriter::new(File::create(path).map_err(Error::fault)?);
        Ok(Self { file })
    }

    pub(super) fn push(&mut self, line: &Value) -> Result<()> {
        push(&mut self.file, line)
    }

    pub(super) fn finish(mut self) -> Result<()> {
        self.file.flush().map_err(Error::fault)
    }
}

/// One object and the end of its line.
pub(super) fn push(file: &mut impl Write, line: &Value) -> Result<()> {
    serde_json::to_writer(&mut *file, line).map_err(Error::fault)?;
    file.write_all(b"\n").map_err(Error::fault)
}
