//! The factory of a network: deployed once per registrar, found again ever after.
//!
//! Its transaction is stored before it is sent, as every other one: a crash in between deploys the same factory, at
//! the same address, again.

use std::time::Duration;

use alloy::primitives::Address;
use database::{Db, Sql};
use dlt::{LedgerError, Outcome, Submission, SubmissionId};

use super::client::Client;
use super::commands::Purpose;
use super::outbox::unavailable;
use crate::contracts::{SecurityTokenFactory, factory_creation};

/// What tokens are created with.
#[derive(Clone, Copy)]
pub(super) struct Factory {
    pub(super) address: Address,
    pub(super) implementation: Address,
}

struct Deployment {
    factory: Address,
    submission: Submission,
}

const FIRST_PAUSE: Duration = Duration::from_millis(20);
/// Pauses double up to about four seconds: some five minutes in all, longer than a public network needs for a block.
const LOOKS: u32 = 80;
const LONGEST_PAUSE: Duration = Duration::from_secs(4);

pub(super) async fn find_or_deploy(db: &Db, client: &Client) -> Result<Factory, LedgerError> {
    let mut pause = FIRST_PAUSE;
    let mut last =
        LedgerError::Unavailable("the factory's deployment is not in a block yet".into());
    for _ in 0..LOOKS {
        match step(db, client).await {
            Ok(Some(factory)) => return Ok(factory),
            Ok(None) => {}
            Err(error) if error.is_transient() => last = error,
            Err(error) => return Err(error),
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
    Err(last)
}

/// One look: the factory, or one step towards it.
async fn step(db: &Db, client: &Client) -> Result<Option<Factory>, LedgerError> {
    let key = (
        i64::try_from(client.node.chain_id()).unwrap_or(i64::MAX),
        client.registrar(),
    );
    let deployment = match find(db, key).await? {
        Some(deployment) => deployment,
        None => {
            let (submission, nonce) = client
                .prepare(
                    None,
                    factory_creation(client.registrar()),
                    Purpose::of("factory"),
                )
                .await?;
            let factory = client.registrar().create(nonce);
            insert(
                db,
                key,
                Deployment {
                    factory,
                    submission,
                },
            )
            .await?;
            return Ok(None);
        }
    };
    let address = deployment.factory;
    if !client.node.code(address).await?.is_empty() {
        let call = SecurityTokenFactory::implementationCall {};
        let implementation = client.node.view(address, &call).await?;
        return Ok(Some(Factory {
            address,
            implementation,
        }));
    }
    client.submit(&deployment.submission).await?;
    if let Outcome::Refused { reason } = client.outcome(&deployment.submission).await? {
        tracing::warn!(%reason, "the factory's deployment failed, another one is made");
        delete(db, deployment.submission.id).await?;
    }
    Ok(None)
}

const FIND: Sql = Sql(
    "select factory, transaction_hash, payload from chain_deployment where chain_id = $1 and registrar = $2",
);

async fn find(
    db: &Db,
    (chain_id, registrar): (i64, Address),
) -> Result<Option<Deployment>, LedgerError> {
    let found = db.read(move |tx| {
        let key = [chain_id.into(), registrar.into_array().into()];
        let Some(row) = tx.query_opt(FIND, &key)? else {
            return Ok(None);
        };
        let submission = Submission {
            id: SubmissionId(row.get(1)?),
            payload: row.get(2)?,
        };
        Ok(Some(Deployment {
            factory: row.get::<[u8; 20]>(0)?.into(),
            submission,
        }))
    });
    found.await.map_err(unavailable)
}

const INSERT: Sql = Sql(
    "insert into chain_deployment (chain_id, registrar, factory, transaction_hash, payload) \
     values ($1, $2, $3, $4, $5) on conflict (chain_id, registrar) do nothing",
);

async fn insert(
    db: &Db,
    (chain_id, registrar): (i64, Address),
    deployment: Deployment,
) -> Result<(), LedgerError> {
    let row = [
        chain_id.into(),
        registrar.into_array().into(),
        deployment.factory.into_array().into(),
        deployment.submission.id.0.into(),
        deployment.submission.payload.into(),
    ];
    let inserted = db.write(move |tx| tx.execute(INSERT, &row).map(drop));
    inserted.await.map_err(unavailable)
}

const DELETE: Sql = Sql("delete from chain_deployment where transaction_hash = $1");

async fn delete(db: &Db, id: SubmissionId) -> Result<(), LedgerError> {
    let deleted = db.write(move |tx| tx.execute(DELETE, &[id.0.into()]).map(drop));
    deleted.await.map_err(unavailable)
}
