//! What must be true once a network has settled, however often its server died: compared from the outside, source by source.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::client::id;
use crate::common::PATIENCE;
use crate::orders::Market;
use crate::redemptions::Redemption;
use crate::transfers::Transfer;
use crate::world::World;

/// The way of every order.
const STATUSES: [&str; 4] = ["WAITING_FOR_ACCEPTANCE", "ACCEPTED", "PAID", "DELIVERED"];

impl World {
    /// Waits until every order is delivered and every event was heard.
    pub async fn settle(&self) {
        let begin = Instant::now();
        loop {
            let missing = self.missing().await;
            if missing.is_empty() {
                return;
            }
            assert!(
                begin.elapsed() < PATIENCE,
                "it does not settle:\n{missing:#?}\n{}",
                self.printed()
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn missing(&self) -> Vec<String> {
        let mut missing = Vec::new();
        for market in &self.markets {
            for investment in market.distributor.list("investments/").await {
                if investment["status"] != "DELIVERED" {
                    missing.push(format!("{} is {}", investment["id"], investment["status"]));
                }
                // What is printed later is told later.
                let path = format!("investments/{}/registry-statements/", id(&investment));
                let statements = market.distributor.list(&path).await.into_iter();
                let made = statements.filter(|statement| statement["status"] == "processing");
                missing.extend(made.map(|statement| format!("{} is being made", statement["id"])));
            }
            for transfer in market.distributor.list("transfers/").await {
                assert_ne!(transfer["status"], "failed", "{transfer}");
                if transfer["status"] != "succeeded" {
                    missing.push(format!("{} is {}", transfer["id"], transfer["status"]));
                }
            }
            for redemption in market.distributor.list("redemptions/").await {
                assert_ne!(redemption["status"], "failed", "{redemption}");
                if redemption["status"] != "succeeded" {
                    missing.push(format!("{} is {}", redemption["id"], redemption["step"]));
                }
            }
        }
        if missing.is_empty() {
            let heard: HashSet<String> =
                self.heard().iter().map(|event| text(event, "id")).collect();
            for market in &self.markets {
                let unheard = feed(market)
                    .await
                    .into_iter()
                    .filter(|event| !heard.contains(&text(event, "id")));
                missing.extend(unheard.map(|event| format!("nobody heard of {event}")));
            }
        }
        missing
    }

    /// Everything that must hold.
    pub async fn check(&self) {
        for (index, market) in self.markets.iter().enumerate() {
            self.check_investments(index, market).await;
            self.check_units(index, market).await;
            self.check_webhooks(market).await;
        }
        for finding in self.place.verify() {
            assert!(finding["difference"].is_null(), "{finding}");
        }
    }

    /// At the very end: every key still has its one answer, and nothing is on its way any more.
    pub async fn at_last(&self) {
        for order in &self.orders {
            let market = &self.markets[order.market];
            let again = market
                .distributor
                .post("investments/", &order.key, &order.body)
                .await;
            assert!(
                again.is_replayed,
                "{} was done again: {}",
                order.key, again.body
            );
            assert_eq!(
                again.body["id"].as_str(),
                order.id.as_deref(),
                "{}",
                order.key
            );
        }
        for transfer in &self.transfers {
            let market = &self.markets[transfer.market];
            let again = market
                .distributor
                .post("transfers/", &transfer.key, &transfer.body)
                .await;
            assert!(again.is_replayed, "{} was done again", transfer.key);
            let id = again.body["id"].as_str();
            assert_eq!(id, transfer.id.as_deref(), "{}", transfer.key);
        }
        for redemption in &self.redemptions {
            let market = &self.markets[redemption.market];
            let again = market
                .distributor
                .post("redemptions/", &redemption.key, &redemption.body)
                .await;
            assert!(again.is_replayed, "{} was done again", redemption.key);
            let id = again.body["id"].as_str();
            assert_eq!(id, redemption.id.as_deref(), "{}", redemption.key);
        }
        let begin = Instant::now();
        loop {
            let health = self.registrar.get("v1/health/").await;
            if health["pending_commands"] == 0 && health["pending_webhooks"] == 0 {
                return;
            }
            assert!(
                begin.elapsed() < PATIENCE,
                "something stays on its way: {health}"
            );
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// There is one investment for each order, no other, and it says what was ordered.
    async fn check_investments(&self, index: usize, market: &Market) {
        let listed = market.distributor.list("investments/").await;
        let ids: BTreeSet<String> = listed
            .iter()
            .map(|investment| text(investment, "id"))
            .collect();
        let orders = || self.orders.iter().filter(|order| order.market == index);
        let ordered: BTreeSet<String> = orders().map(|order| order.id.clone().unwrap()).collect();
        assert_eq!(ids.len(), listed.len(), "an investment is listed twice");
        assert_eq!(
            ordered.len(),
            orders().count(),
            "two keys have one investment"
        );
        assert!(
            ids.is_superset(&ordered),
            "investments and orders differ in {}",
            market.environment
        );
        let received: Vec<_> = listed
            .iter()
            .filter(|investment| !ordered.contains(&text(investment, "id")))
            .collect();
        assert_eq!(
            received.len(),
            self.transfers_of(index).count() + self.moves_of(market),
            "investments without order and transfers differ in {}",
            market.environment
        );
        for investment in received {
            assert_eq!(investment["units"], 1, "{investment}");
            assert!(investment["transaction_hash"].is_string(), "{investment}");
        }
        let listed: HashMap<String, Value> = listed
            .into_iter()
            .map(|investment| (text(&investment, "id"), investment))
            .collect();
        for order in orders() {
            let investment = &listed[order.id.as_deref().unwrap()];
            assert_eq!(investment["status"], "DELIVERED", "{investment}");
            assert_eq!(investment["units"], order.units, "{investment}");
            assert_eq!(
                investment["wallet_address"], market.customers[order.customer].address,
                "{investment}"
            );
            assert!(investment["transaction_hash"].is_string(), "{investment}");
        }
    }

    fn transfers_of(&self, index: usize) -> impl Iterator<Item = &Transfer> {
        let of = move |transfer: &&Transfer| transfer.market == index;
        self.transfers.iter().filter(of)
    }

    fn moves_of(&self, market: &Market) -> usize {
        let of = self.moves.iter();
        of.filter(|one| one.product == market.product_id).count()
    }

    fn redemptions_of(&self, index: usize) -> impl Iterator<Item = &Redemption> {
        let of = move |redemption: &&Redemption| redemption.market == index;
        self.redemptions.iter().filter(of)
    }

    /// What each wallet should hold by what was ordered, given on and given back.
    pub(crate) fn expected(&self, index: usize) -> BTreeMap<String, u64> {
        let address = |customer: usize| self.markets[index].customers[customer].address.clone();
        let mut expected: BTreeMap<String, u64> = BTreeMap::new();
        for order in self.orders.iter().filter(|order| order.market == index) {
            *expected.entry(address(order.customer)).or_default() += order.units;
        }
        for transfer in self.transfers_of(index) {
            *expected.entry(address(transfer.from)).or_default() -= 1;
            *expected.entry(address(transfer.to)).or_default() += 1;
        }
        for redemption in self.redemptions_of(index) {
            *expected.entry(address(redemption.from)).or_default() -= 1;
        }
        expected
    }

    /// What was ordered is reserved, entered, and on the chain, wallet by wallet.
    async fn check_units(&self, index: usize, market: &Market) {
        let expected = self.expected(index);
        let orders = self.orders.iter().filter(|order| order.market == index);
        let (ordered, redeemed) = (orders.clone().count(), self.redemptions_of(index).count());
        // A redemption has two entries: of the way to the issuer, and of the end.
        let entries = ordered + self.transfers_of(index).count() + 2 * redeemed;
        // So has a pledge: of itself, and of its release.
        let pledges = self.pledges.iter();
        let pledged = pledges.filter(|pledge| pledge.product == market.product_id);
        let entries = entries + 2 * pledged.count();
        // And so has what was re-registered and put back.
        let entries = entries + 2 * self.moves_of(market);
        let sum: u64 = orders.map(|order| order.units).sum();
        let campaign = market
            .distributor
            .get(&format!("campaigns/{}/", market.campaign_id))
            .await;
        assert_eq!(
            number(&campaign, "allocation") - number(&campaign, "available"),
            sum,
            "{campaign}"
        );

        let register = self
            .registrar
            .get(&format!("v1/products/{}/register/", market.product_id))
            .await;
        let volume = number(&register, "issue_volume");
        assert_eq!(
            number(&register, "sequence"),
            1 + entries as u64,
            "one entry of the issue and one of each delivery and transfer: {register}"
        );
        assert_eq!(number(&register, "deleted_units"), redeemed as u64);
        let mut entered: BTreeMap<String, u64> = BTreeMap::new();
        for holding in register["holdings"].as_array().unwrap() {
            *entered.entry(text(holding, "wallet_address")).or_default() +=
                number(holding, "units");
        }
        let mut everybody = expected.clone();
        everybody.retain(|_, units| *units > 0);
        everybody.insert(market.token_address.clone(), volume - sum);
        assert_eq!(
            entered, everybody,
            "register and orders differ in {}",
            market.environment
        );
        for (wallet, units) in &everybody {
            let balance = self.way.balance(&market.token_address, wallet).await;
            assert_eq!(
                balance, *units,
                "{wallet} on the chain in {}",
                market.environment
            );
        }
    }

    /// Each investment's events were heard at least once, first in their order, from 1 without gaps, and nothing else was.
    async fn check_webhooks(&self, market: &Market) {
        for received in self.sink.taken() {
            assert!(
                received.is_signed_with(&self.sink.secret),
                "{}",
                received.event
            );
        }
        let feed = feed(market).await;
        let mut heard = self.heard();
        heard.retain(|event| event["environment"] == market.environment);
        let (told, heard) = (by_subject(&feed), by_subject(&heard));
        assert_eq!(
            told.keys().collect::<Vec<_>>(),
            heard.keys().collect::<Vec<_>>()
        );
        for (subject, events) in &told {
            assert_eq!(
                events, &heard[subject],
                "the webhooks about {subject} are not its events"
            );
            let sequences: Vec<u64> = events
                .iter()
                .map(|event| number(event, "sequence"))
                .collect();
            assert_eq!(
                sequences,
                (1..=events.len() as u64).collect::<Vec<_>>(),
                "{subject}"
            );
            let statuses: Vec<&str> = events
                .iter()
                .filter_map(|event| event["status"].as_str())
                .collect();
            if events[0]["investment_id"].is_string() {
                // What was received by a transfer begins where an order ends.
                let whole = [&STATUSES[..], &STATUSES[3..]];
                assert!(whole.contains(&&*statuses), "{subject}: {statuses:?}");
            }
        }
    }

    /// What was heard, each event once, in the order in which it came first.
    fn heard(&self) -> Vec<Value> {
        let mut known = HashSet::new();
        let mut events: Vec<Value> = self
            .sink
            .taken()
            .into_iter()
            .map(|received| received.event)
            .collect();
        events.retain(|event| known.insert(text(event, "id")));
        events
    }
}

/// The whole feed.
async fn feed(market: &Market) -> Vec<Value> {
    let (mut events, mut after) = (Vec::new(), String::new());
    loop {
        let feed = market
            .distributor
            .get(&format!("events/?page_size=500{after}"))
            .await;
        events.extend(feed["results"].as_array().unwrap().clone());
        if feed["has_more"] != true {
            return events;
        }
        after = format!("&after={}", text(&feed, "last"));
    }
}

/// Events by what they are about.
fn by_subject(events: &[Value]) -> BTreeMap<String, Vec<Value>> {
    let mut all: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for event in events {
        let about = [
            "investment_id",
            "transfer_id",
            "redemption_id",
            "investor_id",
        ];
        let about = about.map(|field| event[field].as_str());
        let subject = about.into_iter().flatten().next();
        let subject = subject.unwrap_or("the environment");
        all.entry(subject.to_owned())
            .or_default()
            .push(event.clone());
    }
    all
}

fn text(value: &Value, field: &str) -> String {
    match value[field].as_str() {
        Some(text) => text.to_owned(),
        None => panic!("there is no {field} in {value}"),
    }
}

fn number(value: &Value, field: &str) -> u64 {
    match value[field].as_u64() {
        Some(number) => number,
        None => panic!("there is no {field} in {value}"),
    }
}
