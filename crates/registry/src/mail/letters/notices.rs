//! Letters that tell somebody what waits for them. They name assets and numbers, never investors.

use domain::Date;
use domain::Language::{self, English, German};

use super::dates::day;
use crate::mail::Letter;

/// Investments of one asset that wait for somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// The asset's name.
    pub asset: String,
    /// How many investments.
    pub investments: u64,
    /// The day since which the first waits, or by which the first is due.
    pub day: Date,
}

/// Investments wait for the issuer's acceptance; one letter for all of a day.
pub fn acceptance_due(language: Language, waiting: &[Waiting], link: &str) -> Letter {
    let count = total(waiting);
    let lines = lines(language, waiting, "seit", "since");
    match language {
        German => Letter::new(
            "acceptance_due",
            language,
            &format!("{count} {} zur Annahme", german(count)),
        )
        .text("Diese Investments warten auf Ihre Annahme oder Ablehnung:")
        .list(lines)
        .link("Zur Arbeitsliste", link),
        English => Letter::new(
            "acceptance_due",
            language,
            &format!("{count} {} to accept", english(count)),
        )
        .text("These investments wait for your acceptance or rejection:")
        .list(lines)
        .link("Open the work list", link),
    }
}

/// Accepted investments whose payment is due soon and that nobody has marked as paid.
pub fn payments_due(language: Language, due: &[Waiting], link: &str) -> Letter {
    let count = total(due);
    let lines = lines(language, due, "erste Frist am", "first due on");
    match language {
        German => Letter::new("payments_due", language, &format!("{count} {}: Zahlungsfrist läuft ab", german(count)))
            .text("Für diese angenommenen Investments läuft die Zahlungsfrist in Kürze ab. Was dann nicht als bezahlt gemeldet ist, endet.")
            .list(lines)
            .link("Zahlungen prüfen", link),
        English => Letter::new("payments_due", language, &format!("{count} {}: payment deadline near", english(count)))
            .text("The payment deadline of these accepted investments ends soon. What is not marked as paid by then ends.")
            .list(lines)
            .link("Check the payments", link),
    }
}

/// Investments that their investors can cancel for a few days more; they are delivered after that.
pub fn cancellations_end(language: Language, ending: &[Waiting], link: &str) -> Letter {
    let count = total(ending);
    let lines = lines(language, ending, "erste Frist am", "first on");
    match language {
        German => Letter::new("cancellations_end", language, &format!("{count} {}: Widerrufsfrist läuft ab", german(count)))
            .text("Für diese Investments läuft die Widerrufsfrist in Kürze ab. Ein Widerruf, der Ihnen vorliegt, muss vorher im Netzwerk stehen; danach wird geliefert.")
            .list(lines)
            .link("Investments ansehen", link),
        English => Letter::new("cancellations_end", language, &format!("{count} {}: cancellation period ends", english(count)))
            .text("The cancellation period of these investments ends soon. A cancellation that you have must be in the network before; after that they are delivered.")
            .list(lines)
            .link("See the investments", link),
    }
}

/// A platform's licence ends soon.
pub fn licence_expires(language: Language, company: &str, on: Date, link: &str) -> Letter {
    let date = day(language, on);
    match language {
        German => Letter::new("licence_expires", language, &format!("Erlaubnis endet am {date}: {company}"))
            .text(format!("Die hinterlegte Erlaubnis von {company} gilt bis zum {date}. Danach nimmt das Netzwerk keine neuen Investments an; laufende gehen weiter."))
            .link("Erlaubnis erneuern", link),
        English => Letter::new("licence_expires", language, &format!("Licence ends on {date}: {company}"))
            .text(format!("The licence on record for {company} is valid until {date}. After that the network takes no new investments; running ones go on."))
            .link("Renew the licence", link),
    }
}

/// A webhook endpoint gets nothing any more.
pub fn endpoint_dead(language: Language, environment: &str, since: Date, link: &str) -> Letter {
    let date = day(language, since);
    match language {
        German => Letter::new("endpoint_dead", language, &format!("Webhook-Empfänger antwortet nicht: {environment}"))
            .text(format!("Ein Webhook-Empfänger der Umgebung {environment} nimmt seit dem {date} nichts mehr an. Ereignisse gehen nicht verloren: Sie stehen im Feed und können erneut zugestellt werden."))
            .link("Zustellversuche ansehen", link),
        English => Letter::new("endpoint_dead", language, &format!("Webhook endpoint does not answer: {environment}"))
            .text(format!("A webhook endpoint of the environment {environment} has taken nothing since {date}. No event is lost: all are in the feed and can be replayed."))
            .link("See the attempts", link),
    }
}

fn total(waiting: &[Waiting]) -> u64 {
    waiting.iter().map(|one| one.investments).sum()
}

fn lines(language: Language, waiting: &[Waiting], de: &str, en: &str) -> Vec<String> {
    let line = |one: &Waiting| {
        let (count, date) = (one.investments, day(language, one.day));
        match language {
            German => format!("{}: {count} {}, {de} {date}", one.asset, german(count)),
            English => format!("{}: {count} {}, {en} {date}", one.asset, english(count)),
        }
    };
    waiting.iter().map(line).collect()
}

fn german(count: u64) -> &'static str {
    match count {
        1 => "Investment",
        _ => "Investments",
    }
}

fn english(count: u64) -> &'static str {
    match count {
        1 => "investment",
        _ => "investments",
    }
}
