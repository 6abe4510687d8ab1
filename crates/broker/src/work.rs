//! What follows a customer's order: the investor with everything that belongs to it, the order itself, and the broker's acceptance where
//! the issuer has left that to it. Every call has a key that follows from a row: whoever died half-way goes on.

use std::future::Future;

use jiff::Timestamp;
use sdk::Key;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::customer::{CONTEXT, Data, Kind, Papers};
use crate::paper::pdf;
use crate::store::{CustomerRow, OrderRow};
use crate::{Broker, Error, Result, hooks, market, store};

/// Orders that are worked on in one round.
const BATCH: i64 = 50;
const DAY_US: i64 = 86_400_000_000;

/// Works until the future completes.
pub async fn run(broker: Broker, shutdown: impl Future<Output = ()>) {
    tokio::select! {
        () = work(&broker) => {}
        () = shutdown => {}
    }
}

async fn work(broker: &Broker) {
    let mut is_registered = false;
    loop {
        if !is_registered {
            match hooks::register(broker).await {
                Ok(()) => is_registered = true,
                Err(error) => tracing::warn!(error = %error, "the gateway is not there: {error}"),
            }
        }
        if let Err(error) = round(broker).await {
            tracing::warn!(error = %error, "the broker's work waits: {error}");
        }
        tokio::select! {
            () = broker.bell.notified() => {}
            () = tokio::time::sleep(broker.poll) => {}
        }
    }
}

async fn round(broker: &Broker) -> Result<()> {
    let open = broker.db.read(|tx| store::open_orders(tx, BATCH)).await?;
    for order in open {
        let id = order.id;
        match place(broker, order).await {
            Ok(()) => {}
            // It is asked again: nothing happens twice.
            Err(Error::Gateway(error)) if error.is_temporary() => {
                tracing::info!(order.id = %id, "order {id} waits: {error}");
            }
            Err(Error::Gateway(error)) => {
                let why = match error.refusal() {
                    Some(refusal) => refusal.detail.clone().unwrap_or_else(|| error.to_string()),
                    None => error.to_string(),
                };
                tracing::info!(order.id = %id, "order {id} is refused");
                let noted = broker.db.write(move |tx| store::refused(tx, id, &why));
                noted.await?;
            }
            Err(error) => {
                tracing::warn!(order.id = %id, error = %error, "order {id} waits: {error}");
            }
        }
    }
    Ok(())
}

async fn place(broker: &Broker, order: OrderRow) -> Result<()> {
    let customer = order.customer;
    let found = broker.db.read(move |tx| store::customer(tx, customer));
    let customer = found.await?.ok_or(Error::NotFound("customer"))?;
    let (investor, wallet) = match (customer.investor, customer.wallet) {
        (Some(investor), Some(wallet)) => (investor, wallet),
        _ => open_account(broker, &customer).await?,
    };
    let asset = market::asset_of(broker, order.campaign).await?;
    let mut signed = Vec::new();
    for kind in &asset.documents {
        let key = format!("{}-{kind}", order.id);
        let paper = upload(broker, &key, "Subscription agreement", &[&asset.name]).await?;
        signed.push(json!({"document_id": paper, "document_type": kind}));
    }
    let body = json!({
        "investor_id": investor, "campaign_id": order.campaign, "units": order.units, "wallet": wallet,
        "signed_at": time(order.created_at), "signed_documents": signed, "reference": order.id.to_string(),
    });
    let key = Key::of(order.id.to_string());
    let placed = broker.api.post("investments/", &body, &key).await?;
    let investment = id(&placed)?;
    accept(broker, &order, investment).await?;
    let status = placed["status"].as_str().unwrap_or_default().to_owned();
    let row = order.id;
    let kept = broker
        .db
        .write(move |tx| store::placed(tx, row, investment, &status));
    kept.await?;
    Ok(())
}

/// The investor, its papers, identification and wallet: everything once, whatever is repeated.
async fn open_account(broker: &Broker, customer: &CustomerRow) -> Result<(Uuid, Uuid)> {
    let (row, own) = (customer.clone(), broker.clone());
    let data = broker
        .db
        .read(move |tx| -> Result<Data> {
            let plain = own.vault.key(tx, row.data_key)?;
            Ok(serde_json::from_slice(
                &plain.open(CONTEXT, &row.sealed_data)?,
            )?)
        })
        .await?;
    let key = |what: &str| format!("{}-{what}", customer.id);
    let name = data.name();
    let protocol = upload(
        broker,
        &key("protocol"),
        "Identification protocol",
        &[&name],
    )
    .await?;
    let papers = match Kind::parse(&customer.kind) {
        Kind::Person => None,
        Kind::Company => Some(Papers {
            identity: upload(broker, &key("extract"), "Register extract", &[&name]).await?,
            structure: upload(broker, &key("owners"), "Owners", &[&name]).await?,
        }),
    };
    let body = data.investor(customer.id, papers);
    let key_of_it = Key::of(key("investor"));
    let investor = id(&broker.api.post("investors/", &body, &key_of_it).await?)?;
    if papers.is_some() {
        let path = format!("investors/{investor}/benefiting-persons/");
        let key_of_it = Key::of(key("owner"));
        broker.api.post(&path, &data.owner(), &key_of_it).await?;
    }
    let path = format!("investors/{investor}/identifications/");
    let body = identification(protocol, customer.created_at);
    let key_of_it = Key::of(key("identification"));
    broker.api.post(&path, &body, &key_of_it).await?;
    let path = format!("investors/{investor}/wallets/eth-managed/");
    let body = json!({"receiving_enabled": true});
    let key_of_it = Key::of(key("wallet"));
    let wallet = id(&broker.api.post(&path, &body, &key_of_it).await?)?;
    let row = customer.id;
    let kept = broker
        .db
        .write(move |tx| store::opened(tx, row, investor, wallet));
    kept.await?;
    Ok((investor, wallet))
}

/// Issuers leave the acceptance to some of their brokers; where they do not, they decide themselves.
///
/// # Errors
/// Only what may be otherwise in a moment: the order counts as open until then.
async fn accept(broker: &Broker, order: &OrderRow, investment: Uuid) -> Result<()> {
    // Of the time of the order, so that a repeat says the same.
    let body = json!({"accepted_at": time(order.created_at)});
    let path = format!("investments/{investment}/");
    let key = Key::of(format!("{investment}-accept"));
    match broker.api.patch(&path, &body, &key).await {
        Ok(_) => Ok(()),
        Err(error) if error.is_temporary() => Err(error.into()),
        Err(error) => {
            tracing::info!(investment.id = %investment, "the issuer decides on investment {investment}: {error}");
            Ok(())
        }
    }
}

/// The money of an order has arrived. Where the issuer watches the account itself, this is refused.
pub(crate) async fn report_payment(broker: &Broker, investment: Uuid) -> Result<()> {
    let body = json!({"paid_at": time(broker.now())});
    let path = format!("investments/{investment}/");
    let key = Key::of(format!("{investment}-paid"));
    broker.api.patch(&path, &body, &key).await?;
    Ok(())
}

async fn upload(broker: &Broker, key: &str, headline: &str, lines: &[&str]) -> Result<Uuid> {
    let (page, key) = (pdf(headline, lines), Key::of(key));
    let kept = broker
        .api
        .upload_document("paper.pdf", "application/pdf", page, &key);
    Ok(kept.await?.id)
}

/// Of the time when the customer came, so that a repeat says the same.
fn identification(protocol: Uuid, now: i64) -> Value {
    let day = |days: i64| time(now + days * DAY_US).get(..10).map(str::to_owned);
    json!({
        "document_type": "IDCARD", "document_id": "L01X00T47", "document_issuer": "Stadt Leipzig",
        "document_valid_from": day(-900), "document_valid_to": day(2700), "identity_provider": "POSTIDENT",
        "legitimation_process_id": format!("PI-{}", protocol.simple()), "legitimation_protocol_id": protocol,
        "verified_at": time(now - 3 * DAY_US),
    })
}

/// RFC 3339.
pub(crate) fn time(micros: i64) -> String {
    Timestamp::from_microsecond(micros)
        .unwrap_or(Timestamp::UNIX_EPOCH)
        .to_string()
}

fn id(answer: &Value) -> Result<Uuid> {
    let id = answer["id"].as_str().and_then(|id| id.parse().ok());
    id.ok_or(Error::Answer("id"))
}
