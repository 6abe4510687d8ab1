//! Many environments of the Distributor API in one process and in memory: each as slow, as strict and as reachable as it is told.
//!
//! They answer what a gateway asks, in the published shapes, and know when each update was taken (`world.rs`), which the measurement
//! reads below `/control/` (`control.rs`).

mod answers;
mod api;
mod bucket;
pub mod control;
mod environment;
mod world;

use std::io::Read;
use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Result;
use axum::Router;
use axum::serve::ListenerExt;
use clap::Args;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

pub use environment::{campaign, client_id};
use world::World;
pub use world::marker;

/// With what all of them are entered.
pub const SECRET: &str = "a-secret-of-the-measurement";

#[derive(Args)]
pub struct Options {
    /// Where to listen
    #[arg(long)]
    listen: SocketAddr,
    /// How many
    #[arg(long)]
    environments: usize,
}

/// Serves until standard input ends, which it does with whoever started this.
pub async fn run(options: &Options) -> Result<()> {
    let world = Arc::new(World::new(options.environments));
    let router = Router::new()
        .nest(
            "/environments/{number}/api/external",
            api::routes(Arc::clone(&world)),
        )
        .nest("/control", control::routes(world));
    let listener = TcpListener::bind(options.listen).await?;
    // An answer is one small packet that must not wait for another.
    let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
    tokio::select! {
        served = axum::serve(listener, router).into_future() => Ok(served?),
        _ = end_of_input() => Ok(()),
    }
}

/// The URL of an environment, as a partner is given it.
pub fn url(address: SocketAddr, number: usize) -> String {
    format!("http://{address}/environments/{number}/api/external")
}

/// Reading blocks, so that it has a thread of its own.
fn end_of_input() -> oneshot::Receiver<()> {
    let (ended, hears) = oneshot::channel();
    std::thread::spawn(move || {
        let mut input = std::io::stdin().lock();
        let mut byte = [0];
        while matches!(input.read(&mut byte), Ok(1)) {}
        // Without a listener the process ends already.
        let _ = ended.send(());
    });
    hears
}
