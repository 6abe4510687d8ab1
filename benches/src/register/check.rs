//! The check of one register beside reading and hashing the same rows, in a process of its own.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use cashlink::config;
use cashlink::wiring::{App, Migrates};
use clap::Args;
use database::{Row, Sql, Tx, Value};
use domain::ProductId;
use registry::{Clock, Registry, register_check};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::server::{memory, processor_time};

/// Rows that are read at once, as by the check.
const PAGE: i64 = 1_000;

/// A statement that reads what comes after the first column of the row before, and where to begin.
type Table = (Sql, Value);

// Each table in the order of an index, each row once; what is compared and nothing else.
static JOURNAL: [Table; 1] = [(
    Sql("select sequence, content
from register_entries
where product_id = $1
and sequence > $2
order by sequence
limit $3"),
    Value::I64(0),
)];
static ROWS: [Table; 8] = [
    (
        Sql("select sequence, kind, content, leaf_hash, root_hash
from register_entries
where product_id = $1
and sequence > $2
order by sequence
limit $3"),
        Value::I64(0),
    ),
    (
        Sql("select sequence, investment_id, salt
from register_commitments
where product_id = $1
and sequence > $2
order by sequence
limit $3"),
        Value::I64(0),
    ),
    (
        Sql("select sequence, holder_id, units, is_first
from holding_changes
where product_id = $1
and sequence > $2
and sequence <= $2 + $3
order by sequence"),
        Value::I64(0),
    ),
    (
        Sql(
            "select sequence, investment_id, environment_id, platform_id, units
from registry_statements
where product_id = $1
and sequence > $2
and sequence <= $2 + $3
and (reason = 'entry' or reason = 'change')
order by sequence",
        ),
        // The issue has none, so that the first stretch is not empty.
        Value::I64(1),
    ),
    (
        Sql(
            "select id, investor_id, environment_id, platform_id, units, remaining_units, status
from investments
where product_id = $1
and id > $2
order by id
limit $3",
        ),
        Value::Uuid(Uuid::nil()),
    ),
    (
        Sql("select investment_id, wallet_address
from dlt_commands
where product_id = $1
and investment_id > $2
order by investment_id
limit $3"),
        Value::Uuid(Uuid::nil()),
    ),
    (
        Sql("select id, investor_id
from holders
where product_id = $1
and id > $2
order by id
limit $3"),
        Value::Uuid(Uuid::nil()),
    ),
    (
        // A holder of this register has one wallet.
        Sql("select holder_id, wallet_address, units
from holdings
where product_id = $1
and holder_id > $2
order by holder_id
limit $3"),
        Value::Uuid(Uuid::nil()),
    ),
];

#[derive(Args)]
pub struct Options {
    /// The network's configuration
    #[arg(long)]
    config: PathBuf,
    /// Whose register
    #[arg(long)]
    product: Uuid,
}

/// What the check of a register took.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
pub struct Checked {
    pub entries: u64,
    pub verified: Taken,
    /// Reading and hashing the rows that are compared.
    pub rows: Taken,
    /// The same for the contents of the entries alone.
    pub journal: Taken,
    /// Bytes of the rows.
    pub bytes: u64,
    /// Bytes of memory before the check, and the most while it ran.
    pub resident: u64,
    pub peak: u64,
}

impl Checked {
    /// Seconds for each entry.
    pub fn of_an_entry(&self) -> f64 {
        self.verified.elapsed.as_secs_f64() / self.entries as f64
    }
}

/// By the clock, and of the processors.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
pub struct Taken {
    pub elapsed: Duration,
    pub processor: Duration,
}

impl Taken {
    /// How fast this is as a part of the speed of something else.
    pub fn beside(&self, other: &Self) -> f64 {
        other.elapsed.as_secs_f64() / self.elapsed.as_secs_f64()
    }

    /// The same by the time of the processors; of PostgreSQL, whose processes are others, this process's part alone.
    pub fn processor_beside(&self, other: &Self) -> f64 {
        other.processor.as_secs_f64() / self.processor.as_secs_f64()
    }
}

struct Watch(Instant, Duration);

impl Watch {
    fn start() -> Result<Self> {
        Ok(Self(Instant::now(), processor_time("self")?))
    }

    fn stop(&self) -> Result<Taken> {
        Ok(Taken {
            elapsed: self.0.elapsed(),
            processor: processor_time("self")?.saturating_sub(self.1),
        })
    }
}

pub async fn run(options: &Options) -> Result<()> {
    let config = config::load(Some(&options.config))?;
    let app = App::open(config, Clock::Real, Migrates::NewFilesOnly).await?;
    let product = ProductId::from_uuid(options.product);
    let registry = &app.registry;
    // Once before, so that every one of them finds the file in memory.
    hash(registry, product, &ROWS).await?;
    forget_peak()?;
    let resident = memory("self", "VmRSS:")?;
    let watch = Watch::start()?;
    let verdicts = register_check::verify(registry, Some(product)).await?;
    let verified = watch.stop()?;
    let peak = memory("self", "VmHWM:")?;
    let verdict = verdicts.first().context("there is no register")?;
    ensure!(verdict.problem.is_none(), "{:?}", verdict.problem);
    let (rows, bytes) = hash(registry, product, &ROWS).await?;
    let (journal, _) = hash(registry, product, &JOURNAL).await?;
    let checked = Checked {
        entries: verdict.entries,
        verified,
        rows,
        journal,
        bytes,
        resident,
        peak,
    };
    app.close().await;
    println!("{}", serde_json::to_string(&checked)?);
    Ok(())
}

/// How long reading and hashing takes, and how many bytes there are.
async fn hash(
    registry: &Registry,
    product: ProductId,
    tables: &'static [Table],
) -> Result<(Taken, u64)> {
    let watch = Watch::start()?;
    let hashed = registry
        .db
        .read(move |tx: &mut Tx| -> registry::Result<u64> {
            let (mut hasher, mut bytes) = (Sha256::new(), 0);
            for (sql, start) in tables {
                let mut after = start.clone();
                loop {
                    let parameters = [product.uuid().into(), after, PAGE.into()];
                    let rows = tx.query(*sql, &parameters)?;
                    for row in &rows {
                        bytes += update(&mut hasher, row)?;
                    }
                    let Some(last) = rows.last() else { break };
                    after = last.get(0)?;
                }
            }
            std::hint::black_box(hasher.finalize());
            Ok(bytes)
        });
    let bytes = hashed.await?;
    Ok((watch.stop()?, bytes))
}

fn update(hasher: &mut Sha256, row: &Row) -> Result<u64, database::DatabaseError> {
    let mut bytes = 0;
    for column in 0..row.len() {
        let mut add = |value: &[u8]| {
            hasher.update(value);
            bytes += value.len() as u64;
        };
        match row.get(column)? {
            Value::Null => {}
            Value::Bool(value) => add(&[u8::from(value)]),
            Value::I64(value) | Value::Time(value) => add(&value.to_be_bytes()),
            Value::Text(value) => add(value.as_bytes()),
            Value::Bytes(value) => add(&value),
            Value::Uuid(value) => add(value.as_bytes()),
        }
    }
    Ok(bytes)
}

/// From here on the most memory counts anew.
fn forget_peak() -> Result<()> {
    fs::write("/proc/self/clear_refs", "5").context("the peak of the memory cannot be reset")
}
