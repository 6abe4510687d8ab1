//! What has left and has no known end.

use database::{DatabaseError, Db, Micros, Row, Sql};
use dlt::SubmissionId;
use domain::{Address, Timestamp};

/// A submission that is on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Identifies it.
    pub submission: SubmissionId,
    /// Its place in the account's line.
    pub nonce: u64,
    /// As with costs.
    pub act: String,
    /// The token, if it is about one.
    pub asset: Option<Address>,
    /// When it left first.
    pub since: Timestamp,
    /// The transaction that offers the most.
    pub transaction: SubmissionId,
    /// How often more was offered for it.
    pub raised: u64,
    /// Wei per gas that it offers by now.
    pub offered_wei: u64,
    /// Whether its nonce is used and no node has it, which is looked at again before anybody believes it.
    pub is_gone: bool,
}

const WAITING: Sql = Sql(
    "select s.id, s.nonce, s.act, s.asset, s.sent_at, s.gone_at, a.hash, a.max_fee_wei, \
     (select count(*) from chain_attempt b where b.submission = s.id) \
     from chain_submission s join chain_attempt a on a.submission = s.id \
     where s.chain_id = $1 and s.settled_at is null and s.sent_at is not null \
     and not exists (select 1 from chain_attempt c where c.submission = s.id and c.max_fee_wei > a.max_fee_wei) \
     order by s.nonce limit 1000",
);

/// What has left for a chain and has no known end, in the order of the nonces; a thousand at most.
///
/// # Errors
/// Fails if the database does.
pub async fn waiting(db: &Db, chain_id: u64) -> Result<Vec<Waiting>, DatabaseError> {
    let chain_id = i64::try_from(chain_id).unwrap_or(i64::MAX);
    db.read(move |tx| {
        let rows = tx.query(WAITING, &[chain_id.into()])?;
        rows.iter().map(read).collect()
    })
    .await
}

fn read(row: &Row) -> Result<Waiting, DatabaseError> {
    let Micros(since) = row.get(4)?;
    Ok(Waiting {
        submission: SubmissionId(row.get(0)?),
        nonce: row.get(1)?,
        act: row.get(2)?,
        asset: row.get::<Option<[u8; 20]>>(3)?.map(Address::from_bytes),
        since: Timestamp::from_micros(since),
        transaction: SubmissionId(row.get(6)?),
        raised: row.get::<u64>(8)?.saturating_sub(1),
        offered_wei: row.get(7)?,
        is_gone: row.get::<Option<Micros>>(5)?.is_some(),
    })
}
