//! Connections that each place one order after the other for a while.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use uuid::Uuid;

use crate::client::Connection;
use crate::partner::Order;

/// What the load came to.
pub struct Outcome {
    /// Orders placed per second.
    pub per_second: f64,
    /// How long each took, sorted.
    pub times: Vec<Duration>,
}

/// Places each connection's order again and again, each time under a key of its own.
pub async fn place_orders(
    address: SocketAddr,
    orders: &[Order],
    time: Duration,
) -> Result<Outcome> {
    let mut connections = Vec::new();
    for order in orders {
        connections.push((Connection::open(address).await?, order.clone()));
    }
    let begin = Instant::now();
    let until = begin + time;
    let tasks: Vec<_> = connections
        .into_iter()
        .map(|(connection, order)| tokio::spawn(one_after_the_other(connection, order, until)))
        .collect();
    let mut times = Vec::new();
    for task in tasks {
        times.extend(task.await??);
    }
    let elapsed = begin.elapsed();
    times.sort_unstable();
    Ok(Outcome {
        per_second: times.len() as f64 / elapsed.as_secs_f64(),
        times,
    })
}

async fn one_after_the_other(
    mut connection: Connection,
    order: Order,
    until: Instant,
) -> Result<Vec<Duration>> {
    let mut times = Vec::new();
    let run = Uuid::new_v4().simple().to_string();
    let length = order.body.len();
    let head = format!(
        "POST {} HTTP/1.1\r\nhost: bench\r\n{}content-length: {length}\r\nidempotency-key: {run}-",
        order.path, order.headers
    );
    let mut number = 0_u64;
    loop {
        let begin = Instant::now();
        if begin >= until {
            return Ok(times);
        }
        number += 1;
        let mut request = head.clone().into_bytes();
        request.extend_from_slice(format!("{number}\r\n\r\n").as_bytes());
        request.extend_from_slice(&order.body);
        let answer = connection.exchange(&request).await?;
        if answer.status != 201 {
            bail!(
                "{}: {}",
                answer.status,
                String::from_utf8_lossy(&answer.body)
            );
        }
        times.push(begin.elapsed());
    }
}
