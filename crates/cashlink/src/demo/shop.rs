//! The customer's side of the demo: a broker of the sample network with a gateway that the network runs for it, and its small
//! investment platform in front, which knows one URL and one credential.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use axum::Router;
use broker::{Broker, Parts};
use database::Db;
use database::vault::{MasterKey, Vault};
use registry::Request;
use registry::gateways::{self, GatewayCredential, GatewayKind, Which};
use sdk::Environment;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::DRAIN;
use super::setup::{OPERATOR, Place};
use crate::inventory::Inventory;
use crate::wiring::App;

/// How often it looks for orders that nobody announced.
const POLL: Duration = Duration::from_secs(1);

/// The platform's address, before anything of it runs.
pub struct Door {
    server: http::Server,
    /// Without a slash at the end.
    pub url: String,
}

/// The platform.
pub struct Shop {
    server: JoinHandle<std::io::Result<()>>,
    work: JoinHandle<()>,
    broker: Broker,
}

impl Door {
    /// The port behind the network's, or any that is free.
    ///
    /// # Errors
    /// If none is.
    pub async fn bind(network: SocketAddr) -> Result<Self> {
        let wanted = match network.port() {
            0 | u16::MAX => 0,
            port => port + 1,
        };
        let bound = http::Server::bind(SocketAddr::new(network.ip(), wanted), None).await;
        let server = match bound {
            Ok(server) => server,
            Err(_) => http::Server::bind(SocketAddr::new(network.ip(), 0), None).await?,
        };
        let url = format!("http://{}", super::reachable(server.address()));
        Ok(Self { server, url })
    }
}

impl Shop {
    /// Opens the platform of the network's first broker; nothing if the network has none.
    ///
    /// # Errors
    /// If a part cannot be opened.
    pub async fn open(
        app: &App,
        place: &Place,
        inventory: &Inventory,
        door: Door,
        stop: watch::Receiver<bool>,
    ) -> Result<Option<Self>> {
        let Some(firm) = inventory.platforms.first() else {
            return Ok(None);
        };
        let which = Which {
            platform: Some(firm.id),
            kind: GatewayKind::Production,
        };
        let (url, credential) = access(app, which).await?;
        let db = Db::open(&database::Options::sqlite(&place.file("broker.sqlite"))).await?;
        database::migrate(&db, &broker::COMPONENTS).await?;
        let master = MasterKey::from_file(&place.secret("broker.key")?)?;
        let broker = Broker::open(Parts {
            vault: Vault::open(&db, master).await?,
            db,
            url: door.url.clone(),
            firm: firm.name.clone(),
            gateway: Environment {
                url,
                client_id: credential.client_id,
                client_secret: credential.client_secret,
            },
            clock: Arc::new(|| registry::clock::real_now().micros()),
            poll: POLL,
        });
        let broker = broker.await?;
        let router: Router = broker::router(broker.clone());
        Ok(Some(Self {
            server: tokio::spawn(door.server.run(router, super::until(stop.clone()), DRAIN)),
            work: tokio::spawn(broker::run(broker.clone(), super::until(stop))),
            broker,
        }))
    }

    /// Waits for its end, once it is told to stop.
    ///
    /// # Errors
    /// If its server failed.
    pub async fn end(self) -> Result<()> {
        self.server.await.context("the sample broker's server")??;
        self.work.await.context("the sample broker")?;
        self.broker.db().clone().close().await;
        Ok(())
    }
}

/// The gateway's URL with a new credential: the network keeps no secret that could be handed out again.
async fn access(app: &App, which: Which) -> Result<(String, GatewayCredential)> {
    let registry = &app.registry;
    let request = Request::internal(OPERATOR, "switch gateway on");
    let known = gateways::get(registry, &request.caller, which).await?;
    let is_on = known.is_some_and(|known| known.switched_on_at.is_some());
    let made = match is_on {
        true => None,
        false => gateways::switch_on(registry, &request, which).await?,
    };
    let credential = match made {
        Some(made) => made,
        None => gateways::renew_credential(registry, &request, which, Some(0)).await?,
    };
    let shown = gateways::get(registry, &request.caller, which).await?;
    let shown = shown.context("the gateway was switched on a moment ago")?;
    Ok((shown.api_url, credential))
}
