//! Keeps the gateways of this process as the registry has them: which run, and what each sells.

use std::collections::BTreeMap;
use std::time::Duration;

use database::{DatabaseError, lease};
use domain::EnvironmentId;
use gateway::{EnvironmentSetup, Gateway};
use registry::gateways::{self, Hosted};
use registry::{Caller, Registry, Request, Result};
use tokio::sync::watch;
use uuid::Uuid;

use super::Hosting;

/// The name under which the host acts in the audit log.
const ACTOR: &str = "gateway host";
/// How often to look what changed.
const LOOK: Duration = Duration::from_secs(1);
const LEASE: &str = "hosted gateways";
const LEASE_FOR: Duration = Duration::from_secs(15);

/// What a process does for the gateways.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// It answers; the workers are elsewhere.
    Answers,
    /// It has the workers too.
    Works,
}

impl Hosting {
    /// Looks after the gateways until the signal, and ends them.
    pub async fn run(self, registry: Registry, part: Part, mut stop: watch::Receiver<bool>) {
        let process = Uuid::new_v4().to_string();
        loop {
            if let Err(error) = self.round(&registry, part, &process).await {
                tracing::warn!(error = %error, "the hosted gateways wait: {error}");
            }
            tokio::select! {
                () = tokio::time::sleep(LOOK) => {}
                // A sender that is gone means stop too.
                _ = stop.wait_for(|stop| *stop) => break,
            }
        }
        self.shut_all().await;
    }

    async fn round(&self, registry: &Registry, part: Part, process: &str) -> Result<()> {
        let wanted = gateways::list_running(registry, &Caller::network(ACTOR)).await?;
        let gone: Vec<String> = {
            let open = self.running();
            let is_gone = |slug: &&String| !wanted.iter().any(|one| one.slug == **slug);
            open.keys().filter(is_gone).cloned().collect()
        };
        for slug in gone {
            self.shut(&slug).await;
        }
        let enters = part == Part::Works && !wanted.is_empty() && hold(registry, process).await?;
        for hosted in &wanted {
            // What is wrong with one keeps no other waiting.
            if let Err(error) = self.look_after(registry, hosted, part, enters).await {
                tracing::warn!(gateway.slug = %hosted.slug, error = %error, "gateway {} waits: {error}", hosted.slug);
            }
        }
        Ok(())
    }

    async fn look_after(
        &self,
        registry: &Registry,
        hosted: &Hosted,
        part: Part,
        enters: bool,
    ) -> Result<()> {
        let gateway = self.open(hosted).await?;
        if part == Part::Works {
            self.work_on(&hosted.slug);
        }
        if enters {
            self.enter_all(registry, hosted, &gateway).await?;
        }
        Ok(())
    }

    /// Enters the environments in which the partner has a campaign and the gateway is not yet.
    async fn enter_all(
        &self,
        registry: &Registry,
        hosted: &Hosted,
        gateway: &Gateway,
    ) -> Result<()> {
        let known = gateway::sold(gateway)
            .await
            .map_err(registry::Error::fault)?;
        for (environment, place) in places(registry, hosted).await? {
            let new: Vec<Uuid> = place
                .campaigns
                .iter()
                .filter(|campaign| !known.values().flatten().any(|sold| sold == *campaign))
                .copied()
                .collect();
            if !place.has_client || !known.contains_key(&place.name) {
                self.enter(registry, hosted, gateway, (environment, place))
                    .await?;
            } else if !new.is_empty() {
                gateway::sell(gateway, place.name, new)
                    .await
                    .map_err(registry::Error::fault)?;
            }
        }
        Ok(())
    }

    async fn enter(
        &self,
        registry: &Registry,
        hosted: &Hosted,
        gateway: &Gateway,
        (environment, place): (EnvironmentId, Place),
    ) -> Result<()> {
        let request = Request::internal(ACTOR, "enter environment");
        let credential = gateways::enter(registry, &request, hosted, environment).await?;
        let setup = EnvironmentSetup {
            url: format!(
                "{}/environments/{}/api/external",
                self.place.network_url, place.name
            ),
            name: place.name,
            campaign_ids: place.campaigns,
            client_id: credential.client_id,
            client_secret: credential.client_secret,
            webhook_bearer_token: None,
            eager: false,
            concurrency: None,
            requests_per_second: None,
            repairs: false,
        };
        let name = setup.name.clone();
        gateway::apply_environment(gateway, setup)
            .await
            .map_err(registry::Error::fault)?;
        tracing::info!(gateway.slug = %hosted.slug, environment.name = %name, "gateway {} enters environment {name}", hosted.slug);
        Ok(())
    }
}

/// An environment in which a partner sells something.
struct Place {
    name: String,
    has_client: bool,
    campaigns: Vec<Uuid>,
}

/// By environment, because one client is good for all campaigns there.
async fn places(registry: &Registry, hosted: &Hosted) -> Result<BTreeMap<EnvironmentId, Place>> {
    let listed = gateways::places(registry, &Caller::network(ACTOR), hosted).await?;
    let mut places: BTreeMap<EnvironmentId, Place> = BTreeMap::new();
    for one in listed {
        let place = places.entry(one.environment).or_insert_with(|| Place {
            name: one.name,
            has_client: one.has_client,
            campaigns: Vec::new(),
        });
        place.campaigns.push(one.campaign.uuid());
    }
    Ok(places)
}

/// One process enters environments: two would revoke each other's clients.
async fn hold(registry: &Registry, process: &str) -> Result<bool> {
    let (process, now) = (process.to_owned(), registry::clock::real_now().micros());
    let token = registry.db.write(move |tx| {
        Ok::<_, DatabaseError>(lease::acquire(tx, LEASE, &process, now, LEASE_FOR)?.is_some())
    });
    Ok(token.await?)
}
