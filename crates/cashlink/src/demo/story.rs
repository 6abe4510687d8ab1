//! The main job, played over HTTP as a broker and an issuer would do it: two assets, two customers, four deliveries.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::json;
use uuid::Uuid;

use super::accounts::Account;
use super::broker::{Broker, Order, seconds_ago};
use super::client::Client;
use super::credentials::CredentialsFile;
use super::people::Customer;
use super::progress::Progress;
use super::receiver::Receiver;
use super::report::Report;
use super::{check, waiting};

/// How long the deliveries may take, from the last payment on.
const PATIENCE: Duration = Duration::from_secs(120);

/// Plays the story and checks how it ended.
///
/// # Errors
/// The first request that is refused, or what is missing when the time is over.
pub async fn play(
    http: &reqwest::Client,
    access: &CredentialsFile,
    progress: &Progress,
) -> Result<Report> {
    let [first, second, ..] = access.environments.as_slice() else {
        bail!(
            "the story needs two environments, the network file has {}",
            access.environments.len()
        );
    };
    let started = Instant::now();
    progress.step("The broker signs in at two environments and registers its webhooks");
    let receiver = Receiver::start().await?;
    let brokers = [
        Broker::sign_in(http, 0, first).await?,
        Broker::sign_in(http, 1, second).await?,
    ];
    let mut heard_before = Vec::new();
    for broker in &brokers {
        heard_before.push(broker.events(None).await?.1);
        broker.register_webhooks(&receiver).await?;
    }
    progress.done("The broker takes its tokens; one webhook endpoint hears of both environments");

    let wallets = [wallet(), wallet()];
    let accounts = [
        open_accounts(&brokers[0], &wallets, progress).await?,
        open_accounts(&brokers[1], &wallets, progress).await?,
    ];

    let mut orders = with_mandate(&brokers[0], &accounts[0]).await?;
    progress.done(&format!(
        "{}: ordered; the broker reports acceptance and payment",
        first.name
    ));
    let issuer = Client::sign_in(http, &format!("{}/issuer", second.url), &second.issuer).await?;
    orders.extend(with_issuer(&brokers[1], &accounts[1], &issuer).await?);
    progress.done(&format!(
        "{}: ordered; the issuer accepts and marks as paid",
        second.name
    ));

    progress.step("The registrar delivers: the units move in the register and on the chain");
    waiting::for_deliveries(&brokers, &orders, &heard_before, &receiver, PATIENCE).await?;
    progress.done("Four deliveries, every step heard by webhook and in order");

    for (broker, accounts) in brokers.iter().zip(&accounts) {
        for account in accounts {
            broker.change_address(account).await?;
        }
    }
    progress.done("A new address is sent to both environments");

    progress.step("Token balances, register and API are compared");
    let mut report = check::compare(http, access, &brokers, &orders, &wallets, &receiver).await?;
    report.took = started.elapsed();
    Ok(report)
}

async fn open_accounts(
    broker: &Broker,
    wallets: &[String; 2],
    progress: &Progress,
) -> Result<Vec<Account>> {
    let mut accounts = Vec::new();
    for (customer, address) in Customer::ALL.into_iter().zip(wallets) {
        progress.step(format!(
            "{}: {} is created with documents, identification and wallet",
            broker.environment,
            customer.name()
        ));
        let failed = || {
            format!(
                "opening the account of {} in {}",
                customer.name(),
                broker.environment
            )
        };
        let papers = broker.upload_papers(customer).await.with_context(failed)?;
        accounts.push(
            broker
                .open_account(customer, &papers, address)
                .await
                .with_context(failed)?,
        );
    }
    progress.done(&format!(
        "{}: a person and a company are identified, their wallets registered",
        broker.environment
    ));
    Ok(accounts)
}

/// Here the broker may say that the issuer accepted and that the money arrived: at once, or when it is there.
async fn with_mandate(broker: &Broker, accounts: &[Account]) -> Result<Vec<Order>> {
    let mut orders = Vec::new();
    for account in accounts {
        let order = match account.customer {
            Customer::Person => {
                let known = json!({"accepted_at": seconds_ago(20), "paid_at": seconds_ago(10)});
                broker.invest(account, &known).await?
            }
            Customer::Company => {
                let order = broker
                    .invest(account, &json!({"accepted_at": seconds_ago(20)}))
                    .await?;
                broker.report_payment(&order).await?;
                order
            }
        };
        orders.push(order);
    }
    Ok(orders)
}

/// Here the issuer decides: one investment by itself, the other as a batch.
async fn with_issuer(broker: &Broker, accounts: &[Account], issuer: &Client) -> Result<Vec<Order>> {
    let mut orders = Vec::new();
    for account in accounts {
        let order = broker.invest(account, &json!({})).await?;
        let id = order.investment_id;
        match account.customer {
            Customer::Person => {
                issuer
                    .post(&format!("v2/investments/{id}/accept/"), &json!({}))
                    .await?;
                issuer
                    .post(&format!("v2/investments/{id}/mark-paid/"), &json!({}))
                    .await?;
            }
            Customer::Company => {
                batch(issuer, "accept", id).await?;
                batch(issuer, "mark-paid", id).await?;
            }
        }
        orders.push(order);
    }
    Ok(orders)
}

/// One action of the issuer on a list of investments.
async fn batch(issuer: &Client, action: &str, investment: Uuid) -> Result<()> {
    let body = json!({"investment_ids": [investment]});
    let answer = issuer
        .post(&format!("v2/investments/{action}/"), &body)
        .await?;
    let refused = answer["results"]
        .as_array()
        .into_iter()
        .flatten()
        .find(|result| result["status"] != 200);
    match refused {
        Some(refused) => bail!("{action} of {investment} was refused: {refused}"),
        None => Ok(()),
    }
}

/// A customer's wallet: an address of a key that nobody keeps, since nothing is sent from it here.
fn wallet() -> String {
    let (address, _) = dlt_evm::managed_wallet();
    address.to_string()
}
