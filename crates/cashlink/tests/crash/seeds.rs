//! Kills at random moments, each decided by a seed: a few in every run of the suite, hundreds in the full one.

use std::time::{Duration, Instant};

use database::testing::Backend;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};

use crate::common::note;
use crate::world::{Death, Met, World};

/// Seeds that share one network, whose data grows from one to the next.
const SHARED: u64 = 25;
/// Networks that are worked on at the same time: most of a round is waiting for leases to end.
const AT_ONCE: u64 = 4;
/// No new seed is begun after this; what was left out is said and fails the run.
const TIME: Duration = Duration::from_secs(100 * 60);

/// Runs the seeds that the environment asks for.
pub async fn run(backend: Backend) {
    let met = match chosen() {
        Some(seed) => one_network(backend, seed..seed + 1, Instant::now()).await,
        None if std::env::var_os("CASHLINK_FULL").is_some() => many(backend).await,
        None => one_network(backend, 0..3, Instant::now()).await,
    };
    let text = format!(
        "{} seeds, {} kills at random moments survived, {} of them while clients waited for answers",
        met.seeds, met.kills, met.with_open_orders
    );
    note(&format!("crash {backend:?}").to_lowercase(), &text);
}

async fn many(backend: Backend) -> Met {
    let begin = Instant::now();
    let mut met = Met::default();
    let networks: Vec<_> = (0..200)
        .step_by(SHARED as usize)
        .map(|first| first..first + SHARED)
        .collect();
    for together in networks.chunks(AT_ONCE as usize) {
        let mut running = tokio::task::JoinSet::new();
        for seeds in together {
            running.spawn(one_network(backend, seeds.clone(), begin));
        }
        while let Some(done) = running.join_next().await {
            let done = done.expect("a seed has failed; it is named above");
            met.seeds += done.seeds;
            met.kills += done.kills;
            met.with_open_orders += done.with_open_orders;
        }
    }
    assert!(
        met.with_open_orders * 4 > met.kills,
        "most kills met nobody: {met:?}"
    );
    met
}

/// Data grows over a network's seeds, so a failure that needs it is repeated by all of them.
async fn one_network(backend: Backend, seeds: std::ops::Range<u64>, begin: Instant) -> Met {
    let mut world = World::open(backend, seeds.start).await;
    for seed in seeds {
        assert!(
            begin.elapsed() < TIME,
            "the time was over before seed {seed}"
        );
        let mut rng = StdRng::seed_from_u64(seed);
        let deaths = deaths(&mut rng);
        world
            .round(&format!("{backend:?} seed {seed}: {deaths:?}"), deaths)
            .await;
        world.met.seeds += 1;
    }
    world.at_last().await;
    world.met
}

/// One kill at work; for every third seed another one hits the restart.
fn deaths(rng: &mut StdRng) -> Vec<Death<'static>> {
    let mut all = Vec::new();
    if rng.random_ratio(1, 4) {
        all.push(Death::AfterStart(moment(rng, 400)));
    } else {
        all.push(Death::AfterListening(moment(rng, 500)));
    }
    if rng.random_ratio(1, 3) {
        all.push(Death::AfterStart(moment(rng, 600)));
    }
    all
}

fn moment(rng: &mut StdRng, most_ms: u64) -> Duration {
    Duration::from_micros(rng.random_range(0..most_ms * 1_000))
}

fn chosen() -> Option<u64> {
    std::env::var("CASHLINK_CRASH_SEED").ok()?.parse().ok()
}
