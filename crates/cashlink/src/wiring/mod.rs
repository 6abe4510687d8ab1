//! Puts the parts together: the same for `serve`, the demo, the command line and the tests.

mod ledger;
mod schema;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use api::{Api, RenderMetrics};
use axum::Router;
use console::Console;
use database::vault::Vault;
use dlt::Ledger;
use dlt_evm::Embedded;
use domain::NetworkProfile;
use http::{AccessTokens, RealSurroundings, Tls};
use registry::custody::OwnCustody;
use registry::gateways::GatewayHost;
use registry::mail::MailSettings;
use registry::network_file::NetworkFile;
use registry::setup::{self, LedgerFacts};
use registry::statements::Registrar;
use registry::{Clock, Custody, Networks, Registry, Request, register_cosignatures};
use storage::documents::Documents;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use worker::Worker;

use crate::config::{Checked, Config, Dlt};
use crate::hosting::{self, Databases, Hosting, Part};
use crate::{mailbox, page};

pub use ledger::{embedded_registrar_key, rotate, signers};
pub use schema::{Migrates, database_options, open_database};

/// The purpose under which the key of the access tokens is derived.
const TOKENS: &str = "cashlink access tokens";

/// The network, ready to serve and to work.
#[derive(Clone)]
pub struct App {
    /// The operations.
    pub registry: Registry,
    /// The DLT network.
    pub ledger: Arc<dyn Ledger>,
    /// The chain in this process, if there is one.
    pub chain: Option<Embedded>,
    /// What the network file says, if there is one.
    pub network: Option<Arc<NetworkFile>>,
    config: Arc<Config>,
    checked: Arc<Checked>,
    mail: Option<worker::mail::Settings>,
    tokens: AccessTokens,
    hosting: Hosting,
    sample_broker: Option<Arc<str>>,
}

impl App {
    /// Opens everything and applies nothing.
    ///
    /// # Errors
    /// If the configuration makes no sense, or a part cannot be opened.
    pub async fn open(config: Config, clock: Clock, migrates: Migrates) -> Result<Self> {
        let checked = config.check()?;
        let master = config.master_key.read().await?;
        let network = config
            .network_file
            .as_deref()
            .map(read_network_file)
            .transpose()?;
        let db = open_database(&config, migrates).await?;
        let vault = Vault::open(&db, master.clone()).await?;
        let directory = &config.documents.directory;
        std::fs::create_dir_all(directory)
            .with_context(|| format!("{} cannot be made", directory.display()))?;
        let (chain, dlt) = ledger::open(&config, &db, &master, &clock).await?;
        let licence = network
            .as_ref()
            .and_then(|file| file.network.custody.clone());
        let custody: Option<Arc<dyn Custody>> = match &licence {
            Some(_) => Some(Arc::new(OwnCustody::open(&db, &vault, clock.now()).await?)),
            None => None,
        };
        let mail = config
            .mail
            .open(&checked.mail, &checked.public_url, &firm(network.as_ref()))?;
        let hosting = Hosting::new(hosting::Place {
            databases: Databases::beside(
                database_options(&config),
                config.gateways.directory.clone(),
            ),
            guard: checked.guard.clone(),
            trusted_proxies: checked.trusted_proxies.clone(),
            network_url: checked.gateways_network_url.clone(),
            poll: Duration::from_millis(config.workers.poll_ms),
        });
        let registry = Registry::open(registry::Parts {
            db,
            vault,
            documents: Documents::in_folder(directory)?,
            clock,
            custody,
            gateways: Some(Arc::new(hosting.clone()) as Arc<dyn GatewayHost>),
            webhook_guard: checked.guard.clone(),
            networks: networks(&dlt, chain.is_some(), &config.dlt),
            settings: registry::Settings {
                public_url: checked.public_url.clone(),
                document_limit: config.limits.document_bytes,
                mail: MailSettings {
                    is_delivered: checked.mail.server.is_some(),
                    language: config.mail.language,
                    sender: firm(network.as_ref()),
                },
                registrar: registrar(network.as_ref())?,
                wallets: network
                    .as_ref()
                    .map(|file| file.network.wallets.policy())
                    .unwrap_or_default(),
                custody_terms: licence.and_then(|custody| custody.terms),
            },
        })
        .await?;
        ledger::require_own_assets(&registry, dlt.as_ref()).await?;
        let lifetime = Duration::from_secs(config.limits.token_lifetime_s);
        Ok(Self {
            registry,
            ledger: dlt,
            chain,
            network: network.map(Arc::new),
            config: Arc::new(config),
            checked: Arc::new(checked),
            mail,
            tokens: AccessTokens::new(master.derive(TOKENS), lifetime, Arc::new(RealSurroundings)),
            hosting,
            sample_broker: None,
        })
    }

    /// With what it was opened.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Everything that is served.
    pub fn router(&self, metrics: RenderMetrics) -> Router {
        let mut settings =
            http::Settings::new(self.checked.public_url.clone(), Arc::new(RealSurroundings));
        settings.trusted_proxies = self.checked.trusted_proxies.clone();
        let limits = &self.config.limits;
        settings.limits = http::Limits {
            requests_per_second: limits.requests_per_second,
            burst: limits.burst,
            body_bytes: limits.body_bytes,
            document_bytes: limits.document_bytes,
            timeout: Duration::from_secs(limits.timeout_s),
        };
        let api = Api {
            registry: self.registry.clone(),
            tokens: self.tokens.clone(),
            metrics,
        };
        let console = console::router(Console {
            registry: self.registry.clone(),
            network_name: self.network_name().to_owned(),
            mailbox: (!self.mailbox_readers().is_empty()).then_some(mailbox::CONSOLE_PATH),
        });
        let router = api::router(api, settings, page::routes(self).merge(console));
        self.guarded(self.hosting.mount(router))
    }

    /// The same with the address of the demo's broker, for the start page.
    pub fn with_sample_broker(self, url: String) -> Self {
        Self {
            sample_broker: Some(url.into()),
            ..self
        }
    }

    /// Where the demo's broker is, if there is one.
    pub fn sample_broker(&self) -> Option<&str> {
        self.sample_broker.as_deref()
    }

    /// Firm of the registrar, for the top of every page.
    pub fn network_name(&self) -> &str {
        let network = self.network.as_ref().map(|file| &file.network);
        network.map_or("Cashlink network", |network| network.registrar.as_str())
    }

    /// Who may read the mailbox; nobody where mails are sent.
    pub fn mailbox_readers(&self) -> &[http::Network] {
        &self.checked.mail.mailbox_readers
    }

    /// Where mails go, if they go anywhere.
    pub fn mail_settings(&self) -> Option<worker::mail::Settings> {
        self.mail.clone()
    }

    /// Keeps the metrics for those who may read them.
    pub fn guarded(&self, router: Router) -> Router {
        page::guard_metrics(router, self.checked.metrics_readers.clone())
    }

    /// Creates what the network file names and is not there yet.
    ///
    /// # Errors
    /// If something of it is refused.
    pub async fn apply_network_file(&self, actor: &str) -> Result<()> {
        let Some(file) = &self.network else {
            return Ok(());
        };
        let request = Request::internal(actor, "apply network file");
        let applied = setup::apply(&self.registry, &request, file, &self.ledger_facts()).await;
        applied.context("the network file cannot be applied")?;
        Ok(())
    }

    /// What products need to know of the DLT network.
    pub fn ledger_facts(&self) -> LedgerFacts {
        ledger_facts(&self.ledger)
    }

    /// Starts what follows the writes, until the signal.
    pub fn start_worker(&self, stop: watch::Receiver<bool>) -> JoinHandle<()> {
        let mut settings = worker::Settings::new(&self.registry);
        settings.batch = self.config.workers.batch;
        settings.poll = Duration::from_millis(self.config.workers.poll_ms);
        settings.anchors_apart = Duration::from_secs(self.config.workers.anchors_apart_s);
        settings.webhooks.concurrency = self.config.webhooks.concurrency;
        settings.webhooks.timeout = Duration::from_secs(self.config.webhooks.timeout_s);
        settings.mail = self.mail.clone();
        let worker = Worker::new(self.registry.clone(), self.ledger.clone(), settings);
        tokio::spawn(async move { worker.run(stopped(stop)).await })
    }

    /// Looks after the partners' gateways, until the signal.
    pub fn host_gateways(&self, part: Part, stop: watch::Receiver<bool>) -> JoinHandle<()> {
        let (hosting, registry) = (self.hosting.clone(), self.registry.clone());
        tokio::spawn(hosting.run(registry, part, stop))
    }

    /// Ends the databases' threads after the last transaction.
    pub async fn close(self) {
        self.hosting.shut_all().await;
        self.registry.db.clone().close().await;
    }
}

fn ledger_facts(ledger: &Arc<dyn Ledger>) -> LedgerFacts {
    let network = ledger.network();
    let (addresses, ledger) = (ledger::Seen(ledger.clone()), ledger.clone());
    LedgerFacts {
        network: network.name.clone(),
        chain_id: network.chain_id,
        asset_address: Arc::new(move |isin| ledger.asset_address(isin)),
        addresses: Arc::new(addresses),
    }
}

/// Twins are on the chain in this process: a public network is no place, and no price, for trying things out.
fn networks(ledger: &Arc<dyn Ledger>, is_embedded: bool, dlt: &Dlt) -> Networks {
    Networks {
        production: ledger_facts(ledger),
        sandbox: is_embedded.then(|| ledger_facts(ledger)),
        profile: match NetworkProfile::stated(&dlt.operators, dlt.control.as_deref()) {
            // One alone operates it (§ 4(11) eWpG), or whoever knows the keys that every development node has.
            NetworkProfile::Unstated
                if is_embedded
                    || dlt_evm::signing::is_development_chain(ledger.network().chain_id) =>
            {
                NetworkProfile::Demonstration
            }
            stated => stated,
        },
    }
}

/// Binds the address of a configuration.
///
/// # Errors
/// If it is taken or the certificate cannot be read.
pub async fn bind(config: &Config) -> Result<http::Server> {
    let tls = config.tls.as_ref().map(|tls| Tls {
        certificate: tls.certificate.clone(),
        key: tls.key.clone(),
    });
    let address: SocketAddr = config.listen;
    let bound = http::Server::bind(address, tls.as_ref()).await;
    bound.with_context(|| format!("cannot listen on {address}"))
}

/// Reads a network file.
///
/// # Errors
/// If it cannot be read, or the path of the field that is wrong.
pub fn read_network_file(path: &Path) -> Result<NetworkFile> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("{} cannot be read", path.display()))?;
    NetworkFile::parse(&text).with_context(|| path.display().to_string())
}

/// Who writes to people.
fn firm(network: Option<&NetworkFile>) -> String {
    network.map_or_else(
        || MailSettings::default().sender,
        |file| file.network.registrar.clone(),
    )
}

/// Who declares statements.
fn registrar(network: Option<&NetworkFile>) -> Result<Registrar> {
    let Some(file) = network else {
        return Ok(Registrar::default());
    };
    let register = &file.network.register;
    for key in &register.witnesses {
        anyhow::ensure!(
            register_cosignatures::is_witness(key),
            "network.register.witnesses: {key:?} is no witness's key as name+id+key (C2SP tlog-cosignature)"
        );
    }
    Ok(Registrar {
        name: file.network.registrar.clone(),
        address: register.address.clone(),
        lei: register.lei.as_ref().map(ToString::to_string),
        register_id: register.id.clone(),
        witnesses: register.witnesses.clone(),
    })
}

async fn stopped(mut stop: watch::Receiver<bool>) {
    // A signal whose sender is gone means stop too.
    let _ = stop.wait_for(|stop| *stop).await;
}
