//! When a call is repeated, and after which pause.

use std::time::{Duration, SystemTime};

use crate::{Error, Settings};

/// What decides about a repeat beside the error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Repeats {
    /// It reads, or a key makes the repeat harmless.
    Harmless,
    /// A writing call without a key: only if it cannot have reached the server.
    OnlyIfUnsent,
}

/// The pause before the next attempt; None: the error is final. `attempt` counts from 1, `chance` is random from 0 to 1.
pub(crate) fn pause(
    settings: &Settings,
    repeats: Repeats,
    error: &Error,
    attempt: u32,
    chance: f64,
) -> Option<Duration> {
    let harmless = match repeats {
        Repeats::Harmless => error.is_temporary(),
        Repeats::OnlyIfUnsent => {
            matches!(error, Error::Unreachable(unreachable) if !unreachable.may_have_happened)
        }
    };
    if !harmless || attempt >= settings.attempts {
        return None;
    }
    let pause = match error.retry_after() {
        // Everybody who was told the same second does not come back in it.
        Some(asked) => asked + settings.first_pause.mul_f64(chance),
        None => backed_off(settings, attempt).mul_f64(0.5 + chance / 2.0),
    };
    // A server that asks for more than this is not waited for: the caller has better things to do, and is told.
    let longest = settings.longest_pause + settings.first_pause;
    (pause <= longest).then_some(pause)
}

fn backed_off(settings: &Settings, attempt: u32) -> Duration {
    let doubled = 1u32.checked_shl(attempt - 1).unwrap_or(u32::MAX);
    settings
        .first_pause
        .saturating_mul(doubled)
        .min(settings.longest_pause)
}

/// A random share from 0 to 1.
pub(crate) fn chance() -> f64 {
    let mut bytes = [0; 4];
    // Without randomness the pauses are only less spread.
    let _ = getrandom::fill(&mut bytes);
    f64::from(u32::from_be_bytes(bytes)) / f64::from(u32::MAX)
}

/// `Retry-After`: seconds, or a date.
pub(crate) fn retry_after(header: &str) -> Option<Duration> {
    if let Ok(seconds) = header.trim().parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = httpdate::parse_http_date(header).ok()?;
    Some(until.duration_since(real_now()).unwrap_or_default())
}

#[expect(
    clippy::disallowed_methods,
    reason = "a date in a header is compared with real time"
)]
fn real_now() -> SystemTime {
    SystemTime::now()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Refusal, Unreachable};

    fn refused(status: u16, retry_after: Option<u64>) -> Error {
        Error::Refused(Box::new(Refusal {
            status,
            retry_after: retry_after.map(Duration::from_secs),
            ..Refusal::default()
        }))
    }

    fn unreachable(may_have_happened: bool) -> Error {
        Error::Unreachable(Box::new(Unreachable {
            method: "POST".to_owned(),
            path: "investors/".to_owned(),
            reason: "no route".to_owned(),
            may_have_happened,
        }))
    }

    #[test]
    fn pauses_grow_up_to_the_longest_and_stop() {
        let settings = Settings {
            attempts: 12,
            ..Settings::default()
        };
        let pauses: Vec<u128> = (1..=12)
            .filter_map(|attempt| {
                pause(
                    &settings,
                    Repeats::Harmless,
                    &refused(503, None),
                    attempt,
                    1.0,
                )
            })
            .map(|pause| pause.as_millis())
            .collect();
        assert_eq!(
            pauses,
            [
                250, 500, 1000, 2000, 4000, 8000, 16000, 20000, 20000, 20000, 20000
            ]
        );
    }

    #[test]
    fn the_servers_own_pause_is_kept_unless_it_is_too_long() {
        let settings = Settings::default();
        let asked = |seconds| {
            let error = refused(429, Some(seconds));
            pause(&settings, Repeats::Harmless, &error, 1, 0.0)
        };
        assert_eq!(asked(3), Some(Duration::from_secs(3)));
        assert_eq!(asked(20), Some(Duration::from_secs(20)));
        assert_eq!(asked(60), None);
    }

    #[test]
    fn a_write_without_a_key_is_repeated_only_if_it_was_never_sent() {
        let settings = Settings::default();
        let again = |repeats, error: Error| pause(&settings, repeats, &error, 1, 0.5).is_some();
        assert!(again(Repeats::OnlyIfUnsent, unreachable(false)));
        assert!(!again(Repeats::OnlyIfUnsent, unreachable(true)));
        assert!(!again(Repeats::OnlyIfUnsent, refused(503, None)));
        assert!(again(Repeats::Harmless, unreachable(true)));
        assert!(!again(Repeats::Harmless, refused(422, None)));
    }

    #[test]
    fn the_header_is_seconds_or_a_date() {
        assert_eq!(retry_after("7"), Some(Duration::from_secs(7)));
        assert_eq!(
            retry_after("Wed, 21 Oct 2015 07:28:00 GMT"),
            Some(Duration::ZERO)
        );
        assert!(
            retry_after("Fri, 31 Dec 2100 23:59:59 GMT").is_some_and(|wait| wait.as_secs() > 1)
        );
        assert_eq!(retry_after("soon"), None);
    }
}
