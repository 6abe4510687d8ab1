//! Beneficial owners of companies (§ 3 GwG). New ones are added; old ones stay.

use domain::{BenefitingPersonId, InvestorId};
use storage::identifications::BenefitingPersonRecord;
use wire::ProblemCode;
use wire::identifications::{BenefitingPerson, BenefitingPersonCreate};

use crate::persons::{self, open, seal};
use crate::{Answer, Caller, Done, Error, Listed, Paging, Registry, Request, Result, Right, ids};

/// Records a benefiting person of a company.
///
/// # Errors
/// Field errors; `benefiting_person_not_applicable` for a natural person.
pub async fn create(
    registry: &Registry,
    request: &Request,
    investor: InvestorId,
    body: BenefitingPersonCreate,
) -> Result<Answer> {
    let scope = request.caller.require(Right::WriteInvestors)?;
    let today = registry.clock.now().berlin_date();
    let data = translate::identifications::create_benefiting_person(&body, today)?;
    let own = registry.clone();
    registry
        .write(request, move |tx| {
            let (mut person, key) = persons::lock(&own, tx, &scope, investor)?;
            if !person.is_legal_person {
                return Err(Error::Problem(
                    ProblemCode::BenefitingPersonNotApplicable,
                    "A natural person acts for itself; only a legal person has benefiting persons."
                        .to_owned(),
                ));
            }
            let record = BenefitingPersonRecord {
                id: BenefitingPersonId::from_uuid(ids::new()),
                sealed_data: seal(&key, &data)?,
                created_at: own.clock.now(),
            };
            storage::identifications::insert_person(
                tx,
                person.environment,
                person.platform,
                investor,
                &record,
            )?;
            persons::refresh_kyc(&own, tx, &mut person)?;
            storage::investors::update(tx, &person)?;
            let answer = translate::identifications::show_benefiting_person(
                record.id,
                &data,
                record.created_at,
            );
            Ok(Done::created(record.id, &answer)?.about(&key))
        })
        .await
}

/// The benefiting persons of an investor, oldest first.
///
/// # Errors
/// Not found if the investor is not the caller's.
pub async fn list(
    registry: &Registry,
    caller: &Caller,
    investor: InvestorId,
    paging: Paging,
) -> Result<Listed<BenefitingPerson>> {
    let scope = caller.require(Right::ReadInvestors)?;
    let own = registry.clone();
    registry
        .db
        .read(move |tx| {
            let (_, key) = persons::find(&own, tx, &scope, investor)?;
            let (count, records) =
                storage::identifications::persons(tx, investor, paging.offset, paging.limit)?;
            let items = records
                .iter()
                .map(|record| {
                    let data = open(&key, &record.sealed_data)?;
                    Ok(translate::identifications::show_benefiting_person(
                        record.id,
                        &data,
                        record.created_at,
                    ))
                })
                .collect::<Result<_>>()?;
            Ok(Listed { count, items })
        })
        .await
}
