//! Asks three sources who holds what (the chain, the register, the API) and puts the answers side by side.

use anyhow::{Context, Result, bail};
use domain::Address;
use serde_json::{Value, json};

use super::broker::{Broker, Order};
use super::client::{Client, json_rpc};
use super::credentials::{CredentialsFile, EnvironmentAccess};
use super::people::Customer;
use super::receiver::Receiver;
use super::report::{Balance, Delivered, Report};

/// Collects what happened and compares the sources.
///
/// # Errors
/// If a source cannot be asked. A difference is no error here; the report tells it.
pub async fn compare(
    http: &reqwest::Client,
    access: &CredentialsFile,
    brokers: &[Broker; 2],
    orders: &[Order],
    wallets: &[String; 2],
    receiver: &Receiver,
) -> Result<Report> {
    let base = format!("{}/api/network", access.network.url);
    let registrar = Client::sign_in(http, &base, &access.network.credentials).await?;
    let heard = receiver.by_investment();
    let mut report = Report::default();
    for order in orders {
        let broker = &brokers[order.index];
        let environment = &access.environments[order.index];
        let investment = broker.investment(order).await?;
        let own = heard
            .get(&order.investment_id)
            .map(Vec::as_slice)
            .unwrap_or_default();
        let steps = own
            .iter()
            .filter_map(|received| received.event.status.clone());
        let last = own
            .iter()
            .filter(|received| received.event.status.as_deref() == Some("DELIVERED"));
        report.delivered.push(Delivered {
            customer: order.customer.name(),
            environment: broker.environment.clone(),
            units: order.units,
            steps: steps.collect(),
            transaction: text(&investment, "transaction_hash"),
            took: last
                .map(|received| received.at.duration_since(order.placed_at))
                .next_back()
                .unwrap_or_default(),
        });
        let wallet = wallet_of(order.customer, wallets);
        report.balances.push(Balance {
            customer: order.customer.name(),
            environment: broker.environment.clone(),
            wallet: wallet.clone(),
            ordered: order.units,
            in_api: delivered_units(&investment, wallet),
            in_register: in_register(&registrar, environment, wallet).await?,
            on_chain: on_chain(http, access, environment, wallet).await?,
        });
    }
    Ok(report)
}

/// What the investment says is in this wallet; nothing unless it is delivered there.
fn delivered_units(investment: &Value, wallet: &str) -> u64 {
    let is_there = investment["status"] == "DELIVERED" && investment["wallet_address"] == wallet;
    if is_there {
        investment["remaining_units"].as_u64().unwrap_or_default()
    } else {
        0
    }
}

/// The holding in the register, and whether all of them together are the issue.
async fn in_register(
    registrar: &Client,
    environment: &EnvironmentAccess,
    wallet: &str,
) -> Result<u64> {
    let path = format!("v1/products/{}/register/", environment.product_id);
    let register = registrar.get(&path).await?;
    let holdings = register["holdings"]
        .as_array()
        .context("the register has holdings")?;
    let units = |holding: &Value| holding["units"].as_u64().unwrap_or_default();
    let sum: u64 = holdings.iter().map(units).sum();
    let deleted = register["deleted_units"].as_u64().unwrap_or_default();
    if register["issue_volume"] != sum + deleted {
        bail!(
            "the holdings of {} are {sum} together, the issue is {}",
            environment.name,
            register["issue_volume"]
        );
    }
    Ok(holdings
        .iter()
        .filter(|holding| holding["wallet_address"] == wallet)
        .map(units)
        .sum())
}

/// `balanceOf(wallet)` as any wallet program would ask it.
async fn on_chain(
    http: &reqwest::Client,
    access: &CredentialsFile,
    environment: &EnvironmentAccess,
    wallet: &str,
) -> Result<u64> {
    const BALANCE_OF: &str = "0x70a08231";
    let address = Address::parse(wallet).context("the wallet is an address")?;
    let data = format!("{BALANCE_OF}{:0>64}", hex::encode(address.bytes()));
    let params = json!([{"to": environment.token_address, "data": data}, "latest"]);
    let answer = json_rpc(http, &access.dlt.rpc_url, "eth_call", params).await?;
    let digits = answer.as_str().unwrap_or_default().trim_start_matches("0x");
    u64::from_str_radix(digits.trim_start_matches('0'), 16)
        .or_else(|error| {
            if !digits.is_empty() && digits.chars().all(|digit| digit == '0') {
                Ok(0)
            } else {
                Err(error)
            }
        })
        .with_context(|| format!("balanceOf answered {answer}"))
}

fn wallet_of(customer: Customer, wallets: &[String; 2]) -> &String {
    match customer {
        Customer::Person => &wallets[0],
        Customer::Company => &wallets[1],
    }
}

fn text(value: &Value, field: &str) -> String {
    value[field].as_str().unwrap_or_default().to_owned()
}
