//! Ctrl-C and SIGTERM: the running step is told to end, and the suite then stops the database it started.

use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use anyhow::{Context, Result};

/// Whether somebody wants us to stop, and which process is running meanwhile.
#[derive(Clone, Default)]
pub struct Interrupt {
    wanted: Arc<AtomicBool>,
    child: Arc<AtomicU32>,
}

impl Interrupt {
    /// Takes over the signals. The first asks the running step to end; the database is stopped by the suite's own way out.
    pub fn install() -> Result<Interrupt> {
        let interrupt = Interrupt::default();
        let seen = interrupt.clone();
        ctrlc::set_handler(move || {
            seen.wanted.store(true, Ordering::SeqCst);
            match seen.child.load(Ordering::SeqCst) {
                0 => {}
                child => signal("TERM", child),
            }
        })
        .context("cannot take over the signals")?;
        Ok(interrupt)
    }

    /// Whether a signal has arrived.
    pub fn wanted(&self) -> bool {
        self.wanted.load(Ordering::SeqCst)
    }

    /// Names the process that a signal is to be passed on to.
    pub fn running(&self, child: u32) {
        self.child.store(child, Ordering::SeqCst);
    }

    /// Nothing is running any more.
    pub fn idle(&self) {
        self.child.store(0, Ordering::SeqCst);
    }
}

/// Sends a signal to one process that we started.
pub fn signal(name: &str, process: u32) {
    let sent = Command::new("kill")
        .arg(format!("-{name}"))
        .arg(process.to_string())
        .stderr(Stdio::null())
        .status();
    if let Err(error) = sent {
        eprintln!("cannot send a signal to process {process}: {error}");
    }
}
