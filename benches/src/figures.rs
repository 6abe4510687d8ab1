//! Numbers as the reports print them.

use std::time::Duration;

/// The value below which `per_mille` thousandths of the sorted values lie.
pub fn quantile<T: Copy + Default>(sorted: &[T], per_mille: usize) -> T {
    let place = sorted.len() * per_mille / 1000;
    let found = sorted.get(place).or(sorted.last());
    found.copied().unwrap_or_default()
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
