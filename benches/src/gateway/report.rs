//! The figures as they are printed, each beside its limit, and which limits were missed.

use std::time::Duration;

use super::Options;
use super::backlog::Drained;
use super::updates::Singles;
use crate::figures::{ms, quantile};

/// What the gateway's answer to an update may take.
const DURABLE: Duration = Duration::from_millis(5);
/// Until all environments have it, as a multiple of the slowest one's own answer time.
const EVERYWHERE: f64 = 1.2;
/// The others' 99th percentile while one environment hangs, to that without.
const OTHERS: f64 = 1.1;
/// At least so much of the environments' limits together.
const DRAINS: f64 = 0.8;
/// Bytes.
const MEMORY: u64 = 200_000_000;

/// Prints figures, and remembers which are beyond their limits.
pub struct Report {
    database: String,
    pub missed: Vec<String>,
}

impl Report {
    pub fn of(database: &str) -> Self {
        Self {
            database: database.to_owned(),
            missed: Vec::new(),
        }
    }

    fn line(&mut self, what: &str, is_kept: bool, figures: &str) {
        let mark = if is_kept { "" } else { "  MISSED" };
        println!("  {what:<28} {figures}{mark}");
        if !is_kept {
            self.missed.push(format!("{what} on {}", self.database));
        }
    }

    pub fn singles(&mut self, singles: &Singles) {
        let (p50, p99) = (
            quantile(&singles.durable, 500),
            quantile(&singles.durable, 990),
        );
        let figures = format!(
            "{:.2} of the limit of {} at p50, {:.2} at p99 ({}, {}; {} updates one after another)",
            p50.as_secs_f64() / DURABLE.as_secs_f64(),
            ms(DURABLE),
            p99.as_secs_f64() / DURABLE.as_secs_f64(),
            ms(p50),
            ms(p99),
            singles.durable.len(),
        );
        self.line("durable at the gateway", p50 <= DURABLE, &figures);
        let ratio = |place| quantile(&singles.per_mille, place) as f64 / 1000.0;
        let figures = format!(
            "{:.2} of the slowest one's own answer time at p50 (limit {EVERYWHERE}), {:.2} at p99 ({}, {}; {} of processor time each)",
            ratio(500),
            ratio(990),
            ms(quantile(&singles.everywhere, 500)),
            ms(quantile(&singles.everywhere, 990)),
            ms(singles.processor),
        );
        self.line("in all environments", ratio(500) <= EVERYWHERE, &figures);
    }

    pub fn others(&mut self, healthy: &[Duration], beside: &[Duration]) {
        let (without, with) = (quantile(healthy, 990), quantile(beside, 990));
        let ratio = with.as_secs_f64() / without.as_secs_f64();
        let figures = format!(
            "{ratio:.2} of their p99 without it (limit {OTHERS}; {} of {}, p50 {} of {}; {} arrivals)",
            ms(with),
            ms(without),
            ms(quantile(beside, 500)),
            ms(quantile(healthy, 500)),
            beside.len(),
        );
        self.line("the others, one hanging", ratio <= OTHERS, &figures);
    }

    pub fn backlog(&mut self, drained: &Drained, options: &Options) {
        let limits = options.limits_together();
        let ratio = drained.per_second / limits as f64;
        let figures = format!(
            "{ratio:.2} of the limits together (limit {DRAINS}; {:.0} of {limits} a second; {} waited of {}; {} turned away; {} of processor time each; {:.0} \
             a second were made durable before)",
            drained.per_second,
            drained.waiting,
            options.updates,
            drained.turned_away,
            ms(drained.processor),
            drained.taken_per_second,
        );
        self.line("the backlog drains at", ratio >= DRAINS, &figures);
    }

    pub fn memory(&mut self, peak: u64) {
        let figures = format!(
            "{:.2} of the limit of {} MB ({:.0} MB at most)",
            peak as f64 / MEMORY as f64,
            MEMORY / 1_000_000,
            peak as f64 / 1e6,
        );
        self.line("the gateway's memory", peak <= MEMORY, &figures);
    }
}
