//! Investors and what they bring, checked as the guides do it.

use futures_util::future::join_all;
use serde_json::{Value, json};
use uuid::Uuid;

use super::account::{self, address, pdf};
use super::environment::page;
use super::probe::{Probe, id, key};
use super::report::Report;
use super::rules::*;

/// Pages that are followed at most: a platform in use has many investors.
const MOST_PAGES: usize = 50;

/// What was made, for the orders.
#[derive(Default)]
pub struct Found {
    /// Identified, with a wallet.
    pub person: Option<(Uuid, Option<Wallet>)>,
    /// Not identified.
    pub stranger: Option<Uuid>,
    /// Identified, without benefiting person.
    pub company: Option<Uuid>,
    /// An uploaded document.
    pub paper: Option<Uuid>,
}

/// A registered wallet.
#[derive(Clone)]
pub struct Wallet {
    pub id: Uuid,
    pub address: String,
}

pub async fn test(probe: &Probe, report: &mut Report) -> Found {
    let paper = report.record(&DOCUMENT, upload(probe, "protocol.pdf").await);
    let person = report.record(&INVESTOR, create(probe, &account::person()).await);
    generations(probe, report).await;
    refusals(probe, report).await;
    let Some(person) = person else {
        let rest = [
            &INVESTOR_GET,
            &INVESTOR_LIST,
            &INVESTOR_PATCH,
            &KEY_REPEAT,
            &IDENT,
            &WALLET,
        ];
        report.skip(&rest, "no investor could be created");
        return Found::default();
    };
    report.record(&INVESTOR_GET, shown(probe, person).await);
    lists(probe, report).await;
    report.record(&INVESTOR_PATCH, patched(probe, person).await);
    let stranger = keys(probe, report).await;
    identified(probe, person, paper, report).await;
    let wallet = wallets(probe, person, stranger, report).await;
    Found {
        person: Some((person, wallet)),
        stranger,
        company: company(probe, paper, report).await,
        paper,
    }
}

async fn upload(probe: &Probe, name: &str) -> Result<Uuid, String> {
    id(&probe.upload(name, pdf(name)).await?.good()?)
}

async fn create(probe: &Probe, body: &Value) -> Result<Uuid, String> {
    id(&probe.post("investors/", body).await?.exactly(201)?)
}

async fn generations(probe: &Probe, report: &mut Report) {
    let older = create(probe, &account::older_person()).await;
    report.record(&INVESTOR_OLDER, older);
    let mut renamed = account::person();
    if let Some(body) = renamed.as_object_mut()
        && let Some(bank) = body.remove("bank_account")
    {
        body.insert("bank_account_information".to_owned(), bank);
    }
    report.record(&INVESTOR_MIDDLE, create(probe, &renamed).await);
}

async fn refusals(probe: &Probe, report: &mut Report) {
    let mut american = account::person();
    american["natural_person"]["is_subject_to_us_tax"] = json!(true);
    let mut nameless = account::person();
    if let Some(person) = nameless["natural_person"].as_object_mut() {
        person.remove("surname");
    }
    for (rule, body) in [(&INVESTOR_US, american), (&INVESTOR_BAD, nameless)] {
        let reply = probe.post("investors/", &body).await;
        report.record(rule, reply.and_then(|reply| reply.refused()));
    }
    let unknown = probe.get(&format!("investors/{}/", Uuid::new_v4())).await;
    report.record(
        &INVESTOR_UNKNOWN,
        unknown.and_then(|reply| reply.exactly(404)),
    );
}

async fn shown(probe: &Probe, investor: Uuid) -> Result<(), String> {
    let body = probe
        .get(&format!("investors/{investor}/"))
        .await?
        .exactly(200)?;
    let sent = account::person();
    if id(&body)? != investor {
        return Err("another id".to_owned());
    }
    for name in [
        "forename",
        "surname",
        "birth_date",
        "citizenship",
        "street",
        "zip",
        "city",
    ] {
        if body["natural_person"][name] != sent["natural_person"][name] {
            return Err(format!("another natural_person.{name}"));
        }
    }
    Ok(())
}

async fn lists(probe: &Probe, report: &mut Report) {
    let first = report.record(&INVESTOR_LIST, page(probe, "investors/").await);
    match first {
        Some(first) => _ = report.record(&INVESTOR_NEXT, followed(probe, first).await),
        None => report.skip(&[&INVESTOR_NEXT], "there is no page"),
    }
}

async fn followed(probe: &Probe, first: Value) -> Result<(), String> {
    let mut seen = std::collections::HashSet::new();
    let mut current = first;
    for _ in 0..MOST_PAGES {
        for entry in current["results"].as_array().into_iter().flatten() {
            if !seen.insert(id(entry)?) {
                return Err("an entry on two pages".to_owned());
            }
        }
        let Some(next) = current["next"].as_str() else {
            let count = current["count"].as_u64().unwrap_or_default();
            // Others may create investors meanwhile.
            return match seen.len() as u64 >= count {
                true => Ok(()),
                false => Err(format!("{} entries, and a count of {count}", seen.len())),
            };
        };
        current = page(&probe.at(next), "").await?;
    }
    Ok(())
}

async fn patched(probe: &Probe, investor: Uuid) -> Result<(), String> {
    let path = format!("investors/{investor}/");
    let mail = json!({"communication": {"email": "erika.mustermann@example.com", "email_confirmed": true}});
    probe.patch(&path, &mail).await?.good()?;
    let body = probe.get(&path).await?.good()?;
    match body["communication"]["email"] == mail["communication"]["email"] {
        true => Ok(()),
        false => Err("the earlier communication".to_owned()),
    }
}

/// Also gives an investor whom nobody identifies.
async fn keys(probe: &Probe, report: &mut Report) -> Option<Uuid> {
    let (body, own) = (account::person(), key());
    let with = async |key: &str| -> Result<Uuid, String> {
        id(&probe.post_with("investors/", &body, key).await?.good()?)
    };
    let first = with(&own).await;
    let pair = |second: Result<Uuid, String>| Ok((first.clone()?, second?));
    let same = pair(with(&own).await).and_then(|(first, second)| match first == second {
        true => Ok(()),
        false => Err("another investor".to_owned()),
    });
    let other = pair(with(&key()).await).and_then(|(first, second)| match first == second {
        true => Err("the same investor".to_owned()),
        false => Ok(()),
    });
    report.record(&KEY_REPEAT, same);
    report.record(&KEY_OTHER, other);
    report.record(&KEY_PARALLEL, parallel(probe).await);
    first.ok()
}

/// A conflict that asks for patience is no second investor.
async fn parallel(probe: &Probe) -> Result<(), String> {
    let (body, key) = (account::person(), key());
    let repeats = (0..8).map(|_| probe.post_with("investors/", &body, &key));
    let mut made = Vec::new();
    for reply in join_all(repeats).await {
        let reply = reply?;
        match reply.status {
            409 | 429 | 503 => {}
            _ => made.push(id(&reply.good()?)?),
        }
    }
    made.sort();
    made.dedup();
    match made.len() {
        1 => Ok(()),
        count => Err(format!("{count} investors")),
    }
}

async fn identified(probe: &Probe, investor: Uuid, paper: Option<Uuid>, report: &mut Report) {
    let path = format!("investors/{investor}/identifications/");
    match paper {
        Some(paper) => {
            let reply = probe.post(&path, &account::identification(paper)).await;
            let found = reply.and_then(|reply| id(&reply.good()?));
            report.record(&IDENT, found);
        }
        None => report.skip(&[&IDENT], "no document could be uploaded"),
    }
}

async fn wallets(
    probe: &Probe,
    investor: Uuid,
    other: Option<Uuid>,
    report: &mut Report,
) -> Option<Wallet> {
    let own = format!("investors/{investor}/wallets");
    let generic = format!("{own}/eth-generic/");
    let address = address();
    let body = json!({"address": address, "receiving_enabled": true});
    let reply = probe.post(&generic, &body).await;
    let wallet = report.record(&WALLET, reply.and_then(|reply| id(&reply.good()?)));
    let bare = json!({"address": account::address()});
    let reply = probe.post(&generic, &bare).await;
    report.record(&WALLET_OLDER, reply.and_then(|reply| id(&reply.good()?)));
    match (wallet, other) {
        (Some(_), Some(other)) => {
            let path = format!("investors/{other}/wallets/eth-generic/");
            let reply = probe.post(&path, &body).await;
            report.record(&WALLET_SHARED, reply.and_then(|reply| reply.refused()));
        }
        _ => report.skip(&[&WALLET_SHARED], "there are no wallet and other investor"),
    }
    match wallet {
        Some(wallet) => {
            let path = format!("{own}/{wallet}/");
            let changed = async |enabled: bool| -> Result<(), String> {
                let body = json!({"receiving_enabled": enabled});
                let answer = probe.patch(&path, &body).await?.good()?;
                match answer["receiving_enabled"] == enabled {
                    true => Ok(()),
                    false => Err(format!("receiving_enabled {}", answer["receiving_enabled"])),
                }
            };
            let outcome = match changed(false).await {
                Ok(()) => changed(true).await,
                refused => refused,
            };
            report.record(&WALLET_PATCH, outcome);
        }
        None => report.skip(&[&WALLET_PATCH], "there is no wallet"),
    }
    let managed = probe.post_bare(&format!("{own}/eth-managed/")).await;
    report.record(
        &WALLET_MANAGED,
        managed.and_then(|reply| id(&reply.good()?)),
    );
    wallet.map(|id| Wallet { id, address })
}

/// Identified, but still without the benefiting person that its orders wait for.
async fn company(probe: &Probe, paper: Option<Uuid>, report: &mut Report) -> Option<Uuid> {
    let proofs = (
        upload(probe, "identity_proof.pdf").await,
        upload(probe, "structure_proof.pdf").await,
    );
    let (Ok(identity), Ok(structure)) = proofs else {
        report.skip(
            &[&COMPANY, &OWNER, &IDENT_EMPTY],
            "no document could be uploaded",
        );
        return None;
    };
    let body = account::company(identity, structure);
    let company = report.record(&COMPANY, create(probe, &body).await)?;
    if let Some(paper) = paper {
        let path = format!("investors/{company}/identifications/");
        // Its outcome was recorded with the person's.
        let _ = probe.post(&path, &account::identification(paper)).await;
    }
    let owned = create(probe, &body).await;
    let path = |id: Uuid, end: &str| format!("investors/{id}/{end}/");
    match owned {
        Ok(owned) => {
            let owner = probe
                .post(&path(owned, "benefiting-persons"), &account::owner())
                .await;
            report.record(&OWNER, owner.and_then(|reply| reply.good()));
            let asked = probe
                .post(&path(owned, "identifications"), &json!({}))
                .await;
            report.record(&IDENT_EMPTY, asked.and_then(|reply| id(&reply.good()?)));
        }
        Err(why) => report.skip(&[&OWNER, &IDENT_EMPTY], why),
    }
    Some(company)
}
