//! How far a thing has come, in words. The code of the API stays in the markup, for whoever compares.

use maud::{Markup, html};

use crate::visitor::Visitor;
use crate::words::{Word, word};

pub(crate) const STATEMENTS: &[Word] = &[
    ("processing", "being made", "in Arbeit"),
    ("ready", "ready", "fertig"),
    ("erased", "erased", "gelöscht"),
];

pub(crate) const STATEMENT_REASONS: &[Word] = &[
    ("entry", "entry", "Eintragung"),
    ("change", "change", "Veränderung"),
    ("annual", "yearly", "jährlich"),
    ("request", "on request", "auf Verlangen"),
];

pub(crate) const INVESTMENTS: &[Word] = &[
    (
        "KYC_PENDING",
        "waits for the identification",
        "wartet auf die Identifizierung",
    ),
    (
        "REVIEW_PENDING",
        "in review by the registrar",
        "in Prüfung beim Registerführer",
    ),
    (
        "WAITING_FOR_ACCEPTANCE",
        "waits for acceptance",
        "wartet auf Annahme",
    ),
    (
        "ACCEPTED",
        "accepted, to be paid",
        "angenommen, zu bezahlen",
    ),
    ("PAID", "paid, to be delivered", "bezahlt, zu liefern"),
    ("DELIVERED", "delivered", "geliefert"),
    (
        "KYC_INSUFFICIENT",
        "ended: not identified",
        "beendet: nicht identifiziert",
    ),
    ("ABORTION", "aborted", "abgebrochen"),
    ("REJECTION", "rejected", "abgelehnt"),
    ("CANCELLATION", "cancelled", "storniert"),
    (
        "PAYMENT_MISSING",
        "ended: not paid",
        "beendet: nicht bezahlt",
    ),
];

/// What holds a paid investment up.
pub(crate) const BLOCKERS: &[Word] = &[
    ("wallet_missing", "no wallet", "keine Wallet"),
    (
        "identification",
        "the identification",
        "die Identifizierung",
    ),
    (
        "wallet_not_eligible",
        "missing tax data",
        "fehlende Steuerdaten",
    ),
    ("wallet_frozen", "a frozen wallet", "eine gesperrte Wallet"),
    (
        "receiving_disabled",
        "a wallet that takes nothing",
        "eine Wallet, die nichts annimmt",
    ),
    (
        "wallet_unproven",
        "a wallet whose control is not proven",
        "eine Wallet ohne Kontrollnachweis",
    ),
    (
        "wallet_changing",
        "a wallet that changes its address",
        "eine Wallet, deren Adresse wechselt",
    ),
    (
        "wallet_cooling",
        "the waiting time of a further wallet",
        "die Wartezeit einer weiteren Wallet",
    ),
    (
        "cancellation_period",
        "the investor's time to cancel",
        "die Widerrufsfrist des Anlegers",
    ),
    (
        "delivery_in_progress",
        "on its way to the DLT network",
        "unterwegs zum DLT-Netzwerk",
    ),
];

pub(crate) const IDENTIFICATIONS: &[Word] = &[
    ("PENDING", "missing", "fehlt"),
    ("UNDER_REVIEW", "in review", "in Prüfung"),
    ("SUCCESS", "identified", "identifiziert"),
    ("REVERIFICATION_REQUIRED", "to be renewed", "zu erneuern"),
    ("REJECTED", "rejected", "abgelehnt"),
];

pub(crate) const TRANSACTIONS: &[Word] = &[
    ("PENDING", "sent", "gesendet"),
    ("CONFIRMED", "in a block", "in einem Block"),
    ("FINAL", "final", "endgültig"),
];

pub(crate) const PACES: &[Word] = &[
    ("URGENT", "at once", "sofort"),
    ("NORMAL", "as usual", "wie üblich"),
    ("CHEAP", "cheaply", "günstig"),
];

pub(crate) const PRODUCTS: &[Word] = &[
    ("ACTIVE", "on sale", "im Vertrieb"),
    ("ISSUING", "being issued", "in Ausgabe"),
    (
        "VALIDATION",
        "waits for validation",
        "wartet auf Validierung",
    ),
    ("REJECTED", "refused", "abgelehnt"),
    ("DRAFT", "draft", "Entwurf"),
];

pub(crate) const REQUESTS: &[Word] = &[
    (
        "requested",
        "waits for the issuer",
        "wartet auf den Emittenten",
    ),
    (
        "accepted",
        "waits for the registrar",
        "wartet auf den Registerführer",
    ),
    ("live", "live", "im Vertrieb"),
    ("refused", "refused", "abgelehnt"),
    ("withdrawn", "withdrawn", "zurückgezogen"),
];

pub(crate) const APPLICATIONS: &[Word] = &[
    ("draft", "draft", "Entwurf"),
    ("submitted", "handed in", "eingereicht"),
    ("admitted", "admitted", "zugelassen"),
    ("refused", "refused", "abgelehnt"),
    ("withdrawn", "withdrawn", "zurückgenommen"),
];

pub(crate) const GATEWAYS: &[Word] = &[
    ("synced", "in step", "gleichauf"),
    ("pending", "on its way", "unterwegs"),
    ("refused", "something refused", "etwas abgelehnt"),
    ("unreachable", "unreachable", "nicht erreichbar"),
    (
        "split_view",
        "register contradicts itself",
        "Register widerspricht sich",
    ),
];

pub(crate) const DECISIONS: &[Word] = &[
    ("proposed", "waiting", "wartet"),
    ("confirmed", "confirmed", "bestätigt"),
    ("withdrawn", "withdrawn", "zurückgezogen"),
];

pub(crate) const ENDPOINTS: &[Word] = &[
    ("enabled", "enabled", "aktiv"),
    ("disabled", "disabled", "abgeschaltet"),
];

/// A state in the words of its list.
pub(crate) fn state(visitor: &Visitor, words: &[Word], code: &str) -> Markup {
    html! { span class="status" data-status=(code) title=(code) { (word(visitor, words, code)) } }
}
