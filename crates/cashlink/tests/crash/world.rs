//! A network whose server is killed again and again, the clients that do not give up, and the receiver of its webhooks.

use std::time::{Duration, Instant};

use alloy::signers::local::PrivateKeySigner;
use database::testing::Backend;
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use serde_json::json;
use testkit::{WebhookSink, people};
use tokio::task::JoinSet;

use crate::client::{Session, Way, id};
use crate::common::{PATIENCE, Process};
use crate::moves::Move;
use crate::orders::{Customer, Market, Order, seconds_ago};
use crate::place::{Place, address};
use crate::pledges::Pledge;
use crate::redemptions::Redemption;
use crate::registrars::Registrars;
use crate::transfers::Transfer;

pub(crate) const BROKER: &str = "Spreeinvest Wertpapiervermittlung GmbH";
const CUSTOMERS: usize = 3;
/// New orders in each round.
const ORDERS: usize = 8;
const LOOK_AGAIN: Duration = Duration::from_millis(2);

/// How a server ends.
#[derive(Clone, Copy, Debug)]
pub enum Death<'a> {
    /// By itself, at this visit of a named point.
    At(&'a str, u32),
    /// By `kill -9`, so long after its start.
    AfterStart(Duration),
    /// By `kill -9`, so long after it listens.
    AfterListening(Duration),
}

/// What the kills met, so that a run can tell that it tried something.
#[derive(Clone, Copy, Debug, Default)]
pub struct Met {
    pub seeds: usize,
    pub kills: usize,
    /// Kills while clients still waited for answers.
    pub with_open_orders: usize,
}

/// Says which round it was, whoever else works at the same time.
struct Named<'a>(&'a str);

impl Drop for Named<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the round that failed: {}", self.0);
        }
    }
}

/// One network with everything around it.
pub struct World {
    pub(crate) place: Place,
    pub(crate) way: Way,
    pub(crate) sink: WebhookSink,
    pub(crate) registrar: Session,
    pub(crate) markets: Vec<Market>,
    /// Every order that was ever placed.
    pub(crate) orders: Vec<Order>,
    /// Every transfer that was ever instructed.
    pub(crate) transfers: Vec<Transfer>,
    /// Whether customers give units on in the next rounds.
    pub(crate) transfers_too: bool,
    /// Every redemption that was ever instructed.
    pub(crate) redemptions: Vec<Redemption>,
    /// Whether customers give units back in the next rounds.
    pub(crate) redemptions_too: bool,
    /// Every pledge that was entered and released.
    pub(crate) pledges: Vec<Pledge>,
    /// Whether units are pledged in the next rounds.
    pub(crate) pledges_too: bool,
    /// Every unit that was re-registered and put back.
    pub(crate) moves: Vec<Move>,
    /// Whether units are re-registered in the next rounds.
    pub(crate) moves_too: bool,
    pub met: Met,
    server: Process,
    rng: StdRng,
}

impl World {
    /// A network with investors, and everything that follows decided by the seed.
    pub async fn open(backend: Backend, seed: u64) -> Self {
        Self::set_up(Place::new(backend).await, seed).await
    }

    /// The same, where the first servers have died before the network was complete.
    pub async fn open_after(backend: Backend, deaths: &[Death<'_>]) -> Self {
        let place = Place::new(backend).await;
        for death in deaths {
            let mut server = place.serve(point(death).as_deref());
            until_dead(&mut server, *death, address, |_| {}).await;
        }
        Self::set_up(place, 1).await
    }

    async fn set_up(place: Place, seed: u64) -> Self {
        let mut server = place.serve(None);
        let way = Way::new();
        way.leads_to(server.wait_for("listens", |server| address(server)).await);
        let registrar = place.credential("network", "the registrar", None);
        let registrar = way.sign_in("api/network", &registrar).await;
        wait_for_assets(&registrar, &server).await;
        let sink = WebhookSink::start().await;
        let wallets: Vec<_> = (0..CUSTOMERS).map(|_| PrivateKeySigner::random()).collect();
        let network: serde_json::Value = serde_json::from_str(cashlink::SAMPLE_NETWORK).unwrap();
        let mut markets = Vec::new();
        for asset in network["assets"].as_array().unwrap().iter().take(2) {
            let issuers = network["issuers"].as_array().unwrap();
            let issuer = issuers
                .iter()
                .find(|issuer| issuer["key"] == asset["issuer"]);
            let names = [&asset["environment"], &issuer.unwrap()["name"]];
            let [environment, issuer] = names.map(|name| name.as_str().unwrap());
            let mut market = enter(&place, &way, environment, issuer).await;
            subscribe(&market, &sink).await;
            market.has_mandates = asset["campaigns"][0]["distributor_may_accept"] == true;
            for key in &wallets {
                market.customers.push(customer(&market, key).await);
            }
            markets.push(market);
        }
        Self {
            place,
            way,
            sink,
            registrar,
            markets,
            orders: Vec::new(),
            transfers: Vec::new(),
            transfers_too: false,
            redemptions: Vec::new(),
            redemptions_too: false,
            pledges: Vec::new(),
            pledges_too: false,
            moves: Vec::new(),
            moves_too: false,
            met: Met::default(),
            server,
            rng: StdRng::seed_from_u64(seed),
        }
    }

    /// Kills the server in these ways, one after the other, while clients place orders; then lets everything settle and
    /// checks all that was ever done.
    pub async fn round<'a>(&mut self, name: &str, deaths: impl IntoIterator<Item = Death<'a>>) {
        println!("round: {name}");
        let _named = Named(name);
        let mut clients = JoinSet::new();
        for _ in 0..ORDERS {
            let order = Order::new(&mut self.rng, &self.markets);
            let market = self.markets[order.market].clone();
            clients.spawn(order.place(market));
        }
        let mut givers = JoinSet::new();
        for (index, market) in self.markets.iter().enumerate() {
            let held = self.expected(index);
            let number = self.transfers.len() + index;
            let transfer = Transfer::new(index, market, &held, number);
            if let Some(transfer) = transfer.filter(|_| self.transfers_too) {
                givers.spawn(transfer.place(market.clone()));
            }
        }
        let mut redeemers = JoinSet::new();
        for (index, market) in self.markets.iter().enumerate() {
            let held = self.expected(index);
            let number = self.redemptions.len() + index;
            let redemption = Redemption::new(index, market, &held, number);
            if let Some(redemption) = redemption.filter(|_| self.redemptions_too) {
                redeemers.spawn(redemption.place(market.clone()));
            }
        }
        let mut pledgers = JoinSet::new();
        if self.pledges_too {
            let registrars = self.registrars().await;
            let document = registrars.one.upload(&people::pdf("A pledge")).await;
            for (index, market) in self.markets.iter().enumerate() {
                let held = self.expected(index);
                if let Some(pledge) = Pledge::new(market, &held, (self.pledges.len(), &document)) {
                    pledgers.spawn(pledge.place(registrars.clone()));
                }
            }
        }
        let mut movers = JoinSet::new();
        if self.moves_too {
            let registrars = self.registrars().await;
            let document = registrars.one.upload(&people::pdf("An order")).await;
            for (index, market) in self.markets.iter().enumerate() {
                let held = self.expected(index);
                if let Some(one) = Move::new(market, &held, (self.moves.len(), &document)) {
                    movers.spawn(one.place(registrars.clone()));
                }
            }
        }
        for death in deaths {
            self.die(death).await;
            self.met.kills += 1;
            let mut open = clients.len();
            while let Some(order) = clients.try_join_next() {
                self.orders.push(order.unwrap());
                open -= 1;
            }
            self.met.with_open_orders += usize::from(open > 0);
        }
        self.start().await;
        while let Some(order) = clients.join_next().await {
            self.orders.push(order.unwrap());
        }
        while let Some(transfer) = givers.join_next().await {
            self.transfers.push(transfer.unwrap());
        }
        while let Some(redemption) = redeemers.join_next().await {
            self.redemptions.push(redemption.unwrap());
        }
        while let Some(pledge) = pledgers.join_next().await {
            self.pledges.push(pledge.unwrap());
        }
        while let Some(one) = movers.join_next().await {
            self.moves.push(one.unwrap());
        }
        self.settle().await;
        self.check().await;
    }

    /// Two of the registrar, since one alone decides nothing.
    async fn registrars(&self) -> Registrars {
        let other = format!("registrar {}", self.pledges.len() + self.moves.len());
        let other = self.place.credential("network", &other, None);
        let other = self.way.sign_in("api/network", &other).await;
        Registrars {
            one: self.registrar.version("v1"),
            other: other.version("v1"),
        }
    }

    /// The server that runs is replaced by one that ends like this.
    async fn die(&mut self, death: Death<'_>) {
        self.server.kill();
        self.server = self.place.serve(point(&death).as_deref());
        let way = self.way.clone();
        until_dead(&mut self.server, death, address, |url| way.leads_to(url)).await;
    }

    /// The server that runs is replaced by one that is left alone.
    async fn start(&mut self) {
        self.server.kill();
        self.server = self.place.serve(None);
        let address = self
            .server
            .wait_for("listens", |server| address(server))
            .await;
        self.way.leads_to(address);
    }

    /// What the servers printed last.
    pub fn printed(&self) -> String {
        self.server.printed()
    }
}

pub(crate) fn point(death: &Death<'_>) -> Option<String> {
    match death {
        Death::At(name, visit) => Some(format!("{name}:{visit}")),
        _ => None,
    }
}

/// Watches a server until it is dead, by itself or by our hand.
pub(crate) async fn until_dead(
    server: &mut Process,
    death: Death<'_>,
    address: impl Fn(&Process) -> Option<String>,
    listens: impl Fn(String),
) {
    let begin = Instant::now();
    let mut listening = None;
    loop {
        if server.end().is_some() {
            return;
        }
        if listening.is_none()
            && let Some(address) = address(server)
        {
            listening = Some(Instant::now());
            listens(address);
        }
        let is_time = match death {
            Death::At(..) => false,
            Death::AfterStart(time) => begin.elapsed() >= time,
            Death::AfterListening(time) => listening.is_some_and(|since| since.elapsed() >= time),
        };
        if is_time {
            return server.kill();
        }
        assert!(
            begin.elapsed() < PATIENCE,
            "{death:?} never came (was the executable built with the tests of this workspace?)\n{}",
            server.printed()
        );
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}

/// Signs broker and issuer in at an environment.
async fn enter(place: &Place, way: &Way, environment: &str, issuer: &str) -> Market {
    let base = format!("environments/{environment}/api/external");
    let distributor = place.credential("distributor", BROKER, Some(environment));
    let issuer = place.credential("issuer", issuer, Some(environment));
    let distributor = way
        .sign_in(&format!("{base}/distributor"), &distributor)
        .await;
    let issuer = way.sign_in(&format!("{base}/issuer"), &issuer).await;
    let (distributor, issuer) = (distributor.version("v2"), issuer.version("v2"));
    let campaign = distributor.list("campaigns/").await.remove(0);
    let product = distributor.list("products/").await.remove(0);
    Market {
        environment: environment.to_owned(),
        distributor,
        issuer,
        campaign_id: id(&campaign),
        product_id: id(&product),
        token_address: product["token_address"].as_str().unwrap().to_owned(),
        chain_id: product["chain_id"].as_u64().unwrap(),
        has_mandates: false,
        customers: Vec::new(),
    }
}

async fn subscribe(market: &Market, sink: &WebhookSink) {
    let body = json!({"url": sink.url, "secret": sink.secret});
    market
        .distributor
        .post("webhook-endpoints/", "endpoint", &body)
        .await;
}

/// An identified investor with this wallet.
async fn customer(market: &Market, signer: &PrivateKeySigner) -> Customer {
    let api = &market.distributor;
    let address = &signer.address().to_string();
    let key = |what: &str| format!("{what}-{address}");
    let investor = api
        .post("investors/", &key("investor"), &people::natural_person())
        .await;
    let investor = id(&investor.body);
    let protocol = api.upload(&people::pdf(address)).await;
    let identification = people::identification(&protocol, &seconds_ago(3 * 86_400));
    let path = format!("investors/{investor}/identifications/");
    api.post(&path, &key("identification"), &identification)
        .await;
    let path = format!("investors/{investor}/wallets/eth-generic/");
    let body = json!({"address": address, "receiving_enabled": true});
    let wallet = api.post(&path, &key("wallet"), &body).await.body;
    assert_eq!(wallet["eligible"], true, "{wallet}");
    Customer {
        investor,
        wallet: id(&wallet),
        address: wallet["address"].as_str().unwrap().to_owned(),
        key: signer.clone(),
    }
}

/// Their tokens have no address before they are there.
pub(crate) async fn wait_for_assets(registrar: &Session, server: &Process) {
    let begin = Instant::now();
    loop {
        let products = registrar.list("v1/products/").await;
        if products.iter().all(|product| product["status"] == "ACTIVE") {
            return;
        }
        assert!(
            begin.elapsed() < PATIENCE,
            "not every asset is issued: {products:?}\n{}",
            server.printed()
        );
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}
