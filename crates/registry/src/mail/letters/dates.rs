//! Days and times as people write them.

use domain::{Date, Language, Timestamp};

const ENGLISH_MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// `31.12.2026` or `31 December 2026`.
pub(super) fn day(language: Language, date: Date) -> String {
    let iso = date.to_string();
    let mut parts = iso.split('-');
    let (year, month, day) = (parts.next(), parts.next(), parts.next());
    let (year, month, day) = (
        year.unwrap_or_default(),
        month.unwrap_or_default(),
        day.unwrap_or_default(),
    );
    match language {
        Language::German => format!("{day}.{month}.{year}"),
        Language::English => {
            let index = month.parse::<usize>().unwrap_or(1).saturating_sub(1);
            let name = ENGLISH_MONTHS.get(index).copied().unwrap_or(month);
            format!("{} {name} {year}", day.trim_start_matches('0'))
        }
    }
}

/// Day and time in UTC, for what may be used until then.
pub(super) fn until(language: Language, at: Timestamp) -> String {
    let text = at.to_string();
    let clock = text.get(11..16).unwrap_or_default();
    match language {
        Language::German => format!("{} um {clock} Uhr (UTC)", day(language, utc_day(&text, at))),
        Language::English => format!("{clock} UTC on {}", day(language, utc_day(&text, at))),
    }
}

fn utc_day(text: &str, at: Timestamp) -> Date {
    let day = text.get(..10).and_then(|day| Date::parse(day).ok());
    day.unwrap_or_else(|| at.berlin_date())
}
