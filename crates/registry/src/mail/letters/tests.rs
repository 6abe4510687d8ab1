//! What every letter has in common.

use domain::{Date, DecisionKind, Language, Timestamp};

use super::*;
use crate::mail::{Letter, Paragraph, html, plain_text};

const LINK: &str = "https://network.example/console/somewhere";

/// Every letter once.
fn all(language: Language) -> Vec<Letter> {
    let at = Timestamp::parse("2026-06-01T08:05:00Z").unwrap();
    let day = Date::parse("2026-09-01").unwrap();
    let waiting = [
        Waiting {
            asset: "Havelkontor Anleihe 2026/2031".to_owned(),
            investments: 2,
            day,
        },
        Waiting {
            asset: "Atelier 7".to_owned(),
            investments: 1,
            day,
        },
    ];
    let company = "Mustermann & Söhne GmbH";
    vec![
        invitation(language, company, LINK, at),
        email_confirmation(language, LINK, at),
        password_reset(language, LINK, at),
        application_received(language, company, day, LINK),
        application_question(language, company, LINK),
        application_decided(language, company, Decision::Approved, LINK),
        application_decided(language, company, Decision::Refused, LINK),
        application_due(language, company, day, LINK),
        asset_request_decided(language, "Atelier 7", Decision::Approved, LINK),
        asset_request_decided(language, "Atelier 7", Decision::Refused, LINK),
        acceptance_due(language, &waiting, LINK),
        payments_due(language, &waiting, LINK),
        licence_expires(language, company, day, LINK),
        endpoint_dead(language, "havelkontor-anleihe-2031", day, LINK),
    ]
    .into_iter()
    .chain(later(language, &waiting, day))
    .collect()
}

/// Those about credentials, the registrar's work, and what was decided.
fn later(language: Language, waiting: &[Waiting], day: Date) -> Vec<Letter> {
    let client = "live_partner_3f9a51c2";
    let company = "Mustermann & Söhne GmbH";
    let work = Work {
        identifications: 3,
        decisions: 1,
        ..Work::default()
    };
    let mut letters = vec![
        cancellations_end(language, waiting, LINK),
        asset_requested(language, company, "Atelier 7", LINK),
        asset_request_accepted(language, company, "Atelier 7", LINK),
        client_expires(language, client, day, LINK),
        product_decided(language, "Atelier 7", Decision::Approved, LINK),
        product_decided(language, "Atelier 7", Decision::Refused, LINK),
        work_waits(language, &work, LINK),
    ];
    for change in [
        ClientChange::Made,
        ClientChange::Rotated,
        ClientChange::Revoked,
    ] {
        letters.push(client_changed(language, client, change, LINK));
    }
    for standing in [Standing::Suspended, Standing::Readmitted, Standing::Left] {
        letters.push(standing_changed(language, company, standing, LINK));
    }
    for kind in DecisionKind::ALL {
        letters.push(decision_waits(language, kind, LINK));
    }
    letters
}

#[test]
fn every_letter_has_a_subject_one_link_and_the_same_text_twice() {
    for language in [Language::German, Language::English] {
        for letter in all(language) {
            let name = letter.template();
            assert!((5..=90).contains(&letter.subject.chars().count()), "{name}");
            let links = letter.paragraphs.iter().filter(
                |paragraph| matches!(paragraph, Paragraph::Link { url, .. } if url == LINK),
            );
            assert_eq!(links.count(), 1, "{name}");
            let text = plain_text(&letter, "Musterregister");
            let page = html(&letter, "Musterregister");
            for line in text.lines().filter(|line| !line.is_empty()) {
                let line = line.trim_start_matches("- ").trim_end_matches(':');
                let escaped = line.replace('&', "&amp;");
                assert!(page.contains(&escaped), "{name}: {line}\n{page}");
            }
            for loaded in ["<img", "<script", "<style", "src="] {
                assert!(!page.contains(loaded), "{name}");
            }
        }
    }
}

#[test]
fn a_letter_is_written_in_its_language() {
    let (german, english) = (all(Language::German), all(Language::English));
    for (german, english) in german.iter().zip(&english) {
        assert_eq!(german.template(), english.template());
        assert_ne!(german.subject, english.subject);
        assert!(plain_text(german, "X").starts_with("Guten Tag,"));
        assert!(plain_text(english, "X").starts_with("Hello,"));
    }
}

#[test]
fn a_digest_counts_and_names_days_as_people_do() {
    let text = plain_text(&all(Language::German)[10], "X");
    assert!(
        text.contains("- Havelkontor Anleihe 2026/2031: 2 Investments, seit 01.09.2026\n- Atelier 7: 1 Investment, seit 01.09.2026"),
        "{text}"
    );
    let letter = &all(Language::English)[10];
    assert_eq!(letter.subject, "3 investments to accept");
    assert!(plain_text(letter, "X").contains("since 1 September 2026"));
}

#[test]
fn the_work_list_names_what_waits_and_nothing_else() {
    let work = Work {
        identifications: 3,
        decisions: 1,
        ..Work::default()
    };
    let text = plain_text(&work_waits(Language::German, &work, LINK), "X");
    let lines = "- Zu entscheidende Identifizierungen: 3\n- Zu bestätigende Entscheidungen: 1\n";
    assert!(text.contains(lines) && !text.contains(": 0"), "{text}");
}

#[test]
fn a_one_time_link_says_until_when() {
    let text = plain_text(&all(Language::English)[0], "X");
    assert!(text.contains("until 08:05 UTC on 1 June 2026"), "{text}");
    let text = plain_text(&all(Language::German)[2], "X");
    assert!(text.contains("bis 01.06.2026 um 08:05 Uhr (UTC)"), "{text}");
}
