//! `kill -9` of a partner's gateway while updates fan out and one environment does not answer: after a restart every environment has
//! everything once, in order, and the gateway finds no difference.

use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use database::testing::Backend;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use rstest::rstest;
use serde_json::{Value, json};
use testkit::people;
use tokio::task::JoinSet;

use crate::client::{Session, Way, id};
use crate::common::{PATIENCE, Process, cashlink, note};
use crate::door::Door;
use crate::orders::seconds_ago;
use crate::place::{Place, address};
use crate::points::{self, Point};
use crate::world::{BROKER, Death, point, until_dead, wait_for_assets};

const CUSTOMERS: usize = 2;
/// Changes of address of each customer in a round.
const MOVES: usize = 4;
/// Shops that share the seeds of a full run: most of a round is waiting for leases to end.
const SHOPS: u64 = 4;
/// How long the environment that fails does so after a round's begin.
const STOPPED: Duration = Duration::from_millis(1500);

/// An asset's environment behind a door that can be shut.
struct Market {
    name: String,
    door: Door,
    campaign: String,
    /// What the partner sees there without the gateway.
    direct: Session,
}

#[derive(Clone)]
struct Customer {
    investor: String,
    wallet: String,
}

/// A network, and a gateway that is killed again and again.
struct Shop {
    folder: tempfile::TempDir,
    markets: Vec<Market>,
    customers: Vec<Customer>,
    way: Way,
    api: Session,
    gateway: Process,
    starts: u32,
    rounds: u32,
    orders: usize,
    rng: StdRng,
    // Ends last.
    _network: Process,
    _place: Place,
}

impl Shop {
    async fn open(backend: Backend, seed: u64) -> Self {
        let place = Place::new(backend).await;
        let mut network = place.serve(None);
        let network_way = Way::new();
        let url = network.wait_for("listens", |server| address(server)).await;
        network_way.leads_to(url.clone());
        let registrar = place.credential("network", "the registrar", None);
        let registrar = network_way.sign_in("api/network", &registrar).await;
        wait_for_assets(&registrar, &network).await;

        let folder = tempfile::tempdir().unwrap();
        let sample: Value = serde_json::from_str(::cashlink::SAMPLE_NETWORK).unwrap();
        let (mut markets, mut environments) = (Vec::new(), String::new());
        for asset in sample["assets"].as_array().unwrap().iter().take(2) {
            let name = asset["environment"].as_str().unwrap();
            let base = format!("environments/{name}/api/external");
            let credential = place.credential("distributor", BROKER, Some(name));
            let own = format!("{base}/distributor");
            let direct = network_way.sign_in(&own, &credential).await;
            let direct = direct.version("v2");
            let campaign = id(&direct.list("campaigns/").await.remove(0));
            let door = Door::before(&url).await;
            environments.push_str(&format!(
                "[[environments]]\nname = '{name}'\nurl = '{}/{base}'\ncampaign_ids = ['{campaign}']\nclient_id = '{}'\n\
                 client_secret = {{ file = '{}' }}\n",
                door.url,
                credential.0,
                secret(&folder, name, &credential.1),
            ));
            markets.push(Market {
                name: name.to_owned(),
                door,
                campaign,
                direct,
            });
        }
        std::fs::write(
            folder.path().join("gateway.toml"),
            configuration(backend, &folder, &environments).await,
        )
        .unwrap();

        let (id, client_secret) = credential(&folder);
        let mut gateway = serve(&folder, 0, None);
        let way = Way::new();
        way.leads_to(
            gateway
                .wait_for("listens", |one| gateway_address(one))
                .await,
        );
        let api = way.sign_in("distributor", &(id, client_secret)).await;
        let api = api.version("v2");
        let mut customers = Vec::new();
        for number in 0..CUSTOMERS {
            customers.push(customer(&api, number).await);
        }
        Self {
            folder,
            markets,
            customers,
            way,
            api,
            gateway,
            starts: 1,
            rounds: 0,
            orders: 0,
            rng: StdRng::seed_from_u64(seed),
            _network: network,
            _place: place,
        }
    }

    /// Everybody moves house and orders while the gateway dies in these ways and one environment does not answer.
    async fn round<'a>(&mut self, name: &str, deaths: impl IntoIterator<Item = Death<'a>>) {
        println!("round: {name}");
        self.rounds += 1;
        let stopped = self.markets[self.rng.random_range(0..self.markets.len())]
            .door
            .clone();
        stopped.shut();
        let opens = tokio::spawn(async move {
            tokio::time::sleep(STOPPED).await;
            stopped.open();
        });
        let mut clients = JoinSet::new();
        for (number, customer) in self.customers.iter().cloned().enumerate() {
            let (api, round) = (self.api.clone(), self.rounds);
            clients.spawn(async move { moves(&api, &customer, round).await });
            for market in &self.markets {
                let (api, customer) = (self.api.clone(), self.customers[number].clone());
                let campaign = market.campaign.clone();
                clients.spawn(async move { order(&api, &customer, &campaign, round).await });
                self.orders += 1;
            }
        }
        for death in deaths {
            self.gateway.kill();
            self.gateway = self.start(point(&death).as_deref());
            let way = self.way.clone();
            until_dead(&mut self.gateway, death, gateway_address, |url| {
                way.leads_to(url)
            })
            .await;
        }
        self.gateway.kill();
        self.gateway = self.start(None);
        let url = self.gateway.wait_for("listens", |one| gateway_address(one));
        self.way.leads_to(url.await);
        while let Some(done) = clients.join_next().await {
            done.unwrap();
        }
        opens.await.unwrap();
        self.settle().await;
        self.check().await;
    }

    fn start(&mut self, crash_at: Option<&str>) -> Process {
        self.starts += 1;
        serve(&self.folder, self.starts, crash_at)
    }

    /// Waits until nothing is on its way, and everything was compared anew.
    async fn settle(&self) {
        self.until("nothing waits", |status| {
            let quiet = |one: &Value| one["pending"] == 0 && one["refused"] == 0;
            let all = status["environments"].as_array().unwrap();
            status["waiting_orders"] == 0
                && status["waiting_messages"] == 0
                && all.iter().all(quiet)
        })
        .await;
        let before = seconds_ago(0);
        self.api
            .post("differences/compare/", "compare", &json!({}))
            .await;
        self.until("everything is compared", |status| {
            let all = status["environments"].as_array().unwrap();
            all.iter().all(|one| {
                one["compared_at"]
                    .as_str()
                    .is_some_and(|at| at > before.as_str())
            })
        })
        .await;
    }

    async fn until(&self, what: &str, holds: impl Fn(&Value) -> bool) {
        let begin = Instant::now();
        loop {
            let status = self.api.get("environments/").await;
            if holds(&status) {
                return;
            }
            assert!(
                begin.elapsed() < PATIENCE,
                "it does not come to this: {what}: {status:#}\n{}",
                self.gateway.printed()
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// What the gateway has, what each environment has, and what was told are the same.
    async fn check(&self) {
        let found = self.api.list("differences/").await;
        assert!(found.is_empty(), "the gateway reports {found:#?}");
        let investments = self.api.list("investments/").await;
        assert_eq!(investments.len(), self.orders);
        for market in &self.markets {
            self.check_environment(market, &investments).await;
        }
        self.check_stream(&investments).await;
    }

    async fn check_environment(&self, market: &Market, investments: &[Value]) {
        let there = market.direct.list("investors/").await;
        assert_eq!(there.len(), self.customers.len(), "{}", market.name);
        for customer in &self.customers {
            let ours = self
                .api
                .get(&format!("investors/{}/", customer.investor))
                .await;
            let street = format!("Gasse {}.{}", self.rounds, MOVES);
            assert_eq!(ours["natural_person"]["street"], json!(street));
            let path = format!("investors/{}/environments/", customer.investor);
            let places = self.api.list(&path).await;
            let place = places
                .iter()
                .find(|place| place["environment"] == market.name.as_str());
            let remote = place.unwrap()["investor_id"].as_str().unwrap();
            let theirs = there.iter().find(|one| one["id"] == remote).unwrap();
            assert_eq!(theirs["natural_person"], ours["natural_person"]);
            // Neither its wallet nor its identification came twice.
            for part in ["wallets", "identifications"] {
                let path = format!("investors/{remote}/{part}/");
                assert_eq!(market.direct.list(&path).await.len(), 1, "{part}");
            }
        }
        let direct: HashSet<String> = ids(&market.direct.list("investments/").await);
        let here = investments
            .iter()
            .filter(|one| one["campaign_id"] == market.campaign.as_str());
        let here: HashSet<String> = here.map(id).collect();
        assert_eq!(direct, here, "{}", market.name);
    }

    /// Each event once, those of an investment in order, and the last one says what is.
    async fn check_stream(&self, investments: &[Value]) {
        let mut events: Vec<Value> = Vec::new();
        let mut after = String::new();
        loop {
            let feed = self.api.get(&format!("events/?page_size=500{after}")).await;
            events.extend(feed["results"].as_array().unwrap().clone());
            if feed["has_more"] != true {
                break;
            }
            after = format!("&after={}", feed["last"].as_str().unwrap());
        }
        assert_eq!(ids(&events).len(), events.len(), "an event came twice");
        let mut told: BTreeMap<String, Vec<&Value>> = BTreeMap::new();
        for event in events.iter().filter(|one| one["investment_id"].is_string()) {
            let investment = event["investment_id"].as_str().unwrap();
            told.entry(investment.to_owned()).or_default().push(event);
        }
        for investment in investments {
            let Some(of_it) = told.get(&id(investment)) else {
                continue;
            };
            let numbers: Vec<u64> = of_it
                .iter()
                .map(|event| event["sequence"].as_u64().unwrap())
                .collect();
            let expected: Vec<u64> = (1..=of_it.len() as u64).collect();
            assert_eq!(numbers, expected, "{of_it:#?}");
        }
    }
}

/// Each with a key that outlives the gateway, one after the other.
async fn moves(api: &Session, customer: &Customer, round: u32) {
    for number in 1..=MOVES {
        let body = json!({"natural_person": {"street": format!("Gasse {round}.{number}")}});
        let key = format!("move-{}-{round}-{number}", customer.investor);
        let path = format!("investors/{}/", customer.investor);
        api.patch(&path, &key, &body).await;
    }
}

async fn order(api: &Session, customer: &Customer, campaign: &str, round: u32) {
    let body = json!({
        "investor_id": customer.investor, "campaign_id": campaign, "units": 2, "signed_at": seconds_ago(60),
        "signed_documents": [], "wallet": customer.wallet,
    });
    let key = format!("order-{}-{campaign}-{round}", customer.investor);
    api.post("investments/", &key, &body).await;
}

async fn customer(api: &Session, number: usize) -> Customer {
    let key = |what: &str| format!("{what}-{number}");
    let person = people::natural_person();
    let investor = api.post("investors/", &key("investor"), &person).await;
    let investor = id(&investor.body);
    let protocol = api.upload(&people::pdf(&key("protocol"))).await;
    let identification = people::identification(&protocol, &seconds_ago(3 * 86_400));
    let path = format!("investors/{investor}/identifications/");
    api.post(&path, &key("identification"), &identification)
        .await;
    let body = json!({"address": people::wallet_address(), "receiving_enabled": true});
    let path = format!("investors/{investor}/wallets/eth-generic/");
    let wallet = id(&api.post(&path, &key("wallet"), &body).await.body);
    Customer { investor, wallet }
}

fn ids(all: &[Value]) -> HashSet<String> {
    all.iter().map(id).collect()
}

async fn configuration(backend: Backend, folder: &tempfile::TempDir, environments: &str) -> String {
    let database = match backend {
        Backend::Sqlite => format!("sqlite:{}", folder.path().join("gateway.sqlite").display()),
        Backend::Postgres => database::testing::place(backend, &[]).await.0.url,
    };
    format!(
        "public_url = 'http://127.0.0.1'\nlisten = '127.0.0.1:0'\n\
         [database]\nurl = '{database}'\nconnections = 6\n\
         [master_key]\nfile = '{}'\n\
         [limits]\nanswer_within_s = 2\ncall_timeout_s = 2\nsilent_after_s = 1\ncompare_every_s = 0\n\
         [webhooks]\nregister = false\n\
         [log]\nformat = 'json'\nfilter = 'info'\n{environments}",
        secret(folder, "master", &"5b".repeat(32)),
    )
}

fn secret(folder: &tempfile::TempDir, name: &str, text: &str) -> String {
    let file = folder.path().join(format!("{name}.secret"));
    std::fs::write(&file, text).unwrap();
    file.display().to_string()
}

fn config(folder: &tempfile::TempDir) -> PathBuf {
    folder.path().join("gateway.toml")
}

fn credential(folder: &tempfile::TempDir) -> (String, String) {
    let mut command = cashlink(&["gateway", "add-client", "shop", "--json"]);
    let output = command.env("CASHLINK_GATEWAY_CONFIG", config(folder));
    let output = output.output().unwrap();
    let made: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    let text = |field: &str| made[field].as_str().unwrap().to_owned();
    (text("client_id"), text("client_secret"))
}

fn serve(folder: &tempfile::TempDir, start: u32, crash_at: Option<&str>) -> Process {
    let log = folder.path().join(format!("gateway-{start:03}.log"));
    let mut command = cashlink(&["gateway"]);
    command.env("CASHLINK_GATEWAY_CONFIG", config(folder));
    if let Some(point) = crash_at {
        command.env("CASHLINK_CRASH_AT", point);
    }
    Process::start(&mut command, &log)
}

fn gateway_address(gateway: &Process) -> Option<String> {
    let printed = gateway.printed();
    let lines = printed.lines();
    let lines = lines.filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines
        .filter_map(|line| line["message"].as_str().map(str::to_owned))
        .find_map(|message| {
            let address = message.strip_prefix("the gateway listens on ")?;
            Some(format!("http://{address}"))
        })
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_while_updates_fan_out(#[case] backend: Backend) {
    let points = points::of("gateway");
    assert!(!points.is_empty(), "there is no point of the kind gateway");
    let mut shop = Shop::open(backend, 1).await;
    for Point { name, visit } in points {
        shop.round(&format!("{name}:{visit}"), [Death::At(&name, visit)])
            .await;
    }
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn gateway_killed_at_random_moments(#[case] backend: Backend) {
    let first = match std::env::var_os("CASHLINK_FULL") {
        Some(_) => 200,
        None => 2,
    };
    let (seeds, mut shops) = (0..first, JoinSet::new());
    let each = usize::try_from(first / SHOPS).unwrap().max(2);
    for seeds in seeds.collect::<Vec<u64>>().chunks(each) {
        let seeds = seeds.to_vec();
        shops.spawn(async move { survive(backend, &seeds).await });
    }
    while let Some(done) = shops.join_next().await {
        done.expect("a seed has failed; it is named above");
    }
    let text = format!("{first} seeds, {} kills of the gateway survived", first * 2);
    note(&format!("gateway crash {backend:?}").to_lowercase(), &text);
}

/// Data grows over a shop's seeds.
async fn survive(backend: Backend, seeds: &[u64]) {
    let mut shop = Shop::open(backend, seeds[0]).await;
    for seed in seeds {
        let mut rng = StdRng::seed_from_u64(*seed);
        let mut moment = |most_ms| Duration::from_micros(rng.random_range(0..most_ms * 1_000));
        let deaths = [
            Death::AfterListening(moment(1200_u64)),
            Death::AfterStart(moment(900)),
        ];
        shop.round(&format!("{backend:?} seed {seed}: {deaths:?}"), deaths)
            .await;
    }
}
