//! Times as text, for what is sent and shown; inside they are microseconds since the Unix epoch.

use jiff::Timestamp;

/// RFC 3339, UTC.
pub(crate) fn text(micros: i64) -> String {
    Timestamp::from_microsecond(micros)
        .unwrap_or(Timestamp::UNIX_EPOCH)
        .to_string()
}

/// Microseconds of a time as other servers write it; nothing if it is none.
pub(crate) fn parse(text: &str) -> Option<i64> {
    text.parse::<Timestamp>()
        .ok()
        .map(Timestamp::as_microsecond)
}
