//! Identifications: imported by the partner, or asked of the registrar, who decides.

use database::Tx;
use database::vault::DataKey;
use domain::{Identification, IdentificationId, InvestorId, KycStatus, Timestamp};
use serde::{Deserialize, Serialize};
use storage::Scope;
use storage::identifications::{DecisionRecord, IdentificationRecord};
use translate::identifications::Standing;
use wire::ProblemCode;
use wire::identifications::IdentificationCreate;
use wire::network::{Decision, IdentificationDecision, PendingIdentification};

use crate::persons::{self, Sealed, open, seal};
use crate::{
    Answer, Caller, Done, Error, Listed, Paging, Registry, Request, Result, Right, audit, ids,
};

/// Imports an identification; an empty one asks the registrar to identify and answers with a link.
///
/// # Errors
/// Field errors; not found if the investor is not the caller's.
pub async fn create(
    registry: &Registry,
    request: &Request,
    investor: InvestorId,
    body: IdentificationCreate,
) -> Result<Answer> {
    let (environment, platform, scope) =
        request.caller.require_distributor(Right::WriteInvestors)?;
    let data = translate::identifications::create(&body, registry.clock.now())?;
    let own = registry.clone();
    registry
        .write(request, move |tx| {
            let (mut person, key) = persons::lock(&own, tx, &scope, investor)?;
            let protocol = data
                .legitimation_protocol_id
                .map(|id| ("legitimation_protocol_id", id));
            let named: Vec<_> = protocol.into_iter().collect();
            persons::claim_documents(&own, tx, &scope, investor, &named)?;
            let trust = storage::parties::import_trust(tx, platform)?;
            let now = own.clock.now();
            let record = IdentificationRecord {
                // Random: the link of a requested identification must not be guessable.
                id: IdentificationId::from_uuid(if data.is_request() {
                    ids::random()
                } else {
                    ids::new()
                }),
                environment,
                platform,
                investor,
                status: data.outcome(trust, now),
                is_requested: data.is_request(),
                valid_until: data.valid_until(now),
                sealed_data: seal(&key, &data)?,
                sealed_reason: None,
                created_at: now,
            };
            storage::identifications::insert(tx, &record)?;
            persons::refresh_kyc(&own, tx, &mut person)?;
            storage::investors::update(tx, &person)?;
            Ok(
                Done::created(record.id, &shown(&own, &record, &key, Reader::Partner)?)?
                    .about(&key),
            )
        })
        .await
}

/// An investor's identifications, oldest first.
///
/// # Errors
/// Not found if the investor is not the caller's.
pub async fn list(
    registry: &Registry,
    caller: &Caller,
    investor: InvestorId,
    paging: Paging,
) -> Result<Listed<wire::identifications::Identification>> {
    let scope = caller.require(Right::ReadInvestors)?;
    let own = registry.clone();
    registry
        .db
        .read(move |tx| {
            let (_, key) = persons::find(&own, tx, &scope, investor)?;
            let (count, records) =
                storage::identifications::of_investor(tx, investor, paging.offset, paging.limit)?;
            let items = records
                .iter()
                .map(|record| shown(&own, record, &key, Reader::Partner))
                .collect::<Result<_>>()?;
            Ok(Listed { count, items })
        })
        .await
}

/// One identification.
///
/// # Errors
/// Not found if it is not of this investor, or that is not the caller's.
pub async fn get(
    registry: &Registry,
    caller: &Caller,
    investor: InvestorId,
    id: IdentificationId,
) -> Result<wire::identifications::Identification> {
    let scope = caller.require(Right::ReadInvestors)?;
    let own = registry.clone();
    registry
        .db
        .read(move |tx| {
            let (_, key) = persons::find(&own, tx, &scope, investor)?;
            let record = storage::identifications::find(tx, id)?
                .filter(|record| record.investor == investor)
                .ok_or(NOT_FOUND)?;
            shown(&own, &record, &key, Reader::Partner)
        })
        .await
}

/// One identification as the registrar reads it, decided or not.
///
/// # Errors
/// Not found if there is none; refuses other callers.
pub async fn look_up(
    registry: &Registry,
    caller: &Caller,
    id: IdentificationId,
) -> Result<wire::identifications::Identification> {
    let scope = caller.require(Right::ReadNetwork)?;
    let own = registry.clone();
    registry
        .db
        .read(move |tx| {
            let record = storage::identifications::find(tx, id)?.ok_or(NOT_FOUND)?;
            let (_, key) = persons::find(&own, tx, &scope, record.investor)?;
            shown(&own, &record, &key, Reader::Registrar)
        })
        .await
}

/// The registrar's decision about an identification that waits.
///
/// # Errors
/// `conflict` if it was decided before; not found if there is none.
pub async fn decide(
    registry: &Registry,
    request: &Request,
    id: IdentificationId,
    body: IdentificationDecision,
) -> Result<Answer> {
    request.caller.require(Right::WriteNetwork)?;
    let reason = crate::issued_investments::reason(body.reason)?.map(Reason);
    let own = registry.clone();
    let caller = request.caller.clone();
    registry
        .write(request, move |tx| {
            let mut record = storage::identifications::find(tx, id)?.ok_or(NOT_FOUND)?;
            let (mut person, key) = persons::lock(&own, tx, &Scope::ALL, record.investor)?;
            let decided = match body.decision {
                Decision::Approve => KycStatus::Success,
                Decision::Reject => KycStatus::Rejected,
            };
            let now = own.clock.now();
            let sealed_reason = reason
                .as_ref()
                .map(|reason| seal(&key, reason))
                .transpose()?;
            let decision = DecisionRecord {
                status: decided,
                sealed_reason: sealed_reason.clone(),
                by: &caller.name,
                at: now,
            };
            if !storage::identifications::decide(tx, id, &decision)? {
                return Err(Error::Problem(
                    ProblemCode::Conflict,
                    format!("This identification was decided before: {}.", record.status),
                ));
            }
            record.status = decided;
            record.sealed_reason = sealed_reason;
            persons::refresh_kyc(&own, tx, &mut person)?;
            storage::investors::update(tx, &person)?;
            let detail = serde_json::json!({"decision": decided.as_str()});
            audit::record(
                &own,
                tx,
                &caller,
                "identification.decide",
                &id.to_string(),
                &detail,
            )?;
            Ok(Done::ok(id, &shown(&own, &record, &key, Reader::Registrar)?)?.about(&key))
        })
        .await
}

/// Identifications that wait for the registrar, oldest first.
///
/// # Errors
/// Refuses other callers.
pub async fn pending(
    registry: &Registry,
    caller: &Caller,
    paging: Paging,
) -> Result<Listed<PendingIdentification>> {
    caller.require(Right::ReadNetwork)?;
    registry
        .db
        .read(move |tx| -> Result<_> {
            let (count, records) =
                storage::identifications::waiting(tx, paging.offset, paging.limit)?;
            let mut items = Vec::with_capacity(records.len());
            for record in records {
                items.push(waiting(tx, &record)?);
            }
            Ok(Listed { count, items })
        })
        .await
}

/// What the page behind the link of a requested identification shows; no personal data.
#[derive(Clone, Copy, Debug)]
pub struct ReviewPage {
    /// Where the identification stands.
    pub status: KycStatus,
    /// When it was asked for.
    pub created_at: Timestamp,
}

/// The page behind the link. Whoever has the link may see it.
///
/// # Errors
/// Not found if no identification was requested under this id.
pub async fn review_page(registry: &Registry, id: IdentificationId) -> Result<ReviewPage> {
    registry
        .db
        .read(move |tx| {
            let record = storage::identifications::find(tx, id)?
                .filter(|record| record.is_requested)
                .ok_or(NOT_FOUND)?;
            Ok(ReviewPage {
                status: record.status,
                created_at: record.created_at,
            })
        })
        .await
}

const NOT_FOUND: Error = Error::NotFound("identification");

fn waiting(tx: &mut Tx, record: &IdentificationRecord) -> Result<PendingIdentification> {
    Ok(PendingIdentification {
        id: record.id.uuid(),
        investor_id: record.investor.uuid(),
        environment: storage::environments::name(tx, record.environment)?,
        distribution_platform_id: record.platform.uuid(),
        created_at: record.created_at.to_string(),
    })
}

/// Why the registrar decided as it did: about the person, so it is sealed.
#[derive(Serialize, Deserialize)]
struct Reason(String);

impl Sealed for Reason {
    const CONTEXT: &'static str = "identifications.reason";
}

/// Who reads an identification.
#[derive(Clone, Copy)]
enum Reader {
    /// Learns why one was refused, so that it can do better; what speaks for an approval is the registrar's own affair.
    Partner,
    Registrar,
}

fn shown(
    registry: &Registry,
    record: &IdentificationRecord,
    key: &DataKey,
    reader: Reader,
) -> Result<wire::identifications::Identification> {
    let data: Identification = open(key, &record.sealed_data)?;
    let is_told = match reader {
        Reader::Partner => record.status == KycStatus::Rejected,
        Reader::Registrar => true,
    };
    let reason = record.sealed_reason.as_deref().filter(|_| is_told);
    let reason = reason
        .map(|sealed| open::<Reason>(key, sealed))
        .transpose()?;
    let url = record.is_requested.then(|| {
        format!(
            "{}/identifications/{}/",
            registry.settings.public_url, record.id
        )
    });
    let standing = Standing {
        status: record.status,
        reason: reason.map(|Reason(text)| text),
        url,
        created_at: record.created_at,
    };
    Ok(translate::identifications::show(record.id, &data, standing))
}
