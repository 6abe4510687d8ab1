//! How moments and days are read, shown and counted.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::*;

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

fn day(text: &str) -> Date {
    Date::parse(text).unwrap()
}

#[test]
fn a_moment_is_shown_in_utc_with_microseconds() {
    for (given, shown) in [
        ("2026-11-22T15:04:05.123456Z", "2026-11-22T15:04:05.123456Z"),
        (
            "2021-05-06T07:14:13.630308+00:00",
            "2021-05-06T07:14:13.630308Z",
        ),
        ("2020-08-10T14:06:22.134Z", "2020-08-10T14:06:22.134000Z"),
        ("2026-11-22T16:04:05+01:00", "2026-11-22T15:04:05.000000Z"),
        (
            "2026-11-22t15:04:05.123456789z",
            "2026-11-22T15:04:05.123456Z",
        ),
        ("1969-12-31T23:59:59.5Z", "1969-12-31T23:59:59.500000Z"),
    ] {
        assert_eq!(at(given).to_string(), shown);
    }
}

#[test]
fn a_moment_needs_its_offset_and_every_part() {
    for text in [
        "",
        "2026-11-22",
        "2026-11-22T15:04:05",
        "2026-11-22 15:04:05Z",
        "2026-11-22T15:04Z",
        "2026-11-22T15:04:05.Z",
        "2026-02-30T00:00:00Z",
        "2026-11-22T25:04:05Z",
        "2026-11-22T15:04:05+01:00[Europe/Berlin]",
        "1763823845",
        "0000-01-01T00:00:00Z",
        "2026-11-22T15:04:05.1234567891Z",
        "20261122T150405Z",
        "2026-11-22T15:04:05Zä",
    ] {
        assert_eq!(Timestamp::parse(text), Err(TimestampError), "{text}");
    }
}

#[test]
fn a_day_is_year_month_day() {
    assert_eq!(day("2020-02-29").to_string(), "2020-02-29");
    for text in [
        "2021-02-29",
        "2021-2-9",
        "20210209",
        "09.02.2021",
        "2021-02-09T00:00:00Z",
        "0000-01-01",
        "+002021-02-09",
    ] {
        assert_eq!(Date::parse(text), Err(DateError), "{text}");
    }
}

#[test]
fn the_day_in_berlin_differs_from_the_day_in_utc() {
    assert_eq!(at("2026-01-31T22:59:59Z").berlin_date(), day("2026-01-31"));
    assert_eq!(at("2026-01-31T23:00:00Z").berlin_date(), day("2026-02-01"));
    assert_eq!(at("2026-07-31T22:00:00Z").berlin_date(), day("2026-08-01"));
}

#[test]
fn a_day_ends_where_the_next_begins_also_when_the_clocks_change() {
    assert_eq!(
        day("2026-03-29").start_of_day_berlin(),
        at("2026-03-28T23:00:00Z")
    );
    assert_eq!(
        day("2026-03-29").end_of_day_berlin(),
        at("2026-03-29T22:00:00Z")
    );
    assert_eq!(
        day("2026-10-25").end_of_day_berlin(),
        at("2026-10-25T23:00:00Z")
    );
}

#[test]
fn months_end_on_their_last_day() {
    assert_eq!(day("2024-02-29").add_months(24), day("2026-02-28"));
    assert_eq!(day("2026-01-31").add_months(1), day("2026-02-28"));
    assert_eq!(day("2026-03-31").add_months(-1), day("2026-02-28"));
    assert_eq!(day("2026-12-31").add_days(1), day("2027-01-01"));
}

proptest! {
    #[test]
    fn every_moment_is_read_as_it_is_shown(micros: i64) {
        let moment = Timestamp::from_micros(micros);
        prop_assert_eq!(Timestamp::parse(&moment.to_string()), Ok(moment));
    }

    #[test]
    fn every_moment_lies_within_its_day_in_berlin(micros in 0..LAST_MICROS) {
        let moment = Timestamp::from_micros(micros);
        let day = moment.berlin_date();
        prop_assert!(day.start_of_day_berlin() <= moment && moment < day.end_of_day_berlin() || day.year() == 9999);
    }

    #[test]
    fn no_distance_leaves_the_calendar(micros: i64, days: i64) {
        let moved = Timestamp::from_micros(micros).plus_seconds(days).berlin_date().add_days(days).add_months(days);
        prop_assert_eq!(Date::parse(&moved.to_string()), Ok(moved));
        prop_assert!(moved.end_of_day_berlin().micros() <= LAST_MICROS);
    }

    #[test]
    fn reading_never_panics(text in "\\PC*") {
        let _ = (Timestamp::parse(&text), Date::parse(&text));
    }
}
