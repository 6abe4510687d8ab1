//! Receivers of webhooks on loopback: many that answer at once and note when, and one that takes everything and says nothing.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::client::find;

/// When messages were published and how long each took to every receiver.
pub struct Log {
    begin: Instant,
    /// Microseconds since the beginning, by the number of the message.
    published: Vec<AtomicU64>,
    /// Number of the message, and how long it took.
    took: Mutex<Vec<(usize, Duration)>>,
    arrived: watch::Sender<usize>,
}

impl Log {
    /// For so many messages.
    pub fn new(messages: usize) -> Arc<Log> {
        Arc::new(Log {
            begin: Instant::now(),
            published: (0..messages).map(|_| AtomicU64::new(0)).collect(),
            took: Mutex::default(),
            arrived: watch::Sender::new(0),
        })
    }

    /// Notes that a message is about to be published.
    pub fn publishing(&self, number: usize) {
        let at = u64::try_from(self.begin.elapsed().as_micros()).unwrap_or(u64::MAX);
        self.published[number].store(at, Ordering::SeqCst);
    }

    /// Waits until so many deliveries have arrived.
    pub async fn has(&self, count: usize, at_most: Duration) -> Result<()> {
        let mut arrived = self.arrived.subscribe();
        let waiting = arrived.wait_for(|arrived| *arrived >= count);
        let done = tokio::time::timeout(at_most, waiting).await;
        done.with_context(|| format!("{} of {count} deliveries arrived", *self.arrived.borrow()))??;
        Ok(())
    }

    /// How long the deliveries took from this message on, sorted.
    pub fn times_from(&self, first: usize) -> Vec<Duration> {
        let took = self.took.lock().unwrap_or_else(PoisonError::into_inner);
        let later = took.iter().filter(|(number, _)| *number >= first);
        let mut times: Vec<Duration> = later.map(|(_, took)| *took).collect();
        times.sort_unstable();
        times
    }

    /// Notes a message that has arrived.
    pub fn note(&self, body: &[u8]) {
        let number: Option<usize> = std::str::from_utf8(body).ok().and_then(|text| {
            let (_, rest) = text.split_once("\"number\":")?;
            rest.trim_end_matches('}').parse().ok()
        });
        let Some((number, published)) =
            number.and_then(|number| Some((number, self.published.get(number)?)))
        else {
            return;
        };
        let published = Duration::from_micros(published.load(Ordering::SeqCst));
        let took = self.begin.elapsed().saturating_sub(published);
        self.took
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push((number, took));
        self.arrived.send_modify(|count| *count += 1);
    }
}

/// A receiver that answers 204 at once and notes each body; its URL.
pub async fn quick(note: impl Fn(&[u8]) + Send + Sync + 'static) -> Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/webhooks", listener.local_addr()?);
    let note = Arc::new(note);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let note = Arc::clone(&note);
            // A sender that goes away ends its connection, and that is all.
            tokio::spawn(async move { drop(answer(stream, &*note).await) });
        }
    });
    Ok(url)
}

/// A receiver that never answers; its URL.
pub async fn hanging() -> Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/webhooks", listener.local_addr()?);
    tokio::spawn(async move {
        let mut held = Vec::new();
        while let Ok((stream, _)) = listener.accept().await {
            held.push(stream);
        }
    });
    Ok(url)
}

async fn answer(mut stream: TcpStream, note: &(impl Fn(&[u8]) + Sync)) -> Result<()> {
    stream.set_nodelay(true)?;
    let mut buffer = Vec::with_capacity(4096);
    loop {
        let head = loop {
            if let Some(end) = find(&buffer, b"\r\n\r\n") {
                break end + 4;
            }
            if stream.read_buf(&mut buffer).await? == 0 {
                return Ok(());
            }
        };
        let length = length(&buffer[..head])?;
        while buffer.len() < head + length {
            if stream.read_buf(&mut buffer).await? == 0 {
                return Ok(());
            }
        }
        note(&buffer[head..head + length]);
        buffer.drain(..head + length);
        stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await?;
    }
}

fn length(head: &[u8]) -> Result<usize> {
    let head = std::str::from_utf8(head)?;
    let mut lines = head.split("\r\n").filter_map(|line| line.split_once(':'));
    let found = lines.find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    Ok(found
        .context("a request without a length")?
        .1
        .trim()
        .parse()?)
}
