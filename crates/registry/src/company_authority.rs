//! Who acts for a company that instructs (§ 11 eWpRV): proofs that its platform has verified, and platforms whose mandate stands for them.

use database::Tx;
use domain::instruction::acting_for_company;
use domain::{
    ActsBy, AuthorityProof, AuthorityProofId, InstructionRefusal, InvestorId, PlatformId,
};
use storage::Scope;
use storage::authority_proofs::{self, ProofRecord, RestsOn};
use wire::company_authority as out;
use wire::{FieldCode, ProblemCode};

use crate::{
    Answer, Caller, Done, Error, Listed, Paging, Registry, Request, Result, Right, audit, ids,
};

/// Proofs of a company.
const MOST_PROOFS: u32 = 100;

/// Records that the platform has verified who acts for a company.
///
/// # Errors
/// Field errors; `authority_not_applicable` for a natural person; `too_many`.
pub async fn create_proof(
    registry: &Registry,
    request: &Request,
    investor: InvestorId,
    body: out::AuthorityProofCreate,
) -> Result<Answer> {
    let scope = request.caller.require(Right::WriteInvestors)?;
    let now = registry.clock.now();
    let recorded = translate::company_authority::create(&body, now.berlin_date())?;
    let (own, caller) = (registry.clone(), request.caller.clone());
    registry
        .write(request, move |tx| {
            let person = storage::investors::lock(tx, &scope, investor)?.ok_or(NO_INVESTOR)?;
            if !person.is_legal_person {
                return Err(Error::Problem(
                    ProblemCode::AuthorityNotApplicable,
                    "A natural person acts for itself; only a company is acted for.".to_owned(),
                ));
            }
            if storage::documents::find(tx, &scope, recorded.document)?.is_none() {
                return Err(Error::Field(
                    "document_id",
                    FieldCode::NotFound,
                    "There is no document with this id.".to_owned(),
                ));
            }
            let (count, _) = authority_proofs::list(tx, investor, 0, 1)?;
            if count >= u64::from(MOST_PROOFS) {
                let detail = format!("A company has at most {MOST_PROOFS} proofs.");
                return Err(Error::Problem(ProblemCode::TooMany, detail));
            }
            let record = ProofRecord {
                proof: AuthorityProof {
                    id: AuthorityProofId::from_uuid(ids::new()),
                    basis: recorded.basis,
                    document: recorded.document,
                    valid_until: recorded.valid_until,
                    verified_at: own.clock.now(),
                },
                verified_by: caller.name.clone(),
            };
            authority_proofs::insert(tx, investor, &record)?;
            let id = record.proof.id;
            let detail = serde_json::json!({
                "investor": investor.to_string(), "basis": record.proof.basis.as_str(),
                "document": record.proof.document.to_string(),
            });
            let target = id.to_string();
            audit::record(
                &own,
                tx,
                &caller,
                "authority_proof.create",
                &target,
                &detail,
            )?;
            Done::created(id, &show(&record))
        })
        .await
}

/// The proofs of a company, the latest first.
///
/// # Errors
/// Not found if the investor is not the caller's.
pub async fn list_proofs(
    registry: &Registry,
    caller: &Caller,
    investor: InvestorId,
    paging: Paging,
) -> Result<Listed<out::AuthorityProof>> {
    let scope = caller.require(Right::ReadInvestors)?;
    registry
        .db
        .read(move |tx| {
            storage::investors::find(tx, &scope, investor)?.ok_or(NO_INVESTOR)?;
            let Paging { offset, limit } = paging;
            let (count, records) = authority_proofs::list(tx, investor, offset, limit)?;
            let items = records.iter().map(show).collect();
            Ok(Listed { count, items })
        })
        .await
}

/// Says what instructions of a platform's companies rest on, from now on.
///
/// # Errors
/// Field errors; not found if there is no such platform.
pub async fn set_rests_on(
    registry: &Registry,
    request: &Request,
    platform: PlatformId,
    body: out::CompanyAuthorityCreate,
) -> Result<Answer> {
    request.caller.require(Right::WriteNetwork)?;
    let (authority, reference) = translate::company_authority::rests_on(&body)?;
    let (own, caller) = (registry.clone(), request.caller.clone());
    registry
        .write(request, move |tx| {
            authority_proofs::rests_on(tx, platform)?.ok_or(NO_PLATFORM)?;
            let rests_on = RestsOn {
                authority,
                reference: reference.clone(),
                set_at: Some(own.clock.now()),
            };
            authority_proofs::set_rests_on(tx, platform, &rests_on)?;
            let detail = serde_json::json!({
                "rests_on": authority.as_str(), "reference": reference,
            });
            let target = platform.to_string();
            audit::record(&own, tx, &caller, "company_authority.set", &target, &detail)?;
            Done::ok(platform, &show_rests_on(platform, &rests_on))
        })
        .await
}

/// What instructions of a platform's companies rest on.
///
/// # Errors
/// Not found if there is no such platform.
pub async fn get_rests_on(
    registry: &Registry,
    caller: &Caller,
    platform: PlatformId,
) -> Result<out::CompanyAuthority> {
    caller.require(Right::ReadNetwork)?;
    registry
        .db
        .read(move |tx| {
            let rests_on = authority_proofs::rests_on(tx, platform)?.ok_or(NO_PLATFORM)?;
            Ok(show_rests_on(platform, &rests_on))
        })
        .await
}

/// On what the authority of who acts for an instructing investor rests; why it cannot be taken otherwise.
pub(crate) fn acting(
    registry: &Registry,
    tx: &mut Tx,
    investor: InvestorId,
) -> Result<std::result::Result<ActsBy, InstructionRefusal>> {
    let person = storage::investors::find(tx, &Scope::ALL, investor)?.ok_or(NO_INVESTOR)?;
    if !person.is_legal_person {
        return Ok(Ok(ActsBy::Itself));
    }
    let rests_on = authority_proofs::rests_on(tx, person.platform)?.ok_or(NO_PLATFORM)?;
    let (_, records) = authority_proofs::list(tx, investor, 0, MOST_PROOFS)?;
    let proofs: Vec<AuthorityProof> = records.iter().map(|record| record.proof).collect();
    Ok(acting_for_company(
        rests_on.authority,
        &proofs,
        person.identity_changed_at,
        registry.clock.now(),
    ))
}

fn show(record: &ProofRecord) -> out::AuthorityProof {
    translate::company_authority::show(&record.proof, &record.verified_by)
}

fn show_rests_on(platform: PlatformId, rests_on: &RestsOn) -> out::CompanyAuthority {
    let said = (rests_on.authority, rests_on.reference.as_deref());
    translate::company_authority::show_rests_on(platform, said, rests_on.set_at)
}

const NO_INVESTOR: Error = Error::NotFound("investor");
const NO_PLATFORM: Error = Error::NotFound("platform");
