//! Letters about a person's own access: the only ones with a one-time link.

use domain::Language::{self, English, German};
use domain::Timestamp;

use super::dates::until;
use crate::mail::Letter;

/// Somebody is invited to act for an organisation.
pub fn invitation(
    language: Language,
    organisation: &str,
    link: &str,
    valid_until: Timestamp,
) -> Letter {
    let time = until(language, valid_until);
    match language {
        German => Letter::new("invitation", language, &format!("Einladung: {organisation}"))
            .text(format!(
                "Sie sind eingeladen, im Netzwerk für {organisation} zu handeln. Mit dem folgenden Link legen Sie Ihr Passwort und den zweiten Faktor fest."
            ))
            .link("Einladung annehmen", link)
            .text(format!(
                "Der Link gilt einmal und bis {time}. Wenn Sie die Einladung nicht erwartet haben, tun Sie nichts."
            )),
        English => Letter::new("invitation", language, &format!("Invitation: {organisation}"))
            .text(format!(
                "You are invited to act for {organisation} in the network. The link below lets you choose your password and your second factor."
            ))
            .link("Accept the invitation", link)
            .text(format!(
                "The link works once and until {time}. If you did not expect an invitation, do nothing."
            )),
    }
}

/// Somebody has registered with this address.
pub fn email_confirmation(language: Language, link: &str, valid_until: Timestamp) -> Letter {
    let time = until(language, valid_until);
    match language {
        German => Letter::new("email_confirmation", language, "Bitte bestätigen Sie Ihre Adresse")
            .text("Mit dieser Adresse hat sich jemand im Netzwerk registriert. Wenn Sie das waren, geht es hier weiter.")
            .link("Adresse bestätigen", link)
            .text(format!(
                "Der Link gilt einmal und bis {time}. Wenn Sie sich nicht registriert haben, tun Sie nichts."
            )),
        English => Letter::new("email_confirmation", language, "Please confirm your address")
            .text("Somebody has registered with the network under this address. If it was you, go on here.")
            .link("Confirm the address", link)
            .text(format!(
                "The link works once and until {time}. If you did not register, do nothing."
            )),
    }
}

/// Somebody has asked for a new password.
pub fn password_reset(language: Language, link: &str, valid_until: Timestamp) -> Letter {
    let time = until(language, valid_until);
    match language {
        German => Letter::new("password_reset", language, "Neues Passwort")
            .text("Für Ihren Zugang wurde ein neues Passwort angefordert. Der zweite Faktor bleibt, wie er ist.")
            .link("Neues Passwort wählen", link)
            .text(format!(
                "Der Link gilt einmal und bis {time}. Wenn Sie das nicht waren, tun Sie nichts: Ihr Passwort bleibt gültig."
            )),
        English => Letter::new("password_reset", language, "A new password")
            .text("Somebody has asked for a new password for your account. The second factor stays as it is.")
            .link("Choose a new password", link)
            .text(format!(
                "The link works once and until {time}. If it was not you, do nothing: your password stays valid."
            )),
    }
}
