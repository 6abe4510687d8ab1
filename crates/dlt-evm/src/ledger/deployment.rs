//! The factory of a network: deployed once per registrar, found again ever after.
//!
//! Its transaction is stored before it is sent, as every other one: a crash in between deploys the same factory, at
//! the same address, again.

use std::time::Duration;

use alloy::primitives::Address;
use database::{Db, Sql};
use dlt::{LedgerError, Outcome, Submission, SubmissionId};

use super::commands::Purpose;
use super::offices::Offices;
use super::outbox::unavailable;
use super::refusals::{fault, office};
use super::rotation::no_factory;
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

pub(super) async fn find_or_deploy(db: &Db, offices: &Offices) -> Result<Factory, LedgerError> {
    let mut pause = FIRST_PAUSE;
    let mut last =
        LedgerError::Unavailable("the factory's deployment is not in a block yet".into());
    for _ in 0..LOOKS {
        match step(db, offices).await {
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
async fn step(db: &Db, offices: &Offices) -> Result<Option<Factory>, LedgerError> {
    let client = &offices.registry;
    let key = (
        i64::try_from(client.node.chain_id()).unwrap_or(i64::MAX),
        client.account(),
    );
    let deployment = match find(db, key).await? {
        Some(deployment) => deployment,
        None => {
            require_first(db, offices).await?;
            let (submission, nonce) = client
                .prepare(
                    None,
                    factory_creation(client.account()),
                    Purpose::of("factory"),
                )
                .await?;
            let factory = client.account().create(nonce);
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
        offices.take(db, address).await?;
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

/// A second factory would look for the tokens at other addresses. Another key is for another network, or has not got its office yet.
async fn require_first(db: &Db, offices: &Offices) -> Result<(), LedgerError> {
    let client = &offices.registry;
    let chain_id = client.node.chain_id();
    for (registrar, factory) in all(db, chain_id).await? {
        if !client.node.code(factory).await?.is_empty() {
            return Err(office(format!(
                "the factory on chain {chain_id} is that of {registrar}, not of {}: set dlt.registrar_key or dlt.registry to the key that \
                 entered the assets, or pass the office on with `cashlink dlt rotate-key registry`",
                client.account()
            )));
        }
    }
    Ok(())
}

const ALL: Sql = Sql("select registrar, factory from chain_deployment where chain_id = $1");

async fn all(db: &Db, chain_id: u64) -> Result<Vec<(Address, Address)>, LedgerError> {
    let chain_id = i64::try_from(chain_id).unwrap_or(i64::MAX);
    let found = db.read(move |tx| {
        let rows = tx.query(ALL, &[chain_id.into()])?;
        rows.iter()
            .map(|row| {
                Ok((
                    row.get::<[u8; 20]>(0)?.into(),
                    row.get::<[u8; 20]>(1)?.into(),
                ))
            })
            .collect()
    });
    found.await.map_err(unavailable)
}

/// Under which of the accounts the factory is noted, and where it is.
pub(super) async fn noted(
    db: &Db,
    chain_id: u64,
    accounts: &[Address],
) -> Result<(Address, Address), LedgerError> {
    let mut found = all(db, chain_id).await?;
    found.retain(|(registrar, _)| accounts.contains(registrar));
    match found.as_slice() {
        [one] => Ok(*one),
        [] => Err(no_factory(chain_id)),
        _ => Err(fault(
            "office",
            format!("several of these keys have factories of their own on chain {chain_id}"),
        )),
    }
}

const ISSUED: Sql = Sql("select id from chain_submission \
     where chain_id = $1 and sender = $2 and act = 'issue' and sent_at is not null limit 1");

/// Whether an account has sent an asset's issue.
pub(super) async fn has_issued(
    db: &Db,
    chain_id: u64,
    account: Address,
) -> Result<bool, LedgerError> {
    let key = [
        i64::try_from(chain_id).unwrap_or(i64::MAX).into(),
        account.into_array().into(),
    ];
    let found = db.read(move |tx| tx.query_opt(ISSUED, &key));
    Ok(found.await.map_err(unavailable)?.is_some())
}

const NOTE_AS: Sql =
    Sql("update chain_deployment set registrar = $3 where chain_id = $1 and registrar = $2");

/// Notes the factory under another account.
pub(super) async fn note_as(
    db: &Db,
    chain_id: u64,
    (old, new): (Address, Address),
) -> Result<(), LedgerError> {
    let row = [
        i64::try_from(chain_id).unwrap_or(i64::MAX).into(),
        old.into_array().into(),
        new.into_array().into(),
    ];
    let noted = db.write(move |tx| tx.execute(NOTE_AS, &row).map(drop));
    noted.await.map_err(unavailable)
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
