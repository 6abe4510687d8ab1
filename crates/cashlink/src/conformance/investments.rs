//! Orders, checked as the guides place them.

use serde_json::{Value, json};
use uuid::Uuid;

use super::Subject;
use super::account::ago;
use super::environment::page;
use super::investors::Found;
use super::probe::{Probe, id, key};
use super::report::Report;
use super::rules::*;

/// What a new order may be.
const OPEN: [&str; 5] = [
    "KYC_PENDING",
    "REVIEW_PENDING",
    "WAITING_FOR_ACCEPTANCE",
    "ACCEPTED",
    "PAID",
];
const ALL: [&Rule; 10] = [
    &ORDER,
    &ORDER_STATUS,
    &ORDER_GET,
    &ORDER_REPEAT,
    &ORDER_KYC,
    &ORDER_OWNERLESS,
    &ORDER_WALLET,
    &ORDER_UNSIGNED,
    &ORDER_ZERO,
    &STATEMENTS,
];

/// One subject's orders.
struct Orders<'a> {
    probe: &'a Probe,
    campaign: Uuid,
    units: u64,
    paper: Option<Uuid>,
}

pub async fn test(probe: &Probe, subject: &Subject, found: &Found, report: &mut Report) {
    let Some(campaign) = subject.campaign else {
        return report.skip(&ALL, "no campaign was given");
    };
    let Some((person, wallet)) = &found.person else {
        return report.skip(&ALL, "no investor could be created");
    };
    let orders = Orders {
        probe,
        campaign,
        units: subject.units,
        paper: found.paper,
    };
    orders.first(*person, report).await;
    orders.refused(*person, report).await;
    for (rule, investor) in [
        (&ORDER_KYC, found.stranger),
        (&ORDER_OWNERLESS, found.company),
    ] {
        match investor {
            Some(investor) => _ = report.record(rule, orders.waits_for_kyc(investor).await),
            None => report.skip(&[rule], "there is no such investor"),
        }
    }
    match wallet {
        Some(wallet) => {
            let later = orders.names_wallet_later(*person, wallet.id).await;
            report.record(&ORDER_WALLET, later);
            let middle = orders.middle(*person, &wallet.address).await;
            report.record(&ORDER_MIDDLE, middle);
        }
        None => report.skip(&[&ORDER_WALLET, &ORDER_MIDDLE], "there is no wallet"),
    }
}

impl Orders<'_> {
    fn body(&self, investor: Uuid) -> Value {
        let papers: Vec<Value> = self
            .paper
            .iter()
            .map(|paper| json!({"document_id": paper, "document_type": "SUBSCRIPTION_AGREEMENT"}))
            .collect();
        json!({
            "investor_id": investor, "campaign_id": self.campaign, "units": self.units, "signed_at": ago(60),
            "signed_documents": papers,
        })
    }

    async fn first(&self, person: Uuid, report: &mut Report) {
        let (body, key) = (self.body(person), key());
        let reply = self.probe.post_with("investments/", &body, &key).await;
        let placed = reply.and_then(|reply| {
            let body = reply.good()?;
            id(&body).map(|id| (id, body))
        });
        let Some((order, placed)) = report.record(&ORDER, placed) else {
            return report.skip(
                &[&ORDER_STATUS, &ORDER_GET, &ORDER_REPEAT, &STATEMENTS],
                "nothing could be ordered",
            );
        };
        let status = placed["status"].as_str().unwrap_or("no status");
        let open = OPEN.contains(&status).then_some(());
        report.record(&ORDER_STATUS, open.ok_or_else(|| status.to_owned()));
        report.record(&ORDER_GET, self.shown(order).await);
        let again = self.probe.post_with("investments/", &body, &key).await;
        let again = again.and_then(|reply| match id(&reply.good()?)? == order {
            true => Ok(()),
            false => Err("another investment".to_owned()),
        });
        report.record(&ORDER_REPEAT, again);
        let path = format!("investments/{order}/registry-statements/");
        let statements = match page(self.probe, &path).await {
            Ok(_) => Ok(()),
            // The reference does not show whether it is a page or an array.
            Err(seen) => self
                .probe
                .get(&path)
                .await
                .and_then(|reply| reply.exactly(200)?.is_array().then_some(()).ok_or(seen)),
        };
        report.record(&STATEMENTS, statements);
    }

    async fn shown(&self, order: Uuid) -> Result<(), String> {
        let path = format!("investments/{order}/");
        let reply = self.probe.get(&path).await?;
        let seen = reply.seen();
        let body = reply.exactly(200)?;
        let same = id(&body)? == order && body["units"] == self.units;
        match same && body["status"].is_string() {
            true => Ok(()),
            false => Err(seen),
        }
    }

    async fn refused(&self, person: Uuid, report: &mut Report) {
        let mut nothing = self.body(person);
        nothing["units"] = json!(0);
        let reply = self.probe.post("investments/", &nothing).await;
        report.record(&ORDER_ZERO, reply.and_then(|reply| reply.refused()));
        let mut unsigned = self.body(person);
        if let Some(body) = unsigned.as_object_mut() {
            body.remove("signed_at");
        }
        let reply = self.probe.post("investments/", &unsigned).await;
        let outcome = reply.and_then(|reply| match reply.body["start_url"].is_string() {
            true => Ok(()),
            false => reply.refused(),
        });
        report.record(&ORDER_UNSIGNED, outcome);
    }

    async fn waits_for_kyc(&self, investor: Uuid) -> Result<(), String> {
        let body = self.body(investor);
        let order = self.probe.post("investments/", &body).await?.good()?;
        match order["status"] == "KYC_PENDING" {
            true => Ok(()),
            false => Err(order["status"].to_string()),
        }
    }

    async fn names_wallet_later(&self, person: Uuid, wallet: Uuid) -> Result<(), String> {
        let body = self.body(person);
        let order = id(&self.probe.post("investments/", &body).await?.good()?)?;
        let body = json!({"wallet": wallet});
        let path = format!("investments/{order}/");
        let changed = self.probe.patch(&path, &body).await?.good()?;
        match changed["wallet"] == body["wallet"] {
            true => Ok(()),
            false => Err(format!("wallet {}", changed["wallet"])),
        }
    }

    async fn middle(&self, person: Uuid, address: &str) -> Result<(), String> {
        let mut body = self.body(person);
        if let Some(fields) = body.as_object_mut() {
            fields.remove("units");
        }
        body["amount"] = json!(self.units);
        body["wallet_address"] = json!(address);
        id(&self.probe.post("investments/", &body).await?.good()?).map(|_| ())
    }
}
