//! Applying to take part (§ 18 eWpRV): writing the application, proving the domain, handing it in, asking and answering.

use database::Tx;
use database::vault::DataKey;
use domain::{ApplicationId, ApplicationStatus, FieldCode, FieldErrors, PlatformId, application};
use serde_json::json;
use storage::Scope;
use storage::applications::{ApplicationRecord, MessageRecord};
use wire::ProblemCode;
use wire::applications::{
    Application, ApplicationDraft, ApplicationMessage, ApplicationMessageCreate, Criteria,
    DomainProof, DomainProofStatus,
};

use crate::caller::Party;
use crate::{
    Answer, Caller, Done, Error, Listed, Paging, Registry, Request, Result, Right, audit, ids,
    notices,
};

/// What the seals are bound to.
const DATA: &str = "applications.data";
const MESSAGE: &str = "application_messages.text";
pub(crate) const LETTER: &str = "applications.letter";
/// Where the token of a domain is looked for.
const WELL_KNOWN: &str = "/.well-known/cashlink-platform";

/// The criteria in force; they are part of the program, so that every version of it has its own.
pub fn criteria() -> Criteria {
    Criteria {
        version: 1,
        valid_from: "2026-11-01".to_owned(),
        text: include_str!("participation_criteria.md").to_owned(),
        required_document_types: application::REQUIRED_DOCUMENTS
            .iter()
            .map(|name| (*name).to_owned())
            .collect(),
    }
}

/// Begins an application. Who was refused or has left may apply again.
///
/// # Errors
/// `participation_state` for who takes part, `application_duplicate` while one is open.
pub async fn create(
    registry: &Registry,
    request: &Request,
    body: ApplicationDraft,
) -> Result<Answer> {
    let platform = request.caller.require_platform(Right::WritePlatform)?;
    let (own, caller) = (registry.clone(), request.caller.clone());
    registry
        .write(request, move |tx| {
            let standing = storage::platforms::lock(tx, platform)?.ok_or(NOT_FOUND)?;
            let next = standing.broker.participation.apply()?;
            storage::platforms::set_participation(tx, platform, next)?;
            let key = own.vault.new_key(tx, Some(platform.uuid()))?;
            let now = own.clock.now();
            let mut record = ApplicationRecord {
                id: ApplicationId::from_uuid(ids::new()),
                platform,
                status: ApplicationStatus::Draft,
                key: key.id(),
                sealed_data: Vec::new(),
                lei: None,
                domain_url: None,
                domain_token: hex::encode(ids::bytes::<16>()),
                domain_status: "missing".to_owned(),
                domain_error: None,
                domain_checked_at: None,
                submitted_at: None,
                answer_due_at: None,
                alarms: 0,
                decided_at: None,
                sealed_letter: None,
                created_at: now,
                changed_at: now,
            };
            write(&own, &mut record, &key, &body)?;
            if !storage::applications::insert(tx, &record)? {
                return Err(duplicate());
            }
            let target = record.id.to_string();
            audit::record(&own, tx, &caller, "application.create", &target, &().into())?;
            Ok(Done::created(record.id, &show(&own, &record, body.clone()))?.about(&key))
        })
        .await
}

/// Changes a draft, part by part.
///
/// # Errors
/// `application_state` once it is submitted; not found if it is not the caller's.
pub async fn update(
    registry: &Registry,
    request: &Request,
    id: ApplicationId,
    patch: ApplicationDraft,
) -> Result<Answer> {
    let patch = std::sync::Arc::new(patch);
    change(
        registry,
        request,
        id,
        "application.update",
        move |_, _, step| {
            step.record.status.check_changing()?;
            let old = std::mem::take(&mut step.content);
            step.content = translate::applications::merge(old, (*patch).clone());
            Ok(())
        },
    )
    .await
}

/// Has the domain checked; the worker looks in a moment.
///
/// # Errors
/// A field error without an address; `application_state` once it is submitted; not found if it is not the caller's.
pub async fn verify_domain(
    registry: &Registry,
    request: &Request,
    id: ApplicationId,
) -> Result<Answer> {
    change(
        registry,
        request,
        id,
        "application.verify_domain",
        |_, _, step| {
            step.record.status.check_changing()?;
            if step.record.domain_url.is_none() {
                return Err(Error::Field(
                    "platform.url",
                    wire::FieldCode::Missing,
                    "Say first where the platform is.".to_owned(),
                ));
            }
            step.record.domain_status = "waiting".to_owned();
            step.record.domain_error = None;
            Ok(())
        },
    )
    .await
}

/// Hands a draft in; from here the registrar's time runs.
///
/// # Errors
/// Every field that is missing or wrong; `domain_not_proven`; `application_duplicate` if the firm takes part or has applied under
/// another name; `application_state`; not found if it is not the caller's.
pub async fn submit(registry: &Registry, request: &Request, id: ApplicationId) -> Result<Answer> {
    let submitted = change(
        registry,
        request,
        id,
        "application.submit",
        |own, tx, step| {
            let now = own.clock.now();
            let status = step.record.status.submit()?;
            let read = translate::applications::complete(&step.content, now)?;
            require_documents(tx, step.record.platform, &read.documents)?;
            let lei = read.company.lei.to_string();
            if storage::applications::firm_takes_part(tx, &lei, step.record.platform)? {
                return Err(duplicate());
            }
            if step.record.domain_status != "proven" {
                return Err(Error::Problem(
                    ProblemCode::DomainNotProven,
                    "Put the token of domain_proof at its url and have it checked first."
                        .to_owned(),
                ));
            }
            step.record.status = status;
            step.record.lei = Some(lei);
            step.record.submitted_at = Some(now);
            step.record.answer_due_at = Some(application::answer_due(now));
            notices::application_received(own, tx, &step.record)
        },
    );
    let outcome = submitted.await;
    audit::refusal(
        registry,
        &request.caller,
        "application.submit",
        &id.to_string(),
        &outcome,
    )
    .await?;
    outcome
}

/// Takes an application back.
///
/// # Errors
/// `application_state` once it is decided; not found if it is not the caller's.
pub async fn withdraw(registry: &Registry, request: &Request, id: ApplicationId) -> Result<Answer> {
    change(
        registry,
        request,
        id,
        "application.withdraw",
        |_, _, step| {
            step.record.status = step.record.status.withdraw()?;
            Ok(())
        },
    )
    .await
}

/// One application.
///
/// # Errors
/// Not found if it is not the caller's; the registrar sees no drafts.
pub async fn get(registry: &Registry, caller: &Caller, id: ApplicationId) -> Result<Application> {
    let scope = caller.require(Right::ReadApplications)?;
    let own = registry.clone();
    registry
        .db
        .read(move |tx| {
            let record = storage::applications::find(tx, &scope, id)?.ok_or(NOT_FOUND)?;
            shown(&own, tx, &record)
        })
        .await
}

/// The caller's applications; for the registrar all that were handed in, what is due first first.
///
/// # Errors
/// Fails if the database does.
pub async fn list(
    registry: &Registry,
    caller: &Caller,
    status: Option<wire::applications::ApplicationStatus>,
    paging: Paging,
) -> Result<Listed<Application>> {
    let scope = caller.require(Right::ReadApplications)?;
    let status = status.map(translate::applications::wanted_status);
    let own = registry.clone();
    registry
        .db
        .read(move |tx| {
            let (count, records) =
                storage::applications::list(tx, &scope, status, paging.offset, paging.limit)?;
            let items = records
                .iter()
                .map(|record| shown(&own, tx, record))
                .collect::<Result<_>>()?;
            Ok(Listed { count, items })
        })
        .await
}

/// Asks or answers.
///
/// # Errors
/// A field error for a text that says nothing or too much; not found if it is not the caller's.
pub async fn write_message(
    registry: &Registry,
    request: &Request,
    id: ApplicationId,
    body: ApplicationMessageCreate,
) -> Result<Answer> {
    let scope = request.caller.require(Right::WriteApplications)?;
    let mut errors = FieldErrors::new();
    application::check_long_text(&mut errors, "text", &body.text);
    errors.into_result(Some(()))?;
    let (own, caller) = (registry.clone(), request.caller.clone());
    registry
        .write(request, move |tx| {
            let record = storage::applications::find(tx, &scope, id)?.ok_or(NOT_FOUND)?;
            let key = own.vault.key(tx, record.key)?;
            let message = MessageRecord {
                id: ids::new(),
                side: side(&caller).to_owned(),
                author: caller.name.clone(),
                sealed_text: key.seal(MESSAGE, body.text.trim().as_bytes()),
                created_at: own.clock.now(),
            };
            storage::applications::insert_message(tx, id, &message)?;
            notices::application_message(&own, tx, &caller, &record)?;
            let target = id.to_string();
            audit::record(
                &own,
                tx,
                &caller,
                "application.message",
                &target,
                &().into(),
            )?;
            let shown = show_message(&key, &message)?;
            Ok(Done::created(message.id, &shown)?.about(&key))
        })
        .await
}

/// What was asked and answered, oldest first.
///
/// # Errors
/// Not found if it is not the caller's.
pub async fn messages(
    registry: &Registry,
    caller: &Caller,
    id: ApplicationId,
    paging: Paging,
) -> Result<Listed<ApplicationMessage>> {
    let scope = caller.require(Right::ReadApplications)?;
    let own = registry.clone();
    registry
        .db
        .read(move |tx| {
            let record = storage::applications::find(tx, &scope, id)?.ok_or(NOT_FOUND)?;
            let key = own.vault.key(tx, record.key)?;
            let (count, found) =
                storage::applications::messages(tx, id, paging.offset, paging.limit)?;
            let items = found
                .iter()
                .map(|message| show_message(&key, message))
                .collect::<Result<_>>()?;
            Ok(Listed { count, items })
        })
        .await
}

/// The answer in writing.
///
/// # Errors
/// Not found before there is one, or if it is not the caller's.
pub async fn letter(registry: &Registry, caller: &Caller, id: ApplicationId) -> Result<String> {
    let scope = caller.require(Right::ReadApplications)?;
    let own = registry.clone();
    registry
        .db
        .read(move |tx| {
            let record = storage::applications::find(tx, &scope, id)?.ok_or(NOT_FOUND)?;
            let sealed = record.sealed_letter.ok_or(Error::NotFound("letter"))?;
            let letter = own.vault.key(tx, record.key)?.open(LETTER, &sealed)?;
            String::from_utf8(letter).map_err(Error::fault)
        })
        .await
}

pub(crate) const NOT_FOUND: Error = Error::NotFound("application");

/// An application on its way through one change.
struct Step {
    record: ApplicationRecord,
    content: ApplicationDraft,
}

/// The frame of every change by the applicant: lock, open, change, seal, keep, note.
async fn change<F>(
    registry: &Registry,
    request: &Request,
    id: ApplicationId,
    action: &'static str,
    step: F,
) -> Result<Answer>
where
    F: Fn(&Registry, &mut Tx, &mut Step) -> Result<()> + Send + Sync + 'static,
{
    request.caller.require_platform(Right::WritePlatform)?;
    let scope = request.caller.party.scope();
    let (own, caller) = (registry.clone(), request.caller.clone());
    let changed = registry.write(request, move |tx| {
        let record = storage::applications::lock(tx, &scope, id)?.ok_or(NOT_FOUND)?;
        let (key, content) = open(&own, tx, &record)?;
        let mut changing = Step { record, content };
        step(&own, tx, &mut changing)?;
        let Step {
            mut record,
            content,
        } = changing;
        record.changed_at = own.clock.now();
        write(&own, &mut record, &key, &content)?;
        storage::applications::update(tx, &record)?;
        audit::record(&own, tx, &caller, action, &id.to_string(), &().into())?;
        Ok(Done::ok(id, &show(&own, &record, content))?.about(&key))
    });
    match changed.await {
        // Two firms with one LEI handed in at the same moment: the index tells.
        Err(Error::Fault(fault)) if fault.to_string().contains("applications") => {
            match fault.downcast_ref::<database::DatabaseError>() {
                Some(database::DatabaseError::Unique { .. }) => Err(duplicate()),
                _ => Err(Error::Fault(fault)),
            }
        }
        outcome => outcome,
    }
}

/// Seals what the application says, and forgets a proof that is of another domain.
fn write(
    registry: &Registry,
    record: &mut ApplicationRecord,
    key: &DataKey,
    content: &ApplicationDraft,
) -> Result<()> {
    let plain = serde_json::to_vec(content).map_err(Error::fault)?;
    record.sealed_data = key.seal(DATA, &plain);
    let url = content.platform.as_ref().and_then(|one| one.url.as_deref());
    let proof_url = url.map(|url| proof_url(registry, url)).transpose()?;
    if proof_url != record.domain_url {
        record.domain_url = proof_url;
        record.domain_status = "missing".to_owned();
        record.domain_error = None;
        record.domain_checked_at = None;
    }
    Ok(())
}

/// The well-known place on the host of an address that we would call.
fn proof_url(registry: &Registry, url: &str) -> Result<String> {
    let refused =
        |message: String| Error::Field("platform.url", wire::FieldCode::InvalidFormat, message);
    registry
        .webhook_guard
        .check_url(url)
        .map_err(|refusal| refused(format!("The address cannot be called: {refusal}.")))?;
    let (scheme, rest) = url
        .split_once("://")
        .ok_or_else(|| refused("This is not an absolute URL.".to_owned()))?;
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    Ok(format!("{scheme}://{host}{WELL_KNOWN}"))
}

pub(crate) fn open(
    registry: &Registry,
    tx: &mut Tx,
    record: &ApplicationRecord,
) -> Result<(DataKey, ApplicationDraft)> {
    let key = registry.vault.key(tx, record.key)?;
    let plain = key.open(DATA, &record.sealed_data)?;
    let content = serde_json::from_slice(&plain).map_err(Error::fault)?;
    Ok((key, content))
}

fn shown(registry: &Registry, tx: &mut Tx, record: &ApplicationRecord) -> Result<Application> {
    let (_, content) = open(registry, tx, record)?;
    Ok(show(registry, record, content))
}

fn show(registry: &Registry, record: &ApplicationRecord, content: ApplicationDraft) -> Application {
    let time = |at: Option<domain::Timestamp>| at.map(|at| at.to_string());
    let waits = record.status == ApplicationStatus::Submitted;
    let now = registry.clock.now();
    Application {
        id: record.id.uuid(),
        platform_id: record.platform.uuid(),
        status: translate::applications::status(record.status),
        content,
        domain_proof: DomainProof {
            url: record.domain_url.clone(),
            token: record.domain_token.clone(),
            status: match record.domain_status.as_str() {
                "waiting" => DomainProofStatus::Waiting,
                "proven" => DomainProofStatus::Proven,
                "failed" => DomainProofStatus::Failed,
                _ => DomainProofStatus::Missing,
            },
            error: record.domain_error.clone(),
            checked_at: time(record.domain_checked_at),
        },
        submitted_at: time(record.submitted_at),
        answer_due_at: time(record.answer_due_at),
        is_overdue: waits && record.answer_due_at.is_some_and(|due| due <= now),
        decided_at: time(record.decided_at),
        created_at: record.created_at.to_string(),
        changed_at: record.changed_at.to_string(),
    }
}

fn show_message(key: &DataKey, message: &MessageRecord) -> Result<ApplicationMessage> {
    let text = key.open(MESSAGE, &message.sealed_text)?;
    Ok(ApplicationMessage {
        id: message.id,
        side: message.side.clone(),
        author: message.author.clone(),
        text: String::from_utf8(text).map_err(Error::fault)?,
        created_at: message.created_at.to_string(),
    })
}

fn side(caller: &Caller) -> &'static str {
    match caller.party {
        Party::Registrar => "registrar",
        _ => "platform",
    }
}

/// Each document has been uploaded by the applicant.
fn require_documents(
    tx: &mut Tx,
    platform: PlatformId,
    documents: &[(domain::DocumentId, String)],
) -> Result<()> {
    let scope = Scope {
        platform: Some(platform),
        ..Scope::ALL
    };
    let mut errors = FieldErrors::new();
    for (index, (document, _)) in documents.iter().enumerate() {
        if storage::documents::find(tx, &scope, *document)?.is_none() {
            errors.push(
                format!("documents[{index}].document_id"),
                FieldCode::NotFound,
                "There is no such document of yours; upload it first.",
            );
        }
    }
    errors.into_result(Some(())).map_err(Error::Fields)
}

fn duplicate() -> Error {
    Error::Problem(
        ProblemCode::ApplicationDuplicate,
        "The firm takes part already, or another application of it is open.".to_owned(),
    )
}

/// Notes that the proof of a domain was looked for.
pub(crate) fn looked(record: &mut ApplicationRecord, found: &std::result::Result<String, String>) {
    let error = match found {
        Ok(text) if text.trim() == record.domain_token => None,
        Ok(_) => Some("the page has another text".to_owned()),
        Err(error) => Some(error.clone()),
    };
    let status = if error.is_none() { "proven" } else { "failed" };
    record.domain_status = status.to_owned();
    record.domain_error = error;
}

/// What is said in the audit log of an alarm.
pub(crate) fn alarm_detail(record: &ApplicationRecord) -> serde_json::Value {
    json!({"answer_due_at": record.answer_due_at.map(|at| at.to_string()), "alarm": record.alarms})
}
