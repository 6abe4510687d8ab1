//! What is asked of a register: who held what after an entry, what a holder or wallet has, and statements.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use database::Sql;
use domain::{Address, HolderId, ProductId};
use registry::{Registry, registers, statements};
use storage::{holdings, register, register_anchors};

use crate::figures::{ms, quantile};
use crate::inside::registrar;
use crate::server::processor_time;

/// Questions of each kind.
const QUESTIONS: u64 = 500;
/// Holders of a page.
const PAGE: u32 = 100;

const READY: Sql = Sql("select count(*)
from registry_statements
where product_id = $1
and status = 'ready'");

/// What the answers took.
#[derive(Clone, Copy)]
pub struct Questions {
    /// The register as it was after an entry: the slowest page.
    pub past: Duration,
    /// What lies in a wallet, p50.
    pub wallet: Duration,
    /// What a holder has, p50.
    pub holder: Duration,
}

pub async fn ask(
    registry: &Registry,
    product: ProductId,
    (entries, wallets): (u64, Vec<Address>),
) -> Result<Questions> {
    let wallets: Vec<Address> = spread(&wallets);
    let holders: Vec<HolderId> = spread(&holders(registry, product).await?);
    let places: Vec<u64> = (1..=QUESTIONS)
        .map(|number| entries * number / QUESTIONS)
        .collect();

    let pages = timed(
        "as of an entry, the first page",
        &places,
        async |sequence| past(registry, product, (*sequence, 0), None).await,
    );
    let pages = pages.await?;
    let middle = timed(
        "as of an entry, a page in the middle",
        &places,
        async |sequence| past(registry, product, (*sequence, sequence / 2), None).await,
    );
    let middle = middle.await?;
    let asked: Vec<(u64, HolderId)> = places.iter().copied().zip(holders.clone()).collect();
    let own = timed(
        "as of an entry, one holder",
        &asked,
        async |(sequence, holder)| past(registry, product, (*sequence, 0), Some(*holder)).await,
    );
    let own = own.await?;

    let wallet = timed("what a wallet holds", &wallets, async |wallet| {
        let wallet = *wallet;
        let held = registry
            .db
            .read(move |tx| holdings::in_wallet(tx, product, wallet));
        Ok(held.await.map(drop)?)
    });
    let wallet = wallet.await?;
    let holder = timed("what a holder has", &holders, async |holder| {
        let holder = *holder;
        let held = registry
            .db
            .read(move |tx| holdings::held_by(tx, product, holder));
        Ok(held.await.map(drop)?)
    });
    let holder = holder.await?;
    Ok(Questions {
        past: pages.slowest.max(middle.slowest).max(own.slowest),
        wallet: wallet.median,
        holder: holder.median,
    })
}

/// Makes statements that are due, one after another, for a while: prepared, printed, sealed, stored, told.
pub async fn statements(registry: &Registry, product: ProductId, limit: Duration) -> Result<()> {
    anchor(registry, product).await?;
    let before = ready(registry, product).await?;
    let (begin, processor) = (Instant::now(), processor_time("self")?);
    if let Ok(made) = tokio::time::timeout(limit, statements::make_open(registry)).await {
        made?;
    }
    let (taken, processor) = (begin.elapsed(), processor_time("self")? - processor);
    let made = ready(registry, product).await? - before;
    let each = |time: Duration| u32::try_from(made).map_or(time, |made| time / made.max(1));
    println!(
        "  a statement: {} on average of {made}, {} of processor time",
        ms(each(taken)),
        ms(each(processor)),
    );
    Ok(())
}

/// Statements are proven in a log of this size, as where the token keeps no roots.
async fn anchor(registry: &Registry, product: ProductId) -> Result<()> {
    let now = registry.clock.now();
    let anchored = registry.db.write(move |tx| -> registry::Result<()> {
        let head = register::head(tx, product)?.ok_or(registry::Error::NotFound("register"))?;
        register_anchors::insert(tx, product, (head.sequence, head.root_hash), now)?;
        register_anchors::leave_out(tx, (product, head.sequence))?;
        Ok(())
    });
    Ok(anchored.await?)
}

async fn ready(registry: &Registry, product: ProductId) -> Result<u64> {
    let count = registry.db.read(move |tx| -> registry::Result<u64> {
        Ok(tx.query_one(READY, &[product.uuid().into()])?.get(0)?)
    });
    Ok(count.await?)
}

async fn holders(registry: &Registry, product: ProductId) -> Result<Vec<HolderId>> {
    let read = registry.db.read(move |tx| register::holders(tx, product));
    let all = read.await?.into_iter();
    // The issuer is nobody's investor.
    Ok(all
        .filter_map(|(holder, investor)| investor.map(|_| holder))
        .collect())
}

async fn past(
    registry: &Registry,
    product: ProductId,
    (sequence, after): (u64, u64),
    holder: Option<HolderId>,
) -> Result<()> {
    let wanted = registers::Past {
        sequence: Some(sequence),
        holder,
        after,
        limit: PAGE,
        ..registers::Past::default()
    };
    let register = registers::past(registry, &registrar(), product, wanted).await?;
    (register.sequence == sequence)
        .then_some(())
        .context("the register of another entry")
}

/// As many as there are questions, from everywhere.
fn spread<T: Copy>(all: &[T]) -> Vec<T> {
    let place = |number| (number * all.len() as u64 / QUESTIONS) as usize;
    (0..QUESTIONS).map(|number| all[place(number)]).collect()
}

struct Times {
    median: Duration,
    slowest: Duration,
}

/// How long each question takes, asked twice: the first time brings what it needs into memory.
async fn timed<T>(what: &str, all: &[T], ask: impl AsyncFn(&T) -> Result<()>) -> Result<Times> {
    let mut times = Vec::with_capacity(all.len());
    for round in 0..2 {
        for one in all {
            let begin = Instant::now();
            ask(one).await?;
            if round == 1 {
                times.push(begin.elapsed());
            }
        }
    }
    times.sort_unstable();
    let (median, slowest) = (quantile(&times, 500), quantile(&times, 1_000));
    println!(
        "  {what}: p50 {:.3} ms, p99 {}, slowest {}",
        median.as_secs_f64() * 1e3,
        ms(quantile(&times, 990)),
        ms(slowest)
    );
    Ok(Times { median, slowest })
}
