//! The machine's clock, for dates that must not grow old.

/// So many days ago.
#[expect(
    clippy::disallowed_methods,
    reason = "a load is made now; there is no clock to hand in"
)]
pub fn days_ago(days: i64) -> jiff::Timestamp {
    jiff::Timestamp::now() - jiff::SignedDuration::from_hours(24 * days)
}
