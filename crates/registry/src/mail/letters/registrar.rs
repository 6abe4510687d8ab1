//! Letters to the registrar's own people: what waits for them.

use domain::DecisionKind;
use domain::Language::{self, English, German};

use crate::mail::Letter;

/// What the registrar's people have to do, in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Work {
    /// Identifications to decide.
    pub identifications: u64,
    /// Investments in review.
    pub reviews: u64,
    /// Crypto securities to validate.
    pub validations: u64,
    /// Decisions that a second person has to confirm.
    pub decisions: u64,
}

impl Work {
    /// Whether nothing waits.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }

    fn lines(&self, language: Language) -> Vec<String> {
        let names = match language {
            German => [
                "Zu entscheidende Identifizierungen",
                "Investments in Prüfung",
                "Zu prüfende Kryptowertpapiere",
                "Zu bestätigende Entscheidungen",
            ],
            English => [
                "Identifications to decide",
                "Investments in review",
                "Crypto securities to validate",
                "Decisions to confirm",
            ],
        };
        let counts = [
            self.identifications,
            self.reviews,
            self.validations,
            self.decisions,
        ];
        let waiting = names.iter().zip(counts).filter(|(_, count)| *count > 0);
        waiting
            .map(|(name, count)| format!("{name}: {count}"))
            .collect()
    }
}

/// What waits for the registrar; one letter a day.
pub fn work_waits(language: Language, work: &Work, link: &str) -> Letter {
    let lines = work.lines(language);
    match language {
        German => Letter::new(
            "work_waits",
            language,
            "Die Arbeitsliste des Registerführers",
        )
        .text("Das wartet auf den Registerführer:")
        .list(lines)
        .link("Zur Arbeitsliste", link),
        English => Letter::new("work_waits", language, "The registrar's work list")
            .text("This waits for the registrar:")
            .list(lines)
            .link("Open the work list", link),
    }
}

/// Somebody has proposed what a second person has to confirm. The reasons stand where the link leads.
pub fn decision_waits(language: Language, kind: DecisionKind, link: &str) -> Letter {
    let name = decision(language, kind);
    match language {
        German => Letter::new("decision_waits", language, &format!("Zweite Person gesucht: {name}"))
            .text(format!("Vorgeschlagen ist: {name}. Wirksam wird das erst, wenn eine zweite Person es bestätigt. Gründe und Gegenstand stehen bei der Entscheidung."))
            .link("Zur Entscheidung", link),
        English => Letter::new("decision_waits", language, &format!("A second person is needed: {name}"))
            .text(format!("This is proposed: {name}. It takes effect only when a second person confirms it. Reasons and subject stand with the decision."))
            .link("Open the decision", link),
    }
}

fn decision(language: Language, kind: DecisionKind) -> &'static str {
    let (german, english) = match kind {
        DecisionKind::PlatformSuspension => ("Plattform aussetzen", "suspend a platform"),
        DecisionKind::PlatformReadmission => ("Plattform wieder zulassen", "readmit a platform"),
        DecisionKind::PlatformAdmission => ("Antragsteller zulassen", "admit an applicant"),
        DecisionKind::PlatformRefusal => ("Antragsteller ablehnen", "refuse an applicant"),
        DecisionKind::PlatformLicence => (
            "Erlaubnis einer Plattform ändern",
            "change a platform's licence",
        ),
        DecisionKind::ProductValidation => {
            ("Kryptowertpapier eintragen", "enter a crypto security")
        }
        DecisionKind::PayoutList => ("Auszahlungsliste erstellen", "draw up a payout list"),
        DecisionKind::Inspection => (
            "Einsicht in ein Register gewähren",
            "grant an inspection of a register",
        ),
        DecisionKind::IncidentClosure => (
            "Abweichung zwischen Register und DLT-Netz schließen",
            "close an incident between register and DLT network",
        ),
        DecisionKind::Restriction => (
            "Beschränkung oder Recht eintragen",
            "enter a restriction or right",
        ),
        DecisionKind::Reregistration => (
            "Umtragung ohne Unterschrift des Inhabers",
            "re-register units without the holder's signature",
        ),
        DecisionKind::Reversal => (
            "Rückgängigmachung einer falschen Eintragung",
            "reverse a wrong entry",
        ),
        DecisionKind::Conversion => (
            "Art der Eintragung ändern",
            "change how a holder is entered",
        ),
        DecisionKind::RestrictionRelease => (
            "Beschränkung oder Recht löschen",
            "release a restriction or right",
        ),
        DecisionKind::RegisterHandover => (
            "Register an eine andere Stelle übergeben",
            "hand a register over to another registrar",
        ),
        DecisionKind::TermsChange => (
            "Emissionsbedingungen ändern",
            "change the terms of an issue",
        ),
    };
    match language {
        German => german,
        English => english,
    }
}
