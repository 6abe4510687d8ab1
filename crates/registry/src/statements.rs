//! Statements of the register (§ 19 eWpG): what there is of an investment, one more on request, and the documents.

mod content;
mod deliveries;
mod making;
mod restrictions;
mod yearly;

pub(crate) use content::holder_of;
pub use deliveries::deliveries;
pub(crate) use deliveries::{Channel, note};
pub use making::{TOPIC, backlog, make_open, make_open_behind};
pub use storage::statement_making::Backlog;
pub use yearly::write_yearly;

use database::Tx;
use domain::register::Digest;
use domain::{
    EntryType, HolderKind, InvestmentId, Language, Refusal, StatementKind, StatementReason,
    Timestamp, Units,
};
use storage::investments::InvestmentRecord;
use storage::investors::InvestorRecord;
use storage::statements::{NewStatement, StatementOfEntry, StatementRecord, StatementStatus};
use storage::{Scope, conversions, holdings, register, statement_making};
use uuid::Uuid;
use wire::statements::{
    RegistryStatement, RegistryStatementKind, RegistryStatementReason, RegistryStatementRequest,
    RegistryStatementStatus,
};
use wire::{FieldCode, ProblemCode};

use crate::caller::Party;
use crate::confirmation::Concerned;
use crate::documents::{self, Content};
use crate::{
    Answer, Caller, Done, Error, Listed, Paging, Registry, Request, Result, Right, delivery, ids,
    persons, progress, reregistrations,
};

/// Who declares the statements (§ 126b BGB) and keeps the registers.
#[derive(Clone, Debug)]
pub struct Registrar {
    /// Firm.
    pub name: String,
    /// Where it is, in one line.
    pub address: Option<String>,
    /// ISO 17442.
    pub lei: Option<String>,
    /// What the register is called.
    pub register_id: Option<String>,
    /// Keys of witnesses of the registers' logs, as `name+id+key` (C2SP `tlog-cosignature`).
    pub witnesses: Vec<String>,
}

impl Default for Registrar {
    fn default() -> Self {
        Self {
            name: "Cashlink network".to_owned(),
            address: None,
            lei: None,
            register_id: None,
            witnesses: Vec::new(),
        }
    }
}

/// The statements of an investment, oldest first.
///
/// # Errors
/// Not found if the investment is not the caller's.
pub async fn list(
    registry: &Registry,
    caller: &Caller,
    investment: InvestmentId,
    paging: Paging,
) -> Result<Listed<RegistryStatement>> {
    let scope = caller.require(Right::ReadStatements)?;
    let (own, party) = (registry.clone(), caller.party);
    registry
        .db
        .read(move |tx| {
            let Paging { offset, limit } = paging;
            let found = storage::statements::of_investment(tx, &scope, investment, offset, limit)?;
            let (count, statements) = found.ok_or(Error::NotFound("investment"))?;
            let address = address(&own, tx, party)?;
            let items = statements.iter().map(|one| show(tx, one, &address));
            let items = items.collect::<Result<_>>()?;
            Ok(Listed { count, items })
        })
        .await
}

/// One statement.
///
/// # Errors
/// Not found if it is not the caller's.
pub async fn get(registry: &Registry, caller: &Caller, id: Uuid) -> Result<RegistryStatement> {
    let scope = caller.require(Right::ReadStatements)?;
    let (own, party) = (registry.clone(), caller.party);
    registry
        .db
        .read(move |tx| {
            let statement = storage::statements::find(tx, &scope, id)?;
            let statement = statement.ok_or(Error::NotFound("statement"))?;
            let address = address(&own, tx, party)?;
            show(tx, &statement, &address)
        })
        .await
}

/// Asks for a statement as of now; it is made in a moment (§ 19(1) eWpG).
///
/// # Errors
/// `investment_state` before the delivery; `statement_collective_entry`.
pub async fn request(
    registry: &Registry,
    request: &Request,
    investment: InvestmentId,
    body: RegistryStatementRequest,
) -> Result<Answer> {
    let scope = request.caller.require(Right::RequestStatements)?;
    let party = request.caller.party;
    let language = language(body.language.as_deref())?;
    let own = registry.clone();
    registry
        .write(request, move |tx| {
            let record = storage::investments::find(tx, &scope, investment)?
                .ok_or(Error::NotFound("investment"))?;
            let investor = record.investment.investor_id;
            let (investor, key) = persons::find(&own, tx, &Scope::ALL, investor)?;
            let product = delivery::product(tx, record.investment.product_id)?;
            let kind = holder_kind(tx, product.product.id, &investor)?;
            StatementKind::of(product.product.legal_form, kind)?;
            let entered = new(tx, &record, own.clock.now())?;
            let statement = entered.ok_or(Refusal::InvestmentState {
                action: "stated",
                status: record.investment.status(),
            })?;
            let statement = NewStatement {
                language,
                ..statement
            };
            storage::statements::insert(tx, &statement)?;
            let kept = storage::statements::find(tx, &scope, statement.id)?;
            let kept = kept.ok_or(Error::NotFound("statement"))?;
            let address = address(&own, tx, party)?;
            let answer = show(tx, &kept, &address)?;
            Ok(Done::created(statement.id, &answer)?.about(&key))
        })
        .await
}

/// The document of a statement: the same bytes every time.
///
/// # Errors
/// Not found if it is not the caller's; `statement_not_ready`; `erased`.
pub async fn document(registry: &Registry, caller: &Caller, id: Uuid) -> Result<Content> {
    let scope = caller.require(Right::ReadStatements)?;
    let statement = registry
        .db
        .read(move |tx| storage::statements::find(tx, &scope, id))
        .await?
        .ok_or(Error::NotFound("statement"))?;
    let content = content_of(registry, &statement).await?;
    if let Party::Distributor(..) = caller.party {
        note(registry, &statement, Channel::Partner(caller.actor())).await?;
    }
    Ok(content)
}

/// The document of a statement that somebody may have.
pub(crate) async fn content_of(
    registry: &Registry,
    statement: &StatementRecord,
) -> Result<Content> {
    match (statement.document, statement.status) {
        (Some((document, _)), _) => documents::content(registry, document).await,
        (None, StatementStatus::Erased) => Err(Error::Problem(
            ProblemCode::Erased,
            "The holder's data were erased before the document was made.".to_owned(),
        )),
        (None, _) => Err(Error::Problem(
            ProblemCode::StatementNotReady,
            "The document is being made; try again in a moment.".to_owned(),
        )),
    }
}

/// Notes that the holder hears of an entry: in the transaction that makes it, so that none is done before its statement is queued.
pub(crate) fn of_entry(
    registry: &Registry,
    tx: &mut Tx,
    (product, concerned): (domain::ProductId, Concerned),
    (sequence, held): (u64, Units),
) -> Result<()> {
    let statement = StatementOfEntry {
        id: ids::new(),
        environment: concerned.environment,
        platform: concerned.platform,
        investment: concerned.investment,
        product,
        sequence,
        units: held,
        created_at: registry.clock.now(),
    };
    Ok(storage::statements::insert_of_entry(tx, &statement)?)
}

/// A statement of what the register says now about an investment's holder; none before its first entry.
fn new(tx: &mut Tx, record: &InvestmentRecord, now: Timestamp) -> Result<Option<NewStatement>> {
    let investment = &record.investment;
    let product = investment.product_id;
    let Some(entry_sequence) = statement_making::last_entry(tx, investment.id)? else {
        return Ok(None);
    };
    let holder = holdings::holder_of(tx, product, investment.investor_id)?;
    let (Some(holder), Some(head)) = (holder, register::head(tx, product)?) else {
        return Ok(None);
    };
    Ok(Some(NewStatement {
        id: ids::new(),
        environment: record.environment,
        platform: record.platform,
        investment: investment.id,
        product,
        sequence: head.sequence,
        entry_sequence,
        units: holdings::held_by(tx, product, holder)?,
        investment_units: investment.remaining_units,
        reason: StatementReason::Request,
        year: None,
        language: None,
        created_at: now,
    }))
}

/// What statements depend on: who the holder is, and how it is entered.
fn holder_kind(
    tx: &mut Tx,
    product: domain::ProductId,
    investor: &InvestorRecord,
) -> Result<HolderKind> {
    let is_collective = match holdings::holder_of(tx, product, investor.id)? {
        Some(holder) => conversions::entry_type(tx, product, holder)? == EntryType::Collective,
        None => false,
    };
    Ok(HolderKind {
        is_consumer: !investor.is_legal_person,
        is_collective,
    })
}

fn language(code: Option<&str>) -> Result<Option<Language>> {
    let parsed = code.map(str::parse::<Language>).transpose();
    parsed.map_err(|error| Error::Field("language", FieldCode::UnknownValue, error.to_string()))
}

/// Where the caller finds documents.
fn address(registry: &Registry, tx: &mut Tx, party: Party) -> Result<String> {
    let public_url = &registry.settings.public_url;
    Ok(match party {
        Party::Distributor(environment, _) => {
            let name = storage::environments::name(tx, environment)?;
            format!("{public_url}/environments/{name}/api/external/distributor/v2")
        }
        _ => format!("{public_url}/api/network/v1"),
    })
}

pub(crate) fn show(
    tx: &mut Tx,
    statement: &StatementRecord,
    address: &str,
) -> Result<RegistryStatement> {
    let reversed_by = match statement.reason.is_of_an_entry() {
        true => reregistrations::reversal_of(tx, statement.product, statement.sequence)?,
        false => None,
    };
    let numbered = statement.numbered;
    let hash = statement.document.map(|(_, hash)| hash);
    Ok(RegistryStatement {
        id: statement.id,
        kind: match statement.legal_form.is_registered() {
            true => RegistryStatementKind::RegisterStatement,
            false => RegistryStatementKind::HoldingConfirmation,
        },
        investment_id: statement.investment.uuid(),
        sequence: statement.sequence,
        units: statement.units.get(),
        reason: match statement.reason {
            StatementReason::Entry => RegistryStatementReason::Entry,
            StatementReason::Change => RegistryStatementReason::Change,
            StatementReason::Annual => RegistryStatementReason::Annual,
            StatementReason::Request => RegistryStatementReason::Request,
        },
        status: match statement.status {
            StatementStatus::Ready => RegistryStatementStatus::Ready,
            StatementStatus::Erased => RegistryStatementStatus::Erased,
            _ => RegistryStatementStatus::Processing,
        },
        number: numbered.map(|numbered| numbered.number),
        language: statement.language.map(|language| language.to_string()),
        issued_at: numbered.map(|numbered| numbered.issued_at.to_string()),
        sha256: hash.map(|hash: Digest| hex::encode(hash)),
        document_url: hash
            .map(|_| format!("{address}/registry-statements/{}/document/", statement.id)),
        created_at: statement.created_at.to_string(),
        reversed_by,
    })
}

/// The record of an investment, whoever's it is.
fn investment(tx: &mut Tx, id: InvestmentId) -> Result<InvestmentRecord> {
    progress::lock(tx, &Scope::ALL, id)
}
