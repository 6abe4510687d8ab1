//! Numbers as the reports print them.

use std::time::Duration;

/// The value below which `per_mille` thousandths of the sorted values lie.
pub fn quantile(sorted: &[Duration], per_mille: usize) -> Duration {
    if sorted.is_empty() {
        return Duration::ZERO;
    }
    sorted[(sorted.len() * per_mille / 1000).min(sorted.len() - 1)]
}

/// Milliseconds with one decimal.
pub fn ms(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1000.0)
}

/// The largest of a few figures.
pub fn best(figures: &[f64]) -> f64 {
    figures.iter().copied().fold(0.0, f64::max)
}

/// Each figure without decimals.
pub fn list(figures: &[f64]) -> String {
    let shown: Vec<String> = figures
        .iter()
        .map(|figure| format!("{figure:.0}"))
        .collect();
    shown.join(", ")
}
