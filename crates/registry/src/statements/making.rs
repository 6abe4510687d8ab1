//! From a row to a document: a number and the size of the log first, then the bytes, then the row that names them.
//!
//! What is printed follows from what is stored with the number, so that a process may die anywhere and the next one prints the same. The bytes
//! are sealed under the holder's own key: erasing the holder erases them.

use std::future::{Future, ready};

use database::Tx;
use database::vault::{DataKey, VaultError};
use domain::investor::Investor;
use domain::{DocumentId, Language, StatementKind, statement::language_in};
use sha2::{Digest as _, Sha256};
use storage::documents::DocumentRecord;
use storage::environments::EnvironmentKind;
use storage::statements::{Numbered, StatementRecord, StatementStatus};
use storage::{Scope, register_anchors, statement_making};
use uuid::Uuid;

use super::{content, holder_kind, investment};
use crate::events::{self, Happening};
use crate::{Error, Registry, Result, delivery, documents, ids, persons, progress, register_log};

pub use storage::statements::TOPIC;

const PAGE: u32 = 50;

/// Something that must not happen to a statement.
#[derive(Debug, thiserror::Error)]
pub(super) enum Broken {
    #[error("statement {0} has no holder in the register")]
    Holder(Uuid),
    #[error("statement {0} is about an entry that is not in the register")]
    Entry(Uuid),
    #[error("statement {0} has no number")]
    Number(Uuid),
    #[error("the statement cannot be printed: {0}")]
    Print(String),
}

/// What is printed, and under which key it is kept.
struct Job {
    record: StatementRecord,
    content: statement::Statement,
    signer: tlog::Signer,
    key: DataKey,
}

/// What there is to do for a statement.
enum Prepared {
    Job(Box<Job>),
    /// Nothing: it is made, or nobody is owed it.
    Ended,
    /// Nothing yet.
    Waits,
}

/// What waits to be made.
///
/// # Errors
/// Fails if the database does.
pub async fn backlog(registry: &Registry) -> Result<super::Backlog> {
    registry
        .db
        .read(|tx| Ok(statement_making::backlog(tx)?))
        .await
}

/// Makes the documents that are due. Returns how many statements ended; one that fails is logged and holds up no other.
///
/// # Errors
/// Fails if the database does.
pub async fn make_open(registry: &Registry) -> Result<usize> {
    make_open_behind(registry, || ready(())).await
}

/// As [`make_open`], each document when what goes before it has completed.
///
/// # Errors
/// Fails if the database does.
pub async fn make_open_behind<F>(registry: &Registry, other_work: impl Fn() -> F) -> Result<usize>
where
    F: Future<Output = ()>,
{
    let (mut after, mut ended) = (Uuid::nil(), 0);
    loop {
        let open = registry
            .db
            .read(move |tx| -> Result<_> { Ok(statement_making::open(tx, after, PAGE)?) })
            .await?;
        for id in &open {
            other_work().await;
            match make(registry, *id).await {
                Ok(has_ended) => ended += usize::from(has_ended),
                Err(error) => {
                    tracing::error!(statement.id = %id, error = %error, "statement {id} cannot be made: {error}");
                    metrics::counter!("registry_statement_failures_total").increment(1);
                }
            }
        }
        match open.last() {
            Some(last) if open.len() == PAGE as usize => after = *last,
            _ => return Ok(ended),
        }
    }
}

/// Whether it ended.
async fn make(registry: &Registry, id: Uuid) -> Result<bool> {
    let own = registry.clone();
    let job = match registry.db.write(move |tx| prepare(&own, tx, id)).await? {
        Prepared::Ended => return Ok(true),
        Prepared::Waits => return Ok(false),
        Prepared::Job(job) => *job,
    };
    let Job {
        record,
        content,
        signer,
        key,
    } = job;
    let press = registry.press.clone();
    let printing = tokio::task::spawn_blocking(move || press.print(&content, &signer));
    let printed = printing.await.map_err(Error::fault)?;
    let bytes = printed.map_err(|error| Error::fault(Broken::Print(error.to_string())))?;
    let document = document(registry, &record, &key, &bytes);
    let sealed = documents::seal(&key, &bytes);
    registry
        .documents
        .put(&document.stored_as, sealed)
        .await
        .map_err(|error| Error::Unavailable(error.to_string()))?;
    let own = registry.clone();
    registry
        .db
        .write(move |tx| keep(&own, tx, &record, &document))
        .await?;
    Ok(true)
}

/// Gives a statement its number, unless it has one, and gathers what is printed.
fn prepare(registry: &Registry, tx: &mut Tx, id: Uuid) -> Result<Prepared> {
    let Some(record) = statement_making::lock(tx, id)? else {
        return Ok(Prepared::Ended);
    };
    if !matches!(
        record.status,
        StatementStatus::Due | StatementStatus::Numbered
    ) {
        return Ok(Prepared::Ended);
    }
    let concerned = investment(tx, record.investment)?;
    let investor = progress::investor(tx, &concerned)?;
    let product = delivery::product(tx, record.product)?;
    let kind = holder_kind(tx, record.product, &investor)?;
    if !record.reason.is_owed(product.product.legal_form, kind) {
        statement_making::end(tx, id, StatementStatus::Withheld)?;
        return Ok(Prepared::Ended);
    }
    let key = match registry.vault.key(tx, investor.key) {
        Err(VaultError::Destroyed(_)) => {
            statement_making::end(tx, id, StatementStatus::Erased)?;
            return Ok(Prepared::Ended);
        }
        key => key?,
    };
    let person: Investor = persons::open(&key, &investor.sealed_person)?;
    let Some(record) = numbered(registry, tx, record, &person)? else {
        return Ok(Prepared::Waits);
    };
    let facts = content::Facts {
        record: &record,
        kind: StatementKind::of(product.product.legal_form, kind)?,
        product: &product,
        investor: investor.id,
        person: &person,
    };
    let content = content::gather(registry, tx, &facts)?;
    let signer = register_log::signer(registry, &product.product.isin)?;
    Ok(Prepared::Job(Box::new(Job {
        record,
        content,
        signer,
        key,
    })))
}

/// The statement with its number, time, language and log: once they are stored they stay. None while no root on the DLT network covers
/// what it states.
fn numbered(
    registry: &Registry,
    tx: &mut Tx,
    record: StatementRecord,
    person: &Investor,
) -> Result<Option<StatementRecord>> {
    if record.numbered.is_some() {
        return Ok(Some(record));
    }
    let anchor = register_anchors::last(tx, record.product)?;
    let Some(anchor) = anchor.filter(|anchor| anchor.size >= record.sequence) else {
        return Ok(None);
    };
    // What is tried out has a series of its own, so that the registrar's has no gaps.
    let series = storage::environments::kind(tx, record.environment)?.as_str();
    let numbered = Numbered {
        number: statement_making::next_number(tx, series)?,
        issued_at: registry.clock.now(),
        log_size: anchor.size,
    };
    let language = record.language.unwrap_or_else(|| language_of(person));
    statement_making::number(tx, record.id, (series, &numbered), language)?;
    Ok(Some(StatementRecord {
        numbered: Some(numbered),
        language: Some(language),
        status: StatementStatus::Numbered,
        ..record
    }))
}

fn language_of(person: &Investor) -> Language {
    let person = &person.person;
    let legal = person.legal.as_ref().map(|legal| legal.country);
    language_in(legal.unwrap_or(person.natural.country))
}

fn document(
    registry: &Registry,
    record: &StatementRecord,
    key: &DataKey,
    bytes: &[u8],
) -> DocumentRecord {
    let hash: [u8; 32] = Sha256::digest(bytes).into();
    let (environment, id) = (record.environment, record.id);
    DocumentRecord {
        id: DocumentId::from_uuid(ids::new()),
        environment: Some(environment),
        platform: Some(record.platform),
        issuer: None,
        key: key.id(),
        content_hash: hash,
        stored_as: format!("{environment}/{}-{id}", hex::encode(hash)),
        size: bytes.len() as u64,
        content_type: "application/pdf".to_owned(),
        sealed_name: documents::seal_name(key, &format!("statement-{id}.pdf")),
        created_at: registry.clock.now(),
    }
}

/// The document is stored: row, statement and event become true together.
fn keep(
    registry: &Registry,
    tx: &mut Tx,
    statement: &StatementRecord,
    document: &DocumentRecord,
) -> Result<()> {
    let current = statement_making::lock(tx, statement.id)?;
    // Somebody else was faster, with the same bytes.
    if current.is_none_or(|current| current.status != StatementStatus::Numbered) {
        return Ok(());
    }
    storage::documents::insert(tx, document)?;
    statement_making::ready(tx, statement.id, document.id)?;
    let mut record = progress::lock(tx, &Scope::ALL, statement.investment)?;
    record.event_sequence += 1;
    storage::investments::update(tx, &record)?;
    let environment = storage::environments::name(tx, record.environment)?;
    let happening = Happening {
        environment: record.environment,
        platform: record.platform,
        kind: events::REGISTRY_STATEMENT_AVAILABLE,
        investment: Some(statement.investment),
        investor: Some(record.investment.investor_id),
        transfer: None,
        redemption: None,
        status: None,
        previous: None,
        sequence: record.event_sequence,
        at: registry.clock.now(),
    };
    events::emit_of_statement(registry, tx, &environment, (&happening, statement.id))
}

/// The log that a statement is proven in.
pub(super) fn numbers(record: &StatementRecord) -> Result<Numbered> {
    record
        .numbered
        .ok_or_else(|| Error::fault(Broken::Number(record.id)))
}

/// What is done in which kind of environment.
pub(super) fn is_sample(registry: &Registry, kind: EnvironmentKind) -> bool {
    // A chain in this process has one operator, so that nothing on it is a security (§ 4(11) eWpG).
    kind == EnvironmentKind::Sandbox || registry.networks.profile.is_demonstration()
}
