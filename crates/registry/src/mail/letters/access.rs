//! Letters about the credentials of programs. They name the client and never what it signs in with.

use domain::Date;
use domain::Language::{self, English, German};

use super::dates::day;
use crate::mail::Letter;

/// What was done to a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientChange {
    /// It was made.
    Made,
    /// It has a new secret or key; the old one ends.
    Rotated,
    /// It is refused from now on.
    Revoked,
}

/// A client of the organisation was made, has a new secret or key, or was revoked.
pub fn client_changed(
    language: Language,
    client: &str,
    change: ClientChange,
    link: &str,
) -> Letter {
    let (subject, text, label) = match (language, change) {
        (German, ClientChange::Made) => (
            "Neue Zugangsdaten",
            "wurde angelegt und kann die API benutzen",
            "Zugangsdaten ansehen",
        ),
        (German, ClientChange::Rotated) => (
            "Zugangsdaten erneuert",
            "hat ein neues Geheimnis oder einen neuen Schlüssel; die bisherigen enden nach der gewählten Überlappung",
            "Zugangsdaten ansehen",
        ),
        (German, ClientChange::Revoked) => (
            "Zugangsdaten widerrufen",
            "wurde widerrufen; die API nimmt nichts mehr von ihm an",
            "Zugangsdaten ansehen",
        ),
        (English, ClientChange::Made) => (
            "New credentials",
            "was made and can use the API",
            "See the credentials",
        ),
        (English, ClientChange::Rotated) => (
            "Credentials rotated",
            "has a new secret or key; the former ones end after the overlap that was chosen",
            "See the credentials",
        ),
        (English, ClientChange::Revoked) => (
            "Credentials revoked",
            "was revoked; the API takes nothing from it any more",
            "See the credentials",
        ),
    };
    let letter = Letter::new("client_changed", language, &format!("{subject}: {client}"));
    match language {
        German => letter.text(format!("Der Client {client} {text}. Wenn das niemand bei Ihnen veranlasst hat, widerrufen Sie ihn und melden Sie sich beim Registerführer.")),
        English => letter.text(format!("The client {client} {text}. If nobody of yours did this, revoke it and tell the registrar.")),
    }
    .link(label, link)
}

/// A client is refused from this day on unless another one takes its place.
pub fn client_expires(language: Language, client: &str, on: Date, link: &str) -> Letter {
    let date = day(language, on);
    match language {
        German => Letter::new("client_expires", language, &format!("Zugangsdaten enden am {date}: {client}"))
            .text(format!("Der Client {client} wird am {date} ungültig. Legen Sie vorher einen neuen an und stellen Sie Ihr Programm um; beide gelten bis dahin nebeneinander."))
            .link("Zugangsdaten ansehen", link),
        English => Letter::new("client_expires", language, &format!("Credentials end on {date}: {client}"))
            .text(format!("The client {client} becomes invalid on {date}. Make a new one before and change your program over; until then both are valid side by side."))
            .link("See the credentials", link),
    }
}
