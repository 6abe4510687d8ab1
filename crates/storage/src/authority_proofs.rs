//! Proofs of who acts for a company, and what a platform's companies instruct on.

use database::{DatabaseError, Row, Sql, Tx, Value};
use domain::{
    AuthorityBasis, AuthorityProof, AuthorityProofId, CompanyAuthority, Date, DocumentId,
    InvestorId, PlatformId, Timestamp,
};

use crate::columns::{Columns, opt_time, time};

const INSERT: Sql = Sql("insert into authority_proofs
(id, investor_id, basis, document_id, valid_until, verified_at, verified_by)
values ($1, $2, $3, $4, $5, $6, $7)");

const LIST: Sql = Sql(
    "select id, basis, document_id, valid_until, verified_at, verified_by
from authority_proofs
where investor_id = $1
order by verified_at desc, id desc
limit $2 offset $3",
);

const COUNT: Sql = Sql("select count(*)
from authority_proofs
where investor_id = $1");

const RESTS_ON: Sql = Sql(
    "select company_authority, company_authority_reference, company_authority_set_at
from platforms
where id = $1",
);

const SET_RESTS_ON: Sql = Sql("update platforms
set company_authority = $2, company_authority_reference = $3, company_authority_set_at = $4
where id = $1");

/// A proof with who has verified it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProofRecord {
    /// What the rules know.
    pub proof: AuthorityProof,
    /// The client or person.
    pub verified_by: String,
}

/// What instructions of a platform's companies rest on, and since when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestsOn {
    /// What.
    pub authority: CompanyAuthority,
    /// Where the platform's confirmation is kept; none if it is part of its agreement with the registrar.
    pub reference: Option<String>,
    /// When that was said; none since the platform takes part.
    pub set_at: Option<Timestamp>,
}

/// Keeps a proof.
///
/// # Errors
/// Fails if the database does.
pub fn insert(
    tx: &mut Tx,
    investor: InvestorId,
    record: &ProofRecord,
) -> Result<(), DatabaseError> {
    let proof = &record.proof;
    let parameters = [
        proof.id.uuid().into(),
        investor.uuid().into(),
        proof.basis.as_str().into(),
        proof.document.uuid().into(),
        Value::from(proof.valid_until.map(|day| day.to_string())),
        time(proof.verified_at),
        record.verified_by.as_str().into(),
    ];
    tx.later(INSERT, &parameters)
}

/// How many proofs a company has, and a stretch of them, the latest first.
///
/// # Errors
/// Fails if the database does.
pub fn list(
    tx: &mut Tx,
    investor: InvestorId,
    offset: u64,
    limit: u32,
) -> Result<(u64, Vec<ProofRecord>), DatabaseError> {
    let id: Value = investor.uuid().into();
    let count = tx.query_one(COUNT, std::slice::from_ref(&id))?.get(0)?;
    let rows = tx.query(LIST, &[id, limit.into(), offset.cast_signed().into()])?;
    let proofs = rows.iter().map(read).collect::<Result<_, _>>()?;
    Ok((count, proofs))
}

/// What a platform's companies instruct on; none if there is no such platform.
///
/// # Errors
/// Fails if the database does.
pub fn rests_on(tx: &mut Tx, platform: PlatformId) -> Result<Option<RestsOn>, DatabaseError> {
    let Some(row) = tx.query_opt(RESTS_ON, &[platform.uuid().into()])? else {
        return Ok(None);
    };
    let mut columns = Columns::of(&row);
    Ok(Some(RestsOn {
        authority: columns.parsed(|text| text.parse::<CompanyAuthority>().ok())?,
        reference: columns.next()?,
        set_at: columns.opt_time()?,
    }))
}

/// Says what a platform's companies instruct on.
///
/// # Errors
/// Fails if the database does.
pub fn set_rests_on(
    tx: &mut Tx,
    platform: PlatformId,
    rests_on: &RestsOn,
) -> Result<(), DatabaseError> {
    let parameters = [
        platform.uuid().into(),
        rests_on.authority.as_str().into(),
        Value::from(rests_on.reference.clone()),
        opt_time(rests_on.set_at),
    ];
    tx.later(SET_RESTS_ON, &parameters)
}

fn read(row: &Row) -> Result<ProofRecord, DatabaseError> {
    let mut columns = Columns::of(row);
    let id = columns.id(AuthorityProofId::from_uuid)?;
    let basis = columns.parsed(|text| text.parse::<AuthorityBasis>().ok())?;
    let document = columns.id(DocumentId::from_uuid)?;
    let valid_until: Option<String> = columns.next()?;
    let valid_until: Option<Date> = match valid_until {
        Some(day) => Some(day.parse().map_err(|_| DatabaseError::Statement {
            sql: "authority_proofs".to_owned(),
            message: format!("{day} is no day"),
        })?),
        None => None,
    };
    Ok(ProofRecord {
        proof: AuthorityProof {
            id,
            basis,
            document,
            valid_until,
            verified_at: columns.time()?,
        },
        verified_by: columns.next()?,
    })
}
