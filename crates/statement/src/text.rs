//! Numbers and times as people of either language write them.

use domain::{Language, Timestamp};
use jiff::tz::TimeZone;

/// Statutory days are counted here, whatever the machine's own zone.
static BERLIN: TimeZone = jiff::tz::get!("Europe/Berlin");

/// With the language's mark between thousands.
pub(crate) fn grouped(number: u64, language: Language) -> String {
    let digits = number.to_string();
    let mark = match language {
        Language::German => '.',
        Language::English => ',',
    };
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(mark);
        }
        text.push(digit);
    }
    text
}

/// A decimal number of the data in the language's own form; anything else as it is.
pub(crate) fn decimal(number: &str, language: Language) -> String {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let Ok(whole) = whole.parse() else {
        return number.to_owned();
    };
    let mark = match language {
        Language::German => ',',
        Language::English => '.',
    };
    let whole = grouped(whole, language);
    match fraction {
        "" => whole,
        fraction => format!("{whole}{mark}{fraction}"),
    }
}

/// A moment of the data on the clock in Berlin; anything else as it is.
pub(crate) fn date_and_time(moment: &str, language: Language) -> String {
    let Ok(moment) = Timestamp::parse(moment) else {
        return moment.to_owned();
    };
    let Ok(utc) = jiff::Timestamp::from_microsecond(moment.micros()) else {
        return moment.to_string();
    };
    let format = match language {
        Language::German => "%d.%m.%Y, %H:%M:%S Uhr (%Z)",
        Language::English => "%-d %B %Y, %H:%M:%S (%Z)",
    };
    utc.to_zoned(BERLIN.clone()).strftime(format).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_the_language_does() {
        let both = |number| {
            [Language::German, Language::English].map(|language| grouped(number, language))
        };
        assert_eq!(both(0), ["0", "0"]);
        assert_eq!(both(999), ["999", "999"]);
        assert_eq!(both(1_234_567), ["1.234.567", "1,234,567"]);
        assert_eq!(decimal("12000.50", Language::German), "12.000,50");
        assert_eq!(decimal("12000", Language::English), "12,000");
    }

    #[test]
    fn times_are_shown_on_the_clock_in_berlin() {
        let moment = "2026-11-23T23:30:00.000000Z";
        let german = date_and_time(moment, Language::German);
        assert_eq!(german, "24.11.2026, 00:30:00 Uhr (CET)");
        let english = date_and_time("2026-07-01T10:00:00Z", Language::English);
        assert_eq!(english, "1 July 2026, 12:00:00 (CEST)");
    }
}
