//! Which assets the partner sells: environments are added, changed and removed by configuration or command line.

use std::collections::BTreeMap;

use database::vault::DataKey;
use database::{Sql, Tx, Value};
use url::Url;
use uuid::Uuid;

use crate::environments::by_name;
use crate::store::environments::{self, DriftPolicy, Environment, Feed};
use crate::store::{campaigns, copies};
use crate::{Error, Gateway, Result};

/// What the sealed secrets are bound to.
const SECRET: &str = "gateway_environments.client_secret";
const BEARER: &str = "gateway_environments.bearer_token";
const WEBHOOK: &str = "gateway_environments.webhook_secret";
/// Calls in the air at one environment, unless it is configured.
const CONCURRENCY: u32 = 8;
const LONGEST_NAME: usize = 100;

/// What a partner is given for an asset, and how the gateway is to treat it.
#[derive(Clone)]
pub struct EnvironmentSetup {
    /// The partner's own name for it.
    pub name: String,
    /// URL of the environment.
    pub url: String,
    /// The campaigns that are sold there; none makes it a home, where every investor is.
    pub campaign_ids: Vec<Uuid>,
    /// OAuth client.
    pub client_id: String,
    /// Its secret.
    pub client_secret: String,
    /// With what an environment that signs nothing shows itself in its webhooks.
    pub webhook_bearer_token: Option<String>,
    /// Whether every investor is created there at once instead of with its first investment; a home always does.
    pub eager: bool,
    /// Calls in the air at once.
    pub concurrency: Option<u32>,
    /// Calls that it allows in a second.
    pub requests_per_second: Option<u32>,
    /// Whether data that it lost is sent again without asking.
    pub repairs: bool,
}

/// Why an environment cannot be set up.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SetupRefusal {
    /// A value that makes no sense.
    #[error("environment {name}: {problem}")]
    Value {
        /// Which environment.
        name: String,
        /// A sentence for its author.
        problem: &'static str,
    },
    /// Two environments for one campaign.
    #[error("environment {name}: {other} sells this campaign already")]
    CampaignTaken {
        /// Which environment.
        name: String,
        /// The one that has it.
        other: String,
    },
    /// Two environments at one address: each investor would be created there twice.
    #[error(
        "environment {name}: {other} is at this address already; add the campaign to {other}, whose campaign_ids may be several"
    )]
    SameEnvironment {
        /// Which environment.
        name: String,
        /// The one that is there.
        other: String,
    },
    /// Something depends on it.
    #[error("environment {0} has investors or does not exist; it cannot be removed")]
    InUse(String),
}

// A home that comes later gets everybody who is there.
const OPEN_FOR_ALL: Sql = Sql("
insert into gateway_copies
(investor, environment, remote, base, patched, reached, kyc_status, remote_updated_at, attempts, due_at, pending_since,
    troubled_since, trouble, observed_at, created_at)
select i.id, $1, null, i.version, 0, 0, null, null, 0, $2, $2, null, null, null, $2
from gateway_investors i
where not exists (
    select 1
    from gateway_copies c
    where c.investor = i.id
    and c.environment = $1)");

/// Adds an environment, or changes the one of this name. Changed credentials are used from the next call on.
///
/// # Errors
/// [`SetupRefusal`] as a fault's source, or a failure of the database.
pub async fn apply(gateway: &Gateway, setup: EnvironmentSetup) -> Result<()> {
    check(&setup).map_err(Error::fault)?;
    let own = gateway.clone();
    let applied = gateway.db.write(move |tx| save(&own, tx, &setup));
    applied.await?;
    gateway.bell.ring_all();
    Ok(())
}

/// Removes an environment that nobody is in.
///
/// # Errors
/// [`SetupRefusal::InUse`] as a fault's source, or a failure of the database.
pub async fn remove(gateway: &Gateway, name: String) -> Result<()> {
    let removed = gateway.db.write(move |tx| {
        let found = environments::list(tx)?
            .into_iter()
            .find(|one| one.name == name);
        match found {
            Some(environment) if copies::count(tx, environment.id)? == 0 => {
                campaigns::set(tx, environment.id, &[])?;
                environments::delete(tx, environment.id)?;
                Ok(())
            }
            _ => Err(Error::fault(SetupRefusal::InUse(name.clone()))),
        }
    });
    removed.await
}

/// The environments by name, each with the campaigns that are sold there.
///
/// # Errors
/// If the database fails.
pub async fn sold(gateway: &Gateway) -> Result<BTreeMap<String, Vec<Uuid>>> {
    let read = gateway.db.read(|tx| {
        let mut sold = BTreeMap::new();
        for environment in environments::list(tx)? {
            let there = campaigns::of_environment(tx, environment.id)?;
            sold.insert(environment.name, there);
        }
        Ok::<_, Error>(sold)
    });
    read.await
}

/// Sells more campaigns in an environment that is there already.
///
/// # Errors
/// [`SetupRefusal`] as a fault's source, not found if there is no such environment, or a failure of the database.
pub async fn sell(gateway: &Gateway, name: String, more: Vec<Uuid>) -> Result<()> {
    let added = gateway.db.write(move |tx| {
        let environment = by_name(tx, &name)?;
        let mut sold = campaigns::of_environment(tx, environment.id)?;
        sold.extend(
            more.iter()
                .filter(|id| !sold.contains(id))
                .collect::<Vec<_>>(),
        );
        keep_campaigns(tx, &environment, &sold)
    });
    added.await?;
    gateway.bell.ring_all();
    Ok(())
}

/// An environment as it is configured, without its secrets.
pub(crate) async fn configured(gateway: &Gateway, name: String) -> Result<EnvironmentSetup> {
    let read = gateway.db.read(move |tx| {
        let found = by_name(tx, &name)?;
        let sold = campaigns::of_environment(tx, found.id)?;
        Ok::<_, Error>((found, sold))
    });
    let (found, campaign_ids) = read.await?;
    Ok(EnvironmentSetup {
        name: found.name,
        url: found.url,
        client_id: found.client_id,
        client_secret: String::new(),
        webhook_bearer_token: None,
        // A home is eager without being told.
        eager: found.eager && !campaign_ids.is_empty(),
        campaign_ids,
        concurrency: Some(found.concurrency),
        requests_per_second: found.requests_per_second,
        repairs: found.drift_policy == DriftPolicy::Push,
    })
}

/// Fills what was left empty with the secrets that an environment of this name has; nothing if there is none.
pub(crate) async fn keep_secrets(gateway: &Gateway, setup: &mut EnvironmentSetup) -> Result<()> {
    let (own, name) = (gateway.clone(), setup.name.clone());
    let kept = gateway.db.read(move |tx| {
        let all = environments::list(tx)?;
        match all.into_iter().find(|one| one.name == name) {
            Some(one) => Ok(Some((
                client_secret(&own, tx, &one)?,
                bearer_token(&own, tx, &one)?,
            ))),
            None => Ok::<_, Error>(None),
        }
    });
    if let Some((secret, bearer)) = kept.await? {
        if setup.client_secret.is_empty() {
            setup.client_secret = secret;
        }
        setup.webhook_bearer_token = setup.webhook_bearer_token.take().or(bearer);
    }
    Ok(())
}

fn save(gateway: &Gateway, tx: &mut Tx, setup: &EnvironmentSetup) -> Result<()> {
    let now = gateway.now();
    let all = environments::list(tx)?;
    let before = all.iter().find(|one| one.name == setup.name).cloned();
    let stays = before.as_ref().is_some_and(|one| one.url == setup.url);
    let same_place = all
        .iter()
        .find(|one| one.name != setup.name && place(&one.url) == place(&setup.url));
    if let Some(other) = same_place.filter(|_| !stays) {
        let (name, other) = (setup.name.clone(), other.name.clone());
        return Err(Error::fault(SetupRefusal::SameEnvironment { name, other }));
    }
    let key = match &before {
        Some(before) => gateway.vault.key(tx, before.data_key)?,
        None => gateway.vault.new_key(tx, None)?,
    };
    let environment = described(setup, before.as_ref(), &key, now);
    if before.is_some() {
        environments::update(tx, &environment)?;
        copies::hurry(tx, environment.id, now)?;
    } else {
        environments::insert(tx, &environment)?;
    }
    keep_campaigns(tx, &environment, &setup.campaign_ids)?;
    if environment.eager {
        tx.later_any(OPEN_FOR_ALL, &[environment.id.into(), Value::time(now)])?;
    }
    Ok(())
}

/// What an environment sells from now on; each campaign is sold in one place.
fn keep_campaigns(tx: &mut Tx, environment: &Environment, sold: &[Uuid]) -> Result<()> {
    for campaign in sold {
        let elsewhere = campaigns::environment_of(tx, *campaign)?;
        if let Some(other) = elsewhere.filter(|other| *other != environment.id) {
            let other = environments::find(tx, other)?;
            let refusal = SetupRefusal::CampaignTaken {
                name: environment.name.clone(),
                other: other.map(|one| one.name).unwrap_or_default(),
            };
            return Err(Error::fault(refusal));
        }
    }
    Ok(campaigns::set(tx, environment.id, sold)?)
}

/// Where a URL leads, however it is written.
fn place(url: &str) -> String {
    let parsed = Url::parse(url).map(|url| url.to_string());
    let whole = parsed.unwrap_or_else(|_| url.to_owned());
    whole.trim_end_matches('/').to_owned()
}

fn described(
    setup: &EnvironmentSetup,
    before: Option<&Environment>,
    key: &DataKey,
    now: i64,
) -> Environment {
    let id = before.map_or_else(Uuid::now_v7, |before| before.id);
    let seal = |what: &str, text: &str| key.seal(&bound(what, id), text.as_bytes());
    // A webhook secret is made once: changing it would make what is on its way look forged.
    let webhook_secret = before
        .and_then(|before| before.sealed_webhook_secret.clone())
        .unwrap_or_else(|| seal(WEBHOOK, &webhooks::Secret::generate().text()));
    Environment {
        id,
        name: setup.name.clone(),
        url: setup.url.clone(),
        eager: setup.eager || setup.campaign_ids.is_empty(),
        client_id: setup.client_id.clone(),
        data_key: key.id(),
        sealed_client_secret: seal(SECRET, &setup.client_secret),
        sealed_bearer_token: setup
            .webhook_bearer_token
            .as_deref()
            .map(|token| seal(BEARER, token)),
        sealed_webhook_secret: Some(webhook_secret),
        webhook_endpoint: None,
        concurrency: setup.concurrency.unwrap_or(CONCURRENCY),
        requests_per_second: setup.requests_per_second,
        drift_policy: if setup.repairs {
            DriftPolicy::Push
        } else {
            DriftPolicy::Alert
        },
        unreachable_since: None,
        trouble: None,
        heard_at: None,
        feed: Feed::Unknown,
        feed_cursor: None,
        catalogue_at: None,
        compared_at: None,
        registers_at: None,
        created_at: now,
    }
}

fn check(setup: &EnvironmentSetup) -> std::result::Result<(), SetupRefusal> {
    let wrong = |problem| {
        Err(SetupRefusal::Value {
            name: setup.name.clone(),
            problem,
        })
    };
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    if setup.name.is_empty() || setup.name.len() > LONGEST_NAME || !setup.name.bytes().all(plain) {
        return wrong("a name has 1 to 100 letters, digits, dots, dashes and underscores");
    }
    if !Url::parse(&setup.url).is_ok_and(|url| ["http", "https"].contains(&url.scheme())) {
        return wrong("the url is no address that begins with https:// or http://");
    }
    if setup.client_id.is_empty() || setup.client_secret.is_empty() {
        return wrong("client_id and client_secret are needed");
    }
    let is_named_twice = |(at, id): (usize, &Uuid)| setup.campaign_ids[..at].contains(id);
    if setup.campaign_ids.iter().enumerate().any(is_named_twice) {
        return wrong("campaign_ids names a campaign twice");
    }
    if setup.concurrency == Some(0) || setup.requests_per_second == Some(0) {
        return wrong("concurrency and requests_per_second are at least 1");
    }
    Ok(())
}

/// What binds a sealed secret to its row, so that it cannot be moved to another environment.
fn bound(what: &str, id: Uuid) -> String {
    format!("{what}:{id}")
}

/// The secret with which the environment is entered.
pub(crate) fn client_secret(
    gateway: &Gateway,
    tx: &mut Tx,
    environment: &Environment,
) -> Result<String> {
    let sealed = Some(&environment.sealed_client_secret);
    Ok(opened(gateway, tx, environment, SECRET, sealed)?.unwrap_or_default())
}

/// With what the environment signs what it sends us.
pub(crate) fn webhook_secret(
    gateway: &Gateway,
    tx: &mut Tx,
    environment: &Environment,
) -> Result<Option<String>> {
    opened(
        gateway,
        tx,
        environment,
        WEBHOOK,
        environment.sealed_webhook_secret.as_ref(),
    )
}

/// With what an environment that does not sign shows itself.
pub(crate) fn bearer_token(
    gateway: &Gateway,
    tx: &mut Tx,
    environment: &Environment,
) -> Result<Option<String>> {
    opened(
        gateway,
        tx,
        environment,
        BEARER,
        environment.sealed_bearer_token.as_ref(),
    )
}

fn opened(
    gateway: &Gateway,
    tx: &mut Tx,
    environment: &Environment,
    what: &str,
    sealed: Option<&Vec<u8>>,
) -> Result<Option<String>> {
    let Some(sealed) = sealed else {
        return Ok(None);
    };
    let key = gateway.vault.key(tx, environment.data_key)?;
    let plain = key.open(&bound(what, environment.id), sealed)?;
    Ok(Some(String::from_utf8_lossy(&plain).into_owned()))
}
