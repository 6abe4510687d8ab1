//! Environments as callers name them.

use crate::{Error, Registry, Result};

/// Tells whoever mistyped the name of an environment that there is none, before its token is blamed.
///
/// # Errors
/// Not found if there is no such environment.
pub async fn require(registry: &Registry, name: &str) -> Result<()> {
    let name = name.to_owned();
    registry
        .db
        .read(move |tx| -> Result<_> {
            storage::environments::find_by_name(tx, &name)?
                .map(|_| ())
                .ok_or(Error::NotFound("environment"))
        })
        .await
}
