//! One sentence that a form leaves for the next page. The cookie holds a code of a closed list, so that nobody can put words into it.

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Flash {
    pub(crate) code: &'static str,
    pub(crate) english: &'static str,
    pub(crate) german: &'static str,
}

/// Everything that can be said.
const ALL: &[Flash] = &[
    Flash::new("signed-out", "You are signed out.", "Sie sind abgemeldet."),
    Flash::new("saved", "Saved.", "Gespeichert."),
    Flash::new(
        "password-changed",
        "Your password is changed; your other sessions have ended.",
        "Ihr Passwort ist geändert; Ihre anderen Sitzungen sind beendet.",
    ),
    Flash::new(
        "reset-requested",
        "If there is an account with this address, a link is on its way to it.",
        "Gibt es ein Konto mit dieser Adresse, ist ein Link dorthin unterwegs.",
    ),
    Flash::new(
        "password-reset",
        "Your password is changed. Sign in with it.",
        "Ihr Passwort ist geändert. Melden Sie sich damit an.",
    ),
    Flash::new(
        "session-ended",
        "The session has ended.",
        "Die Sitzung ist beendet.",
    ),
    Flash::new(
        "joined",
        "You are a member now.",
        "Sie sind jetzt Mitglied.",
    ),
    Flash::new(
        "member-changed",
        "The member's role is changed; its sessions have ended.",
        "Die Rolle ist geändert; die Sitzungen sind beendet.",
    ),
    Flash::new(
        "member-removed",
        "The member is removed.",
        "Das Mitglied ist entfernt.",
    ),
    Flash::new(
        "withdrawn",
        "The invitation is withdrawn.",
        "Die Einladung ist zurückgezogen.",
    ),
    Flash::new("decided", "Decided.", "Entschieden."),
    Flash::new(
        "retried",
        "The command is tried again.",
        "Der Befehl wird erneut versucht.",
    ),
    Flash::new("created", "Created.", "Angelegt."),
    Flash::new(
        "asked",
        "Asked. The issuer answers.",
        "Angefragt. Der Emittent antwortet.",
    ),
    Flash::new("deleted", "Deleted.", "Gelöscht."),
    Flash::new(
        "proposed",
        "Proposed. It takes effect once another person confirms it.",
        "Vorgeschlagen. Es wird wirksam, sobald eine andere Person bestätigt.",
    ),
    Flash::new("queued", "Sent on its way.", "Auf den Weg gebracht."),
    Flash::new(
        "join-asked",
        "A link is on its way to this address. Follow it within a day to go on.",
        "Ein Link ist an diese Adresse unterwegs. Folgen Sie ihm innerhalb eines Tages, dann geht es weiter.",
    ),
    Flash::new(
        "application-submitted",
        "Your application is handed in.",
        "Ihr Antrag ist eingereicht.",
    ),
    Flash::new(
        "application-withdrawn",
        "Your application is withdrawn.",
        "Ihr Antrag ist zurückgenommen.",
    ),
    Flash::new(
        "domain-asked",
        "We look for the token in a moment; load this page again.",
        "Wir suchen das Token gleich; laden Sie diese Seite erneut.",
    ),
    Flash::new(
        "uploaded",
        "The document is kept.",
        "Das Dokument ist hinterlegt.",
    ),
    Flash::new("said", "Sent.", "Gesendet."),
    Flash::new(
        "proposed",
        "Proposed. It takes effect once another person confirms it.",
        "Vorgeschlagen. Es wird wirksam, sobald eine andere Person bestätigt.",
    ),
    Flash::new(
        "confirmed",
        "Confirmed; the decision has taken effect.",
        "Bestätigt; die Entscheidung ist wirksam.",
    ),
    Flash::new(
        "decision-withdrawn",
        "The proposal is withdrawn.",
        "Der Vorschlag ist zurückgezogen.",
    ),
    Flash::new(
        "revoked",
        "The client is refused from now on.",
        "Der Zugang wird ab jetzt abgewiesen.",
    ),
    Flash::new(
        "left",
        "Your firm has left the network. What runs goes on.",
        "Ihre Firma hat das Netzwerk verlassen. Laufendes wird ausgeführt.",
    ),
    Flash::new("cancelled", "Cancelled.", "Storniert."),
    Flash::new(
        "statement-requested",
        "The statement is being made; load the page again in a moment.",
        "Der Auszug wird erstellt; laden Sie die Seite in einem Augenblick neu.",
    ),
];

impl Flash {
    /// The cookie that carries the code.
    pub(crate) const COOKIE: &'static str = "cashlink_flash";

    const fn new(code: &'static str, english: &'static str, german: &'static str) -> Self {
        Self {
            code,
            english,
            german,
        }
    }

    /// The one of this code.
    pub(crate) fn find(code: &str) -> Option<Self> {
        ALL.iter().copied().find(|flash| flash.code == code)
    }
}
