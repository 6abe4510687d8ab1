//! `bench start`: the server on a migrated SQLite file; how soon it answers, and what it keeps in memory when idle.

use std::time::Duration;

use anyhow::Result;

use crate::figures::ms;
use crate::measured::Program;
use crate::network;
use crate::server::Place;

/// How long the server is left alone before its memory is read.
const IDLE: Duration = Duration::from_secs(10);
const STARTS: usize = 5;
const TARGET: Duration = Duration::from_millis(300);
const TARGET_MEMORY: u64 = 60_000_000;

pub async fn run(options: &Program) -> Result<()> {
    let folder = options.folder.join("start");
    let database = format!("sqlite:{}", folder.join("cashlink.sqlite").display());
    let place = Place::prepare(&options.server, &folder, &database, &network::file(4))?;
    place.migrate()?;
    // The first start enters the network file; it is not the one that is meant.
    let first = place.start().await?;
    tokio::time::sleep(Duration::from_secs(3)).await;
    first.stop()?;

    let mut starts = Vec::new();
    let mut resident = 0;
    for number in 1..=STARTS {
        let server = place.start().await?;
        starts.push(server.first_answer);
        if number == STARTS {
            tokio::time::sleep(IDLE).await;
            resident = server.resident()?;
        }
        server.stop()?;
    }
    starts.sort_unstable();
    let median = starts[STARTS / 2];
    println!(
        "first answer     {:.2} of the limit of {} (median {}, {} to {}, {STARTS} starts)",
        median.as_secs_f64() / TARGET.as_secs_f64(),
        ms(TARGET),
        ms(median),
        ms(starts[0]),
        ms(starts[STARTS - 1]),
    );
    println!(
        "resident memory  {:.2} of the limit of {} MB ({:.1} MB after {} s idle)",
        resident as f64 / TARGET_MEMORY as f64,
        TARGET_MEMORY / 1_000_000,
        resident as f64 / 1e6,
        IDLE.as_secs(),
    );
    Ok(())
}
