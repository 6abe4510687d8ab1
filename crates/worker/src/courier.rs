//! The rounds over all products that have something for the DLT network. One that is in trouble rests for a while and
//! holds up no other.

use std::collections::HashMap;
use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use dlt::{Ledger, SubmissionId};
use domain::{BatchId, ProductId};
use futures_util::StreamExt as _;
use futures_util::stream;
use registry::{Registry, anchors, delivery};
use tokio::time::Instant;
use uuid::Uuid;

use crate::Settings;
use crate::batch::{Progress, Trouble};

/// Products that are handled at the same time.
const PRODUCTS: usize = 8;
const SHORTEST_REST: Duration = Duration::from_millis(500);
const LONGEST_REST: Duration = Duration::from_secs(60);
/// How long after a batch the next one is still expected.
const A_MOMENT: Duration = Duration::from_millis(250);
/// How long a product that always has more to send goes without writing its root.
const LONGEST_WITHOUT_ROOT: Duration = Duration::from_secs(1);
/// How long a round gets to end when the process does. It may be cut off anywhere, this is only tidy.
const GRACE: Duration = Duration::from_secs(5);

/// Carries batches to the ledger and what it says back to the register.
pub(crate) struct Courier {
    pub(crate) registry: Registry,
    pub(crate) ledger: Arc<dyn Ledger>,
    /// Commands in one batch.
    pub(crate) most: u32,
    /// How long after a root of a register the next one is written at the soonest.
    pub(crate) anchors_apart: Duration,
    /// Held from signing to sending: submissions that are signed before another one is sent exclude each other.
    pub(crate) turn: tokio::sync::Mutex<()>,
    /// When this process sent what the network has not made final yet.
    pub(crate) sent: Mutex<HashMap<SubmissionId, Instant>>,
    /// For which batches this process has admitted the recipient's wallet, and for which (true) barred the one that gives.
    pub(crate) admitted: Mutex<HashMap<(BatchId, bool), Instant>>,
    /// When something moved last.
    moved: Mutex<Option<Instant>>,
    /// Since when products are busy without a root in between.
    busy: Mutex<HashMap<ProductId, Instant>>,
    rests: Mutex<HashMap<ProductId, Rest>>,
    process: String,
    lease: Duration,
}

/// A product in trouble.
#[derive(Clone, Copy)]
struct Rest {
    length: Duration,
    until: Instant,
}

impl Courier {
    pub(crate) fn new(registry: Registry, ledger: Arc<dyn Ledger>, settings: &Settings) -> Self {
        Self {
            registry,
            ledger,
            most: settings.batch,
            anchors_apart: settings.anchors_apart,
            lease: settings.lease,
            turn: tokio::sync::Mutex::default(),
            sent: Mutex::default(),
            admitted: Mutex::default(),
            moved: Mutex::default(),
            busy: Mutex::default(),
            rests: Mutex::default(),
            process: Uuid::new_v4().to_string(),
        }
    }

    /// Rounds until the future completes.
    pub(crate) async fn run(&self, poll: Duration, stopped: impl Future<Output = ()>) {
        let mut stopped = pin!(stopped);
        loop {
            let mut round = pin!(self.round());
            let again = tokio::select! {
                again = &mut round => again,
                () = &mut stopped => {
                    let _ = tokio::time::timeout(GRACE, round).await;
                    return;
                }
            };
            if again {
                continue;
            }
            tokio::select! {
                () = self.registry.db.woken(delivery::TOPIC, poll) => {}
                () = &mut stopped => return,
            }
        }
    }

    /// One step for every product that has something to do; whether there may be more to do at once.
    pub(crate) async fn round(&self) -> bool {
        let products = match self.products().await {
            Ok(products) => products,
            Err(error) => {
                tracing::warn!(error = %error, "deliveries wait for the database: {error}");
                return false;
            }
        };
        let again = AtomicBool::new(false);
        stream::iter(products)
            .for_each_concurrent(PRODUCTS, async |product| {
                let step = async {
                    let advanced = self.advance(product).await?;
                    // A root covers whatever was entered before it, so that one is enough for many batches.
                    if advanced == Progress::Moved && !self.is_time_for_root(product) {
                        return Ok(advanced);
                    }
                    let anchored = self.anchor(product).await?;
                    Ok(if advanced == Progress::Moved {
                        advanced
                    } else {
                        anchored
                    })
                };
                match step.await {
                    Ok(Progress::Moved) => again.store(true, Ordering::Relaxed),
                    Ok(Progress::Waiting | Progress::Idle) => {}
                    Err(trouble) => return self.rest(product, &trouble),
                }
                self.rests().remove(&product);
            })
            .await;
        let again = again.into_inner();
        if again {
            *self.moved() = Some(Instant::now());
        }
        again
    }

    /// Whether something moves, or did a moment ago.
    pub(crate) fn is_busy(&self) -> bool {
        self.moved().is_some_and(|at| at.elapsed() < A_MOMENT)
    }

    fn moved(&self) -> std::sync::MutexGuard<'_, Option<Instant>> {
        self.moved.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a product that has more to send has gone without a root for long enough.
    fn is_time_for_root(&self, product: ProductId) -> bool {
        let mut busy = self.busy.lock().unwrap_or_else(PoisonError::into_inner);
        let since = *busy.entry(product).or_insert_with(Instant::now);
        let is_time = since.elapsed() >= LONGEST_WITHOUT_ROOT;
        if is_time {
            busy.remove(&product);
        }
        is_time
    }

    /// Nobody rests any longer.
    pub(crate) fn rested(&self) {
        self.rests().clear();
    }

    /// Products with work that do not rest, if this process may do it.
    async fn products(&self) -> registry::Result<Vec<ProductId>> {
        let mut products = delivery::products_with_work(&self.registry).await?;
        products.extend(anchors::products_with_work(&self.registry).await?);
        products.sort_unstable();
        products.dedup();
        let now = Instant::now();
        products.retain(|product| {
            let rest = self.rests().get(product).copied();
            rest.is_none_or(|rest| rest.until <= now)
        });
        // The lease is taken only for work, so that an idle process writes nothing.
        if products.is_empty()
            || delivery::take_lease(&self.registry, &self.process, self.lease).await?
        {
            Ok(products)
        } else {
            Ok(Vec::new())
        }
    }

    fn rest(&self, product: ProductId, trouble: &Trouble) {
        if trouble.is_transient() {
            tracing::warn!(product.id = %product, error = %trouble, "product {product} waits: {trouble}");
        } else {
            tracing::error!(product.id = %product, error = %trouble, "product {product} is held up until somebody looks: {trouble}");
        }
        let mut rests = self.rests();
        let length = rests
            .get(&product)
            .map_or(SHORTEST_REST, |rest| (rest.length * 2).min(LONGEST_REST));
        let until = Instant::now() + length;
        rests.insert(product, Rest { length, until });
    }

    fn rests(&self) -> std::sync::MutexGuard<'_, HashMap<ProductId, Rest>> {
        self.rests.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
