//! Terms of issues, deposited before anything is entered on them (§ 5(1) eWpG): the text that the token and the first entry commit to, kept
//! in versions that are signed and tied to each other.
//!
//! As long as nothing is entered, a version replaces the one before without more: nobody has acquired rights under it. Afterwards a change
//! needs a legal basis, which `change` asks for.

mod change;
mod public;
mod purge;

use database::Tx;
use domain::terms::{self as rules, Change, Digest, Version};
use domain::{DecisionId, DocumentId, ProductId, Timestamp};
use sha2::{Digest as _, Sha256};
use storage::products::ProductRecord;
use storage::terms::{self, TermsRecord};
use tlog::{Note, Signer};
use wire::ProblemCode;

use crate::journal::Mismatch;
use crate::{Error, Registry, Result, register_log};

pub(crate) use change::changed;
pub use change::propose_change;
pub use public::{Content, document, file, get, version};
pub use purge::{carry_over, purge_overdue};

/// What a change is recorded with.
pub(crate) struct Grounds {
    change: Change,
    evidence: DocumentId,
    decision: DecisionId,
}

/// The terms as they are deposited: a line for the ISIN and one for each essential term. Files that belong to them are named by their hash.
pub(crate) fn text(product: &ProductRecord) -> String {
    let mut text = format!("cashlink terms 1\nisin: {}\n", product.product.isin);
    for (name, value) in &product.essential_terms {
        text.push_str(&format!("{name}: {value}\n"));
    }
    text
}

/// What a token is committed to: SHA-256 of the terms.
pub(crate) fn hash(product: &ProductRecord) -> Digest {
    Sha256::digest(text(product)).into()
}

/// Deposits the terms of a product on which nothing is entered, unless these very ones are deposited last.
pub(crate) fn deposit(registry: &Registry, tx: &mut Tx, product: &ProductRecord) -> Result<()> {
    let last = terms::last(tx, product.product.id)?;
    let is_deposited =
        |last: &TermsRecord| last.purged_at.is_none() && last.version.document == hash(product);
    if last.as_ref().is_some_and(is_deposited) {
        return Ok(());
    }
    keep(registry, tx, product, (last, None))
}

/// The product's terms as they are now have to be those that were deposited last (§ 4(4), § 5(1) eWpG).
pub(crate) fn require(tx: &mut Tx, product: &ProductRecord) -> Result<TermsRecord> {
    let last = terms::last(tx, product.product.id)?;
    let Some(last) = last.filter(|last| last.purged_at.is_none()) else {
        return Err(Error::Problem(
            ProblemCode::TermsNotDeposited,
            "The issuer has deposited neither terms nor an issuance document.".to_owned(),
        ));
    };
    if last.version.document == hash(product) {
        return Ok(last);
    }
    Err(Error::Problem(
        ProblemCode::TermsNotCurrent,
        format!(
            "The product's terms are not those of the deposited version {}.",
            last.version.number
        ),
    ))
}

/// The entry of this place commits to the terms. The network has made it so already: what does not fit is a fault.
pub(crate) fn entered(tx: &mut Tx, product: &ProductRecord, sequence: u64) -> Result<()> {
    let id = product.product.id;
    let deposited = require(tx, product).map_err(|error| match error {
        Error::Problem(..) => Error::fault(Mismatch::Register(id, "its terms are not deposited")),
        error => error,
    })?;
    terms::enter(tx, (id, deposited.version.number), sequence)?;
    Ok(())
}

/// Signs and keeps the next version.
fn keep(
    registry: &Registry,
    tx: &mut Tx,
    product: &ProductRecord,
    (last, grounds): (Option<TermsRecord>, Option<Grounds>),
) -> Result<()> {
    let last = last.map(|last| last.version);
    let now = registry.clock.now();
    let version = Version {
        isin: product.product.isin.to_string(),
        number: last.as_ref().map_or(0, |last| last.number) + 1,
        document: hash(product),
        previous: last.as_ref().map(Version::record_hash),
        depositor: product.product.issuer_id,
        deposited_at: last.map_or(now, |last| last.deposited_at.max(now)),
        change: grounds.as_ref().map(|grounds| grounds.change.clone()),
    };
    let signer = signer(registry, &version.isin)?;
    let text_of_record = version.record();
    let signatures = vec![signer.sign(&text_of_record)];
    let note = Note {
        text: text_of_record,
        signatures,
    };
    let record = TermsRecord {
        content: Some(text(product)),
        note: note.to_string(),
        evidence: grounds.as_ref().map(|grounds| grounds.evidence),
        // Terms that are changed were entered before: the change is in force with its deposit.
        due_at: match grounds {
            None => Some(due(tx, product.product.id, version.deposited_at)?),
            Some(_) => None,
        },
        entry_sequence: None,
        purged_at: None,
        version,
    };
    let decision = grounds.map(|grounds| grounds.decision);
    terms::insert(tx, product.product.id, &record, decision)?;
    Ok(())
}

/// Until when a deposit of this moment has to be entered, by the law of its day.
fn due(tx: &mut Tx, product: ProductId, deposited_at: Timestamp) -> Result<Timestamp> {
    let law = storage::register_rules::all(tx)?;
    let months = law.entry_months(deposited_at.berlin_date());
    let missing = Mismatch::Register(product, "no rule says until when terms are entered");
    let months = months.ok_or_else(|| Error::fault(missing))?;
    Ok(rules::entry_due(deposited_at, months))
}

/// The logs' key under the address of the security's terms.
fn signer(registry: &Registry, isin: &str) -> Result<Signer> {
    register_log::signer_at(registry, &address(registry, isin))
}

/// Where the terms of a security are, for as long as there is this network.
pub(crate) fn address(registry: &Registry, isin: &str) -> String {
    format!(
        "{}/api/network/v1/terms/{isin}",
        registry.settings.public_url
    )
}

/// The version that is in force; 1 before anything is deposited.
pub(crate) fn version_in_force(tx: &mut Tx, product: ProductId) -> Result<u32> {
    Ok(terms::last(tx, product)?.map_or(1, |last| last.version.number))
}
