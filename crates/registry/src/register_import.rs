//! Registers come from another registrar (§§ 21, 22 eWpG; eWpRV § 20): a bundle is checked, taken in whole or not at all, and what then stands
//! here is what the bundle says, file by file. What the former registrar has to do, and what this one, is in `docs/change-of-registrar.md`.

mod bundle;
mod same;
mod taking_in;

use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::Arc;

use database::DatabaseError;
use database::vault::VaultError;
use domain::Isin;
use serde_json::json;
use storage::register_origins::Standing;

use crate::{Error, Registry, Request, Right, audit};

pub use bundle::{Bundle, Register};

/// Opens the parts of a bundle that are sealed for their recipient.
pub trait Opening: Send + Sync {
    /// What a file says in the clear.
    ///
    /// # Errors
    /// If it is sealed for somebody else.
    fn open(&self, file: File) -> io::Result<Box<dyn Read>>;
}

// A closed list: whoever automates an import branches on it.
/// Why a bundle is not taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// The file is no bundle.
    Unreadable,
    /// A bundle of a format that this program does not know.
    FormatUnknown,
    /// Signed by another key than the one that the former registrar has published.
    SignerUnknown,
    /// A file is missing, is not as it was exported, or is not listed.
    Changed,
    /// An entry of the journal is missing.
    EntryMissing,
    /// Its parts do not fit together, or not with the DLT network.
    Inconsistent,
    /// It was exported without the persons.
    PersonsMissing,
    /// The persons are sealed for somebody else.
    PersonsUnreadable,
    /// An instruction of the register was on its way when it was exported.
    InMotion,
    /// The token is not where this network's ledger has it.
    OtherNetwork,
    /// There is a register of this security.
    RegisterExists,
    /// There are assets of this network's own.
    NetworkNotEmpty,
}

impl Code {
    /// Every code.
    pub const ALL: [Self; 12] = [
        Self::Unreadable,
        Self::FormatUnknown,
        Self::SignerUnknown,
        Self::Changed,
        Self::EntryMissing,
        Self::Inconsistent,
        Self::PersonsMissing,
        Self::PersonsUnreadable,
        Self::InMotion,
        Self::OtherNetwork,
        Self::RegisterExists,
        Self::NetworkNotEmpty,
    ];

    /// As it is shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unreadable => "bundle_unreadable",
            Self::FormatUnknown => "bundle_format_unknown",
            Self::SignerUnknown => "bundle_signer_unknown",
            Self::Changed => "bundle_changed",
            Self::EntryMissing => "bundle_entry_missing",
            Self::Inconsistent => "bundle_inconsistent",
            Self::PersonsMissing => "bundle_persons_missing",
            Self::PersonsUnreadable => "bundle_persons_unreadable",
            Self::InMotion => "register_in_motion",
            Self::OtherNetwork => "register_on_other_network",
            Self::RegisterExists => "register_exists",
            Self::NetworkNotEmpty => "network_not_empty",
        }
    }
}

/// Why nothing was taken in. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The bundle, or this network, does not allow it.
    #[error("{}: {what}", .code.as_str())]
    Refused {
        /// Which rule.
        code: Code,
        /// What is wrong with this very bundle.
        what: String,
    },
    /// The caller may not, or the database or the disk fails.
    #[error(transparent)]
    Failed(#[from] Error),
}

impl ImportError {
    /// A refusal.
    pub fn refused(code: Code, what: impl Into<String>) -> Self {
        let what = what.into();
        Self::Refused { code, what }
    }
}

impl From<DatabaseError> for ImportError {
    /// Rows that the database does not take were not exported from a register.
    fn from(error: DatabaseError) -> Self {
        match error {
            DatabaseError::Unique { .. }
            | DatabaseError::Constraint(_)
            | DatabaseError::NoRow(_)
            | DatabaseError::Type { .. } => Self::refused(
                Code::Inconsistent,
                format!("a record does not fit: {error}"),
            ),
            error => Self::Failed(error.into()),
        }
    }
}

impl From<VaultError> for ImportError {
    fn from(error: VaultError) -> Self {
        match error {
            VaultError::Database(error) => error.into(),
            error => Self::Failed(error.into()),
        }
    }
}

type Taken<T = ()> = std::result::Result<T, ImportError>;

/// A register that is here now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// ISO 6166.
    pub isin: Isin,
    /// Entries.
    pub size: u64,
    /// The root over them, hexadecimal.
    pub root_hash: String,
}

/// Takes every register of a bundle into a network without assets, in one transaction: to go on with them, or to read and check them only.
///
/// Before it commits, every entry is replayed, and what was taken in is exported again and compared with the bundle. The scratch folder is
/// empty and on the same disk as the bundle; what is left in it is of no use.
///
/// # Errors
/// [`ImportError::Refused`] with the reason; not the registrar; a fault if database, disk or document store fails.
pub async fn import(
    registry: &Registry,
    request: &Request,
    (bundle, scratch): (&Bundle, PathBuf),
    (opening, standing): (Arc<dyn Opening>, Option<Standing>),
) -> Taken<Vec<Imported>> {
    request.caller.require(Right::WriteNetwork)?;
    bundle.require_persons(opening.as_ref())?;
    for register in bundle.registers() {
        taking_in::keep_documents(registry, register, opening.as_ref()).await?;
    }
    let (own, caller, bundle) = (registry.clone(), request.caller.clone(), bundle.clone());
    let taken = registry.db.write(move |tx| -> Taken<Vec<Imported>> {
        taking_in::require_empty(tx, &bundle)?;
        let mut imported = Vec::new();
        for register in bundle.registers() {
            let one = taking_in::take_in(&own, tx, register, (opening.as_ref(), standing))?;
            same::require(&own, tx, register, (opening.as_ref(), &scratch))?;
            let detail = json!({
                "entries": one.size, "root_hash": one.root_hash, "from": register.last_key().to_string(),
            });
            let target = one.isin.to_string();
            audit::record(&own, tx, &caller, "register.import", &target, &detail)?;
            imported.push(one);
        }
        storage::register_records::raise_series(tx)?;
        Ok(imported)
    });
    taken.await
}
