//! The codes of the API in words, for forms and for whoever reads.

use crate::visitor::Visitor;

/// A code in English and German.
pub(crate) type Word = (&'static str, &'static str, &'static str);

pub(crate) const PRODUCT_TYPES: &[Word] = &[
    ("BOND", "Bond", "Anleihe"),
    ("PARTICIPATION_RIGHT", "Participation right", "Genussrecht"),
    (
        "PARTICIPATION_PAPER",
        "Participation certificate",
        "Genussschein",
    ),
    ("SUBORDINATED_LOAN", "Subordinated loan", "Nachrangdarlehen"),
    (
        "DIGITAL_COMPANY_SHARE",
        "Digital company share",
        "Digitale Unternehmensbeteiligung",
    ),
    (
        "AIF",
        "Alternative investment fund",
        "Alternativer Investmentfonds",
    ),
    ("DEBT_SECURITY", "Debt security", "Schuldverschreibung"),
    ("CONVERTIBLE_BOND", "Convertible bond", "Wandelanleihe"),
    ("FUND_SHARE", "Fund share", "Fondsanteil"),
];

pub(crate) const LEGAL_FORMS: &[Word] = &[
    (
        "ewpg_bearer_bond",
        "Bearer bond (eWpG)",
        "Inhaberschuldverschreibung (eWpG)",
    ),
    (
        "ewpg_registered_share",
        "Registered share (eWpG)",
        "Namensaktie (eWpG)",
    ),
    ("crypto_fund_unit", "Crypto fund unit", "Kryptofondsanteil"),
    ("security_token", "Security token", "Security Token"),
    (
        "asset_investment",
        "Asset investment (VermAnlG)",
        "Vermögensanlage (VermAnlG)",
    ),
];

pub(crate) const COUPONS: &[Word] = &[
    ("FIXED", "Fixed", "Fest"),
    ("VARIABLE", "Variable", "Variabel"),
    ("PARTICIPATING", "Participating", "Gewinnabhängig"),
    ("NONE", "No coupon", "Kein Coupon"),
];

pub(crate) const CLIENTS: &[Word] = &[
    ("RETAIL", "Retail clients", "Privatkunden"),
    (
        "PROFESSIONAL",
        "Professional clients",
        "Professionelle Kunden",
    ),
    (
        "ELIGIBLE_COUNTERPARTY",
        "Eligible counterparties",
        "Geeignete Gegenparteien",
    ),
];

pub(crate) const KNOWLEDGE: &[Word] = &[
    ("BASIC", "Basic", "Grundkenntnisse"),
    ("INFORMED", "Informed", "Erweiterte Kenntnisse"),
    ("ADVANCED", "Advanced", "Umfangreiche Kenntnisse"),
];

pub(crate) const LOSSES: &[Word] = &[
    ("NO_LOSS", "No loss", "Kein Verlust"),
    ("LIMITED", "A limited loss", "Begrenzter Verlust"),
    ("FULL", "All of it", "Vollständiger Verlust"),
];

pub(crate) const ANSWERS: &[Word] = &[
    ("YES_NO", "Yes or no", "Ja oder nein"),
    ("TEXT", "Text", "Text"),
    ("NUMBER", "Number", "Zahl"),
    ("CHOICE", "One of the choices", "Eine der Auswahlen"),
];

pub(crate) const DOCUMENTS: &[Word] = &[
    ("TERMS", "Terms of the issue", "Emissionsbedingungen"),
    (
        "WIB",
        "Securities information sheet (WIB)",
        "Wertpapier-Informationsblatt (WIB)",
    ),
    (
        "VIB",
        "Asset investment information sheet (VIB)",
        "Vermögensanlagen-Informationsblatt (VIB)",
    ),
    ("KID", "Key information document", "Basisinformationsblatt"),
    ("PROSPECTUS", "Prospectus", "Prospekt"),
    ("COSTS", "Costs", "Kosten"),
    ("ISSUANCE", "Issuance contract", "Emissionsvertrag"),
    ("OTHER", "Other", "Sonstiges"),
];

pub(crate) const OFFERINGS: &[Word] = &[
    (
        "WIB_UP_TO_1M",
        "Information sheet, up to EUR 1 million",
        "WIB, bis 1 Mio. EUR",
    ),
    (
        "WIB_1M_TO_8M",
        "Information sheet, EUR 1 to 8 million",
        "WIB, 1 bis 8 Mio. EUR",
    ),
    (
        "BIB",
        "Key information document only",
        "Nur Basisinformationsblatt",
    ),
    (
        "PRIVATE_PLACEMENT_MINIMUM_AMOUNT",
        "Private placement by minimum",
        "Privatplatzierung mit Mindestbetrag",
    ),
    (
        "PRIVATE_PLACEMENT_LIMITED_PERSONS",
        "Private placement to few persons",
        "Privatplatzierung an wenige Personen",
    ),
    ("VIB", "Asset investment information sheet", "VIB"),
];

/// The words of a list as choices.
pub(crate) fn options(visitor: &Visitor, words: &[Word]) -> Vec<(String, String)> {
    words
        .iter()
        .map(|(code, english, german)| {
            let word = visitor.say(english, german);
            ((*code).to_owned(), word.to_owned())
        })
        .collect()
}

/// The same, or nothing.
pub(crate) fn with_none(visitor: &Visitor, words: &[Word]) -> Vec<(String, String)> {
    let mut all = vec![(String::new(), "–".to_owned())];
    all.extend(options(visitor, words));
    all
}

/// No and yes.
pub(crate) fn yes_no(visitor: &Visitor) -> Vec<(String, String)> {
    options(visitor, &[("false", "no", "nein"), ("true", "yes", "ja")])
}

/// Nothing said, no and yes.
pub(crate) fn yes_no_or_none(visitor: &Visitor) -> Vec<(String, String)> {
    with_none(visitor, &[("false", "no", "nein"), ("true", "yes", "ja")])
}

/// A code in words; one that nobody has put into words speaks for itself.
pub(crate) fn word(visitor: &Visitor, words: &[Word], code: &str) -> String {
    let found = words.iter().find(|(known, _, _)| *known == code);
    found.map_or_else(
        || code.to_owned(),
        |(_, english, german)| visitor.say(english, german).to_owned(),
    )
}
