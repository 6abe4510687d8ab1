//! Looking for the proofs of domains, in a loop of its own: a stranger's server may take its time, and no clock waits for it.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use registry::{Registry, admissions};

/// Looks again and again until the future completes.
pub(crate) async fn run(registry: Registry, every: Duration, stopped: impl Future<Output = ()>) {
    let mut stopped = pin!(stopped);
    loop {
        tokio::select! {
            looked = admissions::prove_domains(&registry) => {
                if let Err(error) = looked {
                    tracing::warn!(error = %error, "domains wait for the database: {error}");
                }
            }
            () = &mut stopped => return,
        }
        tokio::select! {
            () = tokio::time::sleep(every) => {}
            () = &mut stopped => return,
        }
    }
}
