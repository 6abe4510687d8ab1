//! Compares registers with the DLT network, again and again, and measures what comes of it.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use dlt::{Ledger, LedgerError};
use domain::ProductId;
use registry::reconciliation::{self, Look, Seen};
use registry::{Error, Registry};

use crate::movements;

/// Compares all registers.
pub(crate) struct Reconciler {
    registry: Registry,
    ledger: Arc<dyn Ledger>,
}

impl Reconciler {
    pub(crate) fn new(registry: Registry, ledger: Arc<dyn Ledger>) -> Self {
        Self { registry, ledger }
    }

    /// Compares until the future completes.
    pub(crate) async fn run(&self, every: Duration, stopped: impl Future<Output = ()>) {
        let mut stopped = pin!(stopped);
        loop {
            tokio::select! {
                () = self.round() => {}
                () = &mut stopped => return,
            }
            tokio::select! {
                () = tokio::time::sleep(every) => {}
                () = &mut stopped => return,
            }
        }
    }

    /// What gas costs now, for estimates and for deliveries that wait for a price.
    async fn note_price(&self) {
        let price = match self.ledger.price().await {
            Ok(price) => price,
            Err(error) => {
                return tracing::warn!(error = %error, "the price of gas is not known: {error}");
            }
        };
        let chain_id = self.ledger.network().chain_id;
        if let Err(error) =
            registry::delivery_costs::note_price(&self.registry, chain_id, price).await
        {
            waits("the database", &error);
        }
        metrics::gauge!("dlt_gas_price_wei").set(price as f64);
    }

    /// One look at every register.
    pub(crate) async fn round(&self) {
        self.note_price().await;
        match reconciliation::registers(&self.registry).await {
            Ok(products) => {
                for product in products {
                    self.compare(product).await;
                }
            }
            Err(error) => waits("the database", &error),
        }
        self.measure().await;
    }

    async fn compare(&self, product: ProductId) {
        // What holders have moved themselves explains itself.
        let taken = movements::take(&self.registry, self.ledger.as_ref(), product, None);
        match taken.await {
            Ok(_) => {}
            Err(error) if error.is_transient() => {
                tracing::warn!(product.id = %product, error = %error, "the transfers of holders wait: {error}");
            }
            Err(error) => {
                tracing::error!(product.id = %product, error = %error, "the transfers of holders wait until somebody looks: {error}");
            }
        }
        let look = match reconciliation::look(&self.registry, product).await {
            Ok(Some(look)) => look,
            Ok(None) => return,
            Err(error) => return waits("the database", &error),
        };
        match self.see(&look).await {
            Ok(seen) => {
                if let Err(error) = reconciliation::judge(&self.registry, look, seen).await {
                    waits("the database", &error);
                }
            }
            // Nothing is known, so that nothing is judged; how old the last look is shows it.
            Err(error) => {
                tracing::warn!(error = %error, "the comparison waits for the network: {error}")
            }
        }
    }

    async fn see(&self, look: &Look) -> Result<Seen, LedgerError> {
        let wallets: Vec<_> = look.wallets.iter().map(|(wallet, _)| *wallet).collect();
        let balances = self.ledger.balances(look.token, &wallets).await?;
        let asset = self.ledger.asset(look.token).await?;
        Ok(Seen {
            at_block: balances.at_block,
            units: balances.units,
            total: asset.map_or(0, |asset| asset.issued),
        })
    }

    async fn measure(&self) {
        let Ok(watch) = reconciliation::watch(&self.registry).await else {
            return;
        };
        let now = self.registry.clock.now();
        let age = watch
            .oldest_look
            .map_or(0, |at| now.seconds_since(at).max(0));
        metrics::gauge!("reconciliation_oldest_look_age_seconds").set(age as f64);
        metrics::gauge!("reconciliation_registers_differing").set(watch.differing as f64);
        metrics::gauge!("reconciliation_incidents_open").set(watch.incidents as f64);
    }
}

fn waits(for_what: &str, error: &Error) {
    tracing::warn!(error = %error, "the comparison waits for {for_what}: {error}");
}
