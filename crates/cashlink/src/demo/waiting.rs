//! Waits until everything has been delivered and heard, and says what is missing if it takes too long.

use std::collections::HashSet;
use std::time::Duration;

use anyhow::{Result, bail};
use tokio::time::{Instant, timeout_at};
use uuid::Uuid;

use super::broker::{Broker, Order};
use super::receiver::{Received, Receiver};

/// The longest pause before looking again, if no webhook comes.
const LOOK_AGAIN: Duration = Duration::from_millis(250);

/// Statuses that each order of the story must be heard to pass.
const STEPS: [&str; 3] = ["ACCEPTED", "PAID", "DELIVERED"];

/// Waits until each order is delivered and every event of the feeds has come by webhook, in order per investment.
///
/// # Errors
/// What is missing when the time is over, or an order of events that is wrong.
pub async fn for_deliveries(
    brokers: &[Broker; 2],
    orders: &[Order],
    heard_before: &[Option<Uuid>],
    receiver: &Receiver,
    patience: Duration,
) -> Result<()> {
    let deadline = Instant::now() + patience;
    loop {
        let mut missing = missing_steps(orders, receiver);
        if missing.is_empty() {
            missing = missing_events(brokers, heard_before, receiver).await?;
        }
        if missing.is_empty() {
            return in_order(orders, receiver);
        }
        if Instant::now() >= deadline {
            let refused = receiver.refused();
            if !refused.is_empty() {
                missing.push(format!(
                    "{} webhooks were not believed: {}",
                    refused.len(),
                    refused.join("; ")
                ));
            }
            missing.extend(states(brokers, orders).await);
            bail!(
                "after {} s there is still missing:\n  {}",
                patience.as_secs(),
                missing.join("\n  ")
            );
        }
        let look_again = (Instant::now() + LOOK_AGAIN).min(deadline);
        // Whether a webhook came or the pause is over: look again.
        let _ = timeout_at(look_again, receiver.arrived()).await;
    }
}

/// The steps that no webhook has told of yet.
fn missing_steps(orders: &[Order], receiver: &Receiver) -> Vec<String> {
    let heard = receiver.by_investment();
    let mut missing = Vec::new();
    for order in orders {
        let own = heard
            .get(&order.investment_id)
            .map(Vec::as_slice)
            .unwrap_or_default();
        for step in STEPS {
            if !own
                .iter()
                .any(|received| received.event.status.as_deref() == Some(step))
            {
                missing.push(format!(
                    "the webhook {step} of investment {} ({}, environment {})",
                    order.investment_id,
                    order.customer.name(),
                    order.index + 1
                ));
            }
        }
    }
    missing
}

/// Events of the feeds that did not come by webhook.
async fn missing_events(
    brokers: &[Broker; 2],
    heard_before: &[Option<Uuid>],
    receiver: &Receiver,
) -> Result<Vec<String>> {
    let heard: HashSet<Uuid> = receiver
        .received()
        .iter()
        .map(|received| received.event.id)
        .collect();
    let mut missing = Vec::new();
    for (broker, before) in brokers.iter().zip(heard_before) {
        let (events, _) = broker.events(*before).await?;
        let unheard = events.iter().filter(|event| !heard.contains(*event));
        missing.extend(
            unheard.map(|event| format!("the webhook of event {event} ({})", broker.environment)),
        );
    }
    Ok(missing)
}

/// Each investment's events count from 1 without gaps, in the order in which they came.
fn in_order(orders: &[Order], receiver: &Receiver) -> Result<()> {
    let heard = receiver.by_investment();
    for order in orders {
        let own: &[Received] = heard
            .get(&order.investment_id)
            .map(Vec::as_slice)
            .unwrap_or_default();
        let came: Vec<u64> = own.iter().map(|received| received.event.sequence).collect();
        let expected: Vec<u64> = (1..=came.len() as u64).collect();
        if came != expected {
            bail!(
                "the webhooks of investment {} came as {came:?}",
                order.investment_id
            );
        }
    }
    Ok(())
}

/// Where the orders stand, for the message.
async fn states(brokers: &[Broker; 2], orders: &[Order]) -> Vec<String> {
    let mut states = Vec::new();
    for order in orders {
        let state = match brokers[order.index].investment(order).await {
            Ok(investment) => format!(
                "{} (blocked_by {})",
                investment["status"], investment["blocked_by"]
            ),
            Err(error) => error.to_string(),
        };
        states.push(format!("investment {} is {state}", order.investment_id));
    }
    states
}
